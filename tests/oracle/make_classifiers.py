#!/usr/bin/env python3
"""Writes classifiers_fixtures.h: what scikit-learn 1.2.1's classifiers make of small tables.

Run in a virtual environment with scikit-learn 1.2.1:  python make_classifiers.py > classifiers_fixtures.h
Numbers are hexadecimal, so they are exact. Tables are row-major. Inputs are multiples of 1/64: short to write, and with
few enough distinct values for every one to have a bin of its own.
"""
import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

assert sklearn.__version__ == "1.2.1", sklearn.__version__


def emit(name, a, kind="double"):
    a = np.asarray(a)
    flat = a.ravel()
    texts = [float(v).hex() if kind == "double" else str(int(v)) for v in flat]
    if a.ndim == 2:
        print(f"enum {{ {name}_ROWS = {a.shape[0]}, {name}_COLS = {a.shape[1]} }};")
    print(f"static const {kind} {name}[{flat.size}] = {{")
    line = "   "
    for t in texts:
        if len(line) + len(t) + 2 > 108:
            print(line)
            line = "   "
        line += f" {t},"
    print(line)
    print("};")


def blobs(n, p, k, seed, spread=1.2):
    """Classes around random centres, columns of different scale, in multiples of 1/64."""
    r = np.random.default_rng(seed)
    y = r.integers(0, k, size=n)
    centres = r.normal(size=(k, p))
    x = (centres[y] + spread * r.normal(size=(n, p))) * (0.3 + np.arange(p) / 2)
    return np.round(x * 64) / 64, y


def tables():
    two, y_two = blobs(160, 5, 2, 1)
    four, y_four = blobs(200, 5, 4, 2, 0.9)
    new = blobs(24, 5, 4, 3)[0]
    w = np.random.default_rng(4).integers(0, 5, size=200) / 4
    emit("TWO", two)
    emit("Y_TWO", y_two, "int32_t")
    emit("FOUR", four)
    emit("Y_FOUR", y_four, "int32_t")
    emit("NEW", new)
    emit("WEIGHTS", w)
    return {"TWO": (two, y_two), "FOUR": (four, y_four)}, new, w


def bayes(data, new, w):
    for name, (x, y) in data.items():
        emit(f"BAYES_{name}", GaussianNB().fit(x, y).predict_proba(new))
        emit(f"BAYES_{name}_SMOOTH", GaussianNB(var_smoothing=0.1).fit(x, y).predict_proba(new))
        emit(f"BAYES_{name}_WEIGHTED", GaussianNB().fit(x, y, w[:len(y)]).predict_proba(new))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def polish(x, y, w, c, intercept, coef, steps=10):
    """Newton's method on scikit-learn's multinomial objective from its own result, until rounding ends it; classes
    other than the first are its unknowns' rows. Two classes are scores 0 and z."""
    n, k = len(y), max(2, coef.shape[0])
    a = np.column_stack([x, np.ones(n)]) if intercept else x
    q = a.shape[1]
    one = np.eye(k)[y]
    rows = coef.shape[0]
    free = np.eye(q)
    if intercept:
        free[-1, -1] = 0
    for _ in range(steps):
        z = np.column_stack([np.zeros(n), a @ coef[0]]) if rows == 1 else a @ coef.T
        p = softmax(z)
        first = k - rows
        g = ((p - one)[:, first:] * w[:, None]).T @ a + coef @ free / c
        h = np.zeros((rows * q, rows * q))
        for i in range(rows):
            for j in range(rows):
                r = w * p[:, first + i] * ((i == j) - p[:, first + j])
                h[i * q:(i + 1) * q, j * q:(j + 1) * q] = (a * r[:, None]).T @ a + (i == j) * free / c
        coef = coef - (np.linalg.lstsq(h, g.ravel(), rcond=1e-13)[0]).reshape(rows, q)
    z = np.column_stack([np.zeros(n), a @ coef[0]]) if rows == 1 else a @ coef.T
    g = ((softmax(z) - one)[:, k - rows:] * w[:, None]).T @ a + coef @ free / c
    assert np.abs(g).max() < 1e-9, np.abs(g).max()
    return coef


def logistic(data, new, w):
    """scikit-learn's result, with Newton steps for the digits that its solvers leave open."""
    variants = {"": {}, "_WEAK": {"C": 0.01}, "_STRONG": {"C": 1000.0}, "_ORIGIN": {"fit_intercept": False},
                "_BALANCED": {"class_weight": "balanced"}}
    for name, (x, y) in data.items():
        for suffix, options in variants.items():
            for weights in (None, w[:len(y)]) if suffix == "" else (None,):
                m = LogisticRegression(tol=1e-6, max_iter=10000, **options).fit(x, y, weights)
                c, intercept = options.get("C", 1.0), options.get("fit_intercept", True)
                row = np.ones(len(y)) if weights is None else weights
                if "class_weight" in options:
                    row = row * (len(y) / (len(m.classes_) * np.bincount(y)))[y]
                start = np.column_stack([m.coef_, m.intercept_]) if intercept else m.coef_
                coef = polish(x, y, row, c, intercept, start)
                assert np.allclose(coef, start, rtol=1e-2, atol=1e-3), np.abs(coef - start).max()
                m.coef_ = coef[:, :x.shape[1]]
                m.intercept_ = coef[:, -1] if intercept else m.intercept_
                full = f"LOGISTIC_{name}{suffix}" + ("" if weights is None else "_WEIGHTED")
                emit(full, m.predict_proba(new))
                emit(full + "_COEF", np.abs(m.coef_).sum(axis=0))


