/* job_support.h - small datasets, clocks and folders for the tests of lib/job. */
#ifndef TESTS_JOB_SUPPORT_H
#define TESTS_JOB_SUPPORT_H

#include "job/job.h"

/* Each look at it moves it on; 0: it stands still. */
struct test_clock {
    struct clock clock;
    _Atomic int64_t now_ns;
    int64_t step_ns;
};

void test_clock_init(struct test_clock *c, int64_t step_ns);

automl_context *test_context(struct test_clock *c); /* NULL: the system's clock */
/* Columns id, when, group, weight, a, b, noise, colour, y (no, yes; the first of every 25 rows is missing);
 * in some cells of b nothing. `share` of the rows are yes, roughly. */
automl_dataset *test_dataset(automl_context *ctx, int32_t n, double share);
/* The same with a target of three classes. */
automl_dataset *test_dataset_many(automl_context *ctx, int32_t n);
/* A bag with target_name y and a small evaluation budget, then settings: pairs key, text; NULL-terminated. */
struct params *test_config(automl_context *ctx, ...);
automl_job *test_job(automl_context *ctx, struct params *p, automl_dataset *d); /* frees p */
const struct json *test_path(const struct json *v, const char *path);           /* "metrics/test/f1" */
struct json *test_json(automl_context *ctx, const char *text);
char *test_folder(void); /* a new directory; free with test_folder_free */
void test_folder_free(char *path);
/* NULL if there is no such file; free(). out_n may be NULL. */
char *test_read(const char *folder, const char *name, int64_t *out_n);

#endif
