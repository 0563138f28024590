#include "spy_operator.h"

/* Two classes, two numeric columns; the first has a different value in every row. */
struct sample {
    struct frame *x;
    int32_t *y;
    struct rng rng;
};

static struct sample make_sample(struct fixture *f, int32_t n, uint32_t one_in)
{
    struct sample s = {.rng = rng_seed(3)};
    double *values;
    s.x = frame_dense(&f->ctx->mem, n, 2, &values);
    s.y = calloc((size_t)n, sizeof *s.y);
    assert_true(s.x && s.y);
    for (int32_t i = 0; i < n; i++) {
        s.y[i] = rng_below(&s.rng, one_in) == 0;
        values[i] = i + 0.5 * s.y[i];
        values[n + i] = rng_normal(&s.rng) + s.y[i];
    }
    return s;
}

static void free_sample(struct sample *s)
{
    frame_unref(s->x);
    free(s->y);
}

static struct fit_request request_of(struct fixture *f, const struct sample *s)
{
    return (struct fit_request){
        .x = s->x, .y = s->y, .n_classes = 2, .rng = rng_seed(5), .stop = &stop_never, .mem = &f->ctx->mem};
}

static const char spec_two[] = "{\"nodes\": [{\"name\": \"a\", \"op\": \"standard_scaler\"},"
                               "{\"name\": \"b\", \"op\": \"min_max_scaler\", \"inputs\": [\"input\"]},"
                               "{\"name\": \"u\", \"op\": \"union\", \"inputs\": [\"a\", \"b\", \"input\"]},"
                               "{\"name\": \"nb\", \"op\": \"gaussian_nb\", \"inputs\": [\"u\"]}]}";

static void predicts_rows_to_apply_like_a_later_call_and_like_single_rows(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_two,
        "[\"standard_scaler\", {\"op\": \"stack\", \"params\": {\"cv\": 3}, \"pipeline\": "
        "[\"gaussian_nb\"]}, \"gaussian_nb\"]",
        "[{\"op\": \"stack\", \"params\": {\"passthrough\": false}, \"pipeline\": [\"gaussian_nb\"]}, "
        "\"gaussian_nb\"]"};
    struct sample s = make_sample(f, 300, 3);
    double now[600], later[600], row[2], one[2];
    for (size_t i = 0; i < 3; i++) {
        struct graph *g = parse(f, specs[i]);
        struct fit_request r = request_of(f, &s);
        struct fitted *m = NULL;
        r.x_apply = s.x;
        assert_ok(f, fitted_fit(g, &r, &m, now, &f->err));
        assert_ok(f, fitted_predict_proba(m, s.x, r.mem, r.stop, later, &f->err));
        assert_same_bits(now, later, 600);
        assert_true(fitted_has_rows(m));
        double *scratch = calloc((size_t)m->row_scratch, sizeof *scratch);
        for (int32_t j = 0; j < 300; j++) {
            row[0] = frame_value(s.x, 0, j), row[1] = frame_value(s.x, 1, j);
            fitted_predict_row(m, row, one, scratch);
            assert_same_bits(one, later + 2 * j, 2);
        }
        free(scratch);
        assert_true(fitted_row_cost(m) > 0 && fitted_bytes(m) > 0);
        fitted_unref(m);
        graph_unref(g);
    }
    free_sample(&s);
}

static void gives_the_same_from_the_cache(void **state)
{
    struct fixture *f = *state;
    struct sample s = make_sample(f, 200, 3);
    struct graph *g = parse(f, spec_two);
    struct prefix_cache *c = NULL;
    double fresh[400], cached[400];
    int64_t hits, misses, bytes;
    assert_ok(f, prefix_cache_create(&f->ctx->mem, 1 << 20, &c, &f->err));
    for (int32_t turn = 0; turn < 2; turn++) {
        struct fit_request r = request_of(f, &s);
        struct fitted *m = NULL;
        r.x_apply = s.x, r.cache = c, r.cache_key = 99;
        assert_ok(f, fitted_fit(g, &r, &m, turn == 0 ? fresh : cached, &f->err));
        fitted_unref(m);
    }
    assert_same_bits(fresh, cached, 400);
    prefix_cache_stats(c, &hits, &misses, &bytes);
    assert_int_equal(hits, 2);
    assert_int_equal(misses, 2);
    prefix_cache_free(c);
    graph_unref(g);
    free_sample(&s);
}

