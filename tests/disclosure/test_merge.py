"""Merging the ends of a scale before anything is hidden."""

import numpy as np
import pandas as pd
import pytest

from barometri.disclosure.merge import merged_scales, scale_classes
from barometri.estimates import Estimates
from barometri.study.codebook import Code, Question
from barometri.study.plan import DisclosureRules

CODES = tuple(Code(v, str(v), {"en": str(v)}, {"en": str(v)}) for v in range(1, 6))
QUESTION = Question("q", "ordinal", {}, {}, CODES, good=(4, 5))


def distribution(counts: list[list[int]]) -> Estimates:
    """Shares of five answers in each of several domains, simple random sampling."""
    rows, blocks = [], []
    for domain, answers in enumerate(counts):
        n = sum(answers)
        p = np.array(answers) / n
        blocks.append((np.diag(p) - np.outer(p, p)) / (n - 1))
        rows += [
            {"category": str(i + 1), "where": str(domain), "estimate": share, "se": 0.1, "ci_low": 0.0,
             "ci_high": 1.0, "n": n, "n_weighted": float(n), "df": n - 1, "method": "m"}
            for i, share in enumerate(p)
        ]  # fmt: skip
    size = 5 * len(counts)
    covariance = np.zeros((size, size))
    for i, block in enumerate(blocks):
        covariance[5 * i : 5 * i + 5, 5 * i : 5 * i + 5] = block
    k = pd.DataFrame({"k": [float(c) for answers in counts for c in answers]})
    return Estimates(pd.DataFrame(rows), covariance, ("where",), "proportion", "srs", k)


def test_classes_of_a_scale() -> None:
    """Ends as long as the good end, the middle between, codebook order kept; none without a good end."""
    assert scale_classes(QUESTION) == (("1", "2"), ("3",), ("4", "5"))
    turned = Question("q", "ordinal", {}, {}, CODES, good=(1, 2))
    assert scale_classes(turned) == (("1", "2"), ("3",), ("4", "5"))
    assert scale_classes(Question("q", "ordinal", {}, {}, CODES)) == ()


def test_a_small_end_merges_the_whole_distribution() -> None:
    """Shares and counts add up, the standard error is that of the sum."""
    merged = merged_scales(
        distribution([[2, 18, 20, 30, 10], [20, 20, 20, 20, 20]]), {"q": QUESTION}, DisclosureRules()
    )
    assert merged.frame["category"].tolist() == ["1+2", "3", "4+5"] * 2
    assert merged.counts["k"].tolist() == [20, 20, 40, 40, 20, 40]
    np.testing.assert_allclose(merged.frame["estimate"], [0.25, 0.25, 0.5, 0.4, 0.2, 0.4])
    np.testing.assert_allclose(merged.frame["se"][0], np.sqrt(0.25 * 0.75 / 79))
    assert merged.frame["ci_low"][0] < 0.25 < merged.frame["ci_high"][0]


def test_large_answers_stay_as_they_are() -> None:
    """Nothing is merged where nothing would be hidden."""
    whole = distribution([[20, 20, 20, 20, 20]])
    assert merged_scales(whole, {"q": QUESTION}, DisclosureRules()) is whole


def test_an_empty_domain_does_not_merge() -> None:
    """A domain nobody is in has nothing to protect by merging."""
    whole = distribution([[20, 20, 20, 20, 20]])
    frame = whole.frame.assign(n=0, estimate=np.nan)
    empty = Estimates(frame, whole.covariance, whole.by, "proportion", "srs", pd.DataFrame({"k": [0.0] * 5}))
    assert merged_scales(empty, {"q": QUESTION}, DisclosureRules()) is empty
    assert pytest.approx(1.0) == float(whole.frame["estimate"].sum())
