/*
 * infer.c - the phases of a column: empty -> numbers or dates -> texts.
 */
#include "data/infer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "data/cell.h"

#define EXACT_INTEGERS INT64_C(9007199254740992)
#define JULIAN_DAY_OF_1970 2440587.5

void infer_init(struct infer_column *c, struct mem *m, const char *name, uint32_t flags)
{
    *c = (struct infer_column){.mem = m, .name = name, .flags = flags};
    map_init(&c->levels, m);
}

void infer_free(struct infer_column *c)
{
    if (!c->mem)
        return;
    mem_free(c->mem, c->x);
    mem_free(c->mem, c->us);
    mem_free(c->mem, c->codes);
    mem_free(c->mem, c->notes);
    map_free(&c->levels);
    *c = (struct infer_column){0};
}

struct note {
    int32_t row, length;
};

static bool note_text(struct infer_column *c, const char *s, size_t n)
{
    const struct note note = {(int32_t)c->n, (int32_t)n};
    int64_t need = c->n_notes + (int64_t)(sizeof note + n);
    if (!mem_grow(c->mem, (void **)&c->notes, &c->notes_capacity, need, 1))
        return false;
    memcpy(c->notes + c->n_notes, &note, sizeof note);
    if (n > 0)
        memcpy(c->notes + c->n_notes + sizeof note, s, n);
    c->n_notes = need;
    return true;
}

/* The note of a row, if the one at *at is its; then *at moves on. */
static const char *next_note(const struct infer_column *c, int64_t row, int64_t *at, size_t *n)
{
    struct note note;
    if (*at >= c->n_notes)
        return NULL;
    memcpy(&note, c->notes + *at, sizeof note);
    if (note.row != row)
        return NULL;
    const char *text = c->notes + *at + sizeof note;
    *n = (size_t)note.length;
    *at += (int64_t)sizeof note + note.length;
    return text;
}

static bool start_numbers(struct infer_column *c)
{
    if (!mem_grow(c->mem, (void **)&c->x, &c->capacity, c->n + 1, sizeof *c->x))
        return false;
    for (int64_t i = 0; i < c->n; i++)
        c->x[i] = (double)NAN;
    c->phase = INFER_NUMBERS;
    return true;
}

static bool start_dates(struct infer_column *c)
{
    if (!mem_grow(c->mem, (void **)&c->us, &c->capacity, c->n + 1, sizeof *c->us))
        return false;
    for (int64_t i = 0; i < c->n; i++)
        c->us[i] = DATE_MISSING;
    c->phase = INFER_DATES;
    return true;
}

/* The text of a cell before the fallback; NULL: missing. */
static const char *old_text(
    const struct infer_column *c, int64_t row, int64_t *at, char buffer[DATE_PRINT_BYTES], size_t *n)
{
    const char *noted = next_note(c, row, at, n);
    if (noted)
        return noted;
    if (c->phase == INFER_NUMBERS && !isnan(c->x[row]))
        *n = number_print(c->x[row], buffer);
    else if (c->phase == INFER_DATES && c->us[row] != DATE_MISSING)
        *n = date_print(c->us[row], buffer);
    else
        return NULL;
    return buffer;
}

static void drop_values(struct infer_column *c)
{
    mem_free(c->mem, c->x);
    mem_free(c->mem, c->us);
    mem_free(c->mem, c->notes);
    c->x = NULL;
    c->us = NULL;
    c->notes = NULL;
    c->n_notes = c->notes_capacity = 0;
}

static bool start_texts(struct infer_column *c)
{
    char buffer[DATE_PRINT_BYTES];
    int64_t capacity = 0, at = 0;
    if (!mem_grow(c->mem, (void **)&c->codes, &capacity, c->n + 1, sizeof *c->codes))
        return false;
    for (int64_t i = 0; i < c->n; i++) {
        size_t n = 0;
        const char *text = old_text(c, i, &at, buffer, &n);
        c->codes[i] = text ? map_add(&c->levels, text, n) : -1;
        if (text && c->codes[i] < 0)
            return false;
    }
    drop_values(c);
    c->capacity = capacity;
    c->phase = INFER_TEXTS;
    return true;
}

