/* settings.h - what single parameters of a job mean, for the parts of lib/job. */
#ifndef JOB_SETTINGS_H
#define JOB_SETTINGS_H

#include "job/config.h"

/* [start, end); DATE_MISSING: open. */
struct job_window {
    bool set;
    int64_t start_us, end_us;
};

enum job_decision_kind { DECIDE_AUTO, DECIDE_ARGMAX, DECIDE_CUT };

struct job_decision {
    enum job_decision_kind kind;
    double cut;
};

/* now_us: the end of a window that names none. */
automl_status job_window(const struct params *p, int64_t now_us, struct job_window *out, automl_error *err);
automl_status job_decision(const struct params *p, struct job_decision *out, automl_error *err);
/* The label's text, to be freed; NULL if it is left open. */
automl_status job_positive(const struct params *p, struct mem *m, char **out, automl_error *err);
double job_max_seconds(const struct params *p);  /* 0: none */
int32_t job_generations(const struct params *p); /* of the genetic selection */
/* job_check, of which a host's dataset makes feature_table_name unnecessary. */
automl_status job_check_data(automl_context *ctx, const struct params *p, bool has_data, automl_error *err);

#endif
