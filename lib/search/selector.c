/*
 * selector.c - the genetic algorithm over subsets of exactly k features.
 *
 * The genome is a sorted array of k positions among the candidates (at most MAX_CANDIDATES of them: of more
 * columns the most relevant compete). Every operator keeps the size. A generation's new subsets are made from
 * the population alone and then scored in parallel, so the run does not depend on threads.
 */
#include "search/selector.h"

#include <math.h>
#include <string.h>

#include "base/bitset.h"
#include "base/hash.h"
#include "base/sort.h"
#include "search/subset.h"

enum {
    MAX_CANDIDATES = 512,
    MAX_ROWS = 50000, /* subsets are ranked on a stratified sample above this */
    FINALISTS = 20,   /* scored again on fresh folds */
    LOCAL_SWAPS = 4,  /* of the best set, tried in each generation */
    ATTEMPTS = 20     /* to find a subset that is new */
};

/* Streams split from the request's. */
enum { STREAM_INIT = 1, STREAM_GENERATION = 2, STREAM_FRESH = 3, STREAM_SAMPLE = 4 };

struct genome {
    int32_t *features; /* k positions among the candidates, ascending */
    double score;      /* NaN: not scored yet */
};

struct ga {
    const struct selector_request *r;
    struct mem *mem;
    struct eval_setting setting; /* the rows and columns that compete */
    struct eval_setting fresh;   /* the same rows on other folds */
    struct frame *x;
    struct frame *narrow; /* the request's columns, if they are too many */
    struct folds *folds, *fresh_folds;
    int32_t *sample_y;
    double *sample_w;
    int32_t n;         /* candidates */
    int32_t *column;   /* candidate -> column of the request's x */
    double *relevance; /* per candidate */
    float *redundancy; /* n x n */
    struct subset_scorer *scorer;
    int32_t k;
    int32_t *genes;            /* storage: k per genome */
    struct genome *population; /* size of them, best first, then the offspring */
    int32_t size;              /* at most population_size: all are different */
    int64_t n_seen, seen_slots, evaluations;
    uint64_t *seen;
};

static void ga_clear(struct ga *g)
{
    subset_scorer_free(g->scorer);
    eval_setting_clear(&g->setting);
    eval_setting_clear(&g->fresh);
    folds_free(g->folds);
    folds_free(g->fresh_folds);
    frame_unref(g->x);
    frame_unref(g->narrow);
    mem_free(g->mem, g->sample_y);
    mem_free(g->mem, g->sample_w);
    mem_free(g->mem, g->column);
    mem_free(g->mem, g->relevance);
    mem_free(g->mem, g->redundancy);
    mem_free(g->mem, g->genes);
    mem_free(g->mem, g->population);
    mem_free(g->mem, g->seen);
}

struct descending {
    const double *value;
};

static int compare_descending(const void *user, int32_t a, int32_t b)
{
    const double *v = ((const struct descending *)user)->value;
    return v[a] > v[b] ? -1 : v[a] < v[b] ? 1 : a - b;
}

/* order[0..n): positions by descending value. */
static automl_status order_by(
    struct mem *m, const double *value, int32_t n, int32_t *order, automl_error *err)
{
    struct descending d = {value};
    for (int32_t i = 0; i < n; i++)
        order[i] = i;
    return sort_indices(m, order, n, compare_descending, &d) ? AUTOML_OK : error_memory(err);
}

/* The columns that compete, ascending: all, or the most relevant. */
static automl_status choose_candidates(struct ga *g, automl_error *err)
{
    const struct eval_setting *s = g->r->setting;
    int32_t p = s->x->n_cols;
    int32_t most = 4 * g->k > MAX_CANDIDATES ? 4 * g->k : MAX_CANDIDATES;
    double *relevance = NEW_ARRAY(g->mem, p, double);
    g->n = p < most ? p : most;
    g->column = NEW_ARRAY(g->mem, p, int32_t);
    g->relevance = NEW_ARRAY(g->mem, g->n, double);
    automl_status status = relevance && g->column && g->relevance ? AUTOML_OK : error_memory(err);
    if (status >= 0)
        status = subset_relevance(s, relevance, err);
    if (status >= 0)
        status = order_by(g->mem, relevance, p, g->column, err);
    if (status >= 0) {
        sort_int32(g->column, g->n);
        for (int32_t i = 0; i < g->n; i++)
            g->relevance[i] = relevance[g->column[i]];
    }
    mem_free(g->mem, relevance);
    return status;
}

