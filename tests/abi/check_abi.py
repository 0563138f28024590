"""check_abi.py ROOT CC... [--update]: the interface is compatible with tests/abi/libautoml.abi.

The interface is what the headers say: a library with an empty body for each of their functions is compared, so
that neither the build type nor inner types count. (abidiff tells public types by their header's name alone, and inner
headers have the same names.) Functions may be added; --update records them."""
import os
import platform
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import headers

SKIPPED = 77


def build(root, cc, folder):
    source, library = f"{folder}/interface.c", f"{folder}/libautoml.so.0"
    with open(source, "w") as out:
        out.write("#include <automl/automl.h>\n#include <automl/experimental.h>\n")
        for f in headers.functions(root):
            out.write(f"{f.text} {{ __builtin_trap(); }}\n")
    subprocess.run(cc + ["-std=c11", "-g", "-O0", "-fPIC", "-shared", "-I", f"{root}/include", "-Wl,-soname,libautoml.so.0",
        f"-Wl,--version-script={root}/lib/libautoml.map", source, "-o", library], check=True)
    return library


def main():
    update = "--update" in sys.argv
    root, *cc = [a for a in sys.argv[1:] if a != "--update"]
    baseline = f"{root}/tests/abi/libautoml.abi"
    if platform.machine() != "x86_64":
        print("the baseline is that of x86_64")
        return SKIPPED
    try:
        subprocess.run(["abidiff", "--version"], check=True, capture_output=True)
    except OSError:
        print("abidiff is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        library = build(root, cc, folder)
        if update:
            return subprocess.run(["abidw", "--no-comp-dir-path", "--no-show-locs", "--no-corpus-path",
                "--out-file", baseline, library]).returncode
        return subprocess.run(["abidiff", "--no-added-syms", baseline, library],
            env={**os.environ, "LC_ALL": "C"}).returncode


sys.exit(main())
