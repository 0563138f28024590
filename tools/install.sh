#!/bin/sh
# install.sh [tests]: the Debian packages that a build needs; with `tests` those of the test suite too. Installs nothing that is there.
set -eu
# dpkg-dev tells meson where libraries belong on Debian; without it they would go to lib64, where nobody looks.
packages="gcc libc6-dev dpkg-dev meson ninja-build pkg-config libopenblas-dev liblapacke-dev libcjson-dev zlib1g-dev libsqlite3-dev"
if [ "${1:-}" = tests ]; then
    packages="$packages g++ gfortran cmake libcmocka-dev clang clang-format libclang-rt-dev llvm binutils abigail-tools \
        doxygen valgrind universal-ctags python3 sqlite3 git"
fi
missing=""
for p in $packages; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || { echo "install.sh: needs Debian or Ubuntu; install by hand:$missing" >&2; exit 1; }
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "install.sh: not root and no sudo; install by hand:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "Installing$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
