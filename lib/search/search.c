/*
 * search.c - the steady-state loop: create, submit, take results in order.
 *
 * Before candidate i is created, exactly the results up to i - SEARCH_LAG have been taken, so what is created
 * does not depend on the number of threads. With a deadline only a few candidates are under way at a time, so
 * that each is predicted with what is known by then.
 */
#include "search/search.h"

#include <math.h>
#include <string.h>

#include "search/state.h"

enum { MAX_ATTEMPTS = 200, MAX_SKIPS = 64 };

static const int64_t POLL_NS = 5000000;
static const int64_t PROGRESS_NS = 100000000;

static void report(struct search_state *s, bool always)
{
    const struct search_request *r = s->r;
    int64_t now = clock_now(r->setting->clock);
    if (r->progress == NULL || (!always && now < s->next_progress_ns))
        return;
    s->next_progress_ns = now + PROGRESS_NS;
    const struct search_candidate *best = s->out->best >= 0 ? &s->out->candidates[s->out->best] : NULL;
    struct search_event e = {.evaluated = s->out->evaluated,
        .best = best != NULL ? best->eval.score : NAN,
        .seconds = clock_seconds_since(r->setting->clock, r->budget->start_ns)};
    if (best != NULL && graph_learner(best->graph) != NULL)
        e.learner = graph_learner(best->graph)->name;
    if (r->max_evaluations > 0)
        e.share = (double)s->collected / (double)r->max_evaluations;
    if (budget_limited(r->budget))
        e.share = fmax(e.share,
            (double)(now - r->budget->start_ns) / (double)(budget_end_ns(r->budget) - r->budget->start_ns));
    e.share = fmin(fmax(e.share, 0), 1);
    r->progress(r->progress_user, &e);
}

/* Ends the candidates under way when the search has to hand over. */
static bool time_is_up(struct search_state *s)
{
    if (stop_check(s->r->stop) != STOP_NO || clock_now(s->r->setting->clock) >= budget_end_ns(s->r->budget))
        atomic_store_explicit(&s->ending, 1, memory_order_relaxed);
    return atomic_load_explicit(&s->ending, memory_order_relaxed) != 0;
}

static void run_slot(struct task *t)
{
    struct search_slot *slot = (struct search_slot *)t;
    const struct search_request *r = slot->r;
    if (slot->limit_ns != DEADLINE_NONE)
        slot->stop.deadline_ns = clock_now(r->setting->clock) + slot->limit_ns;
    evaluate(r->setting, slot->candidate.graph, &slot->race, &slot->stop, r->pool, &slot->candidate.eval);
}

/* A fold that was begun and not finished counts as half of one. */
static void note_finished(struct search_state *s, struct search_slot *slot)
{
    const struct evaluation *e = &slot->candidate.eval;
    slot->finished = true;
    if (!budget_limited(s->r->budget) || e->outcome == EVAL_FAILED)
        return;
    double folds = e->folds_done + (e->outcome == EVAL_STOPPED ? 0.5 : 0);
    double rows = s->shape.n / fmax(1, s->r->setting->folds->k - 1.0) * folds;
    budget_observe(s->r->budget, graph_learner(slot->candidate.graph), &slot->cost, folds, rows, e->seconds);
}

static void look_at_slot(struct search_state *s, struct search_slot *slot)
{
    if (slot->used && !slot->finished && pool_wait_for(s->r->pool, &slot->task, POLL_NS))
        note_finished(s, slot);
    time_is_up(s);
    report(s, false);
}

static int32_t count_unfinished(const struct search_state *s)
{
    int32_t n = 0;
    for (int32_t i = 0; i < SEARCH_LAG; i++)
        n += s->slots[i].used && !s->slots[i].finished;
    return n;
}

/* With a deadline: waits until few enough candidates are under way. */
static void await_room(struct search_state *s)
{
    int32_t threads = pool_threads(s->r->pool);
    int32_t most = threads < 2 ? 0 : threads < SEARCH_LAG ? threads : SEARCH_LAG - 1;
    while (count_unfinished(s) > most)
        for (int32_t i = 0; i < SEARCH_LAG; i++)
            look_at_slot(s, &s->slots[i]);
}

