"""check_exports.py ROOT LIBRARY: the library exports what the map lists, and the map lists what the headers declare,
each function under its version node."""
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import headers


def mapped(root):
    text = re.sub(r"/\*.*?\*/", "", open(f"{root}/lib/libautoml.map").read(), flags=re.S)
    nodes = {}
    for node, body in re.findall(r"(\w+)\s*\{(.*?)\}", text, re.S):
        for name in re.findall(r"^\s*(automl_\w+);", body, re.M):
            nodes[name] = node
    return nodes


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", library],
        check=True, capture_output=True, text=True).stdout.splitlines()
    symbols = {}
    for line in lines:
        kind, symbol = line.split()[1:3]
        name, _, node = symbol.partition("@")
        if kind != "A":
            symbols[name] = node.lstrip("@")
    return symbols


def declared(root):
    node = {True: "AUTOML_EXPERIMENTAL", False: "AUTOML_0"}
    return {f.name: node[f.header == "experimental"] for f in headers.functions(root)}


def differences(what, left, right):
    return [f"{name}: {left.get(name, 'absent')} | {right.get(name, 'absent')} ({what})"
        for name in sorted(left.keys() | right.keys()) if left.get(name) != right.get(name)]


root, library = sys.argv[1:3]
wrong = differences("headers | map", declared(root), mapped(root))
wrong += differences("map | library", mapped(root), exported(library))
print("\n".join(wrong) or f"{len(mapped(root))} functions")
sys.exit(bool(wrong))
