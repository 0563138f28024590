#!/bin/sh
# consumer.sh ROOT BUILD MESON CC...: installs into a temporary directory, moves that, and builds a program on it: by
# pkg-config, shared and static, in C and C++; by CMake, where there is one. The inner names are nobody's.
set -eu
root=$1
build=$2
meson=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$meson" install -C "$build" --no-rebuild --destdir "$work/first" >"$work/install.log" 2>&1 || {
    cat "$work/install.log"
    exit 1
}
prefix=$("$meson" introspect "$build" --buildoptions |
    python3 -c 'import json, sys; print({o["name"]: o["value"] for o in json.load(sys.stdin)}["prefix"])')
mv "$work/first$prefix" "$work/moved"
installed=$work/moved
pc=$(dirname "$(find "$installed" -name automl.pc)")
lib=$(dirname "$(find "$installed" -name 'libautoml.so' | head -n 1)")
PKG_CONFIG_PATH=$pc
export PKG_CONFIG_PATH

echo "headers: $(find "$installed/include/automl" -name '*.h' | wc -l)"
[ "$(find "$installed/include/automl" -name '*.h' | wc -l)" -eq "$(find "$root/include/automl" -name '*.h' | wc -l)" ]
[ "$(pkg-config --modversion automl)" = "$("$root/tools/version.sh")" ]

run() { # NAME LIBRARY_PATH COMMAND...
    name=$1
    path=$2
    shift 2
    "$@" -o "$work/$name"
    said=$(LD_LIBRARY_PATH=$path "$work/$name")
    echo "$name: $said"
}

# shellcheck disable=SC2046
run shared-c "$lib" "$@" -std=c99 -pedantic-errors -Wall -Wextra -Werror "$root/tests/api/consumer.c" \
    $(pkg-config --cflags --libs automl)
cxx=""
command -v c++ >/dev/null && cxx=c++
# shellcheck disable=SC2046
[ -z "$cxx" ] || run shared-cxx "$lib" c++ -x c++ -std=c++11 -pedantic-errors -Wall -Wextra -Werror \
    "$root/tests/api/consumer.c" -x none $(pkg-config --cflags --libs automl)

if [ -f "$lib/libautoml.a" ]; then
    mkdir -p "$work/static"
    cp "$lib/libautoml.a" "$work/static"
    others=$(pkg-config --static --libs automl | sed "s|-L${installed}[^ ]*||; s|-L${pc}[^ ]*||; s|-lautoml||")
    # shellcheck disable=SC2046,SC2086
    run static-c "" "$@" -std=c99 "$root/tests/api/consumer.c" $(pkg-config --cflags automl) "$work/static/libautoml.a" $others
    # shellcheck disable=SC2046,SC2086
    [ -z "$cxx" ] || run static-cxx "" c++ -x c++ -std=c++11 "$root/tests/api/consumer.c" -x none \
        $(pkg-config --cflags automl) "$work/static/libautoml.a" $others
    ldd "$work/static-c" | grep -q libautoml && { echo "the static program needs libautoml.so" >&2; exit 1; }
    foreign=$(nm -g --defined-only "$lib/libautoml.a" | awk 'NF == 3 && $3 !~ /^automl_/ { print $3 }')
    [ -z "$foreign" ] || { echo "libautoml.a defines: $foreign" >&2; exit 1; }
fi

if command -v cmake >/dev/null; then
    mkdir "$work/cmake"
    cp "$root/pkgconfig/consumer/CMakeLists.txt" "$root/tests/api/consumer.c" "$work/cmake"
    if ! { cmake -G Ninja -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$installed" -DCMAKE_C_COMPILER="$1" &&
        cmake --build "$work/cmake/build"; } >"$work/cmake.log" 2>&1; then
        cat "$work/cmake.log"
        exit 1
    fi
    for program in "$work"/cmake/build/consumer*; do
        said=$("$program")
        echo "cmake $(basename "$program"): $said"
    done
    [ -x "$work/cmake/build/consumer" ]
    [ ! -f "$lib/libautoml.a" ] || [ -x "$work/cmake/build/consumer_static" ]
fi
