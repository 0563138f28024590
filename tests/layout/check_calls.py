#!/usr/bin/env python3
"""check_calls.py [ROOT]: lib/ never calls what a library inside another program must not call."""
import re
import sys

import source

# Ends the process, talks to the terminal, reads the environment, changes or follows process-wide state.
FORBIDDEN = {
    'prints': 'printf vprintf puts putchar putc_unlocked putchar_unlocked perror psignal',
    'ends the process': 'exit _exit _Exit quick_exit abort assert raise',
    'starts a process': 'system popen fork vfork execv execve execl execlp execvp posix_spawn',
    'reads the environment': 'getenv secure_getenv setenv putenv unsetenv',
    'follows or changes the locale': 'setlocale localeconv newlocale uselocale strtod strtof strtold atof '
                                     'sscanf scanf fscanf strcoll strxfrm',
    'installs handlers': 'signal sigaction atexit at_quick_exit on_exit pthread_atfork',
    'uses a shared random state': 'rand srand random srandom drand48 lrand48 rand_r',
    'uses a shared buffer': 'strtok localtime gmtime ctime asctime strerror tmpnam',
    'changes a library for the whole process':
        'openblas_set_num_threads goto_set_num_threads openblas_set_num_threads_local '
        'cJSON_InitHooks cJSON_GetErrorPtr sqlite3_config sqlite3_shutdown',
}
ALLOCATION = ('malloc', 'calloc', 'realloc', 'free', 'aligned_alloc', 'posix_memalign', 'strdup', 'strndup')
# The account itself, and the public error, which exists without a context.
ALLOCATES = ('lib/base/memory.c', 'lib/base/error.c')
STREAMS = re.compile(r'\b(?:stdout|stderr|stdin)\b')
KILL = re.compile(r'\bkill\s*\((?![^;]*,\s*0\s*\))')
CALL = re.compile(r'(?<![\w.>])(\w+)\s*\(')
LAPACKE = re.compile(r'\bLAPACKE_(?!\w*_work\b)\w+\s*\(')
FLOAT_FORMAT = re.compile(r'%[-+#0]*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?[lL]?[fFgGeEaA]')

REASON = {name: reason for reason, names in FORBIDDEN.items() for name in names.split()}


def check_code(path, text):
    code = source.code_only(text)
    for m in CALL.finditer(code):
        reason = REASON.get(m[1])
        if m[1] in ALLOCATION and path not in ALLOCATES:
            reason = 'goes round the account of struct mem'
        if reason:
            yield m.start(1), f'{m[1]}() {reason}'
    for m in KILL.finditer(code):
        yield m.start(), 'kill() with a signal; only kill(pid, 0) asks and does nothing'
    for m in STREAMS.finditer(code):
        yield m.start(), f'{m[0]} belongs to the host program'
    for m in LAPACKE.finditer(code):
        yield m.start(), f'{m[0].rstrip("( ")}: call the _work form with own workspace'


def check_formats(text):
    for line, literal in source.strings(text):
        if FLOAT_FORMAT.search(literal.replace('%%', '')):
            yield line, f'"{literal}" prints a number by the locale; use number_print and %s'


def check(root):
    problems = []
    for path in source.files(root, ['lib']):
        text, where = source.read(root, path), path.as_posix()
        problems += [f'{where}:{source.line_of(text, at)}: {what}' for at, what in check_code(where, text)]
        problems += [f'{where}:{line}: {what}' for line, what in check_formats(text)]
    return problems


if __name__ == '__main__':
    found = check(sys.argv[1] if len(sys.argv) > 1 else '.')
    print('\n'.join(found) or 'lib/ calls nothing that it must not')
    sys.exit(bool(found))
