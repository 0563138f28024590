/*
 * date.h - ISO 8601 dates and times <-> microseconds since 1970-01-01T00:00:00Z (proleptic Gregorian).
 *
 * Accepted: YYYY-MM-DD, or YYYY/MM/DD, alone or followed by 'T' or one space and hh:mm[:ss[.f{1,9}]], then
 * optionally 'Z', +hh:mm, +hhmm or +hh. Without a zone the time is UTC. Years 0001 to 9999. A leap second
 * (:60) is an error. Fractions beyond microseconds are cut off.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_MISSING INT64_MIN
#define DATE_DAY_US INT64_C(86400000000)

enum { DATE_PRINT_BYTES = 40 };

/* The whole of [s, end) must be a date. *pure_date (may be NULL): no time was given. */
bool date_parse(const char *s, const char *end, int64_t *out_us, bool *pure_date);
/* "" if missing; "2020-02-29" if the time is midnight, else "2020-02-29T12:00:00[.ffffff]Z"; returns the
 * length. */
size_t date_print(int64_t us, char out[DATE_PRINT_BYTES]);
/* Always with time: "2020-02-29T00:00:00Z". */
size_t date_print_timestamp(int64_t us, char out[DATE_PRINT_BYTES]);

#endif
