/* fuzz_gzip.c - a file reads the same, plain or compressed, in large pieces and in small ones. */
#include <string.h>

#include "fuzz.h"
#include "io/gzip.h"

enum { MOST = 1 << 22 };

struct outcome {
    automl_status status;
    int64_t n;
    uint32_t crc;
};

static struct outcome read_all(automl_context *ctx, const char *path, size_t piece)
{
    static uint8_t buf[1 << 16];
    struct outcome o = {0};
    struct stream *s = NULL;
    size_t n = 1;
    o.status = stream_open(&ctx->mem, path, &s, NULL);
    while (o.status >= 0 && n > 0 && o.n < MOST) {
        o.status = stream_read(s, buf, piece, &n, NULL);
        if (o.status < 0 || n == 0)
            break;
        FUZZ_CHECK(n <= piece);
        o.n += (int64_t)n;
        o.crc = crc32_bytes(o.crc, buf, n);
        int64_t consumed = -1, size = -1;
        stream_position(s, &consumed, &size);
        FUZZ_CHECK(consumed >= 0 && consumed <= size);
    }
    stream_close(s);
    return o;
}

bool fuzz_one(const uint8_t *data, size_t n)
{
    automl_context *ctx = fuzz_context();
    const char *path = fuzz_file(0, data, n);
    struct outcome whole = read_all(ctx, path, 1 << 16), parts = read_all(ctx, path, 37);
    FUZZ_CHECK(whole.status == parts.status);
    if (whole.status >= 0 && whole.n < MOST)
        FUZZ_CHECK(whole.n == parts.n && whole.crc == parts.crc);
    fuzz_context_end(ctx);
    return whole.status >= 0;
}
