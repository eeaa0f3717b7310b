"""Published sentences and percentages beside the plain figures of the responses."""

import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometri.analysis import analyse
from barometri.claims import figures, headline, judge
from barometri.claims.families import adjusted
from barometri.claims.published import same_as_published
from barometri.claims.records import NAN, Measure, Setting
from barometri.errors import StudyError
from barometri.results import ClaimResult, Part, SameAsPublished, Verdict
from barometri.study.claim import ClaimsFile, Family, PublishedFigure
from barometri.study.codes import DONT_KNOW
from barometri.study.reading import read_study
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study
from tests.claims.made import DECIDERS, WORKERS, claim, mix, people, result_of, waves_study

YES, NO, NOT_COMPARABLE = SameAsPublished.YES, SameAsPublished.NO, SameAsPublished.NOT_COMPARABLE
BOTH = {"left": WORKERS, "right": DECIDERS}
DEMO = Path(str(files("barometri").joinpath("resources/demo")))


def plain(*surveys: Survey) -> Setting:
    study = surveys[0].study
    assert study is not None
    return Setting(study, {survey.wave or 0: survey for survey in surveys}, plain=True, cache={}, shown=False)


def wave(workers: int, deciders: int, year: int = 2021, weight: float = 1.0) -> Survey:
    """Of 100 workers and 100 deciders so many judge well; workers may weigh more."""
    survey = people(
        {"cooperation": mix(workers, 100 - workers), "group": 3},
        {"cooperation": mix(deciders, 100 - deciders), "group": 9 if year < 2021 else 1},
        wave=year,
    )
    heavy = survey.with_column("_weight", np.where(survey.values("group") == 3, weight, 1.0))
    return heavy.with_design(SurveyDesign(weight="_weight"))


def models(a: int, nothing: int = 30) -> Survey:
    """Of 60 with model A 30 judge well, of 60 without ``a``; the latter also say how many agreed nothing."""
    return people(
        {
            "cooperation": mix(30, 30),
            "m_consent": 1,
            "m_phone": 3,
            "m_desk_a": 3,
            "m_desk_b": 3,
            "nothing": 2,
        },
        {
            "cooperation": mix(a, 60 - a),
            "m_consent": 3,
            "m_phone": 3,
            "m_desk_a": 3,
            "m_desk_b": 3,
            "nothing": [1] * nothing + [2] * (60 - nothing),
        },
    )


@pytest.mark.parametrize(
    ("fields", "survey", "expected"),
    [
        (BOTH, wave(46, 33), YES),
        (BOTH, wave(33, 46), NO),
        (
            {"kind": "quantity", "population": WORKERS, "relation": "in", "low": 0.4, "high": 0.5},
            wave(46, 1),
            YES,
        ),
        (
            {"kind": "quantity", "population": WORKERS, "relation": "in", "low": 0.4, "high": 0.5},
            wave(51, 1),
            NO,
        ),
        ({"kind": "quantity", "population": WORKERS, "relation": "shown"}, wave(46, 1), NOT_COMPARABLE),
        ({"kind": "near", "population": WORKERS, "low": 0.45, "margin": 0.02}, wave(46, 1), YES),
        ({"kind": "near", "population": WORKERS, "low": 0.45, "margin": 0.02}, wave(48, 1), NO),
        ({"kind": "joint", "by": "group", "relation": "differ"}, wave(46, 33), YES),
        ({"kind": "joint", "by": "group", "relation": "differ"}, wave(46, 46), NO),
        ({"kind": "difference", **BOTH}, wave(46, 45), YES),
        ({"kind": "difference", "margin": 0.1, **BOTH}, wave(46, 45), YES),
        ({"kind": "difference", "scale": "score", **BOTH}, wave(44, 45), NO),
        ({"kind": "association", "items": ("number_of_models",), "scale": "score"}, models(25), YES),
        ({"kind": "association", "items": ("number_of_models",), "scale": "score"}, models(35), NO),
        ({"kind": "each", "items": ("A",)}, models(29), YES),
        ({"kind": "each", "items": ("A", "B")}, models(29), NOT_COMPARABLE),
        ({"kind": "each", "items": ("A",)}, models(31), NO),
        ({"kind": "equivalence", "items": ("A",), "relation": "=", "margin": 0.1}, models(26), YES),
        ({"kind": "equivalence", "items": ("A",), "relation": "=", "margin": 0.1}, models(23), NO),
        ({"kind": "non_inferiority", "items": ("A",), "margin": 0.1}, models(25), YES),
        ({"kind": "non_inferiority", "items": ("A",), "margin": 0.1}, models(23), NO),
        ({"left": {"side": ("kela",)}, "right": {"side": ("social",)}}, wave(46, 33), NOT_COMPARABLE),
        ({"waves": (2019, 2021), "kind": "reversal", **BOTH}, wave(46, 33), NOT_COMPARABLE),
        ({"published": "no", **BOTH}, wave(46, 33), NOT_COMPARABLE),
    ],
)
def test_a_sentence_is_compared_with_the_plain_figure(
    fields: dict[str, Any], survey: Survey, expected: SameAsPublished
) -> None:
    assert same_as_published(claim(**fields), plain(survey)) is expected


