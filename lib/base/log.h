/* log.h - messages to the host's callback. The library itself never prints. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include <automl/export.h>

enum log_level { LOG_ERROR = 1, LOG_WARNING = 2, LOG_INFO = 3, LOG_DEBUG = 4 };

struct log {
    void (*fn)(int32_t level, const char *message, void *user); /* NULL: silent */
    void *user;
    int32_t level; /* messages above it are dropped before they are formatted */
};

/* As error.h: no %f, %g, %e. Messages over 1 KiB are cut. */
void log_write(const struct log *l, enum log_level level, const char *format, ...) AUTOML_PRINTF(3, 4);

#endif
