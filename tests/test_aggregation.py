"""The one pass: its sums are those of the rows, the same on every backend and in any row order."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest

from barometri.aggregation import Measure, Plan, Sums, aggregate, cannot_say, centre, levels
from barometri.errors import DesignError, OptionError, ValidationError
from barometri.estimates import Estimates
from barometri.estimation import mean, proportion, ratio, total
from barometri.study.codebook import Code, Codebook, Question
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, MissingReason
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign

N = 400
DESIGNS = {
    "elements": SurveyDesign(weight="w", stratum="h"),
    "crossed strata": SurveyDesign(weight="w", stratum=("h", "side")),
    "elements, FPC": SurveyDesign(stratum="h", fpc="size"),
    "clusters": SurveyDesign(weight="w", stratum="h", psu="unit"),
    "clusters, FPC": SurveyDesign(weight="w", stratum="h", psu="unit", fpc="units"),
    "two stages, FPC": SurveyDesign(weight="w", stratum="h", psu="unit", fpc=("units", "inside")),
    "equal": SurveyDesign(weight="equal"),
}
KIND = {"item": "ordinal", "other": "ordinal", "region": "nominal"}
CODES = tuple(Code(v, f"code_{v}", {}, {}) for v in (1, 2, 3, 4, 5))
CODEBOOK = Codebook(
    {
        name: Question(
            name,
            "nominal" if name == "region" else "ordinal",
            {},
            {},
            (*CODES, Code(8, "cannot_say", {}, {}, MissingReason.DONT_KNOW)),
            (4, 5),
        )
        for name in ("item", "other", "region")
    }
)


def make(seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    stratum = random.integers(0, 4, N)
    data = pd.DataFrame({"h": [f"h{one}" for one in stratum], "side": random.integers(0, 2, N)})
    data["unit"] = random.integers(0, 8, N)
    data["w"] = random.uniform(1, 3, N)
    data["size"] = 5 * data.groupby("h")["w"].transform("size")
    data["units"] = 20
    data["inside"] = 3 * data.groupby(["h", "unit"])["w"].transform("size")
    answers = [1, 2, 3, 4, 5, DONT_KNOW, BLANK, NOT_ASKED]
    for name in ("item", "other"):
        data[name] = random.choice(answers, N).astype(np.int32)
    data["region"] = random.choice([1, 2, 3, NOT_ASKED], N).astype(np.int32)
    for name in ("x", "y"):
        data[name] = np.where(random.uniform(size=N) < 0.1, np.nan, random.normal(1000, 3, N))
    data["word"] = random.choice(["a", "b", "c"], N)
    return data


DATA = make()


def in_memory(data: pd.DataFrame) -> Any:  # noqa: ANN401
    return data


def in_polars(data: pd.DataFrame) -> Any:  # noqa: ANN401
    return pl.DataFrame({name: data[name].to_numpy() for name in data}, nan_to_null=True)


def in_polars_lazily(data: pd.DataFrame) -> Any:  # noqa: ANN401
    return pl.DataFrame({name: data[name].to_numpy() for name in data}, nan_to_null=True).lazy()


def in_duckdb(data: pd.DataFrame) -> Any:  # noqa: ANN401
    connection = duckdb.connect(config={"threads": 1})
    return connection.from_df(data)


BACKENDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": in_polars,
    "polars lazy": in_polars_lazily,
    "duckdb": in_duckdb,
}


def survey(
    design: SurveyDesign, frame: Callable[[pd.DataFrame], Any] = in_memory, data: pd.DataFrame = DATA
) -> Survey:
    native = frame(data)
    return Survey(native, design, codebook=CODEBOOK)


def calls(one: Survey) -> list[Estimates]:
    part = one.domain((one["region"] != "code_3") | (one["x"] > 1001))
    return [
        proportion(one, ["item", "other"], by="region", margins=True),
        proportion(part, "item", categories="each", base="asked", by=["region", "side"]),
        proportion(part, "word", categories={"vowel": ["a"], "all": ["a", "b", "c"]}),
        mean(one, ["x", "y", "item"], by=["side", "region"], margins=True, deff="with_replacement"),
        total(part, ["x", "word"]),
        total(part, by="region"),
        ratio(part, "x", "y", by="side"),
    ]


def same(one: npt.ArrayLike, two: npt.ArrayLike, tolerance: float) -> None:
    ours, theirs = np.asarray(one, dtype=np.float64), np.asarray(two, dtype=np.float64)
    largest = np.nanmax(np.abs(theirs[np.isfinite(theirs)]), initial=0.0)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * float(largest))


class TestBackends:
    @pytest.mark.parametrize(
        ("backend", "design"),
        [("polars", "elements"), ("polars lazy", "clusters, FPC"), *(("duckdb", one) for one in DESIGNS)],
    )
    def test_estimates_are_equal(self, backend: str, design: str) -> None:
        memory = calls(survey(DESIGNS[design]))
        other = calls(survey(DESIGNS[design], BACKENDS[backend]))
        for ours, theirs in zip(other, memory, strict=True):
            assert ours.keys == theirs.keys
            assert ours.design == theirs.design
            for key in (*ours.keys, "n", "method"):
                assert ours.frame[key].tolist() == theirs.frame[key].tolist()
            same(ours.counts.to_numpy(dtype=float), theirs.counts.to_numpy(dtype=float), 1e-10)
            for name in ("estimate", "se", "n_weighted", "df", "ci_low", "ci_high"):
                same(ours.frame[name], theirs.frame[name], 1e-12 if name == "estimate" else 1e-10)
            same(ours.covariance, theirs.covariance, 1e-10)

    @pytest.mark.parametrize("backend", ["polars lazy", "duckdb"])
    def test_sums_are_equal(self, backend: str) -> None:
        plan = Plan(
            (
                Measure(("item",), (frozenset([4, 5]), frozenset([1, 2, 3]))),
                Measure(("x",), centres=(1000.0,)),
                Measure(()),
            ),
            ("region",),
            ((1, 2, 3),),
        )
        for design in DESIGNS.values():
            ours = aggregate(survey(design, BACKENDS[backend]), plan)
            theirs = aggregate(survey(design), plan)
            for name in ("group", "codes", "count"):
                np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
            for name in ("first", "square", "spread"):
                same(getattr(ours, name), getattr(theirs, name), 1e-12)
            if theirs.second is not None:
                assert ours.second is not None
                same(ours.second, theirs.second, 1e-12)

    @pytest.mark.parametrize("backend", ["polars lazy", "duckdb"])
    def test_unusable_weights_are_refused(self, backend: str) -> None:
        data = DATA.assign(w=DATA["w"].where(DATA.index != 7, -1.0))
        with pytest.raises(DesignError, match="'w'"):
            mean(survey(DESIGNS["elements"], BACKENDS[backend], data), "x")


class TestSums:
    def test_they_are_those_of_the_rows(self) -> None:
        plan = Plan(
            (
                Measure(("item",), (frozenset([4, 5]), frozenset([1, 2, 3]))),
                Measure(("x",), centres=(1000.0,)),
            ),
            ("region",),
            ((1, 2, 3),),
        )
        sums = aggregate(survey(DESIGNS["elements"]), plan)
        good, rest = DATA["item"].isin([4, 5]), DATA["item"].isin([1, 2, 3])
        known, value = DATA["x"].notna(), (DATA["x"] - 1000).fillna(0)
        features = np.stack([good, rest, known, value], axis=1).astype(np.float64)
        weight = DATA["w"].to_numpy()
        stratum = DATA["h"].str[1:].astype(int).to_numpy()
        for record in range(len(sums.group)):
            code = sums.codes[record, 0]
            chosen = stratum == sums.group[record]
            chosen &= (DATA["region"] == code + 1) if code >= 0 else (DATA["region"] < 0)
            x, w = features[chosen], weight[chosen]
            np.testing.assert_allclose(sums.first[record], w @ x)
            np.testing.assert_array_equal(sums.count[record], [*x[:, :3].sum(axis=0), 0])
            np.testing.assert_allclose(sums.square[record], [*(w**2 @ x[:, :3]), 0])
            np.testing.assert_allclose(sums.spread[record], w @ x**2)
            assert sums.second is not None
            np.testing.assert_allclose(sums.second[record], (x * w[:, None] ** 2).T @ x, atol=1e-9)
        assert len(sums.group) == 16

    def test_a_domain_limits_sums_and_not_the_design(self) -> None:
        everybody = survey(DESIGNS["clusters"])
        part = everybody.domain(everybody["side"] == 1)
        plan = Plan((Measure(()),))
        whole, inside = aggregate(everybody, plan), aggregate(part, plan)
        assert inside.count.sum() == (DATA["side"] == 1).sum()
        np.testing.assert_array_equal(
            inside.design.stages[0].strata.units, whole.design.stages[0].strata.units
        )

    def test_many_groups_are_compressed(self) -> None:
        data = DATA.assign(unit=np.arange(N) // 2)
        clusters = SurveyDesign(weight="w", psu="unit")
        plan = Plan((Measure(()),), ("region", "word", "side"), ((1, 2, 3), ("a", "b", "c"), (0, 1)))
        sums: Sums = aggregate(survey(clusters, data=data), plan)
        found = data.assign(region=data["region"].where(data["region"] > 0, 0))
        expected = found.groupby(["unit", "region", "word", "side"])["w"].sum()
        assert len(sums.group) == len(expected)
        np.testing.assert_allclose(np.sort(sums.first[:, 0]), np.sort(expected.to_numpy()))


class TestRowOrder:
    @pytest.mark.parametrize("design", DESIGNS)
    def test_permuting_rows_changes_no_byte(self, design: str) -> None:
        order = np.random.default_rng(5).permutation(N)
        shuffled = DATA.iloc[order].reset_index(drop=True)
        for ours, theirs in zip(
            calls(survey(DESIGNS[design], data=shuffled)), calls(survey(DESIGNS[design])), strict=True
        ):
            for name in ours.frame:
                if ours.frame[name].dtype.kind == "f":
                    assert ours.frame[name].to_numpy().tobytes() == theirs.frame[name].to_numpy().tobytes(), (
                        name
                    )
                else:
                    assert ours.frame[name].tolist() == theirs.frame[name].tolist()
            assert ours.covariance.tobytes() == theirs.covariance.tobytes()


class TestLevels:
    def test_the_codebook_gives_their_order_and_the_responses_their_presence(self) -> None:
        found = levels(survey(DESIGNS["equal"]), "region")
        assert [(one.id, one.present) for one in found] == [
            ("code_1", True),
            ("code_2", True),
            ("code_3", True),
            ("code_4", False),
            ("code_5", False),
        ]
        assert cannot_say(survey(DESIGNS["equal"]), "item").id == "cannot_say"

    def test_without_codebook_they_are_the_values(self) -> None:
        found = levels(Survey(pd.DataFrame({"v": [2.0, np.nan, 1.0]}), SurveyDesign(weight="equal")), "v")
        assert [one.value for one in found] == [1, 2]

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_they_are_the_same_on_every_backend(self, backend: str) -> None:
        for name in ("region", "word", "side", "h"):
            assert levels(survey(DESIGNS["equal"], BACKENDS[backend]), name) == levels(
                survey(DESIGNS["equal"]), name
            )


class TestNumbers:
    def test_text_has_no_mean(self) -> None:
        with pytest.raises(OptionError, match="word holds text"):
            mean(survey(DESIGNS["equal"]), "word")

    def test_infinite_values_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="x holds infinite values"):
            mean(survey(DESIGNS["equal"], data=DATA.assign(x=np.inf)), "x")

    def test_the_centre_saves_digits_and_moves_nothing(self) -> None:
        shifted = survey(DESIGNS["elements"], data=DATA.assign(x=DATA["x"] + 1e9))
        plain = mean(survey(DESIGNS["elements"]), "x").frame
        moved = mean(shifted, "x").frame
        assert moved["se"][0] == pytest.approx(plain["se"][0], rel=1e-7)
        assert moved["estimate"][0] - 1e9 == pytest.approx(plain["estimate"][0], abs=1e-5)
        assert centre(shifted, "x") == pytest.approx(1e9 + 1000, abs=1)
