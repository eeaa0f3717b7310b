"""Claims about effects against regressions written out in full matrices, and what cannot be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import linalg, stats

from barometri.association import association
from barometri.claims import judged
from barometri.errors import StudyError
from barometri.inference.cluster_robust import cluster_robust
from barometri.inference.equivalence import equivalence_power
from barometri.inference.multiplicity import holm
from barometri.model_battery import battery, count_models
from barometri.results import ClaimResult, Part, Verdict
from barometri.study.claim import Claim
from barometri.study.codes import BLANK, DONT_KNOW
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study
from tests.claims.made import claim, mix, parts, people, result_of

FloatArray = NDArray[np.float64]
DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))
MANY = {"number_of_models": ("2+",)}
NOTHING = {"nothing": ("yes",)}
REST: dict[str, tuple[str, ...]] = {"rest": ()}
SLOPE: dict[str, Any] = {"kind": "association", "items": ("number_of_models",), "scale": "score"}


@dataclass(frozen=True)
class Line:
    """One coefficient by definition."""

    estimate: float
    se: float
    df: float
    n: int

    def p(self, null: float = 0.0) -> float:
        return float(2 * stats.t.sf(abs(self.estimate - null) / self.se, self.df))

    def interval(self, tail: float = 0.025) -> tuple[float, float]:
        half = float(stats.t.isf(tail, self.df)) * self.se
        return self.estimate - half, self.estimate + half


def by_definition(
    frame: pd.DataFrame, y: FloatArray, columns: Sequence[FloatArray], adjust: Sequence[str]
) -> Line:
    """Weighted least squares with CR2 and Satterthwaite's df, in full matrices; of the first column."""
    levels = [
        (frame[name] == code).to_numpy(dtype=float) for name in adjust for code in np.unique(frame[name])[1:]
    ]
    known = np.isfinite(np.column_stack([y, *columns])).all(axis=1)
    x = np.column_stack([np.ones(len(y)), *columns, *levels])[known]
    x, y, rows = x[:, linalg.norm(x, axis=0) > 0], y[known], frame[known]
    kela, local = rows["unit"] > 0, rows["area"] != ""
    cell = rows["district"].astype(str) + "/" + rows["group"].astype(str)
    place = np.where(kela, "u" + rows["unit"].astype(str), np.where(local, "a" + rows["area"], cell))
    w = rows["_weight"].to_numpy()
    m = np.linalg.inv(x.T * w @ x)
    e = y - x @ (b := m @ (x.T * w @ y))
    rho = cluster_robust(
        x, e, w, np.unique(place, return_inverse=True)[1], working="exchangeable"
    ).correlation
    f = np.where(place[:, None] == place[None, :], rho, 0.0) + (1 - rho) * np.eye(len(y))
    s = np.eye(len(y)) - x @ m @ (x.T * w)
    spread, forms, variance = s @ f @ s.T, [], 0.0
    for one in np.unique(place):
        at = np.flatnonzero(place == one)
        root = linalg.sqrtm(f[np.ix_(at, at)]).real
        values, vectors = np.linalg.eigh(root @ spread[np.ix_(at, at)] @ root)
        inverse = np.where(values > 1e-9, 1 / np.sqrt(np.maximum(values, 1e-12)), 0.0)
        adjusted = root @ (vectors * inverse) @ vectors.T @ root
        own = adjusted @ ((x[at] * w[at, None]) @ m[:, 1])
        variance += float(own @ e[at]) ** 2
        forms.append(s[at].T @ own)
    inner = np.array(forms) @ f @ np.array(forms).T
    df = np.trace(inner) ** 2 / (inner**2).sum()
    return Line(float(b[1]), float(np.sqrt(variance)), float(df), len(y))


@pytest.fixture(scope="module")
def survey() -> Survey:
    return Survey(tiny_study.responses(2021, size=400), DESIGN, study=tiny_study.study(), wave=2021)


def judge(entry: Claim, survey: Survey) -> ClaimResult:
    return judged(entry, tiny_study.study(), {2021: survey})


def column(survey: Survey, name: str) -> FloatArray:
    values = survey.values(name).astype(float)
    return np.where(values > -9000, values, np.nan)


def good(survey: Survey) -> FloatArray:
    points = column(survey, "cooperation")
    return np.where(np.isnan(points), np.nan, points > 3)


