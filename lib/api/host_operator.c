/*
 * host_operator.c - the functions of struct op_class for an operator of the host: frames become column-major
 * doubles on the way in, arrays become frames on the way out.
 */
#include "api/host_operator.h"

#include <string.h>

/* As in graphs of the library's own operators: no fit makes more columns. */
enum { COLUMNS_MAX = 1 << 20 };

struct state {
    void *data; /* the host's */
};

static const automl_operator_vtable *table_of(const struct op *op)
{
    return &((const struct host_class *)op->cls->user)->table;
}

static const void *data_of(const struct op *op)
{
    return ((const struct state *)op->state)->data;
}

static automl_status host_status(
    const struct op *op, const char *function, automl_status status, automl_error *err)
{
    if (status >= 0)
        return AUTOML_OK;
    if (status == AUTOML_E_MEMORY)
        return error_memory(err);
    return error_set(err, AUTOML_E_CALLBACK, "the function %s of operator '%s' of the host failed with %s",
        function, op->cls->name, automl_status_name(status));
}

static int32_t is_stopped(const automl_operator_input *in)
{
    return stop_check(in->reserved) != STOP_NO;
}

static automl_status fit_host(
    struct op *op, const struct op_fit *in, automl_operator_input *host, automl_error *err)
{
    const automl_operator_vtable *t = table_of(op);
    struct state *s = op->state;
    struct block *keep = NULL;
    int32_t columns = 0;
    void *data = NULL;
    host->x = frame_matrix(in->x, &keep);
    if (!host->x)
        return error_memory(err);
    automl_status status = t->fit(host, &data, &columns, t->user);
    block_unref(keep);
    if (status == AUTOML_E_CANCELLED)
        TRY(stop_status(in->stop, err));
    TRY(host_status(op, "fit", status, err));
    s->data = data;
    if (op->cls->kind == OP_CLASSIFIER)
        return AUTOML_OK;
    if (columns < 1 || columns > COLUMNS_MAX)
        return error_set(err, AUTOML_E_CALLBACK,
            "operator '%s' of the host announced %d columns, which is no width", op->cls->name, (int)columns);
    op->n_out = columns;
    return AUTOML_OK;
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct strbuf params;
    struct json_writer w;
    struct rng rng = in->rng;
    bool target = in->y != NULL && (op->cls->kind == OP_CLASSIFIER || (op->cls->traits & OP_USES_TARGET));
    strbuf_init(&params, in->mem);
    json_writer_init(&w, &params, 0);
    json_begin_object(&w);
    params_write_json(op->params, &w, true);
    json_end_object(&w);
    automl_operator_input host = {.struct_size = sizeof host,
        .n_cols = in->x->n_cols,
        .n_rows = in->x->n_rows,
        .y = target ? in->y : NULL,
        .weights = in->w,
        .n_classes = target ? in->n_classes : 0,
        .seed = rng_u64(&rng),
        .params_json = strbuf_text(&params),
        .stopped = is_stopped,
        .reserved = in->stop};
    automl_status status = strbuf_ok(&params) ? fit_host(op, in, &host, err) : error_memory(err);
    strbuf_free(&params);
    return status;
}

static automl_status transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    const automl_operator_vtable *t = table_of(op);
    struct block *keep = NULL;
    double *values = NULL;
    TRY(stop_status(stop, err));
    struct frame *f = frame_dense(mem, x->n_rows, op->n_out, &values);
    const double *matrix = f ? frame_matrix(x, &keep) : NULL;
    automl_status status = matrix ? AUTOML_OK : error_memory(err);
    if (status >= 0 && x->n_rows > 0)
        status =
            host_status(op, "transform", t->transform(data_of(op), matrix, x->n_rows, values, t->user), err);
    block_unref(keep);
    if (status < 0) {
        frame_unref(f);
        return status;
    }
    *out = f;
    return AUTOML_OK;
}

static automl_status predict_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    const automl_operator_vtable *t = table_of(op);
    struct block *keep = NULL;
    (void)mem;
    TRY(stop_status(stop, err));
    if (x->n_rows == 0)
        return AUTOML_OK;
    const double *matrix = frame_matrix(x, &keep);
    if (!matrix)
        return error_memory(err);
    automl_status status = t->predict_proba(data_of(op), matrix, x->n_rows, proba, t->user);
    block_unref(keep);
    return host_status(op, "predict_proba", status, err);
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    const automl_operator_vtable *t = table_of(op);
    (void)scratch;
    t->apply_row(data_of(op), in, out, t->user);
}