/* Every class keeps its share: rows are dealt by a stratified fold of the right size. */
static automl_status sample_rows(struct ga *g, automl_error *err)
{
    const struct eval_setting *s = g->r->setting;
    int32_t parts = (int32_t)((s->x->n_rows + MAX_ROWS - 1) / MAX_ROWS);
    struct rng rng = rng_split(&g->r->rng, STREAM_SAMPLE);
    struct folds *f = NULL;
    int64_t n;
    TRY(folds_create(g->mem, s->y, s->x->n_rows, s->n_classes, parts, NULL, NULL, rng, &f, err));
    const int32_t *rows = folds_valid(f, 0, &n);
    g->x = frame_take(g->narrow, rows, n);
    g->sample_y = NEW_ARRAY(g->mem, n, int32_t);
    g->sample_w = s->w != NULL ? NEW_ARRAY(g->mem, n, double) : NULL;
    bool ready = g->x != NULL && g->sample_y != NULL && (s->w == NULL || g->sample_w != NULL);
    for (int64_t i = 0; ready && i < n; i++) {
        g->sample_y[i] = s->y[rows[i]];
        if (s->w != NULL)
            g->sample_w[i] = s->w[rows[i]];
    }
    folds_free(f);
    g->setting.y = g->sample_y;
    g->setting.w = g->sample_w;
    return ready ? AUTOML_OK : error_memory(err);
}

static automl_status make_setting(struct ga *g, automl_error *err)
{
    const struct eval_setting *s = g->r->setting;
    struct rng rng = rng_split(&g->r->rng, STREAM_FRESH);
    g->setting = *s;
    g->setting.mem = g->mem;
    g->setting.fold = NULL;
    g->setting.cache = NULL;
    g->narrow = frame_columns(s->x, g->column, g->n);
    if (g->narrow == NULL)
        return error_memory(err);
    if (s->x->n_rows > MAX_ROWS) {
        TRY(sample_rows(g, err));
        TRY(folds_create(g->mem, g->setting.y, g->x->n_rows, s->n_classes, s->folds->k, NULL, NULL,
            rng_split(&rng, 0), &g->folds, err));
        g->setting.folds = g->folds;
    } else {
        g->x = frame_ref(g->narrow);
    }
    g->setting.x = g->x;
    TRY(eval_setting_init(&g->setting, err));
    g->fresh = g->setting;
    g->fresh.fold = NULL;
    return folds_create(g->mem, g->setting.y, g->x->n_rows, s->n_classes, s->folds->k, NULL, NULL,
        rng_split(&rng, 1), &g->fresh_folds, err);
}

static automl_status make_scorer(
    const struct eval_setting *s, bool tree, struct subset_scorer **out, automl_error *err)
{
    return tree ? subset_tree_create(s, out, err) : subset_linear_create(s, out, err);
}

/* Which model ranks better here: both score the most relevant features once; ties go to the linear one. */
static automl_status choose_scorer(struct ga *g, bool *out_tree, automl_error *err)
{
    *out_tree = g->r->scorer == SELECTOR_TREE;
    TRY(make_scorer(&g->setting, *out_tree, &g->scorer, err));
    if (g->r->scorer != SELECTOR_AUTO)
        return AUTOML_OK;
    struct subset_scorer *tree = NULL;
    int32_t probe = g->n < 2 * g->k ? g->n : 2 * g->k;
    int32_t *order = NEW_ARRAY(g->mem, g->n, int32_t);
    double a = NAN, b = NAN;
    automl_status status =
        order != NULL ? order_by(g->mem, g->relevance, g->n, order, err) : error_memory(err);
    if (status >= 0)
        status = make_scorer(&g->setting, true, &tree, err);
    if (status >= 0)
        status = subset_score(g->scorer, order, probe, g->r->stop, &a, err);
    if (status >= 0)
        status = subset_score(tree, order, probe, g->r->stop, &b, err);
    if (status >= 0 && b > a) {
        subset_scorer_free(g->scorer);
        g->scorer = tree;
        tree = NULL;
        *out_tree = true;
    }
    subset_scorer_free(tree);
    mem_free(g->mem, order);
    bool stopped =
        (status == AUTOML_E_CANCELLED || status == AUTOML_E_BUDGET) && stop_check(g->r->stop) != STOP_NO;
    return stopped ? AUTOML_OK : status;
}