def same(result: ClaimResult, line: Line, null: float = 0.0) -> None:
    assert result.estimate == pytest.approx(line.estimate, rel=1e-8)
    assert result.se == pytest.approx(line.se, rel=1e-6)
    assert result.df == pytest.approx(line.df, rel=1e-5)
    assert (result.ci_low, result.ci_high) == pytest.approx(line.interval(), rel=1e-5)
    assert result.n == line.n
    assert result.p_value == pytest.approx(line.p(null), rel=1e-4)


# ------------------------------------------------------------------------------------------------ difference
def number(survey: Survey) -> FloatArray:
    return column(count_models(survey), "number_of_models")


def classes(survey: Survey, least: int) -> FloatArray:
    k = number(survey)
    return np.where(np.isnan(k), np.nan, k >= least)


def test_a_difference_of_classes_is_the_linear_fit_with_group_and_district(survey: Survey) -> None:
    result = judge(claim(kind="difference", left=MANY, right=REST, alternatives=("1+",)), survey)
    same(result, by_definition(survey.frame, good(survey), [classes(survey, 2)], ["group", "district"]))
    assert (result.method, result.scale, result.level) == ("linear/cr2", "points", 0.95)
    (shown,) = parts(result, "alternative")
    other = by_definition(survey.frame, good(survey), [classes(survey, 1)], ["group", "district"])
    assert (shown.estimate, shown.se, shown.p_value) == pytest.approx((other.estimate, other.se, other.p()))
    assert shown.about == {"class": "1+"}


def test_the_sides_of_a_difference_are_plain_shares_with_their_counts(survey: Survey) -> None:
    result = judge(claim(kind="difference", left=MANY, right=REST), survey)
    weight, judged_good, many = survey.frame["_weight"].to_numpy(), good(survey), classes(survey, 2)
    shares = []
    assert result.cells == ()  # an adjusted difference gives no share away
    for name, of, codes in (("left", 1.0, ("2+",)), ("right", 0.0, ("0", "1"))):
        inside = (many == of) & np.isfinite(judged_good)
        shares.append(np.average(judged_good[inside], weights=weight[inside]))
        (side,) = parts(result, name)
        (cell,) = side.cells
        assert side.estimate == pytest.approx(shares[-1])
        assert (cell.n, cell.k) == (inside.sum(), judged_good[inside].sum())
        assert cell.who == {"number_of_models": codes}
    (raw,) = parts(result, "raw")
    assert raw.estimate == pytest.approx(shares[0] - shares[1])
    assert result.k_low is not None
    assert result.k_low <= min(cell.n for cell in raw.cells)
    too_many = claim(kind="difference", left=MANY, right=REST, minimum_n=raw.cells[0].n + 1)
    assert judge(too_many, survey).reason == "below_minimum_n"


def test_a_margin_moves_the_null_and_the_direction(survey: Survey) -> None:
    free = judge(claim(kind="difference", left=MANY, right=REST), survey)
    line = by_definition(survey.frame, good(survey), [classes(survey, 2)], ["group", "district"])
    margin = round(free.estimate / 3, 3)
    small = judge(claim(kind="difference", left=MANY, right=REST, margin=margin), survey)
    same(small, line, margin)
    large = judge(claim(kind="difference", left=MANY, right=REST, margin=0.9), survey)
    same(large, line, 0.9)
    assert large.verdict is Verdict.CONTRADICTED
    turned = judge(claim(kind="difference", left=MANY, right=REST, margin=margin, relation="<"), survey)
    assert turned.p_value == pytest.approx(line.p(-margin), rel=1e-4)
    assert turned.verdict is Verdict.CONTRADICTED


def test_a_difference_of_points(survey: Survey) -> None:
    result = judge(claim(kind="difference", left=MANY, right=NOTHING, scale="score"), survey)
    assert [(part.name, part.scale) for part in result.parts] == [("raw", "score")]
    frame, k, none = survey.frame, number(survey), column(survey, "nothing")
    many, none_agreed = np.nan_to_num(k, nan=-1) >= 2, none == 1
    left, right = many & ~none_agreed, none_agreed & ~many
    side = np.where(left, 1.0, np.where(right, 0.0, np.nan))
    same(result, by_definition(frame, column(survey, "cooperation"), [side], ["group", "district"]))
    assert result.scale == "score"
    (raw,) = parts(result, "raw")
    assert [cell.n for cell in raw.cells] == [
        (np.isfinite(good(survey)) & inside).sum() for inside in (left, right)
    ]