/* A cell ends the numbers or dates, or is a text from the start. */
static bool fall_back(struct infer_column *c, const char *s, size_t n, int64_t line)
{
    size_t shown = n < INFER_SHOWN_BYTES ? n : INFER_SHOWN_BYTES - 1;
    if (shown > 0)
        memcpy(c->broken_text, s, shown);
    c->broken_text[utf8_cut(c->broken_text, shown)] = '\0';
    c->broken_line = line;
    c->broken_after = c->n_values;
    if (!(c->flags & INFER_ONLY_DATES))
        return start_texts(c);
    drop_values(c);
    c->phase = INFER_DROPPED;
    return true;
}

static bool push_number(struct infer_column *c, double x)
{
    if (c->n >= c->capacity && !mem_grow(c->mem, (void **)&c->x, &c->capacity, c->n + 1, sizeof *c->x))
        return false;
    c->x[c->n++] = x;
    c->n_values += !isnan(x);
    return true;
}

static bool push_date(struct infer_column *c, int64_t us)
{
    if (c->n >= c->capacity && !mem_grow(c->mem, (void **)&c->us, &c->capacity, c->n + 1, sizeof *c->us))
        return false;
    c->us[c->n++] = us;
    c->n_values += us != DATE_MISSING;
    return true;
}

static bool push_code(struct infer_column *c, int32_t code)
{
    if (c->n >= c->capacity &&
        !mem_grow(c->mem, (void **)&c->codes, &c->capacity, c->n + 1, sizeof *c->codes))
        return false;
    c->codes[c->n++] = code;
    c->n_values += code >= 0;
    return true;
}

static bool push_text(struct infer_column *c, const char *s, size_t n)
{
    int32_t code = map_add(&c->levels, s, n);
    return code >= 0 && push_code(c, code);
}

bool infer_add_missing(struct infer_column *c)
{
    switch (c->phase) {
    case INFER_NUMBERS:
        return push_number(c, (double)NAN);
    case INFER_DATES:
        return push_date(c, DATE_MISSING);
    case INFER_TEXTS:
        return push_code(c, -1);
    default:
        c->n++;
        return true;
    }
}

static bool add_number(struct infer_column *c, double x, int64_t line)
{
    if (c->phase == INFER_EMPTY && !start_numbers(c))
        return false;
    if (isinf(x) && c->infinite_line == 0)
        c->infinite_line = line;
    return push_number(c, x);
}

static bool add_date(struct infer_column *c, int64_t us, const char *s, size_t n)
{
    char printed[DATE_PRINT_BYTES];
    if (c->phase == INFER_EMPTY && !start_dates(c))
        return false;
    size_t length = date_print(us, printed);
    bool same = length == n && memcmp(printed, s, n) == 0;
    return (same || note_text(c, s, n)) && push_date(c, us);
}

static bool add_marker(struct infer_column *c, const char *s, size_t n)
{
    if (c->phase == INFER_TEXTS && (c->flags & INFER_KEEP_MARKERS))
        return push_text(c, s, n);
    bool note = (c->flags & INFER_KEEP_MARKERS) && c->phase != INFER_DROPPED;
    return (!note || note_text(c, s, n)) && infer_add_missing(c);
}

static bool may_be_number(const struct infer_column *c)
{
    return c->phase == INFER_NUMBERS || (c->phase == INFER_EMPTY && !(c->flags & INFER_ONLY_DATES));
}

static bool may_be_date(const struct infer_column *c)
{
    return c->phase == INFER_DATES || (c->phase == INFER_EMPTY && !(c->flags & INFER_ID));
}

