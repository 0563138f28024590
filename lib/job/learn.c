/*
 * learn.c - what candidates share (metric, balancing, decision, folds), the genetic selection, the search.
 */
#include <math.h>
#include <string.h>

#include "base/os.h"
#include "job/run.h"

static const double SELECT_SHARE = 0.25;     /* of max_seconds */
static const double CELL_SECONDS = 2e-7;     /* a cell of a CSV file, written on one thread */
static const double IMPORTANCE_SHARE = 0.03; /* of max_seconds, but not over 5 s */
static const double METRIC_SECONDS = 1.5e-6; /* all metrics, a row and class */
static const double FIXED_SECONDS = 0.15;    /* files are created, synced and renamed, the row is stored */
static const double RESERVE_SHARE_MAX = 0.35;

/* The rule's plan, changed by what the user asked for. A named method is applied whatever the rule says. */
void run_plan(struct job_run *u)
{
    struct balance_plan *plan = &u->r->balance;
    const char *name = params_string(u->p, JOB_BALANCE_METHOD);
    u->r->balance_enabled = params_bool(u->p, JOB_TO_BALANCE);
    balance_plan_auto(u->r->train_counts, u->k, plan);
    if (!u->r->balance_enabled) {
        plan->rule = BALANCE_RULE_NONE;
        plan->method = NULL;
        if (name != NULL)
            run_warn(u, "balance_method is ignored: to_balance is off");
        return;
    }
    plan->ratio = params_real(u->p, JOB_BALANCE_RATIO);
    if (name == NULL)
        return;
    plan->method = balancer_find(name);
    plan->rule = plan->method->kind == BALANCE_UNDER ? BALANCE_RULE_UNDERSAMPLE : BALANCE_RULE_OVERSAMPLE;
}

/* Class counts and correction when all training rows are balanced. Samplers count rows by class, so one
 * constant column stands for the features. */
static automl_status apply_plan(struct job_run *u, automl_error *err)
{
    double *zeros;
    struct frame *x = frame_dense(u->mem, u->train.n, 1, &zeros);
    struct balance_out out = {0};
    if (x == NULL)
        return error_memory(err);
    memset(zeros, 0, (size_t)u->train.n * sizeof *zeros);
    struct balance_in in = {.x = x,
        .y = u->train.y,
        .w = u->train.w,
        .k = u->k,
        .rng = rng_split(&u->rng, STREAM_BALANCE),
        .stop = &u->stop,
        .mem = u->mem};
    automl_status status = balance_apply(&u->r->balance, &in, &out, u->correction, err);
    for (int64_t i = 0; status >= 0 && i < out.n; i++)
        u->r->counts_after[out.y[i]]++;
    if (status >= 0)
        balance_out_free(u->mem, &out);
    frame_unref(x);
    return status;
}

static automl_status count_balanced(struct job_run *u, automl_error *err)
{
    struct job_result *r = u->r;
    size_t k = (size_t)u->k;
    r->counts_before = mem_copy(u->mem, r->train_counts, k, sizeof *r->train_counts);
    r->counts_after = NEW_ZEROS(u->mem, k, int64_t);
    if (r->counts_before == NULL || r->counts_after == NULL)
        return error_memory(err);
    if (r->balance.method == NULL) {
        memcpy(r->counts_after, r->train_counts, k * sizeof *r->train_counts);
        return AUTOML_OK;
    }
    u->correction = NEW_ARRAY(u->mem, k, double);
    return u->correction != NULL ? apply_plan(u, err) : error_memory(err);
}

