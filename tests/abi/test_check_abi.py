"""test_check_abi.py ROOT CC...: check_abi.py accepts the interface and an added function, and finds planted breaks."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

root, *cc = sys.argv[1:]
SKIPPED = 77

PLANTS = {
    "nothing": ("job", "", "", True),
    "an added function": ("job", "AUTOML_END_DECLS",
        "/** Added. */\nAUTOML_API int32_t automl_job_added(void);\nAUTOML_END_DECLS", True),
    "a member put in the middle": ("context", "    int32_t n_threads;", "    int32_t spare;\n    int32_t n_threads;", False),
    "a narrower argument": ("store", "int64_t limit", "int32_t limit", False),
    "a wider result": ("pipeline", "int32_t automl_pipeline_class_count", "int64_t automl_pipeline_class_count", False),
    "another argument": ("job", "automl_job_id(const automl_job *job)", "automl_job_id(const automl_job *job, int32_t i)", False),
}


def check(header, old, new):
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        shutil.copytree(f"{root}/include", tree / "include")
        shutil.copytree(f"{root}/tests/abi", tree / "tests/abi")
        (tree / "lib").mkdir()
        shutil.copy(f"{root}/lib/libautoml.map", tree / "lib")
        path = tree / f"include/automl/{header}.h"
        text = path.read_text()
        if old not in text:
            sys.exit(f"{header}.h has no '{old}' to plant a break in")
        path.write_text(text.replace(old, new, 1) if old else text)
        return subprocess.run([sys.executable, str(tree / "tests/abi/check_abi.py"), folder] + cc, capture_output=True,
            text=True)


wrong = 0
for name, (header, old, new, accepted) in PLANTS.items():
    done = check(header, old, new)
    if done.returncode == SKIPPED:
        sys.exit(SKIPPED)
    if (done.returncode == 0) != accepted:
        wrong += 1
        print(f"{name}: status {done.returncode}\n{done.stdout}{done.stderr}")
print(f"{len(PLANTS)} plants, {wrong} judged wrongly")
sys.exit(wrong > 0)
