#include "balance/rows.h"

automl_status class_rows_create(const struct balance_in *in, struct class_rows *out, automl_error *err)
{
    int64_t n = in->x->n_rows;
    struct class_rows c = {.mem = in->mem};
    c.begin = NEW_ZEROS(in->mem, (int64_t)in->k + 2, int64_t);
    c.rows = NEW_ARRAY(in->mem, n, int32_t);
    if (!c.begin || !c.rows) {
        class_rows_free(&c);
        return error_memory(err);
    }
    /* Counted two places up, so that filling moves each start to its place. */
    for (int64_t i = 0; i < n; i++)
        c.begin[in->y[i] + 2]++;
    for (int32_t i = 0; i < in->k; i++)
        c.begin[i + 2] += c.begin[i + 1];
    for (int64_t i = 0; i < n; i++)
        c.rows[c.begin[in->y[i] + 1]++] = (int32_t)i;
    *out = c;
    return AUTOML_OK;
}

void class_rows_free(struct class_rows *c)
{
    mem_free(c->mem, c->begin);
    mem_free(c->mem, c->rows);
}

int64_t class_rows_count(const struct class_rows *c, int32_t i)
{
    return c->begin[i + 1] - c->begin[i];
}

automl_status balance_check_ratio(double ratio, automl_error *err)
{
    if (ratio > 0.0 && ratio <= 1.0)
        return AUTOML_OK;
    return error_set(err, AUTOML_E_RANGE, "the balance ratio must be greater than 0 and at most 1");
}

static void extremes(const struct class_rows *c, int32_t k, int64_t *smallest, int64_t *largest)
{
    *smallest = INT64_MAX;
    *largest = 0;
    for (int32_t i = 0; i < k; i++) {
        int64_t n = class_rows_count(c, i);
        if (n > 0 && n < *smallest)
            *smallest = n;
        if (n > *largest)
            *largest = n;
    }
}

void balance_over_targets(const struct class_rows *c, int32_t k, double ratio, int64_t *targets)
{
    int64_t smallest, largest;
    extremes(c, k, &smallest, &largest);
    int64_t wanted = (int64_t)((double)largest * ratio);
    for (int32_t i = 0; i < k; i++) {
        int64_t n = class_rows_count(c, i);
        targets[i] = n > 0 && n < wanted ? wanted : n;
    }
}

static int64_t rows_under(const struct class_rows *c, int32_t k, int64_t limit)
{
    int64_t total = 0;
    for (int32_t i = 0; i < k; i++) {
        int64_t n = class_rows_count(c, i);
        total += n < limit ? n : limit;
    }
    return total;
}

void balance_under_targets(const struct class_rows *c, int32_t k, double ratio, int64_t *targets)
{
    int64_t n = c->begin[k], smallest, largest;
    extremes(c, k, &smallest, &largest);
    double wanted = (double)smallest / ratio;
    int64_t limit = wanted < (double)largest ? (int64_t)wanted : largest;
    int64_t needed = n < BALANCE_UNDER_ROWS ? n : BALANCE_UNDER_ROWS;
    /* The least limit in [limit, high] that keeps enough; `largest` keeps all. */
    for (int64_t high = largest; limit < high;) {
        int64_t middle = limit + (high - limit) / 2;
        if (rows_under(c, k, limit) >= needed)
            break;
        if (rows_under(c, k, middle) >= needed)
            high = middle;
        else
            limit = middle + 1;
    }
    for (int32_t i = 0; i < k; i++) {
        int64_t rows = class_rows_count(c, i);
        targets[i] = rows < limit ? rows : limit;
    }
}

static void gather(const struct balance_in *in, const int32_t *idx, int64_t n, struct balance_out *out)
{
    for (int64_t i = 0; i < n; i++)
        out->y[i] = in->y[idx[i]];
    for (int64_t i = 0; out->w && i < n; i++)
        out->w[i] = in->w[idx[i]];
}

automl_status balance_take(
    const struct balance_in *in, const int32_t *idx, int64_t n, struct balance_out *out, automl_error *err)
{
    struct balance_out o = {.n = n};
    o.x = frame_take(in->x, idx, n);
    o.y = NEW_ARRAY(in->mem, n, int32_t);
    o.w = in->w ? NEW_ARRAY(in->mem, n, double) : NULL;
    if (!o.x || !o.y || (in->w && !o.w)) {
        balance_out_free(in->mem, &o);
        return error_memory(err);
    }
    gather(in, idx, n, &o);
    *out = o;
    return AUTOML_OK;
}
