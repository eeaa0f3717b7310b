"""The highest or lowest of all: every other has to be beaten."""

from dataclasses import replace

import pytest

from barometri.errors import StudyError
from barometri.results import Verdict
from barometri.study.waves import FrameCount
from barometri.survey import Survey
from tests.claims.made import MIDDLE, NORTH, SOUTH, WORKERS, claim, mix, parts, people, result_of

HIGHEST = {"kind": "extreme", "left": {"district": ("north",)}}


def districts(*good: int, size: int = 100) -> Survey:
    """Districts of equal size with so many favourable answers."""
    codes = (NORTH, MIDDLE, SOUTH)
    return people(
        *(
            {"cooperation": mix(k, size - k), "district": code}
            for k, code in zip(good, codes, strict=False)
            if k >= 0
        )
    )


def models(*agreed: int, size: int = 200) -> Survey:
    names = ("m_consent", "m_phone", "m_desk_a")
    columns = {name: [1] * k + [3] * (size - k) for name, k in zip(names, agreed, strict=True)}
    return people({**columns, "m_desk_b": [3] * size})


def test_every_other_is_beaten() -> None:
    result = result_of(claim(**HIGHEST), districts(70, 50, 40))
    assert result.verdict is Verdict.SUPPORTED
    against = parts(result, "against")
    assert [(p.about, round(p.estimate, 9)) for p in against] == [
        ({"district": "middle"}, 0.2),
        ({"district": "south"}, 0.3),
    ]
    assert result.estimate == pytest.approx(0.2)  # the closest one decides
    assert result.se == pytest.approx((300 / 299 * (0.21 + 0.25) / 100) ** 0.5)
    assert result.p_value == max(p.p_value for p in against)
    assert (result.n, result.df, result.beside) == (200, 198, ())
    assert {(tuple(cell.who["district"]), cell.k) for cell in result.cells} == {
        (("north",), 70),
        (("middle",), 50),
        (("south",), 40),
    }
    assert [p.estimate for p in (*parts(result, "left"), *parts(result, "right"))] == [0.7, 0.5, 0.4]


def test_what_could_not_be_told_from_the_highest_is_named() -> None:
    result = result_of(claim(**HIGHEST), districts(60, 55, 40))
    assert result.verdict is Verdict.HIGHEST_NOT_SEPARATED
    assert result.beside == ("middle",)
    assert result.estimate == pytest.approx(0.05)


def test_another_that_is_higher_contradicts_only_if_shown_after_holm() -> None:
    beaten = result_of(claim(**HIGHEST), districts(40, 70, 20))
    assert beaten.verdict is Verdict.CONTRADICTED
    assert (round(beaten.estimate, 9), beaten.beside) == (-0.3, ("middle",))
    assert beaten.p_value == pytest.approx(2 * parts(beaten, "against")[0].p_value)
    close = result_of(claim(**HIGHEST), districts(40, 54, 20))
    plain = parts(close, "against")[0].p_value
    assert plain < 0.05 < close.p_value
    assert close.verdict is Verdict.NOT_SHOWN


def test_the_lowest_is_an_extreme_too() -> None:
    lowest = {**HIGHEST, "relation": "<"}
    assert result_of(claim(**lowest), districts(20, 50, 60)).verdict is Verdict.SUPPORTED
    assert result_of(claim(**lowest), districts(70, 50, 60)).verdict is Verdict.CONTRADICTED


def test_a_single_code_has_nothing_to_be_compared_with() -> None:
    assert result_of(claim(**HIGHEST), districts(70)).reason == "nothing_to_compare"
    assert result_of(claim(**HIGHEST), districts(-1, 50, 40)).reason == "nothing_to_compare"
    assert result_of(claim(**HIGHEST), districts(100, 100, 100)).reason == "zero_variance"
    two = claim(kind="extreme", left={"district": ("north", "south")})
    with pytest.raises(StudyError, match="C1: kind extreme compares one code"):
        result_of(two, districts(70, 50, 40))
    assert result_of(claim(population=WORKERS, **HIGHEST), districts(70, 50)).verdict is Verdict.SUPPORTED


def test_a_model_is_compared_with_all_others() -> None:
    result = result_of(claim(kind="extreme", items=("A",), base="asked"), models(120, 80, 30))
    assert result.verdict is Verdict.SUPPORTED
    assert [p.about["item"] for p in parts(result, "against")] == ["B", "C"]
    assert result.estimate == pytest.approx(0.2)
    some = result_of(claim(kind="extreme", items=("A",), against=("C",), base="asked"), models(120, 80, 30))
    assert some.estimate == pytest.approx(0.45)
    other = result_of(claim(kind="extreme", items=("cooperation",)), districts(70, 50))
    assert other.reason == "nothing_to_compare"


def test_other_cut_offs_are_shown_beside() -> None:
    none, some, many = [3] * 100, [1] * 50 + [3] * 50, [1] * 20 + [3] * 80
    desk = {"m_desk_a": none, "m_desk_b": none}
    survey = people(
        {"m_consent": some, "m_phone": some, "district": NORTH, **desk},
        {"m_consent": [1] * 60 + [3] * 40, "m_phone": many, "district": SOUTH, **desk},
    )
    entry = claim(
        items=("number_of_models",), answer="2+", alternatives=("1+", "3+"), base="asked", **HIGHEST
    )
    result = result_of(entry, survey)
    assert result.verdict is Verdict.SUPPORTED
    assert result.estimate == pytest.approx(0.5 - 0.2)
    (shown,) = parts(result, "alternative")  # of three and more there is nobody, and nothing to show
    assert (shown.about, round(shown.estimate, 9)) == ({"answer": "1+"}, -0.1)
    assert {cell.category for cell in shown.cells} == {"1+"}
    assert {cell.category for cell in result.cells} == {"2+"}


@pytest.mark.parametrize(
    ("counted", "judged"), [({}, True), ({"south": 90}, False), ({"south": 0}, True), ({"middle": 90}, True)]
)
def test_a_code_that_the_frame_counts_and_nobody_answered_in_leaves_the_highest_open(
    counted: dict[str, int], judged: bool
) -> None:
    survey = districts(70, 40, -1)
    assert survey.study is not None
    rows = tuple(
        FrameCount({"district": name, "group": "worker"}, number) for name, number in counted.items()
    )
    wave = replace(survey.study.waves[2021], frame=rows)
    study = replace(survey.study, waves={**survey.study.waves, 2021: wave})
    result = result_of(claim(**HIGHEST), Survey(survey.rows, survey.design, study=study, wave=2021))
    assert (result.verdict is Verdict.SUPPORTED) == judged
    assert result.reason == ("" if judged else "no_responses")