@pytest.mark.parametrize(
    ("left", "right", "held"),
    [
        ({"group": ("worker",)}, {"group": ("decider",)}, ["district"]),
        ({"side": ("social",)}, {"side": ("kela",)}, ["district"]),
        ({"district": ("north",)}, REST, ["group"]),
    ],
)
def test_a_claim_is_not_adjusted_for_its_own_classes(
    survey: Survey, left: dict[str, tuple[str, ...]], right: dict[str, tuple[str, ...]], held: list[str]
) -> None:
    result = judge(claim(kind="difference", left=left, right=right), survey)
    frame = survey.frame
    codes = {"worker": 3, "decider": 1, "social": 2, "kela": 1, "north": 1}
    ((name, (own,)),) = left.items()
    values, others = frame[name].to_numpy(), right.get(name)
    rest = values != codes[own] if others is None else values == codes[others[0]]
    side = np.where(values == codes[own], 1.0, np.where(rest, 0.0, np.nan))
    same(result, by_definition(frame, good(survey), [side], held))


def test_who_names_models_and_says_that_nothing_is_agreed_is_on_neither_side() -> None:
    survey = people(
        {
            "cooperation": mix(30, 30),
            "m_consent": 1,
            "m_phone": 1,
            "m_desk_a": 3,
            "m_desk_b": 3,
            "nothing": 2,
        },
        {
            "cooperation": mix(20, 40),
            "m_consent": 3,
            "m_phone": 3,
            "m_desk_a": 3,
            "m_desk_b": 3,
            "nothing": 1,
        },
        {"cooperation": mix(9, 0), "m_consent": 1, "m_phone": 1, "m_desk_a": 3, "m_desk_b": 3, "nothing": 1},
    )
    result = result_of(claim(kind="difference", left=MANY, right=NOTHING), survey)
    assert [(cell.n, cell.k) for cell in result.cells] == [(60, 30), (60, 20)]
    assert result.estimate == pytest.approx(1 / 6)
    overlap = claim(kind="difference", left={"group": ("worker",)}, right={"group": ("worker", "server")})
    with pytest.raises(StudyError, match="C1: left and right overlap"):
        result_of(overlap, survey)


# ----------------------------------------------------------------------------------------------- association
def test_a_slope_is_the_linear_fit_on_the_number_of_models(survey: Survey) -> None:
    result = judge(claim(**SLOPE), survey)
    held = ["group", "district"]
    line = by_definition(survey.frame, column(survey, "cooperation"), [number(survey)], held)
    same(result, line)
    shares = judge(claim(**{**SLOPE, "scale": "good"}), survey)
    same(shares, by_definition(survey.frame, good(survey), [number(survey)], held))
    assert judge(claim(**SLOPE, relation="<"), survey).verdict is Verdict.CONTRADICTED
    effects = {(e.name, bool(e.adjusted_for)): e for e in association(survey)[1]}
    beside = {(part.name, part.about["kind"]): part for part in result.parts}
    d = effects["somers_d", False]
    assert beside["somers_d", "raw"].estimate == pytest.approx(d.estimate)
    for kind, held_constant in (("raw", False), ("adjusted", True)):
        part, ratio = beside["odds_ratio", kind], effects["odds_ratio_per_model", held_constant]
        assert (part.estimate, part.ci_low, part.ci_high) == pytest.approx(
            (ratio.estimate, ratio.ci_low, ratio.ci_high)
        )


@pytest.mark.parametrize("item", ["quick", "m_phone", "nothing"])
def test_a_slope_takes_points_of_a_scale_and_indicators(survey: Survey, item: str) -> None:
    result = judge(claim(kind="association", items=(item,), scale="score"), survey)
    x = column(survey, item)
    x = x if item == "quick" else np.where(np.isnan(x), np.nan, np.isin(x, [1, 2] if "m_" in item else [1]))
    same(result, by_definition(survey.frame, column(survey, "cooperation"), [x], ["group", "district"]))


def test_a_slope_of_one_group_is_not_adjusted_for_it(survey: Survey) -> None:
    result = judge(claim(**SLOPE, population={"group": ("worker",)}), survey)
    inside = (survey.frame["group"] == 3).to_numpy()
    line = by_definition(
        survey.frame[inside], column(survey, "cooperation")[inside], [number(survey)[inside]], ["district"]
    )
    same(result, line)


