/*
 * steps.c - the first stages of a job without the others.
 */
#include "job/steps.h"

#include "job/run.h"

/* A run without deadline, store or progress. */
static void step_init(struct job_run *u, automl_job *j)
{
    *u = (struct job_run){.job = j,
        .ctx = j->ctx,
        .mem = &j->mem,
        .p = j->config,
        .r = &j->result,
        .rng = rng_seed(params_seed(j->config, JOB_SEED)),
        .stop = stop_never,
        .finish = stop_never,
        .date = -1};
    budget_init(&u->budget, j->ctx->clock, clock_now(j->ctx->clock), DEADLINE_NONE);
    u->r->mem = u->mem;
    arena_init(&u->r->arena, u->mem);
}

static void step_clear(struct job_run *u)
{
    side_clear(u->mem, &u->train);
    side_clear(u->mem, &u->test);
    schema_free(u->schema);
    folds_free(u->folds);
    folds_free(u->fresh_folds);
    mem_free(u->mem, u->features);
    mem_free(u->mem, u->groups);
    mem_free(u->mem, u->times);
    pool_free(u->pool);
}

automl_status job_load(
    automl_context *ctx, const struct params *config, automl_dataset **out, automl_error *err)
{
    struct job_run u;
    automl_job *j = NULL;
    TRY(job_check(ctx, config, err));
    TRY(job_create(ctx, config, &j, err));
    job_set_kind(j, JOB_SEARCH);
    step_init(&u, j);
    automl_status status = run_load(&u, err);
    if (status >= 0)
        *out = dataset_ref(u.train.data);
    step_clear(&u);
    job_free(j);
    return status;
}

static automl_status fit_rows(struct job_run *u, struct graph *spec, automl_pipeline **out, automl_error *err)
{
    const struct job_side *s = &u->train;
    struct schema *schema = u->schema;
    struct model_fit f = {.data = s->data,
        .target = s->target,
        .features = u->features,
        .n_features = u->n_features,
        .w = s->w,
        .balance = u->r->balance.method != NULL ? &u->r->balance : NULL,
        .positive = schema->positive >= 0 ? schema->classes[schema->positive] : NULL,
        .seed = params_seed(u->p, JOB_SEED),
        .pool = u->pool,
        .stop = &u->stop};
    TRY(model_fit(u->ctx, spec, &f, out, err));
    if (s->id < 0)
        return AUTOML_OK;
    automl_pipeline *p = *out;
    p->schema->id = mem_strdup(p->schema->mem, s->data->cols[s->id].name);
    if (p->schema->id != NULL)
        return AUTOML_OK;
    model_unref(p);
    return error_memory(err);
}

automl_status job_fit(automl_context *ctx, const struct params *config, automl_dataset *data,
    struct graph *spec, automl_pipeline **out, automl_error *err)
{
    struct job_run u;
    automl_job *j = NULL;
    automl_pipeline *p = NULL;
    TRY(job_create(ctx, config, &j, err));
    job_set_kind(j, JOB_SEARCH);
    step_init(&u, j);
    automl_status status = job_set_data(j, data, NULL, err);
    if (status >= 0)
        status = context_pool(ctx, (int32_t)params_int(u.p, JOB_THREADS), &u.pool, err);
    if (status >= 0) /* folds are made too, but not used: two are always possible */
        status = params_set_int(j->config, "cv_folds", 2, err);
    if (status >= 0)
        status = run_load(&u, err);
    if (status >= 0)
        status = run_rows(&u, err);
    if (status >= 0) {
        run_plan(&u);
        status = fit_rows(&u, spec, &p, err);
    }
    if (status >= 0)
        *out = p;
    step_clear(&u);
    job_free(j);
    return status;
}
