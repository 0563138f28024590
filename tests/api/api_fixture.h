/* api_fixture.h - what the tests of the public interface share: a context, a small table, a fitted pipeline.
 */
#ifndef API_FIXTURE_H
#define API_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <automl/automl.h>
#include <automl/experimental.h>

enum { FIXTURE_ROWS = 240 };

struct fixture {
    automl_error *err;
    automl_context *ctx;
    automl_params *params; /* target "label", short and reproducible */
    /* a, b: numeric; color: categorical; flag: boolean; day: date; id; label: yes, no */
    automl_dataset *dataset;
    int registered; /* scorers or operators: the context keeps memory to its end */
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* FIXTURE_ROWS rows that differ with the seed; "label" can be learned. */
automl_dataset *fixture_dataset(automl_context *ctx, uint32_t seed);
/* Imputed, encoded, scaled, logistic regression. */
automl_pipeline *fixture_pipeline(struct fixture *f);
/* A new directory below /tmp; fixture_remove deletes it. */
void fixture_folder(char path[64]);
void fixture_remove(const char *path);

/* Fails the test with the error's text. */
void assert_ok_at(automl_status status, const automl_error *err, const char *file, int line);
#define assert_ok(f, call) assert_ok_at((call), (f)->err, __FILE__, __LINE__)

#endif
