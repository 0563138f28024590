/*
 * version.h - the version of these headers and of the library that is linked. The only place that states it.
 */
#ifndef AUTOML_VERSION_H
#define AUTOML_VERSION_H

#include <stdint.h>

#include <automl/export.h>

AUTOML_BEGIN_DECLS

/* Changes when programs have to change: docs/abi.md. */
#define AUTOML_VERSION_MAJOR 0
/* Changes when something is added. */
#define AUTOML_VERSION_MINOR 1
/* Changes with every other release. */
#define AUTOML_VERSION_PATCH 0

/* As automl_version_number() of the library that belongs to these headers. */
#define AUTOML_VERSION_NUMBER                                                                                \
    (AUTOML_VERSION_MAJOR * 10000 + AUTOML_VERSION_MINOR * 100 + AUTOML_VERSION_PATCH)

/**
 * @return major * 10000 + minor * 100 + patch of the library at run time. Thread-safe.
 * @since 0.1
 */
AUTOML_API int32_t automl_version_number(void);

/**
 * @return "major.minor.patch" of the library at run time; static, never NULL. Thread-safe.
 * @since 0.1
 */
AUTOML_API const char *automl_version_string(void);

/**
 * Whether an optional part was built in.
 *
 * @param name  "sqlite"; NULL and unknown names give 0
 * @return 1 or 0. Thread-safe.
 * @since 0.1
 */
AUTOML_API int32_t automl_has_feature(const char *name);

AUTOML_END_DECLS

#endif
