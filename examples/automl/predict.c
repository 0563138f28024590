/*
 * predict.c - automl predict: the rows of a table through a model, as CSV.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

enum { PATH_BYTES = 4096, COPY_BYTES = 1 << 16 };

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* A CSV file, or a table of the store. */
static automl_status load_rows(struct session *s, automl_dataset **out)
{
    const char *input = s->options->argument[1];
    char database[PATH_BYTES];
    if (ends_in(input, ".csv") || ends_in(input, ".csv.gz"))
        return automl_dataset_from_csv(s->ctx, input, NULL, out, s->err);
    snprintf(database, sizeof database, "%s/features.db", s->options->store);
    return automl_dataset_from_table(s->ctx, database, input, out, s->err);
}

static int copy_to_output(FILE *from)
{
    char bytes[COPY_BYTES];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
        if (fwrite(bytes, 1, n, stdout) != n)
            return CODE_OK; /* close_output() reports it */
    return ferror(from) ? complain(CODE_FAILED, "cannot read the predictions back: %s", strerror(errno))
                        : CODE_OK;
}

static int predict_to_file(
    struct session *s, const automl_pipeline *model, automl_dataset *rows, const char *path)
{
    automl_status status = automl_pipeline_predict_csv(model, rows, NULL, path, 0, s->err);
    return status < 0 ? fail(s, ABOUT_DATA) : CODE_OK;
}

/* The library writes files, whole or not at all: standard output gets a copy of one that is removed at once.
 */
static int predict_to_output(struct session *s, const automl_pipeline *model, automl_dataset *rows)
{
    const char *base = getenv("TMPDIR");
    char folder[PATH_BYTES], path[PATH_BYTES + 8];
    snprintf(folder, sizeof folder, "%s/automl-XXXXXX", base != NULL && base[0] != '\0' ? base : "/tmp");
    if (mkdtemp(folder) == NULL)
        return complain(CODE_FAILED, "cannot create '%s': %s", folder, strerror(errno));
    snprintf(path, sizeof path, "%s/out.csv", folder);
    int code = predict_to_file(s, model, rows, path);
    FILE *f = code == CODE_OK ? fopen(path, "rbe") : NULL;
    int errnum = errno;
    unlink(path);
    rmdir(folder);
    if (code != CODE_OK)
        return code;
    if (f == NULL)
        return complain(CODE_FAILED, "cannot open '%s': %s", path, strerror(errnum));
    code = copy_to_output(f);
    fclose(f);
    return code;
}

int command_predict(struct session *s)
{
    automl_pipeline *model = NULL;
    automl_dataset *rows = NULL;
    int code = CODE_OK;
    if (automl_pipeline_load(s->ctx, s->options->argument[0], &model, s->err) < 0)
        return fail_in(s, ABOUT_MODEL, s->options->argument[0]);
    if (load_rows(s, &rows) < 0)
        code = fail(s, ABOUT_MODEL);
    else if (s->options->output != NULL)
        code = predict_to_file(s, model, rows, s->options->output);
    else
        code = predict_to_output(s, model, rows);
    automl_dataset_free(rows);
    automl_pipeline_free(model);
    return code;
}
