/* Confusion counts, with and without weights, by both ways of counting. */
#include "eval/counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const int32_t y[] = {0, 1, 1, 0, 1, 1}, labels[] = {0, 1, 0, 1, 1, 1};

static void confusion_has_truth_in_rows(void **state)
{
    (void)state;
    static const double w[] = {1.0, 2.0, 4.0, 8.0, 16.0, 32.0};
    double out[4];
    confusion_matrix(6, 2, y, labels, NULL, out);
    assert_true(out[0] == 1.0 && out[1] == 1.0 && out[2] == 1.0 && out[3] == 3.0);
    confusion_matrix(6, 2, y, labels, w, out);
    assert_true(out[0] == 1.0 && out[1] == 8.0 && out[2] == 4.0 && out[3] == 50.0);
    confusion_matrix(0, 2, y, labels, w, out);
    assert_true(out[0] == 0.0 && out[1] == 0.0 && out[2] == 0.0 && out[3] == 0.0);
}

static void check_counts(int64_t n, const int32_t *truth, const int32_t *given, const double *w)
{
    struct mem m;
    struct class_counts c;
    double cells[4];
    mem_init(&m, &allocator_system);
    struct metric_input in = {.n = n, .k = 2, .y = truth, .labels = given, .w = w, .mem = &m};
    assert_int_equal(class_counts_create(&in, &c, NULL), AUTOML_OK);
    confusion_matrix(n, 2, truth, given, w, cells);
    for (int32_t i = 0; i < 2; i++) {
        assert_true(c.tp[i] == cells[3 * i]);
        assert_true(c.truth[i] == cells[2 * i] + cells[2 * i + 1]);
        assert_true(c.pred[i] == cells[i] + cells[2 + i]);
        assert_int_equal(c.seen[i], cells[i] + cells[2 + i] + cells[2 * i] + cells[2 * i + 1] > 0.0);
    }
    assert_true(class_counts_total(&c) == (double)n);
    assert_true(class_counts_trace(&c) == cells[0] + cells[3]);
    class_counts_free(&c);
    assert_int_equal(mem_used(&m), 0);
}

static void two_classes_without_weights_count_the_same(void **state)
{
    (void)state;
    static const double ones[] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
    static const int32_t none[6] = {0}, all[] = {1, 1, 1, 1, 1, 1};
    const int32_t *const columns[] = {y, labels, none, all};
    for (int32_t a = 0; a < 4; a++)
        for (int32_t b = 0; b < 4; b++)
            for (int64_t n = 0; n <= 6; n++) {
                check_counts(n, columns[a], columns[b], NULL);
                check_counts(n, columns[a], columns[b], ones);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confusion_has_truth_in_rows),
        cmocka_unit_test(two_classes_without_weights_count_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
