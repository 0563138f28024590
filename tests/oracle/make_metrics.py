"""Writes metrics_fixture.h: the scores of scikit-learn 1.2.1 and SciPy for generated inputs.

    python tests/oracle/make_metrics.py > tests/oracle/metrics_fixture.h

The inputs are not stored: inputs() and metrics_inputs.c draw the same numbers with the same operations, all of
them exact or correctly rounded. Where the reference refuses (a class without rows, weights with one-vs-one), the
score is put together from its binary pieces as documented in lib/eval.
"""
import itertools
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.stats import ks_2samp
from sklearn import metrics as sk

warnings.filterwarnings("ignore")

# name, n, k, positive, seed, skew, signal, ties, weights, extreme, absent, bias
CASES = [
    ("binary", 200, 2, 1, 1, 0, 0.5, 0, 0, 0, 0, 0.0),
    ("binary, real weights", 300, 2, 1, 2, 0, 0.3, 0, 2, 0, 0, 0.0),
    ("binary, ties, integer weights with zeros", 300, 2, 1, 3, 0, 0.4, 8, 1, 0, 0, 0.0),
    ("binary, rare positives", 1000, 2, 1, 4, 1, 0.6, 0, 0, 0, 0, 0.0),
    ("binary, first class positive", 257, 2, 0, 5, 1, 0.2, 16, 2, 0, 0, 0.0),
    ("binary, zeros and ones", 250, 2, 1, 6, 0, 1.0, 4, 0, 7, 0, 0.0),
    ("binary, zeros and ones, weights", 250, 2, 1, 7, 1, 1.0, 0, 2, 3, 0, 0.0),
    ("binary, positive never predicted", 120, 2, 1, 8, 0, 0.2, 0, 0, 0, 0, 3.0),
    ("binary, negatives only", 90, 2, 1, 9, 0, 0.2, 0, 0, 0, 1, 0.0),
    ("binary, positives only", 90, 2, 0, 10, 0, 0.2, 0, 2, 0, 1, 0.0),
    ("binary, negatives only, none predicted", 90, 2, 1, 11, 0, 0.2, 0, 0, 0, 1, 3.0),
    ("binary, separated", 150, 2, 1, 12, 0, 4.0, 0, 0, 0, 0, 0.0),
    ("binary, two rows", 2, 2, 1, 13, 0, 0.5, 0, 0, 0, 0, 0.0),
    ("binary, many rows", 20000, 2, 1, 14, 0, 0.4, 0, 0, 0, 0, 0.0),
    ("binary, many rows, few scores", 20000, 2, 1, 15, 1, 0.4, 40, 0, 0, 0, 0.0),
    ("binary, many rows, weights", 20000, 2, 1, 16, 1, 0.4, 0, 2, 11, 0, 0.0),
    ("three classes", 300, 3, 0, 17, 0, 0.5, 0, 0, 0, 0, 0.0),
    ("three classes, real weights", 300, 3, 0, 18, 1, 0.4, 0, 2, 0, 0, 0.0),
    ("three classes, last absent, weights", 200, 3, 0, 19, 0, 0.4, 0, 2, 0, 1, 0.0),
    ("five classes, ties, integer weights with zeros", 400, 5, 0, 20, 0, 0.4, 6, 1, 0, 0, 0.0),
    ("five classes, rare, zeros and ones", 500, 5, 0, 21, 1, 0.7, 0, 0, 5, 0, 0.0),
    ("five classes, others never predicted", 200, 5, 0, 22, 0, 0.1, 0, 0, 0, 0, 3.0),
    ("ten classes, many rows", 5000, 10, 0, 23, 1, 0.6, 0, 0, 0, 0, 0.0),
    ("ten classes, weights", 1000, 10, 0, 24, 0, 0.6, 12, 2, 0, 0, 0.0),
]

MASK = (1 << 64) - 1


class Stream:
    """splitmix64 (Steele, Lea, Flood 2014)"""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        return (z >> 11) * 2.0**-53


def row_scores(stream, k, truth, signal, ties, bias):
    scores = []
    for c in range(k):
        x = stream.uniform()
        x = x * x + (signal if c == truth else 0.0) + (bias if c == 0 else 0.0)
        if ties:
            x = float(int(x * ties)) / ties
        scores.append(x + 0.0078125)
    return scores


def inputs(case):
    _, n, k, _, seed, skew, signal, ties, weights, extreme, absent, bias = case
    stream = Stream(seed)
    y, w, proba, labels = [], [], [], []
    for i in range(n):
        u = stream.uniform()
        truth = int(k * (u * u * u if skew else u))
        if absent and truth == k - 1:
            truth = 0
        scores = row_scores(stream, k, truth, signal, ties, bias)
        u = stream.uniform()
        total = 0.0
        for x in scores:
            total += x
        p = [x / total for x in scores]
        best = max(range(k), key=lambda c: (p[c], -c))
        if extreme and i % extreme == 0:
            p = [1.0 if c == best else 0.0 for c in range(k)]
        y.append(truth)
        labels.append(best)
        proba.append(p)
        w.append(float(int(u * 4)) if weights == 1 else u * 2)
    return np.array(y), np.array(labels), np.array(proba), np.array(w) if weights else None


