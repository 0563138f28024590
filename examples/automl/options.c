/*
 * options.c - the command line of one command: options anywhere, "--key value" or "--key=value", "--" ends
 * them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct spec {
    const char *name, *argument, *help;
    char letter;
    uint32_t bit;
};

static const struct spec specs[] = {
    {"store", "DIR", "the store (default ./automl-store)", 0, TAKES_STORE},
    {"set", "KEY=VALUE", "set a parameter, after CONFIG.json; may be repeated", 0, TAKES_SET},
    {"quiet", NULL, "no progress, no summary", 'q', TAKES_QUIET},
    {"json", NULL, "print JSON", 0, TAKES_JSON},
    {"limit", "N", "at most N jobs", 0, TAKES_LIMIT},
    {"status", "S", "only running, succeeded, failed, cancelled or interrupted", 0, TAKES_STATUS},
    {"output", "OUT.csv", "the file to write (default: standard output)", 'o', TAKES_OUTPUT},
    {"help", NULL, "this text", 'h', 0},
};
enum { SPECS = sizeof specs / sizeof *specs };

static const struct spec *find(const struct command *c, const char *text, size_t n)
{
    for (int32_t i = 0; i < SPECS; i++) {
        const struct spec *s = &specs[i];
        bool is_long = n > 2 && strncmp(text, "--", 2) == 0 && strlen(s->name) == n - 2 &&
                       memcmp(s->name, text + 2, n - 2) == 0;
        bool is_short = n == 2 && s->letter != 0 && text[1] == s->letter;
        if ((is_long || is_short) && (s->bit == 0 || (c->takes & s->bit) != 0))
            return s;
    }
    return NULL;
}

static int set_limit(struct options *o, const char *value)
{
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || n < 0)
        return complain(CODE_USAGE, "--limit takes a whole number, at least 0, not '%s'", value);
    o->limit = n;
    return CODE_OK;
}

static int add_set(struct options *o, const char *value)
{
    const char *equals = strchr(value, '=');
    if (equals == NULL || equals == value)
        return complain(CODE_USAGE, "--set takes KEY=VALUE, not '%s'", value);
    const char **set = realloc(o->set, ((size_t)o->n_set + 1) * sizeof *set);
    if (set == NULL)
        return complain(CODE_FAILED, "out of memory");
    o->set = set;
    set[o->n_set++] = value;
    return CODE_OK;
}

static int apply(const struct spec *s, struct options *o, const char *value)
{
    switch (s->bit) {
    case TAKES_STORE:
        o->store = value;
        return CODE_OK;
    case TAKES_SET:
        return add_set(o, value);
    case TAKES_LIMIT:
        return set_limit(o, value);
    case TAKES_STATUS:
        o->status = value;
        return CODE_OK;
    case TAKES_OUTPUT:
        o->output = value;
        return CODE_OK;
    case TAKES_QUIET:
        o->quiet = true;
        return CODE_OK;
    case TAKES_JSON:
        o->json = true;
        return CODE_OK;
    default:
        o->help = true;
        return CODE_OK;
    }
}

/* The option at argv[*i], which moves on to its value if that stands apart. */
static int take_option(const struct command *c, int argc, char **argv, int *i, struct options *o)
{
    const char *text = argv[*i];
    const char *equals = strncmp(text, "--", 2) == 0 ? strchr(text, '=') : NULL;
    size_t n = equals != NULL ? (size_t)(equals - text) : strlen(text);
    const struct spec *s = find(c, text, n);
    if (s == NULL)
        return complain(CODE_USAGE, "'automl %s' has no option '%.*s'; see automl %s --help", c->name, (int)n,
            text, c->name);
    if (s->argument == NULL && equals != NULL)
        return complain(CODE_USAGE, "--%s takes no value", s->name);
    if (s->argument == NULL)
        return apply(s, o, NULL);
    if (equals != NULL)
        return apply(s, o, equals + 1);
    if (*i + 1 >= argc)
        return complain(CODE_USAGE, "--%s needs a value: %s", s->name, s->argument);
    return apply(s, o, argv[++*i]);
}

static int check_count(const struct command *c, int32_t n)
{
    if (n >= c->least && n <= c->most)
        return CODE_OK;
    return complain(CODE_USAGE, "%s arguments; usage: automl %s%s%s", n < c->least ? "too few" : "too many",
        c->name, c->arguments[0] != '\0' ? " " : "", c->arguments);
}

int options_parse(const struct command *c, int argc, char **argv, struct options *out)
{
    bool ended = false;
    int32_t n = 0;
    *out = (struct options){.store = "automl-store"};
    for (int i = 0; i < argc; i++) {
        bool option = !ended && argv[i][0] == '-' && argv[i][1] != '\0';
        if (option && strcmp(argv[i], "--") == 0) {
            ended = true;
            continue;
        }
        if (option) {
            int code = take_option(c, argc, argv, &i, out);
            if (code != CODE_OK)
                return code;
            continue;
        }
        if (n < (int32_t)(sizeof out->argument / sizeof *out->argument))
            out->argument[n] = argv[i];
        n++;
    }
    return out->help ? CODE_OK : check_count(c, n);
}

void options_free(struct options *o)
{
    free(o->set);
    o->set = NULL;
}

void options_help(const struct command *c, FILE *to)
{
    fprintf(to, "usage: automl %s%s%s", c->name, c->arguments[0] != '\0' ? " " : "", c->arguments);
    fprintf(to, "\n\n%s\n", c->summary);
    if (c->more != NULL)
        fprintf(to, "%s\n", c->more);
    fputc('\n', to);
    for (int32_t i = 0; i < SPECS; i++) {
        const struct spec *s = &specs[i];
        char left[40];
        if (s->bit != 0 && (c->takes & s->bit) == 0)
            continue;
        snprintf(left, sizeof left, "%c%c%s--%s %s", s->letter ? '-' : ' ', s->letter ? s->letter : ' ',
            s->letter ? ", " : "  ", s->name, s->argument != NULL ? s->argument : "");
        fprintf(to, "  %-24s %s\n", left, s->help);
    }
}
