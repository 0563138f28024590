#!/bin/sh
# compare.sh TABLES PAGE FILE: the committed page is what the tables print.
set -eu
"$1" "$2" | diff -u "$3" - || {
    echo "docs/$2.md is out of date: build/tests/tables $2 > docs/$2.md" >&2
    exit 1
}
