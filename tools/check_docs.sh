#!/bin/sh
# check_docs.sh: Doxygen reads the public headers without a warning, and every link between the pages leads to a file.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    cat Doxyfile
    echo "OUTPUT_DIRECTORY = $work"
} | doxygen - >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
if [ -s "$work/log" ]; then
    cat "$work/log"
    exit 1
fi

broken=0
for page in $(git ls-files '*.md'); do
    folder=$(dirname "$page")
    for link in $(sed -n 's/\[[^]]*\](\([^)#]*\)[^)]*)/\n\1\n/gp' "$page" | grep -E '^[A-Za-z0-9_./-]+$' | grep -E '[./]' || true); do
        case $link in http*) continue ;; esac
        [ -e "$folder/$link" ] || { echo "$page: there is no $link"; broken=1; }
    done
done
for page in $(grep -oh 'docs/[a-z_-]*\.md' include/automl/*.h | sort -u); do
    [ -e "$page" ] || { echo "the headers name $page, which does not exist"; broken=1; }
done
exit $broken
