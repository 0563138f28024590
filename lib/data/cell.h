/* cell.h - what the text of one cell can be: a number, a boolean, a mark of a missing value. */
#ifndef DATA_CELL_H
#define DATA_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_number {
    CELL_NO_NUMBER, /* also integers with leading zeros, and those that a double cannot hold */
    CELL_PLAIN,     /* an integer whose text is what number_print writes */
    CELL_NUMBER,
    CELL_INFINITE, /* "inf", "-Infinity", ... in any case, and decimals that overflow */
};

enum cell_number cell_number(const char *s, size_t n, double *out);
/* One of pandas' marks of a missing value ("NA", "NaN", "null", ...; not the empty text). */
bool cell_is_marker(const char *s, size_t n);

enum cell_case { CELL_LOWER, CELL_UPPER, CELL_CAPITAL };

/* "true" or "false" in one of three cases. */
bool cell_boolean(const char *s, size_t n, bool *value, enum cell_case *spelling);
/* The spelling of a value in a case. */
const char *cell_boolean_text(bool value, enum cell_case spelling);

#endif
