#!/usr/bin/env python3
"""check_sizes.py [ROOT]: no function over 100 lines, no file over 800; half of lib/ at most 17, nine in ten at most 55.

tests/layout/allowed_sizes.txt lists what may be larger: `PATH lines` or `PATH FUNCTION lines`. It only shrinks: an
entry that is no longer needed, or that allows more than is there, fails too. Files that a script wrote do not count.
"""
import pathlib
import statistics
import sys

import source

FUNCTION_LINES, FILE_LINES = 100, 800
MEDIAN_LINES, P90_LINES = 17, 55
ALLOWED = pathlib.Path('tests/layout/allowed_sizes.txt')
FOLDERS = ['lib', 'include', 'examples', 'bench', 'tests']


def allowed(root):
    """{'path' or 'path function': lines}"""
    entries = {}
    path = pathlib.Path(root) / ALLOWED
    for line in path.read_text().split('\n') if path.exists() else []:
        words = line.split()
        if words and not words[0].startswith('#'):
            entries[' '.join(words[:-1])] = int(words[-1])
    return entries


def measure(root):
    """({'path' or 'path function': lines} of what is too large, [lines of each function of lib/])"""
    large, lengths = {}, []
    for path in source.files(root, FOLDERS):
        text = source.read(root, path)
        if source.is_written_by_a_script(text):
            continue
        lines = text.count('\n')
        if lines > FILE_LINES:
            large[path.as_posix()] = lines
        for name, _, length in source.functions(text):
            if path.parts[0] == 'lib':
                lengths.append(length)
            if length > FUNCTION_LINES:
                large[f'{path.as_posix()} {name}'] = length
    return large, lengths


def quantiles(lengths):
    ordered = sorted(lengths)
    return statistics.median(ordered), ordered[max(0, -(-len(ordered) * 9 // 10) - 1)]


def check(root):
    large, lengths = measure(root)
    entries = allowed(root)
    problems = []
    for what, lines in large.items():
        limit = FUNCTION_LINES if ' ' in what else FILE_LINES
        if what not in entries:
            problems.append(f'{what}: {lines} lines, at most {limit}')
        elif lines > entries[what]:
            problems.append(f'{what}: {lines} lines; {ALLOWED} allows {entries[what]}')
    for what, lines in entries.items():
        if large.get(what, 0) < lines:
            problems.append(f'{ALLOWED}: {what} is down to {large.get(what, "the limit")}: shrink or remove its entry')
    if lengths:
        median, p90 = quantiles(lengths)
        if median > MEDIAN_LINES or p90 > P90_LINES:
            problems.append(f'lib: median {median}, p90 {p90}; at most {MEDIAN_LINES} and {P90_LINES}')
    return problems


def summary(root):
    _, lengths = measure(root)
    median, p90 = quantiles(lengths) if lengths else (0, 0)
    return f'lib: {len(lengths)} functions, median {median:g} lines, p90 {p90}, longest {max(lengths, default=0)}'


if __name__ == '__main__':
    tree = sys.argv[1] if len(sys.argv) > 1 else '.'
    found = check(tree)
    print('\n'.join(found + [summary(tree)]))
    sys.exit(bool(found))
