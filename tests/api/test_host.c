/* test_host.c - what a host plugs in: memory, threads, log, clock, scorers, operators. */
#include "api_fixture.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct memory {
    _Atomic int64_t blocks, calls;
    int64_t fail_at; /* the call that fails; 0: none */
};

static void *memory_alloc(void *user, size_t bytes)
{
    struct memory *m = user;
    if (atomic_fetch_add(&m->calls, 1) + 1 == m->fail_at)
        return NULL;
    atomic_fetch_add(&m->blocks, 1);
    return malloc(bytes);
}

static void memory_free(void *user, void *p)
{
    struct memory *m = user;
    atomic_fetch_sub(&m->blocks, p != NULL);
    free(p);
}

/* A fit and its bytes; whatever fails, everything is freed. */
static automl_status work(const automl_allocator *a, automl_error *err)
{
    automl_context *ctx = NULL;
    automl_params *params = NULL;
    automl_dataset *d = NULL;
    automl_pipeline *p = NULL;
    automl_buffer *bytes = NULL;
    const double x[] = {1, 0, 2, 0, 3, 0, 6, 1, 7, 1, 8, 1};
    const char *const names[] = {"x", "y"};
    automl_status status;
    if ((status = automl_context_create(a, &ctx, err)) >= 0 &&
        (status = automl_params_create(ctx, &params, err)) >= 0 &&
        (status = automl_params_set_string(params, "target_name", "y", err)) >= 0 &&
        (status = automl_params_set_int(params, "threads", 1, err)) >= 0 &&
        (status = automl_dataset_from_doubles(ctx, x, 6, 2, AUTOML_ROW_MAJOR, names, &d, err)) >= 0 &&
        (status = automl_pipeline_fit(ctx, "[\"gaussian_nb\"]", d, params, &p, err)) >= 0)
        status = automl_pipeline_save_memory(p, &bytes, err);
    automl_buffer_free(bytes);
    automl_pipeline_free(p);
    automl_dataset_free(d);
    automl_params_free(params);
    automl_context_free(ctx);
    return status;
}

static void host_memory_is_used_and_given_back(void **state)
{
    (void)state;
    struct memory m = {0};
    automl_allocator a = {sizeof a, memory_alloc, memory_free, &m};
    assert_int_equal(work(&a, NULL), AUTOML_OK);
    assert_true(m.calls > 20);
    assert_int_equal(m.blocks, 0);
}

static void every_failed_allocation_is_survived(void **state)
{
    struct fixture *f = *state;
    struct memory m = {0};
    automl_allocator a = {sizeof a, memory_alloc, memory_free, &m};
    automl_status status = AUTOML_E_MEMORY;
    for (int64_t n = 1; status < 0; n++) {
        m = (struct memory){.fail_at = n};
        status = work(&a, f->err);
        assert_int_equal(m.blocks, 0);
        assert_true(status == AUTOML_OK || status == AUTOML_E_MEMORY);
        assert_true(n < 10000);
    }
}

static void structs_of_unknown_size_are_refused(void **state)
{
    struct fixture *f = *state;
    automl_context *ctx = NULL;
    struct {
        automl_allocator a;
        int64_t later;
    } big = {{sizeof big, memory_alloc, memory_free, NULL}, 0};
    automl_allocator a = {4, memory_alloc, memory_free, NULL};
    struct memory m = {0};
    big.a.user = &m;
    assert_int_equal(automl_context_create(&a, &ctx, f->err), AUTOML_E_ARGUMENT);
    a.struct_size = sizeof a;
    a.alloc = NULL;
    assert_int_equal(automl_context_create(&a, &ctx, f->err), AUTOML_E_ARGUMENT);
    assert_string_equal(automl_error_where(f->err), "allocator.alloc");
    assert_ok(f, automl_context_create(&big.a, &ctx, f->err));
    automl_context_free(ctx);
    big.later = 1;
    assert_int_equal(automl_context_create(&big.a, &ctx, f->err), AUTOML_E_ARGUMENT);
}

