#!/bin/sh
# quickstart.sh: installs what is missing (Debian, Ubuntu), builds a release, and runs the main job on real data.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/tools/install.sh"
build=$root/build
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=release -Dtests=disabled >"$root/build-setup.log" 2>&1 ||
    { cat "$root/build-setup.log" >&2; exit 1; }
rm -f "$root/build-setup.log"
ninja -C "$build" >"$build/build.log" || { cat "$build/build.log" >&2; exit 1; }

automl=$build/examples/automl
store=${1:-$root/automl-store}
echo "Loading the feature table 'occupancy' (4 sensors of an office room, one reading a minute) into $store"
"$automl" import occupancy "$root/examples/data/occupancy.csv.gz" --store "$store" 2>/dev/null ||
    "$automl" jobs --store "$store" >/dev/null
echo "Training for at most 30 seconds: is the room occupied? 3 of 5 features, classes balanced, a week-end's window of dates"
ran=$("$automl" run "$root/examples/quickstart.json" --store "$store")
job=$(echo "$ran" | head -n 1)
"$automl" show "$job" --store "$store"
echo
echo "Results: $store/jobs/$job"
ls "$store/jobs/$job"
