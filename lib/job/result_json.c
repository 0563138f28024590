/*
 * result_json.c - result.json; its keys are documented in docs/formats.md.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <automl/version.h>

#include "base/date.h"
#include "base/sort.h"
#include "io/json.h"
#include "job/result.h"

enum { RESULT_FORMAT = 1, LEADERS = 20, FAILURES = 100 };

static void put_time(struct json_writer *w, const char *key, int64_t us)
{
    char text[DATE_PRINT_BYTES];
    if (us == DATE_MISSING) {
        json_write_key(w, key);
        json_write_null(w);
        return;
    }
    date_print_timestamp(us, text);
    json_put_string(w, key, text);
}

static const struct schema *schema_of(const struct job_result *r)
{
    return r->model != NULL ? r->model->schema : NULL;
}

static void write_head(const struct job_result *r, struct json_writer *w)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", AUTOML_VERSION_MAJOR, AUTOML_VERSION_MINOR,
        AUTOML_VERSION_PATCH);
    json_put_int(w, "format", RESULT_FORMAT);
    json_put_string(w, "library_version", version);
    json_put_string(w, "job_id", r->job_id);
    json_put_string(w, "status", r->status);
    json_put_bool(w, "partial", r->partial);
    json_put_bool(w, "reproducible", r->reproducible);
    json_write_key(w, "warnings");
    json_begin_array(w);
    for (int32_t i = 0; i < r->n_warnings; i++)
        json_write_string(w, r->warnings[i]);
    json_end_array(w);
    put_time(w, "started_at", r->started_us);
    put_time(w, "finished_at", r->finished_us);
    json_put_double(w, "seconds", r->seconds);
}

static void write_task(const struct job_result *r, const struct params *config, struct json_writer *w)
{
    const struct schema *s = schema_of(r);
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, params_seed(config, JOB_SEED));
    json_put_string(w, "task", params_string(config, JOB_TASK));
    json_write_key(w, "classes");
    json_begin_array(w);
    for (int32_t c = 0; s != NULL && c < s->n_classes; c++)
        json_write_string(w, s->classes[c]);
    json_end_array(w);
    json_put_string(w, "positive_label", s != NULL && s->positive >= 0 ? s->classes[s->positive] : NULL);
    json_put_string(w, "scoring", r->scoring != NULL ? r->scoring->name : NULL);
    json_put_string(w, "seed", seed);
}

/* {"CLASS": count}; null without a model or counts. */
static void write_counts(
    const struct job_result *r, const char *key, const int64_t *counts, struct json_writer *w)
{
    const struct schema *s = schema_of(r);
    json_write_key(w, key);
    if (s == NULL || counts == NULL) {
        json_write_null(w);
        return;
    }
    json_begin_object(w);
    for (int32_t c = 0; c < s->n_classes; c++)
        json_put_int(w, s->classes[c], counts[c]);
    json_end_object(w);
}

static void write_window(const struct job_result *r, struct json_writer *w)
{
    json_write_key(w, "window");
    if (r->window_column == NULL) {
        json_write_null(w);
        return;
    }
    json_begin_object(w);
    json_put_string(w, "column", r->window_column);
    put_time(w, "start", r->window_start_us);
    put_time(w, "end", r->window_end_us);
    json_end_object(w);
}

static void write_data(const struct job_result *r, struct json_writer *w)
{
    json_write_key(w, "data");
    json_begin_object(w);
    json_put_int(w, "rows", r->rows);
    json_put_int(w, "train_rows", r->train_rows);
    json_put_int(w, "test_rows", r->test_rows);
    json_put_int(w, "columns", r->columns);
    write_counts(r, "class_counts", r->class_counts, w);
    write_window(r, w);
    json_put_string(w, "sha256", r->sha256);
    json_end_object(w);
}

static void write_balance(const struct job_result *r, struct json_writer *w)
{
    const struct balance_plan *b = &r->balance;
    json_write_key(w, "balance");
    json_begin_object(w);
    json_put_bool(w, "enabled", r->balance_enabled);
    json_put_double(w, "minority_fraction", b->minority_fraction);
    json_put_string(w, "rule", balance_rule_name(b->rule));
    json_put_string(w, "method", b->method != NULL ? b->method->name : NULL);
    json_put_double(w, "ratio", b->method != NULL ? b->ratio : NAN);
    write_counts(r, "counts_before", r->counts_before, w);
    write_counts(r, "counts_after", r->counts_after, w);
    json_put_double(w, "score_without", r->score_without);
    json_put_double(w, "score_with", r->score_with);
    json_end_object(w);
}

static void write_generations(const struct selector_result *s, struct json_writer *w)
{
    json_write_key(w, "history");
    json_begin_array(w);
    for (int32_t i = 0; i < s->n_history; i++) {
        json_begin_object(w);
        json_put_int(w, "generation", s->history[i].generation);
        json_put_double(w, "best", s->history[i].best);
        json_put_double(w, "mean", s->history[i].mean);
        json_put_int(w, "evaluations", s->history[i].evaluations);
        json_end_object(w);
    }
    json_end_array(w);
}

