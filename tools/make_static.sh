#!/bin/sh
# make_static.sh CORE.a OUT.a CC...: one relocatable object whose hidden symbols are local, in an archive.
set -eu
core=$1
out=$2
shift 2
object=${out%.a}.o
"$@" -r -nostdlib -o "$object" -Wl,--whole-archive "$core" -Wl,--no-whole-archive
objcopy --localize-hidden "$object"
rm -f "$out"
ar rcs "$out" "$object"
rm -f "$object"
