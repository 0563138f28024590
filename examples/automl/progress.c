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

enum { BAR_CELLS = 24, LEAST_CELLS = 6, TEXT_COLUMNS = 44, LINE_BYTES = 256, LEAST_WIDTH = 20 };
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
    size_t n, room;
};

static void add(struct line *l, const char *format, ...) AUTOML_PRINTF(2, 3);

/* The whole of it or nothing. */
static void add(struct line *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->n, sizeof l->text - l->n, format, args);
    va_end(args);
    if (n > 0 && l->n + (size_t)n <= l->room)
        l->n += (size_t)n;
    l->text[l->n] = '\0';
}

/* The most important first. */
static struct line describe(const struct progress *p, const automl_progress *now, int32_t room)
{
    double best = automl_progress_best(now), left = automl_progress_seconds_left(now);
    const char *learner = automl_progress_learner(now);
    struct line l = {.room = room < LINE_BYTES ? (size_t)room : LINE_BYTES - 1};
    add(&l, "%3d %% %s", (int)(100 * automl_progress_share(now)), stage_name(p, now));
    if (isfinite(best))
        add(&l, ", best %.4f", best);
    if (isfinite(left))
        add(&l, ", %d:%02d left", (int)(left / 60), (int)left % 60);
    if (automl_progress_evaluated(now) > 0)
        add(&l, ", %lld evaluated", (long long)automl_progress_evaluated(now));
    if (learner != NULL)
        add(&l, ", %s", learner);
    return l;
}

/* The bar gets what the text leaves over. */
static void draw_bar(struct progress *p, const automl_progress *now)
{
    char cells[BAR_CELLS + 1];
    int32_t room = p->width - 1, n = room - TEXT_COLUMNS - 2;
    n = n > BAR_CELLS ? BAR_CELLS : n;
    fputs("\r\033[K", stderr);
    if (n >= LEAST_CELLS) {
        int32_t filled = (int32_t)(n * automl_progress_share(now));
        for (int32_t i = 0; i < n; i++)
            cells[i] = i < filled ? '#' : '.';
        cells[n] = '\0';
        fprintf(stderr, "%s[%s]%s", p->color ? "\033[32m" : "", cells, p->color ? "\033[0m" : "");
        room -= n + 2;
    }
    fputs(describe(p, now, room).text, stderr);
    p->drawn = true;
}

static void write_line(struct progress *p, const automl_progress *now)
{
    double seconds = automl_progress_seconds(now);
    if (seconds < p->next_line_s)
        return;
    p->next_line_s = seconds + LINE_SECONDS;
    struct line l = describe(p, now, LINE_BYTES);
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
