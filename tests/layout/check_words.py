#!/usr/bin/env python3
"""check_words.py [ROOT]: the repository speaks of the product, not of the place and the tools it was written with.

The words are kept as digests, so that this file does not contain them: single words, pairs of words, "/folder/".
"""
import hashlib
import pathlib
import re
import sys

import source

DIGESTS = set("""
028cdc72b35c 053ea4804ef1 216d3696f4fb 386ebc0efd04 3ea125d0bff3 442e56863b7e 487b91042c7c 5eff592cc497
60965168ce76 7d3194f79e64 833664992997 8c70b25cbbbe 94a168d2da57 a4d76a4d5958 b405683d0bb5 b7ad567477c8
c5f9d8f01eaa c70eca6b0f88 c857d09db23e cdcbb68a3444 cfe7b7e5994f d298391b0743 d4f0bc5a29de d885d2d3c436
de2187af3fb0
""".split())


def digest(word):
    return hashlib.sha256(word.encode()).hexdigest()[:12]


def phrases(line):
    """What of a line is compared: its words, neighbouring words, and folders of paths."""
    words = re.findall(r'[a-z]+', line)
    pairs = [f'{a} {b}' for a, b in zip(words, words[1:])]
    return words + pairs + re.findall(r'(?=(/[a-z]+/))', line)


def check(root, digests=frozenset(DIGESTS)):
    problems, known = [], {}
    for path in source.files(root, ['.'], suffixes=None):
        text = (pathlib.Path(root) / path).read_bytes().decode('latin-1').lower()
        if '\0' in text:
            continue
        for number, line in enumerate(text.split('\n'), 1):
            for phrase in set(phrases(line)):
                if phrase not in known:
                    known[phrase] = digest(phrase) in digests
                if known[phrase]:
                    problems.append(f'{path.as_posix()}:{number}: "{phrase}" does not belong into the repository')
    return problems


if __name__ == '__main__':
    found = check(sys.argv[1] if len(sys.argv) > 1 else '.')
    print('\n'.join(found) or 'the repository speaks of the product')
    sys.exit(bool(found))
