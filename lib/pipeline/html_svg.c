/*
 * html_svg.c - a drawing as inline SVG: boxes, arrows, captions. Numbers are whole, so every machine draws
 * the same.
 */
#include "pipeline/html_svg.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "pipeline/html.h"

/* Columns of text that fit into a box; wide letters take two. */
enum { NAME_COLUMNS = 20, OPERATOR_COLUMNS = 28 };

static uint32_t code_point(const char *s, size_t n)
{
    uint32_t c = (uint8_t)s[0];
    if (n == 1)
        return c;
    c &= 0x3fu >> (n - 1);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((uint8_t)s[i] & 0x3fu);
    return c;
}

/* Hangul, CJK, full width forms and what lies beyond the basic plane. */
static int32_t columns_of(uint32_t c)
{
    bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) || c >= 0x10000;
    return wide ? 2 : 1;
}

/* At most `columns` of s, the rest as an ellipsis. */
static void write_cut(struct strbuf *b, const char *s, int32_t columns)
{
    char piece[5];
    const char *end = s + strlen(s);
    for (int32_t used = 0; s < end;) {
        size_t n = utf8_sequence(s, end);
        size_t bytes = n > 0 ? n : 1;
        used += n > 0 ? columns_of(code_point(s, n)) : 1;
        if (used > columns || (used == columns && s + bytes < end)) {
            strbuf_puts(b, "\xe2\x80\xa6");
            return;
        }
        memcpy(piece, s, bytes);
        piece[bytes] = '\0';
        html_escape(b, piece);
        s += bytes;
    }
}

static void write_caption(struct strbuf *b, const struct drawing *d, const struct box *box)
{
    const automl_pipeline *p = d->model;
    if (box->family == BOX_OUTPUT)
        strbuf_printf(b, "%" PRId32 " classes", p->schema->n_classes);
    else if (box->family == BOX_ENSEMBLE)
        strbuf_printf(b, "%" PRId32 " member%s", p->n_members, p->n_members == 1 ? "" : "s");
    else if (box->family == BOX_CLASSIFY && box->n_replicas > 1 && box->depth == 0)
        strbuf_printf(b, "mean of %" PRId32 " fold models", box->n_replicas);
    else if (box->family == BOX_CLASSIFY)
        strbuf_printf(b, "%" PRId32 " classes", box->width);
    else
        strbuf_printf(b, "%" PRId32 " column%s", box->width, box->width == 1 ? "" : "s");
}

static void write_box(
    struct strbuf *b, const struct drawing *d, const struct box *box, struct layout_point at)
{
    strbuf_printf(b,
        "<svg class=\"box f%c%s\" x=\"%" PRId32 "\" y=\"%" PRId32 "\" width=\"%d\" height=\"%d\"><title>",
        box_letter(box->family), box->depth > 0 ? " inner" : "", at.x, at.y, BOX_WIDTH, BOX_HEIGHT);
    html_escape(b, box->name);
    strbuf_puts(b, " (");
    html_escape(b, box_operator(box));
    strbuf_printf(b, ")</title><rect x=\"1\" y=\"1\" width=\"%d\" height=\"%d\" rx=\"7\"/>", BOX_WIDTH - 2,
        BOX_HEIGHT - 2);
    strbuf_printf(b,
        "<text class=\"letter\" x=\"18\" y=\"24\">%c</text><text class=\"name\" x=\"32\" y=\"23\">",
        box_letter(box->family));
    write_cut(b, box->name, NAME_COLUMNS);
    strbuf_puts(b, "</text><text class=\"op\" x=\"10\" y=\"40\">");
    bool same = strcmp(box->name, box_operator(box)) == 0;
    write_cut(b, same ? box_family_name(box->family) : box_operator(box), OPERATOR_COLUMNS);
    strbuf_puts(b, "</text><text class=\"cap\" x=\"10\" y=\"54\">");
    write_caption(b, d, box);
    strbuf_puts(b, "</text></svg>\n");
}

