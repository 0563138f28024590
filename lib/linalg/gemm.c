/*
 * gemm.c - matrix products as sequences of small cblas calls.
 *
 * OpenBLAS 0.3 runs a call with m n k <= 2^18 on the calling thread; a larger one wakes its threads and ends
 * the process when one of them cannot allocate. Small calls come near the speed of a large one if tiles of A
 * are first copied end to end, which spares the caches the strides of the whole matrix, and if their shape
 * suits the kernel. The shape follows from m, n, k and that kernel alone, never from threads or memory.
 */
#include "linalg/linalg.h"

#include <string.h>

#include <cblas.h>

enum {
    VOLUME = 1 << 18,      /* the largest m n k of one call */
    REUSES = 4,            /* copies pay from this many uses on */
    GRAM_WIDTH = 32,       /* of the block columns of a Gram matrix, whose upper halves are wasted */
    PACK_BYTES = 1 << 16,  /* copied tiles, on the stack */
    BLOCK_BYTES = 1 << 21, /* of C: stays in the caches while the inner dimension passes */
    BLOCK_ROWS = 512,
};

struct shape {
    int64_t m, n, k;
};

struct product;

struct precision {
    size_t size; /* of an element */
    struct shape (*sides)(void);
    /* One cblas call; beta and the operands are those of the tile. */
    void (*call)(const struct product *tile);
    void (*scale)(const struct product *g); /* C := beta C */
};

/* One product C := alpha op(A) op(B) + beta C, in the order of la_gemm's arguments. */
struct product {
    enum la_trans ta, tb;
    int64_t m, n, k;
    double alpha;
    const char *a;
    int64_t lda;
    const char *b;
    int64_t ldb;
    double beta;
    char *c;
    int64_t ldc;
    const struct precision *type;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The size of equal parts of n, none over `most`, rounded up to a multiple of `step` (which divides `most`).
 */
static int64_t part(int64_t n, int64_t most, int64_t step)
{
    int64_t parts = (n + most - 1) / most;
    int64_t size = (n + parts - 1) / parts;
    return least((size + step - 1) / step * step, n);
}

/* Starts from the sides in k and n; what a short dimension leaves free goes to m, then n, then k. */
static struct shape tile_shape(int64_t m, int64_t n, int64_t k, struct shape sides)
{
    struct shape t = {.n = part(n, sides.n, 8), .k = part(k, sides.k, 4)};
    int64_t rows = VOLUME / (t.n * t.k);
    t.m = rows >= m ? m : part(m, rows / 16 * 16, 16);
    if (t.m == m && t.n < n)
        t.n = part(n, least(VOLUME / (t.m * t.k) / 8 * 8, n), 8);
    if (t.m == m && t.n == n && t.k < k)
        t.k = part(k, VOLUME / (t.m * t.n) / 4 * 4, 4);
    return t;
}

/* The AVX-512 kernels of OpenBLAS multiply small doubles in place, so they gain from long inner products; all
 * others copy both operands on each call, which cubes keep cheapest. */
static struct shape sides_f64(void)
{
    const char *core = openblas_get_corename();
    bool in_place = strcmp(core, "SkylakeX") == 0 || strcmp(core, "Cooperlake") == 0 ||
                    strcmp(core, "SapphireRapids") == 0;
    struct shape deep = {.n = 32, .k = 256}, cube = {.n = 64, .k = 64};
    return in_place ? deep : cube;
}

static struct shape sides_f32(void)
{
    struct shape cube = {.n = 64, .k = 64};
    return cube;
}

static CBLAS_TRANSPOSE cblas_trans(enum la_trans t)
{
    return t == LA_N ? CblasNoTrans : CblasTrans;
}

static void call_f64(const struct product *t)
{
    cblas_dgemm(CblasColMajor, cblas_trans(t->ta), cblas_trans(t->tb), (int)t->m, (int)t->n, (int)t->k,
        t->alpha, (const double *)(const void *)t->a, (int)t->lda, (const double *)(const void *)t->b,
        (int)t->ldb, t->beta, (double *)(void *)t->c, (int)t->ldc);
}

static void call_f32(const struct product *t)
{
    cblas_sgemm(CblasColMajor, cblas_trans(t->ta), cblas_trans(t->tb), (int)t->m, (int)t->n, (int)t->k,
        (float)t->alpha, (const float *)(const void *)t->a, (int)t->lda, (const float *)(const void *)t->b,
        (int)t->ldb, (float)t->beta, (float *)(void *)t->c, (int)t->ldc);
}

static void scale_f64(const struct product *g)
{
    double *c = (double *)(void *)g->c;
    for (int64_t j = 0; j < g->n; j++)
        for (int64_t i = 0; i < g->m; i++)
            c[j * g->ldc + i] = g->beta == 0 ? 0 : g->beta * c[j * g->ldc + i];
}

static void scale_f32(const struct product *g)
{
    float *c = (float *)(void *)g->c, beta = (float)g->beta;
    for (int64_t j = 0; j < g->n; j++)
        for (int64_t i = 0; i < g->m; i++)
            c[j * g->ldc + i] = beta == 0 ? 0 : beta * c[j * g->ldc + i];
}

static const struct precision f64 = {sizeof(double), sides_f64, call_f64, scale_f64};
static const struct precision f32 = {sizeof(float), sides_f32, call_f32, scale_f32};

/* The bytes before element (row, column) of op(X). */
static size_t offset(enum la_trans t, int64_t ld, int64_t row, int64_t column, size_t size)
{
    return (size_t)(t == LA_N ? column * ld + row : row * ld + column) * size;
}

static void transpose_f64(double *to, const double *x, int64_t ld, int64_t rows, int64_t columns)
{
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < rows; i++)
            to[j * rows + i] = x[i * ld + j];
}