static int32_t submit_at_once(void *user, void (*fn)(void *arg), void *arg)
{
    ++*(int *)user;
    fn(arg);
    return 0;
}

static int32_t submit_never(void *user, void (*fn)(void *arg), void *arg)
{
    (void)user;
    (void)fn;
    (void)arg;
    return 1;
}

static void executors_do_not_change_results(void **state)
{
    struct fixture *f = *state;
    int tasks = 0;
    automl_executor e = {sizeof e, 3, submit_at_once, &tasks};
    double losses[3] = {0};
    assert_ok(f, automl_params_set_int(f->params, "threads", 0, f->err));
    for (int i = 0; i < 3; i++) {
        automl_job *job = NULL;
        e.submit = i == 1 ? submit_at_once : submit_never;
        assert_ok(f, automl_context_set_executor(f->ctx, i == 0 ? NULL : &e, f->err));
        assert_ok(f, automl_job_create(f->ctx, f->params, &job, f->err));
        assert_ok(f, automl_job_set_dataset(job, f->dataset, NULL, f->err));
        assert_ok(f, automl_job_run(job, f->err));
        assert_ok(f, automl_job_metric(job, "test", "log_loss", &losses[i], f->err));
        automl_job_free(job);
    }
    assert_true(tasks > 0);
    assert_true(losses[0] == losses[1] && losses[1] == losses[2]);
    e.n_threads = 0;
    assert_int_equal(automl_context_set_executor(f->ctx, &e, f->err), AUTOML_E_RANGE);
}

static void count_message(int32_t level, const char *message, void *user)
{
    assert_int_equal(level, AUTOML_LOG_WARNING);
    assert_non_null(strstr(message, "balance_method"));
    ++*(int *)user;
}

static void warnings_reach_the_log(void **state)
{
    struct fixture *f = *state;
    int n = 0;
    automl_pipeline *p = NULL;
    assert_ok(f, automl_params_set_string(f->params, "balance_method", "random_over_sampler", f->err));
    assert_ok(f, automl_context_set_log(f->ctx, AUTOML_LOG_WARNING, count_message, &n, f->err));
    assert_ok(f, automl_pipeline_fit(f->ctx, "[\"dummy\"]", f->dataset, f->params, &p, f->err));
    automl_pipeline_free(p);
    assert_int_equal(n, 1);
    assert_ok(f, automl_context_set_log(f->ctx, AUTOML_LOG_NONE, count_message, &n, f->err));
    assert_ok(f, automl_pipeline_fit(f->ctx, "[\"dummy\"]", f->dataset, f->params, &p, f->err));
    automl_pipeline_free(p);
    assert_int_equal(n, 1);
}

static int64_t slow_clock(void *user)
{
    return atomic_fetch_add((_Atomic int64_t *)user, 1000000);
}

static void injected_clock_ends_a_job(void **state)
{
    struct fixture *f = *state;
    _Atomic int64_t time = 0;
    automl_job *job = NULL;
    assert_int_equal(automl_context_set_clock(f->ctx, slow_clock, NULL, &time, f->err), AUTOML_E_ARGUMENT);
    assert_int_equal(automl_context_set_clock(f->ctx, NULL, slow_clock, &time, f->err), AUTOML_E_ARGUMENT);
    assert_ok(f, automl_context_set_clock(f->ctx, slow_clock, slow_clock, &time, f->err));
    assert_ok(f, automl_params_set_int(f->params, "max_evaluations", 1000000, f->err));
    assert_ok(f, automl_params_unset(f->params, "generations", f->err));
    assert_ok(f, automl_params_set_real(f->params, "max_seconds", 2, f->err));
    assert_ok(f, automl_params_set_int(f->params, "threads", 1, f->err));
    assert_ok(f, automl_job_create(f->ctx, f->params, &job, f->err));
    assert_ok(f, automl_job_set_dataset(job, f->dataset, NULL, f->err));
    assert_ok(f, automl_job_run(job, f->err));
    assert_non_null(strstr(automl_job_result_json(job), "\"reproducible\": false"));
    automl_job_free(job);
    assert_ok(f, automl_context_set_clock(f->ctx, NULL, NULL, NULL, f->err));
}

