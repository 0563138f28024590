/*
 * run.c - automl run: a job from its configuration to its folder.
 *
 * SIGINT and SIGTERM stop it with the best result so far; a second one drops everything.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { CONFIG_BYTES = 64 << 20, CHUNK_BYTES = 1 << 16 };

/* What the handler reads: set while it is installed. */
static automl_job *volatile running;
static volatile sig_atomic_t interrupts;

static void on_signal(int number)
{
    (void)number;
    interrupts++;
    automl_job_cancel(running);
}

static void handle_signals(automl_job *job)
{
    struct sigaction stop = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&stop.sa_mask);
    sigemptyset(&ignore.sa_mask);
    running = job;
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL); /* a reader of the progress that has gone is no reason to end */
}

/* A signal after the job's end has nothing to stop. */
static void release_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGTERM, &ignore, NULL);
    running = NULL;
}

static int read_all(FILE *f, const char *path, char **out, int64_t *out_n)
{
    char *text = NULL;
    size_t n = 0, got;
    do {
        char *grown = n <= CONFIG_BYTES ? realloc(text, n + CHUNK_BYTES) : NULL;
        if (grown == NULL) {
            free(text);
            return complain(n <= CONFIG_BYTES ? CODE_FAILED : CODE_USAGE, "'%s' is too large", path);
        }
        text = grown;
        got = fread(text + n, 1, CHUNK_BYTES, f);
        n += got;
    } while (got == CHUNK_BYTES);
    if (ferror(f)) {
        free(text);
        return complain(CODE_USAGE, "cannot read '%s': %s", path, strerror(errno));
    }
    *out = text;
    *out_n = (int64_t)n;
    return CODE_OK;
}

static int merge_file(struct session *s, automl_params *params, const char *path)
{
    char *text = NULL;
    int64_t n = 0;
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return complain(CODE_USAGE, "cannot read '%s': %s", path, strerror(errno));
    int code = read_all(f, path, &text, &n);
    fclose(f);
    if (code != CODE_OK)
        return code;
    automl_status status = automl_params_merge_json(params, text, n, s->err);
    free(text);
    return status < 0 ? fail_in(s, ABOUT_USAGE, path) : CODE_OK;
}

static int apply_settings(struct session *s, automl_params *params)
{
    for (int32_t i = 0; i < s->options->n_set; i++) {
        const char *text = s->options->set[i], *equals = strchr(text, '=');
        char *key = strndup(text, (size_t)(equals - text));
        if (key == NULL)
            return complain(CODE_FAILED, "out of memory");
        automl_status status = automl_params_set_text(params, key, equals + 1, s->err);
        free(key);
        if (status < 0)
            return fail(s, ABOUT_USAGE);
    }
    return CODE_OK;
}

static int create_job(struct session *s, automl_job **out)
{
    automl_params *params = NULL;
    if (automl_params_create(s->ctx, &params, s->err) < 0)
        return fail(s, ABOUT_USAGE);
    int code = merge_file(s, params, s->options->argument[0]);
    if (code == CODE_OK)
        code = apply_settings(s, params);
    if (code == CODE_OK && automl_job_create(s->ctx, params, out, s->err) < 0)
        code = fail(s, ABOUT_USAGE);
    automl_params_free(params);
    return code;
}

/* Before the job runs, in one write: whoever reads them can follow it or cancel it. */
static int announce(const automl_job *job, const automl_store *store)
{
    const char *id = automl_job_id(job);
    if (printf("%s\n%s/jobs/%s\n", id, automl_store_path(store), id) >= 0 && fflush(stdout) == 0)
        return CODE_OK;
    return complain(CODE_FAILED, "cannot write to standard output: %s", strerror(errno));
}

static void summarise_part(const automl_job *job, const char *part, const char *title)
{
    static const char *const names[] = {"accuracy", "balanced_accuracy", "f1", "roc_auc", "ks", "log_loss"};
    const char *separator = "";
    fprintf(stderr, "%s", title);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        double value;
        if (automl_job_metric(job, part, names[i], &value, NULL) < 0 || isnan(value))
            continue;
        fprintf(stderr, "%s %s %.4f", separator, names[i], value);
        separator = ",";
    }
    fputc('\n', stderr);
}

static void summarise(const automl_job *job)
{
    int32_t n = automl_job_feature_count(job), shown = n < 10 ? n : 10;
    summarise_part(job, "test", "test: ");
    summarise_part(job, "train", "train:");
    fprintf(stderr, "%d feature%s:", (int)n, n == 1 ? "" : "s");
    for (int32_t i = 0; i < shown; i++) {
        fputs(i > 0 ? ", " : " ", stderr);
        put_text(stderr, automl_job_feature(job, i));
    }
    fputs(shown < n ? ", ...\n" : "\n", stderr);
}

static int run_job(struct session *s, automl_job *job)
{
    progress_init(&s->progress, &interrupts);
    if (!s->options->quiet)
        automl_job_set_progress(job, progress_show, &s->progress);
    automl_status status = automl_job_run(job, s->err);
    progress_clear(&s->progress);
    if (status < 0)
        return fail(s, ABOUT_DATA);
    if (!s->options->quiet)
        summarise(job);
    if (status == AUTOML_STOPPED)
        return complain(CODE_CANCELLED, "cancelled; the best result so far is kept");
    return CODE_OK;
}

int command_run(struct session *s)
{
    automl_job *job = NULL;
    automl_store *store = NULL;
    int code = create_job(s, &job);
    if (code == CODE_OK && automl_store_open(s->ctx, s->options->store, &store, s->err) < 0)
        code = fail(s, ABOUT_STORE);
    if (code == CODE_OK && automl_job_set_store(job, store, s->err) < 0)
        code = fail(s, ABOUT_STORE);
    if (code == CODE_OK) {
        handle_signals(job);
        code = announce(job, store);
    }
    if (code == CODE_OK)
        code = run_job(s, job);
    release_signals();
    automl_job_free(job);
    automl_store_free(store);
    return code;
}
