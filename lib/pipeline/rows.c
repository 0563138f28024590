/*
 * rows.c - a model on the rows of a dataset.
 */
#include "pipeline/rows.h"

#include <string.h>

#include "data/dataset_csv.h"
#include "io/csv.h"
#include "io/file.h"

/* Text that is gathered before it is written. */
enum { FLUSH_BYTES = 1 << 16 };

static automl_status predict(const automl_pipeline *p, automl_dataset *d, const int32_t *rows, int64_t n,
    struct pool *pool, double *proba, automl_error *err)
{
    struct frame *x = NULL;
    TRY(schema_frame(p->schema, d, rows, n, &x, err));
    automl_status status = model_predict_proba(p, x, pool, NULL, proba, err);
    frame_unref(x);
    return status;
}

automl_status model_predict_rows(const automl_pipeline *p, automl_dataset *d, struct pool *pool,
    double *proba, int32_t *labels, automl_error *err)
{
    int64_t n = d->n_rows;
    double *own = NULL;
    if (!proba) {
        proba = own = mem_alloc_array(p->mem, (size_t)n * (size_t)p->schema->n_classes, sizeof *own);
        if (!own)
            return error_memory(err);
    }
    automl_status status = predict(p, d, NULL, n, pool, proba, err);
    if (status >= 0 && labels)
        model_decide(p, n, proba, labels);
    mem_free(p->mem, own);
    return status;
}

struct table {
    const automl_pipeline *p;
    const automl_dataset *d;
    int32_t id;
    const double *proba;
    const int32_t *labels;
    struct file_writer *w;
    struct strbuf text;
};

static void put_text(struct strbuf *b, const char *s)
{
    csv_put(b, s, strlen(s));
}

static void put_header(struct table *t)
{
    const struct schema *s = t->p->schema;
    struct strbuf name;
    strbuf_init(&name, t->text.mem);
    if (t->id >= 0) {
        put_text(&t->text, t->d->cols[t->id].name);
        strbuf_putc(&t->text, ',');
    }
    strbuf_puts(&t->text, "prediction");
    for (int32_t c = 0; c < s->n_classes; c++) {
        strbuf_clear(&name);
        strbuf_printf(&name, "proba_%s", s->classes[c]);
        t->text.failed = t->text.failed || !strbuf_ok(&name);
        strbuf_putc(&t->text, ',');
        put_text(&t->text, strbuf_text(&name));
    }
    strbuf_putc(&t->text, '\n');
    strbuf_free(&name);
}

static void put_row(struct table *t, int64_t i)
{
    const struct schema *s = t->p->schema;
    if (t->id >= 0) {
        csv_put_cell(&t->text, &t->d->cols[t->id], i);
        strbuf_putc(&t->text, ',');
    }
    put_text(&t->text, s->classes[t->labels[i]]);
    for (int32_t c = 0; c < s->n_classes; c++) {
        strbuf_putc(&t->text, ',');
        strbuf_double(&t->text, t->proba[i * s->n_classes + c]);
    }
    strbuf_putc(&t->text, '\n');
}

static automl_status write_table(struct table *t, automl_error *err)
{
    put_header(t);
    for (int64_t i = 0; i < t->d->n_rows || t->text.n > 0; i++) {
        if (i < t->d->n_rows)
            put_row(t, i);
        if (!strbuf_ok(&t->text))
            return error_memory(err);
        if (t->text.n < FLUSH_BYTES && i + 1 < t->d->n_rows)
            continue;
        TRY(file_write(t->w, strbuf_text(&t->text), (size_t)t->text.n, err));
        strbuf_clear(&t->text);
    }
    return AUTOML_OK;
}

static automl_status save_table(struct table *t, const char *path, automl_error *err)
{
    TRY(file_create(t->p->mem, path, &t->w, err));
    strbuf_init(&t->text, t->p->mem);
    automl_status status = write_table(t, err);
    strbuf_free(&t->text);
    if (status >= 0)
        return file_commit(t->w, err);
    file_abandon(t->w);
    return status;
}

automl_status model_predict_csv(const automl_pipeline *p, automl_dataset *d, int32_t id, const char *path,
    struct pool *pool, automl_error *err)
{
    struct mem *m = p->mem;
    double *proba = mem_alloc_array(m, (size_t)d->n_rows * (size_t)p->schema->n_classes, sizeof *proba);
    int32_t *labels = NEW_ARRAY(m, d->n_rows, int32_t);
    automl_status status = proba && labels ? AUTOML_OK : error_memory(err);
    if (status >= 0)
        status = model_predict_rows(p, d, pool, proba, labels, err);
    if (status >= 0) {
        struct table t = {.p = p, .d = d, .id = id, .proba = proba, .labels = labels};
        status = save_table(&t, path, err);
    }
    mem_free(m, proba);
    mem_free(m, labels);
    return status;
}

/* Rows that can be judged, side by side. */
struct judged {
    int64_t n;
    int32_t *rows, *y, *labels;
    double *w, *proba;
};

static void judged_free(struct mem *m, struct judged *j)
{
    mem_free(m, j->rows);
    mem_free(m, j->y);
    mem_free(m, j->labels);
    mem_free(m, j->w);
    mem_free(m, j->proba);
}

static automl_status judged_create(
    const automl_pipeline *p, const automl_dataset *d, int32_t target, struct judged *j, automl_error *err)
{
    struct mem *m = p->mem;
    size_t k = (size_t)p->schema->n_classes;
    j->rows = NEW_ARRAY(m, d->n_rows, int32_t);
    j->y = NEW_ARRAY(m, d->n_rows, int32_t);
    j->labels = NEW_ARRAY(m, d->n_rows, int32_t);
    j->w = d->weights ? NEW_ARRAY(m, d->n_rows, double) : NULL;
    j->proba = mem_alloc_array(m, (size_t)d->n_rows * k, sizeof *j->proba);
    if (!j->rows || !j->y || !j->labels || !j->proba || (d->weights && !j->w))
        return error_memory(err);
    schema_encode_target(p->schema, d, target, j->y);
    for (int64_t i = 0; i < d->n_rows; i++) {
        if (j->y[i] < 0)
            continue;
        j->rows[j->n] = (int32_t)i;
        j->y[j->n] = j->y[i];
        if (j->w)
            j->w[j->n] = d->weights[i];
        j->n++;
    }
    return j->n > 0
               ? AUTOML_OK
               : error_set(err, AUTOML_E_DATA,
                     "no row has one of the model's classes in the target column '%s'", d->cols[target].name);
}

automl_status model_evaluate(
    const automl_pipeline *p, automl_dataset *d, const char *metric, double *out, automl_error *err)
{
    const struct metric *found = NULL;
    const struct schema *s = p->schema;
    struct judged j = {0};
    int32_t target = -1;
    TRY(metric_find(p->ctx, metric, s->n_classes, &found, err));
    TRY(dataset_require(d, s->target, "target", &target, err));
    automl_status status = judged_create(p, d, target, &j, err);
    if (status >= 0)
        status = predict(p, d, j.rows, j.n, NULL, j.proba, err);
    if (status >= 0) {
        model_decide(p, j.n, j.proba, j.labels);
        struct metric_input in = {.n = j.n,
            .k = s->n_classes,
            .positive = s->positive,
            .y = j.y,
            .proba = j.proba,
            .labels = j.labels,
            .w = j.w,
            .mem = p->mem};
        status = found->score(found, &in, out, err);
    }
    judged_free(p->mem, &j);
    return status;
}
