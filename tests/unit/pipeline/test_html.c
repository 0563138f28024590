#include "pipeline/html.h"
#include "pipeline/html_layout.h"
#include "pipeline_fixture.h"

static const struct html_facts no_facts = {.cv_score = NAN, .test_score = NAN};

static char *page(struct fixture *f, const automl_pipeline *p, const struct html_facts *facts)
{
    struct strbuf b;
    strbuf_init(&b, &f->ctx->mem);
    assert_ok(f, model_html(p, facts, &b, &f->err));
    char *text = strbuf_take(&b);
    assert_non_null(text);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("the page lacks %s", part);
}

static int32_t count(const char *text, const char *part)
{
    int32_t n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        n++;
    return n;
}

/* Without an end tag in HTML. */
static bool is_void(const char *name, size_t n)
{
    return (n == 4 && memcmp(name, "meta", 4) == 0) || (n == 8 && memcmp(name, "!doctype", 8) == 0);
}

/* Every tag is closed by its own name, in order; every attribute is quoted; no bare ampersand. */
static void assert_well_formed(const char *s)
{
    const char *open[64];
    size_t lengths[64], depth = 0;
    for (; *s; s++) {
        if (*s == '&')
            assert_true(strcspn(s, ";") < 7 && strcspn(s, ";") > 2);
        if (*s != '<')
            continue;
        const char *name = s + 1 + (s[1] == '/'), *end = strchr(s, '>');
        size_t n = strcspn(name, " />\n"), quotes = 0;
        assert_non_null(end);
        for (const char *c = s; c < end; c++)
            quotes += *c == '"';
        assert_true(quotes % 2 == 0);
        if (s[1] == '/') {
            assert_true(depth > 0 && lengths[depth - 1] == n);
            depth--;
            if (memcmp(open[depth], name, n) != 0)
                fail_msg("</%.*s> closes <%.*s>", (int)n, name, (int)n, open[depth]);
        } else if (end[-1] != '/' && !is_void(name, n)) {
            assert_true(depth < 64);
            open[depth] = name;
            lengths[depth++] = n;
        }
        s = end;
    }
    assert_int_equal(depth, 0);
}

static void assert_harmless(const char *text)
{
    static const char *const wrong[] = {"<script", "javascript:", "http:", "https:", "url(", "<img", "<link",
        "<iframe", "onload", "onerror", "@import", "src=", "href="};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (strstr(text, wrong[i]))
            fail_msg("the page has %s", wrong[i]);
    assert_has(text, "default-src 'none'");
}

