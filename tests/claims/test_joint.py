"""Groups differ in some item: one test an item, Holm over the items."""

import pytest
from scipy import stats

from barometri.results import Verdict
from barometri.survey import Survey
from barometri.testing import rao_scott
from tests.claims.made import MIDDLE, NORTH, SOUTH, claim, parts, people, result_of

ENTRY = {"kind": "joint", "items": ("A", "B"), "by": "district", "base": "asked", "relation": "differ"}


def survey_of(*agreed: tuple[int, int], size: int = 100) -> Survey:
    """Districts with so many who have the models A and B."""
    codes = (NORTH, MIDDLE, SOUTH)
    return people(
        *(
            {
                "m_consent": [1] * a + [3] * (size - a),
                "m_phone": [1] * b + [3] * (size - b),
                "district": code,
            }
            for (a, b), code in zip(agreed, codes, strict=False)
        )
    )


def test_one_item_that_differs_after_holm_supports() -> None:
    survey = survey_of((50, 60), (50, 40), (52, 30))
    result = result_of(claim(**ENTRY), survey)
    assert result.verdict is Verdict.SUPPORTED
    agreed = survey.with_column("b", (survey.values("m_phone") == 1).astype(int))
    test = rao_scott(agreed, "district", "b")
    assert result.p_value == pytest.approx(2 * test.p_value)
    first, second = parts(result, "item")
    assert (first.adjusted_p, second.adjusted_p) == (first.p_value, result.p_value)
    assert second.about == {"item": "B"}
    assert second.estimate == pytest.approx(test.statistic)
    assert result.estimate == pytest.approx(0.6 - 0.3)
    se = (300 / 299 * (0.24 + 0.21) / 100) ** 0.5
    assert result.se == pytest.approx(se)
    half = stats.t.isf(0.025 / 3, 198) * se  # the pair was chosen of three
    assert (result.ci_low, result.ci_high) == pytest.approx((0.3 - half, 0.3 + half))
    assert {(cell.item, cell.k) for cell in result.cells} == {
        ("A", 50),
        ("A", 52),
        ("B", 60),
        ("B", 40),
        ("B", 30),
    }
    assert [p.about["district"] for p in parts(result, "code")] == ["north", "middle", "south"]


def test_no_item_differs() -> None:
    result = result_of(claim(**ENTRY), survey_of((50, 42), (50, 40), (52, 41)))
    assert result.verdict is Verdict.NOT_SHOWN
    assert result.p_value <= 1


def test_a_refused_test_says_why() -> None:
    few = result_of(claim(**ENTRY), survey_of((5, 4), (5, 1), size=10))
    assert (few.verdict, few.reason) == (Verdict.NOT_ESTIMABLE, "few_people_in_a_group")
    single = result_of(claim(**ENTRY), survey_of((50, 42)))
    assert single.reason == "nothing_to_compare"
    lost = result_of(claim(**{**ENTRY, "by": "side"}), survey_of((50, 42), (50, 40)))
    assert lost.reason == "lost_column:side"


def test_items_that_nobody_has_leave_the_others() -> None:
    result = result_of(claim(**ENTRY), survey_of((0, 60), (0, 30)))
    assert result.verdict is Verdict.SUPPORTED
    assert result.p_value == parts(result, "item")[1].p_value  # one test is left