static void transpose_f32(float *to, const float *x, int64_t ld, int64_t rows, int64_t columns)
{
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < rows; i++)
            to[j * rows + i] = x[i * ld + j];
}

/* Copies the rows x columns tile at x of op(X), column by column without gaps. */
static void pack(char *to, const char *x, const struct product *g, int64_t rows, int64_t columns)
{
    size_t bytes = (size_t)rows * g->type->size;
    if (g->ta == LA_N)
        for (int64_t j = 0; j < columns; j++)
            memcpy(to + (size_t)j * bytes, x + (size_t)(j * g->lda) * g->type->size, bytes);
    else if (g->type->size == sizeof(double))
        transpose_f64((double *)(void *)to, (const double *)(const void *)x, g->lda, rows, columns);
    else
        transpose_f32((float *)(void *)to, (const float *)(const void *)x, g->lda, rows, columns);
}

/* A part of C: rows from..to of columns left..right. */
struct block {
    int64_t from, to, left, right;
};

/* Adds the slab of the inner dimension that starts at p to a block; with `space`, from copies of A. */
static void multiply_slab(const struct product *g, struct shape t, int64_t p, struct block c, char *space)
{
    struct product tile = *g;
    tile.k = least(t.k, g->k - p);
    tile.beta = p == 0 ? g->beta : 1;
    size_t stride = (size_t)(t.m * t.k) * g->type->size;
    for (int64_t i = c.from; space && i < c.to; i += t.m)
        pack(space + (size_t)((i - c.from) / t.m) * stride, g->a + offset(g->ta, g->lda, i, p, g->type->size),
            g, least(t.m, c.to - i), tile.k);
    for (int64_t j = c.left; j < c.right; j += t.n) {
        tile.n = least(t.n, c.right - j);
        tile.b = g->b + offset(g->tb, g->ldb, p, j, g->type->size);
        for (int64_t i = c.from; i < c.to; i += t.m) {
            tile.m = least(t.m, c.to - i);
            tile.c = g->c + offset(LA_N, g->ldc, i, j, g->type->size);
            tile.a = g->a + offset(g->ta, g->lda, i, p, g->type->size);
            if (space) {
                tile.a = space + (size_t)((i - c.from) / t.m) * stride;
                tile.ta = LA_N;
                tile.lda = tile.m;
            }
            g->type->call(&tile);
        }
    }
}