static void escapes_what_could_be_markup(void **state)
{
    struct fixture *f = *state;
    static const char *const cases[][2] = {
        {"a<b>&\"c\"'", "a&lt;b&gt;&amp;&quot;c&quot;&#39;"},
        {"gr\xc3\xbc\xc3\x9f \xe4\xb8\xad \xf0\x9f\x98\x80",
            "gr\xc3\xbc\xc3\x9f \xe4\xb8\xad \xf0\x9f\x98\x80"},
        {"x\xff\xfey", "x\xef\xbf\xbd\xef\xbf\xbdy"},
        {"\xc3", "\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"a\x01\x1b\tb", "a\xef\xbf\xbd\xef\xbf\xbd\tb"},
        {"\xef\xbf\xbf", "\xef\xbf\xbd"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf b;
        strbuf_init(&b, &f->ctx->mem);
        html_escape(&b, cases[i][0]);
        assert_string_equal(strbuf_text(&b), cases[i][1]);
        strbuf_free(&b);
    }
}

static void draws_every_step_once(void **state)
{
    struct fixture *f = *state;
    static const int32_t boxes[] = {4, 6, 6, 6};
    const char *const specs[] = {spec_chain, spec_union, spec_stack, spec_ensemble};
    automl_dataset *d = make_data(f, 100, 2);
    for (size_t i = 0; i < 4; i++) {
        automl_pipeline *p = fit(f, specs[i], d);
        char *text = page(f, p, &no_facts);
        assert_well_formed(text);
        assert_harmless(text);
        assert_int_equal(count(text, "<svg class=\"box"), boxes[i] + 2);
        assert_int_equal(count(text, "<li><strong>"), boxes[i] + 2);
        assert_int_equal(count(text, "class=\"head\""), count(text, "class=\"line\""));
        assert_int_equal(count(text, "<h1>"), 1);
        mem_free(&f->ctx->mem, text);
        model_unref(p);
    }
    dataset_unref(d);
}

static void shows_members_weights_and_widths(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    char *text = page(f, p, NULL);
    assert_int_equal(count(text, "class=\"weight\""), 3);
    assert_has(text, ">0.5</text>");
    assert_has(text, ">0.167</text>");
    assert_has(text, ">0.333</text>");
    assert_has(text, "mean of 3 fold models");
    assert_has(text, ">8 columns</text>"); /* four levels, x1, x2, flag, day */
    assert_has(text, ">5 columns</text>");
    assert_has(text, "takes <bdi>nb</bdi> (weight 0.5), <bdi>prior</bdi>");
    assert_has(text, "var_smoothing");
    mem_free(&f->ctx->mem, text);
    model_unref(p);
    dataset_unref(d);
}

static void tells_what_it_is_told(void **state)
{
    struct fixture *f = *state;
    static const char *const features[] = {"age", "<script>alert(1)</script>", "\" onload=\"x", "\xff\xfe"};
    static const int64_t before[] = {90, 10}, after[] = {10, 11};
    struct html_facts facts = {.title = "job <7>",
        .scoring = "roc_auc",
        .cv_score = 0.87654321,
        .test_score = 0.5,
        .features = features,
        .n_features = 4,
        .balance_before = before,
        .balance_after = after,
        .balance_method = "random_under_sampler"};
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_chain, d);
    char *text = page(f, p, &facts);
    assert_well_formed(text);
    assert_has(text, "<title>job &lt;7&gt;</title>");
    assert_has(text, "<data value=\"0.87654321\">0.8765</data>");
    assert_has(text, "<li><bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi></li>");
    assert_has(text, "&quot; onload=&quot;x");
    assert_has(text, "<td class=\"n\">90</td><td class=\"n\">10</td>");
    assert_has(text, "random_under_sampler");
    assert_int_equal(count(text, "<script"), 0);
    mem_free(&f->ctx->mem, text);
    model_unref(p);
    dataset_unref(d);
}

static void isolates_hostile_node_names(void **state)
{
    struct fixture *f = *state;
    char spec[11000], name[10001];
    automl_dataset *d = make_data(f, 60, 2);
    memset(name, 'w', 10000);
    name[10000] = '\0';
    const char *const names[] = {"</text></svg><script>x</script>", "]]>&lt;",
        "\xe2\x80\xae"
        "desrever",
        name};
    for (size_t i = 0; i < 4; i++) {
        snprintf(spec, sizeof spec, "[{\"op\": \"dummy\", \"name\": \"%s\"}]", names[i]);
        automl_pipeline *p = fit(f, spec, d);
        char *text = page(f, p, &no_facts);
        assert_well_formed(text);
        assert_harmless(text);
        mem_free(&f->ctx->mem, text);
        model_unref(p);
    }
    dataset_unref(d);
}

static void is_the_same_page_every_time(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    char *a = page(f, p, &no_facts), *b = page(f, p, &no_facts);
    assert_string_equal(a, b);
    mem_free(&f->ctx->mem, a);
    mem_free(&f->ctx->mem, b);
    model_unref(p);
    dataset_unref(d);
}

static void closes_stacks_that_would_fill_the_page(void **state)
{
    struct fixture *f = *state;
    struct strbuf spec;
    automl_dataset *d = make_data(f, 40, 2);
    strbuf_init(&spec, &f->ctx->mem);
    /* Three stacks of 251 steps: two are opened, the third is not. */
    strbuf_puts(&spec, "[\"simple_imputer\", \"one_hot_encoder\"");
    for (int32_t s = 0; s < 3; s++) {
        strbuf_puts(&spec, ", {\"op\": \"stack\", \"params\": {\"cv\": 2}, \"pipeline\": [");
        for (int32_t i = 0; i < 250; i++)
            strbuf_puts(&spec, "\"min_max_scaler\", ");
        strbuf_puts(&spec, "\"gaussian_nb\"]}");
    }
    strbuf_puts(&spec, ", \"dummy\"]");
    automl_pipeline *p = fit(f, strbuf_text(&spec), d);
    char *text = page(f, p, &no_facts);
    assert_well_formed(text);
    assert_int_equal(count(text, "<svg class=\"box"), 2 + 2 + 3 + 2 * 251 + 1);
    mem_free(&f->ctx->mem, text);
    strbuf_free(&spec);
    model_unref(p);
    dataset_unref(d);
}

static void survives_every_failed_allocation(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    for (int64_t n = 1;; n++) {
        struct strbuf b;
        strbuf_init(&b, &f->ctx->mem);
        fault_once(&f->fault, n);
        automl_status status = model_html(p, &no_facts, &b, &f->err);
        bool refused = fault_happened(&f->fault);
        fault_off(&f->fault);
        assert_int_equal(status, refused ? AUTOML_E_MEMORY : AUTOML_OK);
        strbuf_free(&b);
        if (!refused)
            break;
    }
    model_unref(p);
    dataset_unref(d);
}

/* Boxes lie apart, arrows run down, bends lie between their ends, all within the picture. */
static void assert_laid_out(const struct layout *l)
{
    for (int32_t i = 0; i < l->n_boxes; i++) {
        assert_true(l->boxes[i].x >= 0 && l->boxes[i].x + BOX_WIDTH <= l->width);
        assert_true(l->boxes[i].y >= 0 && l->boxes[i].y + BOX_HEIGHT <= l->height);
        for (int32_t j = 0; j < i; j++)
            assert_true(l->boxes[i].y != l->boxes[j].y ||
                        abs(l->boxes[i].x - l->boxes[j].x) >= BOX_WIDTH + BOX_GAP - 1);
    }
    for (int32_t e = 0; e < l->n_edges; e++) {
        int32_t y = l->boxes[l->edges[e].from].y;
        for (int32_t b = l->first_bend[e]; b < l->first_bend[e + 1]; b++) {
            assert_int_equal(l->bends[b].y, y + BOX_HEIGHT + RANK_GAP);
            y = l->bends[b].y;
        }
        assert_true(l->boxes[l->edges[e].to].y > y);
    }
}

static void lays_out_random_graphs_without_overlap(void **state)
{
    struct fixture *f = *state;
    struct layout_edge edges[200];
    struct rng r = rng_seed(9);
    for (int32_t turn = 0; turn < 100; turn++) {
        int32_t n = 1 + (int32_t)rng_below(&r, 30), m = 0;
        for (int32_t v = 1; v < n; v++)
            for (uint32_t k = 1 + rng_below(&r, 4); k > 0; k--)
                edges[m++] = (struct layout_edge){(int32_t)rng_below(&r, (uint32_t)v), v};
        struct layout l;
        assert_true(layout_make(&l, &f->ctx->mem, n, edges, m));
        assert_laid_out(&l);
        layout_free(&l);
    }
}

static void puts_a_chain_in_one_line(void **state)
{
    struct fixture *f = *state;
    struct layout_edge edges[] = {{0, 1}, {1, 2}, {2, 3}};
    struct layout l;
    assert_true(layout_make(&l, &f->ctx->mem, 4, edges, 3));
    for (int32_t i = 1; i < 4; i++)
        assert_int_equal(l.boxes[i].x, l.boxes[0].x);
    assert_laid_out(&l);
    layout_free(&l);
}

static void removes_a_crossing(void **state)
{
    struct fixture *f = *state;
    struct layout_edge edges[] = {{0, 1}, {0, 2}, {1, 4}, {2, 3}, {3, 5}, {4, 5}};
    struct layout l;
    assert_true(layout_make(&l, &f->ctx->mem, 6, edges, 6));
    assert_true((l.boxes[1].x < l.boxes[2].x) == (l.boxes[4].x < l.boxes[3].x));
    layout_free(&l);
}

static void draws_straight_lines_when_bends_would_be_too_many(void **state)
{
    struct fixture *f = *state;
    enum { CHAIN = 250 };
    struct layout_edge *edges = calloc(CHAIN * CHAIN, sizeof *edges);
    int32_t m = 0;
    for (int32_t v = 1; v < CHAIN; v++)
        for (int32_t u = 0; u < v; u++)
            edges[m++] = (struct layout_edge){u, v};
    struct layout l;
    assert_true(layout_make(&l, &f->ctx->mem, CHAIN, edges, m));
    assert_int_equal(l.first_bend[m], 0);
    assert_laid_out(&l);
    layout_free(&l);
    free(edges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(escapes_what_could_be_markup),
        PIPELINE_TEST(draws_every_step_once),
        PIPELINE_TEST(shows_members_weights_and_widths),
        PIPELINE_TEST(tells_what_it_is_told),
        PIPELINE_TEST(isolates_hostile_node_names),
        PIPELINE_TEST(is_the_same_page_every_time),
        PIPELINE_TEST(closes_stacks_that_would_fill_the_page),
        PIPELINE_TEST(survives_every_failed_allocation),
        PIPELINE_TEST(lays_out_random_graphs_without_overlap),
        PIPELINE_TEST(puts_a_chain_in_one_line),
        PIPELINE_TEST(removes_a_crossing),
        PIPELINE_TEST(draws_straight_lines_when_bends_would_be_too_many),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