struct scoring {
    pthread_t thread;
    _Atomic int32_t calls;
    automl_status answer;
};

/* Share of rows whose true class has at least 0.5; a loss: one minus it. */
static automl_status score_loss(int64_t n, int32_t k, const int32_t *y, const double *proba,
    const int32_t *labels, const double *weights, double *out, void *user)
{
    struct scoring *s = user;
    double right = 0;
    assert_null(labels);
    assert_null(weights);
    assert_int_equal(k, 2);
    assert_true(pthread_equal(pthread_self(), s->thread));
    s->calls++;
    for (int64_t i = 0; i < n; i++)
        right += proba[2 * i + y[i]] >= 0.5;
    *out = 1 - right / (double)n;
    return s->answer;
}

static void host_scorer_guides_a_search(void **state)
{
    struct fixture *f = *state;
    struct scoring s = {.thread = pthread_self()};
    automl_scorer scorer = {.struct_size = sizeof scorer, .name = "my_loss", .score = score_loss, .user = &s};
    automl_pipeline *p = NULL;
    double accuracy = 0, loss = 0;
    assert_ok(f, automl_scorer_register(f->ctx, &scorer, f->err));
    f->registered = 1;
    assert_int_equal(automl_scorer_register(f->ctx, &scorer, f->err), AUTOML_E_CONFLICT);
    assert_ok(f, automl_params_set_string(f->params, "scoring", "my_loss", f->err));
    assert_ok(f, automl_params_set_string(f->params, "decision", "argmax", f->err));
    assert_int_equal(
        automl_search_run(f->ctx, f->dataset, f->params, NULL, NULL, &p, NULL, f->err), AUTOML_OK);
    assert_true(s.calls > 5);
    assert_ok(f, automl_pipeline_evaluate(p, f->dataset, "my_loss", &loss, f->err));
    assert_ok(f, automl_pipeline_evaluate(p, f->dataset, "accuracy", &accuracy, f->err));
    assert_true(fabs(loss - (accuracy - 1)) < 1e-9);
    s.answer = AUTOML_E_DATA;
    assert_int_equal(automl_pipeline_evaluate(p, f->dataset, "my_loss", &loss, f->err), AUTOML_E_CALLBACK);
    assert_non_null(strstr(automl_error_message(f->err), "AUTOML_E_DATA"));
    automl_pipeline_free(p);
    scorer.flags = 4;
    scorer.name = "other";
    assert_int_equal(automl_scorer_register(f->ctx, &scorer, f->err), AUTOML_E_ARGUMENT);
    assert_string_equal(automl_error_where(f->err), "scorer.flags");
}

/* An operator that multiplies every column by "factor" and adds one more, the sum. */
struct scaler {
    double factor;
    int32_t n;
};

static automl_status scaler_fit(const automl_operator_input *in, void **out, int32_t *out_columns, void *user)
{
    struct scaler *s = malloc(sizeof *s);
    const char *at = strstr(in->params_json, "\"factor\":");
    assert_non_null(s);
    assert_non_null(at);
    assert_true(in->struct_size >= sizeof *in && in->n_rows > 0 && in->n_cols > 0);
    assert_null(in->y);
    assert_int_equal(in->stopped(in), 0);
    *s = (struct scaler){.factor = strtod(at + 9, NULL), .n = in->n_cols};
    ++*(int *)user;
    *out = s;
    *out_columns = in->n_cols + 1;
    return AUTOML_OK;
}

static void scaler_row(const void *state, const double *row, double *out, void *user)
{
    const struct scaler *s = state;
    (void)user;
    out[s->n] = 0;
    for (int32_t j = 0; j < s->n; j++) {
        out[j] = s->factor * row[j];
        out[s->n] += row[j];
    }
}

static automl_status scaler_transform(
    const void *state, const double *x, int64_t n_rows, double *out, void *user)
{
    const struct scaler *s = state;
    (void)user;
    for (int64_t i = 0; i < n_rows; i++) {
        double sum = 0;
        for (int32_t j = 0; j < s->n; j++) {
            out[j * n_rows + i] = s->factor * x[j * n_rows + i];
            sum += x[j * n_rows + i];
        }
        out[s->n * n_rows + i] = sum;
    }
    return AUTOML_OK;
}

