/*
 * infer.h - a column of unknown type while its cells arrive.
 *
 * It begins as numbers or dates and falls back to text when a cell is neither. So that the fallback has every
 * text as it stood, the text of a cell that could not be printed again from its value is noted beside it.
 */
#ifndef DATA_INFER_H
#define DATA_INFER_H

#include "data/dataset.h"

enum infer_flags {
    INFER_TARGET = 1, /* only an empty cell is missing */
    INFER_ID = 2,     /* plain integers or text */
    INFER_KEEP_MARKERS =
        4, /* a missing-value mark is missing among numbers and dates, but a level among texts */
    INFER_ONLY_DATES = 8, /* nothing is kept but dates */
};

enum infer_phase { INFER_EMPTY, INFER_NUMBERS, INFER_DATES, INFER_TEXTS, INFER_DROPPED };

enum { INFER_SHOWN_BYTES = 40 };

struct infer_column {
    struct mem *mem;
    const char *name; /* the caller's */
    uint32_t flags;
    enum infer_phase phase;
    int64_t n;                       /* cells so far */
    int64_t n_values;                /* of them not missing */
    int64_t capacity;                /* of the array in use */
    double *x;                       /* INFER_NUMBERS */
    int64_t *us;                     /* INFER_DATES */
    int32_t *codes;                  /* INFER_TEXTS */
    struct map levels;               /* INFER_TEXTS */
    char *notes;                     /* records {i32 row, i32 length, bytes}, by row */
    int64_t n_notes, notes_capacity; /* bytes */
    int64_t infinite_line;           /* of the first infinite number; 0: none */
    int64_t broken_line;             /* of the cell that made it text; 0: none */
    int64_t broken_after;            /* values before that one */
    char broken_text[INFER_SHOWN_BYTES];
};

void infer_init(struct infer_column *c, struct mem *m, const char *name, uint32_t flags);
void infer_free(struct infer_column *c);

/* One cell more. `line` is for messages. False: no memory. */
bool infer_add_text(struct infer_column *c, const char *s, size_t n, bool quoted, int64_t line);
bool infer_add_missing(struct infer_column *c);
bool infer_add_double(struct infer_column *c, double x, int64_t line);
bool infer_add_integer(struct infer_column *c, int64_t x, int64_t line);

/* What it has become. */
enum column_type infer_type(const struct infer_column *c);
/* AUTOML_E_DATA naming the cell if a number is infinite. `unit` is what lines are: "line" or "row". */
automl_status infer_check(const struct infer_column *c, const char *unit, automl_error *err);
/* Makes dates of numbers: seconds since 1970, or Julian days. False: some lies outside the years 1 to 9999,
 * and nothing changed. */
bool infer_numbers_to_dates(struct infer_column *c, bool julian, bool *no_memory);
/* Adds the rows with keep[i] != 0 (NULL: all), n_keep of them, to the builder, and empties the column. */
automl_status infer_give(struct infer_column *c, const uint8_t *keep, int64_t n_keep,
    struct dataset_builder *b, automl_error *err);

#endif
