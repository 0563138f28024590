/*
 * export.h - linkage of the public functions.
 *
 * A consumer never needs this header itself; every other public header includes it.
 */
#ifndef AUTOML_EXPORT_H
#define AUTOML_EXPORT_H

/* Around declarations: C linkage in C++. */
#ifdef __cplusplus
#    define AUTOML_BEGIN_DECLS extern "C" {
#    define AUTOML_END_DECLS }
#else
#    define AUTOML_BEGIN_DECLS
#    define AUTOML_END_DECLS
#endif

#if defined(__GNUC__) || defined(__clang__)
#    define AUTOML_API __attribute__((visibility("default")))
#    define AUTOML_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#    define AUTOML_API
#    define AUTOML_PRINTF(fmt, first)
#endif

#endif
