/*
 * ensemble.c - greedy selection with replacement: each step adds the candidate that makes the mean best.
 */
#include "search/ensemble.h"

#include <math.h>
#include <string.h>

struct greedy {
    const struct ensemble_request *r;
    struct mem *mem;
    const struct metric *metric; /* what steps maximise */
    int64_t n;                   /* scored rows */
    int32_t k;
    int64_t *rows; /* positions of the scored rows in the job's training rows */
    int32_t *y;
    double *w;
    double *sum;     /* n x k: of the members so far */
    int32_t size;    /* members so far, with repeats */
    int32_t *counts; /* per candidate */
    double *scores;  /* per candidate, of the current step */
    automl_status *status;
};

static void greedy_clear(struct greedy *g)
{
    mem_free(g->mem, g->rows);
    mem_free(g->mem, g->y);
    mem_free(g->mem, g->w);
    mem_free(g->mem, g->sum);
    mem_free(g->mem, g->counts);
    mem_free(g->mem, g->scores);
    mem_free(g->mem, g->status);
}

/* All validated rows, or every n/max-th of each fold's: folds are stratified, so this is too. */
static int64_t choose_rows(const struct ensemble_request *r, int64_t *rows)
{
    const struct eval_setting *s = r->setting;
    int64_t all = 0, n = 0, seen = 0;
    for (int32_t f = 0; f < s->folds->k; f++)
        all += s->fold[f].valid->n_rows;
    int64_t most = r->max_rows > 0 && r->max_rows < all ? r->max_rows : all;
    for (int32_t f = 0; f < s->folds->k; f++)
        for (int64_t i = 0; i < s->fold[f].valid->n_rows; i++, seen++)
            if ((seen + 1) * most / all > seen * most / all)
                rows[n++] = s->fold[f].valid_rows[i];
    return n;
}

static automl_status greedy_init(struct greedy *g, automl_error *err)
{
    const struct eval_setting *s = g->r->setting;
    int32_t c = g->r->n_candidates;
    bool labels = s->metric->flags & METRIC_LABELS;
    g->k = s->n_classes;
    g->metric = s->metric;
    if (labels)
        TRY(metric_find(NULL, "neg_log_loss", g->k, &g->metric, err));
    g->rows = NEW_ARRAY(g->mem, s->folds->n, int64_t);
    if (g->rows == NULL)
        return error_memory(err);
    g->n = choose_rows(g->r, g->rows);
    g->y = NEW_ARRAY(g->mem, g->n, int32_t);
    g->w = s->w != NULL ? NEW_ARRAY(g->mem, g->n, double) : NULL;
    g->sum = NEW_ZEROS(g->mem, g->n * g->k, double);
    g->counts = NEW_ZEROS(g->mem, c, int32_t);
    g->scores = NEW_ARRAY(g->mem, c, double);
    g->status = NEW_ZEROS(g->mem, c, automl_status);
    if (!g->y || (s->w != NULL && !g->w) || !g->sum || !g->counts || !g->scores || !g->status)
        return error_memory(err);
    for (int64_t i = 0; i < g->n; i++) {
        g->y[i] = s->y[g->rows[i]];
        if (g->w != NULL)
            g->w[i] = s->w[g->rows[i]];
    }
    return AUTOML_OK;
}

static void add_candidate(const struct greedy *g, int32_t c, double *to, double scale)
{
    const float *from = g->r->oof[c];
    for (int64_t i = 0; i < g->n; i++)
        for (int32_t j = 0; j < g->k; j++)
            to[i * g->k + j] = (g->sum[i * g->k + j] + (double)from[g->rows[i] * g->k + j]) * scale;
}

/* Score of the members so far plus candidate c. */
static void try_candidate(void *arg, int64_t c)
{
    struct greedy *g = arg;
    double *mean = NEW_ARRAY(g->mem, g->n * g->k, double);
    if (mean == NULL) {
        g->status[c] = AUTOML_E_MEMORY;
        return;
    }
    add_candidate(g, (int32_t)c, mean, 1.0 / (g->size + 1));
    struct metric_input in = {.n = g->n,
        .k = g->k,
        .positive = g->r->setting->positive,
        .y = g->y,
        .proba = mean,
        .w = g->w,
        .mem = g->mem};
    g->status[c] = g->metric->score(g->metric, &in, &g->scores[c], NULL);
    mem_free(g->mem, mean);
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
    add_candidate(g, c, g->sum, 1);
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