static void write_curve(struct strbuf *b, struct layout_point from, struct layout_point to)
{
    int32_t middle = (from.y + to.y) / 2;
    strbuf_printf(b, " C%" PRId32 " %" PRId32 " %" PRId32 " %" PRId32 " %" PRId32 " %" PRId32, from.x, middle,
        to.x, middle, to.x, to.y);
}

/* Down through the bends, with a head of its own: markers would need references. */
static void write_arrow(struct strbuf *b, const struct drawing *d, const struct layout *l, int32_t e)
{
    const struct arrow *a = &d->arrows[e];
    struct layout_point at = l->boxes[a->edge.from], end = l->boxes[a->edge.to];
    at.x += BOX_WIDTH / 2, at.y += BOX_HEIGHT;
    end.x += BOX_WIDTH / 2, end.y -= 6;
    strbuf_printf(b, "<path class=\"line\" d=\"M%" PRId32 " %" PRId32, at.x, at.y);
    for (int32_t i = l->first_bend[e]; i < l->first_bend[e + 1]; i++) {
        write_curve(b, at, l->bends[i]);
        at = (struct layout_point){l->bends[i].x, l->bends[i].y + BOX_HEIGHT};
        strbuf_printf(b, " V%" PRId32, at.y);
    }
    write_curve(b, at, end);
    strbuf_printf(
        b, "\"/><path class=\"head\" d=\"M%" PRId32 " %" PRId32 "l-4 -7h8z\"/>\n", end.x, end.y + 6);
    if (isfinite(a->weight)) {
        strbuf_printf(b, "<text class=\"weight\" x=\"%" PRId32 "\" y=\"%" PRId32 "\">",
            l->boxes[a->edge.from].x + BOX_WIDTH / 2 + 6, l->boxes[a->edge.from].y + BOX_HEIGHT + 14);
        html_number(b, a->weight, 3);
        strbuf_puts(b, "</text>\n");
    }
}

void html_number(struct strbuf *b, double x, int32_t digits)
{
    double scale = 1;
    for (int32_t i = 0; i < digits; i++)
        scale *= 10;
    double rounded = round(x * scale) / scale;
    strbuf_double(b, isfinite(rounded) ? rounded : x);
}

automl_status html_svg(struct strbuf *b, const struct drawing *d, automl_error *err)
{
    struct layout l;
    struct layout_edge *edges = NEW_ARRAY(d->mem, d->n_arrows, struct layout_edge);
    for (int64_t i = 0; edges != NULL && i < d->n_arrows; i++)
        edges[i] = d->arrows[i].edge;
    if (edges == NULL)
        return error_memory(err);
    bool ok = layout_make(&l, d->mem, (int32_t)d->n_boxes, edges, (int32_t)d->n_arrows);
    if (ok) {
        strbuf_printf(b,
            "<svg class=\"dag\" role=\"img\" aria-labelledby=\"dag-title dag-desc\" width=\"%" PRId32
            "\" height=\"%" PRId32 "\" viewBox=\"0 0 %" PRId32 " %" PRId32 "\">\n",
            l.width, l.height, l.width, l.height);
        strbuf_printf(b,
            "<title id=\"dag-title\">Pipeline graph</title><desc id=\"dag-desc\">%" PRId64
            " boxes and %" PRId64 " arrows from the input columns to the prediction; the list below says the "
            "same in words.</desc>\n",
            d->n_boxes, d->n_arrows);
        for (int32_t e = 0; e < l.n_edges; e++)
            write_arrow(b, d, &l, e);
        for (int32_t i = 0; i < l.n_boxes; i++)
            write_box(b, d, &d->boxes[i], l.boxes[i]);
        strbuf_puts(b, "</svg>\n");
    }
    layout_free(&l);
    mem_free(d->mem, edges);
    return ok ? AUTOML_OK : error_memory(err);
}
