/*
 * html.c - pipeline.html: what the model is, its graph as a picture and in words, its columns.
 */
#include "pipeline/html.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "pipeline/html_svg.h"

/* Colours have at least 4.5 to 1 against their ground, on light and on dark. */
static const char style[] =
    ":root{--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#6e7781;--soft:#f3f5f7;"
    "--I:#e8ecf0;--P:#ddf0ff;--S:#e4f6e4;--C:#fde6d8;--U:#efe7fb;--K:#fbe4f1;--E:#fff1c2;--O:#e8ecf0}\n"
    "@media "
    "(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e6e9ed;--dim:#a5b0bb;--line:#8b949e;--soft:#20262d;"
    "--I:#2b333c;--P:#123a57;--S:#1b4023;--C:#57301a;--U:#3a2a59;--K:#552043;--E:#4d3d06;--O:#2b333c}}\n"
    "*{box-sizing:border-box}html{color-scheme:light dark}\n"
    "body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}\n"
    "main{max-width:72rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin-top:2rem}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:var(--dim)}\n"
    "dd{margin:0;overflow-wrap:anywhere}li{overflow-wrap:anywhere}.dim{color:var(--dim)}\n"
    ".scroll{overflow-x:auto;border:1px solid "
    "var(--line);border-radius:8px;padding:.5rem;background:var(--bg)}\n"
    ".dag{display:block;margin:0 auto}.dag text{fill:var(--fg);font:12px "
    "system-ui,sans-serif;unicode-bidi:isolate}\n"
    ".dag .name{font-weight:600;font-size:13px}.dag "
    ".letter{font-weight:700;text-anchor:middle;font-size:14px}\n"
    ".dag .cap,.dag .weight{font-size:11px}.dag rect{stroke:var(--line);stroke-width:1.5}\n"
    ".dag .inner rect{stroke-dasharray:5 3}.dag .line{fill:none;stroke:var(--line);stroke-width:1.5}\n"
    ".dag .head{fill:var(--line)}\n"
    ".fI rect{fill:var(--I)}.fP rect{fill:var(--P)}.fS rect{fill:var(--S)}.fC rect{fill:var(--C)}\n"
    ".fU rect{fill:var(--U)}.fK rect{fill:var(--K)}.fE rect{fill:var(--E)}.fO rect{fill:var(--O)}\n"
    "table{border-collapse:collapse;margin:.4rem 0}th,td{text-align:left;padding:.15rem .8rem .15rem 0;"
    "vertical-align:top;overflow-wrap:anywhere}th{color:var(--dim);font-weight:500}\n"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}summary{cursor:pointer}\n"
    "details{background:var(--soft);border-radius:6px;padding:.2rem .6rem;margin:.3rem 0}\n"
    "@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}\n"
    "@media print{.scroll{overflow:visible;border:0;padding:0}.dag{max-width:100%;height:auto}"
    "details{background:none}body{font-size:11pt}}\n";

static bool plain(uint32_t byte)
{
    return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
}