def nearest(data, new):
    x, y = data["FOUR"]
    r = np.random.default_rng(5)
    x = x + r.normal(size=x.shape) * 1e-6  # no two distances are equal
    emit("NEAR", x)
    for k in (1, 7):
        for weights in ("uniform", "distance"):
            for metric, p in (("minkowski", 1), ("minkowski", 2), ("minkowski", 3), ("chebyshev", 0)):
                m = KNeighborsClassifier(k, weights=weights, metric=metric, p=max(p, 1), algorithm="brute")
                emit(f"NEAR_{k}_{weights.upper()}_{p}", m.fit(x, y).predict_proba(new))


TREES = {
    "PLAIN": {"max_depth": 3},
    "ENTROPY": {"max_depth": 3, "criterion": "entropy"},
    "LEAF": {"min_samples_leaf": 15},
    "SPLIT": {"min_samples_split": 80, "min_samples_leaf": 5},
    "BEST_FIRST": {"max_leaf_nodes": 6},
    "DECREASE": {"min_impurity_decrease": 0.02},
    "BALANCED": {"max_depth": 3, "class_weight": "balanced"},
    "BALANCED_ENTROPY": {"max_depth": 3, "class_weight": "balanced", "criterion": "entropy"},
}


def tree_of(x, y, w, options):
    """scikit-learn breaks ties by its random state: None if the result depends on it."""
    trees = [DecisionTreeClassifier(random_state=s, **options).fit(x, y, w) for s in range(8)]
    for t in trees[1:]:
        if not np.array_equal(t.predict_proba(x), trees[0].predict_proba(x)):
            return None
        if not np.allclose(t.feature_importances_, trees[0].feature_importances_, rtol=0, atol=1e-12):
            return None
    return trees[0]


def trees_without_ties(k, w):
    """The first table on which none of the trees meets a tie."""
    for seed in range(1000):
        x, y = blobs(200, 5, k, seed, 1.6)
        found = {name: tree_of(x, y, None, options) for name, options in TREES.items()}
        found["WEIGHTED"] = tree_of(x, y, w, {"max_depth": 3})
        if all(found.values()):
            return x, y, found
    raise RuntimeError("every table has ties")


def trees(w):
    """Probabilities of the training rows (a table and its row for each of them): thresholds may lie elsewhere
    between the same two values."""
    for name, k in (("TWO", 2), ("FOUR", 4)):
        x, y, found = trees_without_ties(k, w)
        emit(f"TREE_{name}", x)
        emit(f"Y_TREE_{name}", y, "int32_t")
        for suffix, t in found.items():
            shares, leaf = np.unique(t.predict_proba(x), axis=0, return_inverse=True)
            emit(f"TREE_{name}_{suffix}", shares)
            emit(f"TREE_{name}_{suffix}_OF", leaf, "int32_t")
            emit(f"TREE_{name}_{suffix}_IMPORTANCE", t.feature_importances_)


def forests():
    """Log loss of extra trees over seeds: mean and standard deviation. On ranks, where drawing a threshold evenly
    from the values is drawing it evenly from the limits between them."""
    x, y = blobs(500, 6, 3, 6, 1.5)
    x = np.column_stack([np.unique(c, return_inverse=True)[1] for c in x.T])
    emit("FOREST", x)
    emit("Y_FOREST", y, "int32_t")
    for name, options in {"PLAIN": {"min_samples_leaf": 2}, "BOOTSTRAP": {"bootstrap": True, "min_samples_leaf": 3},
                          "ALL": {"max_features": None, "criterion": "entropy", "min_samples_leaf": 4}}.items():
        losses = []
        for seed in range(20):
            m = ExtraTreesClassifier(100, random_state=seed, **options).fit(x[:300], y[:300])
            losses.append(log_loss(y[300:], m.predict_proba(x[300:])))
        emit(f"FOREST_{name}", [np.mean(losses), np.std(losses)])


def main():
    print(f"/* classifiers_fixtures.h - written by make_classifiers.py with scikit-learn {sklearn.__version__}; "
          "do not edit. */")
    print("/* clang-format off */")
    print("#include <stdint.h>")
    data, new, w = tables()
    bayes(data, new, w)
    logistic(data, new, w)
    nearest(data, new)
    trees(w)
    forests()


main()