static automl_status write_bytes(void *sink, const void *bytes, size_t n)
{
    struct strbuf *b = sink;
    strbuf_add(b, bytes, n);
    return strbuf_ok(b) ? AUTOML_OK : AUTOML_E_MEMORY;
}

static void save(const struct op *op, struct writer *w)
{
    const automl_operator_vtable *t = table_of(op);
    struct strbuf b;
    strbuf_init(&b, op->mem);
    automl_status status = t->save(data_of(op), write_bytes, &b, t->user);
    if (status < 0 || !strbuf_ok(&b))
        writer_fail(w, status < 0 ? status : AUTOML_E_MEMORY, op->cls->name);
    write_u8s(w, (const uint8_t *)strbuf_text(&b), b.n);
    strbuf_free(&b);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    const automl_operator_vtable *t = table_of(op);
    struct state *s = op->state;
    int64_t n = 0;
    void *data = NULL;
    uint8_t *bytes = read_u8s(r, -1, &n);
    automl_status status = reader_status(r, err);
    if (status >= 0)
        status = host_status(
            op, "load", t->load(bytes, (size_t)n, op->n_in, op->n_out, op->n_classes, &data, t->user), err);
    mem_free(r->mem, bytes);
    if (status >= 0)
        s->data = data;
    return status;
}

static void clear(struct op *op)
{
    const automl_operator_vtable *t = table_of(op);
    struct state *s = op->state;
    if (s->data)
        t->free_state(s->data, t->user);
    s->data = NULL;
}

/* Without the class a schema cannot be told; its title is the operator's name. */
static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    const struct param_schema *schema = params_schema(p);
    const struct host_class *c =
        (const struct host_class *)(const void *)((const char *)schema - offsetof(struct host_class, schema));
    double cells = s->n * s->p;
    *out = (struct op_cost){.fit_flops = (c->table.fit_cost > 0 ? c->table.fit_cost : 100) * cells,
        .fit_bytes = 8 * cells,
        .apply_flops = (c->table.apply_cost > 0 ? c->table.apply_cost : 10) * s->p,
        .apply_bytes = 16 * s->p,
        .memory_bytes = 16 * cells,
        .state_bytes = 64 * s->p,
        .out = *s};
}

static bool copy_texts(struct host_class *c, const automl_operator_vtable *t)
{
    c->table.name = arena_strdup(&c->arena, t->name);
    c->table.summary = arena_strdup(&c->arena, t->summary ? t->summary : "");
    c->table.params_json = NULL;
    return c->table.name && c->table.summary;
}

static void fill_class(struct host_class *c)
{
    const automl_operator_vtable *t = &c->table;
    c->cls = (struct op_class){.name = t->name,
        .summary = t->summary,
        .kind = (enum op_kind)t->kind,
        .traits = t->traits,
        .state_format = t->state_format,
        .state_size = sizeof(struct state),
        .params = &c->schema,
        .estimate = estimate,
        .fit = fit,
        .transform = t->kind == AUTOML_OPERATOR_CLASSIFIER ? NULL : transform,
        .predict_proba = t->kind == AUTOML_OPERATOR_CLASSIFIER ? predict_proba : NULL,
        .apply_row = t->apply_row ? apply_row : NULL,
        .save = save,
        .load = load,
        .clear = clear,
        .user = c};
}

automl_status host_class_create(
    struct mem *m, const automl_operator_vtable *table, struct host_class **out, automl_error *err)
{
    struct host_class *c = NEW(m, struct host_class);
    if (!c)
        return error_memory(err);
    arena_init(&c->arena, m);
    memcpy(&c->table, table, sizeof c->table);
    automl_status status = copy_texts(c, table) ? AUTOML_OK : error_memory(err);
    if (status >= 0)
        status = host_params_parse(c, table->params_json, err);
    if (status < 0) {
        host_class_release(m, &c->cls);
        return status;
    }
    fill_class(c);
    *out = c;
    return AUTOML_OK;
}

void host_class_release(struct mem *m, struct op_class *cls)
{
    struct host_class *c = (struct host_class *)cls;
    arena_free(&c->arena);
    mem_free(m, c);
}
