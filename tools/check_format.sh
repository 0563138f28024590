#!/bin/sh
# check_format.sh: every C file is as clang-format 14 lays it out.
set -eu
cd "$(dirname "$0")/.."
find bench examples include lib tests tools -name '*.[ch]' ! -path 'tests/oracle/*fixture*' -print0 |
    xargs -0 clang-format --dry-run --Werror
