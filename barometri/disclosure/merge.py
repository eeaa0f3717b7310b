"""Merging answers before hiding them: the ends of a scale become a class each (R2: merge, then suppress)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from barometri.disclosure.rules import is_unsafe
from barometri.estimates import VALUE_COLUMNS, Estimates
from barometri.inference.intervals import proportion_intervals
from barometri.study.codebook import Question
from barometri.study.plan import DisclosureRules

JOIN = "+"
"""Category id of a merged class: the ids of its codes, joined."""


_SHORTEST_SCALE = 4
"""A scale of three has no ends to merge."""


def scale_classes(question: Question) -> tuple[tuple[str, ...], ...]:
    """Return the classes a scale merges to: its far end, its middle, its good end, in codebook order.

    The good end is the question's ``good`` codes, the far end as many codes from the other end. Empty when
    the question has no good end or fewer than four answers.
    """
    codes = question.substantive
    good = [code.id for code in codes if code.value in question.good]
    if not good or len(codes) < max(2 * len(good), _SHORTEST_SCALE):
        return ()
    order = [code.id for code in codes]
    flipped = order[: len(good)] == good
    far = order[-len(good) :] if flipped else order[: len(good)]
    middle = [name for name in order if name not in good and name not in far]
    classes = (good, middle, far) if flipped else (far, middle, good)
    return tuple(tuple(c) for c in classes if c)


def merged_scales(estimates: Estimates, scales: Mapping[str, Question], rules: DisclosureRules) -> Estimates:
    """Merge the answers of every distributed item that would have to hide a record.

    Shares add up, their covariance is carried over exactly, and the interval is made anew by the same rule.

    Parameters
    ----------
    estimates
        Distributions: every substantive code of an item is a ``category`` in every domain.
    scales
        Item to question; an item without a declared good end stays as it is.
    rules
        Thresholds.

    Returns
    -------
    Estimates
        The same object when no item is merged.
    """
    frame = estimates.frame
    items = frame["item"].astype(str) if "item" in frame else pd.Series([next(iter(scales))] * len(frame))
    n, k = frame["n"].to_numpy(dtype=np.float64), estimates.counts["k"].to_numpy(dtype=np.float64)
    unsafe = is_unsafe(n, k, rules) & (n > 0)
    labels = frame["category"].astype(str).to_numpy(dtype=object, copy=True)
    for item, question in scales.items():
        home = {name: JOIN.join(group) for group in scale_classes(question) for name in group}
        rows = items.to_numpy() == item
        on_scale = np.isin(labels.astype(str), list(home)) & rows
        if unsafe[on_scale].any():
            labels[rows] = [home.get(name, name) for name in labels[rows]]
    if labels.tolist() == frame["category"].astype(str).tolist():
        return estimates
    merged = pd.Series(labels, index=frame.index)
    keys = [c for c in estimates.keys if c != "category"]
    position = (
        frame[keys].assign(category=merged).groupby([*keys, "category"], sort=False, dropna=False).ngroup()
    )
    return _summed(estimates, position.to_numpy(), merged)


def _summed(estimates: Estimates, position: np.ndarray, labels: pd.Series) -> Estimates:
    sums = np.zeros((position.max() + 1, len(position)))
    sums[position, np.arange(len(position))] = 1.0
    first = np.array([np.flatnonzero(row)[0] for row in sums])
    old = estimates.frame
    estimate = sums @ old["estimate"].to_numpy(dtype=np.float64)
    covariance = sums @ estimates.covariance @ sums.T
    se = np.sqrt(np.clip(np.diag(covariance), 0, None))
    n, df = (old[c].to_numpy(dtype=np.float64)[first] for c in ("n", "df"))
    intervals = proportion_intervals(estimate, se, n, df)
    values = {
        "estimate": estimate,
        "se": se,
        "ci_low": intervals.low,
        "ci_high": intervals.high,
        **{c: old[c].to_numpy()[first] for c in ("n", "n_weighted", "df", "method")},
    }
    keys = old[list(estimates.keys)].assign(category=labels).iloc[first].reset_index(drop=True)
    frame = pd.concat([keys, pd.DataFrame({c: values[c] for c in VALUE_COLUMNS})], axis=1)
    counts = pd.DataFrame({"k": sums @ estimates.counts["k"].to_numpy(dtype=np.float64)})
    return Estimates(
        frame=frame,
        covariance=covariance,
        by=estimates.by,
        statistic=estimates.statistic,
        design=estimates.design,
        counts=counts,
        domain=estimates.domain,
        marks=estimates.marks,
    )
