/*
 * artifacts.c - a job's folder: config.json, pipeline.html, model.automl, train.csv, test.csv, result.json.
 *
 * The two tables hold the rows as loaded: id, features of the model, target, prediction, proba_<class>.
 * Blocks of rows become text on the pool's threads and are written in order.
 */
#include <math.h>
#include <string.h>

#include "io/csv.h"
#include "io/file.h"
#include "job/run.h"
#include "pipeline/html.h"

enum { BLOCK_ROWS = 2048, BLOCKS_PER_THREAD = 2 };

static char *path_in(struct job_run *u, const char *name)
{
    struct strbuf b;
    strbuf_init(&b, u->mem);
    strbuf_printf(&b, "%s/%s", u->job->folder, name);
    char *path = strbuf_take(&b);
    strbuf_free(&b);
    return path;
}

static automl_status save(struct job_run *u, const char *name, const void *bytes, size_t n, automl_error *err)
{
    char *path = path_in(u, name);
    if (path == NULL)
        return error_memory(err);
    automl_status status = file_save(u->mem, path, bytes, n, err);
    mem_free(u->mem, path);
    return status;
}

/* The levels of a category column as CSV fields, one after the other. */
struct level_texts {
    struct strbuf text;
    int64_t *begin; /* n_levels + 1; NULL: no category column */
};

struct table {
    const struct job_run *u;
    const struct job_side *side;
    int32_t *columns; /* of side->data, in order of the file */
    int32_t n_columns;
    struct level_texts *levels; /* per column of the file */
    int64_t first;              /* row of the first block of this round */
    struct strbuf *blocks;
};

static void put_text(struct strbuf *b, const char *text)
{
    csv_put(b, text, strlen(text));
}

static void put_cell(const struct table *t, int32_t j, int64_t row, struct strbuf *b)
{
    const struct column *c = &t->side->data->cols[t->columns[j]];
    const struct level_texts *v = &t->levels[j];
    char buffer[DATE_PRINT_BYTES];
    if (column_missing(c, row))
        return;
    if (v->begin == NULL)
        put_text(b, column_text(c, row, buffer));
    else
        strbuf_add(b, strbuf_text(&v->text) + v->begin[c->codes[row]],
            (size_t)(v->begin[c->codes[row] + 1] - v->begin[c->codes[row]]));
}

static void put_row(const struct table *t, int64_t i, struct strbuf *b)
{
    const struct job_side *s = t->side;
    const struct schema *schema = t->u->r->model->schema;
    for (int32_t j = 0; j < t->n_columns; j++) {
        put_cell(t, j, s->rows[i], b);
        strbuf_putc(b, ',');
    }
    put_text(b, schema->classes[s->labels[i]]);
    for (int32_t c = 0; c < t->u->k; c++) {
        strbuf_putc(b, ',');
        strbuf_double(b, s->proba[i * t->u->k + c]);
    }
    strbuf_putc(b, '\n');
}

static void format_block(void *arg, int64_t block)
{
    const struct table *t = arg;
    struct strbuf *b = &t->blocks[block];
    int64_t begin = t->first + block * BLOCK_ROWS;
    int64_t end = begin + BLOCK_ROWS < t->side->n ? begin + BLOCK_ROWS : t->side->n;
    strbuf_clear(b);
    for (int64_t i = begin; i < end; i++)
        put_row(t, i, b);
}

static automl_status write_header(const struct table *t, struct file_writer *w, automl_error *err)
{
    const struct schema *schema = t->u->r->model->schema;
    struct strbuf b, name;
    strbuf_init(&b, t->u->mem);
    strbuf_init(&name, t->u->mem);
    for (int32_t j = 0; j < t->n_columns; j++) {
        put_text(&b, t->side->data->cols[t->columns[j]].name);
        strbuf_putc(&b, ',');
    }
    strbuf_puts(&b, "prediction");
    for (int32_t c = 0; c < t->u->k; c++) {
        strbuf_clear(&name);
        strbuf_printf(&name, "proba_%s", schema->classes[c]);
        b.failed = b.failed || !strbuf_ok(&name);
        strbuf_putc(&b, ',');
        put_text(&b, strbuf_text(&name));
    }
    strbuf_putc(&b, '\n');
    automl_status status =
        strbuf_ok(&b) ? file_write(w, strbuf_text(&b), (size_t)b.n, err) : error_memory(err);
    strbuf_free(&b);
    strbuf_free(&name);
    return status;
}