def test_weights_are_no_part_of_it() -> None:
    entry = claim(kind="quantity", relation="in", low=0.38, high=0.41)
    survey = wave(46, 33, weight=9.0)
    result = result_of(entry, survey)
    assert result.estimate == pytest.approx((9 * 0.46 + 0.33) / 10)
    assert result.same_as_published is YES  # (46 + 33) / 200


def test_the_publications_base_leaves_nobody_out_for_his_district() -> None:
    """Those whose district is not known are in the plain figure, though not in the fit."""
    survey = people(
        {"cooperation": mix(20, 20), "m_consent": 1, "district": 1},
        {"cooperation": mix(18, 22), "m_consent": 3, "district": 1},
        {"cooperation": mix(0, 40), "m_consent": 1, "district": DONT_KNOW},
    )
    result = result_of(claim(kind="association", items=("A",)), survey)
    assert result.estimate > 0
    assert result.same_as_published is NO


def test_waves_reverse_and_change_as_they_were() -> None:
    early, late = wave(25, 40, year=2019), wave(46, 33)
    reversal = claim(kind="reversal", waves=(2019, 2021), **BOTH)
    assert same_as_published(reversal, plain(early, late)) is YES
    assert same_as_published(reversal, plain(wave(45, 40, year=2019), late)) is NO
    change = claim(kind="change", waves=(2019, 2021), population=WORKERS, standardised="group")
    assert same_as_published(change, plain(early, late)) is YES
    assert same_as_published(replace(change, relation="<"), plain(early, late)) is NO


def test_the_publication_did_not_hold_the_mix_of_groups() -> None:
    """Each group judges better than before, and all together worse: there are more of the less content."""
    early = people(
        {"cooperation": mix(25, 75), "group": 3}, {"cooperation": mix(60, 40), "group": 9}, wave=2019
    )
    late = people({"cooperation": mix(90, 210), "group": 3}, {"cooperation": mix(65, 35), "group": 1})
    change = claim(kind="change", waves=(2019, 2021), standardised="group")
    assert same_as_published(change, plain(early, late)) is NO


def test_all_of_is_yes_where_every_part_is() -> None:
    many = claim(id="a", kind="quantity", population=WORKERS, relation="in", low=0.4)
    few, shown = replace(many, low=0.5), replace(many, relation="shown", low=None)
    survey = plain(wave(46, 33))
    for own, expected in (((many, many), YES), ((many, few, shown), NO), ((many, shown), NOT_COMPARABLE)):
        assert same_as_published(claim(kind="all_of", parts=own), survey) is expected


