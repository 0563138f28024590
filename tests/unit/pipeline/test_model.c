#include "spy_operator.h"

static void learns_from_columns_of_every_type(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_chain, spec_union, spec_stack, spec_ensemble};
    automl_dataset *d = make_data(f, 600, 2);
    for (size_t i = 0; i < 4; i++) {
        automl_pipeline *p = fit(f, specs[i], d);
        double *proba = predict(f, p, d, NULL);
        for (int64_t r = 0; r < 600; r++)
            assert_true(fabs(proba[2 * r] + proba[2 * r + 1] - 1) < 1e-12);
        assert_true(accuracy(p, d, proba) > 0.7);
        assert_int_equal(p->train_rows, 600);
        assert_string_equal(p->balance_rule, "none");
        assert_true(fabs(p->priors[0] - 0.5) < 0.1 && fabs(p->priors[0] + p->priors[1] - 1) < 1e-12);
        assert_int_equal(model_check(p, &f->err), AUTOML_OK);
        free(proba);
        model_unref(p);
    }
    dataset_unref(d);
}

static void fits_and_predicts_the_same_with_any_number_of_threads(void **state)
{
    struct fixture *f = *state;
    static const int32_t threads[] = {1, 2, 8};
    automl_dataset *d = make_data(f, 300, 3);
    uint8_t *first = NULL, *bytes = NULL;
    int64_t first_n = 0, n = 0;
    double *expected = NULL;
    for (int32_t i = 0; i < 3; i++) {
        struct pool *pool = NULL;
        struct model_fit how = fit_request_of(d);
        automl_pipeline *p = NULL;
        assert_ok(f, context_pool(f->ctx, threads[i], &pool, &f->err));
        how.pool = pool;
        assert_ok(f, try_fit(f, spec_ensemble, &how, &p));
        assert_ok(f, model_save(p, i == 0 ? &first : &bytes, i == 0 ? &first_n : &n, &f->err));
        double *proba = predict(f, p, d, pool);
        if (i == 0) {
            expected = proba;
        } else {
            assert_int_equal(n, first_n);
            assert_memory_equal(bytes, first, (size_t)n);
            assert_same_bits(proba, expected, 900);
            mem_free(&f->ctx->mem, bytes);
            free(proba);
        }
        pool_free(pool);
        model_unref(p);
    }
    mem_free(&f->ctx->mem, first);
    free(expected);
    dataset_unref(d);
}

/* More rows than a block holds, in order and through an index. */
static void predicts_blocks_like_all_rows_at_once(void **state)
{
    struct fixture *f = *state;
    enum { MANY = 20000 };
    automl_dataset *d = make_data(f, 500, 2);
    automl_pipeline *p = fit(f, spec_union, d);
    struct frame *x = frame_of(f, p, d);
    int32_t *rows = calloc(MANY, sizeof *rows);
    for (int32_t i = 0; i < MANY; i++)
        rows[i] = (i * 7) % 500;
    struct frame *many = frame_take(x, rows, MANY);
    double *few_proba = predict(f, p, d, NULL), *proba = calloc(2 * MANY, sizeof *proba);
    assert_ok(f, model_predict_proba(p, many, NULL, NULL, proba, &f->err));
    for (int32_t i = 0; i < MANY; i++)
        assert_same_bits(proba + 2 * i, few_proba + 2 * rows[i], 2);
    frame_unref(many);
    frame_unref(x);
    free(rows);
    free(proba);
    free(few_proba);
    model_unref(p);
    dataset_unref(d);
}

static void leaves_rows_without_a_target_out(void **state)
{
    struct fixture *f = *state;
    automl_dataset *some = NULL, *labelled = NULL;
    int32_t rows[400], n = 0;
    assert_ok(f, try_data(f, 400, 2, 5, &some));
    for (int32_t i = 0; i < 400; i++)
        if (i % 5 != 1)
            rows[n++] = i;
    assert_ok(f, dataset_take(some, rows, n, &labelled, &f->err));
    automl_pipeline *a = fit(f, spec_chain, some), *b = fit(f, spec_chain, labelled);
    double *pa = predict(f, a, labelled, NULL), *pb = predict(f, b, labelled, NULL);
    assert_int_equal(a->train_rows, 320);
    assert_same_bits(pa, pb, (size_t)n * 2);
    free(pa);
    free(pb);
    model_unref(a);
    model_unref(b);
    dataset_unref(some);
    dataset_unref(labelled);
}