static void write_selection(const struct job_result *r, struct json_writer *w)
{
    const struct selector_result *s = &r->selection;
    json_write_key(w, "features_selected");
    json_begin_array(w);
    for (int32_t j = 0; j < r->n_features; j++)
        json_write_string(w, r->features[j]);
    json_end_array(w);
    json_write_key(w, "feature_selection");
    if (!r->selected) {
        json_write_null(w);
        return;
    }
    json_begin_object(w);
    json_put_string(w, "method", "genetic");
    json_put_int(w, "num_features", s->n_features);
    json_put_int(w, "generations", s->generations);
    json_put_int(w, "evaluations", s->evaluations);
    json_put_double(w, "score", s->score);
    write_generations(s, w);
    json_write_key(w, "frequency");
    json_begin_object(w);
    for (int32_t j = 0; j < r->n_candidates; j++)
        json_put_double(w, r->candidates[j], s->frequency[j]);
    json_end_object(w);
    json_end_object(w);
}

static void write_pipeline(const struct job_result *r, struct json_writer *w)
{
    json_write_key(w, "pipeline");
    json_begin_object(w);
    json_write_key(w, "spec");
    model_write_spec(r->model, w);
    json_write_key(w, "steps");
    model_write_steps(r->model, w);
    json_end_object(w);
}

static void write_confusion(const double *confusion, int32_t k, struct json_writer *w)
{
    json_write_key(w, "confusion_matrix");
    json_begin_array(w);
    for (int32_t t = 0; t < k; t++) {
        json_begin_array(w);
        for (int32_t l = 0; l < k; l++)
            json_write_double(w, confusion[(int64_t)t * k + l]);
        json_end_array(w);
    }
    json_end_array(w);
}

static void write_side(
    const struct job_result *r, const char *key, const struct job_metrics *m, struct json_writer *w)
{
    json_write_key(w, key);
    if (m->n == 0) {
        json_write_null(w);
        return;
    }
    json_begin_object(w);
    for (int32_t i = 0; i < m->n; i++)
        json_put_double(w, m->names[i], m->values[i]);
    if (m->confusion != NULL)
        write_confusion(m->confusion, schema_of(r)->n_classes, w);
    json_end_object(w);
}

static void write_metrics(const struct job_result *r, struct json_writer *w)
{
    json_write_key(w, "metrics");
    json_begin_object(w);
    write_side(r, "train", &r->train, w);
    write_side(r, "test", &r->test, w);
    json_end_object(w);
}

/* What names a candidate in lists; its members are those of the current object. */
static void put_candidate(const struct search_candidate *c, struct json_writer *w)
{
    const struct op_class *learner = graph_learner(c->graph);
    json_put_int(w, "candidate", c->index);
    json_put_string(w, "origin", c->origin);
    json_put_string(w, "learner", learner != NULL ? learner->name : NULL);
}

static void put_scored(const struct search_candidate *c, struct json_writer *w)
{
    json_begin_object(w);
    put_candidate(c, w);
    json_put_double(w, "score", c->eval.score);
    json_put_double(w, "std", c->eval.std);
    json_put_double(w, "cost", c->eval.row_cost);
    json_write_key(w, "spec");
    graph_write_json(c->graph, w);
    json_end_object(w);
}

static void write_failures(const struct search_result *s, struct json_writer *w)
{
    int32_t n = 0;
    json_write_key(w, "failures");
    json_begin_array(w);
    for (int64_t i = 0; i < s->n_candidates && n < FAILURES; i++) {
        const struct search_candidate *c = &s->candidates[i];
        if (c->eval.outcome != EVAL_FAILED)
            continue;
        json_begin_object(w);
        put_candidate(c, w);
        json_put_string(w, "status", automl_status_name(c->eval.status));
        json_put_string(w, "reason", c->eval.reason);
        json_end_object(w);
        n++;
    }
    json_end_array(w);
}

static bool is_scored(const struct search_candidate *c)
{
    return c->eval.outcome == EVAL_DONE && !isnan(c->eval.score);
}

/* Each candidate that was better than all before it. */
static void write_history(const struct search_result *s, struct json_writer *w)
{
    double best = -INFINITY;
    json_write_key(w, "history");
    json_begin_array(w);
    for (int64_t i = 0; i < s->n_candidates; i++) {
        const struct search_candidate *c = &s->candidates[i];
        if (!is_scored(c) || !(c->eval.score > best))
            continue;
        best = c->eval.score;
        json_begin_object(w);
        put_candidate(c, w);
        json_put_double(w, "score", best);
        json_end_object(w);
    }
    json_end_array(w);
}

static int compare_scores(const void *user, int32_t a, int32_t b)
{
    const struct search_result *s = user;
    double x = s->candidates[a].eval.score, y = s->candidates[b].eval.score;
    return x > y ? -1 : x < y;
}

