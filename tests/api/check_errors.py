"""check_errors.py ROOT: docs/errors.md lists every status code with its value."""
import re
import sys

root = sys.argv[1]
declared = re.findall(r"^\s+(AUTOML_(?:OK|STOPPED|E_\w+)) = (-?\d+)", open(f"{root}/include/automl/status.h").read(), re.M)
listed = re.findall(r"^\| `(AUTOML_\w+)` \| (-?\d+) \|", open(f"{root}/docs/errors.md").read(), re.M)
wrong = sorted(set(declared) ^ set(listed))
print("\n".join(f"{name} = {value} is only in {'status.h' if (name, value) in declared else 'errors.md'}"
    for name, value in wrong) or f"{len(listed)} codes")
sys.exit(bool(wrong) or not listed)
