/*
 * params_search.c - a bag as a point of its schema's search space: random draws and small steps.
 *
 * Numbers are drawn and moved on their scale, linear or logarithmic. A parameter whose condition does not
 * hold goes back to its default, so that equal behaviour is an equal bag.
 */
#include "params/params.h"

#include <math.h>

#include "params/bag.h"

static const double unset_share = 0.25; /* of the draws of a NULLABLE parameter */

/* A number's search range on the scale it is searched on. */
struct scale {
    double low, high, shift;
    bool logarithmic;
};

static struct scale scale_of(const struct param_spec *s)
{
    struct scale c = {.low = s->search_min, .high = s->search_max, .logarithmic = s->flags & PARAM_LOG};
    if (c.logarithmic && s->type == PARAM_INT && c.low < 1)
        c.shift = 1 - c.low; /* a count from 0 on, say */
    c.logarithmic = c.logarithmic && c.low + c.shift > 0;
    if (s->type == PARAM_INT) { /* each whole number owns the interval of 1 around it */
        c.low -= 0.5;
        c.high += 0.5;
    }
    if (c.logarithmic) {
        c.low = log(c.low + c.shift);
        c.high = log(c.high + c.shift);
    }
    return c;
}

static double to_scale(const struct scale *c, double x)
{
    return c->logarithmic ? log(fmax(x + c->shift, exp(c->low))) : x;
}

/* Rounds whole numbers, and keeps rounding errors of exp inside the range. */
static double from_scale(const struct scale *c, const struct param_spec *s, double u)
{
    double x = c->logarithmic ? exp(u) - c->shift : u;
    if (s->type == PARAM_INT)
        x = round(x);
    return fmin(fmax(x, s->search_min), s->search_max);
}

static bool is_number(const struct param_spec *s)
{
    return s->type == PARAM_INT || s->type == PARAM_REAL;
}

/* How many choices are searched; -1 for other types. */
static int32_t searched_choices(const struct param_spec *s)
{
    if (s->type != PARAM_CHOICE)
        return -1;
    int32_t n = spec_n_choices(s), searched = 0;
    for (int32_t c = 0; c < n; c++)
        searched += s->search_choices == 0 || (c < 32 && (s->search_choices >> c & 1));
    return searched;
}

/* The k-th of them. */
static int32_t searched_choice(const struct param_spec *s, int32_t k)
{
    int32_t n = spec_n_choices(s);
    for (int32_t c = 0; c < n; c++)
        if ((s->search_choices == 0 || (c < 32 && (s->search_choices >> c & 1))) && k-- == 0)
            return c;
    return (int32_t)s->def;
}

static bool searchable(const struct param_spec *s)
{
    return (s->flags & PARAM_SEARCH) && (is_number(s) || s->type == PARAM_BOOL || s->type == PARAM_CHOICE);
}

/* Numbers of the search range and choices are valid, so storing them cannot fail. */
static void store_number(struct params *p, int32_t i, double x)
{
    if (p->schema->specs[i].type == PARAM_INT)
        bag_whole(p, i, (int64_t)x, NULL);
    else
        bag_real(p, i, x, NULL);
}

static void draw(struct params *p, int32_t i, struct rng *r)
{
    const struct param_spec *s = &p->schema->specs[i];
    if (s->type == PARAM_BOOL) {
        bag_whole(p, i, rng_below(r, 2), NULL);
    } else if (s->type == PARAM_CHOICE) {
        int32_t n = searched_choices(s);
        bag_whole(p, i, searched_choice(s, n > 0 ? (int32_t)rng_below(r, (uint32_t)n) : 0), NULL);
    } else {
        struct scale c = scale_of(s);
        store_number(p, i, from_scale(&c, s, c.low + rng_double(r) * (c.high - c.low)));
    }
}

static void reset_inactive(struct params *p)
{
    for (int32_t i = 0; i < p->schema->n; i++)
        if (searchable(&p->schema->specs[i]) && !params_active(p, i))
            bag_reset(p, i);
}