static void passes_weights_on(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 200, 2);
    double w[200];
    struct model_fit how = fit_request_of(d);
    automl_pipeline *p = NULL;
    int32_t y[200];
    automl_pipeline *plain = fit(f, "[\"dummy\"]", d);
    schema_encode_target(plain->schema, d, DATA_TARGET, y);
    double sum = 0, ones = 0;
    for (int32_t i = 0; i < 200; i++) {
        w[i] = y[i] == 1 ? 3 : 1;
        sum += w[i];
        ones += y[i] == 1 ? w[i] : 0;
    }
    how.w = w;
    assert_ok(f, try_fit(f, "[\"dummy\"]", &how, &p));
    double *proba = predict(f, p, d, NULL);
    assert_true(fabs(proba[1] - ones / sum) < 1e-12);
    free(proba);
    model_unref(p);
    model_unref(plain);
    dataset_unref(d);
}

static void refuses_a_target_among_the_features(void **state)
{
    struct fixture *f = *state;
    static const int32_t features[] = {0, DATA_TARGET};
    automl_dataset *d = make_data(f, 50, 2);
    struct model_fit how = fit_request_of(d);
    automl_pipeline *p = NULL;
    how.features = features, how.n_features = 2;
    assert_int_equal(try_fit(f, spec_chain, &how, &p), AUTOML_E_CONFLICT);
    assert_message_has(f, "label");
    how.n_features = 0;
    assert_int_equal(try_fit(f, spec_chain, &how, &p), AUTOML_E_ARGUMENT);
    how.n_features = 1, how.target = 6;
    assert_int_equal(try_fit(f, spec_chain, &how, &p), AUTOML_E_ARGUMENT);
    assert_null(p);
    dataset_unref(d);
}

static void gives_priors_where_no_number_came_out(void **state)
{
    struct fixture *f = *state;
    spy_register(f);
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, "[\"spy\"]", d);
    struct automl_predictor *r = NULL;
    double row[DATA_FEATURES] = {0}, one[2];
    assert_ok(f, predictor_create(p, &r, &f->err));
    spy_log.gives_nan = true;
    double *proba = predict(f, p, d, NULL);
    predictor_row(r, row, one);
    for (int64_t i = 0; i < 60; i++)
        assert_same_bits(proba + 2 * i, p->priors, 2);
    assert_same_bits(one, p->priors, 2);
    free(proba);
    predictor_free(r);
    model_unref(p);
    dataset_unref(d);
}

static void decides_after_temperature(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 300, 2);
    automl_pipeline *p = fit(f, spec_chain, d);
    double *plain = predict(f, p, d, NULL);
    p->temperature = 2;
    p->decision = (struct decision){.rule = DECISION_THRESHOLD, .threshold = 0.9, .positive = 1};
    double *cooled = predict(f, p, d, NULL);
    for (int64_t i = 0; i < 300; i++) {
        int32_t label;
        double a = sqrt(plain[2 * i]), b = sqrt(plain[2 * i + 1]);
        model_decide(p, 1, cooled + 2 * i, &label);
        assert_true(fabs(cooled[2 * i + 1] - b / (a + b)) < 1e-7);
        assert_int_equal(label, cooled[2 * i + 1] >= 0.9);
    }
    free(plain);
    free(cooled);
    model_unref(p);
    dataset_unref(d);
}

