#!/bin/sh
# run.sh [DATA_DIR]: builds a release and measures it. Data sets default to ../shared/data beside the checkout; skipped where absent.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
data=${1:-$root/../shared/data}
build=$root/build
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=release -Dtests=disabled
ninja -C "$build"
lscpu | sed -n 's/^Model name: *//p'
nproc
python3 "$root/bench/deadlines.py" "$build/examples/automl" "$data"
