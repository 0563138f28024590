/*
 * constants.c - the value of every public constant, which no tool compares: functions take them as int32_t.
 *
 * A value never changes; a new constant is added here. check_constants.py sees to it that none is missing.
 */
#include <automl/automl.h>
#include <automl/experimental.h>

#define PIN(constant, value) _Static_assert((constant) == (value), #constant " has another value")

/* balancer.h */
PIN(AUTOML_BALANCE_NONE, 0);
PIN(AUTOML_BALANCE_OVERSAMPLE, 1);
PIN(AUTOML_BALANCE_UNDERSAMPLE, 2);

/* context.h */
PIN(AUTOML_LOG_NONE, 0);
PIN(AUTOML_LOG_ERROR, 1);
PIN(AUTOML_LOG_WARNING, 2);
PIN(AUTOML_LOG_INFO, 3);
PIN(AUTOML_LOG_DEBUG, 4);

/* dataset.h */
PIN(AUTOML_COLUMN_NUMERIC, 0);
PIN(AUTOML_COLUMN_CATEGORICAL, 1);
PIN(AUTOML_COLUMN_BOOLEAN, 2);
PIN(AUTOML_COLUMN_DATETIME, 3);
PIN(AUTOML_ROW_MAJOR, 0);
PIN(AUTOML_COLUMN_MAJOR, 1);

/* evaluator.h */
PIN(AUTOML_SCORER_LABELS, 1);
PIN(AUTOML_SCORER_CONCURRENT, 2);

/* experimental.h */
PIN(AUTOML_TRAIT_NEEDS_SCALING, 1);
PIN(AUTOML_TRAIT_ACCEPTS_MISSING, 2);
PIN(AUTOML_TRAIT_NEEDS_NON_NEGATIVE, 4);
PIN(AUTOML_TRAIT_USES_TARGET, 16);
PIN(AUTOML_TRAIT_MULTICLASS, 32);
PIN(AUTOML_TRAIT_OUTPUT_NON_NEGATIVE, 256);

/* job.h */
PIN(AUTOML_STAGE_LOAD, 0);
PIN(AUTOML_STAGE_SELECT, 1);
PIN(AUTOML_STAGE_SEARCH, 2);
PIN(AUTOML_STAGE_FINISH, 3);
PIN(AUTOML_STAGE_DONE, 4);

/* operator.h */
PIN(AUTOML_OPERATOR_TRANSFORMER, 0);
PIN(AUTOML_OPERATOR_SELECTOR, 1);
PIN(AUTOML_OPERATOR_CLASSIFIER, 2);

/* status.h */
PIN(AUTOML_OK, 0);
PIN(AUTOML_STOPPED, 1);
PIN(AUTOML_E_MEMORY, -1);
PIN(AUTOML_E_ARGUMENT, -2);
PIN(AUTOML_E_UNKNOWN_KEY, -3);
PIN(AUTOML_E_TYPE, -4);
PIN(AUTOML_E_RANGE, -5);
PIN(AUTOML_E_CONFLICT, -6);
PIN(AUTOML_E_NOT_FOUND, -7);
PIN(AUTOML_E_READ, -8);
PIN(AUTOML_E_WRITE, -9);
PIN(AUTOML_E_FORMAT, -10);
PIN(AUTOML_E_VERSION, -11);
PIN(AUTOML_E_DATA, -12);
PIN(AUTOML_E_SCHEMA, -13);
PIN(AUTOML_E_UNSUPPORTED, -14);
PIN(AUTOML_E_CANCELLED, -15);
PIN(AUTOML_E_CALLBACK, -16);
PIN(AUTOML_E_NUMERIC, -17);
PIN(AUTOML_E_BUDGET, -18);
PIN(AUTOML_E_STATE, -19);
PIN(AUTOML_E_STORE, -20);
PIN(AUTOML_E_INTERNAL, -21);

/* Sizes and places of the members of structs that the host fills in, on 64-bit machines. */
#if UINTPTR_MAX > 0xffffffff
#    include <stddef.h>
PIN(sizeof(automl_allocator), 32);
PIN(offsetof(automl_allocator, user), 24);
PIN(sizeof(automl_executor), 24);
PIN(offsetof(automl_executor, user), 16);
PIN(sizeof(automl_scorer), 40);
PIN(offsetof(automl_scorer, user), 32);
#endif

int main(void)
{
    return 0;
}