static automl_status score_on_this_thread(struct search_state *s, struct search_candidate *c)
{
    automl_error err = {0};
    struct evaluation *e = &c->eval;
    if (e->outcome != EVAL_DONE || !isnan(e->score) || s->r->setting->metric->user == NULL)
        return AUTOML_OK;
    e->status = evaluation_score(s->r->setting, e, &err);
    if (e->status < 0) {
        e->outcome = EVAL_FAILED;
        e->reason = mem_strdup(e->mem, err.message);
    }
    return e->status;
}

static automl_status take(struct search_state *s, struct search_slot *slot, automl_error *err)
{
    while (!slot->finished)
        look_at_slot(s, slot);
    score_on_this_thread(s, &slot->candidate);
    slot->used = false;
    s->collected++;
    automl_status status = archive_add(s, &slot->candidate, err);
    if (status < 0) { /* what was not taken over is left here */
        evaluation_clear(&slot->candidate.eval);
        graph_unref(slot->candidate.graph);
        return status;
    }
    if (mem_failures(s->r->mem) > 0)
        return error_memory(err);
    return AUTOML_OK;
}

/* The results that have to be, or can be, taken before the next candidate is created. */
static automl_status collect(struct search_state *s, automl_error *err)
{
    if (s->ordered) {
        while (s->collected <= s->created - SEARCH_LAG)
            TRY(take(s, &s->slots[s->collected % SEARCH_LAG], err));
        return AUTOML_OK;
    }
    for (int32_t i = 0; i < SEARCH_LAG; i++)
        if (s->slots[i].used && s->slots[i].finished)
            TRY(take(s, &s->slots[i], err));
    return AUTOML_OK;
}

static struct search_slot *free_slot(struct search_state *s)
{
    int32_t i = (int32_t)(s->created % SEARCH_LAG);
    while (s->slots[i].used)
        i = (i + 1) % SEARCH_LAG;
    return &s->slots[i];
}

static automl_status dummy_graph(const struct search_state *s, struct graph **out, automl_error *err)
{
    const struct op_class *dummy;
    int32_t input = GRAPH_INPUT;
    TRY(operator_find(NULL, "dummy", &dummy, err));
    struct graph *g = graph_create(s->r->mem);
    if (g == NULL)
        return error_memory(err);
    automl_status status = graph_add_operator(g, dummy, NULL, &input, 1, NULL, err);
    if (status < 0) {
        graph_unref(g);
        return status;
    }
    *out = g;
    return AUTOML_OK;
}

static automl_status offspring(
    const struct search_state *s, struct rng *r, struct search_candidate *c, automl_error *err)
{
    const struct search_request *q = s->r;
    double draw = rng_double(r) * (q->mutation_rate + q->crossover_rate);
    c->origin = "random";
    c->parent = -1;
    if (s->n_population < 2)
        return space_random(q->space, r, &c->graph, err);
    const struct search_candidate *a = archive_parent(s, r);
    c->parent = a->index;
    if (draw < q->crossover_rate) {
        c->origin = "crossover";
        return space_crossover(q->space, r, a->graph, archive_parent(s, r)->graph, &c->graph, err);
    }
    c->origin = "mutation";
    return space_mutate(q->space, r, a->graph, &c->graph, err);
}

static automl_status from_portfolio(struct search_state *s, struct search_candidate *c, automl_error *err)
{
    c->origin = "portfolio";
    c->parent = -1;
    while (s->portfolio >= 0) {
        TRY(space_portfolio(s->r->space, s->portfolio, &c->graph, err));
        s->portfolio = c->graph != NULL ? s->portfolio + 1 : -1;
        bool fresh = false;
        if (c->graph != NULL)
            TRY(archive_see(s, graph_hash(c->graph), &fresh, err));
        if (fresh)
            return AUTOML_OK;
        graph_unref(c->graph);
        c->graph = NULL;
    }
    return AUTOML_OK;
}

/* The next specification that was not seen before; c->graph stays NULL if none is found. */
static automl_status create(struct search_state *s, struct search_candidate *c, automl_error *err)
{
    bool fresh = true;
    c->index = s->created;
    c->parent = -1;
    if (c->index == 0) {
        c->origin = "dummy";
        TRY(dummy_graph(s, &c->graph, err));
        return archive_see(s, graph_hash(c->graph), &fresh, err);
    }
    TRY(from_portfolio(s, c, err));
    if (c->graph != NULL)
        return AUTOML_OK;
    struct rng r = rng_split(&s->r->rng, (uint64_t)c->index);
    for (int32_t i = 0; i < MAX_ATTEMPTS; i++) {
        if (i % 8 == 7 || s->offspring < s->r->population_size / 2) {
            c->origin = "random";
            TRY(space_random(s->r->space, &r, &c->graph, err));
        } else {
            TRY(offspring(s, &r, c, err));
        }
        TRY(archive_see(s, graph_hash(c->graph), &fresh, err));
        if (fresh) {
            s->offspring++;
            return AUTOML_OK;
        }
        graph_unref(c->graph);
        c->graph = NULL;
    }
    return AUTOML_OK;
}

