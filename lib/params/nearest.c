/*
 * nearest.c - the known name that somebody may have meant.
 *
 * Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost 1; ASCII case
 * and
 * '-' for '_' cost nothing. A name is near if at most a third of the longer one, but always one letter, is
 * wrong. Names are compared over their first LONGEST bytes.
 */
#include "params/params.h"

#include <string.h>

enum { LONGEST = 96 };

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '-' ? '_' : c;
}

/* Keeps the start of s in `out`; returns its length. */
static int32_t fold(const char *s, char out[LONGEST])
{
    int32_t n = 0;
    for (; n < LONGEST && s[n] != '\0'; n++)
        out[n] = folded(s[n]);
    return n;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t distance(const char *a, int32_t n_a, const char *b, int32_t n_b)
{
    int32_t rows[3][LONGEST + 1];
    int32_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (int32_t j = 0; j <= n_b; j++)
        last[j] = j;
    for (int32_t i = 1; i <= n_a; i++) {
        row[0] = i;
        for (int32_t j = 1; j <= n_b; j++) {
            int32_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = least(best, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, before[j - 2] + 1);
            row[j] = best;
        }
        int32_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[n_b];
}

const char *nearest_name(const char *name, const char *const *names, int32_t n)
{
    char wanted[LONGEST], known[LONGEST];
    int32_t length = fold(name, wanted), best = INT32_MAX;
    const char *found = NULL;
    for (int32_t i = 0; i < n; i++) {
        int32_t other = fold(names[i], known);
        int32_t longer = length > other ? length : other, shorter = length + other - longer;
        int32_t allowed = longer / 3 > 1 ? longer / 3 : 1;
        if (longer - shorter > allowed || longer - shorter >= best)
            continue;
        int32_t d = distance(wanted, length, known, other);
        if (d <= allowed && d < best && d < longer) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
