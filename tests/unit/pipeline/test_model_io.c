#include "pipeline/html.h"
#include "pipeline_fixture.h"

struct file {
    uint8_t *bytes;
    int64_t n;
};

static struct file save(struct fixture *f, const automl_pipeline *p)
{
    struct file s = {0};
    assert_ok(f, model_save(p, &s.bytes, &s.n, &f->err));
    return s;
}

static automl_pipeline *load(struct fixture *f, struct file s)
{
    automl_pipeline *p = NULL;
    assert_ok(f, model_load(f->ctx, s.bytes, (size_t)s.n, &p, &f->err));
    return p;
}

static const char spec_trees[] =
    "{\"nodes\": [{\"name\": \"ord\", \"op\": \"ordinal_encoder\"},"
    "{\"name\": \"fill\", \"op\": \"simple_imputer\", \"inputs\": [\"ord\"]},"
    "{\"name\": \"sel\", \"op\": \"select_percentile\", \"params\": {\"percentile\": 60}, \"inputs\": "
    "[\"fill\"]},"
    "{\"name\": \"pca\", \"op\": \"pca\", \"inputs\": [\"fill\"]},"
    "{\"name\": \"u\", \"op\": \"union\", \"inputs\": [\"sel\", \"pca\"]},"
    "{\"name\": \"tree\", \"op\": \"decision_tree\", \"inputs\": [\"u\"]},"
    "{\"name\": \"nb\", \"op\": \"gaussian_nb\", \"inputs\": [\"sel\"]},"
    "{\"name\": \"mean\", \"op\": \"ensemble\", \"inputs\": [\"tree\", \"nb\"]}]}";

static void loads_what_it_saved(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_chain, spec_union, spec_stack, spec_ensemble, spec_trees};
    automl_dataset *d = make_data(f, 200, 2);
    for (size_t i = 0; i < 5; i++) {
        automl_pipeline *p = fit(f, specs[i], d);
        p->temperature = 1.1;
        p->decision = (struct decision){.rule = DECISION_THRESHOLD, .threshold = 0.3, .positive = 1};
        struct file a = save(f, p);
        automl_pipeline *q = load(f, a);
        struct file b = save(f, q);
        double *pa = predict(f, p, d, NULL), *pb = predict(f, q, d, NULL);
        assert_same_bits(pa, pb, 400);
        assert_int_equal(a.n, b.n);
        assert_memory_equal(a.bytes, b.bytes, (size_t)a.n);
        assert_int_equal(q->decision.rule, DECISION_THRESHOLD);
        assert_true(q->decision.threshold == 0.3 && q->temperature == 1.1);
        mem_free(&f->ctx->mem, a.bytes);
        mem_free(&f->ctx->mem, b.bytes);
        free(pa);
        free(pb);
        model_unref(p);
        model_unref(q);
    }
    dataset_unref(d);
}

static void keeps_weights_of_the_decision(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 3);
    automl_pipeline *p = fit(f, spec_chain, d);
    p->decision = (struct decision){.rule = DECISION_WEIGHTS, .weights = NEW_ARRAY(p->mem, 3, double)};
    memcpy(p->decision.weights, (double[]){0.1, 1.0 / 3, 7}, 3 * sizeof(double));
    struct file s = save(f, p);
    automl_pipeline *q = load(f, s);
    assert_int_equal(q->decision.rule, DECISION_WEIGHTS);
    assert_same_bits(q->decision.weights, p->decision.weights, 3);
    assert_same_bits(q->priors, p->priors, 3);
    mem_free(&f->ctx->mem, s.bytes);
    model_unref(p);
    model_unref(q);
    dataset_unref(d);
}

/* Whatever a damaged file loaded as must be usable: all calls that read a model. */
static void use(struct fixture *f, automl_pipeline *p)
{
    static const double values[] = {0, 1, -1, 1e9, NAN};
    int32_t n_cols = p->schema->n_cols, k = p->schema->n_classes;
    struct automl_predictor *r = NULL;
    struct strbuf page, text;
    struct json_writer w;
    double *row = calloc((size_t)n_cols, sizeof *row), *proba = calloc((size_t)k, sizeof *proba);
    assert_true(row && proba);
    if (predictor_create(p, &r, &f->err) >= 0)
        for (size_t v = 0; v < 5; v++) {
            for (int32_t j = 0; j < n_cols; j++)
                row[j] = values[(v + (size_t)j) % 5];
            int32_t label = predictor_row(r, row, proba);
            assert_true(label >= 0 && label < k);
            for (int32_t c = 0; c < k; c++)
                assert_true(isfinite(proba[c]));
        }
    strbuf_init(&page, &f->ctx->mem);
    strbuf_init(&text, &f->ctx->mem);
    json_writer_init(&w, &text, 0);
    model_write_json(p, &w);
    assert_int_equal(model_html(p, NULL, &page, &f->err), AUTOML_OK);
    strbuf_free(&page);
    strbuf_free(&text);
    predictor_free(r);
    free(row);
    free(proba);
}