static void stacks_predictions_of_rows_that_were_not_seen(void **state)
{
    struct fixture *f = *state;
    spy_register(f);
    struct sample s = make_sample(f, 90, 3);
    struct graph *g =
        parse(f, "[{\"op\": \"stack\", \"params\": {\"cv\": 3}, \"pipeline\": [\"spy\"]}, \"spy\"]");
    struct fit_request r = request_of(f, &s);
    struct fitted *m = NULL;
    double proba[180];
    r.x_apply = s.x;
    assert_ok(f, fitted_fit(g, &r, &m, proba, &f->err));
    /* One fit on all rows, three folds, then the last learner: it saw certainty of class 1 only, never of its
     * own rows. */
    assert_int_equal(spy_log.fits, 5);
    assert_int_equal(spy_log.rows, 90);
    assert_true(spy_log.last_min == 1 && spy_log.last_max == 1);
    fitted_unref(m);
    graph_unref(g);
    free_sample(&s);
}

static void lets_learners_watch_rows_that_they_do_not_learn_from(void **state)
{
    struct fixture *f = *state;
    spy_register(f);
    struct graph *g = parse(f, "[\"spy\"]");
    for (int32_t n = 499; n <= 500; n++) {
        struct sample s = make_sample(f, n, 3);
        struct fit_request r = request_of(f, &s);
        struct fitted *m = NULL;
        assert_ok(f, fitted_fit(g, &r, &m, NULL, &f->err));
        assert_int_equal(spy_log.rows, n == 499 ? 499 : 450);
        assert_int_equal(spy_log.valid_rows, n == 499 ? 0 : 50);
        fitted_unref(m);
        free_sample(&s);
    }
    graph_unref(g);
}

static void balances_the_learner_and_corrects_its_probabilities(void **state)
{
    struct fixture *f = *state;
    spy_register(f);
    struct sample s = make_sample(f, 400, 10);
    struct graph *g = parse(f, "[\"spy\"]"), *nb = parse(f, "[\"gaussian_nb\"]");
    struct balance_plan plan = {
        .rule = BALANCE_RULE_OVERSAMPLE, .method = balancer_find("random_over_sampler"), .ratio = 1};
    struct fit_request r = request_of(f, &s);
    struct fitted *m = NULL;
    double proba[800], mean = 0, share = 0;
    r.balance = &plan;
    assert_ok(f, fitted_fit(g, &r, &m, NULL, &f->err));
    assert_int_equal(spy_log.class_rows[0], spy_log.class_rows[1]);
    fitted_unref(m);
    r.x_apply = s.x;
    assert_ok(f, fitted_fit(nb, &r, &m, proba, &f->err));
    for (int32_t i = 0; i < 400; i++) {
        mean += proba[2 * i + 1] / 400;
        share += s.y[i] / 400.0;
    }
    assert_non_null(m->nodes[0].correction);
    assert_true(m->nodes[0].correction[1] < 0.5 && m->nodes[0].correction[0] > 1.5);
    assert_true(fabs(mean - share) < 0.04);
    fitted_unref(m);
    graph_unref(g);
    graph_unref(nb);
    free_sample(&s);
}

static void reports_the_operator_that_failed(void **state)
{
    struct fixture *f = *state;
    struct sample s = make_sample(f, 20, 3);
    struct graph *g = parse(f, spec_two);
    struct fit_request r = request_of(f, &s);
    struct fitted *m = NULL;
    _Atomic int32_t cancel = 2;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    ((double *)s.x->cols[0].values->data)[3] = INFINITY;
    assert_int_equal(fitted_fit(g, &r, &m, NULL, &f->err), AUTOML_E_DATA);
    assert_string_equal(f->err.where, "pipeline/0/standard_scaler");
    r.stop = &stop;
    assert_int_equal(fitted_fit(g, &r, &m, NULL, &f->err), AUTOML_E_CANCELLED);
    assert_null(m);
    graph_unref(g);
    free_sample(&s);
}

