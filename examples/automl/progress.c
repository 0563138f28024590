/*
 * progress.c - how far a job has got, on standard error: a bar on a terminal, else a line every 10 seconds.
 *
 * NO_COLOR switches colour off, TERM=dumb the bar too; COLUMNS is the width, before the terminal's own.
 */
#define _DEFAULT_SOURCE

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

enum { BAR_CELLS = 24, LINE_BYTES = 256, LEAST_WIDTH = 20 };
static const double LINE_SECONDS = 10;

static int32_t terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    long width = columns != NULL ? strtol(columns, NULL, 10) : 0;
    struct winsize size;
    if (width <= 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        width = 80;
    return width > LINE_BYTES ? LINE_BYTES : (int32_t)width;
}

void progress_init(struct progress *p, const volatile sig_atomic_t *interrupts)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    *p = (struct progress){.next_line_s = LINE_SECONDS, .interrupts = interrupts};
    p->width = terminal_width();
    p->bar = isatty(STDERR_FILENO) && !dumb && p->width >= LEAST_WIDTH;
    p->color = p->bar && (no_color == NULL || no_color[0] == '\0');
}

static const char *stage_name(const struct progress *p, const automl_progress *now)
{
    static const char *const names[] = {"loading", "selecting", "searching", "finishing", "done"};
    int32_t stage = automl_progress_stage(now);
    if (stage != AUTOML_STAGE_DONE && *p->interrupts > 0)
        return "stopping";
    return stage >= AUTOML_STAGE_LOAD && stage <= AUTOML_STAGE_DONE ? names[stage] : "";
}

struct line {
    char text[LINE_BYTES];
    size_t n;
};

static void add(struct line *l, const char *format, ...) AUTOML_PRINTF(2, 3);

static void add(struct line *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->n, sizeof l->text - l->n, format, args);
    va_end(args);
    if (n > 0)
        l->n = l->n + (size_t)n < sizeof l->text ? l->n + (size_t)n : sizeof l->text - 1;
}

/* The most important first: what does not fit is cut off. */
static void describe(struct line *l, const struct progress *p, const automl_progress *now)
{
    double best = automl_progress_best(now), left = automl_progress_seconds_left(now);
    const char *learner = automl_progress_learner(now);
    add(l, "%3d %% %s", (int)(100 * automl_progress_share(now)), stage_name(p, now));
    if (isfinite(best))
        add(l, ", best %.4f", best);
    if (isfinite(left))
        add(l, ", %d:%02d left", (int)(left / 60), (int)left % 60);
    if (automl_progress_evaluated(now) > 0)
        add(l, ", %lld evaluated", (long long)automl_progress_evaluated(now));
    if (learner != NULL)
        add(l, ", %s", learner);
}

static void draw_bar(struct progress *p, const automl_progress *now)
{
    struct line l = {.n = 0};
    int32_t filled = (int32_t)(BAR_CELLS * automl_progress_share(now));
    int32_t room = p->width - 1 - BAR_CELLS - 2;
    char cells[BAR_CELLS + 1];
    for (int32_t i = 0; i < BAR_CELLS; i++)
        cells[i] = i < filled ? '#' : '.';
    cells[BAR_CELLS] = '\0';
    describe(&l, p, now);
    fputs("\r\033[K", stderr);
    if (room >= LEAST_WIDTH)
        fprintf(stderr, "%s[%s]%s", p->color ? "\033[32m" : "", cells, p->color ? "\033[0m" : "");
    else
        room = p->width - 1;
    fprintf(stderr, "%.*s", (int)room, l.text);
    p->drawn = true;
}

static void write_line(struct progress *p, const automl_progress *now)
{
    struct line l = {.n = 0};
    double seconds = automl_progress_seconds(now);
    if (seconds < p->next_line_s)
        return;
    p->next_line_s = seconds + LINE_SECONDS;
    describe(&l, p, now);
    fprintf(stderr, "automl: %s\n", l.text + strspn(l.text, " "));
}

int32_t progress_show(const automl_progress *now, void *user)
{
    struct progress *p = user;
    if (automl_progress_stage(now) == AUTOML_STAGE_DONE)
        return 0;
    flockfile(stderr);
    if (p->bar)
        draw_bar(p, now);
    else
        write_line(p, now);
    fflush(stderr);
    funlockfile(stderr);
    return 0;
}

void progress_clear(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

void progress_warn(int32_t level, const char *message, void *user)
{
    flockfile(stderr);
    progress_clear(user);
    complain(0, "%s: %s", level <= AUTOML_LOG_ERROR ? "error" : "warning", message);
    funlockfile(stderr);
}