static uint64_t genome_hash(const struct ga *g, const int32_t *features)
{
    uint64_t h = hash_bytes(features, (size_t)g->k * sizeof *features, 0);
    return h != 0 ? h : 1;
}

static bool seen(const struct ga *g, uint64_t h)
{
    int64_t mask = g->seen_slots - 1;
    for (int64_t i = (int64_t)(h & (uint64_t)mask); g->seen[i] != 0; i = (i + 1) & mask)
        if (g->seen[i] == h)
            return true;
    return false;
}

static void remember(struct ga *g, uint64_t h)
{
    int64_t mask = g->seen_slots - 1, i = (int64_t)(h & (uint64_t)mask);
    while (g->seen[i] != 0)
        i = (i + 1) & mask;
    g->seen[i] = h;
    g->n_seen++;
}

/* The number of distinct subsets is bounded by the request, so the table is sized once. */
static automl_status allocate(struct ga *g, automl_error *err)
{
    const struct selector_request *r = g->r;
    int64_t total = r->population_size + (int64_t)r->offspring_size * (r->generations + 1);
    int64_t genomes = (int64_t)r->population_size + r->offspring_size;
    for (g->seen_slots = 64; g->seen_slots < 2 * total;)
        g->seen_slots *= 2;
    g->seen = NEW_ZEROS(g->mem, g->seen_slots, uint64_t);
    g->genes = NEW_ARRAY(g->mem, genomes * g->k, int32_t);
    g->population = NEW_ZEROS(g->mem, genomes, struct genome);
    g->redundancy = NEW_ARRAY(g->mem, (int64_t)g->n * g->n, float);
    int32_t *all = NEW_ARRAY(g->mem, g->n, int32_t);
    automl_status status =
        g->seen && g->genes && g->population && g->redundancy && all ? AUTOML_OK : error_memory(err);
    for (int32_t i = 0; status >= 0 && i < g->n; i++)
        all[i] = i;
    if (status >= 0)
        status = subset_redundancy(&g->setting, all, g->n, g->redundancy, err);
    for (int64_t i = 0; status >= 0 && i < genomes; i++)
        g->population[i] = (struct genome){g->genes + i * g->k, NAN};
    mem_free(g->mem, all);
    return status;
}

/* What candidate j adds to the set: its relevance less what the set's most similar member tells already. */
static double gain(const struct ga *g, const int32_t *features, int32_t skip, int32_t j)
{
    float most = 0;
    for (int32_t i = 0; i < g->k; i++)
        if (i != skip && features[i] != j)
            most = fmaxf(most, g->redundancy[(int64_t)features[i] * g->n + j]);
    return g->relevance[j] * (1 - (double)most);
}

static bool contains(const struct ga *g, const int32_t *features, int32_t j)
{
    for (int32_t i = 0; i < g->k; i++)
        if (features[i] == j)
            return true;
    return false;
}

/* Weighted draw of k candidates without replacement: the k largest log(w) + Gumbel noise (Efraimidis &
 * Spirakis 2006). */
static automl_status draw_weighted(
    const struct ga *g, struct rng *rng, double power, int32_t *out, automl_error *err)
{
    double *key = NEW_ARRAY(g->mem, g->n, double), mean = 0;
    int32_t *order = NEW_ARRAY(g->mem, g->n, int32_t);
    automl_status status = key && order ? AUTOML_OK : error_memory(err);
    for (int32_t j = 0; status >= 0 && j < g->n; j++)
        mean += g->relevance[j] / g->n;
    for (int32_t j = 0; status >= 0 && j < g->n; j++)
        key[j] = power * log(g->relevance[j] + 0.01 * mean + 1e-12) - log(-log(rng_double(rng) + 1e-300));
    if (status >= 0)
        status = order_by(g->mem, key, g->n, order, err);
    if (status >= 0) {
        memcpy(out, order, (size_t)g->k * sizeof *out);
        sort_int32(out, g->k);
    }
    mem_free(g->mem, key);
    mem_free(g->mem, order);
    return status;
}

