#!/usr/bin/env python3
"""Each layout check finds what was planted in a small tree, and nothing in the same tree without it."""
import pathlib
import tempfile
import unittest

import check_calls
import check_includes
import check_sizes
import check_words
import source

CLEAN = {
    'include/automl/a.h': '#include <stdint.h>\n#include <automl/b.h>\n',
    'lib/base/error.h': '#include <automl/a.h>\n#include <stdlib.h>\n',
    'lib/io/json.c': '/* printf(1) "%f" */\n#include "io/json.h"\n#include <cjson/cJSON.h>\n#include "base/error.h"\n',
    'lib/params/bag.c': '#include "io/json.h"\n#include "config.h"\n',
    'lib/ops/select/a.c': '#include "ops/shared/rank.h"\n#include "data/frame.h"\n',
    'lib/api/run.c': '#include "base/error.h"\n#include "job/job.h"\n\n'
                     'static int32_t f(struct mem *m)\n{\n    log->printf(m, "%d %s 50 %% free");\n    return 0;\n}\n',
    'docs/a.md': 'A page that speaks of pipelines.\n',
}


def function(name, lines):
    """lines in all: head, two braces, the rest statements."""
    return f'\nstatic void {name}(void)\n{{\n' + '    x++;\n' * (lines - 3) + '}\n'


