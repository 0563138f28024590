"""check_headers.py ROOT CC...: each public header compiles alone as C99, and as C++11 where there is a C++ compiler."""
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import headers

root, cc = sys.argv[1], sys.argv[2:]
compilers = [cc + ["-x", "c", "-std=c99"]]
cxx = shutil.which("c++")
if cxx:
    compilers.append([cxx, "-x", "c++", "-std=c++11"])
warnings = "-Wall -Wextra -pedantic-errors -Wundef -Wshadow -Werror -fsyntax-only".split()
failed = 0
for name in headers.PUBLIC:
    source = f"#include <automl/{name}.h>\n#include <automl/{name}.h>\nint automl_header_check;\n"
    for compiler in compilers:
        command = compiler + warnings + ["-I", f"{root}/include", "-"]
        done = subprocess.run(command, input=source, text=True, capture_output=True)
        if done.returncode:
            failed += 1
            print(f"{name}.h by {' '.join(compiler)}:\n{done.stderr}")
print(f"{len(headers.PUBLIC)} headers, {len(compilers)} languages, {failed} failures")
sys.exit(failed > 0)