# -------------------------------------------------------------------------------------------------- families
def measure(p: float) -> Measure:
    return Measure(estimate=0.1, p_value=p, as_claimed=True)


def file(adjust: str = "holm", lead: tuple[str, ...] = ()) -> ClaimsFile:
    family = Family("f", adjust, {"en": "f"})  # type: ignore[arg-type]
    return ClaimsFile(tiny_study.study().published, "0" * 64, {"f": family}, lead)


def test_what_has_no_p_is_no_test_of_its_family() -> None:
    claims = [claim(id=name, family="g" if name == "d" else "f") for name in "abcd"]
    measures = dict(zip("abcd", map(measure, (0.01, NAN, 0.04, 0.03)), strict=True))
    found = adjusted(claims, measures, file())
    assert found["a"] == pytest.approx(0.02)
    assert np.isnan(found["b"])
    assert (found["c"], found["d"]) == pytest.approx((0.04, 0.03))
    assert adjusted(claims, measures, file("none"))["a"] == 0.01
    assert adjusted(claims, measures, None)["a"] == 0.01


def jointly(p: float, joint: float) -> Measure:
    tests = (Part("gap", "test", 0.1, p_value=0.9), Part("gap_interaction", "shown", 3.0, p_value=joint))
    return replace(measure(p), parts=tests)


@pytest.mark.parametrize(
    ("joint", "expected"),
    [
        ((0.02,), {"a": 0.02, "c": 0.04, "r": 0.03}),
        ((0.2,), {"a": 0.2, "c": 0.2, "r": 0.2}),
        ((0.02, 0.035), {"a": 0.035, "c": 0.04, "r": 0.035, "r2": 0.035}),
        ((0.02, NAN), {"a": 0.02, "c": 0.04, "r": 0.03, "r2": 0.03}),
    ],
)
def test_a_joint_test_stands_before_those_of_its_family(
    joint: tuple[float, ...], expected: dict[str, float]
) -> None:
    reversals = {name: jointly(0.03, p) for name, p in zip(("r", "r2"), joint, strict=False)}
    measures = {"a": measure(0.001), "b": measure(NAN), "c": measure(0.04), "d": measure(0.01)} | reversals
    claims = [claim(id=name, family="g" if name == "d" else "f") for name in measures]
    found = adjusted(claims, measures, file("joint_first"))
    assert np.isnan(found.pop("b"))
    assert found.pop("d") == 0.01  # of another family
    assert found == expected


def test_without_a_joint_test_nothing_is_adjusted_and_the_verdict_rests_on_the_own_p() -> None:
    """In the wave before the reversal, and where the reversal cannot be judged."""
    gap = claim(id="gap", waves=(2019,), **BOTH)
    turned = claim(id="turned", **{**BOTH, "kind": "reversal", "waves": (2019, 2021)})
    study = replace(waves_study(), claims=(gap, turned), claims_file=file("joint_first"))
    surveys = {2019: wave(70, 30, 2019), 2021: wave(35, 55)}
    (alone,) = judge(study, surveys, 2019)
    assert alone.p_value < 0.05
    assert np.isnan(alone.adjusted_p)
    assert alone.verdict is Verdict.SUPPORTED
    first, other = judge(study, {2019: surveys[2019]}, 2021)
    assert (first.verdict, other.verdict) == (Verdict.SUPPORTED, Verdict.NOT_ESTIMABLE)
    assert np.isnan(first.adjusted_p)
    assert np.isnan(other.adjusted_p)


@pytest.mark.parametrize("beside", [True, False])
def test_a_gap_that_every_wave_has_alike_is_not_shown_by_its_own_p_alone(*, beside: bool) -> None:
    gap = claim(id="gap", **BOTH)
    turned = claim(id="turned", **{**BOTH, "kind": "reversal", "waves": (2019, 2021)})
    surveys = {2019: wave(60, 40, 2019), 2021: wave(60, 40)}
    study = replace(waves_study(), claims=(gap, turned), claims_file=file("joint_first"))
    first, other = judge(study, surveys, 2021, beside=beside)
    (joint,) = (part for part in other.parts if part.name == "gap_interaction")
    assert joint.p_value == pytest.approx(1)
    assert first.p_value < 0.05
    assert first.adjusted_p == other.adjusted_p == joint.p_value
    assert first.verdict is Verdict.SAME_DIRECTION


