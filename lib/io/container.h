/*
 * container.h - the container of model files: named, checked sections; and the byte encoding inside them.
 *
 * Layout (docs/formats.md): magic "AUTOML\x1a\n", u32 version, u32 flags, u64 header length, header JSON
 * (a table of {name, offset, length, crc32}), sections aligned to 64 bytes, SHA-256 of all before it.
 * Little-endian whatever the machine. A reader checks lengths, offsets (no overlap, no gap, no overflow),
 * every CRC and the digest before anything is decoded; decoders check every index and count themselves and
 * never trust one.
 */
#ifndef IO_CONTAINER_H
#define IO_CONTAINER_H

#include "base/error.h"
#include "base/strbuf.h"

/* Values appended one after the other. Allocation failures surface in writer_ok. */
struct writer {
    struct strbuf bytes;
    automl_status status; /* AUTOML_OK, or of the host's function that could not give its bytes */
    const char *failed;   /* whose; lives as long as the writer */
};

void writer_init(struct writer *w, struct mem *m);
void writer_free(struct writer *w);
bool writer_ok(const struct writer *w);
/* A function of the host failed: kept if it is the first. `who` must outlive the writer. */
void writer_fail(struct writer *w, automl_status status, const char *who);
/* AUTOML_E_CALLBACK after writer_fail, AUTOML_E_MEMORY if an allocation failed. */
automl_status writer_status(const struct writer *w, automl_error *err);
void write_u8(struct writer *w, uint8_t x);
void write_u32(struct writer *w, uint32_t x);
void write_i32(struct writer *w, int32_t x);
void write_i64(struct writer *w, int64_t x);
void write_f64(struct writer *w, double x);
void write_string(struct writer *w, const char *s); /* length and bytes; NULL is written as absent */
void write_f64s(struct writer *w, const double *x, int64_t n); /* count and values */
void write_f32s(struct writer *w, const float *x, int64_t n);
void write_i32s(struct writer *w, const int32_t *x, int64_t n);
void write_i64s(struct writer *w, const int64_t *x, int64_t n);
void write_u8s(struct writer *w, const uint8_t *x, int64_t n);

/* The same values read back; the first failure (short input, impossible count, no memory) sticks, later
 * reads give 0 or NULL; check reader_status before the values are used as sizes or indices. */
struct reader {
    struct mem *mem;
    const uint8_t *p, *end;
    automl_status status;
};

void reader_init(struct reader *r, struct mem *m, const void *bytes, size_t n);
automl_status reader_status(const struct reader *r, automl_error *err);
/* Marks the input as damaged: for decoders that find an impossible value. */
void reader_fail(struct reader *r);
uint8_t read_u8(struct reader *r);
uint32_t read_u32(struct reader *r);
int32_t read_i32(struct reader *r);
/* Outside [lo, hi]: the reader fails and lo is returned. */
int32_t read_i32_in(struct reader *r, int32_t lo, int32_t hi);
int64_t read_i64(struct reader *r);
int64_t read_i64_in(struct reader *r, int64_t lo, int64_t hi);
double read_f64(struct reader *r);
/* Allocated from r->mem; NULL for an absent string (the reader does not fail) and on failure. */
char *read_string(struct reader *r);
/* Allocated arrays; exactly `n` values must follow, or with n < 0 as many as the count says (*out_n). NULL on
 * failure. */
double *read_f64s(struct reader *r, int64_t n, int64_t *out_n);
float *read_f32s(struct reader *r, int64_t n, int64_t *out_n);
int32_t *read_i32s(struct reader *r, int64_t n, int64_t *out_n);
int64_t *read_i64s(struct reader *r, int64_t n, int64_t *out_n);
uint8_t *read_u8s(struct reader *r, int64_t n, int64_t *out_n);
/* Fails unless all is consumed. */
void read_end(struct reader *r);

struct container_writer;

automl_status container_begin(struct mem *m, struct container_writer **out, automl_error *err);
/* Copies the bytes. Names: [a-z0-9_./-], unique. */
automl_status container_add(
    struct container_writer *c, const char *name, const void *bytes, size_t n, automl_error *err);
/* The finished file in memory (free with mem_free); frees the writer whatever happens. */
automl_status container_finish(struct container_writer *c, uint8_t **out, int64_t *out_n, automl_error *err);
void container_abandon(struct container_writer *c);

struct container; /* borrows the bytes it was opened on */

automl_status container_open(
    struct mem *m, const void *bytes, size_t n, struct container **out, automl_error *err);
/* AUTOML_E_FORMAT if there is no such section. */
automl_status container_section(
    const struct container *c, const char *name, const void **out, size_t *out_n, automl_error *err);
void container_close(struct container *c); /* NULL is fine */

#endif