static void averages_members_by_weight_and_replicas_equally(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 200, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    struct frame *x = frame_of(f, p, d);
    double *all = predict(f, p, d, NULL), *sum = calloc(400, sizeof *sum), one[400], cost = 0;
    assert_int_equal(p->n_members, 3);
    for (int32_t i = 0; i < 3; i++) {
        assert_int_equal(p->members[i].n_replicas, 3);
        for (int32_t j = 0; j < 3; j++) {
            const struct fitted *m = p->members[i].replicas[j];
            assert_true(m->n_rows > 120 && m->n_rows < 140);
            assert_ok(f, fitted_predict_proba(m, x, &f->ctx->mem, &stop_never, one, &f->err));
            cost += fitted_row_cost(m);
            for (int32_t r = 0; r < 400; r++)
                sum[r] += p->members[i].weight * one[r] / 3;
        }
    }
    for (int32_t r = 0; r < 400; r++)
        assert_true(fabs(sum[r] - all[r]) < 1e-12);
    assert_true(model_row_cost(p) == cost && cost > 0);
    free(all);
    free(sum);
    frame_unref(x);
    model_unref(p);
    dataset_unref(d);
}

static void leaves_members_without_weight_out(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f,
        "{\"nodes\": [{\"op\": \"dummy\", \"name\": \"a\"}, {\"op\": \"standard_scaler\", \"name\": \"s\", "
        "\"inputs\": [\"input\"]},"
        "{\"op\": \"gaussian_nb\", \"name\": \"b\", \"inputs\": [\"s\"]},"
        "{\"op\": \"ensemble\", \"params\": {\"weights\": [1, 0]}, \"inputs\": [\"a\", \"b\"]}]}",
        d);
    assert_int_equal(p->n_members, 1);
    assert_string_equal(p->members[0].graph->nodes[0].name, "a");
    model_unref(p);
    dataset_unref(d);
}

static char *write(
    struct fixture *f, const automl_pipeline *p, void (*fn)(const automl_pipeline *p, struct json_writer *w))
{
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, &f->ctx->mem);
    json_writer_init(&w, &b, 0);
    fn(p, &w);
    char *text = strbuf_take(&b);
    assert_non_null(text);
    return text;
}

static void writes_the_specification_it_was_fitted_from(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_chain, spec_union, spec_stack, spec_ensemble};
    automl_dataset *d = make_data(f, 100, 2);
    for (size_t i = 0; i < 4; i++) {
        automl_pipeline *p = fit(f, specs[i], d);
        char *text = write(f, p, model_write_spec);
        struct graph *a = parse(f, specs[i]), *b = parse(f, text);
        assert_true(graph_hash(a) == graph_hash(b));
        mem_free(&f->ctx->mem, text);
        graph_unref(a);
        graph_unref(b);
        model_unref(p);
    }
    dataset_unref(d);
}

static void lists_what_inference_executes(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"simple_imputer", "one_hot_encoder", "stack/standard_scaler",
        "stack/gaussian_nb", "stack", "gaussian_nb"};
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_stack, d);
    char *text = write(f, p, model_write_steps);
    struct json *root = NULL;
    int32_t i = 0;
    assert_ok(f, json_parse(&f->ctx->mem, text, strlen(text), &root, &f->err));
    assert_int_equal(json_count(root), 6);
    for (const struct json *v = json_first(root); v; v = json_next(v)) {
        assert_string_equal(json_string(json_get(v, "name")), names[i++]);
        assert_true(json_is(json_get(v, "params"), JSON_OBJECT));
    }
    assert_string_equal(json_string(json_get(json_first(root), "operator")), "simple_imputer");
    assert_true(json_count(json_get(json_first(root), "params")) > 0);
    json_free(root);
    mem_free(&f->ctx->mem, text);
    model_unref(p);
    dataset_unref(d);
}

static void describes_itself_as_json(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    char *text = write(f, p, model_write_json);
    struct json *root = NULL;
    assert_ok(f, json_parse(&f->ctx->mem, text, strlen(text), &root, &f->err));
    assert_int_equal(json_count(json_get(root, "members")), 3);
    assert_string_equal(json_string(json_get(json_get(root, "decision"), "rule")), "argmax");
    assert_string_equal(json_string(json_get(json_get(root, "schema"), "target")), "label");
    assert_true(json_number(json_get(root, "train_rows"), 0) == 100);
    json_free(root);
    mem_free(&f->ctx->mem, text);
    model_unref(p);
    dataset_unref(d);
}