def test_headline_claims_are_adjusted_for_one_another() -> None:
    study = replace(tiny_study.study(), claims_file=file(lead=("c", "a", "absent", "b")))
    results = [
        ClaimResult(claim(id=name), Verdict.SUPPORTED, p_value=p)
        for name, p in (("a", 0.02), ("b", NAN), ("c", 0.03), ("d", 0.001))
    ]
    found = headline(study, results)
    assert list(found) == ["c", "a", "b"]
    assert (found["a"], found["c"]) == pytest.approx((0.04, 0.04))
    assert np.isnan(found["b"])
    assert headline(tiny_study.study(), results) == {}


def test_a_claim_read_again_keeps_its_family_whole() -> None:
    """Under the second reading the slope is adjusted for the ordering too, which is not read again."""
    others = {"m_phone": 3, "m_desk_a": 3, "m_desk_b": 3, "group": [1, 3] * 50}
    survey = people(
        {"cooperation": mix(57, 43), "m_consent": 1, **others},
        {"cooperation": mix(42, 58), "m_consent": 3, **others},
    )
    slope = claim(id="slope", kind="association", items=("number_of_models",), scale="score")
    study = replace(waves_study(), claims=(slope, claim(id="gap", **BOTH)), claims_file=file())
    results = {result.claim.id: result for result in judge(study, {2021: survey}, 2021)}
    p = {name: result.p_value for name, result in results.items()}
    assert 0.025 < p["slope"] < 0.05 < p["gap"]
    assert results["slope"].adjusted_p == pytest.approx(2 * p["slope"])
    assert results["slope"].verdict is Verdict.SAME_DIRECTION  # under both readings, not only the first


def test_simulations_go_without_what_stands_beside() -> None:
    entry = claim(kind="association", items=("A",))
    study = replace(waves_study(), claims=(entry,))
    bare, full = (judge(study, {2021: models(20)}, 2021, beside=beside)[0] for beside in (False, True))
    assert (bare.parts, bare.same_as_published) == ((), NOT_COMPARABLE)
    assert full.parts
    assert full.same_as_published is YES
    assert (bare.verdict, bare.p_value) == (full.verdict, full.p_value)


# --------------------------------------------------------------------------------------------------- figures
def figure(**more: Any) -> PublishedFigure:  # noqa: ANN401 - any field of a figure
    fields: dict[str, Any] = {"id": "P", "wave": 2021, "item": "cooperation", "value": 0.46, "rounding": 0.01}
    return PublishedFigure(**{**fields, "population": WORKERS, **more})


@pytest.mark.parametrize(
    ("entry", "expected", "estimate", "n"),
    [
        (figure(), YES, 0.4565, 92),
        (figure(value=0.45), NO, 0.4565, 92),
        (figure(value=0.5, rounding=0.1), YES, 0.4565, 92),
        (figure(value=0.457, rounding=0.001), YES, 0.4565, 92),
        (figure(value=0.42, base="asked"), YES, 0.42, 100),
        (figure(answer="very_poorly", value=0.54), YES, 0.5435, 92),
        (figure(population={}, value=0.38), YES, 0.3802, 192),
        (figure(population={}, value=0.4, weighted=True), YES, 0.4049, 192),
        (figure(population={"side": ("kela",)}), NOT_COMPARABLE, NAN, 0),
        (figure(population={"group": ("server",)}), NOT_COMPARABLE, NAN, 0),
        (figure(item="B"), NOT_COMPARABLE, NAN, 0),
    ],
)
def test_a_percentage_is_compared_at_its_own_rounding(
    entry: PublishedFigure, expected: SameAsPublished, estimate: float, n: int
) -> None:
    survey = people(
        {"cooperation": [*mix(42, 50), *[DONT_KNOW] * 8], "group": 3},
        {"cooperation": mix(31, 69), "group": 1},
    )
    heavy = survey.with_column("_weight", np.where(survey.values("group") == 3, 2.0, 1.0))
    heavy = heavy.with_design(SurveyDesign(weight="_weight"))
    study = replace(waves_study(), published_figures=(entry, figure(wave=2019)))
    (result,) = figures(study, {2021: heavy})
    assert result.same is expected
    assert result.n == n
    assert result.estimate == pytest.approx(estimate, abs=5e-5, nan_ok=True)
    assert bool(result.reason) == (expected is NOT_COMPARABLE)
    if n:
        (cell,) = result.cells
        assert (cell.n, cell.who) == (n, entry.population)
        assert entry.weighted or cell.k / n == pytest.approx(result.estimate)


