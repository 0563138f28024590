/*
 * ranking.c - sorting of scores with the side of their row in the lowest bit.
 *
 * Scores are finite and >= 0, so the sign bit of a double is free: shifted out, it makes room for the side,
 * the order of the words is the order of the scores, and nothing else has to be moved along. A radix sort by
 * the 22 leading bits of the range that occurs leaves a million keys nearly sorted after two passes;
 * insertion does the rest, and where too many keys agree in those bits, they are sorted again by what is left
 * of them.
 */
#include "eval/ranking.h"

#include <math.h>

#include "base/sort.h"
#include "eval/input.h"

enum {
    SHORT = 32,
    DIGIT_BITS = 11,
    DIGITS = 2,
    BUCKETS = 1 << DIGIT_BITS,
    WINDOW_BITS = DIGITS * DIGIT_BITS
};

/* The bits of infinity; those of negative numbers and NaN are greater. */
static const uint64_t unusable = UINT64_C(0x7ff0000000000000);

/* ---- sorting without weights ---- */

/* The bits of a score that digits are taken from: score - low, then `drop` bits to the right. */
struct window {
    uint64_t low;
    int drop;
};

static inline uint64_t window_bits(struct window v, uint64_t key)
{
    return ((key >> 1) - v.low) >> v.drop;
}

/* False if all scores are equal. */
static bool window_find(const uint64_t *a, int64_t n, struct window *out)
{
    uint64_t low = a[0], high = a[0];
    for (int64_t i = 1; i < n; i++) {
        low = a[i] < low ? a[i] : low;
        high = a[i] > high ? a[i] : high;
    }
    low >>= 1;
    high >>= 1;
    if (low == high)
        return false;
    int width = 64 - __builtin_clzll(high - low);
    *out = (struct window){low, width > WINDOW_BITS ? width - WINDOW_BITS : 0};
    return true;
}

static void count_digits(const uint64_t *a, int64_t n, struct window v, uint32_t counts[DIGITS][BUCKETS])
{
    memset(counts, 0, DIGITS * sizeof *counts);
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = window_bits(v, a[i]);
        counts[0][bits & (BUCKETS - 1)]++;
        counts[1][bits >> DIGIT_BITS]++;
    }
}

/* Moves the keys to `out` in the order of one digit; counts become positions. */
static void scatter(const uint64_t *a, int64_t n, struct window v, int shift, uint32_t *counts, uint64_t *out)
{
    uint32_t next = 0;
    for (int b = 0; b < BUCKETS; b++) {
        uint32_t here = counts[b];
        counts[b] = next;
        next += here;
    }
    for (int64_t i = 0; i < n; i++)
        out[counts[window_bits(v, a[i]) >> shift & (BUCKETS - 1)]++] = a[i];
}

static uint64_t *sort_keys(uint64_t *a, int64_t n, uint64_t *tmp);

/* Sorts the run around i of keys that are equal in the window; returns the last of it. A run has 22 bits less
 * to differ in, so this goes at most three deep. */
static int64_t sort_run(uint64_t *a, int64_t n, int64_t i, struct window v, uint64_t *tmp)
{
    uint64_t bits = window_bits(v, a[i]);
    int64_t start = i, end = i + 1;
    while (start > 0 && window_bits(v, a[start - 1]) == bits)
        start--;
    while (end < n && window_bits(v, a[end]) == bits)
        end++;
    uint64_t *sorted = sort_keys(a + start, end - start, tmp);
    if (sorted != a + start)
        memcpy(a + start, sorted, (size_t)(end - start) * sizeof *a);
    return end - 1;
}

/* Insertion sort of keys that are sorted by v. One that has to go far tells of a long run. */
static void finish(uint64_t *a, int64_t n, struct window v, uint64_t *tmp)
{
    for (int64_t i = 1; i < n; i++) {
        uint64_t x = a[i];
        int64_t j = i, end = i > SHORT ? i - SHORT : 0;
        for (; j > end && a[j - 1] > (x | 1); j--)
            a[j] = a[j - 1];
        a[j] = x;
        if (j == end && end > 0)
            i = sort_run(a, n, i, v, tmp);
    }
}

/* Returns where the sorted keys are: a or tmp. Order among equal scores is not specified. */
static uint64_t *sort_keys(uint64_t *a, int64_t n, uint64_t *tmp)
{
    struct window v = {0};
    uint32_t counts[DIGITS][BUCKETS];
    if (n > SHORT) {
        if (!window_find(a, n, &v))
            return a;
        count_digits(a, n, v, counts);
        for (int digit = 0; digit < DIGITS; digit++) {
            scatter(a, n, v, digit * DIGIT_BITS, counts[digit], tmp);
            uint64_t *swap = a;
            a = tmp;
            tmp = swap;
        }
    }
    if (n <= SHORT || v.drop > 0)
        finish(a, n, v, tmp);
    return a;
}

/* ---- rows to keys ---- */

struct side {
    int32_t a, b;
};

static inline bool takes_part(const struct metric_input *in, struct side s, int64_t i)
{
    return (s.b == RANKING_REST || in->y[i] == s.a || in->y[i] == s.b) && (!in->w || in->w[i] > 0.0);
}