# --------------------------------------------------------------------------------------------- single models
def states(survey: Survey) -> dict[str, NDArray[np.int32]]:
    return dict(battery(survey).states)


def beside_others(survey: Survey, y: FloatArray, model: str, *, asked: bool = False) -> Line:
    """The conditional difference, "cannot say" a state of its own or not in use."""
    own, unsure = {}, {}
    for name, codes in states(survey).items():
        known = (codes > -9000) | (codes == DONT_KNOW)
        own[name] = np.where(known, np.isin(codes, [1, 2]), np.nan).astype(float)
        unsure[name] = np.where(known, codes == DONT_KNOW, np.nan).astype(float)
    others = [own[name] for name in own if name != model]
    more = [] if asked else list(unsure.values())
    return by_definition(survey.frame, y, [own[model], *others, *more], ["group", "district"])


@pytest.mark.parametrize("base", ["answered", "asked"])
def test_each_model_is_judged_at_equal_others_by_holm_over_all(survey: Survey, base: str) -> None:
    entry = claim(kind="each", items=("A", "C"), scale="score", base=base)
    result = judge(entry, survey)
    y = column(survey, "cooperation")
    lines = {m: beside_others(survey, y, m, asked=base == "asked") for m in "ABC"}
    adjusted = dict(zip("ABC", holm([lines[m].p() for m in "ABC"]), strict=True))
    tests = [part for part in parts(result, "model") if part.role == "test"]
    assert [part.about["item"] for part in tests] == ["A", "C"]
    for part in tests:
        line = lines[part.about["item"]]
        assert (part.estimate, part.se) == pytest.approx((line.estimate, line.se), rel=1e-6)
        assert part.p_value == pytest.approx(line.p(), rel=1e-4)
        assert part.adjusted_p == pytest.approx(adjusted[part.about["item"]], rel=1e-4)
    weakest = max("AC", key=lambda m: lines[m].p())
    assert all(lines[m].estimate > 0 for m in "AC")
    assert result.p_value == pytest.approx(adjusted[weakest], rel=1e-4)
    assert result.estimate == pytest.approx(lines[weakest].estimate)
    (beside,) = [part for part in parts(result, "model") if part.role == "shown"]
    assert beside.about["item"] == "B"
    assert beside.adjusted_p == pytest.approx(adjusted["B"], rel=1e-4)
    strongest = min("ABC", key=lambda m: lines[m].p())
    alone = judge(claim(kind="each", items=(strongest,), scale="score", base=base), survey)
    assert alone.p_value == pytest.approx(3 * lines[strongest].p(), rel=1e-4)
    other = [part for part in parts(result, "reading") if part.about["item"] == "A"]
    again = beside_others(survey, y, "A", asked=base != "asked")
    assert other[0].estimate == pytest.approx(again.estimate)


def planted(a: int, b: int, *, size: int = 240) -> Survey:
    """Everybody knows the models; A and B move the chance of a good judgement by so many of 40 in 80."""
    rows = []
    for i in range(2):
        for j in range(2):
            share = min(max(40 + a * i + b * j, 0), 80)
            rows.append({"cooperation": mix(share, 80 - share), "m_consent": 3 - 2 * i, "m_phone": 3 - 2 * j})
    return people(*({**row, "m_desk_a": [1] * 20 + [3] * 60, "m_desk_b": 3} for row in rows))


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (18, 18, Verdict.SUPPORTED),
        (18, 2, Verdict.SAME_DIRECTION),
        (18, -1, Verdict.NOT_SHOWN),
        (18, -18, Verdict.CONTRADICTED),
    ],
)
def test_words_of_each(a: int, b: int, verdict: Verdict) -> None:
    result = result_of(claim(kind="each", items=("A", "B"), scale="score"), planted(a, b))
    assert result.verdict is verdict
    own = {part.about["item"]: part.verdict for part in parts(result, "model") if part.role == "test"}
    assert own["A"] is Verdict.SUPPORTED
    if verdict is Verdict.CONTRADICTED:
        assert own["B"] is Verdict.CONTRADICTED
        assert result.estimate < 0