/* A quarter greedy by relevance with little noise, half relevance-weighted, a quarter uniform. The very first
 * is the top k. */
static automl_status init_genome(
    const struct ga *g, struct rng *rng, int32_t i, int32_t *out, automl_error *err)
{
    double power = i == 0 ? 1e6 : i % 4 == 0 ? 4 : i % 4 == 3 ? 0 : 1;
    return draw_weighted(g, rng, power, out, err);
}

/* A and B's common features, then a random fill from those that only one has: k survives (Hartley & Konstam
 * 1993). */
static void crossover(const struct ga *g, struct rng *rng, const int32_t *a, const int32_t *b, int32_t *out)
{
    int32_t n = 0, i = 0, j = 0;
    while (i < g->k || j < g->k) {
        int32_t x = i < g->k ? a[i] : INT32_MAX, y = j < g->k ? b[j] : INT32_MAX;
        if (x == y)
            out[n++] = x;
        i += x <= y;
        j += y <= x;
    }
    int32_t need = g->k - n, left = 2 * need;
    for (i = 0, j = 0; need > 0 && (i < g->k || j < g->k);) {
        int32_t x = i < g->k ? a[i] : INT32_MAX, y = j < g->k ? b[j] : INT32_MAX;
        if (x != y) {
            if (rng_below(rng, (uint32_t)left) < (uint32_t)need) {
                out[n++] = x < y ? x : y;
                need--;
            }
            left--;
        }
        i += x <= y;
        j += y <= x;
    }
    sort_int32(out, g->k);
}

/* Position of the member that a tournament of three finds least useful. */
static int32_t weak_member(const struct ga *g, struct rng *rng, const int32_t *features)
{
    int32_t worst = (int32_t)rng_below(rng, (uint32_t)g->k);
    for (int32_t t = 0; t < 2; t++) {
        int32_t i = (int32_t)rng_below(rng, (uint32_t)g->k);
        if (gain(g, features, i, features[i]) < gain(g, features, worst, features[worst]))
            worst = i;
    }
    return worst;
}

/* A candidate outside the set that a tournament of three finds most useful; -1 if there is none. */
static int32_t strong_outsider(const struct ga *g, struct rng *rng, const int32_t *features, int32_t leaving)
{
    int32_t best = -1;
    double best_gain = 0;
    for (int32_t t = 0, tries = 0; t < 3 && tries < 8 * ATTEMPTS; tries++) {
        int32_t j = (int32_t)rng_below(rng, (uint32_t)g->n);
        if (contains(g, features, j))
            continue;
        double v = gain(g, features, leaving, j);
        if (best < 0 || v > best_gain) {
            best = j;
            best_gain = v;
        }
        t++;
    }
    return best;
}

static void swap_one(const struct ga *g, struct rng *rng, int32_t *features)
{
    int32_t out = weak_member(g, rng, features);
    int32_t in = strong_outsider(g, rng, features, out);
    if (in < 0)
        return;
    features[out] = in;
    sort_int32(features, g->k);
}

/* One swap mostly; more now and then, so that a set can leave its basin. */
static void mutate(const struct ga *g, struct rng *rng, int32_t *features)
{
    int32_t swaps = 1;
    while (swaps < g->k && rng_below(rng, 3) == 0)
        swaps++;
    for (int32_t i = 0; i < swaps; i++)
        swap_one(g, rng, features);
}

static int32_t tournament(const struct ga *g, struct rng *rng)
{
    uint32_t n = (uint32_t)g->size;
    int32_t best = (int32_t)rng_below(rng, n);
    for (int32_t t = 0; t < 2; t++) {
        int32_t i = (int32_t)rng_below(rng, n);
        if (g->population[i].score > g->population[best].score)
            best = i;
    }
    return best;
}

static void child(const struct ga *g, struct rng *rng, bool local, int32_t *out)
{
    const struct selector_request *r = g->r;
    if (local) {
        memcpy(out, g->population[0].features, (size_t)g->k * sizeof *out);
        swap_one(g, rng, out);
        return;
    }
    const int32_t *a = g->population[tournament(g, rng)].features;
    const int32_t *b = g->population[tournament(g, rng)].features;
    bool crossed = rng_double(rng) < r->crossover_rate;
    if (crossed)
        crossover(g, rng, a, b, out);
    else
        memcpy(out, a, (size_t)g->k * sizeof *out);
    if (!crossed || rng_double(rng) < r->mutation_rate)
        mutate(g, rng, out);
}

