/*
 * neighbors.c - nearest neighbours by matrix products, with an exact recheck.
 *
 * For a query q and a stored point t, both centred, the squared distance less |q|^2 is |t|^2 - 2 q.t. In
 * single precision, with u = 2^-24, rounding the inputs and a product of length p leave an error of at most
 * (p + 4) u (|q| |t| 2 + |t|^2) <= K (|q|^2 + |t|^2), K = 2 (p + 8) u, and a denormal remainder. A point can
 * only be among the k nearest if its lower bound is not above the k-th smallest upper bound.
 */
#include "ops/shared/neighbors.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"

enum {
    QUERIES = 64,  /* of one matrix product */
    POINTS = 1024, /* of one matrix product */
    GROUP = 16,    /* bounds that are compared together */
    CANDIDATES_MIN = 128,
};

/* Beyond this a squared length of single precision is not safe from overflow. */
static const double length_max = 1e15;

/* Lexicographic: nearer, then the lower index. */
static inline bool nearer(const struct neighbor *a, const struct neighbor *b)
{
    return a->rank < b->rank || (a->rank == b->rank && a->index < b->index);
}

/* heap[0] is the farthest of n; replaces it and restores the order. */
static void heap_replace(struct neighbor *heap, int64_t n, struct neighbor x)
{
    int64_t i = 0;
    for (int64_t c = 1; c < n; c = 2 * i + 1) {
        if (c + 1 < n && nearer(&heap[c], &heap[c + 1]))
            c++;
        if (!nearer(&x, &heap[c]))
            break;
        heap[i] = heap[c];
        i = c;
    }
    heap[i] = x;
}

static void heap_push(struct neighbor *heap, int64_t n, struct neighbor x)
{
    int64_t i = n;
    while (i > 0 && nearer(&heap[(i - 1) / 2], &x)) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = x;
}

/* Keeps the k nearest of those offered; *n counts them. */
static inline void offer(struct neighbor *heap, int64_t *n, int64_t k, double rank, int64_t index)
{
    struct neighbor x = {rank, index};
    if (*n < k)
        heap_push(heap, (*n)++, x);
    else if (nearer(&x, &heap[0]))
        heap_replace(heap, k, x);
}

/* A heap into ascending order. */
static void heap_sort(struct neighbor *heap, int64_t n)
{
    for (int64_t last = n - 1; last > 0; last--) {
        struct neighbor far = heap[0];
        heap_replace(heap, last, heap[last]);
        heap[last] = far;
    }
}

static inline double add_term(double sum, double d, int32_t power)
{
    d = fabs(d);
    switch (power) {
    case NEIGHBORS_CHEBYSHEV:
        return d > sum ? d : sum;
    case 1:
        return sum + d;
    case 2:
        return sum + d * d;
    case 3:
        return sum + d * d * d;
    default:
        return sum + pow(d, power);
    }
}

static inline double rank_by(const double *a, const double *b, int32_t p, int32_t power)
{
    double sum = 0;
    for (int32_t j = 0; j < p; j++)
        sum = add_term(sum, a[j] - b[j], power);
    return sum;
}

/* Four points at a time: four chains of additions instead of one. */
static inline void rank_four(const double *x, const double *q, int32_t p, int32_t power, double out[4])
{
    double s[4] = {0};
    for (int32_t j = 0; j < p; j++) {
        for (int32_t l = 0; l < 4; l++)
            s[l] = add_term(s[l], x[(int64_t)l * p + j] - q[j], power);
    }
    memcpy(out, s, sizeof(s));
}

static inline void scan_points(
    const struct neighbors *s, const double *q, int64_t k, int32_t power, struct neighbor *out)
{
    int64_t found = 0, i = 0;
    double rank[4];
    for (; i + 4 <= s->n; i += 4) {
        rank_four(s->x + i * s->p, q, s->p, power, rank);
        for (int32_t l = 0; l < 4; l++)
            offer(out, &found, k, rank[l], i + l);
    }
    for (; i < s->n; i++)
        offer(out, &found, k, rank_by(s->x + i * s->p, q, s->p, power), i);
    heap_sort(out, k);
}

void neighbors_find_one(const struct neighbors *s, const double *query, int64_t k, struct neighbor *out)
{
    switch (s->power) {
    case NEIGHBORS_CHEBYSHEV:
        scan_points(s, query, k, NEIGHBORS_CHEBYSHEV, out);
        break;
    case 1:
        scan_points(s, query, k, 1, out);
        break;
    case 2:
        scan_points(s, query, k, 2, out);
        break;
    case 3:
        scan_points(s, query, k, 3, out);
        break;
    default:
        scan_points(s, query, k, s->power, out);
    }
}

double neighbors_distance(const struct neighbors *s, double rank)
{
    if (s->power == 2)
        return sqrt(rank);
    return s->power <= 1 ? rank : s->power == 3 ? cbrt(rank) : pow(rank, 1.0 / s->power);
}