static automl_status scaler_save(const void *state, automl_write_fn write, void *sink, void *user)
{
    const struct scaler *s = state;
    char text[64];
    (void)user;
    if (s->factor == 13)
        return AUTOML_E_UNSUPPORTED;
    int n = snprintf(text, sizeof text, "%d", (int)s->factor);
    return write(sink, text, (size_t)n);
}

static automl_status scaler_load(const void *bytes, size_t n, int32_t n_cols, int32_t out_columns,
    int32_t n_classes, void **out, void *user)
{
    char text[64] = "";
    (void)user;
    if (n == 0 || n >= sizeof text || out_columns != n_cols + 1 || n_classes != 0)
        return AUTOML_E_FORMAT;
    memcpy(text, bytes, n);
    struct scaler *s = malloc(sizeof *s);
    assert_non_null(s);
    *s = (struct scaler){.factor = atoi(text), .n = n_cols};
    *out = s;
    return AUTOML_OK;
}

static void scaler_free(void *state, void *user)
{
    (void)user;
    free(state);
}

static automl_operator_vtable scaler_vtable(int *fits)
{
    return (automl_operator_vtable){.struct_size = sizeof(automl_operator_vtable),
        .kind = AUTOML_OPERATOR_TRANSFORMER,
        .state_format = 1,
        .name = "my_scaler",
        .summary = "multiplies by a factor",
        .params_json = "[{\"key\": \"factor\", \"type\": \"int\", \"default\": 2, \"min\": 1, \"max\": 20, "
                       "\"search\": true, \"help\": \"what to multiply by\"}]",
        .fit = scaler_fit,
        .transform = scaler_transform,
        .apply_row = scaler_row,
        .save = scaler_save,
        .load = scaler_load,
        .free_state = scaler_free,
        .user = fits};
}

static automl_status fit_scaler(struct fixture *f, int factor, automl_pipeline **out)
{
    char spec[256];
    snprintf(spec, sizeof spec,
        "[\"simple_imputer\", \"one_hot_encoder\", {\"op\": \"my_scaler\", \"params\": {\"factor\": %d}}, "
        "\"logistic_regression\"]",
        factor);
    return automl_pipeline_fit(f->ctx, spec, f->dataset, f->params, out, f->err);
}

static void host_operator_is_part_of_pipelines(void **state)
{
    struct fixture *f = *state;
    int fits = 0;
    automl_operator_vtable t = scaler_vtable(&fits);
    int32_t before = automl_operator_count(f->ctx), label = -1;
    automl_pipeline *p = NULL, *loaded = NULL;
    automl_predictor *r = NULL;
    automl_buffer *bytes = NULL, *schema = NULL;
    double a[2 * FIXTURE_ROWS], b[2 * FIXTURE_ROWS];
    assert_ok(f, automl_operator_register(f->ctx, &t, f->err));
    f->registered = 1;
    assert_int_equal(automl_operator_register(f->ctx, &t, f->err), AUTOML_E_CONFLICT);
    assert_int_equal(automl_operator_count(f->ctx), before + 1);
    assert_string_equal(automl_operator_name(f->ctx, before), "my_scaler");
    assert_ok(f, automl_operator_schema_json(f->ctx, "my_scaler", &schema, f->err));
    assert_non_null(strstr(automl_buffer_data(schema), "\"factor\""));
    assert_ok(f, fit_scaler(f, 3, &p));
    assert_int_equal(fits, 1);
    assert_ok(f, automl_pipeline_predict_proba(p, f->dataset, 2, a, 2 * FIXTURE_ROWS, f->err));
    assert_ok(f, automl_pipeline_save_memory(p, &bytes, f->err));
    assert_ok(f, automl_pipeline_load_memory(
                     f->ctx, automl_buffer_data(bytes), automl_buffer_size(bytes), &loaded, f->err));
    assert_ok(f, automl_pipeline_predict_proba(loaded, f->dataset, 1, b, 2 * FIXTURE_ROWS, f->err));
    assert_memory_equal(a, b, sizeof a);
    assert_ok(f, automl_predictor_create(loaded, &r, f->err));
    assert_int_equal(automl_predictor_predict_row(r, (const double[]){2, 3, 0, 1}, b, &label), AUTOML_OK);
    assert_true(label == 1 && b[1] > 0.5);
    automl_predictor_free(r);
    automl_pipeline_free(p);
    automl_pipeline_free(loaded);
    automl_buffer_free(bytes);
    automl_buffer_free(schema);
}