struct batch {
    struct ga *g;
    struct genome *genomes;
    automl_status *status;
};

static void score_one(void *arg, int64_t i)
{
    struct batch *b = arg;
    struct genome *one = &b->genomes[i];
    b->status[i] = subset_score(b->g->scorer, one->features, b->g->k, b->g->r->stop, &one->score, NULL);
}

/* Scores genomes[0..n) in parallel. A subset that cannot be scored is the worst; being stopped is reported.
 */
static automl_status score_batch(struct ga *g, struct genome *genomes, int32_t n, automl_error *err)
{
    const struct metric *metric = g->setting.metric;
    bool threads = metric->user == NULL || metric->concurrent;
    struct batch b = {g, genomes, NEW_ZEROS(g->mem, n, automl_status)};
    if (b.status == NULL)
        return error_memory(err);
    pool_for(threads ? g->r->pool : NULL, n, score_one, &b);
    automl_status status = AUTOML_OK;
    for (int32_t i = 0; i < n; i++) {
        if (b.status[i] < 0)
            genomes[i].score = NAN;
        if (b.status[i] == AUTOML_E_MEMORY)
            status = AUTOML_E_MEMORY;
        g->evaluations += b.status[i] >= 0;
    }
    mem_free(g->mem, b.status);
    return status == AUTOML_E_MEMORY && mem_failures(g->mem) > 0 ? error_memory(err) : AUTOML_OK;
}

static bool worse(const struct genome *a, const struct genome *b)
{
    return isnan(a->score) ? !isnan(b->score) : a->score < b->score;
}

/* Insertion sort, best first, stable: the older of two equals stays ahead. */
static void rank_population(struct genome *p, int32_t n)
{
    for (int32_t i = 1; i < n; i++) {
        struct genome one = p[i];
        int32_t j = i;
        for (; j > 0 && worse(&p[j - 1], &one); j--)
            p[j] = p[j - 1];
        p[j] = one;
    }
}

/* Different subsets, at most population_size: there may not be so many. */
static automl_status first_population(struct ga *g, automl_error *err)
{
    struct rng rng = rng_split(&g->r->rng, STREAM_INIT);
    for (int32_t i = 0; i < g->r->population_size; i++) {
        int32_t *features = g->population[g->size].features;
        for (int32_t t = 0; t < ATTEMPTS; t++) {
            TRY(init_genome(g, &rng, i, features, err));
            uint64_t h = genome_hash(g, features);
            if (seen(g, h))
                continue;
            remember(g, h);
            g->size++;
            break;
        }
    }
    TRY(score_batch(g, g->population, g->size, err));
    rank_population(g->population, g->size);
    return AUTOML_OK;
}

/* New subsets behind the population; returns how many were found. */
static int32_t breed(struct ga *g, int32_t generation)
{
    struct rng all = rng_split(&g->r->rng, STREAM_GENERATION);
    struct rng rng = rng_split(&all, (uint64_t)generation);
    struct genome *next = g->population + g->size;
    int32_t n = 0;
    for (int32_t i = 0; i < g->r->offspring_size; i++) {
        for (int32_t t = 0; t < ATTEMPTS; t++) {
            child(g, &rng, i < LOCAL_SWAPS && t < ATTEMPTS / 2, next[n].features);
            uint64_t h = genome_hash(g, next[n].features);
            if (seen(g, h))
                continue;
            remember(g, h);
            next[n++].score = NAN;
            break;
        }
    }
    return n;
}

static void record(const struct ga *g, int32_t generation, struct selector_result *out)
{
    double sum = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < g->size; i++) {
        if (isnan(g->population[i].score))
            continue;
        sum += g->population[i].score;
        n++;
    }
    out->generations = generation;
    out->history[out->n_history++] = (struct selector_generation){.generation = generation,
        .best = g->population[0].score,
        .mean = n > 0 ? sum / n : NAN,
        .evaluations = g->evaluations};
    if (g->r->progress != NULL)
        g->r->progress(g->r->progress_user, generation, g->population[0].score);
}

static bool exhausted(const struct ga *g)
{
    return stop_check(g->r->stop) != STOP_NO ||
           (g->r->max_evaluations > 0 && g->evaluations >= g->r->max_evaluations);
}