# -------------------------------------------------------------------------------------------------- margins
def test_equivalence_is_two_one_sided_tests_on_the_conditional_effect(survey: Survey) -> None:
    entry = claim(kind="equivalence", items=("C",), margin=0.2, relation="=")
    result = judge(entry, survey)
    line = beside_others(survey, good(survey), "C")
    assert (result.estimate, result.se) == pytest.approx((line.estimate, line.se), rel=1e-6)
    assert (result.ci_low, result.ci_high) == pytest.approx(line.interval(0.05), rel=1e-5)
    assert result.level == 0.9
    t = [(0.2 + line.estimate) / line.se, (0.2 - line.estimate) / line.se]
    assert result.p_value == pytest.approx(float(stats.t.sf(min(t), line.df)), rel=1e-4)
    assert result.power == pytest.approx(equivalence_power(line.se, line.df, -0.2, 0.2), rel=1e-5)
    assert result.parts[0].name == "power"
    assert result.parts[0].estimate == result.power


@pytest.mark.parametrize(("se", "df", "margin"), [(0.04, 9.0, 0.1), (0.03, 40.0, 0.1)])
def test_power_is_how_often_both_tests_reject_at_no_difference(se: float, df: float, margin: float) -> None:
    generator = np.random.default_rng(3)
    errors = se * np.sqrt(generator.chisquare(df, 40_000) / df)
    estimates = generator.normal(0, se, 40_000)
    reject = np.abs(estimates) + stats.t.isf(0.05, df) * errors < margin
    assert equivalence_power(se, df, -margin, margin) == pytest.approx(reject.mean(), abs=0.012)


@pytest.mark.parametrize(
    ("a", "margin", "verdict"),
    [
        (1, 0.2, Verdict.EQUIVALENT),
        (1, 0.05, Verdict.NOT_SHOWN_EITHER_WAY),
        (8, 0.09, Verdict.NOT_SHOWN_EITHER_WAY),
        (20, 0.1, Verdict.CONTRADICTED),
        (-20, 0.1, Verdict.CONTRADICTED),
    ],
)
def test_words_of_equivalence(a: int, margin: float, verdict: Verdict) -> None:
    entry = claim(kind="equivalence", items=("A",), margin=margin, relation="=")
    result = result_of(entry, planted(a, 0))
    assert result.estimate == pytest.approx(a / 80)
    assert result.verdict is verdict
    half = float(stats.t.isf(0.025, result.df)) * result.se
    beyond = result.estimate - half > margin or result.estimate + half < -margin
    assert (verdict is Verdict.CONTRADICTED) == beyond
    assert (verdict is Verdict.EQUIVALENT) == (-margin < result.ci_low and result.ci_high < margin)


def test_non_inferiority_is_the_lower_limit_of_having_not(survey: Survey) -> None:
    entry = claim(kind="non_inferiority", items=("C",), margin=0.1)
    line = beside_others(survey, good(survey), "C")
    result = judge(entry, survey)
    assert result.estimate == pytest.approx(-line.estimate)
    low, high = line.interval()
    assert (result.ci_low, result.ci_high) == pytest.approx((-high, -low), rel=1e-5)
    assert result.p_value == pytest.approx(line.p(0.1), rel=1e-4)


def test_what_stands_under_a_claim_of_having_not_has_its_sign(survey: Survey) -> None:
    turned = judge(claim(kind="non_inferiority", items=("C",), margin=0.1), survey)
    plain = judge(claim(kind="equivalence", items=("C",), margin=0.1), survey)
    for name in ("marginal", "reading"):
        one, other = parts(turned, name)[0], parts(plain, name)[0]
        assert one.estimate == pytest.approx(-other.estimate)
        assert (one.ci_low, one.ci_high) == pytest.approx((-other.ci_high, -other.ci_low))


@pytest.mark.parametrize(
    ("a", "verdict"),
    [
        (0, Verdict.SUPPORTED),
        (4, Verdict.SAME_DIRECTION),
        (10, Verdict.NOT_SHOWN),
        (30, Verdict.CONTRADICTED),
    ],
)
def test_words_of_non_inferiority(a: int, verdict: Verdict) -> None:
    result = result_of(claim(kind="non_inferiority", items=("A",), margin=0.12), planted(a, 0))
    assert result.estimate == pytest.approx(-a / 80)
    assert result.verdict is verdict
    assert (result.ci_low > -0.12) == (verdict is Verdict.SUPPORTED)


