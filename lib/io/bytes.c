/*
 * bytes.c - the byte encoding inside a container's sections.
 *
 * Little-endian; doubles and floats as their IEEE 754 bits; counts as int64. A string is its length and its
 * bytes, -1 for an absent one. Arrays go by memcpy where the machine is little-endian, else value by value.
 */
#include "io/container.h"

#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#    define LITTLE_ENDIAN_HOST 1
#else
#    define LITTLE_ENDIAN_HOST 0
#endif

enum { ABSENT = -1 };

void writer_init(struct writer *w, struct mem *m)
{
    strbuf_init(&w->bytes, m);
    w->status = AUTOML_OK;
    w->failed = NULL;
}

void writer_free(struct writer *w)
{
    strbuf_free(&w->bytes);
}

bool writer_ok(const struct writer *w)
{
    return strbuf_ok(&w->bytes) && w->status >= 0;
}

void writer_fail(struct writer *w, automl_status status, const char *who)
{
    if (w->status < 0)
        return;
    w->status = status;
    w->failed = who;
}

automl_status writer_status(const struct writer *w, automl_error *err)
{
    if (w->status < 0 && w->status != AUTOML_E_MEMORY)
        return error_set(err, AUTOML_E_CALLBACK,
            "operator '%s' of the host could not be saved: it failed with %s", w->failed,
            automl_status_name(w->status));
    return writer_ok(w) ? AUTOML_OK : error_memory(err);
}

static void put_bits(struct writer *w, uint64_t bits, size_t size)
{
    char bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(uint8_t)(bits >> (8 * i));
    strbuf_add(&w->bytes, bytes, size);
}

/* Changes n values of `size` bytes between the host's order and little-endian. */
static void swap_values(uint8_t *p, int64_t n, size_t size)
{
    for (int64_t i = 0; i < n; i++, p += size)
        for (size_t a = 0, b = size - 1; a < b; a++, b--) {
            uint8_t byte = p[a];
            p[a] = p[b];
            p[b] = byte;
        }
}

static void put_values(struct writer *w, const void *x, int64_t n, size_t size)
{
    if (n < 0 || (n > 0 && !x)) {
        w->bytes.failed = true;
        return;
    }
    write_i64(w, n);
    int64_t begin = w->bytes.n;
    if (n > 0)
        strbuf_add(&w->bytes, x, (size_t)n * size);
    if (!LITTLE_ENDIAN_HOST && n > 0 && strbuf_ok(&w->bytes))
        swap_values((uint8_t *)w->bytes.data + begin, n, size);
}

void write_u8(struct writer *w, uint8_t x)
{
    put_bits(w, x, 1);
}

void write_u32(struct writer *w, uint32_t x)
{
    put_bits(w, x, 4);
}

void write_i32(struct writer *w, int32_t x)
{
    put_bits(w, (uint32_t)x, 4);
}

void write_i64(struct writer *w, int64_t x)
{
    put_bits(w, (uint64_t)x, 8);
}

void write_f64(struct writer *w, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    put_bits(w, bits, 8);
}

void write_string(struct writer *w, const char *s)
{
    if (!s) {
        write_i64(w, ABSENT);
        return;
    }
    size_t n = strlen(s);
    write_i64(w, (int64_t)n);
    strbuf_add(&w->bytes, s, n);
}

void write_f64s(struct writer *w, const double *x, int64_t n)
{
    put_values(w, x, n, sizeof *x);
}

void write_f32s(struct writer *w, const float *x, int64_t n)
{
    put_values(w, x, n, sizeof *x);
}

void write_i32s(struct writer *w, const int32_t *x, int64_t n)
{
    put_values(w, x, n, sizeof *x);
}

void write_i64s(struct writer *w, const int64_t *x, int64_t n)
{
    put_values(w, x, n, sizeof *x);
}

void write_u8s(struct writer *w, const uint8_t *x, int64_t n)
{
    put_values(w, x, n, sizeof *x);
}

void reader_init(struct reader *r, struct mem *m, const void *bytes, size_t n)
{
    r->mem = m;
    r->p = bytes;
    r->end = n > 0 ? r->p + n : r->p;
    r->status = AUTOML_OK;
}

