/*
 * gzip.h - reading of plain or gzip-compressed files as one stream, and CRC-32; the only user of zlib.
 *
 * Multi-member files are read through; each trailer (CRC and length) is checked; a truncated member is an
 * error. After 64 MiB of output a ratio above 1000:1 is refused. zlib allocates from the given account.
 */
#ifndef IO_GZIP_H
#define IO_GZIP_H

#include "base/error.h"
#include "base/memory.h"

struct stream;

/* Recognises gzip by its first two bytes, not by its name. */
automl_status stream_open(struct mem *m, const char *path, struct stream **out, automl_error *err);
/* Fills up to n bytes; *out_n = 0 only at the end. */
automl_status stream_read(struct stream *s, void *buf, size_t n, size_t *out_n, automl_error *err);
/* Compressed bytes consumed and the file's size, for progress. */
void stream_position(const struct stream *s, int64_t *out_read, int64_t *out_size);
void stream_close(struct stream *s); /* NULL is fine */

uint32_t crc32_bytes(uint32_t crc, const void *data, size_t n); /* start with 0 */

#endif