/* Loads bytes that may be damaged from memory of exactly their size, so that a sanitizer sees a read behind
 * it. */
static bool try_load(struct fixture *f, const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    automl_pipeline *p = NULL;
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    f->err = (automl_error){0};
    automl_status status = model_load(f->ctx, copy, n, &p, &f->err);
    free(copy);
    if (status >= 0)
        use(f, p);
    else
        assert_true(f->err.message[0] != '\0' && p == NULL);
    model_unref(p);
    return status >= 0;
}

static void refuses_every_shortened_file(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, spec_chain, d);
    struct file s = save(f, p);
    for (int64_t n = 0; n < s.n; n += n < 256 ? 1 : 61)
        assert_false(try_load(f, s.bytes, (size_t)n));
    mem_free(&f->ctx->mem, s.bytes);
    model_unref(p);
    dataset_unref(d);
}

static void refuses_every_flipped_bit(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, spec_chain, d);
    struct file s = save(f, p);
    struct rng r = rng_seed(1);
    for (int32_t i = 0; i < 400; i++) {
        int64_t at = rng_below(&r, (uint32_t)s.n);
        uint8_t bit = (uint8_t)(1u << rng_below(&r, 8));
        s.bytes[at] ^= bit;
        assert_false(try_load(f, s.bytes, (size_t)s.n));
        s.bytes[at] ^= bit;
    }
    assert_true(try_load(f, s.bytes, (size_t)s.n));
    mem_free(&f->ctx->mem, s.bytes);
    model_unref(p);
    dataset_unref(d);
}

enum { MAX_SECTIONS = 16 };

struct section {
    char name[64];
    uint8_t *bytes;
    size_t n;
};

struct sections {
    struct section s[MAX_SECTIONS];
    int32_t n;
};

static void take_section(struct fixture *f, const struct container *c, const char *name, struct sections *out)
{
    const void *bytes;
    struct section *s = &out->s[out->n];
    if (container_section(c, name, &bytes, &s->n, &f->err) < 0)
        return;
    snprintf(s->name, sizeof s->name, "%s", name);
    s->bytes = malloc(s->n);
    memcpy(s->bytes, bytes, s->n);
    out->n++;
}

static struct sections take_apart(struct fixture *f, struct file s)
{
    struct sections out = {0};
    struct container *c = NULL;
    char name[64];
    assert_ok(f, container_open(&f->ctx->mem, s.bytes, (size_t)s.n, &c, &f->err));
    take_section(f, c, "schema", &out);
    take_section(f, c, "model", &out);
    for (int32_t i = 0; i < 3; i++)
        for (int32_t j = 0; j < 3; j++) {
            snprintf(name, sizeof name, "member/%d/replica/%d", (int)i, (int)j);
            take_section(f, c, name, &out);
        }
    container_close(c);
    return out;
}

static void free_sections(struct sections *s)
{
    for (int32_t i = 0; i < s->n; i++)
        free(s->s[i].bytes);
}

/* A file with right checksums whose section `at` holds other bytes. */
static struct file put_together(
    struct fixture *f, const struct sections *s, int32_t at, const void *bytes, size_t n)
{
    struct container_writer *c = NULL;
    struct file out = {0};
    assert_ok(f, container_begin(&f->ctx->mem, &c, &f->err));
    for (int32_t i = 0; i < s->n; i++)
        assert_ok(f, i == at ? container_add(c, s->s[i].name, bytes, n, &f->err)
                             : container_add(c, s->s[i].name, s->s[i].bytes, s->s[i].n, &f->err));
    assert_ok(f, container_finish(c, &out.bytes, &out.n, &f->err));
    return out;
}

static bool load_with(struct fixture *f, const struct sections *s, int32_t at, const void *bytes, size_t n)
{
    struct file file = put_together(f, s, at, bytes, n);
    bool ok = try_load(f, file.bytes, (size_t)file.n);
    mem_free(&f->ctx->mem, file.bytes);
    return ok;
}

/* One change of a kind that breaks decoders: bits, bytes, extreme integers and doubles, lost or repeated
 * parts. */
