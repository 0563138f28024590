#!/bin/sh
# subproject.sh ROOT MESON CC...: a meson project finds libautoml as a subproject, with nothing built but the library.
set -eu
root=$1
meson=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/subprojects"
ln -s "$root" "$work/subprojects/libautoml"
cp "$root/tests/api/consumer.c" "$work"
cat >"$work/meson.build" <<'END'
project('consumer', 'c')
automl = dependency('automl', fallback: ['libautoml', 'automl_dep'],
  default_options: ['cli=false', 'tests=disabled', 'default_library=shared'])
test('consumer', executable('consumer', 'consumer.c', dependencies: automl))
END
CC="$*" "$meson" setup "$work/build" "$work" --wrap-mode=forcefallback --buildtype=plain >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
"$meson" test -C "$work/build" >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
grep -E '^(Ok|Fail):' "$work/log"