static void skip(struct search_state *s, struct search_slot *slot, double predicted, double left)
{
    struct evaluation *e = &slot->candidate.eval;
    struct strbuf b;
    strbuf_init(&b, s->r->mem);
    strbuf_puts(&b, "predicted to take ");
    strbuf_double(&b, round(predicted * 10) / 10);
    strbuf_puts(&b, " s of the ");
    strbuf_double(&b, round(fmax(left, 0) * 10) / 10);
    strbuf_puts(&b, " s left");
    memset(e, 0, sizeof *e);
    e->mem = s->r->mem;
    e->outcome = EVAL_SKIPPED;
    e->status = AUTOML_E_BUDGET;
    e->score = e->std = NAN;
    e->reason = strbuf_take(&b);
    slot->finished = true;
    s->out->clock_used = true;
    s->skips++;
}

/* What the candidate may take: its own limit, and a quarter of the whole budget, so that one bad prediction
 * is not the end. */
static double candidate_limit_s(const struct search_state *s)
{
    const struct budget *b = s->r->budget;
    double limit_s = s->r->max_eval_seconds > 0 ? s->r->max_eval_seconds : INFINITY;
    if (budget_limited(b))
        limit_s = fmin(limit_s, fmax(2, 0.25e-9 * (double)(b->deadline_ns - b->start_ns)));
    return limit_s;
}

/* True: it is predicted not to fit, and has been recorded as skipped. */
static bool skipped(struct search_state *s, struct search_slot *slot)
{
    const struct search_request *r = s->r;
    if (!budget_limited(r->budget) || slot->candidate.index == 0)
        return false;
    int32_t k = r->setting->folds->k;
    double rows = s->shape.n / fmax(1, k - 1.0) * k;
    double predicted =
        budget_predict_s(r->budget, graph_learner(slot->candidate.graph), &slot->cost, k, rows);
    double left = fmin(budget_left_s(r->budget), candidate_limit_s(s));
    if (predicted <= left)
        return false;
    skip(s, slot, predicted, left);
    return true;
}

static void submit(struct search_state *s, struct search_slot *slot)
{
    const struct search_request *r = s->r;
    graph_estimate(slot->candidate.graph, &s->shape, &slot->cost);
    archive_race(s, &slot->race);
    double limit_s = candidate_limit_s(s);
    slot->r = r;
    slot->used = true;
    slot->limit_ns = isfinite(limit_s) ? (int64_t)(limit_s * 1e9) : DEADLINE_NONE;
    bool first = slot->candidate.index == 0 && r->finish != NULL;
    slot->stop = (struct stop){
        .clock = r->setting->clock, .deadline_ns = DEADLINE_NONE, .parent = first ? r->finish : &s->stop};
    if (skipped(s, slot))
        return;
    s->skips = 0;
    slot->task.run = run_slot;
    pool_submit(r->pool, &slot->task);
}

static bool finished(struct search_state *s)
{
    const struct search_request *r = s->r;
    if (time_is_up(s)) {
        s->out->clock_used = s->out->clock_used || stop_check(r->stop) == STOP_NO;
        return true;
    }
    if (r->max_evaluations > 0 && s->created >= r->max_evaluations)
        return true;
    if (r->max_generations > 0 && s->offspring >= r->max_generations * r->offspring_size)
        return true;
    if (r->early_stop > 0 && s->portfolio < 0 && s->since_best >= (int64_t)r->early_stop * r->offspring_size)
        return true;
    return s->skips >= MAX_SKIPS;
}

