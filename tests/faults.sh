#!/bin/sh
# faults.sh: refuses every allocation of a small job, once and from it on. The suite does the first 300 and 200 others.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/tools/install.sh" tests
build=$root/build-tests
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=debugoptimized -Dtests=enabled -Dwerror=true
ninja -C "$build" tests/test_job_faults
"$build/tests/test_job_faults" all
