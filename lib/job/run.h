/*
 * run.h - what the stages of one running job share.
 *
 * load.c and rows.c make the rows, select.c and learn.c find candidates, assemble.c makes the model of them,
 * measure.c and importance.c judge it, artifacts.c writes files. run.c calls them in that order.
 */
#ifndef JOB_RUN_H
#define JOB_RUN_H

#include "data/source.h"
#include "job/job.h"
#include "job/settings.h"

/* Streams split from the seed. */
enum job_stream {
    STREAM_SPLIT = 1,
    STREAM_FOLDS,
    STREAM_FRESH_FOLDS,
    STREAM_SELECT,
    STREAM_FIT,
    STREAM_SEARCH,
    STREAM_REFIT,
    STREAM_BALANCE,
    STREAM_IMPORTANCE,
};

struct automl_job {
    automl_context *ctx;
    struct mem mem; /* all of the job but its datasets and its model: charged to the context */
    struct params *config;
    enum job_kind kind;
    automl_dataset *train, *test; /* the host's; or NULL */
    char *store_path;             /* NULL: nothing is written */
    int32_t (*progress)(const struct automl_progress *p, void *user);
    void *progress_user;
    _Atomic int32_t cancel;  /* requests */
    _Atomic int32_t abandon; /* 2 after the second */
    _Atomic int32_t state;   /* enum job_state */
    bool threaded;           /* a thread is to be joined */
    pthread_t thread;
    automl_status status; /* of the run, once it has ended */
    automl_error error;
    bool has_result;
    struct job_result result;
    char *text, *html, *folder;
    char id[JOB_ID_BYTES];
};

enum job_state { JOB_NEW, JOB_RUNNING, JOB_ENDED };

/* The training rows, or the test rows. */
struct job_side {
    automl_dataset *data;
    int32_t target, id, weight; /* columns of data; -1 */
    int32_t *rows;              /* rows of data */
    int64_t n;
    int32_t *y; /* -1: a label that does not occur in training */
    double *w;  /* or NULL */
    struct frame *x;
    double *proba; /* n x k, of the model */
    int32_t *labels;
};

struct job_run {
    automl_job *job;
    automl_context *ctx;
    struct mem *mem;
    const struct params *p;
    struct job_result *r;
    struct pool *pool;
    struct rng rng;
    struct budget budget;
    struct stop stop;    /* cancel and the deadline */
    struct stop finish;  /* a second request only: the end game */
    automl_store *store; /* a handle of its own */
    int64_t next_poll_ns, next_progress_ns;
    struct automl_progress progress;
    int32_t generation;

    struct job_window window;
    int32_t date; /* column of train.data for the window or time_split; -1 */
    struct job_side train, test;
    int32_t *features; /* columns of train.data */
    int32_t n_features;
    struct schema *schema;
    int32_t k;
    int32_t *groups; /* of the training rows; or NULL */
    int64_t *times;  /* likewise */
    struct folds *folds;
    struct folds
        *fresh_folds;   /* finalists are scored again on these; NULL with times, which allow one order only */
    double *correction; /* prior correction of the plan on the training rows; NULL without balancing */
    struct prefix_cache *cache;
    struct eval_setting setting;
    struct space space;
    bool has_space;
    struct decision search_decision; /* weights: owned */
    double files_s;                  /* what writing the files will take, by estimate */
    double predict_s;                /* likewise the predictions of the model; 0 once they are made */
    uint8_t *model_bytes;
    int64_t n_model_bytes;
};

/* run.c */
void run_warn(struct job_run *u, const char *format, ...) AUTOML_PRINTF(2, 3);
/* Calls back and looks for a cancel request in the store, both within their rates. */
void run_report(struct job_run *u, bool always);
/* Work of about `seconds` still fits before the deadline, beside what the end of the job needs. */
bool run_has_time(const struct job_run *u, double seconds);
/* AUTOML_E_CANCELLED after a second request. */
automl_status run_abandoned(const struct job_run *u, automl_error *err);

automl_status run_load(struct job_run *u, automl_error *err);
/* Split, labels, weights, frames, folds. */
automl_status run_rows(struct job_run *u, automl_error *err);
automl_status side_frame(
    struct job_run *u, struct job_side *s, const struct schema *schema, automl_error *err);
void side_clear(struct mem *m, struct job_side *s);
/* The schema of u->features on the training rows, with classes and the positive one. */
automl_status run_schema(struct job_run *u, automl_error *err);

/* The balancing that parameters and class counts ask for. */
void run_plan(struct job_run *u);
/* Metric, balancing, decision, folds: what candidates share. */
automl_status run_setting(struct job_run *u, automl_error *err);
automl_status run_select(struct job_run *u, automl_error *err);
automl_status run_search(struct job_run *u, automl_error *err);
automl_status run_assemble(struct job_run *u, automl_error *err);
automl_status run_measure(struct job_run *u, automl_error *err);
automl_status run_importance(struct job_run *u, automl_error *err);
/* Score of the best pipeline without balancing. */
automl_status run_unbalanced(struct job_run *u, automl_error *err);
/* pipeline.html as text and, with a store, all files but result.json. */
automl_status run_write(struct job_run *u, automl_error *err);
/* result.json as text and, with a store, as a file: the last one. */
automl_status run_result_text(struct job_run *u, automl_error *err);
double run_test_score(const struct job_run *u); /* by the job's metric; NaN */
/* config.json: every parameter, with what the data made of those that were left open. */
automl_status run_config_text(struct job_run *u, struct strbuf *out, automl_error *err);

#endif
