"""Writes balance_sizes.h: class sizes after imbalanced-learn's random samplers, for two classes.

    python tests/oracle/make_balance.py > tests/oracle/balance_sizes.h

Cases in which the reference refuses (nothing to do) are left out; so are undersampled results below 1000 rows,
where lib/balance keeps more on purpose.
"""
import itertools

import imblearn
import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

SIZES = [(5000, 700), (999, 5001), (3000, 1500), (12345, 678), (800, 4000)]
RATIOS = [1.0, 0.75, 1 / 3, 0.9, 0.51]


def main():
    print("/* Written by make_balance.py with imbalanced-learn %s; do not edit. */" % imblearn.__version__)
    print("/* clang-format off */")
    print("static const struct sizes_case {\n    const char *method;\n    double ratio;\n    int64_t before[2], after[2];\n} cases[] = {")
    for sampler, name in (RandomOverSampler, "random_over_sampler"), (RandomUnderSampler, "random_under_sampler"):
        for before, ratio in itertools.product(SIZES, RATIOS):
            y = np.repeat([0, 1], before)
            try:
                _, after = sampler(sampling_strategy=ratio, random_state=0).fit_resample(np.zeros((len(y), 1)), y)
            except ValueError:
                continue
            after = np.bincount(after)
            if after.sum() >= 1000:
                print('    {"%s", %r, {%d, %d}, {%d, %d}},' % (name, ratio, *before, *after))
    print("};\n/* clang-format on */")


if __name__ == "__main__":
    main()
