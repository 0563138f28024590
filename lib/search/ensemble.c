/*
 * ensemble.c - greedy selection with replacement: each step adds the candidate that makes the mean best.
 */
#include "search/ensemble.h"

#include <math.h>
#include <string.h>

/* One set of folds: its rows, and the sum of the members' predictions for them. */
struct view {
    const struct eval_setting *s;
    const float *const *oof;
    int64_t n;     /* scored rows */
    int64_t *rows; /* positions of the scored rows in the job's training rows */
    int32_t *y;
    double *w;
    double *sum; /* n x k: of the members so far */
};

struct greedy {
    const struct ensemble_request *r;
    struct mem *mem;
    const struct metric *metric; /* what steps maximise */
    int32_t k;
    struct view views[2];
    int32_t n_views;
    int32_t size;    /* members so far, with repeats */
    int32_t *counts; /* per candidate */
    double *scores;  /* per candidate, of the current step */
    automl_status *status;
};

static void greedy_clear(struct greedy *g)
{
    for (int32_t v = 0; v < g->n_views; v++) {
        mem_free(g->mem, g->views[v].rows);
        mem_free(g->mem, g->views[v].y);
        mem_free(g->mem, g->views[v].w);
        mem_free(g->mem, g->views[v].sum);
    }
    mem_free(g->mem, g->counts);
    mem_free(g->mem, g->scores);
    mem_free(g->mem, g->status);
}

/* All validated rows, or every n/max-th of each fold's: folds are stratified, so this is too. */
static int64_t choose_rows(const struct eval_setting *s, int64_t max_rows, int64_t *rows)
{
    int64_t all = 0, n = 0, seen = 0;
    for (int32_t f = 0; f < s->folds->k; f++)
        all += s->fold[f].valid->n_rows;
    int64_t most = max_rows > 0 && max_rows < all ? max_rows : all;
    for (int32_t f = 0; f < s->folds->k; f++)
        for (int64_t i = 0; i < s->fold[f].valid->n_rows; i++, seen++)
            if ((seen + 1) * most / all > seen * most / all)
                rows[n++] = s->fold[f].valid_rows[i];
    return n;
}

static automl_status view_init(
    struct greedy *g, const struct eval_setting *s, const float *const *oof, automl_error *err)
{
    struct view *v = &g->views[g->n_views++];
    *v = (struct view){.s = s, .oof = oof, .rows = NEW_ARRAY(g->mem, s->folds->n, int64_t)};
    if (v->rows == NULL)
        return error_memory(err);
    v->n = choose_rows(s, g->r->max_rows, v->rows);
    v->y = NEW_ARRAY(g->mem, v->n, int32_t);
    v->w = s->w != NULL ? NEW_ARRAY(g->mem, v->n, double) : NULL;
    v->sum = NEW_ZEROS(g->mem, v->n * g->k, double);
    if (v->y == NULL || (s->w != NULL && v->w == NULL) || v->sum == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < v->n; i++) {
        v->y[i] = s->y[v->rows[i]];
        if (v->w != NULL)
            v->w[i] = s->w[v->rows[i]];
    }
    return AUTOML_OK;
}

static automl_status greedy_init(struct greedy *g, automl_error *err)
{
    const struct eval_setting *s = g->r->setting;
    int32_t c = g->r->n_candidates;
    g->k = s->n_classes;
    g->metric = s->metric;
    if (s->metric->flags & METRIC_LABELS)
        TRY(metric_find(NULL, "neg_log_loss", g->k, &g->metric, err));
    g->counts = NEW_ZEROS(g->mem, c, int32_t);
    g->scores = NEW_ARRAY(g->mem, c, double);
    g->status = NEW_ZEROS(g->mem, c, automl_status);
    if (g->counts == NULL || g->scores == NULL || g->status == NULL)
        return error_memory(err);
    TRY(view_init(g, s, g->r->oof, err));
    return g->r->fresh != NULL ? view_init(g, g->r->fresh, g->r->fresh_oof, err) : AUTOML_OK;
}

static void add_candidate(const struct view *v, int32_t k, int32_t c, double *to, double scale)
{
    const float *from = v->oof[c];
    for (int64_t i = 0; i < v->n; i++)
        for (int32_t j = 0; j < k; j++)
            to[i * k + j] = (v->sum[i * k + j] + (double)from[v->rows[i] * k + j]) * scale;
}

