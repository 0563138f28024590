/*
 * config.c - the table of a job's parameters, and the checks that need no data.
 */
#include "job/config.h"

#include <string.h>

#include "balance/balancer.h"
#include "base/date.h"
#include "base/number.h"
#include "eval/metric.h"
#include "job/settings.h"

static const char *const refits[] = {"auto", "always", "never", NULL};
static const char *const presets[] = {"default", "light", NULL};
static const char *const scorers[] = {"auto", "linear", "tree", NULL};

#define SPEC(id, k, t, f, ...) [id] = {.key = k, .type = t, .flags = f, __VA_ARGS__}

/* One row per parameter, in documentation order. */
static const struct param_spec specs[JOB_PARAMS] = {
    SPEC(JOB_FEATURE_TABLE_NAME, "feature_table_name", PARAM_STRING, PARAM_REQUIRED | PARAM_NULLABLE,
        .help = "feature table: a table or view of the feature database, or a path to .csv or .csv.gz"),
    SPEC(JOB_FEATURE_DATABASE, "feature_database", PARAM_STRING, PARAM_NULLABLE,
        .help = "SQLite file that holds feature tables; unset: the store's own features.db"),
    SPEC(JOB_TARGET_NAME, "target_name", PARAM_STRING, PARAM_REQUIRED | PARAM_NULLABLE,
        .help = "column to predict"),
    SPEC(JOB_ID_COLUMN, "id_column", PARAM_STRING, PARAM_NULLABLE,
        .help = "unique identifier: carried to every output, never a feature"),
    SPEC(JOB_FEATURES_SELECTED, "features_selected", PARAM_STRINGS, PARAM_NULLABLE,
        .help = "candidate feature columns; unset: all but target, id, date, group and weight"),
    SPEC(JOB_DATE_COLUMN, "date_column", PARAM_STRING, PARAM_NULLABLE,
        .help = "column of the window and of time_split, and then no feature; unset: the only date column"),
    SPEC(JOB_START_DATE, "start_date", PARAM_STRING, PARAM_NULLABLE,
        .help = "first moment of the window, ISO 8601; unset: open"),
    SPEC(JOB_END_DATE, "end_date", PARAM_STRING, PARAM_NULLABLE,
        .help = "end of the window, ISO 8601; a pure date is included; unset: the present"),
    SPEC(JOB_TASK, "task", PARAM_STRING, 0, .def_string = "classification",
        .help = "kind of model: classification"),
    SPEC(JOB_SCORING, "scoring", PARAM_STRING, PARAM_NULLABLE,
        .help =
            "metric that is optimised, or the name of a registered scorer; unset: roc_auc for two classes, "
            "neg_log_loss for more"),
    SPEC(JOB_NUM_FEATURES, "num_features", PARAM_INT, 0, .min = 0, .max = 1000000,
        .help =
            "exact number of source features in the final model, chosen by the genetic algorithm; 0: all"),
    SPEC(JOB_GENERATIONS, "generations", PARAM_INT, PARAM_NULLABLE, .min = 1, .max = 1000000, .def = 20,
        .help = "generations of the genetic selection; the search ends after as many times offspring_size "
                "offspring; unset: 20, and the search until its budget"),
    SPEC(JOB_TO_BALANCE, "to_balance", PARAM_BOOL, 0,
        .help = "balance training rows by the automatic rule: r < 1 %: oversample, 1-20 %: undersample"),
    SPEC(JOB_BALANCE_METHOD, "balance_method", PARAM_STRING, PARAM_NULLABLE,
        .help = "balancer in place of the rule's; it is applied whatever r is"),
    SPEC(JOB_BALANCE_RATIO, "balance_ratio", PARAM_REAL, PARAM_OPEN_MIN, .min = 0, .max = 1, .def = 1,
        .help = "ratio of minority to majority rows that balancing aims at"),
    SPEC(JOB_POSITIVE_LABEL, "positive_label", PARAM_JSON, PARAM_NULLABLE,
        .help = "class treated as positive; unset: 1, true or yes if present, else the training minority"),
    SPEC(JOB_TEST_SIZE, "test_size", PARAM_REAL, PARAM_OPEN_MIN, .min = 0, .max = 0.95, .def = 0.25,
        .help = "share of rows held out for the test metrics"),
    SPEC(JOB_TEST_TABLE_NAME, "test_table_name", PARAM_STRING, PARAM_NULLABLE,
        .help = "table of test rows; then all rows of the first table train"),
    SPEC(JOB_GROUP_COLUMN, "group_column", PARAM_STRING, PARAM_NULLABLE,
        .help = "rows of one group stay on one side of every split; never a feature"),
    SPEC(JOB_TIME_SPLIT, "time_split", PARAM_BOOL, 0,
        .help = "train before test, by date_column; folds are expanding windows"),
    SPEC(JOB_WEIGHT_COLUMN, "weight_column", PARAM_STRING, PARAM_NULLABLE,
        .help = "weights of the rows, at least 0; never a feature"),
    SPEC(JOB_DECISION, "decision", PARAM_JSON, 0, .def_string = "\"auto\"",
        .help =
            "label rule: auto, argmax, or a number, the cut for two classes; auto: tuned for label metrics "
            "of two classes, else, if balanced, argmax before the prior correction, else argmax"),
    SPEC(JOB_REFIT, "refit", PARAM_CHOICE, 0, .choices = refits,
        .help = "fit on all training rows at the end; auto: a single pipeline is, ensembles keep their fold "
                "models"),
    SPEC(JOB_MAX_MODEL_MB, "max_model_mb", PARAM_REAL, 0, .min = 0, .max = 1e6, .def = 256,
        .help = "limit on the fitted model in MB; 0: none"),
    SPEC(JOB_MAX_PREDICT_US, "max_predict_us", PARAM_REAL, 0, .min = 0, .max = 1e9,
        .help = "limit on microseconds per predicted row, by counted cost; 0: none"),
    SPEC(JOB_MULTICLASS_METRICS, "multiclass_metrics", PARAM_BOOL, 0,
        .help = "report roc_auc_ovr and the confusion matrix for more than two classes too"),
    SPEC(JOB_CV_FOLDS, "cv_folds", PARAM_INT, 0, .min = 2, .max = 50, .def = 5,
        .help = "folds of cross-validation"),
    SPEC(JOB_POPULATION_SIZE, "population_size", PARAM_INT, 0, .min = 2, .max = 10000, .def = 50,
        .help = "individuals that the selection and the search keep"),
    SPEC(JOB_OFFSPRING_SIZE, "offspring_size", PARAM_INT, 0, .min = 1, .max = 10000, .def = 50,
        .help = "new individuals in a generation"),
    SPEC(JOB_MUTATION_RATE, "mutation_rate", PARAM_REAL, 0, .min = 0, .max = 1, .def = 0.9,
        .help = "share of offspring made by mutation, relative to crossover_rate"),
    SPEC(JOB_CROSSOVER_RATE, "crossover_rate", PARAM_REAL, 0, .min = 0, .max = 1, .def = 0.1,
        .help = "share of offspring made by crossover, relative to mutation_rate"),
    SPEC(JOB_TEMPLATE, "template", PARAM_STRING, PARAM_NULLABLE,
        .help = "fixed shape of pipelines, such as Selector-Transformer-Classifier"),
    SPEC(JOB_SEARCH_PRESET, "search_preset", PARAM_CHOICE, 0, .choices = presets,
        .help = "operators the search uses: all, or only fast ones"),
    SPEC(JOB_SEARCH_SPACE, "search_space", PARAM_JSON, PARAM_NULLABLE,
        .help = "own search space: {\"operators\": {NAME: {PARAM: [values] or {\"min\", \"max\"}}}}"),
    SPEC(JOB_EARLY_STOP, "early_stop", PARAM_INT, 0, .min = 0, .max = 100000,
        .help = "end the search after this many generations without improvement; 0: off"),
    SPEC(JOB_ENSEMBLE, "ensemble", PARAM_BOOL, 0, .def = 1,
        .help = "combine the best pipelines; false: one single pipeline"),
    SPEC(JOB_SELECTOR_SCORER, "selector_scorer", PARAM_CHOICE, 0, .choices = scorers,
        .help = "model that ranks feature sets in the genetic selection"),
    SPEC(JOB_MAX_SECONDS, "max_seconds", PARAM_REAL, PARAM_NULLABLE, .min = 0, .max = 1e8, .def = 300,
        .help = "wall time of the whole job; 0: none; unset: 300, or none if max_evaluations is set"),
    SPEC(JOB_MAX_EVALUATIONS, "max_evaluations", PARAM_INT, 0, .min = 0, .max = 1e9,
        .help = "distinct pipelines the search evaluates; 0: no limit"),
    SPEC(JOB_MAX_EVAL_SECONDS, "max_eval_seconds", PARAM_REAL, 0, .min = 0, .max = 1e8,
        .help = "wall time of one pipeline's evaluation; 0: none"),
    SPEC(JOB_MAX_MEMORY_MB, "max_memory_mb", PARAM_REAL, 0, .min = 0, .max = 1e9,
        .help = "memory of the job, its data included; 0: 75 % of RAM"),
    SPEC(JOB_SEED, "seed", PARAM_SEED, 0, .help = "root of all random streams; a string in JSON"),
    SPEC(JOB_THREADS, "threads", PARAM_INT, 0, .min = 0, .max = 1024, .help = "0: all cores"),
};