static void finds_impossible_numbers(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_chain, d);
    p->temperature = NAN;
    assert_int_equal(model_check(p, &f->err), AUTOML_E_FORMAT);
    p->temperature = 1;
    p->decision = (struct decision){.rule = DECISION_THRESHOLD, .threshold = 1.5, .positive = 1};
    assert_int_equal(model_check(p, &f->err), AUTOML_E_FORMAT);
    p->decision = (struct decision){.rule = DECISION_WEIGHTS};
    assert_int_equal(model_check(p, &f->err), AUTOML_E_FORMAT);
    p->decision = (struct decision){.rule = DECISION_ARGMAX};
    p->priors[0] += 0.5;
    assert_int_equal(model_check(p, &f->err), AUTOML_E_FORMAT);
    p->priors[0] -= 0.5;
    p->members[0].weight = INFINITY;
    assert_int_equal(model_check(p, &f->err), AUTOML_E_FORMAT);
    p->members[0].weight = 1;
    assert_int_equal(model_check(p, &f->err), AUTOML_OK);
    model_unref(p);
    dataset_unref(d);
}

static void records_balancing(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 200, 2);
    struct balance_plan plan = {
        .rule = BALANCE_RULE_UNDERSAMPLE, .method = balancer_find("random_under_sampler"), .ratio = 1};
    struct model_fit how = fit_request_of(d);
    automl_pipeline *p = NULL;
    how.balance = &plan;
    assert_ok(f, try_fit(f, spec_chain, &how, &p));
    assert_string_equal(p->balance_rule, "undersample");
    assert_non_null(p->members[0].replicas[0]->nodes[3].correction);
    model_unref(p);
    dataset_unref(d);
}

static void stops_when_told_to(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_chain, d), *none = NULL;
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    struct model_fit how = fit_request_of(d);
    struct frame *x = frame_of(f, p, d);
    double proba[200];
    how.stop = &stop;
    assert_int_equal(try_fit(f, spec_chain, &how, &none), AUTOML_E_CANCELLED);
    assert_int_equal(model_predict_proba(p, x, NULL, &stop, proba, &f->err), AUTOML_E_CANCELLED);
    assert_null(none);
    frame_unref(x);
    model_unref(p);
    dataset_unref(d);
}

static void survives_every_failed_allocation(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_stack, spec_ensemble};
    automl_dataset *d = NULL;
    assert_ok(f, try_data(f, 60, 2, 9, &d));
    int64_t before = mem_used(&f->ctx->mem);
    for (size_t s = 0; s < 2; s++) {
        for (int64_t n = 1;; n++) {
            struct model_fit how = fit_request_of(d);
            automl_pipeline *p = NULL;
            fault_once(&f->fault, n);
            automl_status status = try_fit(f, specs[s], &how, &p);
            bool refused = fault_happened(&f->fault);
            fault_off(&f->fault);
            if (status != (refused ? AUTOML_E_MEMORY : AUTOML_OK))
                fail_msg("allocation %d: %s: %s", (int)n, automl_status_name(status), f->err.message);
            model_unref(p);
            assert_int_equal(mem_used(&f->ctx->mem), before);
            if (!refused)
                break;
        }
    }
    dataset_unref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(learns_from_columns_of_every_type),
        PIPELINE_TEST(fits_and_predicts_the_same_with_any_number_of_threads),
        PIPELINE_TEST(predicts_blocks_like_all_rows_at_once),
        PIPELINE_TEST(leaves_rows_without_a_target_out),
        PIPELINE_TEST(passes_weights_on),
        PIPELINE_TEST(refuses_a_target_among_the_features),
        PIPELINE_TEST(gives_priors_where_no_number_came_out),
        PIPELINE_TEST(decides_after_temperature),
        PIPELINE_TEST(averages_members_by_weight_and_replicas_equally),
        PIPELINE_TEST(leaves_members_without_weight_out),
        PIPELINE_TEST(writes_the_specification_it_was_fitted_from),
        PIPELINE_TEST(lists_what_inference_executes),
        PIPELINE_TEST(describes_itself_as_json),
        PIPELINE_TEST(finds_impossible_numbers),
        PIPELINE_TEST(records_balancing),
        PIPELINE_TEST(stops_when_told_to),
        PIPELINE_TEST(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
