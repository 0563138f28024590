/*
 * bins.h - columns as bytes, for tree learners: at most 255 bins (0..254) and BIN_MISSING.
 *
 * Edges are fitted once per job on the training rows and lie midway between two values that occur: with at
 * most 255 distinct values each gets its bin; else a value as frequent as an equal share gets one of its
 * own and the other edges are exact quantiles of the rest. Value v lies in the first bin b with v <= edges[b]
 * (the last bin has no edge). Categories: bin = code while there are at most 255 levels, else the 254 most
 * frequent keep a bin each, by rank, and the rest share 254.
 */
#ifndef DATA_BINS_H
#define DATA_BINS_H

#include "data/frame.h"

enum { BIN_MAX = 255, BIN_MISSING = 255 };

struct bin_column {
    int32_t n_bins;     /* 1..255 */
    double *edges;      /* n_bins - 1 ascending; NULL for a category column */
    uint8_t *level_bin; /* category column with more than 255 levels: level -> bin; else NULL */
    int32_t n_levels;
    uint8_t *codes; /* one for every base row */
};

/* Bins every column of `x` (a frame whose columns have a base of `n_base` rows): edges from the rows of the
 * frame, codes for every base row. On success the frame's columns point to their bins. Frees with the frame.
 */
automl_status bins_attach(struct mem *m, struct frame *x, int64_t n_base, automl_error *err);

/* Edges of one derived column from its values x[0..n); codes for the same n. */
automl_status bin_column_fit(
    struct mem *m, const double *x, int64_t n, struct bin_column *out, automl_error *err);
void bin_column_free(struct mem *m, struct bin_column *c);
/* Bin of one value (NaN: BIN_MISSING), by branchless binary search. For a category column v is a code; one
 * that is no level is missing. */
uint8_t bin_of(const struct bin_column *c, double v);
void bin_values(const struct bin_column *c, const double *x, int64_t n, uint8_t *out);

#endif