static void failing_host_operator_is_named(void **state)
{
    struct fixture *f = *state;
    int fits = 0;
    automl_operator_vtable t = scaler_vtable(&fits);
    automl_pipeline *p = NULL;
    automl_buffer *bytes = NULL;
    automl_predictor *r = NULL;
    t.apply_row = NULL;
    assert_ok(f, automl_operator_register(f->ctx, &t, f->err));
    f->registered = 1;
    assert_ok(f, fit_scaler(f, 13, &p));
    assert_int_equal(automl_pipeline_save_memory(p, &bytes, f->err), AUTOML_E_CALLBACK);
    assert_non_null(strstr(automl_error_message(f->err), "'my_scaler'"));
    assert_non_null(strstr(automl_error_message(f->err), "AUTOML_E_UNSUPPORTED"));
    assert_int_equal(automl_predictor_create(p, &r, f->err), AUTOML_E_UNSUPPORTED);
    automl_pipeline_free(p);
    p = NULL;
    assert_int_equal(fit_scaler(f, 21, &p), AUTOML_E_RANGE);
    assert_null(p);
}

static void refused(struct fixture *f, automl_operator_vtable t, automl_status status, const char *where)
{
    assert_int_equal(automl_operator_register(f->ctx, &t, f->err), status);
    assert_string_equal(automl_error_where(f->err), where);
}

static void incomplete_operators_are_refused(void **state)
{
    struct fixture *f = *state;
    const automl_operator_vtable good = scaler_vtable(NULL);
    automl_operator_vtable t = good;
    t.struct_size = 8;
    refused(f, t, AUTOML_E_ARGUMENT, "vtable");
    t = good;
    t.name = "My scaler";
    refused(f, t, AUTOML_E_ARGUMENT, "vtable.name");
    t = good;
    t.kind = 3;
    refused(f, t, AUTOML_E_ARGUMENT, "vtable.kind");
    t = good;
    t.traits = 1u << 30;
    refused(f, t, AUTOML_E_ARGUMENT, "vtable.traits");
    t = good;
    t.transform = NULL;
    refused(f, t, AUTOML_E_ARGUMENT, "vtable.transform");
    t = good;
    t.kind = AUTOML_OPERATOR_CLASSIFIER;
    refused(f, t, AUTOML_E_ARGUMENT, "vtable.predict_proba");
    t = good;
    t.free_state = NULL;
    refused(f, t, AUTOML_E_ARGUMENT, "vtable.free_state");
}

static void bad_operator_parameters_are_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *json;
        automl_status status;
    } bad[] = {
        {"{}", AUTOML_E_FORMAT},
        {"[{\"type\": \"int\"}]", AUTOML_E_FORMAT},
        {"[{\"key\": \"a\", \"type\": \"text\", \"default\": \"\"}]", AUTOML_E_TYPE},
        {"[{\"key\": \"a\", \"type\": \"int\", \"default\": 3, \"min\": 0, \"max\": 2}]", AUTOML_E_RANGE},
        {"[{\"key\": \"a\", \"type\": \"int\", \"default\": 0.5, \"min\": 0, \"max\": 2}]", AUTOML_E_TYPE},
        {"[{\"key\": \"a\", \"type\": \"real\", \"default\": 1, \"min\": 0, \"max\": 2, \"log\": true}]",
            AUTOML_E_RANGE},
        {"[{\"key\": \"a\", \"type\": \"choice\", \"default\": \"x\", \"choices\": [\"y\"]}]",
            AUTOML_E_RANGE},
        {"[{\"key\": \"a\", \"type\": \"choice\", \"default\": \"x\"}]", AUTOML_E_FORMAT},
        {"[{\"key\": \"a\", \"type\": \"bool\", \"default\": 1}]", AUTOML_E_TYPE},
        {"[{\"key\": \"a\", \"type\": \"bool\", \"default\": true}, "
         "{\"key\": \"a\", \"type\": \"bool\", \"default\": true}]",
            AUTOML_E_FORMAT},
    };
    automl_operator_vtable t = scaler_vtable(NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        t.params_json = bad[i].json;
        refused(f, t, bad[i].status, "vtable.params_json");
    }
    t.params_json =
        "[{\"key\": \"a\", \"type\": \"choice\", \"default\": \"y\", \"choices\": [\"x\", \"y\"]}, "
        "{\"key\": \"b\", \"type\": \"bool\", \"default\": false}]";
    assert_ok(f, automl_operator_register(f->ctx, &t, f->err));
    f->registered = 1;
}

