/*
 * gzip.c - plain and gzip files behind one read call.
 *
 * zlib's own gzread hides a truncated last member unless gzclose is asked, and allocates with malloc; so
 * inflate is driven directly. It checks each member's CRC and length itself. Zero bytes after the last member
 * are padding, as for gzip(1); anything else there is an error.
 */
#define _POSIX_C_SOURCE 200809L

#include "io/gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZLIB_CONST
#include <zlib.h>

enum { INPUT_BYTES = 1 << 17, RATIO_MAX = 1000 };

#define RATIO_FREE_BYTES (INT64_C(64) << 20)

struct stream {
    struct mem *mem;
    char *path;
    int fd;
    bool at_eof;
    bool gzip;
    bool inflating; /* z is initialised */
    bool in_member;
    int64_t size;
    int64_t n_read; /* from the file */
    int64_t n_out;
    z_stream z; /* next_in and avail_in: what is in `input`, for plain files too */
    uint8_t input[INPUT_BYTES];
};

static voidpf z_alloc(voidpf opaque, uInt items, uInt size)
{
    return mem_alloc(opaque, items, size);
}

static void z_free(voidpf opaque, voidpf address)
{
    mem_free(opaque, address);
}

/* Reads until n bytes are there or the file ends. */
static automl_status read_file(struct stream *s, void *buf, size_t n, size_t *out_n, automl_error *err)
{
    size_t got = 0;
    while (got < n && !s->at_eof) {
        ssize_t r = read(s->fd, (char *)buf + got, n - got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return error_system(err, AUTOML_E_READ, "read", s->path, errno);
        if (r == 0)
            s->at_eof = true;
        got += (size_t)r;
        s->n_read += r;
    }
    *out_n = got;
    return AUTOML_OK;
}

/* Only when the input is used up. */
static automl_status refill(struct stream *s, automl_error *err)
{
    size_t n = 0;
    TRY(read_file(s, s->input, INPUT_BYTES, &n, err));
    s->z.next_in = s->input;
    s->z.avail_in = (uInt)n;
    return AUTOML_OK;
}

static automl_status begin_inflate(struct stream *s, automl_error *err)
{
    enum { GZIP_ONLY = 16 };
    s->z.zalloc = z_alloc;
    s->z.zfree = z_free;
    s->z.opaque = s->mem;
    if (inflateInit2(&s->z, GZIP_ONLY + MAX_WBITS) != Z_OK)
        return error_memory(err);
    s->inflating = true;
    s->in_member = true;
    return AUTOML_OK;
}

static automl_status recognise(struct stream *s, automl_error *err)
{
    TRY(refill(s, err));
    s->gzip = s->z.avail_in >= 2 && s->input[0] == 0x1F && s->input[1] == 0x8B;
    return s->gzip ? begin_inflate(s, err) : AUTOML_OK;
}

static automl_status open_file(struct stream *s, automl_error *err)
{
    struct stat st;
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (s->fd < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR;
        return error_system(err, missing ? AUTOML_E_NOT_FOUND : AUTOML_E_READ, "open", s->path, errno);
    }
    if (fstat(s->fd, &st) != 0)
        return error_system(err, AUTOML_E_READ, "open", s->path, errno);
    s->size = S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
    return recognise(s, err);
}

automl_status stream_open(struct mem *m, const char *path, struct stream **out, automl_error *err)
{
    struct stream *s = NEW(m, struct stream);
    if (!s)
        return error_memory(err);
    s->mem = m;
    s->fd = -1;
    s->path = mem_strdup(m, path);
    automl_status status = s->path ? open_file(s, err) : error_memory(err);
    if (status < 0) {
        stream_close(s);
        return status;
    }
    *out = s;
    return AUTOML_OK;
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    if (s->inflating)
        inflateEnd(&s->z);
    if (s->fd >= 0)
        close(s->fd);
    mem_free(s->mem, s->path);
    mem_free(s->mem, s);
}

static automl_status damaged(const struct stream *s, const char *what, automl_error *err)
{
    return error_set(err, AUTOML_E_FORMAT, "the gzip file '%s' is damaged near byte %" PRId64 ": %s", s->path,
        s->n_read - (int64_t)s->z.avail_in, what);
}

static automl_status read_plain(struct stream *s, void *buf, size_t n, size_t *out_n, automl_error *err)
{
    if (s->z.avail_in == 0)
        return read_file(s, buf, n, out_n, err);
    size_t take = n < s->z.avail_in ? n : s->z.avail_in;
    memcpy(buf, s->z.next_in, take);
    s->z.next_in += take;
    s->z.avail_in -= (uInt)take;
    *out_n = take;
    return AUTOML_OK;
}

/* Between members: another one, padding, or the end, which leaves avail_in == 0. */
static automl_status next_member(struct stream *s, automl_error *err)
{
    bool padded = false;
    for (;;) {
        if (s->z.avail_in == 0)
            TRY(refill(s, err));
        if (s->z.avail_in == 0)
            return AUTOML_OK;
        if (*s->z.next_in != 0)
            break;
        padded = true;
        s->z.next_in++;
        s->z.avail_in--;
    }
    if (padded || *s->z.next_in != 0x1F)
        return damaged(s, "text follows that is not gzip", err);
    inflateReset(&s->z);
    s->in_member = true;
    return AUTOML_OK;
}

static automl_status inflate_some(struct stream *s, automl_error *err)
{
    if (s->z.avail_in == 0)
        TRY(refill(s, err));
    if (s->z.avail_in == 0)
        return damaged(s, "it ends too early; was it copied whole?", err);
    switch (inflate(&s->z, Z_NO_FLUSH)) {
    case Z_OK:
        return AUTOML_OK;
    case Z_STREAM_END:
        s->in_member = false;
        return AUTOML_OK;
    case Z_MEM_ERROR:
        return error_memory(err);
    default:
        return damaged(s, s->z.msg ? s->z.msg : "it is not a gzip member", err);
    }
}

static automl_status check_ratio(const struct stream *s, automl_error *err)
{
    int64_t consumed = s->n_read - (int64_t)s->z.avail_in;
    if (s->n_out <= RATIO_FREE_BYTES || s->n_out / RATIO_MAX <= consumed)
        return AUTOML_OK;
    return error_set(err, AUTOML_E_FORMAT,
        "the gzip file '%s' expands more than %d times; it is refused as a decompression bomb", s->path,
        RATIO_MAX);
}

static automl_status read_gzip(struct stream *s, void *buf, size_t n, size_t *out_n, automl_error *err)
{
    uInt room = n < UINT32_MAX / 2 ? (uInt)n : UINT32_MAX / 2;
    s->z.next_out = buf;
    s->z.avail_out = room;
    while (s->z.avail_out > 0) {
        if (s->in_member)
            TRY(inflate_some(s, err));
        else
            TRY(next_member(s, err));
        if (!s->in_member && s->z.avail_in == 0 && s->at_eof)
            break;
    }
    *out_n = room - s->z.avail_out;
    s->n_out += (int64_t)*out_n;
    return check_ratio(s, err);
}

automl_status stream_read(struct stream *s, void *buf, size_t n, size_t *out_n, automl_error *err)
{
    if (s->gzip)
        return read_gzip(s, buf, n, out_n, err);
    return read_plain(s, buf, n, out_n, err);
}

void stream_position(const struct stream *s, int64_t *out_read, int64_t *out_size)
{
    *out_read = s->n_read - (int64_t)s->z.avail_in;
    *out_size = s->size;
}

uint32_t crc32_bytes(uint32_t crc, const void *data, size_t n)
{
    return n > 0 ? (uint32_t)crc32_z(crc, data, n) : crc;
}