static int64_t count_rows(const struct metric_input *in, struct side s)
{
    int64_t n = 0;
    for (int64_t i = 0; i < in->n; i++)
        n += takes_part(in, s, i);
    return n;
}

/* Adding 0 makes a +0 of a -0. */
static inline uint64_t score_bits(const struct metric_input *in, struct side s, int64_t i)
{
    double score = in->proba[i * in->k + s.a] + 0.0;
    uint64_t bits;
    memcpy(&bits, &score, sizeof bits);
    return bits;
}

static inline uint64_t key_of(const struct metric_input *in, struct side s, int64_t i)
{
    return score_bits(in, s, i) << 1 | (uint64_t)(in->y[i] == s.a);
}

static automl_status fill_unweighted(
    const struct metric_input *in, struct side s, struct ranking *r, automl_error *err)
{
    r->block = mem_alloc_array(in->mem, (size_t)r->n, 2 * sizeof *r->block);
    if (!r->block)
        return error_memory(err);
    uint64_t *keys = r->block, positive = 0;
    int64_t n = 0;
    bool usable = true;
    for (int64_t i = 0; i < in->n; i++) {
        if (!takes_part(in, s, i))
            continue;
        usable &= score_bits(in, s, i) < unusable;
        keys[n] = key_of(in, s, i);
        positive += keys[n++] & 1;
    }
    if (!usable)
        return input_bad_proba(in, err);
    r->keys = sort_keys(keys, n, keys + n);
    r->positive = (double)positive;
    r->negative = (double)n - (double)positive;
    return AUTOML_OK;
}

/* ---- with weights: by an order of rows ---- */

struct weighted {
    double *scores;
    int32_t *rows, *order;
};

static automl_status order_rows(
    const struct metric_input *in, struct side s, int64_t n, struct weighted *v, automl_error *err)
{
    v->scores = NEW_ARRAY(in->mem, n, double);
    v->rows = NEW_ARRAY(in->mem, n, int32_t);
    v->order = NEW_ARRAY(in->mem, n, int32_t);
    if (!v->scores || !v->rows || !v->order)
        return error_memory(err);
    bool usable = true;
    for (int64_t i = 0, j = 0; i < in->n; i++) {
        if (!takes_part(in, s, i))
            continue;
        usable &= score_bits(in, s, i) < unusable;
        v->rows[j] = (int32_t)i;
        v->scores[j++] = in->proba[i * in->k + s.a];
    }
    if (!usable)
        return input_bad_proba(in, err);
    return sort_order_double(in->mem, v->scores, n, v->order) ? AUTOML_OK : error_memory(err);
}

static void weigh(const struct metric_input *in, struct side s, const struct weighted *v, struct ranking *r)
{
    for (int64_t j = 0; j < r->n; j++) {
        int64_t i = v->rows[v->order[j]];
        r->keys[j] = key_of(in, s, i);
        r->weights[j] = in->w[i];
        *(r->keys[j] & 1 ? &r->positive : &r->negative) += in->w[i];
    }
}

static automl_status fill_weighted(
    const struct metric_input *in, struct side s, struct ranking *r, automl_error *err)
{
    struct weighted v = {0};
    automl_status status;
    TRY_DONE(order_rows(in, s, r->n, &v, err));
    r->keys = r->block = NEW_ARRAY(in->mem, r->n, uint64_t);
    r->weights = NEW_ARRAY(in->mem, r->n, double);
    if (r->block && r->weights)
        weigh(in, s, &v, r);
    else
        status = error_memory(err);
done:
    mem_free(in->mem, v.scores);
    mem_free(in->mem, v.rows);
    mem_free(in->mem, v.order);
    return status;
}

automl_status ranking_create(
    const struct metric_input *in, int32_t a, int32_t b, struct ranking *out, automl_error *err)
{
    struct side s = {a, b};
    struct ranking r = {.mem = in->mem, .n = count_rows(in, s)};
    automl_status status = in->w ? fill_weighted(in, s, &r, err) : fill_unweighted(in, s, &r, err);
    if (status < 0)
        ranking_free(&r);
    else
        *out = r;
    return status;
}

void ranking_free(struct ranking *r)
{
    mem_free(r->mem, r->block);
    mem_free(r->mem, r->weights);
}

automl_status ranking_score(
    const struct metric_input *in, int32_t a, int32_t b, ranking_fn fn, double *out, automl_error *err)
{
    struct ranking r;
    TRY(ranking_create(in, a, b, &r, err));
    *out = fn(&r);
    ranking_free(&r);
    return AUTOML_OK;
}

automl_status ranking_score_classes(
    const struct metric_input *in, ranking_fn fn, double *out, automl_error *err)
{
    if (in->k == 2)
        return ranking_score(in, in->positive, RANKING_REST, fn, out, err);
    double total = 0.0;
    int32_t classes = 0;
    for (int32_t c = 0; c < in->k; c++) {
        double x;
        TRY(ranking_score(in, c, RANKING_REST, fn, &x, err));
        if (!isnan(x)) {
            total += x;
            classes++;
        }
    }
    *out = classes > 0 ? total / classes : NAN;
    return AUTOML_OK;
}