class Planted(unittest.TestCase):
    def tree(self, planted):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for path, text in {**CLEAN, **planted}.items():
            target = pathlib.Path(folder.name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return folder.name

    def assert_found(self, check, planted, *expected):
        found = check(self.tree(planted))
        self.assertEqual(len(found), len(expected), found)
        for problem, part in zip(found, expected):
            self.assertIn(part, problem)


class Includes(Planted):
    def one(self, path, text, expected):
        self.assert_found(check_includes.check, {path: text}, expected)

    def test_clean_tree_passes(self):
        self.assert_found(check_includes.check, {})

    def test_every_arrow_up_or_sideways_is_found(self):
        rooms = list(check_includes.RANK)
        for here in rooms:
            for there in rooms:
                if here != there and check_includes.RANK[there] >= check_includes.RANK[here]:
                    self.one(f'lib/{here}/x.c', f'#include "{there}/x.h"\n', f'{here} must not know {there}')

    def test_every_arrow_down_passes(self):
        rooms = list(check_includes.RANK)
        down = [(a, b) for a in rooms for b in rooms if check_includes.RANK[b] < check_includes.RANK[a]]
        self.assert_found(check_includes.check, {f'lib/{a}/to_{b}.c': f'#include "{b}/x.h"\n' for a, b in down})

    def test_only_the_json_tree_is_open_to_params(self):
        self.one('lib/params/x.c', '#include "io/csv.h"\n', 'params must not know io')

    def test_operators_are_not_included(self):
        self.one('lib/ops/select/x.c', '#include "ops/select/a.c"\n', 'through the table only')
        self.one('lib/ops/classify/x.c', '#include "ops/preprocess/pca.h"\n', 'through the table only')
        self.one('lib/search/x.c', '#  include "ops/classify/tree.h"\n', 'through the table only')

    def test_libraries_have_one_user(self):
        for header in ('cblas.h', 'lapacke.h', 'cjson/cJSON.h', 'zlib.h', 'sqlite3.h'):
            self.one('lib/data/x.c', f'#include <{header}>\n', 'only lib/')
            self.one('lib/base/x.h', f'#include "{header}"\n', 'only lib/')

    def test_paths_start_at_a_room(self):
        self.one('lib/io/x.c', '#include "csv.h"\n', 'start at a room')
        self.one('lib/io/y.c', '#include "../base/error.h"\n', 'start at a room')

    def test_public_headers_are_closed(self):
        self.one('include/automl/x.h', '#include "base/error.h"\n', 'a public header')
        self.one('include/automl/y.h', '#include <cblas.h>\n', 'a public header')
        self.one('include/automl/z.h', '#include <stdbool.h>\n', 'a public header')

    def test_a_comment_is_no_include(self):
        self.assert_found(check_includes.check, {'lib/base/x.c': '/*\n#include "api/run.h"\n*/\n'})


class Sizes(Planted):
    def test_clean_tree_passes(self):
        self.assert_found(check_sizes.check, {})

    def test_a_function_over_the_limit_is_found_wherever_it_is(self):
        for folder in ('lib/io', 'examples', 'tests/unit/io', 'bench'):
            short = ''.join(function(f'g{i}', 9) for i in range(20))
            self.assert_found(check_sizes.check, {f'{folder}/x.c': short + function('f', 100)})
            self.assert_found(check_sizes.check, {f'{folder}/x.c': short + function('f', 101)}, 'x.c f: 101 lines')

    def test_a_file_over_the_limit_is_found(self):
        self.assert_found(check_sizes.check, {'lib/io/x.c': '\n' * 800})
        self.assert_found(check_sizes.check, {'lib/io/x.c': '\n' * 801}, 'x.c: 801 lines')

    def test_a_file_that_a_script_wrote_does_not_count(self):
        self.assert_found(check_sizes.check, {'tests/x.h': '/* written by make_x.py */' + '\n' * 900})

    def test_the_median_and_the_tail_of_the_library_are_kept(self):
        many = ''.join(function(f'g{i}', 18) for i in range(9))
        self.assert_found(check_sizes.check, {'lib/io/x.c': many}, 'median 18')
        tail = ''.join(function(f'g{i}', 56 if i < 3 else 9) for i in range(12))
        self.assert_found(check_sizes.check, {'lib/io/x.c': tail}, 'p90 56')
        self.assert_found(check_sizes.check, {'tests/x.c': many + tail})

    def allow(self, entries, planted, *expected):
        listed = {check_sizes.ALLOWED.as_posix(): '# comment\n' + entries}
        self.assert_found(check_sizes.check, {**planted, **listed}, *expected)

    def test_a_listed_excess_passes_but_may_not_grow(self):
        large = {'tests/x.c': function('f', 120), 'tests/y.c': '\n' * 900}
        self.allow('tests/x.c f 120\ntests/y.c 900\n', large)
        self.allow('tests/x.c f 119\ntests/y.c 900\n', large, 'x.c f: 120 lines')
        self.allow('tests/x.c f 120\ntests/y.c 899\n', large, 'y.c: 900 lines')

    def test_the_list_only_shrinks(self):
        self.allow('tests/x.c f 130\n', {'tests/x.c': function('f', 120)}, 'shrink or remove')
        self.allow('tests/x.c f 101\n', {'tests/x.c': function('f', 100)}, 'shrink or remove')
        self.allow('tests/gone.c 900\n', {}, 'shrink or remove')

    def test_functions_are_measured_from_head_to_brace(self):
        text = '#include <a.h>\n\nstruct s {\n    int a;\n};\n/* doc */\nstatic int\nf(int a,\n    int b)\n{\n}\nint g(void)\n{\n    {\n    }\n}\n'
        self.assertEqual(list(source.functions(text)), [('f', 7, 5), ('g', 12, 5)])


class Calls(Planted):
    def one(self, code, expected, path='lib/io/x.c'):
        self.assert_found(check_calls.check, {path: f'static void f(void)\n{{\n    {code}\n}}\n'}, expected)

    def test_clean_tree_passes(self):
        self.assert_found(check_calls.check, {})

    def test_every_forbidden_call_is_found(self):
        for name, reason in check_calls.REASON.items():
            self.one(f'{name} (x);', f'x.c:3: {name}() {reason}')

    def test_the_list_holds_what_was_promised(self):
        for name in ('printf puts exit abort setlocale rand srand getenv system assert openblas_set_num_threads '
                     'cJSON_InitHooks cJSON_GetErrorPtr').split():
            self.assertIn(name, check_calls.REASON)

    def test_standard_streams_are_found(self):
        for stream in ('stdout', 'stderr', 'stdin'):
            self.one(f'fprintf({stream}, "x");', f'{stream} belongs to the host')

    def test_lapack_is_called_with_own_workspace(self):
        self.one('LAPACKE_dgesdd(1);', 'LAPACKE_dgesdd')
        self.assert_found(check_calls.check, {'lib/linalg/x.c': 'static int f(void)\n{\n    LAPACKE_dgesdd_work(1);\n}\n'})

    def test_allocation_goes_through_the_account(self):
        self.one('p = malloc(3);', 'malloc() goes round the account')
        self.one('free(p);', 'free() goes round the account')
        self.assert_found(check_calls.check, {'lib/base/memory.c': 'static void f(void)\n{\n    free(malloc(3));\n}\n'})
        self.assert_found(check_calls.check, {'lib/io/y.c': 'static void f(void)\n{\n    s->free(s);\n    t.free(t);\n}\n'})

    def test_kill_may_only_ask(self):
        self.one('kill(pid, SIGTERM);', 'kill() with a signal')
        self.assert_found(check_calls.check, {'lib/job/x.c': 'static int f(int p)\n{\n    return kill(p, 0);\n}\n'})

    def test_formats_of_doubles_are_found(self):
        for form in ('%f', '%g', '%.17g', '%-8.3e', '%*.*f', '%LG', '%a', '100 %% is %5.1f'):
            self.one(f'strbuf_printf(b, "{form}");', 'use number_print')

    def test_other_formats_and_texts_pass(self):
        text = 'static void f(void)\n{\n    g("%d %s %lld %% of %%f 5 % free %zu %c", \'"\', "printf(");\n}\n'
        self.assert_found(check_calls.check, {'lib/io/x.c': text})


class Words(Planted):
    DIGESTS = {check_words.digest(w) for w in ('quokka', 'red panda', '/den/')}

    def find(self, text, *expected):
        self.assert_found(lambda root: check_words.check(root, self.DIGESTS), {'docs/x.md': text}, *expected)

    def test_words_pairs_and_folders_are_found(self):
        self.find('Thanks to the Quokka.\n', 'docs/x.md:1: "quokka"')
        self.find('\nA Red\tPanda helped.\n', 'docs/x.md:2: "red panda"')
        self.find('see /home/den/x\n', '"/den/"')

    def test_parts_of_words_pass(self):
        self.find('quokkas are red; a panda\nden /dens/ red, green panda\n')

    def test_the_repository_has_a_list(self):
        self.assertGreater(len(check_words.DIGESTS), 10)
        self.assert_found(check_words.check, {})


if __name__ == '__main__':
    unittest.main()