static const char *const aliases[][2] = {{"to-balance", "to_balance"}, {NULL, NULL}};

const struct param_schema job_schema = {.title = "job", .specs = specs, .n = JOB_PARAMS, .aliases = aliases};

static automl_status conflict(automl_error *err, enum job_param where, const char *text)
{
    error_set(err, AUTOML_E_CONFLICT, "%s", text);
    error_where(err, "%s", specs[where].key);
    return AUTOML_E_CONFLICT;
}

static automl_status bad_date(automl_error *err, enum job_param where, const char *text)
{
    error_set(err, AUTOML_E_RANGE,
        "'%s' is not an ISO 8601 date; write it as 2024-12-31 or 2024-12-31T23:59:00Z", text);
    error_where(err, "%s", specs[where].key);
    return AUTOML_E_RANGE;
}

automl_status job_window(const struct params *p, int64_t now_us, struct job_window *out, automl_error *err)
{
    const char *start = params_string(p, JOB_START_DATE), *end = params_string(p, JOB_END_DATE);
    struct job_window w = {
        .set = start != NULL || end != NULL, .start_us = DATE_MISSING, .end_us = DATE_MISSING};
    bool pure = false;
    if (start != NULL && !date_parse(start, start + strlen(start), &w.start_us, NULL))
        return bad_date(err, JOB_START_DATE, start);
    if (end != NULL && !date_parse(end, end + strlen(end), &w.end_us, &pure))
        return bad_date(err, JOB_END_DATE, end);
    if (end != NULL && pure)
        w.end_us += DATE_DAY_US;
    if (w.set && end == NULL)
        w.end_us = now_us;
    if (w.set && start != NULL && w.start_us >= w.end_us) {
        error_set(err, AUTOML_E_CONFLICT, "the window is empty: start_date '%s' is not before %s%s%s", start,
            end != NULL ? "end_date '" : "the present", end != NULL ? end : "", end != NULL ? "'" : "");
        error_where(err, "start_date");
        return AUTOML_E_CONFLICT;
    }
    *out = w;
    return AUTOML_OK;
}

