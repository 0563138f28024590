#!/bin/sh
# check_valgrind.sh [AUTOML]: a small job, its model and its history under valgrind: no bad access, nothing leaked.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
automl=${1:-$root/build-tests/examples/automl}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
store=$work/store

checked() {
    valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect,possible \
        --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=9 "$automl" "$@"
}

# 170 of the 20560 rows, from the first to the last.
zcat "$root/examples/data/occupancy.csv.gz" | awk 'NR == 1 || NR % 120 == 0' >"$work/rows.csv"
cat >"$work/job.json" <<'END'
{
  "feature_table_name": "rooms",
  "target_name": "Occupancy",
  "id_column": "sno",
  "date_column": "date",
  "start_date": "2015-02-03",
  "end_date": "2015-02-17",
  "num_features": 3,
  "generations": 2,
  "to_balance": true,
  "max_evaluations": 6,
  "cv_folds": 2,
  "threads": 2,
  "seed": "1"
}
END
checked import rooms "$work/rows.csv" --store "$store"
checked run "$work/job.json" --store "$store" >"$work/ran"
job=$(head -n 1 "$work/ran")
checked show "$job" --store "$store" >"$work/shown"
grep -q '^status  *succeeded$' "$work/shown"
checked predict "$store/jobs/$job/model.automl" "$work/rows.csv" >"$work/predicted"
[ "$(wc -l <"$work/predicted")" -eq "$(wc -l <"$work/rows.csv")" ]
checked inspect "$store/jobs/$job/model.automl" >"$work/inspected"
[ -s "$work/inspected" ]
echo "valgrind found nothing in import, run, show, predict and inspect ($(wc -l <"$work/rows.csv") lines)"
