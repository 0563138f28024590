/* fuzz_date.c - dates that are read can be printed, and then say the same. */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "fuzz.h"

/* The years 0001 to 9999. */
static const int64_t first_us = INT64_C(-62135596800000000), last_us = INT64_C(253402300799999999);

static void check_print(int64_t us)
{
    char text[DATE_PRINT_BYTES], stamp[DATE_PRINT_BYTES];
    int64_t back = 0;
    bool pure = false;
    size_t n = date_print(us, text), n_stamp = date_print_timestamp(us, stamp);
    FUZZ_CHECK(n < sizeof text && text[n] == '\0' && n_stamp < sizeof stamp && stamp[n_stamp] == '\0');
    FUZZ_CHECK(date_parse(text, text + n, &back, &pure) && back == us);
    FUZZ_CHECK(pure == (us % DATE_DAY_US == 0));
    FUZZ_CHECK(date_parse(stamp, stamp + n_stamp, &back, &pure) && back == us && !pure);
}

bool fuzz_one(const uint8_t *data, size_t n)
{
    char *s = fuzz_copy(data, n);
    int64_t us = 0, again = 0;
    bool understood = date_parse(s, s + n, &us, NULL);
    if (understood) {
        FUZZ_CHECK(us != DATE_MISSING && date_parse(s, s + n, &again, NULL) && again == us);
        if (us >= first_us && us <= last_us)
            check_print(us);
    }
    for (size_t i = 0; i + sizeof us <= n; i += sizeof us) {
        memcpy(&us, data + i, sizeof us);
        uint64_t span = (uint64_t)(last_us - first_us) + 1;
        check_print(first_us + (int64_t)((uint64_t)us % span));
    }
    free(s);
    return understood;
}
