"""The verbs: exact properties, designs worked out by hand, and the shape of what they return."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometri.errors import DesignError, OptionError
from barometri.estimates import TOTAL, VALUE_COLUMNS, Estimates
from barometri.estimation import contrast, mean, proportion, ratio, total
from barometri.estimation.cells import make_cells
from barometri.estimation.computing import compute
from barometri.estimation.framing import Options, frame_estimates
from barometri.estimation.targets import shares
from barometri.inference.intervals import PROPORTION_METHODS, ProportionMethod
from barometri.study.codebook import Code, Codebook, Question, QuestionKind
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, REFUSED, MissingReason
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign

EQUAL = SurveyDesign(weight="equal")
STRATIFIED = SurveyDesign(weight="w", stratum="h", fpc="size")
CLUSTERED = SurveyDesign(weight="w", stratum="h", psu="unit")
N = 120


def sample(seed: int = 3, n: int = N) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    data = pd.DataFrame({"h": random.integers(0, 3, n), "unit": random.integers(0, 6, n)})
    data["g"] = random.choice(["a", "b", "c"], n)
    data["w"] = random.uniform(1, 4, n)
    data["size"] = 3 * data.groupby("h")["w"].transform("size")
    data["y"] = random.integers(0, 2, n)
    data["x"] = random.normal(5, 2, n)
    data["z"] = 0.5 * data["x"] + random.normal(5, 1, n)
    return data


DATA = sample()


def values(estimates: Estimates, name: str = "estimate") -> npt.NDArray[np.float64]:
    return estimates.frame[name].to_numpy(dtype=np.float64)


def row_variance(data: pd.DataFrame, z: npt.NDArray[np.float64], *, fpc: bool) -> float:
    """Variance of a sum of z over a stratified sample of people, written out row by row."""
    found = 0.0
    for _, rows in data.assign(z=z).groupby("h"):
        n, own = len(rows), rows["z"].to_numpy()
        fraction = n / rows["size"].iloc[0] if fpc else 0.0
        found += (1 - fraction) * n / (n - 1) * float(((own - own.mean()) ** 2).sum())
    return found


class TestByHand:
    @pytest.mark.parametrize("fpc", [True, False])
    def test_mean_total_ratio_and_share_of_a_domain(self, fpc: bool) -> None:
        design = SurveyDesign(weight="w", stratum="h", fpc="size" if fpc else None)
        survey = Survey(DATA, design)
        part = survey.domain(survey["g"] == "a")
        inside = (DATA["g"] == "a").to_numpy()
        w, x, z = (np.where(inside, DATA[name], 0.0) for name in ("w", "x", "z"))
        share = (w * DATA["y"]).sum() / w.sum()
        mean_x, ratio_xz = (w * x).sum() / w.sum(), (w * x).sum() / (w * z).sum()
        worked = {
            "mean": (mean(part, "x"), mean_x, w * (x - mean_x) / w.sum()),
            "total": (total(part, "x"), (w * x).sum(), w * x),
            "ratio": (ratio(part, "x", "z"), ratio_xz, w * (x - ratio_xz * z) / (w * z).sum()),
            "share": (proportion(part, "y"), share, w * (DATA["y"].to_numpy() - share) / w.sum()),
        }
        for name, (found, estimate, linear) in worked.items():
            assert values(found)[0] == pytest.approx(estimate, rel=1e-12), name
            variance = row_variance(DATA, linear, fpc=fpc)
            assert values(found, "se")[0] == pytest.approx(np.sqrt(variance), rel=1e-10), name

    def test_two_stages_with_correction_at_both(self) -> None:
        data = DATA.assign(units=10.0, inside=2.0 * DATA.groupby(["h", "unit"])["w"].transform("size"))
        design = SurveyDesign(weight="w", stratum="h", psu="unit", fpc=("units", "inside"))
        found = total(Survey(data, design), "x")
        data["wx"] = data["w"] * data["x"]
        variance = 0.0
        for _, rows in data.groupby("h"):
            sums = rows.groupby("unit")["wx"].sum()
            n, first = len(sums), len(sums) / 10
            variance += (1 - first) * n * float(sums.var(ddof=1))
            for _, people in rows.groupby("unit"):
                second = len(people) / people["inside"].iloc[0]
                variance += first * (1 - second) * len(people) * float(people["wx"].var(ddof=1))
        assert values(found, "se")[0] == pytest.approx(np.sqrt(variance), rel=1e-10)
        assert found.design == "3 strata, 18 PSUs, weights w, FPC at 2 stages"

    def test_without_correction_later_stages_add_nothing(self) -> None:
        two = SurveyDesign(weight="w", stratum=("h", "g"), psu=("unit", "person"))
        data = DATA.assign(person=np.arange(N))
        np.testing.assert_array_equal(
            values(mean(Survey(data, two), "x"), "se"), values(mean(Survey(data, CLUSTERED), "x"), "se")
        )

    def test_fractions_are_counts(self) -> None:
        data = DATA.assign(fraction=1 / 3)
        by_fraction = mean(Survey(data, SurveyDesign(weight="w", stratum="h", fpc="fraction")), "x")
        by_count = mean(Survey(data, STRATIFIED), "x")
        np.testing.assert_allclose(values(by_fraction, "se"), values(by_count, "se"), rtol=1e-12)

    def test_difference_of_items_equals_mean_of_differences(self) -> None:
        for design in (STRATIFIED, CLUSTERED):
            survey = Survey(DATA.assign(d=DATA["x"] - DATA["z"]), design)
            both = mean(survey, ["x", "z"], by="g", margins=True)
            single = mean(survey, "d", by="g", margins=True)
            for group in ("a", "b", "c", TOTAL):
                difference = contrast(both, {"d": {("x", group): 1, ("z", group): -1}})
                row = single.frame[single.frame["g"] == group].iloc[0]
                assert values(difference)[0] == pytest.approx(row["estimate"], rel=1e-10)
                assert values(difference, "se")[0] == pytest.approx(row["se"], rel=1e-8)

    def test_covariance_of_cell_and_margin(self) -> None:
        survey = Survey(DATA, STRATIFIED)
        found = total(survey, "x", by="g", margins=True)
        summed = contrast(found, {"rest": {"a": 1, "b": 1, "c": 1, TOTAL: -1}})
        assert values(summed)[0] == pytest.approx(0, abs=1e-9)
        assert values(summed, "se")[0] == pytest.approx(0, abs=1e-5)


class TestProperties:
    @given(st.floats(0.01, 1000), st.sampled_from([STRATIFIED, CLUSTERED]))
    def test_scaling_weights_changes_no_mean_or_share(self, factor: float, design: SurveyDesign) -> None:
        scaled, plain = (Survey(DATA.assign(w=DATA["w"] * c), design) for c in (factor, 1.0))
        for one, two in (
            (proportion(scaled, "y", by="g", margins=True), proportion(plain, "y", by="g", margins=True)),
            (mean(scaled, ["x", "z"], by="g"), mean(plain, ["x", "z"], by="g")),
        ):
            for name in ("estimate", "se", "ci_low", "ci_high"):
                np.testing.assert_allclose(values(one, name), values(two, name), rtol=1e-9)
        np.testing.assert_allclose(values(total(scaled, "x")), values(total(plain, "x")) * factor)

    @pytest.mark.parametrize("ci", PROPORTION_METHODS)
    def test_turning_the_answer_mirrors_the_interval(self, ci: ProportionMethod) -> None:
        data = DATA.assign(turned=1 - DATA["y"])
        for design in (STRATIFIED, CLUSTERED, SurveyDesign(stratum="h", fpc="size")):
            found = proportion(Survey(data, design), ["y", "turned"], by="g", margins=True, ci=ci).frame
            yes, no = (found[found["item"] == item].reset_index() for item in ("y", "turned"))
            np.testing.assert_allclose(yes["estimate"], 1 - no["estimate"], rtol=1e-12)
            np.testing.assert_allclose(yes["se"], no["se"], rtol=1e-9)
            np.testing.assert_allclose(yes["ci_low"], 1 - no["ci_high"], rtol=1e-9)
            np.testing.assert_allclose(yes["ci_high"], 1 - no["ci_low"], rtol=1e-9)

    def test_a_census_has_no_variance(self) -> None:
        survey = Survey(DATA.assign(size=DATA.groupby("h")["w"].transform("size")), STRATIFIED)
        for found in (mean(survey, "x"), total(survey, "x"), proportion(survey, "y", by="g")):
            np.testing.assert_array_equal(values(found, "se"), 0.0)

    def test_totals_of_domains_add_up(self) -> None:
        survey = Survey(DATA, CLUSTERED)
        assert values(total(survey, "x", by="g")).sum() == pytest.approx(values(total(survey, "x"))[0])
        assert values(total(survey, by=["g", "h"])).sum() == pytest.approx(DATA["w"].sum())
        shares = proportion(survey, "g", by="h")
        np.testing.assert_allclose(shares.frame.groupby("h")["estimate"].sum(), 1.0)

    def test_a_domain_is_a_row(self) -> None:
        survey = Survey(DATA, STRATIFIED)
        rows = mean(survey, "x", by="g")
        part = mean(survey.domain(survey["g"] == "b"), "x")
        assert part.domain == "g == 'b'"
        for name in VALUE_COLUMNS[:-1]:
            assert values(part, name)[0] == pytest.approx(values(rows, name)[1], rel=1e-12)

    def test_dropping_rows_is_not_a_domain(self) -> None:
        survey = Survey(DATA, CLUSTERED)
        chosen = DATA["unit"] != 3
        kept = total(Survey(DATA[chosen], CLUSTERED), "x")
        domain = total(survey.domain(chosen.to_numpy()), "x")
        assert domain.domain == "<mask>"
        assert values(domain)[0] == pytest.approx(values(kept)[0])
        assert values(domain, "se")[0] > values(kept, "se")[0] * 1.1


class TestEdges:
    def test_empty_and_full_cells_have_honest_intervals(self) -> None:
        data = pd.DataFrame({"y": [0] * 20 + [1] * 20, "g": ["no"] * 20 + ["yes"] * 20, "w": [1.0, 2.0] * 20})
        found = proportion(Survey(data, SurveyDesign(weight="w")), "y", by="g")
        assert values(found).tolist() == [0.0, 1.0]
        assert values(found, "se").tolist() == [0.0, 0.0]
        assert found.counts["k"].tolist() == [0, 20]
        assert values(found, "ci_high")[0] == pytest.approx(1 - values(found, "ci_low")[1])
        assert 0.15 < values(found, "ci_high")[0] < 0.3
        np.testing.assert_array_equal(found.covariance, 0.0)

    def test_rounding_never_keeps_a_full_cell_from_being_one(self) -> None:
        survey = Survey(DATA, STRATIFIED)
        cells = make_cells(survey, None, margins=False)
        numbers = compute(
            survey, [shares(survey, "g", categories={"all": ["a", "b", "c"]}, base="answered")], cells
        )
        rounded = replace(numbers, estimate=np.array([1 - 1e-16 * 2]), covariance=np.array([[1e-40]]))
        found = frame_estimates(survey, rounded, cells, Options(), statistic="proportion")
        assert values(found).tolist() == [1.0]
        assert values(found, "se").tolist() == [0.0]
        assert values(found, "ci_high").tolist() == [1.0]

    def test_one_respondent_has_an_estimate_and_no_interval(self) -> None:
        data = DATA.assign(one=np.where(np.arange(N) == 4, "me", "rest"))
        found = proportion(Survey(data, SurveyDesign(weight="w")), "y", by="one").frame.iloc[0]
        assert (found["n"], found["df"]) == (1, 0)
        assert found["estimate"] == DATA["y"][4]
        assert np.isnan(found["ci_low"])
        assert found["method"] == "not_estimable:few_degrees_of_freedom/taylor"

    def test_below_three_degrees_of_freedom_there_is_no_interval(self) -> None:
        data = DATA[DATA["unit"] < 3]
        design = SurveyDesign(weight="w", psu="unit")
        found = proportion(Survey(data, design), "y").frame.iloc[0]
        assert found["df"] == 2
        assert found["method"].startswith("not_estimable")
        assert np.isnan(found["ci_high"])
        assert found["se"] > 0

    def test_cells_without_people_stay(self) -> None:
        data = DATA.assign(t=np.where(DATA["g"] == "a", "x", DATA["h"].astype(str)))
        found = mean(Survey(data, STRATIFIED), "x", by=["g", "t"])
        assert len(found) == 3 * 4
        empty = found.frame[found.frame["n"] == 0]
        assert empty[["g", "t"]].to_numpy().tolist() == [
            ["a", "0"],
            ["a", "1"],
            ["a", "2"],
            ["b", "x"],
            ["c", "x"],
        ]
        assert empty[["estimate", "se", "ci_low"]].isna().to_numpy().all()
        assert set(empty["method"]) == {"not_estimable:no_cases/taylor"}
        covariance = found.covariance
        assert np.isnan(covariance[0]).all()
        known = np.flatnonzero(found.frame["n"])
        assert np.isfinite(covariance[np.ix_(known, known)]).all()

    def test_an_empty_domain_has_no_estimate(self) -> None:
        survey = Survey(DATA, STRATIFIED)
        found = proportion(survey.domain(survey["x"] > 1e6), "y", by="g")
        assert found.frame["n"].tolist() == [0, 0, 0]
        assert np.isnan(values(found)).all()

    def test_answers_missing_from_the_base_are_not_counted(self) -> None:
        data = DATA.assign(x=DATA["x"].where(np.arange(N) % 3 > 0))
        found = mean(Survey(data, STRATIFIED), "x")
        kept = data["x"].notna()
        assert found.frame["n"][0] == kept.sum()
        assert found.frame["n_weighted"][0] == pytest.approx(data["w"][kept].sum())
        assert values(found)[0] == pytest.approx(np.average(data["x"][kept], weights=data["w"][kept]))


class TestOptions:
    def test_hypergeometric_needs_whole_strata_and_one_weight(self) -> None:
        data = pd.DataFrame(
            {"h": ["a"] * 10 + ["b"] * 20, "size": [20] * 10 + [40] * 20, "y": [1, 0, 0] * 10}
        )
        survey = Survey(data, SurveyDesign(stratum="h", fpc="size"))
        found = proportion(survey, "y", by="h", margins=True, ci="hypergeometric")
        assert found.frame["method"].tolist() == ["hypergeometric/taylor"] * 3
        assert (values(found, "ci_low") * [20, 40, 60] % 1).round(9).tolist() == [0, 0, 0]
        half = survey.domain(np.arange(30) % 2 == 0)
        assert set(proportion(half, "y", ci="hypergeometric").frame["method"]) == {
            "not_estimable:population_unknown/taylor"
        }

    def test_hypergeometric_counts_follow_from_fractions(self) -> None:
        data = pd.DataFrame({"f": [0.5] * 10, "y": [1, 0] * 5})
        found = proportion(Survey(data, SurveyDesign(fpc="f")), "y", ci="hypergeometric")
        assert values(found, "ci_low")[0] * 20 == pytest.approx(round(values(found, "ci_low")[0] * 20))
        assert found.frame["method"][0] == "hypergeometric/taylor"

    def test_degrees_of_freedom_are_units_minus_strata_of_the_base(self) -> None:
        survey = Survey(DATA, STRATIFIED)
        assert values(mean(survey, "x"), "df")[0] == N - 3
        groups = DATA.groupby("g")["x"].size() - DATA.groupby("g")["h"].nunique()
        assert values(mean(survey, "x", by="g"), "df").tolist() == groups.tolist()
        units = DATA.drop_duplicates(["g", "h", "unit"]).groupby("g").size() - 3
        assert values(mean(Survey(DATA, CLUSTERED), "x", by="g"), "df").tolist() == units.tolist()

    def test_degrees_of_freedom_by_word(self) -> None:
        survey = Survey(DATA, CLUSTERED)
        part = survey.domain(survey["h"] == 1)
        words: tuple[Any, ...] = ("domain", "design", "normal")
        assert [values(mean(part, "x", df=word), "df")[0] for word in words] == [5, 15, np.inf]
        assert survey.degrees_of_freedom == 15

    def test_design_effects(self) -> None:
        counts = mean(Survey(DATA, EQUAL), "x", deff="with_replacement").counts
        assert counts["deff"][0] == pytest.approx(1.0)
        assert "deff" not in mean(Survey(DATA, EQUAL), "x").counts

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"ci": "exact"}, "ci must be one of korn_graubard"),
            ({"df": "residual"}, "df must be one of domain, design, normal"),
            ({"base": "all"}, "base must be one of answered, asked"),
            ({"categories": "best"}, "categories must be one of good, each"),
            ({"level": 95}, "level must lie between 0 and 1"),
            ({"categories": [3]}, "y has no category 3; it has 0, 1"),
            ({"by": "n"}, "by cannot be 'n'"),
            ({"by": ["g", "g"]}, "names a variable twice"),
            ({"by": "colour"}, "no variable 'colour'"),
        ],
    )
    def test_unknown_words_are_refused(self, options: dict[str, Any], message: str) -> None:
        renamed = Survey(DATA.assign(n=1), STRATIFIED)
        with pytest.raises(OptionError, match=message):
            proportion(renamed, "y", **options)

    def test_items_are_named_when_listed(self) -> None:
        survey = Survey(DATA, STRATIFIED)
        assert mean(survey, "x", by="g").keys == ("g",)
        assert mean(survey, ["x"], by="g").keys == ("item", "g")
        with pytest.raises(OptionError, match="each once"):
            mean(survey, ["x", "x"])


class TestSinglePsus:
    DATA = pd.DataFrame({"h": ["a", "a", "a", "b"], "x": [1.0, 2.0, 4.0, 9.0]})

    def test_error_names_the_stratum(self) -> None:
        with pytest.raises(DesignError, match="h=b"):
            mean(Survey(self.DATA, SurveyDesign(weight="equal", stratum="h")), "x")

    def test_error_counts_those_of_later_stages(self) -> None:
        data = pd.DataFrame({"unit": [1, 1, 2], "units": 9, "inside": [8, 8, 5], "x": [1.0, 2.0, 4.0]})
        survey = Survey(data, SurveyDesign(psu="unit", fpc=("units", "inside")))
        with pytest.raises(DesignError, match="single sampling unit: 1 in a later stage"):
            mean(survey, "x")

    def test_a_stratum_taken_whole_is_none(self) -> None:
        data = self.DATA.assign(size=[30, 30, 30, 1])
        assert values(mean(Survey(data, SurveyDesign(stratum="h", fpc="size")), "x"), "se")[0] > 0

    def test_rules_order(self) -> None:
        rules: tuple[Any, ...] = ("certainty", "adjust", "average")
        certain, adjusted, average = (
            values(
                mean(Survey(self.DATA, SurveyDesign(weight="equal", stratum="h", single_psu=rule)), "x"), "se"
            )[0]
            for rule in rules
        )
        assert certain < adjusted
        assert average == pytest.approx(certain * np.sqrt(2))


def coded_survey() -> Survey:
    """Six people in the north, four in the south, two without a place."""

    def question(name: str, kind: QuestionKind, ids: list[str], good: tuple[int, ...] = ()) -> Question:
        codes = [Code(value, one, {}, {}) for value, one in enumerate(ids, start=1)]
        unknown = Code(9, "cannot_say", {}, {}, MissingReason.DONT_KNOW)
        return Question(name, kind, {}, {}, (*codes, unknown), good)

    codebook = Codebook(
        {
            "place": question("place", "nominal", ["south", "west", "north"]),
            "works": question("works", "ordinal", ["badly", "so_so", "well", "very_well"], (3, 4)),
            "state": question("state", "nominal", ["established", "on_trial", "not_in_use"]),
        }
    )
    frame = pd.DataFrame(
        {
            "place": [3] * 6 + [1] * 4 + [NOT_ASKED] * 2,
            "works": [4, 3, 3, 2, DONT_KNOW, BLANK, 2, 2, 4, REFUSED, 4, NOT_ASKED],
            "state": [1, 2, 3, 3, DONT_KNOW, 1, 2, 2, 2, 3, 3, BLANK],
        }
    ).astype(np.int32)
    return Survey(frame, EQUAL, codebook=codebook)


class TestCodes:
    def test_cells_follow_the_codebook_and_codes_of_nobody_go(self) -> None:
        found = proportion(coded_survey(), "works", by="place", margins=True)
        assert found.frame["place"].tolist() == ["south", "north", TOTAL]
        assert found.frame["n"].tolist() == [3, 4, 8]
        assert found.counts["k"].tolist() == [1, 3, 5]
        np.testing.assert_allclose(values(found), [1 / 3, 3 / 4, 5 / 8])

    def test_a_margin_is_everybody(self) -> None:
        survey = coded_survey()
        margin = proportion(survey, "works", by="place", margins=True).frame.iloc[-1]
        alone = proportion(survey, "works").frame.iloc[0]
        for name in VALUE_COLUMNS[:-1]:
            assert margin[name] == pytest.approx(alone[name], rel=1e-12)

    def test_asked_counts_those_who_cannot_say(self) -> None:
        found = proportion(coded_survey(), "works", by="place", base="asked")
        assert found.frame["n"].tolist() == [3, 5]
        np.testing.assert_allclose(values(found), [1 / 3, 3 / 5])
        each = proportion(coded_survey(), "works", categories="each", base="asked")
        assert each.frame["category"].tolist() == ["badly", "so_so", "well", "very_well", "cannot_say"]
        assert values(each).sum() == pytest.approx(1)
        assert each.counts["k"].tolist() == [0, 3, 2, 3, 1]

    def test_categories_by_list_and_by_name(self) -> None:
        survey = coded_survey()
        listed = proportion(survey, "state", categories=["on_trial", 1])
        assert listed.frame["category"].tolist() == ["on_trial", "established"]
        assert listed.counts["k"].tolist() == [4, 2]
        named = proportion(
            survey, "state", categories={"agreed": ["established", "on_trial"], "all": [1, 2, 3]}
        )
        assert named.counts["k"].tolist() == [6, 10]
        assert values(named)[1] == 1.0

    def test_an_item_without_good_codes_gets_each(self) -> None:
        found = proportion(coded_survey(), "state")
        assert found.frame["category"].tolist() == ["established", "on_trial", "not_in_use"]

    def test_means_of_codes_leave_missing_answers_out(self) -> None:
        survey = coded_survey()
        numbers = survey.with_column(
            "number", np.array([4, 3, 3, 2, np.nan, np.nan, 2, 2, 4, np.nan, 4, np.nan])
        )
        ours, theirs = mean(survey, "works", by="place").frame, mean(numbers, "number", by="place").frame
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-12)

    def test_text_is_counted_by_category(self) -> None:
        found = total(Survey(DATA, STRATIFIED), "g")
        assert found.frame["category"].tolist() == ["a", "b", "c"]
        np.testing.assert_allclose(values(found), DATA.groupby("g")["w"].sum())


class TestContrasts:
    def test_weights_by_key_and_in_order_agree(self) -> None:
        found = mean(Survey(DATA, STRATIFIED), "x", by="g")
        by_key = contrast(found, {"c - a": {"c": 1, "a": -1}})
        in_order = contrast(found, {"c - a": [-1, 0, 1]})
        pd.testing.assert_frame_equal(by_key.frame, in_order.frame)
        assert by_key.frame["n"][0] == min(found.frame["n"][[0, 2]])
        assert by_key.statistic == "contrast"

    def test_rows_without_estimate_play_no_part(self) -> None:
        data = DATA.assign(x=DATA["x"].where(DATA["g"] != "b"))
        found = mean(Survey(data, STRATIFIED), "x", by="g")
        assert np.isfinite(values(contrast(found, {"d": {"c": 1, "a": -1}}), "se")[0])
        assert np.isnan(values(contrast(found, {"d": {"b": 1, "a": -1}}))[0])

    def test_unknown_rows_are_refused(self) -> None:
        found = mean(Survey(DATA, STRATIFIED), "x", by="g")
        with pytest.raises(OptionError, match="'q' is no row; rows are a, b, c"):
            contrast(found, {"d": {"q": 1}})
        with pytest.raises(OptionError, match="2 weights for 3 rows"):
            contrast(found, {"d": [1, -1]})
