/*
 * jobs.c - the history of a store: automl jobs, show, cancel, delete, import.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

enum { CELL_BYTES = 32 };

static int open_store(struct session *s, automl_store **out)
{
    return automl_store_open(s->ctx, s->options->store, out, s->err) < 0 ? fail(s, ABOUT_STORE) : CODE_OK;
}

struct field {
    const char *key, *title;
    bool number;
};

static const struct field fields[] = {{"id", "ID", false}, {"status", "STATUS", false},
    {"created_at", "CREATED", false}, {"seconds", "SECONDS", true}, {"table", "TABLE", false},
    {"target", "TARGET", false}, {"scoring", "SCORING", false}, {"cv_score", "CV", true},
    {"test_score", "TEST", true}};
enum { FIELDS = sizeof fields / sizeof *fields };

/* One cell; numbers are written into buffer. */
static const char *cell(const automl_job_list *jobs, int64_t row, const struct field *f, char *buffer)
{
    if (!f->number) {
        const char *text = automl_job_list_text(jobs, row, f->key);
        return text != NULL ? text : "-";
    }
    double x = automl_job_list_number(jobs, row, f->key);
    if (isnan(x))
        return "-";
    snprintf(buffer, CELL_BYTES, "%.*f", strcmp(f->key, "seconds") == 0 ? 1 : 4, x);
    return buffer;
}

static void print_table(const automl_job_list *jobs)
{
    int32_t width[FIELDS];
    int64_t n = automl_job_list_count(jobs);
    char buffer[CELL_BYTES];
    for (int32_t f = 0; f < FIELDS; f++) {
        width[f] = text_width(fields[f].title);
        for (int64_t i = 0; i < n; i++) {
            int32_t w = text_width(cell(jobs, i, &fields[f], buffer));
            width[f] = w > width[f] ? w : width[f];
        }
    }
    for (int64_t i = -1; n > 0 && i < n; i++)
        for (int32_t f = 0; f < FIELDS; f++) {
            const char *text = i < 0 ? fields[f].title : cell(jobs, i, &fields[f], buffer);
            put_cell(stdout, text, f < FIELDS - 1 || fields[f].number ? width[f] : 0, fields[f].number);
            fputs(f < FIELDS - 1 ? "  " : "\n", stdout);
        }
}

int command_jobs(struct session *s)
{
    const struct options *o = s->options;
    automl_store *store = NULL;
    automl_buffer *json = NULL;
    automl_job_list *jobs = NULL;
    int code = open_store(s, &store);
    if (code != CODE_OK)
        return code;
    automl_status status = o->json ? automl_store_jobs_json(store, o->status, o->limit, &json, s->err)
                                   : automl_store_list(store, o->status, o->limit, &jobs, s->err);
    if (status < 0)
        code = fail(s, ABOUT_STORE);
    else if (o->json)
        print_buffer(json);
    else
        print_table(jobs);
    automl_job_list_free(jobs);
    automl_store_free(store);
    return code;
}

static void print_fields(const automl_job_list *job)
{
    static const struct field all[] = {{"id", "job", false}, {"status", "status", false},
        {"error", "error", false}, {"table", "table", false}, {"target", "target", false},
        {"created_at", "created", false}, {"finished_at", "finished", false}, {"seconds", "seconds", true},
        {"scoring", "scoring", false}, {"cv_score", "cross-validated", true}, {"test_score", "test", true},
        {"folder", "folder", false}};
    char buffer[CELL_BYTES];
    for (size_t f = 0; f < sizeof all / sizeof *all; f++) {
        const char *text = cell(job, 0, &all[f], buffer);
        if (strcmp(text, "-") == 0)
            continue;
        printf("%-16s ", all[f].title);
        put_text(stdout, text);
        fputc('\n', stdout);
    }
}

static void print_metrics(automl_store *store, const char *id)
{
    static const char *const names[] = {
        "accuracy", "balanced_accuracy", "f1", "precision", "recall", "ks", "roc_auc", "log_loss"};
    fputs("\nmetric                  train       test\n", stdout);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        double train = NAN, test = NAN;
        if (automl_store_metric(store, id, "train", names[i], &train, NULL) < 0 ||
            automl_store_metric(store, id, "test", names[i], &test, NULL) < 0)
            continue;
        printf("%-18s %10.6f %10.6f\n", names[i], train, test);
    }
}

/* The files that are there, whatever they are. */
static void print_files(const char *folder)
{
    DIR *d = folder != NULL ? opendir(folder) : NULL;
    if (d == NULL)
        return;
    fputs("\nfiles\n", stdout);
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;) {
        struct stat st;
        if (entry->d_name[0] == '.' || fstatat(dirfd(d), entry->d_name, &st, 0) != 0 || !S_ISREG(st.st_mode))
            continue;
        printf("%12lld  ", (long long)st.st_size);
        put_text(stdout, entry->d_name);
        fputc('\n', stdout);
    }
    closedir(d);
}

static int show(struct session *s, automl_store *store)
{
    automl_job_list *job = NULL;
    if (automl_store_find(store, s->options->argument[0], &job, s->err) < 0)
        return fail(s, ABOUT_USAGE);
    const char *status = automl_job_list_text(job, 0, "status"),
               *config = automl_job_list_text(job, 0, "config");
    print_fields(job);
    if (strcmp(status, "succeeded") == 0 || strcmp(status, "cancelled") == 0)
        print_metrics(store, automl_job_list_text(job, 0, "id"));
    print_files(automl_job_list_text(job, 0, "folder"));
    if (config != NULL)
        printf("\nparameters\n%s\n", config);
    automl_job_list_free(job);
    return CODE_OK;
}

static int show_json(struct session *s, automl_store *store)
{
    automl_buffer *json = NULL;
    if (automl_store_job_json(store, s->options->argument[0], &json, s->err) < 0)
        return fail(s, ABOUT_USAGE);
    return print_buffer(json);
}

/* A command on one job of the store. */
static int with_store(struct session *s, int (*act)(struct session *s, automl_store *store))
{
    automl_store *store = NULL;
    int code = open_store(s, &store);
    if (code == CODE_OK)
        code = act(s, store);
    automl_store_free(store);
    return code;
}

int command_show(struct session *s)
{
    return with_store(s, s->options->json ? show_json : show);
}

static int cancel(struct session *s, automl_store *store)
{
    bool done = automl_store_cancel(store, s->options->argument[0], s->err) >= 0;
    return done ? CODE_OK : fail(s, ABOUT_USAGE);
}

int command_cancel(struct session *s)
{
    return with_store(s, cancel);
}

static int delete (struct session *s, automl_store *store)
{
    bool done = automl_store_delete(store, s->options->argument[0], s->err) >= 0;
    return done ? CODE_OK : fail(s, ABOUT_USAGE);
}

int command_delete(struct session *s)
{
    return with_store(s, delete);
}

static int import(struct session *s, automl_store *store)
{
    const char *table = s->options->argument[0], *path = s->options->argument[1];
    int64_t rows = 0;
    if (automl_store_import(store, table, path, &rows, s->err) < 0)
        return fail(s, ABOUT_DATA);
    printf("%lld rows\n", (long long)rows);
    return CODE_OK;
}

int command_import(struct session *s)
{
    return with_store(s, import);
}
