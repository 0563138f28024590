/*
 * table.c - the columns of a table that is being read, and the window that decides which rows stay.
 */
#include "data/table.h"

#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"
#include "params/params.h"

enum { ROWS_BETWEEN_POLLS = 256, SURE_OF_TYPE = 10 };

#define REPORT_EVERY_NS INT64_C(50000000)

void table_init(struct table *t, automl_context *ctx, const struct source_query *q, const char *unit)
{
    *t = (struct table){.ctx = ctx, .mem = &ctx->mem, .query = q, .unit = unit, .date = -1};
    map_init(&t->names, t->mem);
}

void table_free(struct table *t)
{
    for (int32_t j = 0; t->cols && j < t->n_cols; j++)
        infer_free(&t->cols[j]);
    mem_free(t->mem, t->cols);
    mem_free(t->mem, t->wanted);
    mem_free(t->mem, t->active);
    map_free(&t->names);
}

automl_status table_add_column(struct table *t, const char *name, size_t n, automl_error *err)
{
    if (n == 0)
        return error_set(err, AUTOML_E_DATA, "column %d of '%s' has no name; give it one in the header",
            (int)t->n_cols + 1, t->query->table);
    int32_t j = map_add(&t->names, name, n);
    if (j < 0)
        return error_memory(err);
    if (j < t->n_cols)
        return error_set(err, AUTOML_E_DATA,
            "columns %d and %d of '%s' are both called '%s'; rename one of them", (int)j + 1,
            (int)t->n_cols + 1, t->query->table, t->names.names[j]);
    t->n_cols++;
    return AUTOML_OK;
}

