/* dataset_csv.h - a dataset as a CSV file. */
#ifndef DATA_DATASET_CSV_H
#define DATA_DATASET_CSV_H

#include "base/strbuf.h"
#include "data/dataset.h"

/* One cell, quoted where it needs it; nothing for a missing one. */
void csv_put_cell(struct strbuf *b, const struct column *c, int64_t row);
/* All rows and columns, below a line of names. Whole or not at all. */
automl_status dataset_write_csv(const automl_dataset *d, const char *path, automl_error *err);

#endif