static automl_status evolve(struct ga *g, struct selector_result *out, automl_error *err)
{
    TRY(first_population(g, err));
    record(g, 0, out);
    for (int32_t i = 1; i <= g->r->generations && !exhausted(g); i++) {
        int32_t n = breed(g, i);
        if (n == 0)
            break;
        TRY(score_batch(g, g->population + g->size, n, err));
        rank_population(g->population, g->size + n);
        int32_t all = g->size + n;
        g->size = all < g->r->population_size ? all : g->r->population_size;
        record(g, i, out);
    }
    return AUTOML_OK;
}

/* The finalists on folds that the search never saw; the best mean of both scores wins. Stopping keeps the
 * leader. */
static automl_status rescore(struct ga *g, bool tree, automl_error *err)
{
    int32_t n = g->size < FINALISTS ? g->size : FINALISTS;
    double first[FINALISTS];
    if (exhausted(g) || n < 2)
        return AUTOML_OK;
    g->fresh.folds = g->fresh_folds;
    TRY(eval_setting_init(&g->fresh, err));
    subset_scorer_free(g->scorer);
    g->scorer = NULL;
    TRY(make_scorer(&g->fresh, tree, &g->scorer, err));
    for (int32_t i = 0; i < n; i++)
        first[i] = g->population[i].score;
    TRY(score_batch(g, g->population, n, err));
    int32_t best = 0;
    double best_mean = -INFINITY;
    for (int32_t i = 0; i < n; i++) {
        double mean = (first[i] + g->population[i].score) / 2;
        g->population[i].score = first[i];
        if (mean > best_mean) {
            best = i;
            best_mean = mean;
        }
    }
    struct genome winner = g->population[best];
    g->population[best] = g->population[0];
    g->population[0] = winner;
    return AUTOML_OK;
}

static void take_result(const struct ga *g, struct selector_result *out)
{
    for (int32_t i = 0; i < g->k; i++)
        out->features[i] = g->column[g->population[0].features[i]];
    for (int32_t i = 0; i < g->size; i++)
        for (int32_t j = 0; j < g->k; j++)
            out->frequency[g->column[g->population[i].features[j]]] += 1.0 / g->size;
    out->score = g->population[0].score;
    out->evaluations = g->evaluations;
    out->stopped = stop_check(g->r->stop) != STOP_NO;
}

static automl_status result_init(
    const struct selector_request *r, struct selector_result *out, automl_error *err)
{
    memset(out, 0, sizeof *out);
    out->mem = r->setting->mem;
    out->n_features = r->n_features;
    out->features = NEW_ARRAY(out->mem, r->n_features, int32_t);
    out->history = NEW_ARRAY(out->mem, r->generations + 1, struct selector_generation);
    out->frequency = NEW_ZEROS(out->mem, r->setting->x->n_cols, double);
    return out->features && out->history && out->frequency ? AUTOML_OK : error_memory(err);
}

static automl_status run(struct ga *g, struct selector_result *out, automl_error *err)
{
    bool tree;
    TRY(choose_candidates(g, err));
    TRY(make_setting(g, err));
    TRY(choose_scorer(g, &tree, err));
    TRY(allocate(g, err));
    TRY(evolve(g, out, err));
    TRY(rescore(g, tree, err));
    take_result(g, out);
    return AUTOML_OK;
}

automl_status select_features(
    const struct selector_request *r, struct selector_result *out, automl_error *err)
{
    struct ga g = {.r = r, .mem = r->setting->mem, .k = r->n_features};
    if (r->n_features < 1 || r->n_features > r->setting->x->n_cols)
        return error_set(err, AUTOML_E_CONFLICT, "num_features is %d, but there are %d candidate columns",
            r->n_features, r->setting->x->n_cols);
    automl_status status = result_init(r, out, err);
    if (status >= 0)
        status = run(&g, out, err);
    ga_clear(&g);
    if (status < 0)
        selector_result_clear(out);
    return status;
}

void selector_result_clear(struct selector_result *r)
{
    if (r->mem == NULL)
        return;
    mem_free(r->mem, r->features);
    mem_free(r->mem, r->history);
    mem_free(r->mem, r->frequency);
    memset(r, 0, sizeof *r);
}