/* The whole inner dimension, with as many rows at a time as there is room for copies. */
static void multiply_block(const struct product *g, struct shape t, struct block c)
{
    _Alignas(64) char space[PACK_BYTES];
    int64_t fit = PACK_BYTES / (t.m * t.k * (int64_t)g->type->size);
    bool copies = fit > 0 && (c.right - c.left + t.n - 1) / t.n >= REUSES;
    int64_t rows = copies ? fit * t.m : c.to - c.from;
    for (int64_t p = 0; p < g->k; p += t.k)
        for (int64_t from = c.from; from < c.to; from += rows) {
            struct block strip = {from, least(from + rows, c.to), c.left, c.right};
            multiply_slab(g, t, p, strip, copies ? space : NULL);
        }
}

/* A multiple of `step`, at least one, near `size`. */
static int64_t multiple(int64_t size, int64_t step)
{
    return size < step ? step : size / step * step;
}

static void multiply(const struct product *g, struct shape sides)
{
    struct shape t = tile_shape(g->m, g->n, g->k, sides);
    int64_t rows = least(multiple(BLOCK_ROWS, t.m), g->m);
    int64_t columns = least(multiple(BLOCK_BYTES / (rows * (int64_t)g->type->size), REUSES * t.n), g->n);
    rows = least(multiple(BLOCK_BYTES / (columns * (int64_t)g->type->size), t.m), g->m);
    for (int64_t left = 0; left < g->n; left += columns)
        for (int64_t from = 0; from < g->m; from += rows) {
            struct block c = {from, least(from + rows, g->m), left, least(left + columns, g->n)};
            multiply_block(g, t, c);
        }
}

static void run(const struct product *g)
{
    if (g->m <= 0 || g->n <= 0)
        return;
    if (g->k <= 0)
        g->type->scale(g);
    else
        multiply(g, g->type->sides());
}

void la_gemm(enum la_trans ta, enum la_trans tb, int64_t m, int64_t n, int64_t k, double alpha,
    const double *a, int64_t lda, const double *b, int64_t ldb, double beta, double *c, int64_t ldc)
{
    run(&(struct product){
        ta, tb, m, n, k, alpha, (const char *)a, lda, (const char *)b, ldb, beta, (char *)c, ldc, &f64});
}

void la_gemm_f32(enum la_trans ta, enum la_trans tb, int64_t m, int64_t n, int64_t k, float alpha,
    const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    run(&(struct product){ta, tb, m, n, k, (double)alpha, (const char *)a, lda, (const char *)b, ldb,
        (double)beta, (char *)c, ldc, &f32});
}

void la_gram(int64_t m, int64_t n, const double *a, int64_t lda, double *c, int64_t ldc)
{
    int64_t width = n > 0 ? part(n, GRAM_WIDTH, 8) : 1;
    for (int64_t j = 0; j < n; j += width)
        la_gemm(LA_T, LA_N, n - j, least(width, n - j), m, 1, a + j * lda, lda, a + j * lda, lda, 0,
            c + j * ldc + j, ldc);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = j + 1; i < n; i++)
            c[i * ldc + j] = c[j * ldc + i];
}

/* All forms: some kernels of OpenBLAS need no buffer for some of them. This shape needs one somewhere. */
void la_warm_up(void)
{
    enum { N = 40, K = 2 };
    double x[N * K] = {0}, y[N * N];
    float xf[N * K] = {0}, yf[N * N];
    for (int form = 0; form < 4; form++) {
        enum la_trans ta = form & 1 ? LA_T : LA_N, tb = form & 2 ? LA_T : LA_N;
        int64_t lda = ta == LA_N ? N : K, ldb = tb == LA_N ? K : N;
        la_gemm(ta, tb, N, N, K, 1, x, lda, x, ldb, 0, y, N);
        la_gemm_f32(ta, tb, N, N, K, 1, xf, lda, xf, ldb, 0, yf, N);
    }
}
