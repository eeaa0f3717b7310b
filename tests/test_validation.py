"""Harmonised answers: one meaning a code, a reason for every missing answer, a design that can be used."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometri.errors import ValidationError
from barometri.readers import RawFile, UserMissing
from barometri.study.codebook import Code, Codebook, Question
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, REFUSED, MissingReason
from barometri.study.plan import Area, Areas
from barometri.study.study import Roles, Study
from barometri.study.waves import FrameCount, Wave, WaveDesign
from barometri.validation import ValidationReport, validate
from barometri.validation.answers import parse_number
from tests import tiny_study
from tests.tiny_study import question

CANARY = "4711"
TICK = (Code(0, "no", {}, {}), Code(1, "yes", {}, {}))


def make_raw(cells: Mapping[str, list[object]], **words: object) -> RawFile:
    frame = {
        name: pd.Series(values, dtype=object if any(isinstance(v, str) for v in values) else np.float64)
        for name, values in cells.items()
    }
    return RawFile(Path("a.csv"), pd.DataFrame(frame), "0" * 64, **words)  # type: ignore[arg-type]


def make_study(*questions: Question) -> Study:
    base = tiny_study.study()
    return replace(base, codebook=Codebook({**base.codebook.questions, **{q.id: q for q in questions}}))


def run(
    cells: Mapping[str, list[object]],
    *questions: Question,
    study: Study | None = None,
    raw: Mapping[str, object] | None = None,
    **wave: object,
) -> tuple[pd.DataFrame, ValidationReport]:
    declared = Wave(2021, "a.csv", {name: name for name in cells}, **wave)  # type: ignore[arg-type]
    return validate(make_raw(cells, **(raw or {})), study or make_study(*questions), declared)


def refusal(*args: object, **kwargs: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        run(*args, **kwargs)  # type: ignore[arg-type]
    assert CANARY not in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def scale(name: str, **more: object) -> Question:
    codes = (
        Code(0, "none", {}, {}),
        Code(1, "some", {}, {}),
        Code(8, "eos", {}, {}, missing=None),
        Code(9, "no_answer", {}, {}, missing=None),
    )
    entry = question(name, "nominal")
    reasons = {8: "dont_know", 9: "refused"}

    marked = tuple(
        replace(c, missing=MissingReason(reasons[c.value])) if c.value in reasons else c for c in codes
    )
    return replace(entry, codes=marked, **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    "cells",
    [
        [0, 1, 8, 9, np.nan],
        ["0", "1", "8", "9", None],
        ["0.0", " 1 ", "08", "9.00", None],
        ["none", "some", "eos", "no_answer", None],
    ],
    ids=["numbers", "texts", "spelled", "ids"],
)
def test_one_code_however_it_is_written_and_zero_blank_and_cannot_say_stay_apart(cells: list[object]) -> None:
    frame, report = run({"q": cells}, scale("q"))
    assert frame["q"].tolist() == [0, 1, DONT_KNOW, REFUSED, BLANK]
    assert frame["q"].dtype == np.int32
    assert report.missing == {"q": {"dont_know": 1, "refused": 1, "blank": 1}}


def test_recodes_are_the_whole_table() -> None:
    recodes = {"q": {"Kyllä": 1, "01": 0, "7": 8}}
    frame, _ = run(
        {"q": ["Kylla\u0308".replace("a\u0308", "ä"), "01", "7.0", None]}, scale("q"), recodes=recodes
    )
    assert frame["q"].tolist() == [1, 0, DONT_KNOW, BLANK]
    error = refusal({"q": ["Kyllä", "9", CANARY]}, scale("q"), recodes=recodes)
    assert "2 rows hold codes" in str(error)
    assert "Kyllä, 01, 7" in str(error)


def test_a_word_for_missing_is_an_unknown_code() -> None:
    assert refusal({"q": ["1", "NA", "nan"]}, scale("q")).code == "E23"


def test_a_code_that_the_file_calls_missing_and_the_codebook_an_answer_is_refused() -> None:
    missing = {"user_missing": {"q": (UserMissing(1.0, 1.0), UserMissing(8.0, 9.0))}}
    error = refusal({"q": [0, 1, 8]}, scale("q"), raw=missing)
    assert "1 rows hold codes that the file declares missing" in str(error)
    agreed = {"user_missing": {"q": (UserMissing(8.0, 9.0),)}}
    assert run({"q": [0, 1, 8]}, scale("q"), raw=agreed)[0]["q"].tolist() == [0, 1, DONT_KNOW]


def test_the_first_problem_is_told_with_the_number_of_others() -> None:
    error = refusal({"p": ["7", "1"], "q": ["7", "1"], "r": ["7", "1"]}, scale("p"), scale("q"), scale("r"))
    assert str(error).startswith("a.csv, p (column 1): 1 rows hold codes the codebook does not know")
    assert "(and 2 more such questions)" in str(error)


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("3,5", ",", 3.5),
        ("3.5", ".", 3.5),
        ("−2", ".", -2.0),
        ("3,5", ".", None),
        ("3.5", ",", None),
        ("1.234,5", ",", None),
        ("inf", ".", None),
        ("1e400", ".", None),
        ("nan", ".", None),
        ("1_000", ".", None),
        ("٣", ".", None),
    ],
)
def test_numbers_are_read_by_the_declared_mark_alone(text: str, decimal: str, expected: float | None) -> None:
    assert parse_number(text, decimal) == expected


def test_a_number_out_of_range_or_infinite_is_refused_and_a_declared_missing_one_is_empty() -> None:
    years = question("years", "number", minimum=0, maximum=60)
    frame, report = run(
        {"years": [0, 60, 99, np.nan]}, years, raw={"user_missing": {"years": (UserMissing(99.0, 99.0),)}}
    )
    np.testing.assert_array_equal(frame["years"], [0, 60, np.nan, np.nan])
    assert report.missing == {"years": {"blank": 2}}
    assert "expected 0 to 60" in str(refusal({"years": [1, 4711]}, years))
    assert refusal({"years": [1, np.inf]}, years).code == "E20"


def test_keys_keep_their_zeros_and_stand_once() -> None:
    key = question("key", "key")
    assert run({"key": ["007", "7", "070"]}, key)[0]["key"].tolist() == ["007", "7", "070"]
    assert run({"key": [7.0, 8.0]}, key)[0]["key"].tolist() == ["7", "8"]
    error = refusal({"key": [CANARY, CANARY, CANARY, "1"]}, key)
    assert error.code == "E22"
    assert "2 rows repeat" in str(error)


def test_areas_must_be_known_to_the_divisions() -> None:
    areas = Areas((Area("a1", {}, {}, "county"),), {"county": {"091": "a1"}})
    study = replace(tiny_study.study(), areas=areas)
    frame, _ = run({"area": ["a1; 091;a1", None]}, study=study)
    assert frame["area"].tolist() == ["a1;091", ""]
    assert "1 rows hold areas" in str(refusal({"area": ["a1", f"a1;{CANARY}"]}, study=study))


def test_free_text_is_counted_and_dropped() -> None:
    frame, report = run({"q": ["1", "1"], "comment": [CANARY, None]}, scale("q"), question("comment", "text"))
    assert "comment" not in frame
    assert report.texts == {"comment": 1}
    assert CANARY not in repr(report)


# ---------------------------------------------------------------------------------- routing and derivation


def test_not_asked_is_not_blank() -> None:
    cells: dict[str, list[object]] = {"group": [1, 1, 3, 3, np.nan], "q": [0, np.nan, np.nan, np.nan, 1]}
    frame, report = run(cells, scale("q"), routing={"q": ("decider", "server")})
    assert frame["q"].tolist() == [0, BLANK, NOT_ASKED, NOT_ASKED, 1]
    assert report.missing["q"] == {"not_asked": 2, "blank": 1}
    assert frame["side"].tolist() == [1, 1, 2, 2, BLANK]


def test_an_answer_of_somebody_not_asked_is_refused() -> None:
    error = refusal({"group": [1, 3], "q": [0, 8]}, scale("q"), routing={"q": ("decider",)})
    assert "1 rows answer though their group was not asked" in str(error)


def test_an_empty_box_is_unticked_only_where_the_question_was_shown() -> None:
    boxes = [replace(question(name, "tick", battery="boxes"), codes=TICK) for name in ("a", "b")]
    cells: dict[str, list[object]] = {
        "group": [1, 1, 1, 3],
        "a": [1, np.nan, np.nan, np.nan],
        "b": [np.nan] * 4,
        "later": [np.nan, 0, np.nan, 1],
    }
    frame, _ = run(cells, *boxes, scale("later"), routing={"a": ("decider",), "b": ("decider",)})
    assert frame["a"].tolist() == [1, 0, BLANK, NOT_ASKED]
    assert frame["b"].tolist() == [0, 0, BLANK, NOT_ASKED]


def test_a_source_code_without_a_derived_one_is_refused() -> None:
    study = tiny_study.study()
    side = study.codebook["side"]
    assert side.derived is not None
    mapping = {k: v for k, v in side.derived.mapping.items() if k != "worker"}
    thin = replace(side, derived=replace(side.derived, mapping=mapping))
    assert "mapping" in str(refusal({"group": [1, 3]}, thin))


# ----------------------------------------------------------------------------------------------- design

CELLS: dict[str, list[object]] = {
    "group": [1, 1, 1, 3, 3, 3],
    "district": [1, 1, 1, 1, 2, 2],
    "q": [1, 1, 1, 1, 1, 1],
}
DESIGN = WaveDesign(stratum=("district", "group"))


def frame_of(**counts: int) -> tuple[FrameCount, ...]:
    return tuple(
        FrameCount(dict(zip(("district", "group"), name.split("_"), strict=True)), count)
        for name, count in counts.items()
    )


def test_weights_are_people_over_respondents_by_stratum() -> None:
    counts = frame_of(north_decider=12, north_worker=10, middle_worker=5, south_worker=7)
    design = replace(DESIGN, single_psu="certainty")
    frame, report = run(CELLS, scale("q"), design=design, frame=counts)
    assert frame["_weight"].tolist() == [4, 4, 4, 10, 2.5, 2.5]
    assert report.design.stratum == ("district", "group")
    assert report.weight_ratio == 4
    assert report.warnings == ("1 strata of the frame (7 people) have no respondent",)


def test_thin_strata_are_put_together() -> None:
    counts = frame_of(north_decider=12, north_worker=10, middle_worker=5)
    error = refusal(CELLS, scale("q"), design=DESIGN, frame=counts)
    assert error.code == "E31"
    assert "north × worker" in str(error)
    frame, report = run(CELLS, scale("q"), design=DESIGN, frame=counts, collapse=(("north", "middle"),))
    assert frame["_weight"].tolist() == [4, 4, 4, 5, 5, 5]
    assert set(frame["_stratum"]) == {"north+middle:decider", "north+middle:worker"}
    assert report.design.stratum == ("_stratum",)


def test_without_district_the_frame_is_summed_over_it() -> None:
    counts = frame_of(north_decider=12, north_worker=10, middle_worker=5)
    cells = {name: values for name, values in CELLS.items() if name != "district"}
    frame, report = run(cells, scale("q"), design=DESIGN, frame=counts)
    assert frame["_weight"].tolist() == [4, 4, 4, 5, 5, 5]
    assert report.design.stratum == ("group",)
    assert any("district" in note for note in report.notes)


def test_without_weights_and_frame_the_design_says_so() -> None:
    frame, report = run(CELLS, scale("q"), design=DESIGN)
    assert "_weight" not in frame
    assert report.design.weight == "equal"
    assert any("no design information" in note for note in report.notes)


def test_a_large_ratio_of_weights_is_a_warning() -> None:
    weight = question("w", "number")
    cells = CELLS | {"w": [1, 1, 1, 1, 1, 101.0]}
    _, report = run(cells, scale("q"), weight, design=WaveDesign(weight="w"))
    assert report.weight_ratio == 101
    assert report.warnings == ("the largest weight is 101 times the smallest",)


@pytest.mark.parametrize("wrong", [0.0, -4711.0, np.nan])
def test_a_weight_that_is_none_is_refused(wrong: float) -> None:
    cells = CELLS | {"w": [1, 1, 1, 1, 1, wrong]}
    error = refusal(cells, scale("q"), question("w", "number"), design=WaveDesign(weight="w"))
    assert error.code == "E30"
    assert "1 weights" in str(error)


def test_respondents_without_a_stratum_are_refused() -> None:
    cells = CELLS | {"district": [1, 1, 1, 1, 2, np.nan]}
    assert "1 respondents have none" in str(refusal(cells, scale("q"), design=DESIGN))


def test_units_are_counted_within_strata() -> None:
    unit = question("place", "key")
    place = replace(unit, kind="nominal", codes=tuple(Code(i, f"p{i}", {}, {}) for i in range(1, 4)))
    cells = CELLS | {"place": [1, 1, 1, 1, 2, 3], "w": [1.0] * 6}
    design = WaveDesign(weight="w", stratum=("group",), psu=("place",))
    error = refusal(cells, scale("q"), place, question("w", "number"), design=design)
    assert error.code == "E31"
    assert "single unit (decider)" in str(error)


def test_a_study_without_roles_and_areas_is_validated() -> None:
    study = Study(
        "bare", Path(), {}, ("en",), date(2021, 1, 1), Codebook({"q": scale("q")}), {}, (), "", Roles()
    )
    frame, report = run({"q": [0, 1]}, study=study)
    assert frame.columns.tolist() == ["q", "wave"]
    assert report.n == 2