static size_t mutate(struct rng *r, uint8_t *b, size_t n)
{
    static const int32_t extremes[] = {-1, 0, 1, 2, 255, 65536, INT32_MAX, INT32_MIN, 1 << 28};
    static const double doubles[] = {NAN, INFINITY, -INFINITY, -1, 0, 1e308, -1e308, 1e-308, 2147483648.0};
    size_t at = rng_below(r, (uint32_t)n), left = n - at, many = 1 + rng_below(r, 40);
    switch (rng_below(r, 6)) {
    case 0:
        b[at] ^= (uint8_t)(1u << rng_below(r, 8));
        return n;
    case 1:
        b[at] = (uint8_t)rng_u32(r);
        return n;
    case 2:
        if (left >= 4)
            memcpy(b + at, &extremes[rng_below(r, 9)], 4);
        return n;
    case 3:
        if (left >= 8)
            memcpy(b + at, &doubles[rng_below(r, 9)], 8);
        return n;
    case 4:
        many = many < left ? many : left;
        memmove(b + at, b + at + many, left - many);
        return n - many;
    default:
        memmove(b + at + many, b + at, left);
        return n + many;
    }
}

static void uses_or_refuses_files_that_were_changed_with_care(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_chain, spec_stack, spec_ensemble, spec_trees};
    struct rng r = rng_seed(42);
    automl_dataset *d = make_data(f, 60, 2);
    int32_t refused = 0;
    for (size_t i = 0; i < 4; i++) {
        automl_pipeline *p = fit(f, specs[i], d);
        struct file file = save(f, p);
        struct sections s = take_apart(f, file);
        for (int32_t turn = 0; turn < 700; turn++) {
            int32_t at = turn % s.n;
            size_t n = s.s[at].n;
            uint8_t *copy = malloc(n + 200);
            memcpy(copy, s.s[at].bytes, n);
            for (uint32_t times = 1 + rng_below(&r, 3); times > 0 && n > 0; times--)
                n = mutate(&r, copy, n);
            refused += !load_with(f, &s, at, copy, n);
            free(copy);
        }
        free_sections(&s);
        mem_free(&f->ctx->mem, file.bytes);
        model_unref(p);
    }
    assert_true(refused > 1000);
    dataset_unref(d);
}

struct edit {
    const char *from, *to;
    automl_status status;
};

static void refuses_descriptions_that_make_no_sense(void **state)
{
    struct fixture *f = *state;
    static const struct edit edits[] = {
        {"\"format\":1", "\"format\":2", AUTOML_E_VERSION},
        {"\"format\":1", "\"format\":0", AUTOML_E_FORMAT},
        {"\"weight\":0.5", "\"weight\":0", AUTOML_E_FORMAT},
        {"\"weight\":0.5", "\"weight\":-1", AUTOML_E_FORMAT},
        {"\"weight\":0.5", "\"weight\":\"1\"", AUTOML_E_FORMAT},
        {"\"replicas\":3", "\"replicas\":2.5", AUTOML_E_FORMAT},
        {"\"replicas\":3", "\"replicas\":4", AUTOML_E_FORMAT},
        {"\"replicas\":3", "\"replicas\":0", AUTOML_E_FORMAT},
        {"\"temperature\":1", "\"temperature\":-1", AUTOML_E_FORMAT},
        {"\"temperature\":1", "\"temperature\":null", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"magic\"", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"weights\"", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"weights\",\"weights\":[1]", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"weights\",\"weights\":[-1,1]", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"weights\",\"weights\":[0,0]", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"threshold\",\"threshold\":0.5", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"threshold\",\"threshold\":1.5,\"positive\":1", AUTOML_E_FORMAT},
        {"\"rule\":\"argmax\"", "\"rule\":\"threshold\",\"threshold\":0.5,\"positive\":2", AUTOML_E_FORMAT},
        {"\"priors\":[", "\"priors\":[0,", AUTOML_E_FORMAT},
        {"\"priors\":[0.", "\"priors\":[3.", AUTOML_E_FORMAT},
        {"\"balance\":\"none\"", "\"balance\":\"some\"", AUTOML_E_FORMAT},
        {"\"train_rows\":60", "\"train_rows\":0", AUTOML_E_FORMAT},
        {"\"members\":[", "\"members\":[],\"others\":[", AUTOML_E_FORMAT},
        {"\"op\":\"dummy\"", "\"op\":\"dumy\"", AUTOML_E_UNKNOWN_KEY},
        {"\"op\":\"dummy\"", "\"op\":\"gaussian_nb\"", AUTOML_E_FORMAT},
    };
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    struct file file = save(f, p);
    struct sections s = take_apart(f, file);
    assert_true(load_with(f, &s, 1, s.s[1].bytes, s.s[1].n));
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        char text[8192];
        char *old = calloc(1, s.s[1].n + 1);
        memcpy(old, s.s[1].bytes, s.s[1].n);
        char *at = strstr(old, edits[i].from);
        if (!at)
            fail_msg("no %s in %s", edits[i].from, old);
        snprintf(
            text, sizeof text, "%.*s%s%s", (int)(at - old), old, edits[i].to, at + strlen(edits[i].from));
        if (load_with(f, &s, 1, text, strlen(text)) || f->err.status != edits[i].status)
            fail_msg("%s gave %s: %s", edits[i].to, automl_status_name(f->err.status), f->err.message);
        free(old);
    }
    free_sections(&s);
    mem_free(&f->ctx->mem, file.bytes);
    model_unref(p);
    dataset_unref(d);
}

