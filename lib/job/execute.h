/* execute.h - the run behind job_run and job_start. */
#ifndef JOB_EXECUTE_H
#define JOB_EXECUTE_H

#include "job/job.h"

/* On the calling thread, from beginning to end; fills in the job's result. */
automl_status job_execute(automl_job *j, automl_error *err);

#endif
