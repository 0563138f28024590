"""test_errors.py PROGRAM ROOT: wrong usage, parameters, data and models: exit codes and what is said."""
import os
import shutil
import subprocess

import automl_cli


class Usage(automl_cli.Cli):
    def test_help_and_version(self):
        version = (automl_cli.ROOT / 'include/automl/version.h').read_text()
        parts = [line.split()[-1] for line in version.split('\n') if line.startswith('#define AUTOML_VERSION_M')
                 or line.startswith('#define AUTOML_VERSION_PATCH')]
        self.assertEqual(self.expect(0, '--version').stdout, f'automl {".".join(parts)}\n')
        self.assertIn('usage: automl', self.expect(0, '--help').stdout)
        self.assertIn('usage: automl', self.call().stderr)
        self.assertEqual(self.call().returncode, 2)

    def test_every_command_has_help(self):
        shown = self.expect(0, '--help').stdout
        for command in 'run jobs show cancel delete import predict inspect operators metrics'.split():
            self.assertRegex(shown, rf'(?m)^  {command} ')
            self.assertIn(f'usage: automl {command}', self.expect(0, command, '--help').stdout)

    def test_commands_to_come_are_not_advertised(self):
        for command in ('resume', 'export'):
            self.expect(2, command, 'x', says='not supported')
            self.assertNotIn(command, self.expect(0, '--help').stdout)

    def test_wrong_usage(self):
        for args in (['walk'], ['run'], ['run', 'a', 'b'], ['jobs', 'x'], ['jobs', '--limit'], ['jobs', '--limit', '-1'],
                     ['jobs', '--limit', '3x'], ['jobs', '--status', 'lost'], ['jobs', '--quiet'], ['run', 'x', '--set', 'y'],
                     ['jobs', '--json=yes'], ['import', 'x'], ['predict', 'x'], ['metrics', 'x'], ['show', 'zz']):
            self.expect(2, *args)

    def test_options_may_stand_anywhere(self):
        self.expect(0, 'jobs', '--store=here', '--limit', '3')
        self.assertTrue((self.folder / 'here').is_dir())
        self.expect(2, 'show', '--store', 'here', '--', '--json', says="'--json'")


class Parameters(automl_cli.Cli):
    def refused(self, says, **parameters):
        self.expect(2, 'run', self.config(**parameters), says=says)

    def test_nearest_names(self):
        self.refused("nearest is 'scoring'", scorin='ks')
        self.refused("nearest is 'roc_auc'", scoring='roc_au')
        self.refused("nearest is 'knn'", search_space={'operators': {'knnn': {}}})
        self.refused('balance_method', balance_method='smot')
        self.refused("nearest is 'a'", features_selected=['aa', 'b'])
        self.refused("nearest is 'id'", id_column='idd')
        self.expect(2, 'operators', 'pcaa', says="nearest is 'pca'")

    def test_missing_columns(self):
        self.refused(["'z'"], target_name='z')
        self.refused(["'z'"], group_column='z')

    def test_types_and_ranges(self):
        self.refused('cv_folds', cv_folds='many')
        self.refused('cv_folds', cv_folds=1)
        self.refused('test_size', test_size=2)
        self.refused('to_balance', to_balance='perhaps')
        self.refused('features_selected', features_selected='a')
        self.refused('seed', seed=1.5)
        self.refused('target_name', target_name=None)
        self.refused("'regression'", task='regression')

    def test_settings_are_checked_like_the_file(self):
        self.expect(2, 'run', self.config(), '--set', 'cv_folds=x', says='cv_folds')
        self.expect(2, 'run', self.config(), '--set', 'cv_fold=3', says="nearest is 'cv_folds'")

    def test_windows(self):
        self.refused('start_date', start_date='2024-02-01', end_date='2024-01-01')
        self.refused('start_date', start_date='soon')
        self.expect(3, 'run', self.config(start_date='2030-01-01', end_date='2030-02-01'), says='2024-01-28')

    def test_more_features_than_columns(self):
        self.refused('num_features', num_features=40)

    def test_configuration_files(self):
        self.expect(2, 'run', 'missing.json', says='missing.json')
        self.expect(2, 'run', '.', says='directory')
        self.write('bad.json', '{"target_name": "y",')
        self.expect(2, 'run', 'bad.json', says='line 1')
        self.write('list.json', '[1]')
        self.expect(2, 'run', 'list.json')
        self.write('twice.json', '{"target_name": "y", "target_name": "z"}')
        self.expect(2, 'run', 'twice.json', says='twice.json')

    def test_nothing_is_stored_for_a_wrong_configuration(self):
        self.refused('cv_folds', cv_folds=1)
        self.assertFalse((self.folder / 'automl-store').exists())


