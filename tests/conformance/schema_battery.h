/* schema_battery.h - a parameter schema contradicts itself nowhere. Failures name the schema and the key. */
#ifndef TESTS_CONFORMANCE_SCHEMA_BATTERY_H
#define TESTS_CONFORMANCE_SCHEMA_BATTERY_H

#include "params/params.h"

/* Keys, ranges, defaults, search ranges, choices, conditions and help. */
void schema_expect_sane(const struct param_schema *s);
/* What the search draws and changes is accepted when it is set, and comes back from JSON as it was. */
void schema_expect_samples(struct mem *m, const struct param_schema *s);
/* Any settings within their ranges, not only those the search draws; whole numbers stay small enough to work
 * with. */
void schema_vary(struct params *p, struct rng *r);

#endif
