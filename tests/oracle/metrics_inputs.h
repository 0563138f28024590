/* metrics_inputs.h - the inputs that make_metrics.py draws, number for number. */
#ifndef TESTS_ORACLE_METRICS_INPUTS_H
#define TESTS_ORACLE_METRICS_INPUTS_H

#include <stdint.h>

struct inputs_case {
    const char *name;
    int32_t n, k, positive;
    uint64_t seed;
    int32_t skew;    /* low classes are frequent */
    double signal;   /* added to the score of the true class */
    int32_t ties;    /* scores are cut to 1/ties; 0: not */
    int32_t weights; /* 0 none, 1 integers from 0 to 3, 2 real */
    int32_t extreme; /* each so manyth row gives probabilities 0 and 1; 0: none */
    int32_t absent;  /* no row of the last class */
    double bias;     /* added to the score of class 0 */
};

struct inputs {
    int32_t *y, *labels;
    double *proba;
    double *w; /* NULL without weights */
};

/* Memory of malloc; a test that lacks it fails. */
struct inputs inputs_create(const struct inputs_case *c);
void inputs_free(struct inputs *in);

#endif
