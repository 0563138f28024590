"""test_jobs.py PROGRAM ROOT: the history, progress, and jobs that are stopped."""
import json
import re
import signal
import subprocess

import automl_cli

ESCAPE = re.compile(rb'\x1b\[[0-9;]*[A-Za-z]')


class History(automl_cli.Cli):
    def test_an_empty_store(self):
        self.assertEqual(self.jobs(), [])
        self.assertEqual(self.expect(0, 'jobs').stdout, '')

    def test_the_newest_comes_first(self):
        ids = [self.train(seed=str(seed))[0] for seed in range(3)]
        self.assertEqual([job['id'] for job in self.jobs()], ids[::-1])
        self.assertEqual([job['id'] for job in self.jobs('--limit', '2')], ids[:0:-1])
        lines = self.expect(0, 'jobs').stdout.split('\n')
        self.assertTrue(lines[0].startswith('ID'))
        self.assertEqual([line[:32] for line in lines[1:-1]], ids[::-1])

    def test_a_status_filters(self):
        good, _ = self.train()
        self.expect(2, 'run', self.config(target_name='z'))
        self.assertEqual([job['id'] for job in self.jobs('--status', 'succeeded')], [good])
        self.assertEqual(len(self.jobs('--status', 'failed')), 1)
        self.assertEqual(self.jobs('--status', 'running'), [])

    def test_a_job_is_shown(self):
        job, folder = self.train(scoring='ks')
        shown = self.expect(0, 'show', job).stdout
        result = json.loads((folder / 'result.json').read_text())
        self.assertRegex(shown, r'(?m)^status +succeeded$')
        self.assertRegex(shown, rf'(?m)^ks +{result["metrics"]["train"]["ks"]:.6f} +{result["metrics"]["test"]["ks"]:.6f}$')
        self.assertRegex(shown, r'(?m)^ +\d+  model.automl$')
        self.assertIn('"scoring": "ks"', shown)

    def test_a_job_is_shown_as_json(self):
        job, folder = self.train(scoring='ks')
        shown = json.loads(self.expect(0, 'show', job, '--json').stdout)
        result = json.loads((folder / 'result.json').read_text())
        self.assertEqual((shown['id'], shown['status'], shown['table']), (job, 'succeeded', 'rows.csv'))
        self.assertEqual(shown['test_score'], result['metrics']['test']['ks'])
        config = json.loads((folder / 'config.json').read_text())
        self.assertEqual({k: shown['config'][k] for k in config if k != 'positive_label'},
                         {k: v for k, v in config.items() if k != 'positive_label'})

    def test_the_beginning_of_an_id_is_enough(self):
        job, _ = self.train()
        self.assertEqual(json.loads(self.expect(0, 'show', job[:9], '--json').stdout)['id'], job)
        self.train()
        self.expect(2, 'show', '0', says='several')
        self.expect(2, 'show', 'f' * 32)

    def test_a_deleted_job_is_gone(self):
        job, folder = self.train()
        self.expect(0, 'delete', job)
        self.assertFalse(folder.exists())
        self.assertEqual(self.jobs(), [])
        self.expect(2, 'delete', job)

    def test_only_a_running_job_is_cancelled(self):
        job, _ = self.train()
        self.expect(1, 'cancel', job, says='not running')
        self.expect(2, 'cancel', 'ff')


