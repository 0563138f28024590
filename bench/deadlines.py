#!/usr/bin/env python3
"""Do jobs end when they should? Runs the command line on data sets with short budgets and measures the wall clock.

    deadlines.py AUTOML DATA_DIR [--seconds 5,20] [--threads 2] [--sets a,b,...] [--out results.json]

DATA_DIR holds index.json (name, file, target, id_column) and the .csv.gz files. A job is in time if it ends no later than
max(1 %, 0.3 s) after its budget, process start, loading and files included.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

DEFAULT_SETS = ["adult", "bank-marketing", "covertype-2vs4", "letter", "credit-g", "arcene", "hotel-bookings", "dna",
                "skin-segmentation", "census-income-nominal"]


def run(automl, data, entry, seconds, threads, store):
    config = {"feature_table_name": os.path.join(data, entry["file"]), "target_name": entry["target"],
              "max_seconds": seconds, "threads": threads, "seed": "0"}
    if entry.get("id_column"):
        config["id_column"] = entry["id_column"]
    path = os.path.join(store, "config.json")
    with open(path, "w") as f:
        json.dump(config, f)
    start = time.monotonic()
    p = subprocess.run([automl, "run", path, "--store", store, "--quiet"], capture_output=True, text=True)
    wall = time.monotonic() - start
    row = {"set": entry["name"], "budget_s": seconds, "wall_s": round(wall, 3), "exit": p.returncode,
           "in_time": wall <= seconds + max(0.01 * seconds, 0.3)}
    if p.returncode == 0:
        with open(os.path.join(p.stdout.splitlines()[1], "result.json")) as f:
            result = json.load(f)
        row["evaluated"] = result["search"]["evaluated"]
        row["cv"] = result["cv"]["score"]
        metric = "roc_auc" if "roc_auc" in result["metrics"]["test"] else "log_loss"
        row["test_" + metric] = result["metrics"]["test"][metric]
    else:
        row["error"] = p.stderr.strip()[-200:]
    return row


def machine():
    with open("/proc/cpuinfo") as f:
        names = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def main():
    a = argparse.ArgumentParser()
    a.add_argument("automl")
    a.add_argument("data")
    a.add_argument("--seconds", default="5,20")
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--sets", default=",".join(DEFAULT_SETS))
    a.add_argument("--out")
    o = a.parse_args()
    index = os.path.join(o.data, "index.json")
    if not os.path.exists(index):
        print(f"skipped: no {index}")
        return 0
    with open(index) as f:
        sets = {e["name"]: e for e in json.load(f)}
    rows, late = [], 0
    for seconds in map(float, o.seconds.split(",")):
        for name in o.sets.split(","):
            store = tempfile.mkdtemp(prefix="automl-bench-")
            row = run(o.automl, o.data, sets[name], seconds, o.threads, store)
            shutil.rmtree(store)
            rows.append(row)
            late += not row["in_time"] or row["exit"] != 0
            print(json.dumps(row), flush=True)
    print(f"{len(rows)} jobs, {late} late or failed")
    if o.out:
        with open(o.out, "w") as f:
            json.dump({"machine": machine(), "command": " ".join(["deadlines.py", *sys.argv[3:]]), "jobs": rows}, f, indent=1)
            f.write("\n")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
