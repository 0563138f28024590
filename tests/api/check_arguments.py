"""check_arguments.py ROOT: test_arguments.c has a line for every pointer of every public function.

A pointer whose documentation says what NULL does may be NULL (then a test of that is welcome, but not asked for here);
any other is refused (REFUSES) by functions that return a status, and harmless (SAFE, FREES) to all others."""
import re
import sys

sys.dont_write_bytecode = True
root = sys.argv[1]
sys.path.insert(0, f"{root}/tests/abi")
import headers

# Pointers that a callback's owner gets back, of functions that cannot fail.
HARMLESS = {("automl_job_set_progress", "job"), ("automl_job_set_progress", "fn"), ("automl_job_set_progress", "user")}

text = open(f"{root}/tests/api/test_arguments.c").read()
tested = set(re.findall(r"(?:REFUSES|SAFE)\((automl_\w+),\s*(\w+),", text))
freed = set(re.findall(r"FREES\((automl_\w+)\)", text))

missing, count = [], 0
for f in headers.functions(root):
    for name, pointer in f.parameters:
        if not pointer or (f.status() and name == "err") or (f.name, name) in HARMLESS:
            continue
        count += 1
        may_be_null = f.status() and f.optional(name)
        if not may_be_null and (f.name, name) not in tested and f.name not in freed:
            missing.append(f"{f.name}: nothing tests {name} = NULL")
known = {f.name for f in headers.functions(root)}
missing += [f"{name}: no such function" for name in sorted({n for n, _ in tested} - known)]
print("\n".join(missing) or f"{count} pointers")
sys.exit(bool(missing))