class Data(automl_cli.Cli):
    def refused(self, content, says=()):
        self.write('bad.csv', content)
        self.expect(3, 'run', self.config(feature_table_name='bad.csv'), says=says)

    def test_missing_tables(self):
        self.expect(3, 'run', self.config(feature_table_name='missing.csv'), says='missing.csv')
        self.expect(3, 'run', self.config(feature_table_name='missing'), says="no table 'missing'")
        self.expect(0, 'import', 'people', 'rows.csv')
        self.expect(3, 'run', self.config(feature_table_name='peple'), says="nearest is 'people'")

    def test_unusable_tables(self):
        self.refused('a,y\n' + '1,1\n' * 50, "only the class '1'")
        self.refused('a,y\n1,1\n')
        self.refused('a,y\n' + ''.join(f'{i},{i / 8}\n' for i in range(50)), 'values that repeat')
        self.refused('a,y\n', 'no rows')
        self.refused('', 'empty')

    def test_malformed_tables(self):
        self.refused('a,y\n1,0\n2\n', 'line 3')
        self.refused('a,y\n1,"0\n', 'line 2')
        self.refused('a,a\n1,0\n', "'a'")
        self.refused('a,y\n\0,0\n')
        self.refused(b'a,y\n\xff,0\n')
        self.write('bad.csv.gz', b'\x1f\x8b\x08\0\0\0\0\0\0\3abc')
        self.expect(3, 'run', self.config(feature_table_name='bad.csv.gz'))

    def test_import(self):
        self.assertEqual(self.expect(0, 'import', 'people', 'rows.csv').stdout, '200 rows\n')
        self.expect(2, 'import', 'people', 'rows.csv', says="'people'")
        self.expect(3, 'import', 'others', 'missing.csv', says='missing.csv')
        self.write('bad.csv', 'a,y\n1\n')
        self.expect(3, 'import', 'others', 'bad.csv', says='line 2')
        self.expect(3, 'run', self.config(feature_table_name='others'), says="'others'")

    def test_failed_jobs_keep_their_reason(self):
        self.expect(2, 'run', self.config(target_name='z'))
        self.expect(2, 'run', self.config(num_features=40))
        for job, word in zip(self.jobs(), ('num_features', "'z'")):
            self.assertEqual(job['status'], 'failed')
            self.assertIn(word, job['error'])
            self.assertIn(word, self.expect(0, 'show', job['id']).stdout)
            self.assertFalse((self.folder / 'automl-store/jobs' / job['id']).exists())

    def test_names_cannot_steer_the_terminal(self):
        self.write('bad.csv', 'a\x1b[2Jb,\u009b5m\x07,y\n1,2,0\n')
        done = self.expect(2, 'run', self.config(feature_table_name='bad.csv', target_name='a\x1b[2Jc'))
        self.assertFalse(set(done.stderr) & {'\x1b', '\x07', '\u009b'}, repr(done.stderr))
        self.assertFalse('\x1b' in self.expect(0, 'jobs').stdout)