static void trim(const char **s, size_t *n)
{
    while (*n > 0 && (**s == ' ' || **s == '\t')) {
        ++*s;
        --*n;
    }
    while (*n > 0 && ((*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t'))
        --*n;
}

bool infer_add_text(struct infer_column *c, const char *s, size_t n, bool quoted, int64_t line)
{
    const char *core = s;
    size_t n_core = n;
    double x;
    int64_t us;
    if (!quoted)
        trim(&core, &n_core);
    if (n_core == 0 || c->phase == INFER_DROPPED)
        return infer_add_missing(c);
    if (may_be_number(c)) {
        enum cell_number kind = cell_number(core, n_core, &x);
        bool plain = kind == CELL_PLAIN && n_core == n;
        if (kind != CELL_NO_NUMBER && (plain || !(c->flags & INFER_ID)))
            return (plain || note_text(c, s, n)) && add_number(c, x, line);
    }
    if (!quoted && !(c->flags & INFER_TARGET) && cell_is_marker(core, n_core))
        return add_marker(c, s, n);
    if (may_be_date(c) && date_parse(core, core + n_core, &us, NULL))
        return add_date(c, us, s, n);
    if (c->phase != INFER_TEXTS && !fall_back(c, s, n, line))
        return false;
    return c->phase == INFER_DROPPED ? infer_add_missing(c) : push_text(c, s, n);
}

bool infer_add_double(struct infer_column *c, double x, int64_t line)
{
    char text[NUMBER_PRINT_BYTES];
    if (isnan(x) || c->phase == INFER_DROPPED)
        return infer_add_missing(c);
    bool whole = x == floor(x) && fabs(x) <= (double)EXACT_INTEGERS;
    if (may_be_number(c) && (whole || !(c->flags & INFER_ID)))
        return add_number(c, x, line);
    size_t n = number_print(x, text);
    if (c->phase != INFER_TEXTS && !fall_back(c, text, n, line))
        return false;
    return c->phase == INFER_DROPPED ? infer_add_missing(c) : push_text(c, text, n);
}

bool infer_add_integer(struct infer_column *c, int64_t x, int64_t line)
{
    if (x >= -EXACT_INTEGERS && x <= EXACT_INTEGERS)
        return infer_add_double(c, (double)x, line);
    char text[24];
    int n = snprintf(text, sizeof text, "%" PRId64, x);
    return infer_add_text(c, text, (size_t)n, true, line);
}

/* All levels are booleans in one case, each value spelled once. */
static bool is_boolean(const struct infer_column *c, enum cell_case *spelling)
{
    bool value;
    if (c->levels.n < 1 || c->levels.n > 2 || (c->flags & INFER_ID))
        return false;
    for (int32_t i = 0; i < c->levels.n; i++) {
        enum cell_case found;
        if (!cell_boolean(c->levels.names[i], (size_t)c->levels.lengths[i], &value, &found))
            return false;
        if (i > 0 && found != *spelling)
            return false;
        *spelling = found;
    }
    return true;
}

enum column_type infer_type(const struct infer_column *c)
{
    enum cell_case spelling;
    if (c->phase == INFER_DATES)
        return COLUMN_DATETIME;
    if (c->phase != INFER_TEXTS)
        return COLUMN_NUMERIC;
    return is_boolean(c, &spelling) ? COLUMN_BOOLEAN : COLUMN_CATEGORICAL;
}

automl_status infer_check(const struct infer_column *c, const char *unit, automl_error *err)
{
    if (c->phase != INFER_NUMBERS || c->infinite_line == 0)
        return AUTOML_OK;
    error_set(err, AUTOML_E_DATA,
        "column '%s' is infinite in %s %" PRId64 "; replace the value by a number or leave it empty", c->name,
        unit, c->infinite_line);
    error_where(err, "%s %" PRId64 ", column '%s'", unit, c->infinite_line, c->name);
    return AUTOML_E_DATA;
}

/* Rounded to milliseconds for Julian days, which a double holds to 40 microseconds. */
static int64_t number_to_us(double x, bool julian)
{
    double us = julian ? round((x - JULIAN_DAY_OF_1970) * 86400e3) * 1e3 : round(x * 1e6);
    return (int64_t)us;
}

static bool is_moment(double x, bool julian)
{
    double seconds = julian ? (x - JULIAN_DAY_OF_1970) * 86400 : x;
    return isnan(x) || (seconds >= -62135596800.0 && seconds < 253402300800.0);
}

bool infer_numbers_to_dates(struct infer_column *c, bool julian, bool *no_memory)
{
    *no_memory = false;
    for (int64_t i = 0; i < c->n; i++)
        if (!is_moment(c->x[i], julian))
            return false;
    int64_t capacity = 0;
    if (!mem_grow(c->mem, (void **)&c->us, &capacity, c->n + 1, sizeof *c->us)) {
        *no_memory = true;
        return false;
    }
    for (int64_t i = 0; i < c->n; i++)
        c->us[i] = isnan(c->x[i]) ? DATE_MISSING : number_to_us(c->x[i], julian);
    mem_free(c->mem, c->x);
    c->x = NULL;
    c->n_notes = 0;
    c->capacity = capacity;
    c->phase = INFER_DATES;
    return true;
}

static void take_numbers(const struct infer_column *c, const uint8_t *keep, double *to)
{
    for (int64_t i = 0; i < c->n; i++)
        if (!keep || keep[i])
            *to++ = c->phase == INFER_NUMBERS ? c->x[i] : (double)NAN;
}

static void take_dates(const struct infer_column *c, const uint8_t *keep, int64_t *to)
{
    for (int64_t i = 0; i < c->n; i++)
        if (!keep || keep[i])
            *to++ = c->us[i];
}

static void take_booleans(const struct infer_column *c, const uint8_t *keep, double *to)
{
    bool value[2] = {false, false};
    enum cell_case spelling;
    for (int32_t i = 0; i < c->levels.n; i++)
        cell_boolean(c->levels.names[i], (size_t)c->levels.lengths[i], &value[i], &spelling);
    for (int64_t i = 0; i < c->n; i++)
        if (!keep || keep[i])
            *to++ = c->codes[i] < 0 ? (double)NAN : value[c->codes[i]];
}

/* Levels numbered anew by first appearance in the rows that are kept. number[level] begins as -1. */
static int32_t take_codes(
    const struct infer_column *c, const uint8_t *keep, int32_t *number, const char **levels, int32_t *to)
{
    int32_t n_levels = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (keep && !keep[i])
            continue;
        int32_t code = c->codes[i];
        if (code >= 0 && number[code] < 0) {
            levels[n_levels] = c->levels.names[code];
            number[code] = n_levels++;
        }
        *to++ = code < 0 ? -1 : number[code];
    }
    return n_levels;
}

static automl_status give_levels(
    struct infer_column *c, const uint8_t *keep, int64_t n_keep, struct dataset_builder *b, automl_error *err)
{
    struct column out = {.type = COLUMN_CATEGORICAL, .codes = NEW_ARRAY(c->mem, n_keep, int32_t)};
    int32_t *number = NEW_ARRAY(c->mem, c->levels.n, int32_t);
    const char **levels = NEW_ARRAY(c->mem, c->levels.n, const char *);
    automl_status status;
    if (out.codes && number && levels) {
        memset(number, 0xFF, (size_t)c->levels.n * sizeof *number);
        out.n_levels = take_codes(c, keep, number, levels, out.codes);
        out.levels = levels;
        status = dataset_builder_give(b, c->name, &out, err);
    } else {
        mem_free(c->mem, out.codes);
        status = error_memory(err);
    }
    mem_free(c->mem, number);
    mem_free(c->mem, (void *)levels);
    return status;
}

static automl_status give_values(struct infer_column *c, enum column_type type, const uint8_t *keep,
    int64_t n_keep, struct dataset_builder *b, automl_error *err)
{
    struct column out = {.type = type};
    enum cell_case spelling = CELL_LOWER;
    const char *levels[2];
    if (type == COLUMN_DATETIME)
        out.us = NEW_ARRAY(c->mem, n_keep, int64_t);
    else
        out.x = NEW_ARRAY(c->mem, n_keep, double);
    if (!out.us && !out.x)
        return error_memory(err);
    if (type == COLUMN_DATETIME) {
        take_dates(c, keep, out.us);
    } else if (type == COLUMN_BOOLEAN) {
        is_boolean(c, &spelling);
        levels[0] = cell_boolean_text(false, spelling);
        levels[1] = cell_boolean_text(true, spelling);
        out.levels = levels;
        out.n_levels = 2;
        take_booleans(c, keep, out.x);
    } else {
        take_numbers(c, keep, out.x);
    }
    return dataset_builder_give(b, c->name, &out, err);
}

automl_status infer_give(
    struct infer_column *c, const uint8_t *keep, int64_t n_keep, struct dataset_builder *b, automl_error *err)
{
    enum column_type type = infer_type(c);
    automl_status status = type == COLUMN_CATEGORICAL ? give_levels(c, keep, n_keep, b, err)
                                                      : give_values(c, type, keep, n_keep, b, err);
    infer_free(c);
    return status;
}
