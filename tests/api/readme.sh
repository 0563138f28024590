#!/bin/sh
# readme.sh ROOT: the C program in the README is examples/minimal.c, byte by byte.
set -eu
program=$(mktemp)
trap 'rm -f "$program"' EXIT
sed -n '/^```c$/,/^```$/p' "$1/README.md" | sed '1d;$d' >"$program"
[ -s "$program" ] || { echo "README.md has no C program" >&2; exit 1; }
diff -u "$1/examples/minimal.c" "$program"