def test_non_inferiority_of_a_class_against_another() -> None:
    survey = people(
        {"cooperation": mix(50, 50), "nothing": 1}, {"cooperation": mix(52, 48), "nothing": 2}, wave=2021
    )
    sides = {"left": NOTHING, "right": {"nothing": ("no",)}}
    result = result_of(claim(kind="non_inferiority", margin=0.2, **sides), survey)
    assert result.estimate == pytest.approx(-0.02)
    assert result.verdict is Verdict.SUPPORTED
    assert [cell.n for cell in result.cells] == [100, 100]


# ------------------------------------------------------------------------------------------------- readings
def cannot_say(*, bad: bool) -> Survey:
    known = {"m_consent": [1] * 100 + [3] * 100, "m_phone": [1] * 100 + [3] * 100}
    unknown = mix(20, 380) if bad else mix(380, 20)
    return people(
        {**known, "cooperation": [*mix(65, 35), *mix(35, 65)], "m_desk_a": 3, "m_desk_b": 3},
        {"cooperation": unknown, **dict.fromkeys(tiny_study.MODEL_QUESTIONS, DONT_KNOW)},
    )


@pytest.mark.parametrize("entry", [claim(**SLOPE), claim(kind="difference", left=MANY, right=REST)])
def test_both_readings_have_to_agree(entry: Claim) -> None:
    assert result_of(entry, cannot_say(bad=True)).verdict is Verdict.SUPPORTED
    depends = result_of(entry, cannot_say(bad=False))
    assert depends.verdict is Verdict.DEPENDS_ON_CANNOT_SAY
    assert depends.estimate > 0
    assert depends.n == 200


def test_a_part_on_the_number_of_models_is_read_twice_too() -> None:
    whole = claim(
        kind="all_of",
        parts=(claim(id="C1.1", **SLOPE), claim(id="C1.2", kind="quantity", relation="in", low=0.01)),
    )
    assert result_of(whole, cannot_say(bad=True)).verdict is Verdict.SUPPORTED
    assert result_of(whole, cannot_say(bad=False)).verdict is Verdict.DEPENDS_ON_CANNOT_SAY


# ------------------------------------------------------------------------------------------- direct ratings
def rated(good_answers: int) -> Survey:
    return people({"cooperation": mix(30, 30), "quick": mix(good_answers, 60 - good_answers), "m_consent": 1})


def test_a_direct_rating_takes_the_place_of_the_effect() -> None:
    entry = claim(kind="each", items=("A",), scale="score", direct="quick")
    result = result_of(entry, rated(45))
    assert (result.estimate, result.scale, result.verdict) == (0.75, "share", Verdict.SUPPORTED)
    assert [(cell.item, cell.n, cell.k) for cell in result.cells] == [("quick", 60, 45)]
    assert result.p_value == pytest.approx(2 * stats.beta.cdf(0.5, 59 * 0.75, 59 * 0.25 + 1), rel=1e-6)
    assert result_of(entry, rated(15)).verdict is Verdict.CONTRADICTED
    assert result_of(entry, rated(32)).verdict is Verdict.SAME_DIRECTION
    assert result_of(claim(kind="each", items=("A",), direct="quick", low=0.8), rated(45)).estimate == 0.75
    none = claim(kind="equivalence", items=("A",), margin=0.1, relation="=", direct="quick")
    assert result_of(none, rated(45)).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("good_answers", range(18, 43))
def test_p_of_a_direct_rating_is_small_exactly_where_its_interval_leaves_the_half_out(
    good_answers: int,
) -> None:
    result = result_of(claim(kind="each", items=("A",), direct="quick"), rated(good_answers))
    assert (result.p_value < 0.05) == (not result.ci_low <= 0.5 <= result.ci_high)


def test_one_direct_rating_for_each_item_and_holm_over_those_asked() -> None:
    names = {"A": "cooperation", "B": "quick"}
    entry = claim(kind="each", items=("A", "B"), direct="m_{item}")
    survey = rated(45)
    for model, name in names.items():
        question = survey.question(name)
        survey = survey.with_column(f"m_{model}", survey.values(name), question)
    result = result_of(entry, survey)
    assert [part.about["item"] for part in result.parts] == ["m_A", "m_B"]
    assert result.verdict is Verdict.NOT_SHOWN  # 30 of 60 is not more than half
    assert result.parts[1].adjusted_p == pytest.approx(2 * result.parts[1].p_value)


def test_without_the_direct_rating_the_effect_is_judged() -> None:
    result = result_of(claim(kind="each", items=("A",), scale="score", direct="absent"), planted(10, 0))
    assert result.scale == "score"


