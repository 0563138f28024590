"""check_constants.py ROOT: constants.c pins every public constant."""
import re
import sys

sys.dont_write_bytecode = True
import headers

root = sys.argv[1]
pinned = re.findall(r"^PIN\((AUTOML_\w+),", open(f"{root}/tests/abi/constants.c").read(), re.M)
missing = sorted(set(headers.constants(root)) - set(pinned))
print("\n".join(f"{name} is not pinned" for name in missing) or f"{len(pinned)} constants")
sys.exit(bool(missing))
