#!/usr/bin/env python3
"""Writes preprocess_fixtures.h: what scikit-learn 1.2.1 makes of small tables.

Run in a virtual environment with scikit-learn 1.2.1:  python make_preprocess.py > preprocess_fixtures.h
Numbers are hexadecimal, so they are exact. Tables are row-major; NaN is a missing cell.
"""
import sys

import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectPercentile, VarianceThreshold, f_classif
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

assert sklearn.__version__ == "1.2.1", sklearn.__version__


def number(v):
    v = float(v)
    if np.isnan(v):
        return "NAN"
    if np.isinf(v):
        return "INFINITY" if v > 0 else "-INFINITY"
    return v.hex()


def emit(name, a, kind="double"):
    a = np.asarray(a)
    flat = a.ravel()
    texts = [number(v) if kind == "double" else str(int(v)) for v in flat]
    if a.ndim == 2:
        print(f"enum {{ {name}_ROWS = {a.shape[0]}, {name}_COLS = {a.shape[1]} }};")
    print(f"static const {kind} {name}[{max(1, flat.size)}] = {{")
    line = "   "
    for t in texts or ["0"]:
        if len(line) + len(t) + 2 > 108:
            print(line)
            line = "   "
        line += f" {t},"
    print(line)
    print("};")


def numbers():
    """Columns of very different location and scale, a constant one and a nearly constant one; 90 rows."""
    r = np.random.default_rng(1)
    n = 90
    x = np.column_stack([
        r.normal(size=n),
        r.normal(1e3, 3, size=n),
        r.exponential(1e-6, size=n),
        np.full(n, 0.1),
        r.integers(0, 4, size=n),
        -r.lognormal(0, 2, size=n),
        1e3 + 1e-13 * r.normal(size=n),
    ])
    return x


def holes(x, share, seed):
    r = np.random.default_rng(seed)
    x = x.copy()
    x[r.random(x.shape) < share] = np.nan
    return x


def scalers():
    train, new = numbers(), numbers()[::-1][:20] * 1.25
    miss = holes(train, 0.2, 2)
    miss[:, 2] = np.nan
    emit("TRAIN", train)
    emit("NEW", new)
    emit("MISS", miss)
    w = np.random.default_rng(3).integers(0, 4, size=len(train)).astype(float)
    emit("WEIGHTS", w)
    emit("STANDARD", StandardScaler().fit(train).transform(new))
    emit("STANDARD_MISS", StandardScaler().fit(miss).transform(miss))
    emit("STANDARD_MEAN_ONLY", StandardScaler(with_std=False).fit(train).transform(new))
    emit("STANDARD_STD_ONLY", StandardScaler(with_mean=False).fit(train).transform(new))
    emit("STANDARD_WEIGHTED", StandardScaler().fit(train, sample_weight=w).transform(new))
    emit("STANDARD_WEIGHTED_MISS", StandardScaler().fit(miss, sample_weight=w).transform(miss))
    emit("MIN_MAX", MinMaxScaler().fit(train).transform(new))
    emit("MIN_MAX_MISS", MinMaxScaler().fit(miss).transform(miss))
    emit("MIN_MAX_CLIP", MinMaxScaler(feature_range=(-2, 3), clip=True).fit(train).transform(new))


def imputers():
    miss = holes(np.round(numbers(), 2), 0.3, 4)
    miss[:, 3] = np.nan
    miss[:, 4] = np.round(numbers()[:, 4])
    new = holes(numbers()[:15], 0.4, 5)
    emit("IMPUTE_TRAIN", miss)
    emit("IMPUTE_NEW", new)
    for strategy in ("mean", "median", "most_frequent", "constant"):
        fill = {"fill_value": -7.5} if strategy == "constant" else {}
        for indicator in (False, True):
            s = SimpleImputer(strategy=strategy, add_indicator=indicator, **fill)
            name = f"IMPUTE_{strategy.upper()}" + ("_INDICATOR" if indicator else "")
            emit(name, s.fit(miss).transform(new))
    s = SimpleImputer(strategy="mean", keep_empty_features=True)
    emit("IMPUTE_KEEP_EMPTY", s.fit(miss).transform(new))