static void survives_every_failed_allocation(void **state)
{
    struct fixture *f = *state;
    struct sample s = make_sample(f, 40, 3);
    struct balance_plan plan = {
        .rule = BALANCE_RULE_OVERSAMPLE, .method = balancer_find("random_over_sampler"), .ratio = 1};
    struct graph *g =
        parse(f, "[\"standard_scaler\", {\"op\": \"stack\", \"params\": {\"cv\": 2}, \"pipeline\": "
                 "[\"gaussian_nb\"]}, \"gaussian_nb\"]");
    int64_t before = mem_used(&f->ctx->mem);
    double proba[80];
    for (int64_t n = 1;; n++) {
        struct fit_request r = request_of(f, &s);
        struct fitted *m = NULL;
        r.balance = &plan, r.x_apply = s.x;
        fault_once(&f->fault, n);
        automl_status status = fitted_fit(g, &r, &m, proba, &f->err);
        bool refused = fault_happened(&f->fault);
        fault_off(&f->fault);
        assert_int_equal(status, refused ? AUTOML_E_MEMORY : AUTOML_OK);
        fitted_unref(m);
        assert_int_equal(mem_used(&f->ctx->mem), before);
        if (!refused)
            break;
    }
    graph_unref(g);
    free_sample(&s);
}

static void loads_what_it_saved_and_nothing_that_does_not_fit(void **state)
{
    struct fixture *f = *state;
    struct sample s = make_sample(f, 100, 3);
    struct graph *g = parse(f, spec_two), *other = parse(f, "[\"standard_scaler\", \"gaussian_nb\"]");
    struct fit_request r = request_of(f, &s);
    struct fitted *m = NULL, *again = NULL;
    double a[200], b[200];
    struct writer w;
    struct reader in;
    r.x_apply = s.x;
    assert_ok(f, fitted_fit(g, &r, &m, a, &f->err));
    writer_init(&w, &f->ctx->mem);
    fitted_save(m, &w);
    assert_true(writer_ok(&w));
    reader_init(&in, &f->ctx->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_ok(f, fitted_load(f->ctx, &f->ctx->mem, g, &in, &again, &f->err));
    read_end(&in);
    assert_int_equal(reader_status(&in, &f->err), AUTOML_OK);
    assert_ok(f, fitted_predict_proba(again, s.x, r.mem, r.stop, b, &f->err));
    assert_same_bits(a, b, 200);
    fitted_unref(again);
    again = NULL;
    reader_init(&in, &f->ctx->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_int_equal(fitted_load(f->ctx, &f->ctx->mem, other, &in, &again, &f->err), AUTOML_E_FORMAT);
    assert_null(again);
    writer_free(&w);
    fitted_unref(m);
    graph_unref(g);
    graph_unref(other);
    free_sample(&s);
}

/* A correction behind a transformer would be applied to columns as if they were probabilities. */
static void refuses_a_correction_of_a_transformer(void **state)
{
    struct fixture *f = *state;
    struct sample s = make_sample(f, 50, 3);
    struct graph *g = parse(f, "[\"standard_scaler\", \"gaussian_nb\"]");
    struct fit_request r = request_of(f, &s);
    struct fitted *m = NULL, *again = NULL;
    struct writer w;
    struct reader in;
    assert_ok(f, fitted_fit(g, &r, &m, NULL, &f->err));
    m->nodes[0].correction = NEW_ARRAY(&f->ctx->mem, 2, double);
    m->nodes[0].correction[0] = m->nodes[0].correction[1] = 1;
    writer_init(&w, &f->ctx->mem);
    fitted_save(m, &w);
    reader_init(&in, &f->ctx->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_int_equal(fitted_load(f->ctx, &f->ctx->mem, g, &in, &again, &f->err), AUTOML_E_FORMAT);
    writer_free(&w);
    fitted_unref(m);
    graph_unref(g);
    free_sample(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(predicts_rows_to_apply_like_a_later_call_and_like_single_rows),
        PIPELINE_TEST(gives_the_same_from_the_cache),
        PIPELINE_TEST(stacks_predictions_of_rows_that_were_not_seen),
        PIPELINE_TEST(lets_learners_watch_rows_that_they_do_not_learn_from),
        PIPELINE_TEST(balances_the_learner_and_corrects_its_probabilities),
        PIPELINE_TEST(reports_the_operator_that_failed),
        PIPELINE_TEST(survives_every_failed_allocation),
        PIPELINE_TEST(loads_what_it_saved_and_nothing_that_does_not_fit),
        PIPELINE_TEST(refuses_a_correction_of_a_transformer),
    };
    return cmocka_run_group_tests_name("fitted", tests, NULL, NULL);
}