/* How labels are decided while candidates are compared: contract's `decision`. */
static automl_status search_decision(struct job_run *u, automl_error *err)
{
    struct job_decision want;
    struct eval_setting *s = &u->setting;
    bool labels = (s->metric->flags & METRIC_LABELS) != 0;
    TRY(job_decision(u->p, &want, err));
    if (want.kind == DECIDE_CUT && u->k != 2) {
        error_set(err, AUTOML_E_CONFLICT,
            "a cut as decision needs two classes, '%s' has %d; use auto or argmax", u->schema->target,
            (int)u->k);
        error_where(err, "decision");
        return AUTOML_E_CONFLICT;
    }
    s->tune = want.kind == DECIDE_AUTO && labels && u->k == 2;
    if (want.kind == DECIDE_CUT)
        u->search_decision =
            (struct decision){.rule = DECISION_THRESHOLD, .threshold = want.cut, .positive = s->positive};
    if (want.kind == DECIDE_AUTO && !s->tune && u->correction != NULL) {
        double *weights = NEW_ARRAY(u->mem, u->k, double);
        if (weights == NULL)
            return error_memory(err);
        for (int32_t c = 0; c < u->k; c++)
            weights[c] = 1 / u->correction[c];
        u->search_decision = (struct decision){.rule = DECISION_WEIGHTS, .weights = weights};
    }
    s->decision = u->search_decision;
    return AUTOML_OK;
}

static automl_status find_metric(struct job_run *u, automl_error *err)
{
    const char *name = params_string(u->p, JOB_SCORING);
    automl_status status =
        metric_find(u->ctx, name != NULL ? name : metric_default(u->k), u->k, &u->setting.metric, err);
    if (status < 0)
        error_where(err, "scoring");
    u->r->scoring = u->setting.metric;
    return status;
}

automl_status run_setting(struct job_run *u, automl_error *err)
{
    struct eval_setting *s = &u->setting;
    int64_t left = mem_left(u->mem);
    u->r->score_with = u->r->score_without = NAN;
    TRY(find_metric(u, err));
    run_plan(u);
    TRY(count_balanced(u, err));
    s->mem = u->mem;
    s->clock = u->ctx->clock;
    s->x = u->train.x;
    s->y = u->train.y;
    s->w = u->train.w;
    s->n_classes = u->k;
    s->positive = u->schema->positive;
    s->folds = u->folds;
    s->balance = u->r->balance.method != NULL ? &u->r->balance : NULL;
    s->rng = rng_split(&u->rng, STREAM_FIT);
    TRY(search_decision(u, err));
    TRY(prefix_cache_create(u->mem, left / 4, &u->cache, err));
    s->cache = u->cache;
    return eval_setting_init(s, err);
}

static void on_generation(void *user, int32_t generation, double best)
{
    struct job_run *u = user;
    int32_t all = job_generations(u->p);
    u->progress.stage = STAGE_SELECT;
    u->progress.generation = generation;
    u->progress.best = best;
    u->progress.share = 0.05 + 0.2 * generation / all;
    run_report(u, false);
}

static struct stop select_stop(const struct job_run *u)
{
    struct stop stop = {.clock = u->ctx->clock, .deadline_ns = DEADLINE_NONE, .parent = &u->stop};
    double total = job_max_seconds(u->p);
    if (total > 0)
        stop.deadline_ns = clock_now(u->ctx->clock) + (int64_t)(SELECT_SHARE * total * 1e9);
    return stop;
}

static automl_status name_candidates(struct job_run *u, automl_error *err)
{
    struct job_result *r = u->r;
    r->candidates = arena_alloc(&r->arena, (size_t)u->n_features, sizeof *r->candidates);
    if (r->candidates == NULL)
        return error_memory(err);
    r->n_candidates = u->n_features;
    for (int32_t j = 0; j < u->n_features; j++)
        if ((r->candidates[j] = arena_strdup(&r->arena, u->train.data->cols[u->features[j]].name)) == NULL)
            return error_memory(err);
    return AUTOML_OK;
}

/* From now on the job sees the chosen columns only. */
static automl_status narrow(struct job_run *u, automl_error *err)
{
    const struct selector_result *s = &u->r->selection;
    struct frame *x = frame_columns(u->train.x, s->features, s->n_features);
    if (x == NULL)
        return error_memory(err);
    eval_setting_clear(&u->setting);
    frame_unref(u->train.x);
    u->train.x = u->setting.x = x;
    for (int32_t j = 0; j < s->n_features; j++)
        u->features[j] = u->features[s->features[j]];
    u->n_features = s->n_features;
    prefix_cache_free(u->cache);
    u->cache = NULL;
    TRY(prefix_cache_create(u->mem, mem_left(u->mem) / 4, &u->cache, err));
    u->setting.cache = u->cache;
    TRY(run_schema(u, err));
    return eval_setting_init(&u->setting, err);
}