static automl_status find(const struct table *t, const char *name, int32_t *out, automl_error *err)
{
    int32_t j = map_find(&t->names, name, strlen(name));
    if (j >= 0) {
        *out = j;
        return AUTOML_OK;
    }
    const char *near = nearest_name(name, t->names.names, t->n_cols);
    error_set(err, AUTOML_E_NOT_FOUND, "column '%s' is not in table '%s'%s%s%s", name, t->query->table,
        near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
    error_where(err, "column '%s'", name);
    return AUTOML_E_NOT_FOUND;
}

static automl_status resolve(struct table *t, automl_error *err)
{
    const struct source_query *q = t->query;
    for (int32_t j = 0; j < t->n_cols; j++)
        t->wanted[j] = q->columns == NULL;
    for (int32_t i = 0; q->columns && i < q->n_columns; i++) {
        int32_t j = 0;
        TRY(find(t, q->columns[i], &j, err));
        t->wanted[j] = 1;
    }
    if (q->date_column)
        TRY(find(t, q->date_column, &t->date, err));
    return AUTOML_OK;
}

static bool is_named(const char *name, const char *wanted)
{
    return wanted && strcmp(name, wanted) == 0;
}

automl_status table_open(struct table *t, uint32_t extra_flags, automl_error *err)
{
    const struct source_query *q = t->query;
    t->cols = NEW_ZEROS(t->mem, t->n_cols, struct infer_column);
    t->wanted = NEW_ZEROS(t->mem, t->n_cols, uint8_t);
    t->active = NEW_ARRAY(t->mem, t->n_cols, int32_t);
    if (!t->cols || !t->wanted || !t->active)
        return error_memory(err);
    TRY(resolve(t, err));
    for (int32_t j = 0; j < t->n_cols; j++) {
        const char *name = t->names.names[j];
        uint32_t flags = extra_flags;
        flags |= is_named(name, q->target) ? INFER_TARGET : 0;
        flags |= is_named(name, q->id) ? INFER_ID : 0;
        bool date = j == t->date || (q->find_date && !q->date_column);
        flags |= t->wanted[j] || j == t->date ? 0 : INFER_ONLY_DATES;
        infer_init(&t->cols[j], t->mem, name, flags);
        if (t->wanted[j] || date)
            t->active[t->n_active++] = j;
    }
    return AUTOML_OK;
}

automl_status table_end_row(
    struct table *t, double (*share)(const void *user), const void *user, automl_error *err)
{
    if (t->n_rows == INT32_MAX)
        return error_set(err, AUTOML_E_RANGE, "table '%s' has more than %d rows", t->query->table, INT32_MAX);
    if (++t->n_rows % ROWS_BETWEEN_POLLS != 0)
        return AUTOML_OK;
    if (t->query->stop)
        TRY(stop_status(t->query->stop, err));
    if (!t->query->progress)
        return AUTOML_OK;
    int64_t now = clock_now(t->ctx->clock);
    if (t->next_report_ns == 0)
        t->next_report_ns = now + REPORT_EVERY_NS;
    if (now >= t->next_report_ns) {
        t->next_report_ns = now + REPORT_EVERY_NS;
        t->query->progress(t->query->progress_user, share(user));
    }
    return AUTOML_OK;
}

static automl_status find_date(struct table *t, automl_error *err)
{
    for (int32_t j = 0; j < t->n_cols; j++) {
        if (infer_type(&t->cols[j]) != COLUMN_DATETIME)
            continue;
        if (t->date >= 0)
            return error_set(err, AUTOML_E_DATA,
                "table '%s' has several date columns, '%s' and '%s' among them; set date_column to one",
                t->query->table, t->cols[t->date].name, t->cols[j].name);
        t->date = j;
    }
    if (t->date >= 0)
        return AUTOML_OK;
    return error_set(err, AUTOML_E_DATA,
        "table '%s' has no date column for the window; dates are written like 2020-01-31", t->query->table);
}

/* SQLite keeps moments as numbers too. */
static automl_status numbers_to_dates(struct table *t, automl_error *err)
{
    bool no_memory;
    struct infer_column *c = &t->cols[t->date];
    if (!(t->saw_integer || t->saw_real) || c->phase != INFER_NUMBERS)
        return AUTOML_OK;
    if (infer_numbers_to_dates(c, t->saw_real, &no_memory))
        return AUTOML_OK;
    if (no_memory)
        return error_memory(err);
    return error_set(err, AUTOML_E_DATA,
        "column '%s' of '%s' holds numbers that are no %s of the years 1 to 9999", c->name, t->query->table,
        t->saw_real ? "Julian days" : "seconds since 1970");
}

static automl_status check_date(const struct table *t, automl_error *err)
{
    const struct infer_column *c = &t->cols[t->date];
    if (c->phase == INFER_DATES || t->n_rows == 0)
        return AUTOML_OK;
    if (c->n_values == 0)
        return error_set(
            err, AUTOML_E_DATA, "date column '%s' of '%s' has no values", c->name, t->query->table);
    if (c->broken_line == 0)
        return error_set(err, AUTOML_E_DATA,
            "column '%s' of '%s' holds numbers instead of dates like 2020-01-31", c->name, t->query->table);
    return error_set(err, AUTOML_E_DATA,
        "column '%s' of '%s' holds '%s' in %s %" PRId64 " instead of a date like 2020-01-31", c->name,
        t->query->table, c->broken_text, t->unit, c->broken_line);
}

static bool in_window(const struct source_query *q, int64_t us)
{
    return us != DATE_MISSING && (q->start_us == DATE_MISSING || us >= q->start_us) &&
           (q->end_us == DATE_MISSING || us < q->end_us);
}

static void find_range(struct table *t)
{
    int64_t least = DATE_MISSING, most = DATE_MISSING;
    const struct infer_column *c = &t->cols[t->date];
    for (int64_t i = 0; i < t->n_rows; i++) {
        if (c->us[i] == DATE_MISSING)
            continue;
        if (least == DATE_MISSING || c->us[i] < least)
            least = c->us[i];
        if (most == DATE_MISSING || c->us[i] > most)
            most = c->us[i];
    }
    if (least != DATE_MISSING) {
        date_print(least, t->range[0]);
        date_print(most, t->range[1]);
    }
}

static automl_status empty_window(struct table *t, automl_error *err)
{
    char bounds[2][DATE_PRINT_BYTES] = {"the beginning", "the end"};
    const struct source_query *q = t->query;
    if (q->start_us != DATE_MISSING)
        date_print(q->start_us, bounds[0]);
    if (q->end_us != DATE_MISSING)
        date_print(q->end_us, bounds[1]);
    if (!t->range[0][0] && t->n_rows > 0)
        find_range(t);
    if (!t->range[0][0])
        return error_set(err, AUTOML_E_DATA,
            "table '%s' has no rows from %s to before %s, nor any other dates", q->table, bounds[0],
            bounds[1]);
    return error_set(err, AUTOML_E_DATA,
        "table '%s' has no rows from %s to before %s; its column '%s' ranges from %s to %s", q->table,
        bounds[0], bounds[1], t->cols[t->date].name, t->range[0], t->range[1]);
}

/* Which rows stay; *keep stays NULL if all do. */
static automl_status apply_window(struct table *t, uint8_t **keep, int64_t *n_keep, automl_error *err)
{
    const struct source_query *q = t->query;
    bool bounded = q->start_us != DATE_MISSING || q->end_us != DATE_MISSING;
    *n_keep = t->n_rows;
    if (q->find_date && !q->date_column)
        TRY(find_date(t, err));
    if (t->date < 0)
        return AUTOML_OK;
    TRY(numbers_to_dates(t, err));
    TRY(check_date(t, err));
    if (!bounded)
        return AUTOML_OK;
    *keep = NEW_ARRAY(t->mem, t->n_rows, uint8_t);
    if (!*keep)
        return error_memory(err);
    *n_keep = 0;
    for (int64_t i = 0; i < t->n_rows; i++) {
        (*keep)[i] = in_window(q, t->cols[t->date].us[i]);
        *n_keep += (*keep)[i];
    }
    return *n_keep > 0 ? AUTOML_OK : empty_window(t, err);
}

static void warn_of_text(const struct table *t, const struct infer_column *c)
{
    if (c->phase == INFER_TEXTS && c->broken_after >= SURE_OF_TYPE)
        log_write(&t->ctx->log, LOG_WARNING,
            "column '%s' of '%s' is categorical: after %" PRId64 " other values %s %" PRId64 " holds '%s'",
            c->name, t->query->table, c->broken_after, t->unit, c->broken_line, c->broken_text);
}

static automl_status give_columns(struct table *t, const uint8_t *keep, int64_t n_keep,
    struct dataset_builder *b, int32_t *date, automl_error *err)
{
    int32_t n = 0;
    for (int32_t j = 0; j < t->n_cols; j++) {
        if (!t->wanted[j])
            continue;
        TRY(infer_check(&t->cols[j], t->unit, err));
        warn_of_text(t, &t->cols[j]);
        if (j == t->date)
            *date = n;
        TRY(infer_give(&t->cols[j], keep, n_keep, b, err));
        n++;
    }
    return AUTOML_OK;
}

automl_status table_finish(struct table *t, automl_dataset **out, int32_t *out_date, automl_error *err)
{
    struct dataset_builder *b = NULL;
    uint8_t *keep = NULL;
    int64_t n_keep = 0;
    int32_t date = -1;
    automl_status status;
    TRY_DONE(apply_window(t, &keep, &n_keep, err));
    if (n_keep == 0) {
        status = error_set(err, AUTOML_E_DATA, "table '%s' has no rows", t->query->table);
        goto done;
    }
    TRY_DONE(dataset_builder_create(t->ctx, n_keep, &b, err));
    TRY_DONE(give_columns(t, keep, n_keep, b, &date, err));
    struct dataset_builder *finished = b;
    b = NULL;
    TRY_DONE(dataset_builder_finish(finished, NULL, NULL, out, err));
    if (out_date)
        *out_date = date;
done:
    dataset_builder_free(b);
    mem_free(t->mem, keep);
    return status;
}
