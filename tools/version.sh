#!/bin/sh
# version.sh: prints the version that include/automl/version.h states, its only place.
set -eu
header=$(dirname "$0")/../include/automl/version.h
part() { sed -n "s/^#define AUTOML_VERSION_$1 \([0-9]*\)$/\1/p" "$header"; }
echo "$(part MAJOR).$(part MINOR).$(part PATCH)"
