"""Record rules R1 to R3, marks and rounding."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure import rounding
from barometri.disclosure.rules import (
    checked,
    is_declared_impossible,
    is_of_one_answer,
    is_of_organisations,
    is_unsafe,
    sets_numerator_aside,
    status_of,
)
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules
from barometri.study.reading import read_study

RULES = DisclosureRules()


@pytest.mark.parametrize(
    ("n", "k", "unsafe"),
    [
        (9, 5, True),
        (10, 5, False),
        (10, 4, True),
        (14, 14, True),
        (50, 0, True),
        (50, 50, True),
        (50, 46, True),
        (50, 45, False),
        (50, 5, False),
        (12, np.nan, False),
        (9, np.nan, True),
        (0, 0, True),
        (np.nan, np.nan, True),
    ],
)
def test_a_record_is_shown_only_with_base_numerator_and_complement(n: float, k: float, unsafe: bool) -> None:
    """Zero and one hundred per cent are class disclosure, not exceptions."""
    assert is_unsafe(np.array([n]), np.array([k]), RULES).tolist() == [unsafe]


def test_thresholds_cannot_pass_the_hard_floor() -> None:
    """An owner may go down to three, not below."""
    assert checked(DisclosureRules(minimum_n=3, minimum_k=3)).minimum_n == 3
    with pytest.raises(DisclosureError, match="minimum_k"):
        checked(DisclosureRules(minimum_k=2))


@pytest.mark.parametrize(
    ("n", "hidden", "status"),
    [(19, False, "unreliable"), (20, False, "small_base"), (50, False, "shown"), (500, True, "suppressed")],
)
def test_status(n: float, hidden: bool, status: str) -> None:
    """A hidden record says nothing but that it is hidden."""
    assert status_of(n, RULES, hidden=hidden) == status


def test_rounding_keeps_no_more_digits_than_the_rule() -> None:
    """Shares by base, means to tenths, errors to two digits, weighted bases to tens, p to hundredths."""
    third = rounding.share(np.array([0.123456, 0.123456]), np.array([100.0, 99.0]))
    assert third.tolist() == [0.123, 0.12]
    assert rounding.mean(np.array([2.345])).tolist() == [2.3]
    assert rounding.standard_error(np.array([0.0123456, 123.4, np.nan])).tolist()[:2] == [0.012, 120.0]
    assert rounding.weighted_base(np.array([1234.6])).tolist() == [1230.0]
    assert [rounding.p_text(p) for p in (0.2, 0.0099, 0.01, 1.0)] == [".20", "<.01", ".01", "1.00"]


def test_which_items_are_facts_about_organisations() -> None:
    study = read_study()
    asked = {"M06", "model_nothing_agreed", "number_of_models", "any_model", "model_client_consent"}
    assert all(is_of_organisations(item, study) for item in asked)
    assert not any(is_of_organisations(item, study) for item in ("cooperation", "group", "unknown"))
    assert not is_of_organisations("number_of_models", replace(study, models=()))
    assert sets_numerator_aside("M06", study, DisclosureRules(organisation_numerator="aside"))
    assert not sets_numerator_aside("M06", study, DisclosureRules())
    assert not sets_numerator_aside("cooperation", study, DisclosureRules(organisation_numerator="aside"))


def test_a_mean_tells_a_class_when_nearly_all_gave_one_answer() -> None:
    others, se = np.array([4.0, 5.0, np.nan, np.nan, 0.0]), np.array([0.2, 0.2, 0.0, 0.1, 0.0])
    assert is_of_one_answer(others, se, RULES).tolist() == [True, False, True, False, True]


def test_a_zero_is_told_only_of_answers_declared_impossible() -> None:
    rules = DisclosureRules(structural_zeros=("item:never", "item:nowhere"))
    both = frozenset({"never", "nowhere"})
    assert is_declared_impossible("item", both, 0, rules)
    assert not is_declared_impossible("item", both | {"other"}, 0, rules)
    assert not is_declared_impossible("item", frozenset({"never"}), 1, rules)
    assert not is_declared_impossible("other", frozenset({"never"}), 0, rules)
    assert not is_declared_impossible("item", frozenset(), 0, rules)


def test_a_threshold_below_the_floor_is_named_by_its_name() -> None:
    with pytest.raises(DisclosureError, match=r"disclosure\.toml, minimum_n: below the hard floor of 3"):
        checked(DisclosureRules(minimum_n=2))


@pytest.mark.parametrize(("n", "status"), [(10, "unreliable"), (49, "small_base"), (51, "shown")])
def test_status_at_the_bounds(n: float, status: str) -> None:
    assert status_of(n, RULES, hidden=False) == status


def test_every_statistic_has_its_rounding() -> None:
    values, n = np.array([1234.56789, 0.98765]), np.array([100.0, 99.0])
    told = {name: rule(values, n).tolist() for name, rule in rounding.BY_STATISTIC.items()}
    assert told == {
        "proportion": [1234.568, 0.99],
        "mean": [1234.6, 1.0],
        "total": [1230.0, 0.0],
        "ratio": [1234.57, 0.99],
    }


def test_standard_errors_keep_two_digits_of_any_size() -> None:
    values = np.array([0.0, 0.000987654, 0.0996, 1.25e6, np.nan, -1.0])
    assert rounding.standard_error(values).tolist()[:4] == [0.0, 0.00099, 0.1, 1200000.0]
    assert np.isnan(rounding.standard_error(values)[4])
    assert values[1] == 0.000987654