def score(function, *args, **keys):
    """NaN where there is no score."""
    try:
        return float(function(*args, **keys))
    except (ValueError, ZeroDivisionError):
        return float("nan")


def weight_of(mask, w):
    return float(np.sum(mask if w is None else w[mask]))


def auc(truth, p, w):
    return score(sk.roc_auc_score, truth, p, sample_weight=w)


def mean_defined(pairs):
    pairs = [(x, v) for x, v in pairs if not np.isnan(x) and v > 0]
    return float(np.average([x for x, _ in pairs], weights=[v for _, v in pairs])) if pairs else float("nan")


def ovr(y, proba, w, k, average):
    if len(np.unique(y)) == k:
        return score(sk.roc_auc_score, y, proba, multi_class="ovr", average=average, sample_weight=w)
    pieces = [(auc(y == c, proba[:, c], w), weight_of(y == c, w) if average == "weighted" else 1.0) for c in range(k)]
    return mean_defined(pieces)


def ovo(y, proba, w, k, average):
    if len(np.unique(y)) == k and w is None:
        return score(sk.roc_auc_score, y, proba, multi_class="ovo", average=average)
    pieces = []
    for a, b in itertools.combinations(range(k), 2):
        rows = (y == a) | (y == b)
        v = None if w is None else w[rows]
        x = (auc(y[rows] == a, proba[rows, a], v) + auc(y[rows] == b, proba[rows, b], v)) / 2
        pieces.append((x, weight_of(rows, w) if average == "weighted" else 1.0))
    return mean_defined(pieces)


def ks_of(truth, p, w):
    if truth.all() or not truth.any():
        return float("nan")
    if w is None:
        return float(ks_2samp(p[truth], p[~truth], method="asymp").statistic)
    fpr, tpr, _ = sk.roc_curve(truth, p, sample_weight=w, drop_intermediate=False)
    return float(np.max(np.abs(tpr - fpr)))


def average_precision_of(truth, p, w):
    return score(sk.average_precision_score, truth, p, sample_weight=w) if truth.any() else float("nan")


def brier(y, proba, w, k, positive):
    if k == 2:
        # the reference wants both classes in y
        error = ((y == positive) - proba[:, positive]) ** 2
        if len(np.unique(y)) == 2:
            return score(sk.brier_score_loss, y == positive, proba[:, positive], sample_weight=w)
    else:
        error = ((y[:, None] == np.arange(k)) - proba) ** 2
        error = error.sum(axis=1)
    return float(np.average(error, weights=w))


def all_scores(case):
    _, _, k, positive = case[:4]
    y, labels, proba, w = inputs(case)
    p = proba[:, positive]
    two = k == 2
    nan = float("nan")
    out = {
        "accuracy": score(sk.accuracy_score, y, labels, sample_weight=w),
        "balanced_accuracy": score(sk.balanced_accuracy_score, y, labels, sample_weight=w),
    }
    for name, function in ("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score):
        keys = {"sample_weight": w, "zero_division": 0}
        # the reference insists on a positive label that occurs
        out[name] = float(function(y == positive, labels == positive, **keys)) if two else nan
        for average in "macro", "micro", "weighted":
            out[f"{name}_{average}"] = score(function, y, labels, average=average, **keys)
    out["roc_auc"] = auc(y == positive, p, w) if two else nan
    for average in "macro", "weighted":
        suffix = "_weighted" if average == "weighted" else ""
        out["roc_auc_ovr" + suffix] = out["roc_auc"] if two else ovr(y, proba, w, k, average)
        out["roc_auc_ovo" + suffix] = out["roc_auc"] if two else ovo(y, proba, w, k, average)
    classes = [positive] if two else range(k)
    out["average_precision"] = mean_defined([(average_precision_of(y == c, proba[:, c], w), 1.0) for c in classes])
    out["neg_log_loss"] = -score(sk.log_loss, y, proba, labels=np.arange(k), sample_weight=w)
    out["neg_brier_score"] = -brier(y, proba, w, k, positive)
    out["matthews_corrcoef"] = score(sk.matthews_corrcoef, y, labels, sample_weight=w)
    out["cohen_kappa"] = score(sk.cohen_kappa_score, y, labels, sample_weight=w)
    out["ks"] = mean_defined([(ks_of(y == c, proba[:, c], w), 1.0) for c in classes])
    return out


def literal(x):
    return "NAN" if np.isnan(x) else repr(float(x))


def main():
    if sklearn.__version__ != "1.2.1":
        sys.exit("scikit-learn 1.2.1 is the reference")
    scores = [all_scores(case) for case in CASES]
    print("/* Written by make_metrics.py with scikit-learn %s, SciPy %s; do not edit. */" % (sklearn.__version__, scipy.__version__))
    print("/* clang-format off */")
    print("static const struct inputs_case cases[] = {")
    for case in CASES:
        print('    {"%s", %s},' % (case[0], ", ".join(repr(x) for x in case[1:])))
    print("};\n\nstatic const char *const names[] = {")
    for name in scores[0]:
        print('    "%s",' % name)
    print("};\n\nstatic const double expected[][%d] = {" % len(scores[0]))
    for row in scores:
        print("    {" + ",\n     ".join(literal(x) for x in row.values()) + "},")
    print("};\n/* clang-format on */")


if __name__ == "__main__":
    main()
