/*
 * html_svg.h - a drawing as inline SVG.
 */
#ifndef PIPELINE_HTML_SVG_H
#define PIPELINE_HTML_SVG_H

#include "pipeline/html_drawing.h"

automl_status html_svg(struct strbuf *b, const struct drawing *d, automl_error *err);
/* Rounded to so many decimals. */
void html_number(struct strbuf *b, double x, int32_t digits);

#endif
