/*
 * html.h - pipeline.html: the DAG as inline SVG and as a text outline. No script, no request, hostile names
 * escaped.
 *
 * Layered layout: longest-path ranks, barycentre order. Works without colours, at 320 px, in dark mode and in
 * print.
 */
#ifndef PIPELINE_HTML_H
#define PIPELINE_HTML_H

#include "pipeline/model.h"

/* Extra lines of the page's head data; texts may be NULL. */
struct html_facts {
    const char *title; /* job id or file name */
    const char *scoring;
    double cv_score, test_score; /* NaN: not shown */
    const char *const *features; /* selected source features */
    int32_t n_features;
    const int64_t *balance_before, *balance_after; /* per class; NULL: none applied */
    const char *balance_method;
};

automl_status model_html(
    const automl_pipeline *p, const struct html_facts *facts, struct strbuf *out, automl_error *err);
/* Text with & < > " ' escaped; invalid UTF-8 becomes U+FFFD. */
void html_escape(struct strbuf *b, const char *s);

#endif
