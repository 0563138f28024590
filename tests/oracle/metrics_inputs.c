#include "metrics_inputs.h"

#include <stdbool.h>
#include <stdlib.h>

/* splitmix64 (Steele, Lea, Flood 2014) */
static double uniform(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

static void row_scores(const struct inputs_case *c, uint64_t *state, int32_t truth, double *out)
{
    for (int32_t j = 0; j < c->k; j++) {
        double x = uniform(state);
        x = x * x + (j == truth ? c->signal : 0.0) + (j == 0 ? c->bias : 0.0);
        if (c->ties)
            x = (double)(int32_t)(x * c->ties) / c->ties;
        out[j] = x + 0.0078125;
    }
}

/* Divides by the sum; returns the first largest. */
static int32_t normalise(int32_t k, double *p)
{
    double total = 0.0;
    int32_t best = 0;
    for (int32_t j = 0; j < k; j++)
        total += p[j];
    for (int32_t j = 0; j < k; j++) {
        p[j] /= total;
        if (p[j] > p[best])
            best = j;
    }
    return best;
}

static void draw_row(const struct inputs_case *c, uint64_t *state, int32_t i, struct inputs *in)
{
    double *p = in->proba + (int64_t)i * c->k;
    double u = uniform(state);
    int32_t truth = (int32_t)(c->k * (c->skew ? u * u * u : u));
    if (c->absent && truth == c->k - 1)
        truth = 0;
    row_scores(c, state, truth, p);
    u = uniform(state);
    int32_t best = normalise(c->k, p);
    if (c->extreme && i % c->extreme == 0)
        for (int32_t j = 0; j < c->k; j++)
            p[j] = j == best ? 1.0 : 0.0;
    in->y[i] = truth;
    in->labels[i] = best;
    if (in->w)
        in->w[i] = c->weights == 1 ? (double)(int32_t)(u * 4) : u * 2;
}

static void *need(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (!p)
        abort();
    return p;
}

struct inputs inputs_create(const struct inputs_case *c)
{
    size_t n = (size_t)c->n;
    struct inputs in = {.y = need(n, sizeof *in.y), .labels = need(n, sizeof *in.labels)};
    in.proba = need(n * (size_t)c->k, sizeof *in.proba);
    in.w = c->weights ? need(n, sizeof *in.w) : NULL;
    uint64_t state = c->seed;
    for (int32_t i = 0; i < c->n; i++)
        draw_row(c, &state, i, &in);
    return in;
}

void inputs_free(struct inputs *in)
{
    free(in->y);
    free(in->labels);
    free(in->proba);
    free(in->w);
}