static automl_status write_rows(struct table *t, int64_t n_blocks, struct file_writer *w, automl_error *err)
{
    for (t->first = 0; t->first < t->side->n; t->first += n_blocks * BLOCK_ROWS) {
        int64_t left = (t->side->n - t->first + BLOCK_ROWS - 1) / BLOCK_ROWS;
        int64_t n = left < n_blocks ? left : n_blocks;
        TRY(run_abandoned(t->u, err));
        pool_for(t->u->pool, n, format_block, t);
        for (int64_t i = 0; i < n; i++) {
            if (!strbuf_ok(&t->blocks[i]))
                return error_memory(err);
            TRY(file_write(w, strbuf_text(&t->blocks[i]), (size_t)t->blocks[i].n, err));
        }
    }
    return AUTOML_OK;
}

/* The id, the model's features by name, the target. */
static automl_status choose_columns(struct table *t, automl_error *err)
{
    const struct schema *schema = t->u->r->model->schema;
    const struct job_side *s = t->side;
    t->columns = NEW_ARRAY(t->u->mem, schema->n_cols + 2, int32_t);
    if (t->columns == NULL)
        return error_memory(err);
    if (s->id >= 0)
        t->columns[t->n_columns++] = s->id;
    for (int32_t j = 0; j < schema->n_cols; j++)
        TRY(dataset_require(s->data, schema->cols[j].name, "feature", &t->columns[t->n_columns++], err));
    t->columns[t->n_columns++] = s->target;
    return AUTOML_OK;
}

static automl_status level_texts_init(
    struct mem *m, const struct column *c, struct level_texts *v, automl_error *err)
{
    strbuf_init(&v->text, m);
    if (c->type != COLUMN_CATEGORICAL)
        return AUTOML_OK;
    v->begin = NEW_ARRAY(m, (int64_t)c->n_levels + 1, int64_t);
    if (v->begin == NULL)
        return error_memory(err);
    for (int32_t l = 0; l < c->n_levels; l++) {
        v->begin[l] = v->text.n;
        put_text(&v->text, c->levels[l]);
    }
    v->begin[c->n_levels] = v->text.n;
    return strbuf_ok(&v->text) ? AUTOML_OK : error_memory(err);
}

static automl_status make_levels(struct table *t, automl_error *err)
{
    t->levels = NEW_ZEROS(t->u->mem, t->n_columns, struct level_texts);
    if (t->levels == NULL)
        return error_memory(err);
    for (int32_t j = 0; j < t->n_columns; j++)
        TRY(level_texts_init(t->u->mem, &t->side->data->cols[t->columns[j]], &t->levels[j], err));
    return AUTOML_OK;
}

static void table_clear(struct table *t, int64_t n_blocks)
{
    struct mem *m = t->u->mem;
    for (int64_t i = 0; t->blocks != NULL && i < n_blocks; i++)
        strbuf_free(&t->blocks[i]);
    for (int32_t j = 0; t->levels != NULL && j < t->n_columns; j++) {
        strbuf_free(&t->levels[j].text);
        mem_free(m, t->levels[j].begin);
    }
    mem_free(m, t->blocks);
    mem_free(m, t->levels);
    mem_free(m, t->columns);
}

static automl_status write_table(
    struct job_run *u, const struct job_side *s, const char *name, automl_error *err)
{
    int64_t n_blocks = (int64_t)BLOCKS_PER_THREAD * pool_threads(u->pool);
    struct table t = {.u = u, .side = s};
    struct file_writer *w = NULL;
    char *path = path_in(u, name);
    t.blocks = NEW_ZEROS(u->mem, n_blocks, struct strbuf);
    automl_status status = path != NULL && t.blocks != NULL ? AUTOML_OK : error_memory(err);
    for (int64_t i = 0; t.blocks != NULL && i < n_blocks; i++)
        strbuf_init(&t.blocks[i], u->mem);
    if (status >= 0)
        status = choose_columns(&t, err);
    if (status >= 0)
        status = make_levels(&t, err);
    if (status >= 0)
        status = file_create(u->mem, path, &w, err);
    if (status >= 0)
        status = write_header(&t, w, err);
    if (status >= 0)
        status = write_rows(&t, n_blocks, w, err);
    if (status >= 0)
        status = file_commit(w, err);
    else
        file_abandon(w);
    table_clear(&t, n_blocks);
    mem_free(u->mem, path);
    return status;
}