def encoders():
    """Codes stand for levels in order; -1 in the new table is a level that scikit-learn has not seen."""
    r = np.random.default_rng(6)
    n = 120
    a = r.choice(6, size=n, p=[0.4, 0.3, 0.15, 0.09, 0.04, 0.02])
    b = r.choice([0, 2], size=n, p=[0.7, 0.3])
    c = r.choice(9, size=n)
    d = np.zeros(n, dtype=int)
    x = np.column_stack([a, b, c, d])
    new = np.column_stack([r.choice([-1, 0, 1, 2, 3, 4, 5], 25), r.choice([-1, 0, 2], 25),
                           r.choice(np.arange(-1, 9), 25), r.choice([-1, 0], 25)])
    emit("CODES", x, "int32_t")
    emit("CODES_NEW", new, "int32_t")
    variants = {
        "ONE_HOT": {},
        "ONE_HOT_MIN_SHARE": {"min_frequency": 0.1},
        "ONE_HOT_MIN_COUNT": {"min_frequency": 15},
        "ONE_HOT_MAX": {"max_categories": 4},
        "ONE_HOT_MAX_EXACT": {"max_categories": 6},
        "ONE_HOT_MAX_MIN": {"max_categories": 3, "min_frequency": 0.05},
        "ONE_HOT_FIRST": {"drop": "first"},
        "ONE_HOT_BINARY": {"drop": "if_binary"},
        "ONE_HOT_FIRST_MAX": {"drop": "first", "max_categories": 3},
        "ONE_HOT_BINARY_MAX": {"drop": "if_binary", "max_categories": 2},
    }
    for name, options in variants.items():
        e = OneHotEncoder(handle_unknown="ignore", sparse_output=False, **options).fit(x)
        emit(name, e.transform(new))
    e = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan).fit(x)
    emit("ORDINAL", e.transform(new))
    e = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-5).fit(x)
    emit("ORDINAL_MISSING", e.transform(new))


def projections():
    r = np.random.default_rng(7)
    tall = r.normal(size=(60, 6)) @ r.normal(size=(6, 6)) + np.arange(6)
    wide = r.normal(size=(8, 15)) * np.linspace(3, 1, 15)
    emit("PCA_TALL", tall)
    emit("PCA_WIDE", wide)
    emit("PCA_TALL_ALL", PCA(svd_solver="full").fit(tall).transform(tall))
    emit("PCA_TALL_3", PCA(3, svd_solver="full").fit(tall).transform(tall))
    emit("PCA_TALL_SHARE", PCA(0.9, svd_solver="full").fit(tall).transform(tall))
    emit("PCA_TALL_WHITEN", PCA(5, svd_solver="full", whiten=True).fit(tall).transform(tall))
    emit("PCA_WIDE_7", PCA(7, svd_solver="full").fit(wide).transform(wide))
    emit("PCA_WIDE_SHARE", PCA(0.75, svd_solver="full", whiten=True).fit(wide).transform(wide))


def selectors():
    r = np.random.default_rng(8)
    n, p = 80, 12
    y = r.integers(0, 3, size=n)
    x = r.normal(size=(n, p)) + 0.25 * np.outer(y, np.arange(p)) / p
    x[:, 5] = x[:, 2]
    x[:, 7] = x[:, 2]
    x[:, 9] = 4.0
    x[:, 4] *= 0.1
    emit("SELECT", x)
    emit("SELECT_Y", y, "int32_t")
    emit("F_CLASSIF", f_classif(x, y)[0])
    two = np.minimum(y, 1)
    emit("F_CLASSIF_TWO", f_classif(x, two)[0])
    rows = []
    percentiles = [0, 1, 5, 10, 20, 25, 33, 40, 50, 58.4, 66, 75, 90, 95, 99, 100]
    for percentile in percentiles:
        rows.append(SelectPercentile(f_classif, percentile=percentile).fit(x, y).get_support())
    emit("PERCENTILES", percentiles)
    emit("SUPPORT", np.array(rows), "int32_t")
    thresholds = [0.0, 0.005, 0.5, 1.0]
    miss = holes(x, 0.2, 9)
    emit("SELECT_MISS", miss)
    emit("THRESHOLDS", thresholds)
    emit("VARIANCE_SUPPORT", np.array([VarianceThreshold(t).fit(x).get_support() for t in thresholds]), "int32_t")
    emit("VARIANCE_SUPPORT_MISS",
         np.array([VarianceThreshold(t).fit(miss).get_support() for t in thresholds]), "int32_t")


def main():
    print("/* preprocess_fixtures.h - written by make_preprocess.py with scikit-learn 1.2.1; do not edit. */")
    print("/* clang-format off */")
    print("#include <math.h>\n#include <stdint.h>")
    import warnings
    warnings.simplefilter("ignore")
    scalers()
    imputers()
    encoders()
    projections()
    selectors()


if __name__ == "__main__":
    sys.exit(main())
