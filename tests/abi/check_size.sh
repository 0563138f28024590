#!/bin/sh
# check_size.sh LIBRARY: stripped it stays below 2 MB.
set -eu
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$1"
bytes=$(wc -c <"$stripped")
echo "$bytes bytes"
[ "$bytes" -lt 2000000 ]