void params_sample(struct params *p, struct rng *r)
{
    for (int32_t i = 0; i < p->schema->n; i++) {
        const struct param_spec *s = &p->schema->specs[i];
        if (!searchable(s))
            continue;
        if ((s->flags & PARAM_NULLABLE) && rng_double(r) < unset_share)
            bag_clear(p, i);
        else
            draw(p, i, r);
    }
    reset_inactive(p);
}

/* There is a value of the search range that it does not have, null aside. */
static bool has_other(const struct params *p, int32_t i)
{
    const struct param_spec *s = &p->schema->specs[i];
    if (s->type == PARAM_BOOL)
        return true;
    if (s->type == PARAM_CHOICE)
        return searched_choices(s) > 1 ||
               (searched_choices(s) == 1 && params_choice(p, i) != searched_choice(s, 0));
    return s->search_max > s->search_min;
}

/* The parameter is searched now, and has another value to go to. */
static bool can_change(const struct params *p, int32_t i)
{
    const struct param_spec *s = &p->schema->specs[i];
    return searchable(s) && params_active(p, i) && ((s->flags & PARAM_NULLABLE) || has_other(p, i));
}

static void other_choice(struct params *p, int32_t i, struct rng *r)
{
    const struct param_spec *s = &p->schema->specs[i];
    int32_t n = searched_choices(s), now = -1;
    for (int32_t k = 0; k < n; k++)
        if (searched_choice(s, k) == params_choice(p, i))
            now = k;
    int32_t pick = (int32_t)rng_below(r, (uint32_t)(now < 0 ? n : n - 1));
    bag_whole(p, i, searched_choice(s, now >= 0 && pick >= now ? pick + 1 : pick), NULL);
}

/* Back into [low, high] by reflection at the ends. */
static double reflected(double u, double low, double high)
{
    if (u < low)
        u = low + (low - u);
    if (u > high)
        u = high - (u - high);
    return fmin(fmax(u, low), high);
}

/* A normal step of `scale` times the range; a whole number moves by at least 1. */
static void step_number(struct params *p, int32_t i, struct rng *r, double scale)
{
    const struct param_spec *s = &p->schema->specs[i];
    struct scale c = scale_of(s);
    bool whole = s->type == PARAM_INT;
    double old = whole ? (double)params_int(p, i) : params_real(p, i);
    double from = fmin(fmax(to_scale(&c, old), c.low), c.high);
    double step = rng_normal(r) * scale * (c.high - c.low);
    double x = from_scale(&c, s, reflected(from + step, c.low, c.high));
    if (x == old && whole)
        x = (step < 0 && old > s->search_min) || old >= s->search_max ? old - 1 : old + 1;
    if (x == old)
        x = from_scale(&c, s, c.low + rng_double(r) * (c.high - c.low));
    store_number(p, i, x);
}

static void mutate(struct params *p, int32_t i, struct rng *r, double scale)
{
    const struct param_spec *s = &p->schema->specs[i];
    if (!params_is_set(p, i))
        draw(p, i, r);
    else if ((s->flags & PARAM_NULLABLE) && (!has_other(p, i) || rng_double(r) < unset_share))
        bag_clear(p, i);
    else if (s->type == PARAM_BOOL)
        bag_whole(p, i, !params_bool(p, i), NULL);
    else if (s->type == PARAM_CHOICE && searched_choices(s) > 1)
        other_choice(p, i, r);
    else if (s->type == PARAM_CHOICE)
        draw(p, i, r);
    else
        step_number(p, i, r, scale);
}

bool params_mutate(struct params *p, struct rng *r, double scale)
{
    int32_t n = 0;
    for (int32_t i = 0; i < p->schema->n; i++)
        n += can_change(p, i);
    if (n == 0)
        return false;
    int32_t pick = (int32_t)rng_below(r, (uint32_t)n);
    for (int32_t i = 0; i < p->schema->n; i++)
        if (can_change(p, i) && pick-- == 0) {
            mutate(p, i, r, scale);
            break;
        }
    reset_inactive(p);
    return true;
}
