"""test_results.py PROGRAM ROOT: what a job leaves: files, result.json, metrics, the model and its predictions."""
import csv
import hashlib
import json
import re

import automl_cli
import scores

FILES = {'config.json', 'result.json', 'pipeline.html', 'model.automl', 'train.csv', 'test.csv'}
METRICS = ['accuracy', 'balanced_accuracy', 'f1', 'precision', 'recall', 'ks', 'log_loss']
BINARY_METRICS = METRICS + ['roc_auc', 'confusion_matrix']
KEYS = {
    '': 'format library_version job_id status partial reproducible warnings started_at finished_at seconds task classes '
        'positive_label scoring seed data balance features_selected feature_selection pipeline metrics cv search '
        'importance files reproduce',
    'data': 'rows train_rows test_rows columns class_counts window sha256',
    'balance': 'enabled minority_fraction rule method counts_before counts_after score_without score_with',
    'feature_selection': 'method num_features generations evaluations score history frequency',
    'pipeline': 'spec steps',
    'metrics': 'train test',
    'cv': 'folds score std',
    'search': 'evaluated failed failures history pareto_front leaderboard',
}


def read(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def result_of(folder):
    return json.loads((folder / 'result.json').read_text())


class Results(automl_cli.Cli):
    def assert_metrics(self, folder, result, names):
        classes = result['classes']
        positive = result['positive_label']
        for part in ('train', 'test'):
            rows = [(row['y'], row['prediction'], [float(row[f'proba_{c}']) for c in classes])
                    for row in read(folder / f'{part}.csv')]
            self.assertEqual(len(rows), result['data'][f'{part}_rows'])
            expected = scores.all_scores(rows, classes, positive)
            for name in names:
                stated = result['metrics'][part][name]
                if name == 'confusion_matrix':
                    self.assertEqual(stated, expected[name])
                else:
                    self.assertAlmostEqual(stated, expected[name], delta=1e-9, msg=f'{part} {name}')

    def test_every_file_and_every_key(self):
        job, folder = self.train(num_features=2, generations=2, to_balance=True, id_column='id', start_date='2024-01-05',
                                 end_date='2024-01-20')
        self.assertLessEqual(FILES, {p.name for p in folder.iterdir()})
        self.assertEqual([p for p in folder.iterdir() if 'tmp' in p.name], [])
        result = result_of(folder)
        for path, keys in KEYS.items():
            self.assertEqual(set(keys.split()) - set(result[path] if path else result), set(), path)
        for step in result['pipeline']['steps']:
            self.assertLessEqual({'name', 'operator', 'params'}, set(step))
        self.assertEqual((result['job_id'], result['status'], result['format']), (job, 'succeeded', 1))
        self.assertLessEqual(FILES, set(result['files']))
        for name, path in result['files'].items():
            self.assertTrue((self.folder / path).is_file(), name)

    def test_binary_metrics_are_those_of_the_tables(self):
        for parameters in ({}, {'scoring': 'f1'}, {'decision': '0.3'}, {'positive_label': '0'}):
            _, folder = self.train(**parameters)
            self.assert_metrics(folder, result_of(folder), BINARY_METRICS)

    def test_multiclass_metrics_are_those_of_the_tables(self):
        self.write('rows.csv', automl_cli.table(300, ('red', 'green', 'blue')))
        _, folder = self.train()
        result = result_of(folder)
        self.assertEqual((result['scoring'], result['positive_label']), ('neg_log_loss', None))
        self.assert_metrics(folder, result, METRICS)
        self.assertFalse({'roc_auc', 'confusion_matrix'} & set(result['metrics']['test']))

    def test_the_tables_hold_the_rows_as_loaded(self):
        _, folder = self.train(id_column='id', num_features=2, generations=2, start_date='2024-01-05',
                               end_date='2024-01-20')
        result = result_of(folder)
        self.assertEqual(len(result['features_selected']), 2)
        head = ['id', *result['features_selected'], 'y', 'prediction', *(f'proba_{c}' for c in result['classes'])]
        source = {row['id']: row for row in read(self.folder / 'rows.csv')}
        inside = {i for i, row in source.items() if '2024-01-05' <= row['when'] <= '2024-01-20'}
        seen = []
        for part in ('train', 'test'):
            for row in read(folder / f'{part}.csv'):
                self.assertEqual(list(row), head)
                self.assertEqual({k: self.value(row[k]) for k in head[:-3]},
                                 {k: self.value(source[row['id']][k]) for k in head[:-3]})
                self.assertAlmostEqual(sum(float(row[k]) for k in head[-2:]), 1, delta=1e-12)
                seen.append(row['id'])
        self.assertEqual(sorted(seen), sorted(inside))
        self.assertEqual(result['data']['rows'], len(inside))

    def test_names_of_outputs_are_warned_of(self):
        self.write('rows.csv', automl_cli.table().replace('id,a,b,', 'id,prediction,proba_1,', 1))
        _, folder = self.train()
        warnings = result_of(folder)['warnings']
        self.assertEqual([re.search("'(.*?)'", w)[1] for w in warnings], ['prediction', 'proba_1'])

    def value(self, text):
        return float(text) if re.fullmatch(r'-?\d+(\.\d+)?', text) else text

    def test_the_model_predicts_what_the_table_says(self):
        _, folder = self.train(id_column='id')
        self.expect(0, 'predict', str(folder / 'model.automl'), str(folder / 'test.csv'), '-o', 'out.csv')
        columns = ['id', 'prediction', 'proba_0', 'proba_1']
        expected = [{k: row[k] for k in columns} for row in read(folder / 'test.csv')]
        self.assertEqual(read(self.folder / 'out.csv'), expected)
        shown = self.expect(0, 'predict', str(folder / 'model.automl'), str(folder / 'test.csv')).stdout
        self.assertEqual(shown, (self.folder / 'out.csv').read_text())

    def test_tables_of_the_store_are_trained_on_and_predicted(self):
        self.expect(0, 'import', 'people', 'rows.csv')
        _, folder = self.train(feature_table_name='people', id_column='id')
        model = str(folder / 'model.automl')
        self.assertEqual(self.expect(0, 'predict', model, 'people').stdout,
                         self.expect(0, 'predict', model, 'rows.csv').stdout)
        self.assertEqual(self.expect(0, 'predict', model, 'people').stdout.count('\n'), 201)

    def test_a_model_is_inspected(self):
        _, folder = self.train(features_selected=['a', 'c'])
        model = str(folder / 'model.automl')
        shown = self.expect(0, 'inspect', model).stdout
        self.assertRegex(shown, r'(?m)^2 inputs\n  a  numeric\n  c  categorical$')
        self.assertRegex(shown, r'(?m)^2 classes\n  0\n  1 \(positive\)$')
        whole = json.loads(self.expect(0, 'inspect', model, '--json').stdout)
        self.assertEqual([c['name'] for c in whole['schema']['columns']], ['a', 'c'])

    def test_config_json_gives_the_same_model(self):
        digests = set()
        _, folder = self.train(seed='7')
        for _ in range(2):
            digests.add(hashlib.sha256((folder / 'model.automl').read_bytes()).hexdigest())
            done = self.expect(0, 'run', str(folder / 'config.json'), '--quiet')
            folder = self.folder / done.stdout.split('\n')[1]
        self.assertEqual(len(digests), 1)

    def test_settings_overrule_the_file(self):
        _, folder = self.train('--set', 'scoring=ks', '--set', 'features_selected=a,b', scoring='f1')
        config = json.loads((folder / 'config.json').read_text())
        self.assertEqual((config['scoring'], config['features_selected']), ('ks', ['a', 'b']))

    def test_classes_of_any_spelling(self):
        for classes in (('[a', '{b'), ('null', 'nan'), ('001', '002'), ('true', 'false')):
            self.write('rows.csv', automl_cli.table(classes=classes))
            _, folder = self.train()
            result = result_of(folder)
            self.assertEqual(sorted(result['classes']), sorted(classes))
            self.expect(0, 'run', str(folder / 'config.json'), '--quiet')

    def test_the_page_asks_for_nothing(self):
        _, folder = self.train()
        page = (folder / 'pipeline.html').read_text()
        self.assertNotRegex(page, r'<script|https?://(?!www\.w3\.org/)')


class Lists(automl_cli.Cli):
    def test_operators(self):
        names = re.findall(r'(?m)^  ([a-z0-9_]+) ', self.expect(0, 'operators').stdout)
        self.assertIn('logistic_regression', names)
        for name in names:
            self.assertEqual(json.loads(self.expect(0, 'operators', name).stdout)['name'], name)

    def test_metrics(self):
        page = (automl_cli.ROOT / 'docs/metrics.md').read_text()
        names = [line.split()[0] for line in self.expect(0, 'metrics').stdout.strip().split('\n')]
        self.assertEqual(names, re.findall(r'(?m)^\| `(\w+)`', page))


class Quickstart(automl_cli.Cli):
    def test_its_job(self):
        """As examples/quickstart.sh runs it, in less time."""
        self.expect(0, 'import', 'occupancy', str(automl_cli.ROOT / 'examples/data/occupancy.csv.gz'))
        done = self.expect(0, 'run', str(automl_cli.ROOT / 'examples/quickstart.json'), '--set', 'max_seconds=3', '--quiet')
        result = result_of(self.folder / done.stdout.split('\n')[1])
        self.assertEqual(len(result['features_selected']), 3)
        self.assertEqual(result['balance']['rule'], 'undersample')
        self.assertGreater(result['metrics']['test']['roc_auc'], 0.98)


if __name__ == '__main__':
    automl_cli.main()
