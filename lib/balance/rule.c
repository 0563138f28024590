/*
 * rule.c - which balancer a job uses, by r = n_min / (n_min + n_max) of the classes that occur.
 */
#include "balance/balancer.h"

const char *balance_rule_name(enum balance_rule r)
{
    static const char *const names[] = {
        [BALANCE_RULE_NONE] = "none",
        [BALANCE_RULE_OVERSAMPLE] = "oversample",
        [BALANCE_RULE_UNDERSAMPLE] = "undersample",
    };
    return names[r];
}

/* In integers, so that exactly 1 % and 20 % fall on their side. */
static enum balance_rule rule_for(int64_t smallest, int64_t both)
{
    if (100 * smallest < both)
        return BALANCE_RULE_OVERSAMPLE;
    return 5 * smallest <= both ? BALANCE_RULE_UNDERSAMPLE : BALANCE_RULE_NONE;
}

void balance_plan_auto(const int64_t *counts, int32_t k, struct balance_plan *out)
{
    int64_t smallest = 0, largest = 0;
    for (int32_t c = 0; c < k; c++) {
        if (counts[c] > 0 && (smallest == 0 || counts[c] < smallest))
            smallest = counts[c];
        if (counts[c] > largest)
            largest = counts[c];
    }
    *out = (struct balance_plan){.rule = BALANCE_RULE_NONE, .ratio = 1.0};
    if (largest == 0)
        return;
    out->minority_fraction = (double)smallest / (double)(smallest + largest);
    out->rule = rule_for(smallest, smallest + largest);
    if (out->rule == BALANCE_RULE_OVERSAMPLE)
        out->method = balancer_find("random_over_sampler");
    else if (out->rule == BALANCE_RULE_UNDERSAMPLE)
        out->method = balancer_find("random_under_sampler");
}
