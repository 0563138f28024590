"""automl_cli.py - what the tests of the command line share: the program, a folder of its own, small tables."""
import json
import os
import pathlib
import pty
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else 'automl'
ROOT = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else '.').resolve()
QUICK = {'cv_folds': 2, 'max_evaluations': 3, 'threads': 1}


def main():
    """Runs the tests of the calling script; its arguments are ours."""
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])


def table(rows=200, classes=('0', '1'), seed=1):
    """CSV text: id, a (follows y), b (noise), c (category), when (January 2024), y."""
    rng = random.Random(seed)
    lines = ['id,a,b,c,when,y']
    for i in range(rows):
        y = rng.randrange(len(classes)) if i >= len(classes) else i
        lines.append(f'{i},{rng.gauss(y, 1):.4f},{rng.gauss(0, 1):.4f},{rng.choice("uvw")},'
                     f'2024-01-{1 + i % 28:02d},{classes[y]}')
    return '\n'.join(lines) + '\n'


class Cli(unittest.TestCase):
    """Each test runs in an empty folder with the table rows.csv; the store is ./automl-store."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='automl-cli-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.write('rows.csv', table())

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def config(self, name='job.json', **parameters):
        merged = {'feature_table_name': 'rows.csv', 'target_name': 'y', **QUICK, **parameters}
        self.write(name, json.dumps({k: v for k, v in merged.items() if v is not None}))
        return name

    def call(self, *args, **options):
        """The finished process; its output is text."""
        return subprocess.run([PROGRAM, *args], cwd=self.folder, timeout=240, stdin=subprocess.DEVNULL,
                              **{'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True, **options})

    def expect(self, code, *args, says=(), **options):
        """Calls, compares the exit code and looks for texts in what it complains; returns the process."""
        done = self.call(*args, **options)
        self.assertEqual(done.returncode, code, f'{args}: {done.stdout}{done.stderr}')
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, done.stderr)
        if code != 0:
            self.assertRegex(done.stderr, r'(?m)^automl: \S')
        return done

    def train(self, *args, **parameters):
        """Runs a job to its end; returns its id and its folder."""
        done = self.expect(0, 'run', self.config(**parameters), '--quiet', *args)
        job, folder = done.stdout.split('\n')[:2]
        return job, self.folder / folder

    def jobs(self, *args):
        return json.loads(self.expect(0, 'jobs', '--json', *args).stdout)


class Terminal:
    """The program with a terminal for its standard error; its standard output is a pipe."""

    def __init__(self, folder, *args, **environment):
        self.master, slave = pty.openpty()
        env = {k: v for k, v in os.environ.items() if k not in ('NO_COLOR', 'COLUMNS', 'TERM')}
        self.process = subprocess.Popen([PROGRAM, *args], cwd=folder, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=slave, text=True,
                                        env={**env, **environment})
        os.close(slave)
        self.seen = b''

    def read(self):
        """False at the end."""
        try:
            piece = os.read(self.master, 4096)
        except OSError:
            return False
        self.seen += piece
        return bool(piece)

    def read_until(self, text):
        while text not in self.seen:
            if not self.read():
                raise AssertionError(f'{text!r} was not shown: {self.seen!r}')

    def finish(self):
        """The exit code, standard output, and the terminal's bytes."""
        while self.read():
            pass
        output = self.process.communicate(timeout=240)[0]
        os.close(self.master)
        return self.process.returncode, output, self.seen
