/* version.c - automl/version.h. */
#include <automl/version.h>

#include <string.h>

#include "config.h"

#define TEXT(x) #x
#define VERSION_TEXT(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

int32_t automl_version_number(void)
{
    return AUTOML_VERSION_NUMBER;
}

const char *automl_version_string(void)
{
    return VERSION_TEXT(AUTOML_VERSION_MAJOR, AUTOML_VERSION_MINOR, AUTOML_VERSION_PATCH);
}

int32_t automl_has_feature(const char *name)
{
    return AUTOML_HAVE_SQLITE && name && strcmp(name, "sqlite") == 0;
}
