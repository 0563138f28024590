#!/bin/sh
# doxygen_filter.sh HEADER: plain comments become Doxygen's, as the headers are written for people first.
exec sed -E \
    -e '1s|^/\*$|/** @file|' \
    -e 's|^( *)/\* |\1/** |' -e 's|^( *)/\*$|\1/**|' \
    -e 's|^(.*[^ /*].*) /\* (.*)$|\1 /**< \2|' "$1"