/* A JSON string without its quotes, or the text of a number, true or false, cut to the size of `out`. */
static void plain_text(const char *json, char *out, size_t size)
{
    size_t n = strlen(json);
    bool quoted = n >= 2 && json[0] == '"' && json[n - 1] == '"';
    const char *from = quoted ? json + 1 : json;
    n = quoted ? n - 2 : n;
    n = n < size ? n : size - 1;
    memcpy(out, from, n);
    out[n] = '\0';
}

automl_status job_decision(const struct params *p, struct job_decision *out, automl_error *err)
{
    char text[64];
    struct job_decision d = {.kind = DECIDE_AUTO};
    plain_text(params_json(p, JOB_DECISION), text, sizeof text);
    if (strcmp(text, "argmax") == 0) {
        d.kind = DECIDE_ARGMAX;
    } else if (strcmp(text, "auto") != 0) {
        d.kind = DECIDE_CUT;
        if (!number_parse_all(text, text + strlen(text), &d.cut) || !(d.cut >= 0 && d.cut <= 1)) {
            error_set(
                err, AUTOML_E_RANGE, "decision is 'auto', 'argmax' or a number from 0 to 1, not '%s'", text);
            error_where(err, "decision");
            return AUTOML_E_RANGE;
        }
    }
    *out = d;
    return AUTOML_OK;
}

