/*
 * one_hot_encoder.c - each category column becomes one 0/1 column for each level.
 *
 * scikit-learn's OneHotEncoder with handle_unknown = "ignore": the levels that occur at fit, in the order of
 * the dictionary; levels rarer than min_frequency, and all but the max_categories - 1 most frequent ones,
 * share one last column. Different on purpose: a missing cell is no level of its own but, like a level unseen
 * at fit, gives zeros; and max_categories = 1 puts every level into the shared column. Numeric columns pass
 * through, at their place.
 */
#include "ops/operator.h"

#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "ops/shared/column.h"

enum { MIN_FREQUENCY, MAX_CATEGORIES, DROP, N_SPECS };
enum { DROP_NONE, DROP_IF_BINARY, DROP_FIRST };

static const char *const drops[] = {"none", "if_binary", "first", NULL};

static const struct param_spec specs[N_SPECS] = {
    [MIN_FREQUENCY] = {.key = "min_frequency",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH | PARAM_NULLABLE | PARAM_OPEN_MIN,
        .min = 0,
        .max = 2147483647.0,
        .search_min = 0.05,
        .search_max = 0.25,
        .help = "rarer levels share a column: a share of the rows below 1, else a count; null: none do"},
    [MAX_CATEGORIES] = {.key = "max_categories",
        .type = PARAM_INT,
        .flags = PARAM_NULLABLE,
        .min = 1,
        .max = 2147483647.0,
        .help = "most columns that one category column becomes; null: no limit"},
    [DROP] = {.key = "drop",
        .type = PARAM_CHOICE,
        .choices = drops,
        .def = DROP_NONE,
        .help = "leave out the first column: never, of two, or always"},
};

static const struct param_schema schema = {.title = "one_hot_encoder", .specs = specs, .n = N_SPECS};

struct state {
    int32_t *width; /* of each input column: the columns it becomes; 1 for a numeric one */
    int32_t *place; /* of every level of every category column: its column among those, or -1 */
    int64_t *start; /* of each input column: where its levels begin in place */
};

/* Levels of one column while it is learnt. */
struct levels {
    int32_t n;      /* that occur */
    int32_t *code;  /* of them, ascending */
    int64_t *count; /* of them */
    bool *rare;     /* of them */
    int32_t *order; /* scratch */
};

static void free_levels(struct mem *m, struct levels *l)
{
    mem_free(m, l->code);
    mem_free(m, l->count);
    mem_free(m, l->rare);
    mem_free(m, l->order);
}

static bool make_levels(struct mem *m, int32_t room, struct levels *l)
{
    l->code = NEW_ARRAY(m, room, int32_t);
    l->count = NEW_ARRAY(m, room, int64_t);
    l->rare = NEW_ZEROS(m, room, bool);
    l->order = NEW_ARRAY(m, room, int32_t);
    return l->code && l->count && l->rare && l->order;
}

static void count_levels(const struct frame_col *c, int64_t n_rows, struct levels *l)
{
    memset(l->count, 0, (size_t)c->n_levels * sizeof *l->count);
    for (int64_t i = 0; i < n_rows; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        if (code >= 0)
            l->count[code]++;
    }
    for (int32_t code = 0; code < c->n_levels; code++)
        if (l->count[code] > 0) {
            l->code[l->n] = code;
            l->count[l->n++] = l->count[code];
        }
}

static int by_count(const void *user, int32_t a, int32_t b)
{
    const int64_t *count = user;
    return (count[a] > count[b]) - (count[a] < count[b]);
}

/* As many frequent levels as the limit, or more: only the limit - 1 most frequent keep a column, the later
 * ones at a tie, as a stable ascending sort leaves them. */
static bool limit_levels(struct mem *m, int32_t limit, struct levels *l)
{
    int32_t frequent = 0;
    for (int32_t i = 0; i < l->n; i++)
        frequent += !l->rare[i];
    if (limit >= frequent + 1)
        return true;
    for (int32_t i = 0; i < l->n; i++)
        l->order[i] = i;
    if (!sort_indices(m, l->order, l->n, by_count, l->count))
        return false;
    for (int32_t i = 0; i < l->n - (limit - 1); i++)
        l->rare[l->order[i]] = true;
    return true;
}

