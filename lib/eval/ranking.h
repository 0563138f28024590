/*
 * ranking.h - the rows of two sides by falling score, ties together: what AUC, KS and average precision add
 * up.
 */
#ifndef EVAL_RANKING_H
#define EVAL_RANKING_H

#include <string.h>

#include "eval/metric.h"

enum { RANKING_REST = -1 };

struct ranking {
    struct mem *mem;
    uint64_t *keys;            /* n, ascending by score: bits of the score << 1 | positive */
    uint64_t *block;           /* the allocation that keys is in */
    double *weights;           /* of each key; NULL: all 1 */
    int64_t n;                 /* keys not yet visited by ranking_next */
    double positive, negative; /* total weight of each side */
};

/* Rows of class a (positive) against those of class b, or all others with RANKING_REST, by the probability of
 * a. Rows of weight 0 are left out. Memory: 16 bytes a row, 28 with weights. */
automl_status ranking_create(
    const struct metric_input *in, int32_t a, int32_t b, struct ranking *out, automl_error *err);
void ranking_free(struct ranking *r);

/* A score of a fresh ranking; NaN where it is undefined. */
typedef double (*ranking_fn)(struct ranking *r);

automl_status ranking_score(
    const struct metric_input *in, int32_t a, int32_t b, ranking_fn fn, double *out, automl_error *err);
/* Two classes: the score of the positive one. More: the mean over each class against the rest, where it is
 * defined; NaN if it is nowhere. */
automl_status ranking_score_classes(
    const struct metric_input *in, ranking_fn fn, double *out, automl_error *err);

/* All rows of one score. */
struct rank_group {
    double score;
    double positive, negative; /* weights */
};

static inline int64_t rank_count(const struct ranking *r, uint64_t score, struct rank_group *g)
{
    int64_t i = r->n, positive = 0;
    for (; i > 0 && r->keys[i - 1] >> 1 == score; i--)
        positive += (int64_t)(r->keys[i - 1] & 1);
    g->positive = (double)positive;
    g->negative = (double)(r->n - i - positive);
    return i;
}

static inline int64_t rank_weigh(const struct ranking *r, uint64_t score, struct rank_group *g)
{
    double side[2] = {0.0, 0.0};
    int64_t i = r->n;
    for (; i > 0 && r->keys[i - 1] >> 1 == score; i--)
        side[r->keys[i - 1] & 1] += r->weights[i - 1];
    g->negative = side[0];
    g->positive = side[1];
    return i;
}

/* The group of the highest score not yet visited; false at the end. */
static inline bool ranking_next(struct ranking *r, struct rank_group *g)
{
    if (r->n == 0)
        return false;
    uint64_t score = r->keys[r->n - 1] >> 1;
    memcpy(&g->score, &score, sizeof score);
    r->n = r->weights ? rank_weigh(r, score, g) : rank_count(r, score, g);
    return true;
}

#endif