static automl_status make_html(struct job_run *u, automl_error *err)
{
    const struct job_result *r = u->r;
    bool balanced = r->balance.method != NULL;
    struct html_facts facts = {.title = params_string(u->p, JOB_FEATURE_TABLE_NAME),
        .scoring = r->scoring->name,
        .cv_score = r->search.score,
        .test_score = run_test_score(u),
        .features = r->features,
        .n_features = r->n_features,
        .balance_before = balanced ? r->counts_before : NULL,
        .balance_after = balanced ? r->counts_after : NULL,
        .balance_method = balanced ? r->balance.method->name : NULL};
    struct strbuf b;
    strbuf_init(&b, &u->ctx->mem);
    automl_status status = model_html(r->model, &facts, &b, err);
    if (status >= 0 && (u->job->html = strbuf_take(&b)) == NULL)
        status = error_memory(err);
    strbuf_free(&b);
    return status;
}

/* As a JSON string: a class may read as a number or as broken JSON. */
static automl_status fill_positive(struct mem *m, struct params *p, const char *class_name, automl_error *err)
{
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, m);
    json_writer_init(&w, &b, 0);
    json_write_string(&w, class_name);
    automl_status status =
        strbuf_ok(&b) ? params_set_string(p, "positive_label", strbuf_text(&b), err) : error_memory(err);
    strbuf_free(&b);
    return status;
}

static automl_status fill_config(const struct job_run *u, struct params *p, automl_error *err)
{
    const struct automl_pipeline *model = u->r->model;
    const struct schema *schema = model != NULL ? model->schema : NULL;
    if (!params_is_set(p, JOB_MAX_SECONDS))
        TRY(params_set_real(p, "max_seconds", job_max_seconds(p), err));
    if (!params_is_set(p, JOB_SCORING) && u->r->scoring != NULL)
        TRY(params_set_string(p, "scoring", u->r->scoring->name, err));
    if (!params_is_set(p, JOB_POSITIVE_LABEL) && schema != NULL && schema->positive >= 0)
        TRY(fill_positive(u->mem, p, schema->classes[schema->positive], err));
    return AUTOML_OK;
}

automl_status run_config_text(struct job_run *u, struct strbuf *out, automl_error *err)
{
    struct params *p = NULL;
    struct json_writer w;
    TRY(params_copy(u->mem, u->p, &p, err));
    automl_status status = fill_config(u, p, err);
    if (status >= 0) {
        json_writer_init(&w, out, 2);
        json_begin_object(&w);
        params_write_json(p, &w, true);
        json_end_object(&w);
        strbuf_putc(out, '\n');
        status = strbuf_ok(out) ? AUTOML_OK : error_memory(err);
    }
    params_free(p);
    return status;
}

static automl_status write_config(struct job_run *u, automl_error *err)
{
    struct strbuf b;
    strbuf_init(&b, u->mem);
    automl_status status = run_config_text(u, &b, err);
    if (status >= 0)
        status = save(u, "config.json", strbuf_text(&b), (size_t)b.n, err);
    strbuf_free(&b);
    return status;
}

/* Pairs of name and path, for the result. */
static automl_status list_files(struct job_run *u, automl_error *err)
{
    static const char *const names[] = {
        "config.json", "result.json", "pipeline.html", "model.automl", "train.csv", "test.csv"};
    enum { FILES = sizeof names / sizeof *names };
    struct arena *a = &u->r->arena;
    const char **files = arena_zalloc(a, 2 * FILES + 1, sizeof *files);
    if (files == NULL)
        return error_memory(err);
    for (int32_t i = 0; i < FILES; i++) {
        char *path = path_in(u, names[i]);
        files[2 * i] = names[i];
        files[2 * i + 1] = path != NULL ? arena_strdup(a, path) : NULL;
        mem_free(u->mem, path);
        if (files[2 * i + 1] == NULL)
            return error_memory(err);
    }
    u->r->files = files;
    return AUTOML_OK;
}

automl_status run_write(struct job_run *u, automl_error *err)
{
    TRY(make_html(u, err));
    if (u->store == NULL)
        return AUTOML_OK;
    TRY(list_files(u, err));
    TRY(save(u, "pipeline.html", u->job->html, strlen(u->job->html), err));
    TRY(save(u, "model.automl", u->model_bytes, (size_t)u->n_model_bytes, err));
    TRY(write_config(u, err));
    TRY(write_table(u, &u->train, "train.csv", err));
    run_report(u, false);
    return write_table(u, &u->test, "test.csv", err);
}

automl_status run_result_text(struct job_run *u, automl_error *err)
{
    struct strbuf b;
    strbuf_init(&b, &u->ctx->mem);
    automl_status status = job_result_json(u->r, u->p, &b, err);
    if (status >= 0 && (u->job->text = strbuf_take(&b)) == NULL)
        status = error_memory(err);
    strbuf_free(&b);
    if (status >= 0 && u->store != NULL)
        status = save(u, "result.json", u->job->text, strlen(u->job->text), err);
    return status;
}
