/*
 * threshold.c - tuning of the binary cut.
 *
 * One pass down the ranking gives the four counts at every cut. The metrics of the table depend on the rows
 * only through them, so they are asked about at most four weighted rows, one for each cell of the confusion
 * matrix; a host's scorer sees all rows.
 */
#include <math.h>

#include "eval/decision.h"
#include "eval/ranking.h"

enum { CUTS_MAX = 1000 };

struct tuner {
    const struct metric *metric;
    const struct metric_input *in;
    int32_t *labels;           /* n, for a host's scorer; NULL for a metric of the table */
    double positive, negative; /* weight of each class */
    double best, cut;
    bool found;
};

static bool built_in(const struct metric *metric)
{
    int32_t n;
    const struct metric *const *all = metrics_all(&n);
    for (int32_t i = 0; i < n; i++)
        if (all[i] == metric)
            return true;
    return false;
}

static automl_status score_counts(const struct tuner *t, double tp, double fp, double *out, automl_error *err)
{
    const double cells[4] = {tp, t->positive - tp, fp, t->negative - fp};
    int32_t positive = t->in->positive, negative = 1 - positive, n = 0;
    int32_t y[4], labels[4];
    double w[4];
    for (int32_t cell = 0; cell < 4; cell++) {
        if (cells[cell] <= 0.0)
            continue;
        y[n] = cell < 2 ? positive : negative;
        labels[n] = cell % 2 == 0 ? positive : negative;
        w[n++] = cells[cell];
    }
    struct metric_input rows = {
        .n = n, .k = 2, .positive = positive, .y = y, .labels = labels, .w = w, .mem = t->in->mem};
    return t->metric->score(t->metric, &rows, out, err);
}

static automl_status score_rows(const struct tuner *t, double cut, double *out, automl_error *err)
{
    struct decision d = {.rule = DECISION_THRESHOLD, .threshold = cut, .positive = t->in->positive};
    struct metric_input rows = *t->in;
    decide_rows(&d, rows.n, rows.k, rows.proba, t->labels);
    rows.labels = t->labels;
    return t->metric->score(t->metric, &rows, out, err);
}

static automl_status try_cut(struct tuner *t, double cut, double tp, double fp, automl_error *err)
{
    double score;
    if (t->labels)
        TRY(score_rows(t, cut, &score, err));
    else
        TRY(score_counts(t, tp, fp, &score, err));
    if (isnan(score))
        return AUTOML_OK;
    bool nearer = fabs(cut - 0.5) < fabs(t->cut - 0.5);
    if (!t->found || score > t->best || (score == t->best && nearer)) {
        t->best = score;
        t->cut = cut;
        t->found = true;
    }
    return AUTOML_OK;
}

/* Between two scores, and above the lower one even if they are neighbours. */
static double midpoint(double low, double high)
{
    double middle = low + (high - low) / 2.0;
    return middle > low ? middle : high;
}

static int64_t count_groups(struct ranking r)
{
    int64_t n = 0;
    struct rank_group g;
    while (ranking_next(&r, &g))
        n++;
    return n;
}

/* Every midpoint, or CUTS_MAX of them evenly by rank: midpoint i is tried if it is the first of its share. */
static bool is_tried(int64_t i, int64_t cuts)
{
    return cuts <= CUTS_MAX || i == 0 || i * CUTS_MAX / cuts != (i - 1) * CUTS_MAX / cuts;
}

static automl_status try_midpoints(struct tuner *t, struct ranking r, automl_error *err)
{
    int64_t cuts = count_groups(r) - 1;
    double tp = 0.0, fp = 0.0;
    struct rank_group high, low;
    if (!ranking_next(&r, &high))
        return AUTOML_OK;
    for (int64_t i = 0; ranking_next(&r, &low); i++) {
        tp += high.positive;
        fp += high.negative;
        if (is_tried(i, cuts))
            TRY(try_cut(t, midpoint(low.score, high.score), tp, fp, err));
        high = low;
    }
    return AUTOML_OK;
}

/* The usual cut, so that tuning never loses to it on these rows. */
static automl_status try_half(struct tuner *t, struct ranking r, automl_error *err)
{
    double tp = 0.0, fp = 0.0;
    struct rank_group g;
    while (ranking_next(&r, &g) && g.score >= 0.5) {
        tp += g.positive;
        fp += g.negative;
    }
    return try_cut(t, 0.5, tp, fp, err);
}

automl_status tune_threshold(
    const struct metric *metric, const struct metric_input *in, double *out, automl_error *err)
{
    struct tuner t = {.metric = metric, .in = in, .cut = 0.5};
    struct ranking r = {0};
    automl_status status = AUTOML_OK;
    if (in->k != 2)
        return error_set(err, AUTOML_E_ARGUMENT, "a cut is tuned for two classes only");
    if (!(metric->flags & METRIC_LABELS)) {
        *out = 0.5;
        return AUTOML_OK;
    }
    if (!built_in(metric)) {
        t.labels = NEW_ARRAY(in->mem, in->n, int32_t);
        if (!t.labels)
            return error_memory(err);
    }
    TRY_DONE(ranking_create(in, in->positive, RANKING_REST, &r, err));
    t.positive = r.positive;
    t.negative = r.negative;
    TRY_DONE(try_half(&t, r, err));
    TRY_DONE(try_midpoints(&t, r, err));
    *out = t.cut;
done:
    if (r.mem)
        ranking_free(&r);
    mem_free(in->mem, t.labels);
    return status;
}