/* Whether train.csv and test.csv have a column of this name beside the table's own. */
static bool is_output(const struct job_run *u, const char *name)
{
    static const char prefix[] = "proba_";
    bool found = strcmp(name, "prediction") == 0;
    for (int32_t c = 0; c < u->k && strncmp(name, prefix, sizeof prefix - 1) == 0; c++)
        found = found || strcmp(name + sizeof prefix - 1, u->schema->classes[c]) == 0;
    return found;
}

static void warn_of_names(struct job_run *u)
{
    const struct column *cols = u->train.data->cols;
    for (int32_t j = -2; j < u->n_features; j++) {
        int32_t column = j == -2 ? u->train.id : j == -1 ? u->train.target : u->features[j];
        if (column >= 0 && is_output(u, cols[column].name))
            run_warn(u, "column '%s' is twice in train.csv and test.csv, once as an output; rename it",
                cols[column].name);
    }
}

static automl_status choose_features(struct job_run *u, int32_t k, automl_error *err)
{
    struct stop stop = select_stop(u);
    struct selector_request q = {.setting = &u->setting,
        .n_features = k,
        .generations = job_generations(u->p),
        .population_size = (int32_t)params_int(u->p, JOB_POPULATION_SIZE),
        .offspring_size = (int32_t)params_int(u->p, JOB_OFFSPRING_SIZE),
        .mutation_rate = params_real(u->p, JOB_MUTATION_RATE),
        .crossover_rate = params_real(u->p, JOB_CROSSOVER_RATE),
        .scorer = (enum selector_scorer)params_choice(u->p, JOB_SELECTOR_SCORER),
        .rng = rng_split(&u->rng, STREAM_SELECT),
        .stop = &stop,
        .pool = u->pool,
        .progress = on_generation,
        .progress_user = u};
    TRY(select_features(&q, &u->r->selection, err));
    TRY(run_abandoned(u, err));
    u->r->selected = true;
    u->r->reproducible = u->r->reproducible && !u->r->selection.stopped;
    if (u->r->selection.stopped)
        run_warn(u, "the selection of features ended after %d of %d generations",
            (int)u->r->selection.generations, (int)q.generations);
    return narrow(u, err);
}

automl_status run_select(struct job_run *u, automl_error *err)
{
    int32_t k = (int32_t)params_int(u->p, JOB_NUM_FEATURES);
    TRY(name_candidates(u, err));
    if (k > 0)
        TRY(choose_features(u, k, err));
    warn_of_names(u);
    return AUTOML_OK;
}

static void on_search(void *user, const struct search_event *e)
{
    struct job_run *u = user;
    double from = u->r->selected ? 0.25 : 0.05;
    u->progress.stage = STAGE_SEARCH;
    u->progress.evaluated = e->evaluated;
    u->progress.best = e->best;
    u->progress.learner = e->learner;
    u->progress.generation = 0;
    u->progress.share = from + (0.95 - from) * e->share;
    run_report(u, false);
}

static double file_seconds(const struct job_run *u)
{
    double cells = (double)(u->train.n + u->test.n) * (u->n_features + u->k + 3.0);
    double sum = FIXED_SECONDS;
    if (u->store != NULL)
        sum += cells * CELL_SECONDS / pool_threads(u->pool);
    return fmin(sum, RESERVE_SHARE_MAX * job_max_seconds(u->p));
}

/* Evaluations of the best pipeline that come after the search, for the reserve. */
static double end_evaluations(const struct job_run *u)
{
    double n = u->r->balance.method != NULL ? 1 : 0;
    bool single = !params_bool(u->p, JOB_ENSEMBLE);
    if (single && params_choice(u->p, JOB_REFIT) != 2)
        n += 1.25 / (u->folds->k - 1);
    return n;
}

static automl_status make_space(struct job_run *u, automl_error *err)
{
    static const char *const presets[] = {"default", "light"};
    automl_status status = space_init(&u->space, u->ctx, u->mem, u->train.x, u->k,
        presets[params_choice(u->p, JOB_SEARCH_PRESET)], params_json(u->p, JOB_SEARCH_SPACE),
        params_string(u->p, JOB_TEMPLATE), params_int(u->p, JOB_NUM_FEATURES) == 0, err);
    u->has_space = status >= 0;
    return status;
}

