/*
 * job.c - the job as an object: what it is given, its thread, its cancellation, what it hands out.
 */
#define _POSIX_C_SOURCE 200809L

#include "job/job.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "job/execute.h"
#include "job/run.h"

automl_status job_create(
    automl_context *ctx, const struct params *config, automl_job **out, automl_error *err)
{
    if (params_schema(config) != &job_schema)
        return error_set(err, AUTOML_E_ARGUMENT, "the parameters are not those of a job");
    TRY(job_check_data(ctx, config, !params_is_set(config, JOB_FEATURE_TABLE_NAME), err));
    automl_job *j = NEW(&ctx->mem, automl_job);
    if (j == NULL)
        return error_memory(err);
    j->ctx = ctx;
    automl_status status = params_copy(&ctx->mem, config, &j->config, err);
    if (status >= 0)
        status = job_id_create(clock_wall(ctx->clock), j->id, err);
    if (status < 0) {
        params_free(j->config);
        mem_free(&ctx->mem, j);
        return status;
    }
    context_ref(ctx);
    mem_init_child(&j->mem, &ctx->mem, 0);
    *out = j;
    return AUTOML_OK;
}

static automl_status not_begun(const automl_job *j, automl_error *err)
{
    if (atomic_load(&j->state) == JOB_NEW)
        return AUTOML_OK;
    return error_set(err, AUTOML_E_STATE, "the job has already been run; create another one");
}

automl_status job_set_data(automl_job *j, automl_dataset *train, automl_dataset *test, automl_error *err)
{
    TRY(not_begun(j, err));
    if (train == NULL)
        return error_set(err, AUTOML_E_ARGUMENT, "a job needs a dataset to train on");
    if (test != NULL && !params_is_default(j->config, JOB_TEST_SIZE))
        return error_set(
            err, AUTOML_E_CONFLICT, "test_size and a test dataset exclude each other; give one of them");
    automl_dataset *old_train = j->train, *old_test = j->test;
    j->train = dataset_ref(train);
    j->test = test != NULL ? dataset_ref(test) : NULL;
    dataset_unref(old_train);
    dataset_unref(old_test);
    return AUTOML_OK;
}

automl_status job_set_store(automl_job *j, automl_store *s, automl_error *err)
{
    TRY(not_begun(j, err));
    char *path = s != NULL ? mem_strdup(&j->ctx->mem, store_path(s)) : NULL;
    if (s != NULL && path == NULL)
        return error_memory(err);
    mem_free(&j->ctx->mem, j->store_path);
    j->store_path = path;
    return AUTOML_OK;
}

void job_set_kind(automl_job *j, enum job_kind kind)
{
    j->kind = kind;
}

void job_set_progress(automl_job *j, int32_t (*fn)(const struct automl_progress *p, void *user), void *user)
{
    j->progress = fn;
    j->progress_user = user;
}

static automl_status begin(automl_job *j, automl_error *err)
{
    int32_t expected = JOB_NEW;
    if (atomic_compare_exchange_strong(&j->state, &expected, JOB_RUNNING))
        return AUTOML_OK;
    return not_begun(j, err);
}

automl_status job_run(automl_job *j, automl_error *err)
{
    TRY(begin(j, err));
    j->status = job_execute(j, &j->error);
    atomic_store(&j->state, JOB_ENDED);
    error_copy(err, &j->error);
    return j->status;
}

static void *thread_main(void *arg)
{
    automl_job *j = arg;
    j->status = job_execute(j, &j->error);
    atomic_store(&j->state, JOB_ENDED);
    return NULL;
}

/* The new thread leaves all signals to the host's own. */
static int start_thread(automl_job *j)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&j->thread, NULL, thread_main, j);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

automl_status job_start(automl_job *j, automl_error *err)
{
    TRY(begin(j, err));
    int failure = start_thread(j);
    if (failure != 0) {
        atomic_store(&j->state, JOB_NEW);
        return error_system(err, AUTOML_E_MEMORY, "start a thread for the job", NULL, failure);
    }
    j->threaded = true;
    return AUTOML_OK;
}

automl_status job_wait(automl_job *j, automl_error *err)
{
    if (j->threaded) {
        pthread_join(j->thread, NULL);
        j->threaded = false;
    }
    if (atomic_load(&j->state) == JOB_NEW)
        return error_set(err, AUTOML_E_STATE, "the job has not been started");
    error_copy(err, &j->error);
    return j->status;
}

void job_cancel(automl_job *j)
{
    if (atomic_fetch_add(&j->cancel, 1) > 0)
        atomic_store(&j->abandon, 2);
}

void job_free(automl_job *j)
{
    if (j == NULL)
        return;
    if (j->threaded) {
        job_cancel(j);
        job_cancel(j);
        pthread_join(j->thread, NULL);
    }
    automl_context *ctx = j->ctx;
    job_result_clear(&j->result);
    mem_free(&ctx->mem, j->text);
    mem_free(&ctx->mem, j->html);
    mem_free(&ctx->mem, j->folder);
    mem_free(&ctx->mem, j->store_path);
    dataset_unref(j->train);
    dataset_unref(j->test);
    params_free(j->config);
    mem_free(&ctx->mem, j);
    context_unref(ctx);
}

const char *job_id(const automl_job *j)
{
    return j->id;
}

/* What a thread of its own writes is not handed out before it has ended. */
static bool has_result(const automl_job *j)
{
    return atomic_load(&j->state) == JOB_ENDED && j->has_result;
}

const struct job_result *job_result(const automl_job *j)
{
    return has_result(j) ? &j->result : NULL;
}

const char *job_result_text(const automl_job *j)
{
    return has_result(j) ? j->text : NULL;
}

const char *job_html_text(const automl_job *j)
{
    return has_result(j) ? j->html : NULL;
}

const char *job_folder(const automl_job *j)
{
    return has_result(j) ? j->folder : NULL;
}
