/*
 * cli.h - what the files of the `automl` program share. It is an example of the public interface: everything
 * it does is done by <automl/automl.h>.
 */
#ifndef AUTOML_CLI_H
#define AUTOML_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <automl/automl.h>

/* Exit codes: an interface for scripts. */
enum { CODE_OK = 0, CODE_FAILED = 1, CODE_USAGE = 2, CODE_DATA = 3, CODE_CANCELLED = 130 };

/* What a call was about: a file that cannot be read is bad data, but as a configuration bad usage. */
enum subject { ABOUT_USAGE, ABOUT_DATA, ABOUT_MODEL, ABOUT_STORE };

/* The parsed command line. Texts are those of argv. */
struct options {
    const char *argument[2]; /* what stands beside the options, in order; NULL: not given */
    const char *store, *status, *output;
    const char **set; /* n_set times KEY=VALUE */
    int32_t n_set;
    int64_t limit;
    bool json, quiet, help;
};

/* Bits of the options that a command takes, besides --help. */
enum {
    TAKES_STORE = 1,
    TAKES_SET = 2,
    TAKES_QUIET = 4,
    TAKES_JSON = 8,
    TAKES_LIMIT = 16,
    TAKES_STATUS = 32,
    TAKES_OUTPUT = 64
};

/* Progress on standard error. */
struct progress {
    bool bar, color;
    bool drawn; /* the cursor stands behind a bar */
    int32_t width;
    double next_line_s;
    const volatile sig_atomic_t *interrupts;
};

/* What a command works with. */
struct session {
    automl_context *ctx;
    automl_error *err;
    const struct options *options;
    struct progress progress;
};

struct command {
    const char *name, *arguments, *summary;
    const char *more; /* further lines of its help; or NULL */
    int32_t least, most;
    uint32_t takes;
    int (*run)(struct session *s); /* an exit code; NULL: not supported by this release */
};

/* options.c: CODE_OK, or CODE_USAGE after the complaint. options_free() in either case. */
int options_parse(const struct command *c, int argc, char **argv, struct options *out);
void options_free(struct options *o);
void options_help(const struct command *c, FILE *to);

/* output.c */
int fail(const struct session *s, enum subject about); /* reports s->err */
/* Names the file where the error does not. */
int fail_in(const struct session *s, enum subject about, const char *file);
int complain(int code, const char *format, ...) AUTOML_PRINTF(2, 3);  /* "automl: ..." */
int print_buffer(automl_buffer *buffer);                              /* and frees it */
int close_output(int code);                                           /* checks what was written */
void put_text(FILE *to, const char *text);                            /* without control characters */
void put_cell(FILE *to, const char *text, int32_t width, bool right); /* and padded */
int32_t text_width(const char *text);                                 /* in characters */

/* progress.c */
void progress_init(struct progress *p, const volatile sig_atomic_t *interrupts);
int32_t progress_show(const automl_progress *now, void *user); /* an automl_progress_fn */
void progress_clear(struct progress *p);
void progress_warn(int32_t level, const char *message, void *user); /* an automl_log_fn */

/* Commands. */
int command_run(struct session *s);
int command_jobs(struct session *s);
int command_show(struct session *s);
int command_cancel(struct session *s);
int command_delete(struct session *s);
int command_import(struct session *s);
int command_predict(struct session *s);
int command_inspect(struct session *s);
int command_operators(struct session *s);
int command_metrics(struct session *s);

#endif