automl_status job_positive(const struct params *p, struct mem *m, char **out, automl_error *err)
{
    const char *text = params_json(p, JOB_POSITIVE_LABEL);
    struct json *v = NULL;
    *out = NULL;
    if (text == NULL)
        return AUTOML_OK;
    TRY(json_parse(m, text, strlen(text), &v, err));
    enum json_type type = json_type(v);
    *out = mem_strdup(m, type == JSON_STRING ? json_string(v) : text);
    json_free(v);
    if (type == JSON_ARRAY || type == JSON_OBJECT || type == JSON_NULL) {
        mem_free(m, *out);
        *out = NULL;
        error_set(err, AUTOML_E_TYPE, "positive_label is a text, a number, true or false");
        error_where(err, "positive_label");
        return AUTOML_E_TYPE;
    }
    return *out != NULL ? AUTOML_OK : error_memory(err);
}

double job_max_seconds(const struct params *p)
{
    if (params_is_set(p, JOB_MAX_SECONDS))
        return params_real(p, JOB_MAX_SECONDS);
    return params_int(p, JOB_MAX_EVALUATIONS) > 0 ? 0 : specs[JOB_MAX_SECONDS].def;
}

int32_t job_generations(const struct params *p)
{
    return (int32_t)(params_is_set(p, JOB_GENERATIONS) ? params_int(p, JOB_GENERATIONS)
                                                       : (int64_t)specs[JOB_GENERATIONS].def);
}

static automl_status check_task(const struct params *p, automl_error *err)
{
    const char *task = params_string(p, JOB_TASK);
    if (strcmp(task, "classification") == 0)
        return AUTOML_OK;
    error_set(err, AUTOML_E_UNSUPPORTED, "the task '%s' is not supported; only classification is", task);
    error_where(err, "task");
    return AUTOML_E_UNSUPPORTED;
}

static automl_status check_names(automl_context *ctx, const struct params *p, automl_error *err)
{
    const char *method = params_string(p, JOB_BALANCE_METHOD), *scoring = params_string(p, JOB_SCORING);
    const struct metric *metric;
    if (scoring != NULL && metric_find(ctx, scoring, 0, &metric, err) < 0) {
        error_where(err, "scoring");
        return AUTOML_E_UNKNOWN_KEY;
    }
    const struct balancer *balancer;
    return method != NULL ? balancer_require(method, "balance_method", &balancer, err) : AUTOML_OK;
}

/* Two roles of one column, or a role for the target. */
static automl_status check_roles(const struct params *p, automl_error *err)
{
    static const enum job_param roles[] = {
        JOB_TARGET_NAME, JOB_ID_COLUMN, JOB_DATE_COLUMN, JOB_GROUP_COLUMN, JOB_WEIGHT_COLUMN};
    enum { ROLES = sizeof roles / sizeof *roles };
    for (int32_t i = 0; i < ROLES; i++)
        for (int32_t j = 0; j < i; j++) {
            const char *a = params_string(p, (int32_t)roles[i]), *b = params_string(p, (int32_t)roles[j]);
            bool may = roles[j] == JOB_ID_COLUMN && roles[i] == JOB_GROUP_COLUMN;
            if (a == NULL || b == NULL || strcmp(a, b) != 0 || may)
                continue;
            error_set(err, AUTOML_E_CONFLICT, "column '%s' cannot be both %s and %s", a, specs[roles[j]].key,
                specs[roles[i]].key);
            error_where(err, "%s", specs[roles[i]].key);
            return AUTOML_E_CONFLICT;
        }
    return AUTOML_OK;
}

