#!/bin/sh
# run.sh [meson test arguments]: installs what is missing (Debian, Ubuntu), builds, runs all tests.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/tools/install.sh" tests
build=$root/build-tests
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=debugoptimized -Dtests=enabled -Dwerror=true
ninja -C "$build"
meson test -C "$build" --print-errorlogs "$@"
