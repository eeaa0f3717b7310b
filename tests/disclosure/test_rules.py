"""Record rules R1 to R3, marks and rounding."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure import rounding
from barometri.disclosure.rules import (
    checked,
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