/* The column of each level, and how many there are. */
static int32_t place_levels(int32_t drop, const struct levels *l, int32_t *place)
{
    int32_t width = 0, rare = 0;
    for (int32_t i = 0; i < l->n; i++)
        width += !l->rare[i];
    rare = l->n - width;
    int32_t shared = width, next = 0;
    width += rare > 0;
    int32_t dropped = drop == DROP_FIRST || (drop == DROP_IF_BINARY && width == 2) ? 1 : 0;
    for (int32_t i = 0; i < l->n; i++)
        place[l->code[i]] = (l->rare[i] ? shared : next++) - dropped;
    return width > 0 ? width - dropped : 0;
}

static automl_status learn_column(
    struct op *op, struct mem *mem, const struct frame *x, int32_t j, automl_error *err)
{
    struct state *s = op->state;
    const struct frame_col *c = &x->cols[j];
    int32_t *place = s->place + s->start[j];
    struct levels l = {0};
    bool enough = make_levels(mem, c->n_levels, &l);
    if (enough) {
        count_levels(c, op->n_rows, &l);
        double least = params_is_set(op->params, MIN_FREQUENCY) ? params_real(op->params, MIN_FREQUENCY) : 0;
        least *= least < 1 ? (double)op->n_rows : 1;
        for (int32_t i = 0; i < l.n; i++)
            l.rare[i] = (double)l.count[i] < least;
        if (params_is_set(op->params, MAX_CATEGORIES))
            enough = limit_levels(mem, (int32_t)params_int(op->params, MAX_CATEGORIES), &l);
    }
    if (enough) {
        memset(place, 0xff, (size_t)c->n_levels * sizeof *place);
        s->width[j] = place_levels(params_choice(op->params, DROP), &l, place);
    }
    free_levels(mem, &l);
    return enough ? AUTOML_OK : error_memory(err);
}

static int64_t total_width(const struct op *op)
{
    const struct state *s = op->state;
    int64_t n = 0;
    for (int32_t j = 0; j < op->n_in; j++)
        n += s->width[j];
    return n;
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    s->width = NEW_ARRAY(op->mem, op->n_in, int32_t);
    s->start = NEW_ARRAY(op->mem, op->n_in, int64_t);
    if (!s->width || !s->start)
        return error_memory(err);
    s->place = NEW_ARRAY(op->mem, columns_levels(op, s->start), int32_t);
    if (!s->place)
        return error_memory(err);
    for (int32_t j = 0; j < op->n_in; j++) {
        TRY(stop_status(in->stop, err));
        s->width[j] = 1;
        if (op->in_kinds[j] == FRAME_CATEGORY)
            TRY(learn_column(op, in->mem, in->x, j, err));
    }
    int64_t n = total_width(op);
    if (n < 1)
        return error_set(err, AUTOML_E_DATA, "no category column of the input has a level to encode");
    if (n > INT32_MAX)
        return error_set(err, AUTOML_E_DATA, "the levels would become too many columns; set max_categories");
    op->n_out = (int32_t)n;
    return AUTOML_OK;
}

/* By blocks of rows, so that the zeros are still in the cache when the ones are set. */
static automl_status encode_column(const struct frame_col *c, int64_t n_rows, const int32_t *place,
    int32_t width, const struct stop *stop, double *out, automl_error *err)
{
    for (int64_t begin = 0; begin < n_rows; begin += COLUMN_BLOCK) {
        TRY(stop_status(stop, err));
        int64_t end = begin + COLUMN_BLOCK < n_rows ? begin + COLUMN_BLOCK : n_rows;
        for (int32_t k = 0; k < width; k++)
            memset(out + k * n_rows + begin, 0, (size_t)(end - begin) * sizeof *out);
        for (int64_t i = begin; i < end; i++) {
            int32_t code = c->codes[c->rows ? c->rows[i] : i];
            int32_t k = code < 0 ? -1 : place[code];
            if (k >= 0)
                out[k * n_rows + i] = 1;
        }
    }
    return AUTOML_OK;
}