/* Class shares for every row: a classifier without features. */
static automl_status shares_fit(const automl_operator_input *in, void **out, int32_t *out_columns, void *user)
{
    double *s = calloc(3, sizeof *s);
    (void)user;
    (void)out_columns;
    assert_non_null(s);
    assert_int_equal(in->n_classes, 2);
    s[2] = in->n_classes;
    for (int64_t i = 0; i < in->n_rows; i++)
        s[in->y[i]] += 1 / (double)in->n_rows;
    *out = s;
    return AUTOML_OK;
}

static automl_status shares_predict(
    const void *state, const double *x, int64_t n_rows, double *out, void *user)
{
    (void)x;
    (void)user;
    for (int64_t i = 0; i < n_rows; i++)
        memcpy(out + 2 * i, state, 2 * sizeof *out);
    return AUTOML_OK;
}

static automl_status shares_save(const void *state, automl_write_fn write, void *sink, void *user)
{
    (void)user;
    return write(sink, state, 3 * sizeof(double));
}

static automl_status shares_load(const void *bytes, size_t n, int32_t n_cols, int32_t out_columns,
    int32_t n_classes, void **out, void *user)
{
    (void)n_cols;
    (void)user;
    if (n != 3 * sizeof(double) || n_classes != 2 || out_columns != 2 || !(*out = malloc(n)))
        return AUTOML_E_FORMAT;
    memcpy(*out, bytes, n);
    return AUTOML_OK;
}

static void host_classifier_takes_part_in_a_search(void **state)
{
    struct fixture *f = *state;
    automl_operator_vtable t = {.struct_size = sizeof t,
        .kind = AUTOML_OPERATOR_CLASSIFIER,
        .name = "my_shares",
        .fit = shares_fit,
        .predict_proba = shares_predict,
        .save = shares_save,
        .load = shares_load,
        .free_state = scaler_free};
    automl_pipeline *p = NULL;
    automl_buffer *json = NULL;
    const char *space =
        "{\"operators\": {\"my_shares\": {}, \"simple_imputer\": {}, \"one_hot_encoder\": {}}}";
    assert_ok(f, automl_operator_register(f->ctx, &t, f->err));
    f->registered = 1;
    assert_ok(f, automl_params_set_text(f->params, "search_space", space, f->err));
    assert_ok(f, automl_search_run(f->ctx, f->dataset, f->params, NULL, NULL, &p, &json, f->err));
    assert_non_null(strstr(automl_buffer_data(json), "\"my_shares\""));
    automl_buffer_free(json);
    automl_pipeline_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_memory_is_used_and_given_back),
        cmocka_unit_test_setup_teardown(every_failed_allocation_is_survived, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(structs_of_unknown_size_are_refused, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(executors_do_not_change_results, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(warnings_reach_the_log, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(injected_clock_ends_a_job, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(host_scorer_guides_a_search, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(host_operator_is_part_of_pipelines, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(failing_host_operator_is_named, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(incomplete_operators_are_refused, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(bad_operator_parameters_are_refused, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            host_classifier_takes_part_in_a_search, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