/* Centred single precision of one row; its squared length, or infinity if it is too long. */
static double to_single(const struct neighbors *s, const double *x, float *out)
{
    double sum = 0;
    for (int32_t j = 0; j < s->p; j++) {
        double d = x[j] - s->centre[j];
        if (!(fabs(d) < length_max))
            return INFINITY;
        out[j] = (float)d;
        sum += (double)out[j] * (double)out[j];
    }
    return sum;
}

/* False: no memory. Without `single` all searches are direct. */
static bool make_single(struct neighbors *s)
{
    s->centre = NEW_ZEROS(s->mem, s->p, double);
    s->single = NEW_ARRAY(s->mem, (size_t)s->n * (size_t)s->p, float);
    s->norms = NEW_ARRAY(s->mem, s->n, float);
    if (!s->centre || !s->single || !s->norms)
        return false;
    for (int64_t i = 0; i < s->n; i++) {
        for (int32_t j = 0; j < s->p; j++)
            s->centre[j] += s->x[i * s->p + j] / (double)s->n;
    }
    for (int64_t i = 0; i < s->n; i++) {
        double length = to_single(s, s->x + i * s->p, s->single + i * s->p);
        if (isinf(length)) {
            mem_free(s->mem, s->single);
            s->single = NULL;
            return true;
        }
        s->norms[i] = (float)length;
    }
    return true;
}

automl_status neighbors_create(
    struct mem *m, double *x, int64_t n, int32_t p, int32_t power, struct neighbors *out, automl_error *err)
{
    struct neighbors s = {.mem = m, .n = n, .p = p, .power = power, .x = x};
    if (power == 2 && !make_single(&s)) {
        neighbors_free(&s);
        return error_memory(err);
    }
    *out = s;
    return AUTOML_OK;
}

void neighbors_free(struct neighbors *s)
{
    if (!s->mem)
        return;
    mem_free(s->mem, s->x);
    mem_free(s->mem, s->single);
    mem_free(s->mem, s->norms);
    mem_free(s->mem, s->centre);
    *s = (struct neighbors){0};
}

/* What may still be among the nearest of one query. */
struct candidates {
    int64_t n;
    float limit;   /* lower bounds above it are out */
    double length; /* |q|^2 */
    bool direct;   /* bounds say too little: measure every point */
    float *lower;
    int32_t *index;
};

struct search {
    const struct neighbors *s;
    int64_t k, capacity;
    double slack;   /* K */
    float *queries; /* QUERIES x p */
    float *lengths; /* POINTS: shrunk squared lengths */
    float *product; /* POINTS x QUERIES, column-major */
    float *lower;   /* QUERIES x capacity */
    int32_t *index;
    float *upper; /* capacity: scratch of tighten */
    struct candidates of[QUERIES];
};

/* The k-th smallest (from 0) of a[0..n), which it reorders (Hoare's selection). */
static float select_kth(float *a, int64_t n, int64_t k)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        float pivot = a[low + (high - low) / 2];
        int64_t i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i > j)
                break;
            float t = a[i];
            a[i++] = a[j];
            a[j--] = t;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return a[k];
}

/* Lowers the limit to the k-th smallest upper bound and drops the candidates above it. */
static void tighten(struct search *f, struct candidates *c)
{
    const struct neighbors *s = f->s;
    int64_t kept = 0;
    for (int64_t i = 0; i < c->n; i++) {
        double error = 2 * f->slack * (c->length + (double)s->norms[c->index[i]]) + 1e-30;
        double upper = (double)c->lower[i] + error;
        f->upper[i] = (float)(upper + fabs(upper) * 0x1p-22); /* rounded up */
    }
    if (c->n >= f->k)
        c->limit = fminf(c->limit, select_kth(f->upper, c->n, f->k - 1));
    for (int64_t i = 0; i < c->n; i++) {
        c->lower[kept] = c->lower[i];
        c->index[kept] = c->index[i];
        kept += c->lower[i] <= c->limit;
    }
    c->n = kept;
    c->direct |= kept > f->capacity / 2;
}

/* Vectors of GCC and clang, as SSE2 or NEON have them. */
typedef float lanes __attribute__((vector_size(16)));
typedef int32_t masks __attribute__((vector_size(16)));

static inline lanes load(const float *x)
{
    lanes v;
    memcpy(&v, x, sizeof(v));
    return v;
}

/* Whether one of GROUP sums a + b is within the limit. */
static inline bool any_within(const float *a, const float *b, float limit)
{
    masks m = {0};
    uint64_t half[2];
    for (int32_t l = 0; l < GROUP; l += 4)
        m |= (masks)(load(a + l) + load(b + l) <= limit);
    memcpy(half, &m, sizeof(half));
    return half[0] | half[1];
}

/* Adds the points of a product's column that are within the limit. */
static void collect(struct search *f, struct candidates *c, const float *product, const float *lengths,
    int64_t begin, int64_t n)
{
    float limit = c->limit;
    for (int64_t i = 0; i < n && !c->direct; i += GROUP) {
        if (!any_within(product + i, lengths + i, limit))
            continue;
        if (c->n + GROUP > f->capacity)
            tighten(f, c);
        if (c->direct)
            return;
        limit = c->limit;
        for (int32_t l = 0; l < GROUP && i + l < n; l++) {
            c->lower[c->n] = product[i + l] + lengths[i + l];
            c->index[c->n] = (int32_t)(begin + i + l);
            c->n += c->lower[c->n] <= limit;
        }
    }
}