static automl_status transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    const struct state *s = op->state;
    struct columns c;
    automl_status status = AUTOML_OK;
    int32_t n_fresh = op->n_out - (op->n_in - frame_categories(x));
    TRY(columns_begin(&c, mem, x->n_rows, op->n_out, n_fresh, err));
    for (int32_t j = 0; j < op->n_in; j++) {
        if (op->in_kinds[j] == FRAME_NUMERIC) {
            columns_share(&c, x, j);
            continue;
        }
        double *group = c.x;
        for (int32_t k = 0; k < s->width[j]; k++)
            columns_next(&c);
        TRY_DONE(
            encode_column(&x->cols[j], x->n_rows, s->place + s->start[j], s->width[j], stop, group, err));
    }
    *out = columns_end(&c);
done:
    columns_drop(&c);
    return status;
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct state *s = op->state;
    for (int32_t j = 0; j < op->n_in; j++) {
        if (op->in_kinds[j] == FRAME_NUMERIC) {
            *out++ = in[j];
            continue;
        }
        for (int32_t k = 0; k < s->width[j]; k++)
            out[k] = 0;
        bool known = in[j] >= 0 && in[j] < op->in_levels[j];
        int32_t k = known ? s->place[s->start[j] + (int64_t)in[j]] : -1;
        if (k >= 0)
            out[k] = 1;
        out += s->width[j];
    }
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    double width = s->levels;
    if (params_is_set(p, MAX_CATEGORIES))
        width = fmin(width, s->p_category * (double)params_int(p, MAX_CATEGORIES));
    if (params_is_set(p, MIN_FREQUENCY)) {
        double least = params_real(p, MIN_FREQUENCY);
        double most = least < 1 ? 1 / least : s->n / least;
        width = fmin(width, s->p_category * (most + 1));
    }
    *out = (struct op_cost){
        .fit_flops = 2 * s->n * s->p_category + 10 * s->levels,
        .fit_bytes = 4 * s->n * s->p_category + 40 * s->levels,
        .apply_flops = 2 * s->p_category + width,
        .apply_bytes = 4 * s->p_category + 8 * width,
        .memory_bytes = 30 * s->levels + 12 * s->p,
        .state_bytes = 4 * s->levels + 12 * s->p,
        .out = {.n = s->n, .p = s->p - s->p_category + width, .k = s->k},
    };
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    int32_t last = op->n_in - 1;
    write_i32s(w, s->width, op->n_in);
    write_i32s(w, s->place, s->start[last] + op->in_levels[last]);
}

static bool is_group(const struct op *op, int32_t j)
{
    const struct state *s = op->state;
    if (op->in_kinds[j] == FRAME_NUMERIC)
        return s->width[j] == 1;
    if (s->width[j] < 0 || s->width[j] > op->in_levels[j])
        return false;
    for (int32_t code = 0; code < op->in_levels[j]; code++) {
        int32_t k = s->place[s->start[j] + code];
        if (k < -1 || k >= s->width[j])
            return false;
    }
    return true;
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    s->start = NEW_ARRAY(op->mem, op->n_in, int64_t);
    if (!s->start)
        return error_memory(err);
    s->width = read_i32s(r, op->n_in, NULL);
    s->place = read_i32s(r, columns_levels(op, s->start), NULL);
    TRY(reader_status(r, err));
    for (int32_t j = 0; j < op->n_in; j++)
        if (!is_group(op, j))
            reader_fail(r);
    if (op->n_out != total_width(op))
        reader_fail(r);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->width);
    mem_free(op->mem, s->place);
    mem_free(op->mem, s->start);
}

extern const struct op_class op_one_hot_encoder;
const struct op_class op_one_hot_encoder = {
    .name = "one_hot_encoder",
    .summary = "turns each level of a category column into a 0/1 column",
    .kind = OP_TRANSFORMER,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_ENCODES,
    .state_format = 1,
    .state_size = sizeof(struct state),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .transform = transform,
    .apply_row = apply_row,
    .save = save,
    .load = load,
    .clear = clear,
};
