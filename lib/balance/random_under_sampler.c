/*
 * random_under_sampler.c - imbalanced-learn's RandomUnderSampler: a random part of the larger classes.
 *
 * Each class is drawn from on its own, so the sample is stratified; rows keep their order. Difference on
 * purpose: at least min(n, 1000) rows are kept (rows.h).
 */
#include "balance/rows.h"

enum { REPLACEMENT };

static const struct param_spec specs[] = {
    [REPLACEMENT] = {.key = "replacement",
        .type = PARAM_BOOL,
        .flags = PARAM_DEFAULT_SET,
        .max = 1.0,
        .help = "draw rows of the larger classes with replacement"},
};

static const struct param_schema schema = {.title = "random_under_sampler", .specs = specs, .n = 1};

/* Adds to `times`, how often each row is taken. tmp: room for the class. */
static void draw_class(const struct class_rows *c, int32_t class, int64_t wanted, struct rng r,
    bool replacement, int32_t *tmp, int32_t *times)
{
    const int32_t *rows = c->rows + c->begin[class];
    int64_t n = class_rows_count(c, class);
    if (n == wanted) {
        for (int64_t i = 0; i < n; i++)
            times[rows[i]]++;
    } else if (replacement) {
        for (int64_t i = 0; i < wanted; i++)
            times[rows[rng_below(&r, (uint32_t)n)]]++;
    } else {
        rng_sample(&r, (int32_t)n, (int32_t)wanted, tmp);
        for (int64_t i = 0; i < wanted; i++)
            times[rows[tmp[i]]]++;
    }
}

/* Each row as often as it is taken, in order; returns how many. */
static int64_t list_rows(const int32_t *times, int64_t n, int32_t *out)
{
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++)
        for (int32_t t = 0; t < times[i]; t++)
            out[total++] = (int32_t)i;
    return total;
}

static automl_status resample(const struct balance_in *in, struct balance_out *out, automl_error *err)
{
    int64_t n = in->x->n_rows;
    bool replacement = in->params && params_bool(in->params, REPLACEMENT);
    struct class_rows classes;
    automl_status status;
    TRY(balance_check_ratio(in->ratio, err));
    TRY(class_rows_create(in, &classes, err));
    int64_t *targets = NEW_ARRAY(in->mem, in->k, int64_t);
    int32_t *times = NEW_ZEROS(in->mem, n, int32_t);
    int32_t *idx = NEW_ARRAY(in->mem, n, int32_t);
    if (!targets || !times || !idx) {
        status = error_memory(err);
        goto done;
    }
    balance_under_targets(&classes, in->k, in->ratio, targets);
    for (int32_t c = 0; c < in->k; c++) {
        TRY_DONE(in->stop ? stop_status(in->stop, err) : AUTOML_OK);
        draw_class(&classes, c, targets[c], rng_split(&in->rng, (uint64_t)c), replacement, idx, times);
    }
    status = balance_take(in, idx, list_rows(times, n, idx), out, err);
done:
    mem_free(in->mem, targets);
    mem_free(in->mem, times);
    mem_free(in->mem, idx);
    class_rows_free(&classes);
    return status;
}

const struct balancer balancer_random_under_sampler = {
    .name = "random_under_sampler",
    .summary = "a random part of the larger classes",
    .kind = BALANCE_UNDER,
    .params = &schema,
    .resample = resample,
};