/* U+FFFE and U+FFFF may not stand in XML. */
static bool noncharacter(const char *s, size_t n)
{
    return n == 3 && memcmp(s, "\xef\xbf", 2) == 0 && ((uint8_t)s[2] == 0xbe || (uint8_t)s[2] == 0xbf);
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_escape(struct strbuf *b, const char *s)
{
    const char *end = s + strlen(s);
    while (s < end) {
        size_t n = utf8_sequence(s, end);
        const char *text = entity(*s);
        if (text != NULL)
            strbuf_puts(b, text);
        else if (n == 0 || (n == 1 && !plain((uint8_t)*s)) || noncharacter(s, n))
            strbuf_puts(b, "\xef\xbf\xbd");
        else
            strbuf_add(b, s, n);
        s += n > 0 ? n : 1;
    }
}

/* Names are isolated, so that their direction of writing stays their own. */
static void write_name(struct strbuf *b, const char *s)
{
    strbuf_puts(b, "<bdi>");
    html_escape(b, s);
    strbuf_puts(b, "</bdi>");
}

static void write_head(struct strbuf *b, const char *title)
{
    strbuf_puts(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                   "'unsafe-inline'; "
                   "img-src data:\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_escape(b, title);
    strbuf_puts(b, "</title>\n<style>\n");
    strbuf_puts(b, style);
    strbuf_puts(b, "</style>\n</head>\n<body>\n<main>\n<h1>");
    write_name(b, title);
    strbuf_puts(b, "</h1>\n");
}

static void fact_text(struct strbuf *b, const char *label, const char *text)
{
    if (text == NULL)
        return;
    strbuf_printf(b, "<dt>%s</dt><dd>", label);
    write_name(b, text);
    strbuf_puts(b, "</dd>\n");
}

/* Four decimals to read, all digits for programs. */
static void fact_score(struct strbuf *b, const char *label, double x)
{
    if (isnan(x))
        return;
    strbuf_printf(b, "<dt>%s</dt><dd><data value=\"", label);
    strbuf_double(b, x);
    strbuf_puts(b, "\">");
    html_number(b, x, 4);
    strbuf_puts(b, "</data></dd>\n");
}

static void fact_count(struct strbuf *b, const char *label, int64_t n)
{
    strbuf_printf(b, "<dt>%s</dt><dd>%" PRId64 "</dd>\n", label, n);
}

enum { CLASSES_SHOWN = 20 };

static void fact_classes(struct strbuf *b, const struct schema *s)
{
    strbuf_puts(b, "<dt>Classes</dt><dd>");
    for (int32_t c = 0; c < s->n_classes && c < CLASSES_SHOWN; c++) {
        strbuf_puts(b, c > 0 ? ", " : "");
        write_name(b, s->classes[c]);
        strbuf_puts(b, c == s->positive ? " (positive)" : "");
    }
    if (s->n_classes > CLASSES_SHOWN)
        strbuf_printf(b, " and %" PRId32 " more", s->n_classes - CLASSES_SHOWN);
    strbuf_puts(b, "</dd>\n");
}

static void write_facts(struct strbuf *b, const automl_pipeline *p, const struct html_facts *f)
{
    strbuf_puts(b, "<dl>\n");
    fact_text(b, "Target", p->schema->target);
    fact_classes(b, p->schema);
    fact_text(b, "Scoring", f->scoring);
    fact_score(b, "Cross-validated score", f->cv_score);
    fact_score(b, "Test score", f->test_score);
    fact_count(b, "Training rows", p->train_rows);
    fact_count(b, "Input columns", p->schema->n_cols);
    fact_text(b, "Balancing", p->balance_rule);
    strbuf_puts(b, "</dl>\n");
}

static void write_settings(struct strbuf *b, struct mem *m, const struct json *settings)
{
    struct strbuf text;
    strbuf_init(&text, m);
    strbuf_printf(b, "<details><summary>%" PRId64 " parameter%s</summary><table>\n", json_count(settings),
        json_count(settings) == 1 ? "" : "s");
    for (const struct json *v = json_first(settings); v != NULL; v = json_next(v)) {
        strbuf_clear(&text);
        struct json_writer w;
        json_writer_init(&w, &text, 0);
        json_write_value(&w, v);
        if (!strbuf_ok(&text))
            b->failed = true;
        strbuf_puts(b, "<tr><th scope=\"row\">");
        html_escape(b, json_key(v));
        strbuf_puts(b, "</th><td>");
        html_escape(b, strbuf_text(&text));
        strbuf_puts(b, "</td></tr>\n");
    }
    strbuf_puts(b, "</table></details>\n");
    strbuf_free(&text);
}

static void write_sources(struct strbuf *b, const struct drawing *d, int32_t box)
{
    bool any = false;
    for (int64_t e = 0; e < d->n_arrows; e++) {
        const struct arrow *a = &d->arrows[e];
        if (a->edge.to != box)
            continue;
        strbuf_puts(b, any ? ", " : "; takes ");
        write_name(b, d->boxes[a->edge.from].name);
        if (isfinite(a->weight)) {
            strbuf_puts(b, " (weight ");
            html_number(b, a->weight, 3);
            strbuf_putc(b, ')');
        }
        any = true;
    }
}

static automl_status write_step(struct strbuf *b, const struct drawing *d, int32_t i, automl_error *err)
{
    const struct box *box = &d->boxes[i];
    struct json *settings = NULL;
    TRY(box_settings(d, box, &settings, err));
    strbuf_puts(b, "<li><strong>");
    write_name(b, box->name);
    strbuf_puts(b, "</strong> ");
    if (box->node != NULL && strcmp(box->name, box_operator(box)) != 0)
        html_escape(b, box_operator(box));
    strbuf_printf(b, " <span class=\"dim\">%c, %s", box_letter(box->family), box_family_name(box->family));
    write_sources(b, d, i);
    strbuf_printf(b, "; gives %" PRId32 " %s</span>\n", box->width,
        box->family == BOX_CLASSIFY || box->family == BOX_ENSEMBLE || box->family == BOX_OUTPUT
            ? "probabilities"
            : "columns");
    if (json_count(settings) > 0)
        write_settings(b, d->mem, settings);
    strbuf_puts(b, "</li>\n");
    json_free(settings);
    return AUTOML_OK;
}

/* Steps inside a stack are a list of their own, before the stack. */
static automl_status write_outline(struct strbuf *b, const struct drawing *d, automl_error *err)
{
    int32_t depth = 0;
    strbuf_puts(b, "<h2>Steps</h2>\n<ol>\n");
    for (int32_t i = 0; i < (int32_t)d->n_boxes; i++) {
        for (; depth < d->boxes[i].depth; depth++)
            strbuf_puts(b, "<li>Inside the next stack:\n<ol>\n");
        for (; depth > d->boxes[i].depth; depth--)
            strbuf_puts(b, "</ol></li>\n");
        TRY(write_step(b, d, i, err));
    }
    strbuf_puts(b, "</ol>\n");
    return AUTOML_OK;
}

static void write_balance(struct strbuf *b, const struct schema *s, const struct html_facts *f)
{
    if (f->balance_before == NULL || f->balance_after == NULL)
        return;
    strbuf_puts(b, "<h2>Balancing of the training rows</h2>\n");
    if (f->balance_method != NULL) {
        strbuf_puts(b, "<p>Method: ");
        write_name(b, f->balance_method);
        strbuf_puts(b, "</p>\n");
    }
    strbuf_puts(b, "<table>\n<tr><th scope=\"col\">Class</th><th scope=\"col\">Rows before</th>"
                   "<th scope=\"col\">Rows after</th></tr>\n");
    for (int32_t c = 0; c < s->n_classes; c++) {
        strbuf_puts(b, "<tr><th scope=\"row\">");
        write_name(b, s->classes[c]);
        strbuf_printf(b, "</th><td class=\"n\">%" PRId64 "</td><td class=\"n\">%" PRId64 "</td></tr>\n",
            f->balance_before[c], f->balance_after[c]);
    }
    strbuf_puts(b, "</table>\n");
}

/* The selected ones, else all columns of the model. */
static void write_features(struct strbuf *b, const struct schema *s, const struct html_facts *f)
{
    int32_t n = f->features != NULL ? f->n_features : s->n_cols;
    strbuf_printf(b, "<h2>Features</h2>\n<details><summary>%" PRId32 " %s</summary><ol>\n", n,
        f->features != NULL ? "selected" : "input columns");
    for (int32_t j = 0; j < n; j++) {
        strbuf_puts(b, "<li>");
        write_name(b, f->features != NULL ? f->features[j] : s->cols[j].name);
        strbuf_puts(b, "</li>\n");
    }
    strbuf_puts(b, "</ol></details>\n");
}

static automl_status write_page(
    struct strbuf *b, const struct drawing *d, const struct html_facts *f, automl_error *err)
{
    write_head(b, f->title != NULL ? f->title : "Pipeline");
    write_facts(b, d->model, f);
    strbuf_puts(b, "<h2>Graph</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                   "aria-label=\"Pipeline graph\">\n");
    TRY(html_svg(b, d, err));
    strbuf_puts(b, "</div>\n<p class=\"dim\">I input, P preprocessing, S selection, C classifier, U union, "
                   "K stack, E ensemble, O output; dashed boxes belong to a stack.</p>\n");
    TRY(write_outline(b, d, err));
    write_balance(b, d->model->schema, f);
    write_features(b, d->model->schema, f);
    strbuf_puts(b, "</main>\n</body>\n</html>\n");
    return strbuf_ok(b) ? AUTOML_OK : error_memory(err);
}

automl_status model_html(
    const automl_pipeline *p, const struct html_facts *facts, struct strbuf *out, automl_error *err)
{
    static const struct html_facts none = {.cv_score = NAN, .test_score = NAN};
    struct drawing d;
    automl_status status =
        drawing_make(&d, p) ? write_page(out, &d, facts != NULL ? facts : &none, err) : error_memory(err);
    drawing_free(&d);
    return status;
}