/* Lower bounds (less |q|^2) of points [begin, begin + n) for m queries: their products and shrunk lengths. */
static void bound_points(struct search *f, int64_t begin, int64_t n, int64_t m)
{
    const struct neighbors *s = f->s;
    float shrink = (float)(1 - f->slack);
    for (int64_t i = 0; i < n; i++)
        f->lengths[i] = shrink * s->norms[begin + i];
    for (int64_t i = n; i < POINTS; i++)
        f->lengths[i] = INFINITY;
    la_gemm_f32(
        LA_T, LA_N, n, m, s->p, -2, s->single + begin * s->p, s->p, f->queries, s->p, 0, f->product, POINTS);
    for (int64_t q = 0; q < m; q++)
        collect(f, &f->of[q], f->product + q * POINTS, f->lengths, begin, n);
}

static void begin_queries(struct search *f, const double *queries, int64_t m)
{
    const struct neighbors *s = f->s;
    for (int64_t q = 0; q < m; q++) {
        double length = to_single(s, queries + q * s->p, f->queries + q * s->p);
        f->of[q] = (struct candidates){.limit = INFINITY,
            .length = length,
            .direct = isinf(length),
            .lower = f->lower + q * f->capacity,
            .index = f->index + q * f->capacity};
        if (f->of[q].direct)
            memset(f->queries + q * s->p, 0, (size_t)s->p * sizeof(float));
    }
}

static void finish_query(struct search *f, struct candidates *c, const double *query, struct neighbor *out)
{
    const struct neighbors *s = f->s;
    int64_t found = 0;
    if (!c->direct)
        tighten(f, c);
    if (c->direct) {
        neighbors_find_one(s, query, f->k, out);
        return;
    }
    for (int64_t i = 0; i < c->n; i++)
        offer(out, &found, f->k, rank_by(s->x + c->index[i] * (int64_t)s->p, query, s->p, 2), c->index[i]);
    heap_sort(out, f->k);
}

static automl_status search_block(struct search *f, const double *queries, int64_t m, const struct stop *stop,
    struct neighbor *out, automl_error *err)
{
    const struct neighbors *s = f->s;
    begin_queries(f, queries, m);
    for (int64_t begin = 0; begin < s->n; begin += POINTS) {
        TRY(stop_status(stop, err));
        bound_points(f, begin, begin + POINTS < s->n ? POINTS : s->n - begin, m);
    }
    for (int64_t q = 0; q < m; q++)
        finish_query(f, &f->of[q], queries + q * s->p, out + q * f->k);
    return AUTOML_OK;
}

static automl_status find_by_product(const struct neighbors *s, const double *queries, int64_t n_queries,
    int64_t k, struct mem *mem, const struct stop *stop, struct neighbor *out, automl_error *err)
{
    struct search f = {.s = s, .k = k, .slack = 2 * ((double)s->p + 8) * 0x1p-24};
    automl_status status = AUTOML_OK;
    f.capacity = 4 * k < CANDIDATES_MIN ? CANDIDATES_MIN : 4 * k + GROUP;
    f.queries = NEW_ARRAY(mem, QUERIES * (size_t)s->p, float);
    f.product = NEW_ZEROS(mem, (size_t)QUERIES * POINTS, float);
    f.lengths = NEW_ARRAY(mem, POINTS, float);
    f.lower = NEW_ARRAY(mem, QUERIES * (size_t)f.capacity, float);
    f.index = NEW_ARRAY(mem, QUERIES * (size_t)f.capacity, int32_t);
    f.upper = NEW_ARRAY(mem, f.capacity, float);
    if (!f.queries || !f.product || !f.lengths || !f.lower || !f.index || !f.upper)
        status = error_memory(err);
    for (int64_t i = 0; status >= 0 && i < n_queries; i += QUERIES) {
        int64_t m = i + QUERIES < n_queries ? QUERIES : n_queries - i;
        status = search_block(&f, queries + i * s->p, m, stop, out + i * k, err);
    }
    mem_free(mem, f.queries);
    mem_free(mem, f.product);
    mem_free(mem, f.lengths);
    mem_free(mem, f.lower);
    mem_free(mem, f.index);
    mem_free(mem, f.upper);
    return status;
}

automl_status neighbors_find(const struct neighbors *s, const double *queries, int64_t n_queries, int64_t k,
    struct mem *mem, const struct stop *stop, struct neighbor *out, automl_error *err)
{
    if (s->single && s->n > QUERIES)
        return find_by_product(s, queries, n_queries, k, mem, stop, out, err);
    for (int64_t i = 0; i < n_queries; i++) {
        TRY(stop_status(stop, err));
        neighbors_find_one(s, queries + i * s->p, k, out + i * k);
    }
    return AUTOML_OK;
}
