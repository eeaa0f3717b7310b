"""Many models against none: differences by hand, both forms of none, cut-offs, and classes that are empty."""

import numpy as np
import pytest

import barometri as bm
from barometri.collaboration import count_models
from barometri.errors import OptionError
from barometri.estimates import Effect
from barometri.study.codes import DONT_KNOW
from tests.association import made

Key = tuple[str, str, str, bool]


def by_key(effects: tuple[Effect, ...]) -> dict[Key, Effect]:
    return {(e.name, e.about["class"], e.about["against"], bool(e.adjusted_for)): e for e in effects}


def test_raw_difference_and_its_error_by_hand() -> None:
    data = made.responses((0.9, 0.5, 0.7))
    found = by_key(bm.class_contrasts(made.survey(data), cut=2, alternatives=())[1])
    effect = found["difference_of_shares", "2+", "0", False]
    agreed = [data["m_consent"] < 3, data["m_phone"] < 3, (data["m_desk_a"] < 3) | (data["m_desk_b"] < 3)]
    k = np.column_stack(agreed).sum(axis=1)
    good, w = (data["cooperation"] >= 4).to_numpy(float), data["_weight"].to_numpy()
    shares = [np.average(good[part], weights=w[part]) for part in (k >= 2, k == 0)]
    assert effect.estimate == pytest.approx(shares[0] - shares[1], rel=1e-10)
    z = (k >= 2) * w * (good - shares[0]) / w[k >= 2].sum() - (k == 0) * w * (good - shares[1]) / w[
        k == 0
    ].sum()
    places, area = np.unique(data["area"], return_inverse=True)
    totals = np.bincount(area, z)
    assert effect.se == pytest.approx(np.sqrt((totals**2).sum() * len(places) / (len(places) - 1)), rel=1e-8)
    assert effect.df == data.loc[(k >= 2) | (k == 0), "area"].nunique() - 1
    many, none = effect.cells
    assert (many.n, many.k, many.who) == (
        (k >= 2).sum(),
        good[k >= 2].sum(),
        {"number_of_models": ("2", "3")},
    )
    assert (none.n, none.k, none.who) == ((k == 0).sum(), good[k == 0].sum(), {"number_of_models": ("0",)})


def test_adjusted_difference_is_that_of_the_regression_verb() -> None:
    data = made.responses((0.9, 0.5, 0.7), area_sd=0.5)
    survey = bm.class_contrasts(made.survey(data), cut=2, alternatives=())[1]
    effect = by_key(survey)["difference_of_shares", "2+", "rest", True]
    counted = count_models(made.survey(data))
    wide = counted.with_column("many", (counted.values("number_of_models") >= 2).astype(float))
    wide = wide.with_column("fine", (data["cooperation"] >= 4).to_numpy(float))
    fit = bm.linear_regression(wide, "fine ~ many + group + district", clusters="area", se="cr2")
    at = fit.names.index("many")
    assert effect.estimate == pytest.approx(fit.coefficients[at], rel=1e-9)
    assert effect.se == pytest.approx(fit.se[at], rel=1e-9)
    assert effect.df == pytest.approx(fit.df[at], rel=1e-7)


def test_a_difference_is_that_of_the_classes_compared_as_a_claim_judges_it() -> None:
    """Who is in neither class lends it no answers: the n and the fit are those of the two."""
    data = made.responses((0.9, 0.5, 0.7), area_sd=0.5)
    effects = bm.class_contrasts(made.survey(data), cut=2, alternatives=())[1]
    found = by_key(effects)
    counted = count_models(made.survey(data))
    k = counted.values("number_of_models")
    wide = counted.with_column("many", (k >= 2).astype(float))
    wide = wide.with_column("fine", (data["cooperation"] >= 4).to_numpy(float))
    fit = bm.linear_regression(
        wide.domain(k != 1), "fine ~ many + group + district", clusters="area", se="cr2"
    )
    adjusted = found["difference_of_shares", "2+", "0", True]
    assert adjusted.estimate == pytest.approx(fit.coefficients[fit.names.index("many")], rel=1e-9)
    for held in (True, False):
        assert found["difference_of_shares", "2+", "0", held].n == (k != 1).sum()
    assert found["standardised_difference", "2+", "0", True].n == len(data)