static automl_status check_features(const struct params *p, automl_error *err)
{
    static const enum job_param roles[] = {
        JOB_TARGET_NAME, JOB_ID_COLUMN, JOB_GROUP_COLUMN, JOB_WEIGHT_COLUMN};
    const char *const *names;
    int32_t n = params_strings(p, JOB_FEATURES_SELECTED, &names);
    if (!params_is_set(p, JOB_FEATURES_SELECTED))
        return AUTOML_OK;
    if (n == 0)
        return conflict(
            err, JOB_FEATURES_SELECTED, "features_selected is empty; leave it out to use all columns");
    for (int32_t i = 0; i < n; i++)
        for (size_t j = 0; j < sizeof roles / sizeof *roles; j++) {
            const char *role = params_string(p, (int32_t)roles[j]);
            if (role == NULL || strcmp(role, names[i]) != 0)
                continue;
            error_set(err, AUTOML_E_CONFLICT, "column '%s' is %s and cannot be a feature too", names[i],
                specs[roles[j]].key);
            error_where(err, "features_selected");
            return AUTOML_E_CONFLICT;
        }
    if (params_int(p, JOB_NUM_FEATURES) <= n)
        return AUTOML_OK;
    error_set(err, AUTOML_E_CONFLICT, "num_features is %d, but features_selected lists only %d columns",
        (int)params_int(p, JOB_NUM_FEATURES), (int)n);
    error_where(err, "num_features");
    return AUTOML_E_CONFLICT;
}

static automl_status check_budget(const struct params *p, automl_error *err)
{
    if (params_real(p, JOB_MUTATION_RATE) + params_real(p, JOB_CROSSOVER_RATE) <= 0)
        return conflict(err, JOB_MUTATION_RATE, "mutation_rate and crossover_rate cannot both be 0");
    if (params_is_set(p, JOB_TEST_TABLE_NAME) && !params_is_default(p, JOB_TEST_SIZE))
        return conflict(
            err, JOB_TEST_SIZE, "test_size and test_table_name exclude each other; set one of them");
    if (params_is_set(p, JOB_GROUP_COLUMN) && params_bool(p, JOB_TIME_SPLIT))
        return conflict(
            err, JOB_TIME_SPLIT, "time_split and group_column exclude each other; set one of them");
    bool ends = job_max_seconds(p) > 0 || params_int(p, JOB_MAX_EVALUATIONS) > 0 ||
                params_is_set(p, JOB_GENERATIONS) || params_int(p, JOB_EARLY_STOP) > 0;
    return ends ? AUTOML_OK
                : conflict(err, JOB_MAX_SECONDS,
                      "nothing would end the search; set max_seconds, max_evaluations, generations or "
                      "early_stop");
}

automl_status job_check_data(automl_context *ctx, const struct params *p, bool has_data, automl_error *err)
{
    struct job_window window;
    struct job_decision decision;
    char *positive = NULL;
    if (!has_data)
        TRY(params_check_required(p, err));
    if (!params_is_set(p, JOB_TARGET_NAME))
        return params_check_required(p, err) < 0
                   ? AUTOML_E_ARGUMENT
                   : error_set(err, AUTOML_E_ARGUMENT, "a job needs target_name, the column to predict");
    TRY(check_task(p, err));
    TRY(check_names(ctx, p, err));
    TRY(job_window(p, clock_wall(ctx->clock), &window, err));
    TRY(job_decision(p, &decision, err));
    TRY(job_positive(p, &ctx->mem, &positive, err));
    mem_free(&ctx->mem, positive);
    TRY(check_roles(p, err));
    TRY(check_features(p, err));
    return check_budget(p, err);
}

automl_status job_check(automl_context *ctx, const struct params *p, automl_error *err)
{
    return job_check_data(ctx, p, false, err);
}
