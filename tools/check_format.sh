#!/bin/sh
# check_format.sh: every C file is as clang-format 14 lays it out.
set -eu
cd "$(dirname "$0")/.."
git ls-files '*.c' '*.h' | grep -v '^tests/oracle/.*fixture' | xargs clang-format --dry-run --Werror