# ------------------------------------------------------------------------------- what cannot be judged
def reason(entry: Claim, survey: Survey) -> str:
    result = result_of(entry, survey)
    assert result.verdict is Verdict.NOT_ESTIMABLE
    return result.reason


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (claim(kind="each", items=("A", "C"), scale="score"), "one_value:C"),
        (claim(kind="equivalence", items=("C",), margin=0.1, relation="="), "one_value:C"),
        (claim(kind="association", items=("quick",), scale="score"), "item_not_asked:quick"),
        (claim(kind="each", items=("A",), outcome="quick"), "item_not_asked:quick"),
        (claim(kind="association", items=("nothing",)), "aliased:nothing"),
        (claim(kind="difference", left=NOTHING, right=REST), "aliased:nothing"),
        (claim(kind="difference", left={"number_of_models": ("3+",)}, right=REST), "no_responses"),
        (claim(kind="difference", left={"side": ("kela",)}, right=REST), "lost_column:side"),
    ],
)
def test_what_cannot_be_told_says_why(entry: Claim, why: str) -> None:
    """Model C is not in use anywhere, and "nothing agreed" is said in the north alone."""
    columns = {"m_consent": [1] * 20 + [3] * 20, "m_phone": ([1] * 10 + [3] * 10) * 2, "m_desk_a": 3}
    survey = people(
        {"cooperation": mix(20, 20), "m_desk_b": 3, "nothing": 1, "district": 1, **columns},
        {"cooperation": mix(10, 30), "m_desk_b": 3, "nothing": 2, "district": 3, **columns},
    )
    assert reason(entry, survey) == why


def test_equal_answers_and_few_places_are_not_judged() -> None:
    everybody = planted(0, 0)
    content = everybody.with_column(
        "cooperation", np.full(len(everybody.rows), 5, dtype=np.int32), everybody.question("cooperation")
    )
    for entry in (claim(**SLOPE), claim(kind="each", items=("A",)), claim(kind="association", items=("A",))):
        assert reason(entry, content) == "zero_variance"
    places = everybody.with_column("unit", np.arange(len(everybody.rows), dtype=np.int32) % 3 + 1)
    assert reason(claim(kind="association", items=("A",)), places) == "few_degrees_of_freedom"
    assert result_of(claim(kind="association", items=("A",)), everybody).reason == ""


def test_a_base_below_the_smallest_is_not_judged() -> None:
    entry = claim(kind="association", items=("A",), minimum_n=500)
    assert reason(entry, planted(5, 5)) == "below_minimum_n"


def test_the_base_of_a_side_is_that_of_the_fit_too() -> None:
    """Half of the left side has no known district: its share rests on 100 answers, the fit on 50."""
    districts = [1, 2, 3, BLANK, BLANK, BLANK]
    survey = people(
        {"cooperation": mix(60, 40), "nothing": 1, "district": (districts * 17)[:100]},
        {"cooperation": mix(40, 60), "nothing": 2, "district": ([1, 2, 3] * 34)[:100]},
    )
    sides = {"kind": "difference", "left": NOTHING, "right": {"nothing": ("no",)}}
    fitted = (districts * 17)[:100].count(BLANK)
    result = result_of(claim(minimum_n=100 - fitted, **sides), survey)
    assert [part.n for name in ("left", "right") for part in parts(result, name)] == [100, 100]
    assert (result.reason, result.n) == ("", 200 - fitted)
    assert reason(claim(minimum_n=101 - fitted, **sides), survey) == "below_minimum_n"


def test_points_are_those_of_an_ordered_answer(survey: Survey) -> None:
    with pytest.raises(StudyError, match=r"C1: 'nothing' has no points"):
        judge(claim(kind="association", items=("quick",), outcome="nothing", scale="score"), survey)


def test_a_part_that_is_shown_carries_its_smallest_count(survey: Survey) -> None:
    def counted(part: Part) -> bool:
        return bool(part.cells) or part.k_low is not None

    for entry in (
        claim(**SLOPE),
        claim(kind="each", items=("A",)),
        claim(kind="equivalence", items=("A",), margin=0.1, relation="="),
        claim(kind="difference", left=MANY, right=REST, alternatives=("1+",)),
    ):
        result = judge(entry, survey)
        assert result.parts
        assert all(counted(part) for part in result.parts)
        assert result.k_low is not None
