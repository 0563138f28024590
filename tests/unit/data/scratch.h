/* scratch.h - a directory of its own for a test that needs files. */
#ifndef TESTS_DATA_SCRATCH_H
#define TESTS_DATA_SCRATCH_H

/* Makes the directory; fails the test if it cannot. */
void scratch_make(void);
/* Removes it and what is in it. */
void scratch_remove(void);
/* A path in it; lives until the second next call. */
const char *scratch_path(const char *name);
/* Writes a file and returns its path. */
const char *scratch_file(const char *name, const char *text);

#endif
