/*
 * schema.h - the input columns of a model: names, types, dictionaries; the classes of its target.
 */
#ifndef DATA_SCHEMA_H
#define DATA_SCHEMA_H

#include "data/dataset.h"
#include "data/frame.h"
#include "io/container.h"
#include "io/json.h"

/* Texts with an open-addressing table: text -> its number. */
struct level_table {
    int32_t n;
    char **names;
    uint64_t *hashes; /* n */
    int32_t *slots;   /* n_slots, a power of two: number, or -1 */
    int32_t n_slots;
};

struct schema_col {
    char *name;
    enum column_type type;
    int32_t n_levels;
    char **levels; /* categorical and boolean; table.names */
    struct level_table table;
};

struct schema {
    struct mem *mem;
    int32_t n_cols;
    struct schema_col *cols;
    char *target;
    int32_t n_classes;
    char **classes; /* sorted: numbers by value, else by bytes; class_table.names */
    struct level_table class_table;
    int32_t positive; /* index of the positive class of a binary target, else -1 */
    char *id;         /* name of the id column, or NULL; allocated from mem */
};

/* Features cols[0..n) of d; rows NULL: all. Dictionaries list the levels that occur in `rows` (the training
 * rows), the most frequent first, ties by bytes. */
automl_status schema_create(struct mem *m, const automl_dataset *d, const int32_t *cols, int32_t n,
    const int32_t *rows, int64_t n_rows, struct schema **out, automl_error *err);
void schema_free(struct schema *s); /* NULL is fine */

/* Sets target and classes: those that occur among `rows` (NULL: all), sorted. Fewer than two: AUTOML_E_DATA.
 * A date cannot be a target. */
automl_status schema_set_target(struct schema *s, const automl_dataset *d, int32_t target,
    const int32_t *rows, int64_t n_rows, automl_error *err);
/* y of any dataset by class name: -1 for missing or unknown labels. y has d's n_rows. */
void schema_encode_target(const struct schema *s, const automl_dataset *d, int32_t target, int32_t *y);
/* Resolves contract's positive_label; `label` NULL: "1", "true" or "yes" (any case), else the class with
 * fewest of counts. */
automl_status schema_set_positive(
    struct schema *s, const char *label, const int64_t *counts, automl_error *err);

/* The frame of d's rows (rows NULL: all) in schema order: columns by name, other order and extra columns are
 * fine, unseen levels are missing. AUTOML_E_SCHEMA names every missing or mistyped column. Numeric accepts
 * boolean and back; categorical accepts any type with cells that, written as text, are levels; a column
 * without any value fits every type. Dates become days since 1970 as doubles. The base of every column has
 * d's n_rows rows. The frame borrows d where it can: it holds a reference. */
automl_status schema_frame(const struct schema *s, automl_dataset *d, const int32_t *rows, int64_t n_rows,
    struct frame **out, automl_error *err);
int32_t schema_find(const struct schema *s, const char *name);                         /* -1 */
int32_t schema_code(const struct schema *s, int32_t col, const char *level, size_t n); /* -1: unknown */

void schema_save(const struct schema *s, struct writer *w);
automl_status schema_load(struct mem *m, struct reader *r, struct schema **out, automl_error *err);
void schema_write_json(const struct schema *s, struct json_writer *w);

#endif