class Models(automl_cli.Cli):
    def setUp(self):
        super().setUp()
        _, folder = self.train(search_space={'operators': {'gaussian_nb': {}}}, ensemble=False)
        self.model = (folder / 'model.automl').read_bytes()

    def refused(self, content):
        self.write('bad.automl', content)
        self.expect(3, 'inspect', 'bad.automl', says='bad.automl')
        self.expect(3, 'predict', 'bad.automl', 'rows.csv', says='bad.automl')

    def test_a_whole_model_is_read(self):
        self.write('good.automl', self.model)
        self.expect(0, 'inspect', 'good.automl')

    def test_missing(self):
        self.expect(3, 'inspect', 'missing.automl', says='missing.automl')
        self.expect(3, 'predict', 'missing.automl', 'rows.csv')

    def test_truncated(self):
        for n in (0, 7, 24, len(self.model) // 2, len(self.model) - 33, len(self.model) - 1):
            self.refused(self.model[:n])

    def test_flipped_bits(self):
        n = len(self.model)
        for at in {0, 8, 16, 30, n // 3, n // 2, n - 40, n - 1}:
            damaged = bytearray(self.model)
            damaged[at] ^= 1 << (at % 8)
            self.refused(bytes(damaged))

    def test_longer_and_other_files(self):
        self.refused(self.model + b'\0')
        self.refused(b'a,b\n1,2\n' * 100)

    def test_rows_that_do_not_fit(self):
        self.write('good.automl', self.model)
        self.write('other.csv', 'b,q\n1,2\n')
        self.expect(3, 'predict', 'good.automl', 'other.csv', says="'a'")
        self.expect(3, 'predict', 'good.automl', 'missing.csv')
        self.expect(3, 'predict', 'good.automl', 'missing')


class Disks(automl_cli.Cli):
    def test_a_full_device_as_standard_output(self):
        job, folder = self.train()
        model = str(folder / 'model.automl')
        for args in (['--help'], ['--version'], ['jobs'], ['jobs', '--json'], ['show', job], ['metrics'], ['operators'],
                     ['operators', 'pca'], ['inspect', model], ['predict', model, 'rows.csv'],
                     ['run', self.config()], ['import', 'people', 'rows.csv']):
            with open('/dev/full', 'w') as full:
                self.expect(1, *args, stdout=full, says='standard output')
        self.assertEqual(len(self.jobs()), 1)

    def test_a_full_device_as_the_file(self):
        _, folder = self.train()
        self.expect(1, 'predict', str(folder / 'model.automl'), 'rows.csv', '-o', '/dev/full', says='/dev/full')
        self.assertFalse(os.path.isfile('/dev/full'))

    def test_a_file_that_cannot_be_written_leaves_nothing(self):
        _, folder = self.train()
        self.expect(1, 'predict', str(folder / 'model.automl'), 'rows.csv', '-o', 'none/out.csv', says='none/out.csv')
        self.assertEqual([p.name for p in self.folder.iterdir() if 'tmp' in p.name], [])

    def test_closed_streams(self):
        self.train()
        before = (self.folder / 'automl-store/jobs.db').read_bytes()
        done = subprocess.run(['sh', '-c', '"$0" jobs >&-', automl_cli.PROGRAM], cwd=self.folder, timeout=60,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        done = subprocess.run(['sh', '-c', '"$0" jobs --status lost 2>&- <&-', automl_cli.PROGRAM], cwd=self.folder,
                              timeout=60, stdout=subprocess.PIPE)
        self.assertEqual(done.returncode, 2)
        self.assertEqual((self.folder / 'automl-store/jobs.db').read_bytes(), before)

    def test_stores_that_cannot_be(self):
        self.write('file', 'no directory')
        for args in (['jobs'], ['run', self.config()], ['show', 'ab'], ['import', 'people', 'rows.csv']):
            for store in ('file', '/proc/store', 'file/below'):
                self.expect(1, *args, '--store', store)

    def test_a_database_of_another_program(self):
        os.mkdir(self.folder / 'odd')
        self.write('odd/jobs.db', 'this is no database, but it is long enough to look at\n' * 100)
        self.expect(1, 'jobs', '--store', 'odd')

    def test_a_disk_that_fills_up(self):
        """The store on a file system of 256 KiB: the job fails, says so, and leaves no part of a file."""
        disk = self.folder / 'disk'
        disk.mkdir()
        mount = shutil.which('mount')
        if mount is None or subprocess.run([mount, '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk],
                                           stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest('mount is not permitted')
        self.addCleanup(subprocess.run, ['umount', disk])
        self.write('rows.csv', automl_cli.table(8000))
        self.expect(1, 'run', self.config(), '--store', 'disk', says=['disk'])
        left = [p for p in disk.rglob('*') if p.is_file() and not p.name.startswith('jobs.db')]
        self.assertEqual(left, [])
        self.expect(1, 'import', 'people', 'rows.csv', '--store', 'disk')


if __name__ == '__main__':
    automl_cli.main()
