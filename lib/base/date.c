/*
 * date.c - dates as microseconds since 1970 in the proleptic Gregorian calendar.
 *
 * The calendar arithmetic is Howard Hinnant's "chrono-compatible low-level date algorithms": years begin in
 * March, so that the leap day is the last one, and repeat every 400 years (an era of 146097 days).
 */
#include "base/date.h"

#define SECOND_US INT64_C(1000000)

struct civil {
    int64_t year;
    int32_t month; /* 1..12 */
    int32_t day;
};

struct cursor {
    const char *p;
    const char *end;
};

/* Days from 1970-01-01 to a valid date. */
static int64_t days_from_civil(struct civil c)
{
    int64_t year = c.year - (c.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static struct civil civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* from March */
    struct civil c;
    c.day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
    c.month = (int32_t)(month < 10 ? month + 3 : month - 9);
    c.year = year_of_era + era * 400 + (c.month <= 2);
    return c;
}

static int32_t days_in_month(int64_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Exactly `width` digits. */
static bool take_number(struct cursor *c, int32_t width, int32_t *out)
{
    if (c->end - c->p < width)
        return false;
    int32_t value = 0;
    for (int32_t i = 0; i < width; i++) {
        if (c->p[i] < '0' || c->p[i] > '9')
            return false;
        value = value * 10 + (c->p[i] - '0');
    }
    c->p += width;
    *out = value;
    return true;
}

static bool take_char(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static bool take_date(struct cursor *c, int64_t *days)
{
    int32_t year, month, day;
    if (!take_number(c, 4, &year) || c->p == c->end)
        return false;
    char separator = *c->p == '/' ? '/' : '-';
    if (!take_char(c, separator) || !take_number(c, 2, &month) || !take_char(c, separator) ||
        !take_number(c, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *days = days_from_civil((struct civil){year, month, day});
    return true;
}

/* One to nine digits after the point, as microseconds. */
static bool take_fraction(struct cursor *c, int32_t *us)
{
    int32_t n = 0, value = 0;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++, n++) {
        if (n < 6)
            value = value * 10 + (*c->p - '0');
    }
    for (int32_t i = n; i < 6; i++)
        value *= 10;
    *us = value;
    return n >= 1 && n <= 9;
}

/* hh:mm[:ss[.f]] as microseconds since midnight. */
static bool take_time(struct cursor *c, int64_t *us)
{
    int32_t hour, minute, second = 0, fraction = 0;
    if (!take_number(c, 2, &hour) || !take_char(c, ':') || !take_number(c, 2, &minute))
        return false;
    if (take_char(c, ':')) {
        if (!take_number(c, 2, &second))
            return false;
        if (take_char(c, '.') && !take_fraction(c, &fraction))
            return false;
    }
    *us = ((hour * INT64_C(60) + minute) * 60 + second) * SECOND_US + fraction;
    return hour < 24 && minute < 60 && second < 60;
}

/* Z, +hh:mm, +hhmm or +hh (or -), or nothing: microseconds to subtract. */
static bool take_zone(struct cursor *c, int64_t *us)
{
    *us = 0;
    if (c->p == c->end || take_char(c, 'Z'))
        return true;
    bool west = *c->p == '-';
    int32_t hour, minute = 0;
    if (!take_char(c, west ? '-' : '+') || !take_number(c, 2, &hour))
        return false;
    if (c->p < c->end) {
        take_char(c, ':');
        if (!take_number(c, 2, &minute))
            return false;
    }
    *us = (hour * INT64_C(60) + minute) * 60 * SECOND_US * (west ? -1 : 1);
    return hour < 24 && minute < 60;
}

bool date_parse(const char *s, const char *end, int64_t *out_us, bool *pure_date)
{
    struct cursor c = {s, end};
    int64_t days, time = 0, zone = 0;
    if (!take_date(&c, &days))
        return false;
    bool pure = c.p == c.end;
    if (!pure) {
        if (!take_char(&c, 'T') && !take_char(&c, ' '))
            return false;
        if (!take_time(&c, &time) || !take_zone(&c, &zone) || c.p != c.end)
            return false;
    }
    int64_t us = days * DATE_DAY_US + time - zone;
    /* A zone can move the ends of the range out of the years that can be written. */
    int64_t first = days_from_civil((struct civil){1, 1, 1}) * DATE_DAY_US;
    int64_t last = days_from_civil((struct civil){10000, 1, 1}) * DATE_DAY_US;
    if (us < first || us >= last)
        return false;
    *out_us = us;
    if (pure_date)
        *pure_date = pure;
    return true;
}

static char *put_number(char *p, int64_t value, int32_t width)
{
    for (int32_t i = width - 1; i >= 0; i--, value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + width;
}

/* Years outside 0000 to 9999 get a sign and six digits, as ISO 8601 allows by agreement. */
static char *put_date(char *p, int64_t days)
{
    struct civil c = civil_from_days(days);
    if (c.year < 0 || c.year > 9999) {
        *p++ = c.year < 0 ? '-' : '+';
        p = put_number(p, c.year < 0 ? -c.year : c.year, 6);
    } else {
        p = put_number(p, c.year, 4);
    }
    *p++ = '-';
    p = put_number(p, c.month, 2);
    *p++ = '-';
    return put_number(p, c.day, 2);
}

static char *put_time(char *p, int64_t us)
{
    int64_t seconds = us / SECOND_US;
    *p++ = 'T';
    p = put_number(p, seconds / 3600, 2);
    *p++ = ':';
    p = put_number(p, seconds / 60 % 60, 2);
    *p++ = ':';
    p = put_number(p, seconds % 60, 2);
    if (us % SECOND_US != 0) {
        *p++ = '.';
        p = put_number(p, us % SECOND_US, 6);
    }
    *p++ = 'Z';
    return p;
}

static size_t print(int64_t us, bool with_time, char *out)
{
    char *p = out;
    if (us != DATE_MISSING) {
        int64_t days = us / DATE_DAY_US, time = us % DATE_DAY_US;
        if (time < 0) {
            time += DATE_DAY_US;
            days--;
        }
        p = put_date(p, days);
        if (with_time || time != 0)
            p = put_time(p, time);
    }
    *p = '\0';
    return (size_t)(p - out);
}

size_t date_print(int64_t us, char out[DATE_PRINT_BYTES])
{
    return print(us, false, out);
}

size_t date_print_timestamp(int64_t us, char out[DATE_PRINT_BYTES])
{
    return print(us, true, out);
}