automl_status run_search(struct job_run *u, automl_error *err)
{
    struct job_result *r = u->r;
    TRY(make_space(u, err));
    if (budget_limited(&u->budget)) {
        u->files_s = file_seconds(u);
        double metrics_s = METRIC_SECONDS * (double)(u->train.n + u->test.n) * u->k / 2;
        u->budget.reserve_s = u->files_s + metrics_s + fmin(IMPORTANCE_SHARE * job_max_seconds(u->p), 5);
    }
    double fixed_s = u->budget.reserve_s;
    struct search_request q = {.setting = &u->setting,
        .fresh_folds = u->fresh_folds,
        .space = &u->space,
        .budget = &u->budget,
        .mem = u->mem,
        .population_size = (int32_t)params_int(u->p, JOB_POPULATION_SIZE),
        .offspring_size = (int32_t)params_int(u->p, JOB_OFFSPRING_SIZE),
        .mutation_rate = params_real(u->p, JOB_MUTATION_RATE),
        .crossover_rate = params_real(u->p, JOB_CROSSOVER_RATE),
        .max_evaluations = params_int(u->p, JOB_MAX_EVALUATIONS),
        .max_generations = params_is_set(u->p, JOB_GENERATIONS) ? params_int(u->p, JOB_GENERATIONS) : 0,
        .early_stop = (int32_t)params_int(u->p, JOB_EARLY_STOP),
        .max_eval_seconds = params_real(u->p, JOB_MAX_EVAL_SECONDS),
        .max_predict_us = params_real(u->p, JOB_MAX_PREDICT_US),
        .max_model_bytes = (int64_t)(params_real(u->p, JOB_MAX_MODEL_MB) * 1e6),
        .ensemble = params_bool(u->p, JOB_ENSEMBLE),
        .end_rows = (double)(u->train.n + u->test.n),
        .end_evaluations = end_evaluations(u),
        .rng = rng_split(&u->rng, STREAM_SEARCH),
        .stop = &u->stop,
        .finish = &u->finish,
        .pool = u->pool,
        .progress = on_search,
        .progress_user = u};
    TRY(search_run(&q, &r->search, err));
    TRY(run_abandoned(u, err));
    double again = q.end_evaluations * r->search.candidates[r->search.best].eval.seconds;
    u->predict_s = fmax(u->budget.reserve_s - fixed_s - again, 0);
    u->budget.reserve_s = u->files_s + u->predict_s;
    r->reproducible =
        r->reproducible && !r->search.clock_used && !r->search.stopped && !r->search.memory_limited;
    if (r->search.memory_limited)
        run_warn(u, "some pipelines did not fit into max_memory_mb and were left out");
    return AUTOML_OK;
}

automl_status run_unbalanced(struct job_run *u, automl_error *err)
{
    struct job_result *r = u->r;
    const struct search_candidate *best = &r->search.candidates[r->search.best];
    if (r->balance.method == NULL)
        return AUTOML_OK;
    r->score_with = best->eval.score;
    if (r->search.stopped || !run_has_time(u, 1.2 * best->eval.seconds)) {
        run_warn(u, "there was no time to score the best pipeline without balancing");
        r->partial = true;
        r->reproducible = false;
        return AUTOML_OK;
    }
    struct eval_setting plain = u->setting;
    struct stop stop = {.clock = u->ctx->clock, .deadline_ns = budget_end_ns(&u->budget), .parent = &u->stop};
    struct evaluation e;
    plain.balance = NULL;
    if (plain.decision.rule == DECISION_WEIGHTS)
        plain.decision = (struct decision){.rule = DECISION_ARGMAX};
    evaluate(&plain, best->graph, NULL, &stop, u->pool, &e);
    automl_status status = AUTOML_OK;
    if (e.outcome == EVAL_DONE && isnan(e.score) && plain.metric->user != NULL)
        status = evaluation_score(&plain, &e, err);
    if (e.outcome == EVAL_STOPPED) {
        r->partial = true;
        r->reproducible = false;
    }
    r->score_without = e.outcome == EVAL_DONE ? e.score : NAN;
    evaluation_clear(&e);
    return status < 0 && status != AUTOML_E_MEMORY ? AUTOML_OK : status;
}
