"""Merging the ends of a scale before anything is hidden."""

from dataclasses import replace

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


def test_a_merged_frame_has_the_columns_and_the_order_of_the_exact_one() -> None:
    """Domains stay in the order they had, not in that of their names."""
    whole = distribution([[2, 18, 20, 30, 10], [20, 20, 20, 20, 20]])
    turned = replace(whole, frame=whole.frame.assign(where=["north"] * 5 + ["east"] * 5))
    merged = merged_scales(turned, {"q": QUESTION}, DisclosureRules()).frame
    assert list(merged.columns) == list(whole.frame.columns)
    assert merged.index.tolist() == list(range(6))
    assert merged["where"].tolist() == ["north"] * 3 + ["east"] * 3
    assert merged["n"].tolist() == [80] * 3 + [100] * 3
    assert merged["df"].tolist() == [79] * 3 + [99] * 3


def test_a_domain_without_a_name_is_merged_by_itself() -> None:
    whole = distribution([[2, 18, 20, 30, 10], [20, 20, 20, 20, 20]])
    nameless = replace(whole, frame=whole.frame.assign(where=pd.Series([None] * 5 + ["east"] * 5)))
    merged = merged_scales(nameless, {"q": QUESTION}, DisclosureRules())
    assert merged.counts["k"].tolist() == [20, 20, 40, 40, 20, 40]


def test_only_the_items_with_a_small_end_are_merged() -> None:
    """Two items on one scale: the small end of one leaves the other as it is, and one without an end too."""
    whole = distribution([[2, 18, 20, 30, 10], [20, 20, 20, 20, 20], [2, 18, 20, 30, 10]])
    items = whole.frame.assign(item=["few"] * 5 + ["many"] * 5 + ["flat"] * 5)
    flat = Question("flat", "nominal", {}, {}, CODES)
    scales = {"few": QUESTION, "many": QUESTION, "flat": flat}
    merged = merged_scales(replace(whole, frame=items), scales, DisclosureRules()).frame
    assert merged["item"].tolist() == ["few"] * 3 + ["many"] * 5 + ["flat"] * 5
    assert merged["category"].tolist() == ["1+2", "3", "4+5", *"12345", *"12345"]


@pytest.mark.parametrize(
    ("answers", "good", "classes"),
    [
        (3, (3,), ()),
        (4, (3, 4), (("1", "2"), ("3", "4"))),
        (4, (4,), (("1",), ("2", "3"), ("4",))),
        (4, (2, 3, 4), ()),
        (5, (3, 4, 5), ()),
        (6, (4, 5, 6), (("1", "2", "3"), ("4", "5", "6"))),
    ],
)
def test_ends_may_not_overlap(answers: int, good: tuple[int, ...], classes: tuple[object, ...]) -> None:
    codes = tuple(Code(v, str(v), {"en": str(v)}, {"en": str(v)}) for v in range(1, answers + 1))
    assert scale_classes(Question("q", "ordinal", {}, {}, codes, good=good)) == classes


def test_a_domain_of_one_person_merges() -> None:
    whole = distribution([[20, 20, 20, 20, 20], [20, 20, 20, 20, 20]])
    counts = pd.DataFrame({"k": [1.0, 0, 0, 0, 0, *[20.0] * 5]})
    one = replace(
        whole, frame=whole.frame.assign(n=[1] * 5 + [100] * 5, df=[1] * 5 + [99] * 5), counts=counts
    )
    merged = merged_scales(one, {"q": QUESTION}, DisclosureRules())
    assert merged.counts["k"].tolist() == [1, 0, 0, 40, 20, 40]


def test_a_class_that_everybody_is_in_has_no_error_however_its_covariances_are_rounded() -> None:
    whole = distribution([[2, 18, 0, 0, 0]])
    covariance = whole.covariance.copy()
    covariance[1, 1] -= 1e-18
    covariance[0, 0] -= 1e-15
    merged = merged_scales(replace(whole, covariance=covariance), {"q": QUESTION}, DisclosureRules())
    assert np.diag(merged.covariance)[0] < 0
    assert merged.frame["se"].tolist() == [0.0, 0.0, 0.0]