class Stopping(automl_cli.Cli):
    """The job has no budget but its 100 s; what is looked at is the bar, not a clock."""

    def start(self, *args, **environment):
        self.write('rows.csv', automl_cli.table(2000))
        config = self.config(max_evaluations=0, max_seconds=100)
        return automl_cli.Terminal(self.folder, 'run', config, *args, TERM='xterm', **environment)

    def start_and_find_one(self):
        running = self.start()
        running.read_until(b'searching, best 0.')
        return running

    def assert_kept(self, running):
        code, output, seen = running.finish()
        self.assertEqual(code, 130, seen)
        self.assertIn(b'cancelled', seen)
        folder = self.folder / output.split('\n')[1]
        result = json.loads((folder / 'result.json').read_text())
        self.assertEqual((result['status'], result['partial'], result['reproducible']), ('cancelled', True, False))
        self.expect(0, 'predict', str(folder / 'model.automl'), 'rows.csv', '-o', 'out.csv')
        self.assertEqual(self.jobs()[0]['status'], 'cancelled')

    def test_interrupt_keeps_the_best(self):
        running = self.start_and_find_one()
        running.process.send_signal(signal.SIGINT)
        self.assert_kept(running)

    def test_termination_keeps_the_best(self):
        running = self.start_and_find_one()
        running.process.send_signal(signal.SIGTERM)
        self.assert_kept(running)

    def test_cancel_keeps_the_best(self):
        running = self.start_and_find_one()
        job = self.jobs('--status', 'running')[0]['id']
        self.expect(1, 'delete', job, says='running')
        self.expect(0, 'cancel', job)
        self.assert_kept(running)

    def test_a_second_signal_abandons(self):
        running = self.start()
        job = running.process.stdout.readline().strip()
        running.process.send_signal(signal.SIGINT)
        running.process.send_signal(signal.SIGTERM)
        self.assertEqual(running.finish()[0], 130)
        self.assertEqual([j['status'] for j in self.jobs()], ['cancelled'])
        self.assertFalse((self.folder / 'automl-store/jobs' / job).exists())

    def test_a_killed_job_was_interrupted(self):
        running = self.start_and_find_one()
        running.process.kill()
        self.assertEqual(running.finish()[0], -signal.SIGKILL)
        self.assertEqual([j['status'] for j in self.jobs()], ['interrupted'])

    def test_a_reader_that_leaves_stops_nothing(self):
        done = subprocess.run(['sh', '-c', '"$0" run "$1" 2>&1 >out.txt | true', automl_cli.PROGRAM, self.config()],
                              cwd=self.folder, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertEqual([j['status'] for j in self.jobs()], ['succeeded'])


class Progress(automl_cli.Cli):
    def watch(self, *args, **environment):
        self.write('rows.csv', automl_cli.table(2000))
        config = self.config(max_evaluations=0, max_seconds=2)
        code, output, seen = automl_cli.Terminal(self.folder, 'run', config, *args, **environment).finish()
        self.assertEqual(code, 0, seen)
        self.assertRegex(output, r'\A[0-9a-f]{32}\nautoml-store/jobs/[0-9a-f]{32}\n\Z')
        return seen

    def frames(self, seen):
        """What stood on the line of the bar, without colours."""
        parts = [ESCAPE.sub(b'', part) for part in re.split(rb'\r', seen) if b'%' in part]
        self.assertGreater(len(parts), 3)
        return [part.decode() for part in parts]

    def test_a_bar_with_best_score_and_time_left(self):
        seen = self.watch(TERM='xterm', COLUMNS='100')
        self.assertIn(b'\x1b[32m', seen)
        frames = self.frames(seen)
        self.assertTrue(all(re.match(r'\[#*\.*\] *\d+ % [a-z]+', f) for f in frames), frames)
        self.assertTrue(any(re.search(r'best \d\.\d{4}, \d+:\d\d left', f) for f in frames), frames)
        shares = [int(re.search(r'(\d+) %', f)[1]) for f in frames]
        self.assertEqual(shares, sorted(shares))
        self.assertNotIn(b'%', seen.split(b'\r')[-2])

    def test_no_color(self):
        seen = self.watch(TERM='xterm', COLUMNS='100', NO_COLOR='1')
        self.assertNotRegex(seen, rb'\x1b\[\d+m')
        self.assertTrue(self.frames(seen)[0].startswith('['))

    def test_columns(self):
        for columns in (30, 55):
            for frame in self.frames(self.watch(TERM='xterm', COLUMNS=str(columns))):
                self.assertLess(len(frame), columns)

    def test_no_bar_on_a_dumb_terminal_or_a_pipe(self):
        self.assertNotIn(b'\x1b', self.watch(TERM='dumb'))
        done = self.expect(0, 'run', self.config())
        self.assertNotRegex(done.stderr, r'[\x1b%]')
        self.assertIn('test:', done.stderr)

    def test_quiet(self):
        self.assertEqual(self.expect(0, 'run', self.config(), '--quiet').stderr, '')
        self.assertNotIn(b'%', self.watch('--quiet', TERM='xterm'))


if __name__ == '__main__':
    automl_cli.main()