static automl_status write_leaders(const struct job_result *r, struct json_writer *w, automl_error *err)
{
    const struct search_result *s = &r->search;
    int32_t n = 0;
    int32_t *order = NEW_ARRAY(r->mem, s->n_candidates, int32_t);
    if (order == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < s->n_candidates; i++)
        if (is_scored(&s->candidates[i]))
            order[n++] = (int32_t)i;
    bool ok = sort_indices(r->mem, order, n, compare_scores, s);
    json_write_key(w, "leaderboard");
    json_begin_array(w);
    for (int32_t i = 0; ok && i < n && i < LEADERS; i++)
        put_scored(&s->candidates[order[i]], w);
    json_end_array(w);
    mem_free(r->mem, order);
    return ok ? AUTOML_OK : error_memory(err);
}

static void write_members(const struct search_result *s, struct json_writer *w)
{
    json_write_key(w, "members");
    json_begin_array(w);
    for (int32_t i = 0; i < s->n_members; i++) {
        json_begin_object(w);
        put_candidate(&s->candidates[s->members[i].candidate], w);
        json_put_double(w, "weight", s->members[i].weight);
        json_end_object(w);
    }
    json_end_array(w);
}

static automl_status write_search(const struct job_result *r, struct json_writer *w, automl_error *err)
{
    const struct search_result *s = &r->search;
    json_write_key(w, "search");
    json_begin_object(w);
    json_put_int(w, "evaluated", s->evaluated);
    json_put_int(w, "failed", s->failed);
    json_put_int(w, "dropped", s->dropped);
    json_put_int(w, "skipped", s->skipped);
    write_failures(s, w);
    write_history(s, w);
    json_write_key(w, "pareto_front");
    json_begin_array(w);
    for (int32_t i = 0; i < s->n_front; i++)
        put_scored(&s->candidates[s->front[i]], w);
    json_end_array(w);
    automl_status status = write_leaders(r, w, err);
    write_members(s, w);
    json_end_object(w);
    return status;
}

static int compare_importance(const void *user, int32_t a, int32_t b)
{
    const double *x = user;
    return x[a] > x[b] ? -1 : x[a] < x[b];
}

/* NaN, of a metric that is undefined for the sample, has no order: the list is then left out. */
static automl_status write_importance(const struct job_result *r, struct json_writer *w, automl_error *err)
{
    bool known = r->importance != NULL;
    for (int32_t j = 0; known && j < r->n_features; j++)
        known = !isnan(r->importance[j]);
    json_write_key(w, "importance");
    if (!known) {
        json_write_null(w);
        return AUTOML_OK;
    }
    int32_t *order = NEW_ARRAY(r->mem, r->n_features, int32_t);
    if (order == NULL)
        return error_memory(err);
    for (int32_t j = 0; j < r->n_features; j++)
        order[j] = j;
    bool ok = sort_indices(r->mem, order, r->n_features, compare_importance, r->importance);
    json_begin_array(w);
    for (int32_t j = 0; ok && j < r->n_features; j++) {
        json_begin_object(w);
        json_put_string(w, "feature", r->features[order[j]]);
        json_put_double(w, "importance", r->importance[order[j]]);
        json_end_object(w);
    }
    json_end_array(w);
    mem_free(r->mem, order);
    return ok ? AUTOML_OK : error_memory(err);
}

static void write_files(const struct job_result *r, struct json_writer *w)
{
    json_write_key(w, "files");
    json_begin_object(w);
    for (int32_t i = 0; r->files != NULL && r->files[i] != NULL; i += 2)
        json_put_string(w, r->files[i], r->files[i + 1]);
    json_end_object(w);
    if (r->model == NULL)
        return;
    /* Candidates that the clock left out are not to be asked for again. */
    int64_t n = r->search.n_candidates - (r->reproducible ? 0 : r->search.skipped);
    char text[160];
    snprintf(text, sizeof text,
        "automl run config.json --set max_evaluations=%" PRId64 " --set max_seconds=0", n > 0 ? n : 1);
    json_put_string(w, "reproduce", text);
}

static automl_status write_model(const struct job_result *r, struct json_writer *w, automl_error *err)
{
    write_pipeline(r, w);
    write_metrics(r, w);
    json_write_key(w, "cv");
    json_begin_object(w);
    json_put_int(w, "folds", r->folds);
    json_put_double(w, "score", r->search.score);
    json_put_double(w, "std", r->search.std);
    json_end_object(w);
    TRY(write_search(r, w, err));
    return write_importance(r, w, err);
}

automl_status job_result_json(
    const struct job_result *r, const struct params *config, struct strbuf *out, automl_error *err)
{
    struct json_writer w;
    json_writer_init(&w, out, 2);
    json_begin_object(&w);
    write_head(r, &w);
    write_task(r, config, &w);
    write_data(r, &w);
    write_balance(r, &w);
    write_selection(r, &w);
    if (r->model != NULL)
        TRY(write_model(r, &w, err));
    write_files(r, &w);
    json_end_object(&w);
    strbuf_putc(out, '\n');
    return strbuf_ok(out) ? AUTOML_OK : error_memory(err);
}