/* Time for the ensemble and for the predictions of the candidates that will probably make the model. */
static void update_reserve(struct search_state *s)
{
    struct budget *b = s->r->budget;
    if (s->n_kept == 0)
        return;
    bool ensemble = s->r->ensemble && s->n_kept > 1;
    double total = 1e-9 * (double)(b->deadline_ns - b->start_ns);
    double predictions = search_end_seconds(s, s->kept, ensemble && s->n_kept > 3 ? 3 : 1);
    double again = s->r->end_evaluations * s->out->candidates[s->kept[0]].eval.seconds;
    double choosing =
        (ensemble ? SEARCH_ENSEMBLE_SHARE : 0) + (search_uses_fresh(s) ? SEARCH_FRESH_SHARE : 0);
    b->reserve_s = s->fixed_s + fmin(0.35 * total, predictions + again + choosing * total);
}

static automl_status loop(struct search_state *s, automl_error *err)
{
    for (;;) {
        if (budget_limited(s->r->budget))
            await_room(s);
        TRY(collect(s, err));
        if (budget_limited(s->r->budget))
            update_reserve(s);
        if (s->created > 0 && finished(s))
            return AUTOML_OK;
        struct search_slot *slot = free_slot(s);
        memset(slot, 0, sizeof *slot);
        automl_status status = create(s, &slot->candidate, err);
        if (status < 0 || slot->candidate.graph == NULL) {
            graph_unref(slot->candidate.graph);
            return status;
        }
        s->created++;
        submit(s, slot);
    }
}

/* Takes what is still under way, in order of creation. */
static automl_status collect_rest(struct search_state *s, automl_error *err)
{
    for (;;) {
        struct search_slot *oldest = NULL;
        for (int32_t i = 0; i < SEARCH_LAG; i++) {
            struct search_slot *slot = &s->slots[i];
            if (slot->used && (oldest == NULL || slot->candidate.index < oldest->candidate.index))
                oldest = slot;
        }
        if (oldest == NULL)
            return AUTOML_OK;
        TRY(take(s, oldest, err));
    }
}

static void drain(struct search_state *s)
{
    for (int32_t i = 0; i < SEARCH_LAG; i++) {
        struct search_slot *slot = &s->slots[i];
        if (!slot->used)
            continue;
        if (!slot->finished)
            pool_wait(s->r->pool, &slot->task);
        evaluation_clear(&slot->candidate.eval);
        graph_unref(slot->candidate.graph);
    }
}

static void state_init(struct search_state *s, const struct search_request *r, struct search_result *out)
{
    memset(s, 0, sizeof *s);
    memset(out, 0, sizeof *out);
    s->r = r;
    s->out = out;
    s->stop = (struct stop){.cancel = &s->ending,
        .clock = r->setting->clock,
        .deadline_ns = budget_end_ns(r->budget),
        .parent = r->stop};
    s->fixed_s = r->budget->reserve_s;
    s->ordered = !budget_limited(r->budget) || r->max_evaluations > 0 || r->max_generations > 0;
    s->shape = r->space->shape;
    s->shape.n *= (r->setting->folds->k - 1.0) / r->setting->folds->k;
    out->mem = r->mem;
    out->best = -1;
    out->score = out->std = NAN;
}

automl_status search_run(const struct search_request *r, struct search_result *out, automl_error *err)
{
    struct search_state *s = NEW(r->mem, struct search_state);
    if (s == NULL)
        return error_memory(err);
    state_init(s, r, out);
    automl_status status = archive_init(s, err);
    if (status >= 0)
        status = loop(s, err);
    if (status >= 0)
        status = collect_rest(s, err);
    if (status < 0)
        atomic_store_explicit(&s->ending, 2, memory_order_relaxed);
    drain(s);
    if (status >= 0) {
        out->stopped = stop_check(r->stop) == STOP_CANCEL;
        status = search_finish(s, err);
    }
    report(s, true);
    eval_setting_clear(&s->fresh);
    archive_clear(s);
    mem_free(r->mem, s);
    if (status < 0)
        search_result_clear(out);
    return status;
}

void search_result_clear(struct search_result *r)
{
    if (r->mem == NULL)
        return;
    for (int64_t i = 0; i < r->n_candidates; i++) {
        graph_unref(r->candidates[i].graph);
        evaluation_clear(&r->candidates[i].eval);
        evaluation_clear(&r->candidates[i].fresh);
    }
    mem_free(r->mem, r->candidates);
    mem_free(r->mem, r->front);
    mem_free(r->mem, r->members);
    mem_free(r->mem, r->oof);
    mem_free(r->mem, r->fresh_oof);
    memset(r, 0, sizeof *r);
}
