/*
 * number.h - text <-> numbers, exact both ways, whatever the host's locale.
 *
 * Reading: correctly rounded (Lemire 2021: Clinger's fast path, Eisel-Lemire, exact big integers for the
 * rest). Printing: the shortest decimal that reads back as the same double (Schubfach, Giulietti 2020).
 * One table of powers of ten serves both; tools/make_powers.py writes it.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_PRINT_BYTES = 32 };

/* Reads the longest prefix of [s, end) that is a decimal number: [+-] digits [. digits] [e [+-] digits], with
 * at least one digit; no spaces, hex, "inf" or "nan". Returns the end of it, or s if there is none.
 * Overflow gives +-Inf, underflow a denormal or +-0. */
const char *number_parse(const char *s, const char *end, double *out);
/* The whole of [s, end) must be one number. */
bool number_parse_all(const char *s, const char *end, double *out);
/* The same for integers of 64 bits; false also when it does not fit. */
bool number_parse_int64(const char *s, const char *end, int64_t *out);
bool number_parse_uint64(const char *s, const char *end, uint64_t *out);

/* Shortest text, NUL-terminated; returns its length. Integers up to 2^53 print without a point or exponent;
 * others as Python's repr does (exponent below 1e-4 and from 1e16 on). "nan", "inf", "-inf". -0 is "-0". */
size_t number_print(double x, char out[NUMBER_PRINT_BYTES]);

#endif