def test_who_cannot_say_whether_nothing_is_agreed_is_among_the_others() -> None:
    data = made.responses((0.9, 0.5, 0.7))
    unsure = np.arange(len(data)) % 5 == 0
    data.loc[unsure, "nothing"] = np.int32(DONT_KNOW)
    effect = by_key(bm.class_contrasts(made.survey(data), cut=2)[1])[
        "difference_of_shares", "nothing", "rest", False
    ]
    assert effect.n == len(data)
    assert effect.cells[1].n == (data["nothing"] != 1).sum()
    assert dict(effect.cells[1].who) == {"nothing": ("no", "cannot_say")}


def test_both_forms_of_none_and_the_cuts() -> None:
    found = by_key(bm.class_contrasts(made.survey(made.responses((0.9, 0.5, 0.7))), cut=2)[1])
    pairs = {(key[1], key[2]) for key in found}
    assert pairs == {
        ("2+", "nothing"),
        ("2+", "0"),
        ("2+", "rest"),
        ("nothing", "rest"),
        ("0", "rest"),
    }
    explicit = found["difference_of_shares", "nothing", "rest", False]
    assert explicit.estimate < 0
    assert [dict(cell.who) for cell in explicit.cells] == [{"nothing": ("yes",)}, {"nothing": ("no",)}]
    three = by_key(bm.class_contrasts(made.survey(made.responses()), cut=3, alternatives=(1, 2, 9))[1])
    assert {key[1] for key in three} == {"3", "2+", "1+", "nothing", "0"}
    assert {key[0] for key in three if key[1] == "2+"} == {"difference_of_shares"}


def test_standardised_difference_follows_the_truth() -> None:
    strong = by_key(bm.class_contrasts(made.survey(made.responses((1.5, 1.5, 1.5), size=1500)), cut=2)[1])
    none = by_key(bm.class_contrasts(made.survey(made.responses(size=1500)), cut=2)[1])
    for name in ("difference_of_shares", "standardised_difference"):
        assert strong[name, "2+", "0", True].ci_low > 0.2
        assert none[name, "2+", "0", True].ci_low < 0 < none[name, "2+", "0", True].ci_high
    both = [strong[name, "2+", "0", True] for name in ("difference_of_shares", "standardised_difference")]
    assert both[0].estimate == pytest.approx(both[1].estimate, abs=0.05)


def test_a_class_of_one_answer_is_not_estimable_by_the_logit() -> None:
    data = made.responses()
    data.loc[data["nothing"] == 1, "cooperation"] = np.int32(1)
    found = by_key(bm.class_contrasts(made.survey(data), cut=2, alternatives=())[1])
    effect = found["standardised_difference", "nothing", "rest", True]
    assert effect.method.startswith("not_estimable: ")
    assert "_class" in effect.method
    assert found["difference_of_shares", "nothing", "rest", False].estimate < 0


def test_an_empty_class() -> None:
    data = made.responses()
    data["m_consent"] = np.int32(1)
    found = by_key(bm.class_contrasts(made.survey(data), cut=2, alternatives=())[1])
    for name, adjusted in (("difference_of_shares", False), ("difference_of_shares", True)):
        assert found[name, "2+", "0", adjusted].method == "not_estimable: number_of_models"
    assert np.isfinite(found["difference_of_shares", "2+", "rest", True].estimate)


def test_wrong_input() -> None:
    survey = made.survey(made.responses())
    with pytest.raises(OptionError, match="cut must be 1 to 3"):
        bm.class_contrasts(survey, cut=4)
    with pytest.raises(OptionError, match="no favourable answers"):
        bm.class_contrasts(survey, outcome="group", adjust=())


def test_cells_name_the_classes_of_the_table_of_shares() -> None:
    """Rare numbers are pooled there, so the cells must not tell them apart."""
    data = made.responses((0.5, 0.5, 0.5))
    k = count_models(made.survey(data)).values("number_of_models")
    few = data[(k < 3) | (np.cumsum(k == 3) <= 15)]
    shares, effects = bm.class_contrasts(made.survey(few), cut=1, alternatives=(3,))
    assert shares.frame["number_of_models"].tolist() == ["0", "1", "2+"]
    found = by_key(effects)
    cells = found["difference_of_shares", "1+", "0", False].cells
    assert [dict(cell.who) for cell in cells] == [
        {"number_of_models": ("1", "2+")},
        {"number_of_models": ("0",)},
    ]
    assert dict(found["difference_of_shares", "3", "0", False].cells[0].who) == {"number_of_models": ("3+",)}
    rest = by_key(bm.class_contrasts(made.survey(few), cut=3, alternatives=())[1])
    cells = rest["difference_of_shares", "3", "rest", False].cells
    assert [cell.who["number_of_models"] for cell in cells] == [("3+",), ("0", "1", "2")]