def test_figures_are_part_of_the_results() -> None:
    frame = tiny_study.responses(2021)
    study = replace(tiny_study.study(), published_figures=(figure(),))
    survey = Survey(pd.DataFrame(frame), SurveyDesign(weight="_weight"), study=study, wave=2021)
    (result,) = analyse(study, {2021: survey}).published_figures
    inside = frame[(frame["group"] == 3) & (frame["cooperation"] > 0)]
    assert result.estimate == pytest.approx((inside["cooperation"] > 3).mean())


# --------------------------------------------------------------------------------------------------- reading
@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "study", ignore=shutil.ignore_patterns("truth.toml")))


def test_the_demonstration_has_published_figures() -> None:
    study = read_study()
    assert all(entry.source.startswith("https://") for entry in study.published_figures)
    assert all(set(entry.statement) == set(study.languages) for entry in study.published_figures)
    assert [entry.value for entry in study.published_figures if entry.wave == 2017] == [0.31, 0.38]


def test_a_changed_figure_changes_the_digest(folder: Path) -> None:
    before = read_study(folder).digest
    path = folder / "published.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("0.31", "0.32"), encoding="utf-8")
    assert read_study(folder).digest != before
    path.unlink()
    assert read_study(folder).published_figures == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("wave = 2017", "wave = 2016", "wave", "no wave of the study"),
        ('item = "client_guidance"', 'item = "guidance"', "item", "neither a question"),
        ("wave = 2017", "wave = 2021", "item", "not asked in wave 2021"),
        ('item = "client_guidance"', 'item = "M01"', "item", "not asked in wave 2017"),
        ("completely_disagree|", "never|", "answer", "never"),
        ("value = 0.31", "value = 31", "value", "between 0 and 1"),
        ("value = 0.31", "value = 0.315", "value", "no multiple of 0.01"),
        ("rounding = 0.01", "rounding = 0", "rounding", "0.01 for whole per cents"),
        ("social_worker", "social_workers", "population.group", "social_workers"),
        ('base = "asked"', 'base = "all"', "base", "answered"),
        ('base = "asked"', 'page = ""', "page", "empty"),
        ("value = 0.31", "value = 0.31\nprinted = 31", "printed", "not known"),
        ('id = "PF037"', 'id = "PF038"', "id", "stands twice"),
    ],
)
def test_a_wrong_figure_names_its_entry_and_key(
    folder: Path, old: str, new: str, key: str, problem: str
) -> None:
    path = folder / "published.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    entry = "PF038" if key == "id" else "PF037"
    with pytest.raises(StudyError, match=rf"published.toml, figure\[{entry}\].{key}: .*{problem}"):
        read_study(folder)


def test_an_empty_file_of_figures_is_refused(folder: Path) -> None:
    (folder / "published.toml").write_text("", encoding="utf-8")
    with pytest.raises(StudyError, match=r"published.toml, figure: there is no figure"):
        read_study(folder)
