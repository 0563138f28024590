"""scores.py - metrics from their definitions, over rows of (truth, prediction, probabilities); plain sums."""
import math


def class_counts(truth, predicted, c):
    """True positives, false positives, false negatives of class c."""
    pairs = list(zip(truth, predicted))
    return (sum(t == c == p for t, p in pairs), sum(p == c != t for t, p in pairs), sum(t == c != p for t, p in pairs))


def ratio(a, b):
    return a / b if b else 0.0


def precision(truth, predicted, c):
    tp, fp, _ = class_counts(truth, predicted, c)
    return ratio(tp, tp + fp)


def recall(truth, predicted, c):
    tp, _, fn = class_counts(truth, predicted, c)
    return ratio(tp, tp + fn)


def f1(truth, predicted, c):
    tp, fp, fn = class_counts(truth, predicted, c)
    return ratio(2 * tp, 2 * tp + fp + fn)


def roc_auc(truth, scores, c):
    """The share of pairs that are in order, ties counting half: by ranks."""
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    rank_sum, i = 0.0, 0
    while i < len(order):
        j = i
        while j < len(order) and scores[order[j]] == scores[order[i]]:
            j += 1
        rank_sum += sum((i + j + 1) / 2 for k in order[i:j] if truth[k] == c)
        i = j
    n = sum(t == c for t in truth)
    return (rank_sum - n * (n + 1) / 2) / (n * (len(truth) - n))


def ks(truth, scores, c):
    """The largest distance of the two distributions of the score."""
    n = sum(t == c for t in truth)
    here = there = best = 0
    pairs = sorted(zip(scores, truth))
    for i, (score, t) in enumerate(pairs):
        here, there = here + (t == c), there + (t != c)
        if i + 1 == len(pairs) or pairs[i + 1][0] != score:
            best = max(best, abs(here / n - there / (len(pairs) - n)))
    return best


def log_loss(truth, probabilities, classes):
    least = 2.0 ** -52
    return -math.fsum(math.log(min(max(p[classes.index(t)], least), 1.0))
                      for t, p in zip(truth, probabilities)) / len(truth)


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


def all_scores(rows, classes, positive):
    """rows: (truth, prediction, [probability of each class]); positive: None for more than two classes."""
    truth, predicted, probabilities = zip(*rows)

    def over_classes(score):
        return score(truth, predicted, positive) if positive else mean(score(truth, predicted, c) for c in classes)

    def of_scores(score, c):
        return score(truth, [p[classes.index(c)] for p in probabilities], c)

    found = {
        'accuracy': mean(t == p for t, p in zip(truth, predicted)),
        'balanced_accuracy': mean(recall(truth, predicted, c) for c in classes if c in truth),
        'precision': over_classes(precision),
        'recall': over_classes(recall),
        'f1': over_classes(f1),
        'ks': of_scores(ks, positive) if positive else mean(of_scores(ks, c) for c in classes),
        'log_loss': log_loss(truth, probabilities, classes),
    }
    if positive:
        found['roc_auc'] = of_scores(roc_auc, positive)
        found['confusion_matrix'] = [[sum(t == a and p == b for t, p in zip(truth, predicted)) for b in classes]
                                     for a in classes]
    return found
