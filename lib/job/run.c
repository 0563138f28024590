/*
 * run.c - a job from its first stage to its last, and what is done whenever it ends.
 */
#include "job/run.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "job/execute.h"

static const int64_t PROGRESS_NS = 100000000, POLL_NS = 1000000000;
static const double MEMORY_SHARE = 0.75;

void run_warn(struct job_run *u, const char *format, ...)
{
    char text[ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct job_result *r = u->r;
    char **list = mem_realloc(u->mem, r->warnings, (size_t)r->n_warnings + 1, sizeof *list);
    if (list == NULL || n < 0)
        return;
    r->warnings = list;
    list[r->n_warnings] = arena_strdup(&r->arena, text);
    r->n_warnings += list[r->n_warnings] != NULL;
    log_write(&u->ctx->log, LOG_WARNING, "%s", text);
}

static void poll_store(struct job_run *u, int64_t now)
{
    bool asked = false;
    if (u->store == NULL || now < u->next_poll_ns || atomic_load(&u->job->cancel) > 0)
        return;
    u->next_poll_ns = now + POLL_NS;
    if (store_cancel_requested(u->store, u->job->id, &asked, NULL) >= 0 && asked)
        job_cancel(u->job);
}

void run_report(struct job_run *u, bool always)
{
    struct automl_job *j = u->job;
    int64_t now = clock_now(u->ctx->clock);
    poll_store(u, now);
    if (j->progress == NULL || (!always && now < u->next_progress_ns))
        return;
    u->next_progress_ns = now + PROGRESS_NS;
    struct automl_progress p = u->progress;
    p.seconds = 1e-9 * (double)(now - u->budget.start_ns);
    p.seconds_left = INFINITY;
    if (budget_limited(&u->budget)) {
        double total = 1e-9 * (double)(u->budget.deadline_ns - u->budget.start_ns);
        p.seconds_left = fmax(total - p.seconds, 0);
        p.share = p.stage == STAGE_DONE ? 1 : fmin(fmax(p.share, p.seconds / total), 1);
    }
    if (j->progress(&p, j->progress_user) != 0 && atomic_load(&j->cancel) == 0)
        job_cancel(j);
}

bool run_has_time(const struct job_run *u, double seconds)
{
    return budget_left_s(&u->budget) >= seconds;
}

automl_status run_abandoned(const struct job_run *u, automl_error *err)
{
    return stop_check(&u->finish) == STOP_NO ? AUTOML_OK : stop_status(&u->finish, err);
}

static automl_status search_stages(struct job_run *u, automl_error *err)
{
    TRY(run_search(u, err));
    TRY(run_assemble(u, err));
    TRY(run_measure(u, err));
    TRY(run_unbalanced(u, err));
    return run_importance(u, err);
}

static automl_status name_features(struct job_run *u, automl_error *err)
{
    struct job_result *r = u->r;
    r->features = arena_alloc(&r->arena, (size_t)u->n_features, sizeof *r->features);
    if (r->features == NULL)
        return error_memory(err);
    r->n_features = u->n_features;
    for (int32_t j = 0; j < u->n_features; j++)
        if ((r->features[j] = arena_strdup(&r->arena, u->train.data->cols[u->features[j]].name)) == NULL)
            return error_memory(err);
    return AUTOML_OK;
}

/* The metric once the number of classes is known. */
static automl_status store_metric(struct job_run *u, automl_error *err)
{
    return u->store != NULL ? store_set_scoring(u->store, u->job->id, u->setting.metric->name, err)
                            : AUTOML_OK;
}

static automl_status stages(struct job_run *u, automl_error *err)
{
    TRY(run_load(u, err));
    TRY(run_rows(u, err));
    TRY(run_setting(u, err));
    TRY(store_metric(u, err));
    TRY(run_select(u, err));
    TRY(name_features(u, err));
    if (u->job->kind != JOB_SELECTION)
        TRY(search_stages(u, err));
    return mem_failures(u->mem) > 0 ? error_memory(err) : AUTOML_OK;
}

static void note_end(struct job_run *u)
{
    struct job_result *r = u->r;
    bool stopped = atomic_load(&u->job->cancel) > 0;
    r->status = stopped ? "cancelled" : "succeeded";
    r->partial = r->partial || stopped;
    r->reproducible = r->reproducible && !stopped;
    r->finished_us = clock_wall(u->ctx->clock);
    r->seconds = clock_seconds_since(u->ctx->clock, u->budget.start_ns);
}

double run_test_score(const struct job_run *u)
{
    const struct job_metrics *t = &u->r->test;
    for (int32_t i = 0; u->r->scoring != NULL && i < t->n; i++)
        if (strcmp(t->names[i], u->r->scoring->name) == 0)
            return t->values[i];
    return NAN;
}

/* The files, then the row of the history. */
static automl_status conclude(struct job_run *u, automl_error *err)
{
    if (u->job->kind == JOB_FULL)
        TRY(run_write(u, err));
    TRY(run_abandoned(u, err));
    note_end(u);
    TRY(run_result_text(u, err));
    if (u->store == NULL)
        return AUTOML_OK;
    return store_finish(u->store, u->job->id, u->r->status, u->r->seconds, u->r->search.score,
        run_test_score(u), u->job->text, NULL, u->r->finished_us, err);
}

/* Nothing of a failed job stays on disk but its row. */
static void record_failure(struct job_run *u, automl_status status, const automl_error *why)
{
    struct automl_job *j = u->job;
    bool cancelled = status == AUTOML_E_CANCELLED;
    if (u->store == NULL || j->folder == NULL)
        return;
    os_remove_tree(j->folder, NULL);
    mem_free(&u->ctx->mem, j->folder);
    j->folder = NULL;
    store_finish(u->store, j->id, cancelled ? "cancelled" : "failed",
        clock_seconds_since(u->ctx->clock, u->budget.start_ns), NAN, NAN, NULL,
        why->message[0] != '\0' ? why->message : automl_status_text(status), clock_wall(u->ctx->clock), NULL);
}

static automl_status open_store(struct job_run *u, automl_error *err)
{
    struct automl_job *j = u->job;
    struct strbuf config;
    if (j->store_path == NULL || j->kind != JOB_FULL)
        return AUTOML_OK;
    TRY(store_open(u->ctx, j->store_path, &u->store, err));
    strbuf_init(&config, u->mem);
    automl_status status = run_config_text(u, &config, err);
    if (status >= 0)
        status = store_begin(u->store, j->id, strbuf_text(&config),
            params_string(u->p, JOB_FEATURE_TABLE_NAME), params_string(u->p, JOB_TARGET_NAME),
            params_string(u->p, JOB_SCORING), u->r->started_us, &j->folder, err);
    strbuf_free(&config);
    return status;
}

static int64_t memory_limit(const struct params *p)
{
    double mb = params_real(p, JOB_MAX_MEMORY_MB);
    return mb > 0 ? (int64_t)(mb * 1e6) : (int64_t)(MEMORY_SHARE * (double)os_ram_bytes());
}

static void run_init(struct job_run *u, struct automl_job *j)
{
    const struct clock *clock = j->ctx->clock;
    double seconds = job_max_seconds(j->config);
    int64_t start = clock_now(clock);
    int64_t deadline = seconds > 0 ? start + (int64_t)(seconds * 1e9) : DEADLINE_NONE;
    memset(u, 0, sizeof *u);
    u->job = j;
    u->ctx = j->ctx;
    u->mem = &j->mem;
    u->mem->limit = memory_limit(j->config);
    u->p = j->config;
    u->r = &j->result;
    u->rng = rng_seed(params_seed(u->p, JOB_SEED));
    budget_init(&u->budget, clock, start, deadline);
    u->stop = (struct stop){.cancel = &j->cancel, .clock = clock, .deadline_ns = deadline};
    u->finish = (struct stop){.cancel = &j->abandon, .deadline_ns = DEADLINE_NONE};
    u->next_poll_ns = start + POLL_NS;
    u->progress.best = NAN;
    u->r->mem = u->mem;
    arena_init(&u->r->arena, u->mem);
    memcpy(u->r->job_id, j->id, sizeof j->id);
    u->r->started_us = clock_wall(clock);
    u->r->reproducible = true;
    u->r->search.score = u->r->search.std = NAN;
    u->r->score_with = u->r->score_without = NAN;
}

static void on_look(void *user)
{
    run_report(user, false);
}

/* With one thread nobody else can report while it works. */
static void report_while_working(struct job_run *u)
{
    if (pool_threads(u->pool) > 1)
        return;
    u->stop.tick = on_look;
    u->stop.tick_user = u;
}

static void run_clear(struct job_run *u)
{
    struct mem *m = u->mem;
    eval_setting_clear(&u->setting);
    if (u->has_space)
        space_clear(&u->space);
    prefix_cache_free(u->cache);
    folds_free(u->folds);
    folds_free(u->fresh_folds);
    side_clear(m, &u->train);
    side_clear(m, &u->test);
    schema_free(u->schema);
    mem_free(m, u->features);
    mem_free(m, u->groups);
    mem_free(m, u->times);
    mem_free(m, u->correction);
    mem_free(m, u->search_decision.weights);
    mem_free(&u->ctx->mem, u->model_bytes);
    pool_free(u->pool);
    store_close(u->store);
}

automl_status job_execute(struct automl_job *j, automl_error *err)
{
    struct job_run u;
    automl_error why = {0};
    run_init(&u, j);
    automl_status status = job_check_data(j->ctx, j->config, j->train != NULL, &why);
    if (status >= 0)
        status = open_store(&u, &why);
    if (status >= 0)
        status = context_pool(j->ctx, (int32_t)params_int(u.p, JOB_THREADS), &u.pool, &why);
    if (status >= 0) {
        report_while_working(&u);
        status = stages(&u, &why);
    }
    if (status >= 0)
        status = conclude(&u, &why);
    if (status < 0)
        record_failure(&u, status, &why);
    j->has_result = status >= 0;
    u.progress.stage = STAGE_DONE;
    u.progress.share = 1;
    run_report(&u, true);
    bool stopped = status >= 0 && strcmp(u.r->status, "cancelled") == 0;
    run_clear(&u);
    if (status < 0) {
        job_result_clear(&j->result);
        error_copy(err, &why);
        return status;
    }
    return stopped ? AUTOML_STOPPED : AUTOML_OK;
}
