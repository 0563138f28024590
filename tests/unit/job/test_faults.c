/*
 * test_faults.c - a small job with a store, and every allocation of it refused: once, and from it on.
 *
 *     test_job_faults        the first 300 allocations and 200 others drawn at random
 *     test_job_faults all    all of them
 *     test_job_faults N      the N-th
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "support/fault_allocator.h"
#include "unit/job/job_support.h"

enum { ROWS = 60, FIRST = 300, DRAWN = 200 };

static bool all;
static int64_t only;

struct fixture {
    struct fault_allocator faults;
    struct test_clock clock;
    automl_context *ctx;
    automl_dataset *data;
    struct params *config;
    automl_store *store;
    char *folder, *jobs;
    int64_t calls; /* of the job when nothing fails */
};

static char *text_of(const char *a, const char *b)
{
    char *text = test_malloc(strlen(a) + strlen(b) + 1);
    strcpy(text, a);
    return strcat(text, b);
}

static int set_up(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    fault_init(&f->faults);
    struct allocator hooks = fault_hooks(&f->faults);
    test_clock_init(&f->clock, 0);
    assert_int_equal(context_create(&hooks, &f->ctx, NULL), AUTOML_OK);
    f->ctx->clock = &f->clock.clock;
    f->data = test_dataset(f->ctx, ROWS, 0.5);
    f->config = test_config(f->ctx, "max_evaluations", "3", "cv_folds", "2", "num_features", "3",
        "generations", "2", "to_balance", "true", NULL);
    f->folder = test_folder();
    f->jobs = text_of(f->folder, "/jobs");
    assert_int_equal(store_open(f->ctx, f->folder, &f->store, NULL), AUTOML_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    params_free(f->config);
    dataset_unref(f->data);
    context_unref(f->ctx);
    assert_true(fault_clean(&f->faults));
    test_folder_free(f->folder);
    test_free(f->jobs);
    test_free(f);
    return 0;
}

/* The id of a job that came into being stays in `id`. */
static automl_status run(struct fixture *f, automl_job **out, char *id)
{
    automl_job *j = NULL;
    automl_status status = job_create(f->ctx, f->config, &j, NULL);
    if (status >= 0) {
        strcpy(id, job_id(j));
        status = job_set_data(j, f->data, NULL, NULL);
    }
    if (status >= 0)
        status = job_set_store(j, f->store, NULL);
    if (status >= 0)
        status = job_run(j, NULL);
    *out = j;
    return status;
}

static void remove_files(const struct fixture *f, const char *id)
{
    char *path = text_of(f->jobs, "/"), *folder = text_of(path, id);
    assert_int_equal(os_remove_tree(folder, NULL), AUTOML_OK);
    test_free(folder);
    test_free(path);
}

static int32_t job_folders(const struct fixture *f)
{
    int32_t n = 0;
    DIR *d = opendir(f->jobs);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void succeeds(struct fixture *f)
{
    automl_job *j;
    char id[40] = "";
    fault_off(&f->faults);
    automl_status status = run(f, &j, id);
    f->calls = fault_calls(&f->faults);
    if (status != AUTOML_OK)
        fail_msg("without a fault: %s", automl_status_name(status));
    assert_int_equal(job_result(j)->search.evaluated, 3);
    assert_int_equal(job_folders(f), 1);
    job_free(j);
    remove_files(f, id);
}

/* A job that began says that it failed; without memory to say so it can be said later. */
static void check_history(struct fixture *f, const char *id, const char *how, int64_t n)
{
    struct store_row row;
    automl_status status = store_show(f->store, id, &row, NULL);
    if (status == AUTOML_E_NOT_FOUND)
        return;
    assert_int_equal(status, AUTOML_OK);
    bool unsaid = strcmp(how, "from on") == 0 && strcmp(row.status, "running") == 0;
    if (unsaid)
        assert_int_equal(store_finish(f->store, id, "failed", 0, NAN, NAN, NULL, NULL, 0, NULL), AUTOML_OK);
    else if (strcmp(row.status, "failed") != 0)
        fail_msg("allocation %d, %s: the history says %s", (int)n, how, row.status);
    store_row_clear(&f->ctx->mem, &row);
}

static void check(struct fixture *f, const char *how, int64_t n)
{
    automl_job *j;
    char id[40] = "";
    int64_t blocks = fault_blocks(&f->faults);
    automl_status status = run(f, &j, id);
    if (status != AUTOML_E_MEMORY)
        fail_msg("allocation %d, %s: %s", (int)n, how, automl_status_name(status));
    if (j != NULL)
        assert_null(job_result(j));
    job_free(j);
    fault_off(&f->faults);
    if (fault_blocks(&f->faults) != blocks)
        fail_msg(
            "allocation %d, %s: %d blocks are left", (int)n, how, (int)(fault_blocks(&f->faults) - blocks));
    if (job_folders(f) != 0)
        fail_msg("allocation %d, %s: files are left", (int)n, how);
    check_history(f, id, how, n);
}

static void refuse(struct fixture *f, int64_t n)
{
    fault_once(&f->faults, n);
    check(f, "once", n);
    fault_from(&f->faults, n);
    check(f, "from on", n);
}

static void survives_the_failure_of_any_allocation(void **state)
{
    struct fixture *f = *state;
    struct rng r = rng_seed(1);
    succeeds(f);
    int64_t calls = f->calls, first = all ? calls : FIRST;
    assert_true(calls > FIRST + DRAWN);
    if (only > 0) {
        refuse(f, only);
        return;
    }
    for (int64_t n = 1; n <= first; n++)
        refuse(f, n);
    for (int32_t i = 0; !all && i < DRAWN; i++)
        refuse(f, FIRST + 1 + (int64_t)rng_below(&r, (uint32_t)(calls - FIRST)));
    succeeds(f);
    assert_int_equal(f->calls, calls);
    print_message("%d of %d allocations were refused, each once and from it on\n",
        (int)(all ? calls : FIRST + DRAWN), (int)calls);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(survives_the_failure_of_any_allocation, set_up, tear_down),
    };
    all = argc > 1 && strcmp(argv[1], "all") == 0;
    only = argc > 1 && !all ? strtoll(argv[1], NULL, 10) : 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
