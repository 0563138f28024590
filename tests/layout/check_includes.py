#!/usr/bin/env python3
"""check_includes.py [ROOT]: includes point down the rooms of lib/ only, and libraries have one user each.

    base <- linalg, io, params <- data <- eval <- ops, balance <- pipeline <- search <- job <- api
"""
import sys

import source

ROOMS = [['base'], ['linalg', 'io', 'params'], ['data'], ['eval'], ['ops', 'balance'], ['pipeline'], ['search'],
         ['job'], ['api']]
RANK = {room: rank for rank, rooms in enumerate(ROOMS) for room in rooms}
# Between rooms of one rank, by file.
BESIDE = {('params', 'io/json.h')}
# A header of a library and the only files that may include it.
USERS = {
    'cblas.h': 'lib/linalg/',
    'openblas_config.h': 'lib/linalg/',
    'lapacke.h': 'lib/linalg/',
    'cJSON.h': 'lib/io/json.c',
    'zlib.h': 'lib/io/gzip.c',
    'sqlite3.h': 'lib/io/sqlite.c',
}
PUBLIC_SYSTEM = {'stddef.h', 'stdint.h'}
OPERATORS = ('ops/preprocess/', 'ops/select/', 'ops/classify/')


def room_of(name):
    room, slash, _ = name.partition('/')
    return room if slash and room in RANK else None


def check_library(path, name):
    user = USERS.get(name.rsplit('/', 1)[-1])
    if user and not path.startswith(user):
        return f'includes <{name}>; only {user} does'
    return None


def check_inner(path, name):
    """A quoted include of a file in lib/."""
    if name == 'config.h':
        return None
    here, there = room_of(path.removeprefix('lib/')), room_of(name)
    if there is None:
        return f'includes "{name}"; paths start at a room of lib/'
    if name.startswith(OPERATORS):
        return f'includes "{name}"; operators are reached through the table only'
    if here == there or (here, name) in BESIDE:
        return None
    if here is None or RANK[there] >= RANK[here]:
        return f'includes "{name}": {here} must not know {there}'
    return None


def check_public(name, is_system):
    if is_system and (name.startswith('automl/') or name in PUBLIC_SYSTEM):
        return None
    return f'includes {name}; a public header includes <automl/...>, {" and ".join(sorted(PUBLIC_SYSTEM))} only'


def check(root):
    problems = []
    for path in source.files(root, ['lib', 'include']):
        for line, is_system, name in source.includes(source.read(root, path)):
            where = path.as_posix()
            if where.startswith('include/'):
                found = check_public(name, is_system)
            else:
                found = check_library(where, name) or (None if is_system else check_inner(where, name))
            if found:
                problems.append(f'{where}:{line}: {found}')
    return problems


if __name__ == '__main__':
    found = check(sys.argv[1] if len(sys.argv) > 1 else '.')
    print('\n'.join(found) or 'every include points down')
    sys.exit(bool(found))
