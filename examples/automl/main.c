/*
 * main.c - automl: the commands, their help, and the exit code.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static const struct command commands[] = {
    {"run", "CONFIG.json", "Trains a model: prints the job's id and its folder, progress on standard error.",
        "CONFIG.json is one object of parameters (docs/parameters.md). Ctrl-C ends the job with the best\n"
        "result so far, pressed twice without one.",
        1, 1, TAKES_STORE | TAKES_SET | TAKES_QUIET, command_run},
    {"jobs", "", "Lists the jobs of a store, the newest first.", NULL, 0, 0,
        TAKES_STORE | TAKES_JSON | TAKES_LIMIT | TAKES_STATUS, command_jobs},
    {"show", "JOB", "Shows one job: state, scores, files, parameters.",
        "JOB is an id or as much of its beginning as no other job has.", 1, 1, TAKES_STORE | TAKES_JSON,
        command_show},
    {"cancel", "JOB", "Asks a running job to stop with the best result so far.", NULL, 1, 1, TAKES_STORE,
        command_cancel},
    {"delete", "JOB", "Removes a job that does not run, and its files.", NULL, 1, 1, TAKES_STORE,
        command_delete},
    {"import", "TABLE FILE.csv[.gz]", "Loads a CSV file into a new table of the store's feature database.",
        NULL, 2, 2, TAKES_STORE, command_import},
    {"predict", "MODEL INPUT", "Predicts rows: id (if any), prediction, proba_<class>...",
        "INPUT is a .csv or .csv.gz file, or a table of the store.", 2, 2, TAKES_OUTPUT | TAKES_STORE,
        command_predict},
    {"inspect", "MODEL", "Shows what a model needs and what it is made of.", NULL, 1, 1, TAKES_JSON,
        command_inspect},
    {"operators", "[NAME]", "Lists what pipelines are made of, or describes one operator as JSON.", NULL, 0,
        1, 0, command_operators},
    {"metrics", "", "Lists the metrics that \"scoring\" may name.", NULL, 0, 0, 0, command_metrics},
    {"resume", "JOB", NULL, NULL, 1, 1, TAKES_STORE, NULL},
    {"export", "MODEL", NULL, NULL, 1, 1, TAKES_OUTPUT, NULL},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void help(FILE *to)
{
    fputs("usage: automl COMMAND ...\n\nTrains classifiers by itself. Commands:\n\n", to);
    for (int32_t i = 0; i < COMMANDS; i++) {
        const struct command *c = &commands[i];
        if (c->run != NULL)
            fprintf(to, "  %-9s %-19s  %s\n", c->name, c->arguments, c->summary);
    }
    fputs(
        "\nautoml COMMAND --help tells more; automl --version prints the version.\n"
        "Exit codes: 0 done, 1 job, store or disk failed, 2 wrong usage or parameter, 3 unreadable data or\n"
        "model, 130 cancelled.\n",
        to);
}

static const struct command *find_command(const char *name)
{
    for (int32_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int run_command(const struct command *c, const struct options *o)
{
    struct session s = {.options = o, .err = automl_error_create()};
    if (s.err == NULL)
        return complain(CODE_FAILED, "out of memory");
    automl_status status = automl_context_create(NULL, &s.ctx, s.err);
    if (status >= 0)
        status = automl_context_set_log(s.ctx, AUTOML_LOG_WARNING, progress_warn, &s.progress, s.err);
    int code = status >= 0 ? c->run(&s) : fail(&s, ABOUT_USAGE);
    automl_context_free(s.ctx);
    automl_error_free(s.err);
    return code;
}

static int dispatch(int argc, char **argv)
{
    struct options o;
    const struct command *c = find_command(argv[0]);
    if (c == NULL)
        return complain(CODE_USAGE, "there is no command '%s'; see automl --help", argv[0]);
    if (c->run == NULL)
        return complain(CODE_USAGE, "'%s' is not supported by this release", c->name);
    int code = options_parse(c, argc - 1, argv + 1, &o);
    if (code == CODE_OK && o.help)
        options_help(c, stdout);
    else if (code == CODE_OK)
        code = run_command(c, &o);
    options_free(&o);
    return code;
}

/* A file that took the number of a closed standard stream would be printed into. */
static int hold_streams(void)
{
    static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[fd]) != fd)
            return CODE_FAILED;
    return CODE_OK;
}

int main(int argc, char **argv)
{
    if (hold_streams() != CODE_OK)
        return CODE_FAILED;
    if (argc < 2) {
        help(stderr);
        return CODE_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return close_output(CODE_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("automl %s\n", automl_version_string());
        return close_output(CODE_OK);
    }
    return close_output(dispatch(argc - 1, argv + 1));
}