static automl_status view_score(const struct greedy *g, const struct view *v, int32_t c, double *out)
{
    double *mean = NEW_ARRAY(g->mem, v->n * g->k, double);
    if (mean == NULL)
        return AUTOML_E_MEMORY;
    add_candidate(v, g->k, c, mean, 1.0 / (g->size + 1));
    struct metric_input in = {
        .n = v->n, .k = g->k, .positive = v->s->positive, .y = v->y, .proba = mean, .w = v->w, .mem = g->mem};
    automl_status status = g->metric->score(g->metric, &in, out, NULL);
    mem_free(g->mem, mean);
    return status;
}

/* Score of the members so far plus candidate c. */
static void try_candidate(void *arg, int64_t c)
{
    struct greedy *g = arg;
    double sum = 0;
    g->status[c] = AUTOML_OK;
    for (int32_t v = 0; v < g->n_views && g->status[c] >= 0; v++) {
        double score = NAN;
        g->status[c] = view_score(g, &g->views[v], (int32_t)c, &score);
        sum += score / g->n_views;
    }
    g->scores[c] = sum;
}

static int32_t distinct(const struct greedy *g)
{
    int32_t n = 0;
    for (int32_t c = 0; c < g->r->n_candidates; c++)
        n += g->counts[c] > 0;
    return n;
}

static int32_t best_candidate(const struct greedy *g)
{
    bool full = distinct(g) >= g->r->max_members;
    int32_t best = -1;
    for (int32_t c = 0; c < g->r->n_candidates; c++) {
        if (full && g->counts[c] == 0)
            continue;
        if (!isnan(g->scores[c]) && (best < 0 || g->scores[c] > g->scores[best]))
            best = c;
    }
    return best;
}

static automl_status greedy_step(struct greedy *g, int32_t *out_best, automl_error *err)
{
    bool threads = g->metric->user == NULL || g->metric->concurrent;
    pool_for(threads ? g->r->pool : NULL, g->r->n_candidates, try_candidate, g);
    for (int32_t c = 0; c < g->r->n_candidates; c++)
        if (g->status[c] < 0)
            return g->status[c] == AUTOML_E_MEMORY
                       ? error_memory(err)
                       : error_set(
                             err, g->status[c], "the metric '%s' failed on an ensemble", g->metric->name);
    *out_best = best_candidate(g);
    return AUTOML_OK;
}

static void take(struct greedy *g, int32_t c)
{
    for (int32_t v = 0; v < g->n_views; v++)
        add_candidate(&g->views[v], g->k, c, g->views[v].sum, 1);
    g->counts[c]++;
    g->size++;
}

static void keep_weights(const struct greedy *g, struct ensemble_result *out)
{
    out->members = distinct(g);
    for (int32_t c = 0; c < g->r->n_candidates; c++)
        out->weights[c] = (double)g->counts[c] / g->size;
}

/* The best prefix wins: a later step counts only if it improves. Starts from the best single candidate. */
static automl_status run_steps(struct greedy *g, struct ensemble_result *out, automl_error *err)
{
    int32_t best;
    TRY(greedy_step(g, &best, err));
    out->score_single = g->scores[0];
    best = isnan(g->scores[0]) && best >= 0 ? best : 0;
    out->score = g->scores[best];
    take(g, best);
    keep_weights(g, out);
    for (int32_t step = 1; step < g->r->steps && stop_check(g->r->stop) == STOP_NO; step++) {
        TRY(greedy_step(g, &best, err));
        if (best < 0)
            break;
        double score = g->scores[best];
        take(g, best);
        if (score > out->score || isnan(out->score)) {
            out->score = score;
            keep_weights(g, out);
        }
    }
    return AUTOML_OK;
}

automl_status ensemble_select(
    const struct ensemble_request *r, struct mem *m, struct ensemble_result *out, automl_error *err)
{
    struct greedy g = {.r = r, .mem = m};
    memset(out, 0, sizeof *out);
    out->weights = NEW_ZEROS(m, r->n_candidates, double);
    automl_status status = out->weights != NULL ? greedy_init(&g, err) : error_memory(err);
    if (status >= 0)
        status = run_steps(&g, out, err);
    greedy_clear(&g);
    if (status < 0)
        ensemble_result_clear(m, out);
    return status;
}

void ensemble_result_clear(struct mem *m, struct ensemble_result *r)
{
    mem_free(m, r->weights);
    memset(r, 0, sizeof *r);
}