automl_status reader_status(const struct reader *r, automl_error *err)
{
    if (r->status == AUTOML_OK)
        return AUTOML_OK;
    if (r->status == AUTOML_E_MEMORY)
        return error_memory(err);
    return error_set(err, r->status, "the model file is damaged: a value in it is cut off or impossible");
}

static void stop(struct reader *r, automl_status status)
{
    if (r->status == AUTOML_OK)
        r->status = status;
}

void reader_fail(struct reader *r)
{
    stop(r, AUTOML_E_FORMAT);
}

static size_t bytes_left(const struct reader *r)
{
    return (size_t)(r->end - r->p);
}

static uint64_t get_bits(struct reader *r, size_t size)
{
    uint64_t bits = 0;
    if (r->status != AUTOML_OK || bytes_left(r) < size) {
        reader_fail(r);
        return 0;
    }
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)r->p[i] << (8 * i);
    r->p += size;
    return bits;
}

/* Only counts whose values are all there are ever allocated for. */
static void *get_values(struct reader *r, int64_t expected, int64_t *out_n, size_t size)
{
    int64_t n = read_i64(r);
    if (out_n)
        *out_n = 0;
    if (r->status != AUTOML_OK)
        return NULL;
    if (n < 0 || (expected >= 0 && n != expected) || (uint64_t)n > bytes_left(r) / size) {
        reader_fail(r);
        return NULL;
    }
    void *values = mem_alloc_array(r->mem, (size_t)n, size);
    if (!values) {
        stop(r, AUTOML_E_MEMORY);
        return NULL;
    }
    size_t bytes = (size_t)n * size;
    if (n > 0)
        memcpy(values, r->p, bytes);
    if (!LITTLE_ENDIAN_HOST)
        swap_values(values, n, size);
    r->p += bytes;
    if (out_n)
        *out_n = n;
    return values;
}

uint8_t read_u8(struct reader *r)
{
    return (uint8_t)get_bits(r, 1);
}

uint32_t read_u32(struct reader *r)
{
    return (uint32_t)get_bits(r, 4);
}

int32_t read_i32(struct reader *r)
{
    return (int32_t)(uint32_t)get_bits(r, 4);
}

static int64_t within(struct reader *r, int64_t x, int64_t lo, int64_t hi)
{
    if (r->status == AUTOML_OK && x >= lo && x <= hi)
        return x;
    reader_fail(r);
    return lo;
}

int32_t read_i32_in(struct reader *r, int32_t lo, int32_t hi)
{
    return (int32_t)within(r, read_i32(r), lo, hi);
}

int64_t read_i64(struct reader *r)
{
    return (int64_t)get_bits(r, 8);
}

int64_t read_i64_in(struct reader *r, int64_t lo, int64_t hi)
{
    return within(r, read_i64(r), lo, hi);
}

double read_f64(struct reader *r)
{
    uint64_t bits = get_bits(r, 8);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

char *read_string(struct reader *r)
{
    int64_t n = read_i64(r);
    if (r->status != AUTOML_OK || n == ABSENT)
        return NULL;
    if (n < 0 || (uint64_t)n > bytes_left(r) || (n > 0 && memchr(r->p, 0, (size_t)n))) {
        reader_fail(r);
        return NULL;
    }
    char *s = mem_strndup(r->mem, (const char *)r->p, (size_t)n);
    if (!s)
        stop(r, AUTOML_E_MEMORY);
    r->p += n;
    return s;
}

double *read_f64s(struct reader *r, int64_t n, int64_t *out_n)
{
    return get_values(r, n, out_n, sizeof(double));
}

float *read_f32s(struct reader *r, int64_t n, int64_t *out_n)
{
    return get_values(r, n, out_n, sizeof(float));
}

int32_t *read_i32s(struct reader *r, int64_t n, int64_t *out_n)
{
    return get_values(r, n, out_n, sizeof(int32_t));
}

int64_t *read_i64s(struct reader *r, int64_t n, int64_t *out_n)
{
    return get_values(r, n, out_n, sizeof(int64_t));
}

uint8_t *read_u8s(struct reader *r, int64_t n, int64_t *out_n)
{
    return get_values(r, n, out_n, sizeof(uint8_t));
}

void read_end(struct reader *r)
{
    if (r->status == AUTOML_OK && r->p != r->end)
        reader_fail(r);
}