/* Parts of two sound models, exchanged. */
static void refuses_parts_of_other_models(void **state)
{
    struct fixture *f = *state;
    automl_dataset *two = make_data(f, 80, 2), *three = make_data(f, 80, 3);
    struct model_fit how = fit_request_of(two);
    automl_pipeline *p[3] = {NULL};
    struct sections s[3];
    p[0] = fit(f, spec_chain, two);
    p[1] = fit(f, spec_chain, three);
    how.n_features = 2;
    assert_ok(f, try_fit(f, spec_chain, &how, &p[2]));
    for (int32_t i = 0; i < 3; i++) {
        struct file file = save(f, p[i]);
        s[i] = take_apart(f, file);
        mem_free(&f->ctx->mem, file.bytes);
    }
    for (int32_t i = 0; i < 3; i++)
        for (int32_t j = 0; j < 3; j++)
            for (int32_t at = 0; at < 3; at += 2)
                assert_int_equal(load_with(f, &s[i], at, s[j].s[at].bytes, s[j].s[at].n), i == j);
    for (int32_t i = 0; i < 3; i++) {
        free_sections(&s[i]);
        model_unref(p[i]);
    }
    dataset_unref(two);
    dataset_unref(three);
}

static void needs_every_section(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    struct file file = save(f, p);
    struct sections s = take_apart(f, file);
    assert_int_equal(s.n, 11);
    for (int32_t i = 0; i < s.n; i++) {
        struct sections less = s;
        memmove(&less.s[i], &less.s[i + 1], (size_t)(s.n - i - 1) * sizeof *less.s);
        less.n--;
        assert_false(load_with(f, &less, -1, NULL, 0));
        assert_int_equal(f->err.status, AUTOML_E_FORMAT);
    }
    free_sections(&s);
    mem_free(&f->ctx->mem, file.bytes);
    model_unref(p);
    dataset_unref(d);
}

static void survives_every_failed_allocation(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, spec_stack, d);
    struct file s = save(f, p);
    int64_t before = mem_used(&f->ctx->mem);
    for (int64_t n = 1;; n++) {
        automl_pipeline *q = NULL;
        struct file again = {0};
        fault_once(&f->fault, n);
        automl_status status = model_load(f->ctx, s.bytes, (size_t)s.n, &q, &f->err);
        if (status >= 0)
            status = model_save(q, &again.bytes, &again.n, &f->err);
        bool refused = fault_happened(&f->fault);
        fault_off(&f->fault);
        if (status != (refused ? AUTOML_E_MEMORY : AUTOML_OK))
            fail_msg("allocation %d: %s: %s", (int)n, automl_status_name(status), f->err.message);
        mem_free(&f->ctx->mem, again.bytes);
        model_unref(q);
        assert_int_equal(mem_used(&f->ctx->mem), before);
        if (!refused)
            break;
    }
    mem_free(&f->ctx->mem, s.bytes);
    model_unref(p);
    dataset_unref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(loads_what_it_saved),
        PIPELINE_TEST(keeps_weights_of_the_decision),
        PIPELINE_TEST(refuses_every_shortened_file),
        PIPELINE_TEST(refuses_every_flipped_bit),
        PIPELINE_TEST(uses_or_refuses_files_that_were_changed_with_care),
        PIPELINE_TEST(refuses_descriptions_that_make_no_sense),
        PIPELINE_TEST(refuses_parts_of_other_models),
        PIPELINE_TEST(needs_every_section),
        PIPELINE_TEST(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("model_io", tests, NULL, NULL);
}
