"""Scenarios: what each states of the population, computed here from everybody in it."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError, StudyError
from barometri.study.codes import LARGEST_MISSING
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.synthetic import population, scenarios, simulate

STUDY = read_study()
WAVES = (2017, 2018, 2019, 2021)
DECISION, SERVICE, WORKER, EMPLOYEE = 1, 2, 4, 9
CONTENT = 4
MODELS = {model.id: list(model.questions) for model in STUDY.models}
NULLS = ("null", "null_area")


def everybody(scenario: str) -> dict[int, pd.DataFrame]:
    return {year: population(STUDY, year, scenario=scenario) for year in WAVES}


PEOPLE = {name: everybody(name) for name in scenarios(STUDY.path)}


def share(frame: pd.DataFrame, item: str, *groups: int) -> float:
    """Return the share favourable of those who answered."""
    base = frame[item] > LARGEST_MISSING
    if groups:
        base &= frame["group"].isin(groups)
    return float(frame.loc[base, item].isin(STUDY.question(item).good).mean())


def by(frame: pd.DataFrame, item: str, variable: str) -> "pd.Series":
    answered = frame[frame[item] > LARGEST_MISSING]
    return answered[item].isin(STUDY.question(item).good).groupby(answered[variable]).mean()


def agreed(frame: pd.DataFrame, model: str) -> "pd.Series":
    return frame[MODELS[model]].isin([1, 2]).any(axis=1)


def effects(frame: pd.DataFrame) -> dict[str, float]:
    """Return least-squares effects of the models on the score at equal other models, group and district."""
    kept = frame[frame["cooperation"] > LARGEST_MISSING]
    models = [agreed(kept, model).to_numpy() for model in MODELS]
    dummies = [kept[v].to_numpy()[:, None] == np.unique(kept[v])[1:] for v in ("group", "district")]
    design = np.column_stack([np.ones(len(kept)), *models, *dummies]).astype(float)
    fitted = np.linalg.lstsq(design, kept["cooperation"].to_numpy(dtype=float), rcond=None)[0]
    return dict(zip(MODELS, fitted[1:], strict=False))


def standardised(people: dict[int, pd.DataFrame], item: str, year: int) -> float:
    """Return the share favourable at the latest frame's mix of groups; employees stand for specialists."""
    sizes = people[2021]["group"].value_counts()
    shares = by(people[year], item, "group")
    values = [shares[g if g in shares.index else EMPLOYEE] for g in sizes.index]
    return float(np.average(values, weights=sizes))


def gap(people: dict[int, pd.DataFrame], year: int) -> float:
    kela = DECISION if year > 2018 else EMPLOYEE
    return share(people[year], "cooperation", WORKER) - share(people[year], "cooperation", kela)


def between_organisers(frame: pd.DataFrame) -> float:
    """Return the variance of organisers' shares content beyond that of drawing, as a share of the whole."""
    answered = frame[frame["cooperation"] > LARGEST_MISSING]
    good = answered["cooperation"].isin([4, 5])
    cells = good.groupby(answered["organiser"]).agg(["mean", "size"])
    large = cells[cells["size"] >= 20]
    p = good.mean()
    return float((((large["mean"] - p) ** 2 - p * (1 - p) / large["size"]).mean()) / (p * (1 - p)))


# ------------------------------------------------------------------------------------------------- null
@pytest.mark.parametrize("scenario", NULLS)
@pytest.mark.parametrize("year", WAVES)
def test_null_groups_and_districts_are_alike_on_the_outcome(scenario: str, year: int) -> None:
    frame = PEOPLE[scenario][year]
    assert by(frame, "cooperation", "group").to_numpy() == pytest.approx(0.42, abs=0.012)
    tolerance = 0.05 if scenario == "null" else 0.1
    assert by(frame, "cooperation", "district").to_numpy() == pytest.approx(0.42, abs=tolerance)


@pytest.mark.parametrize("scenario", NULLS)
@pytest.mark.parametrize(
    "item", ["cooperation", "statement_decision_quickly", "statement_expertise_sufficient"]
)
def test_null_has_no_change(scenario: str, item: str) -> None:
    levels = [standardised(PEOPLE[scenario], item, year) for year in WAVES]
    assert max(levels) - min(levels) < 0.005


@pytest.mark.parametrize("scenario", NULLS)
def test_null_models_do_nothing_and_are_equally_common_everywhere(scenario: str) -> None:
    frame = PEOPLE[scenario][2021]
    assert max(map(abs, effects(frame).values())) < 0.13
    for model in MODELS:
        by_district = agreed(frame, model).groupby(frame["district"]).mean()
        assert by_district.to_numpy() == pytest.approx(0.33, abs=0.006)


def test_null_models_have_no_effect_on_average_though_they_occur_together() -> None:
    drawn = [
        population(STUDY, 2021, scenario="null", seed=seed, draws="independent") for seed in range(1, 13)
    ]
    means = np.mean([list(effects(frame).values()) for frame in drawn], axis=0)
    assert np.abs(means).max() < 0.05
    together = np.corrcoef([agreed(drawn[0], model) for model in MODELS])
    assert together[np.triu_indices(len(MODELS), 1)].min() > 0.1


def test_only_null_area_has_organisers_that_differ() -> None:
    assert abs(between_organisers(PEOPLE["null"][2021])) < 0.01
    assert between_organisers(PEOPLE["null_area"][2021]) > 0.01


@pytest.mark.parametrize(("scenario", "least", "most"), [("null", -0.01, 0.01), ("null_area", 0.01, 0.05)])
def test_organisers_differ_under_independent_draws_too(scenario: str, least: float, most: float) -> None:
    found = [
        between_organisers(population(STUDY, 2021, scenario=scenario, seed=seed, draws="independent"))
        for seed in range(6)
    ]
    assert least < np.mean(found) < most


# -------------------------------------------------------------------------------------------- mix_shift
ITEMS = sorted(
    str(name) for name in PEOPLE["planted"][2019] if str(name).startswith(("cooperation", "statement"))
)


@pytest.mark.parametrize("item", ITEMS)
def test_mix_shift_changes_no_share_within_any_group(item: str) -> None:
    table = pd.DataFrame([by(frame, item, "group") for frame in PEOPLE["mix_shift"].values()])
    table[EMPLOYEE] = table[EMPLOYEE].fillna(table[DECISION])
    assert (table.max() - table.min()).max() < 0.025


def test_mix_shift_moves_the_crude_share_of_respondents_and_not_the_standardised_level() -> None:
    people, drawn = PEOPLE["mix_shift"], simulate(STUDY, scenario="mix_shift")
    item = "statement_decision_quickly"
    levels = [standardised(people, item, year) for year in WAVES]
    assert max(levels) - min(levels) < 0.005
    crude = [share(drawn[year], item) for year in WAVES]
    assert crude[0] - crude[-1] > 0.07
    workers = [(drawn[year]["group"] == WORKER).mean() for year in WAVES]
    assert np.all(np.diff(workers) > 0.05)


# ------------------------------------------------------------------------------------------------- mnar
@pytest.mark.parametrize("year", WAVES)
def test_mnar_has_the_planted_people_and_other_respondents(year: int) -> None:
    pd.testing.assert_frame_equal(PEOPLE["mnar"][year], PEOPLE["planted"][year])
    frame = simulate(STUDY, scenario="mnar")[year]
    within = by(frame, "cooperation", "group") - by(PEOPLE["mnar"][year], "cooperation", "group")
    sizes = frame["group"].value_counts()
    assert np.average(within, weights=sizes[within.index]) > 0.05
    usual = simulate(STUDY)[year]
    assert frame.groupby(["group", "district"]).size().equals(usual.groupby(["group", "district"]).size())


# ---------------------------------------------------------------------------------------- reversal_edge
def test_reversal_edge_has_lost_its_gap() -> None:
    people = PEOPLE["reversal_edge"]
    assert [gap(people, year) for year in WAVES] == pytest.approx([-0.15, -0.15, -0.15, 0.0], abs=0.01)
    assert gap(PEOPLE["planted"], 2021) > 0.1


def test_reversal_edge_changes_nothing_else() -> None:
    edge, planted = PEOPLE["reversal_edge"][2021], PEOPLE["planted"][2021]
    others = [name for name in planted if str(name).startswith(("model_", "area", "organiser"))]
    pd.testing.assert_frame_equal(edge[others], planted[others])


# --------------------------------------------------------------------------------------- files and draws
def test_the_stated_truth_is_the_first_scenario() -> None:
    names = scenarios(STUDY.path)
    assert names[0] == "planted"
    assert set(names) == {
        "planted",
        "null",
        "null_area",
        "mix_shift",
        "mnar",
        "reversal_edge",
        "complete",
    }
    pd.testing.assert_frame_equal(population(STUDY, 2021), PEOPLE["planted"][2021])


def test_complete_questionnaires_have_no_blanks() -> None:
    frame = simulate(STUDY, scenario="complete")[2021]
    items = [name for name in frame if frame[name].dtype == np.int32 and name != "unit"]
    assert not (frame[items].isin([-3, -4])).to_numpy().any()


def test_independent_draws_let_populations_vary_around_the_stated_share() -> None:
    drawn: dict[str, list[float]] = {"even": [], "independent": []}
    for seed in range(12):
        drawn["even"].append(
            share(population(STUDY, 2021, scenario="null", seed=seed), "cooperation", WORKER)
        )
        frame = population(STUDY, 2021, scenario="null", seed=seed, draws="independent")
        drawn["independent"].append(share(frame, "cooperation", WORKER))
    assert np.mean(drawn["independent"]) == pytest.approx(0.42, abs=0.015)
    assert 0.007 < np.std(drawn["independent"]) < 0.025
    assert np.std(drawn["even"]) < 0.002


def test_an_unknown_scenario_or_way_to_draw_is_refused_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match=r"planted, complete, .*null_area.*; got 'nul'"):
        population(STUDY, 2021, scenario="nul")
    with pytest.raises(OptionError, match="even, independent"):
        population(STUDY, 2021, draws="odd")  # type: ignore[arg-type]


def with_scenario(folder: Path, text: str, name: str = "null") -> Study:
    shutil.copytree(STUDY.path, folder / "study")
    (folder / "study" / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
    return read_study(folder / "study")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[items.coperation]\ntrait = 0.1", "items.coperation: the truth has no such key"),
        ("[models.M01.agreed]\nnorth = 0.1", "models.M01.agreed.north: the truth has no such key"),
        ("[models]\nM01 = 0.1", "models.M01: expected a table"),
        ("[habits]\nblank = 'few'", "habits.blank: expected a number"),
        ("[habits\nblank = 0", "not TOML"),
        ("extends = 'nothing'", "extends: expected one of planted"),
        ("extends = 'null'", "not in a circle"),
        ("extends = 'null_area'", "not in a circle"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused(tmp_path: Path, text: str, message: str) -> None:
    study = with_scenario(tmp_path, text)
    with pytest.raises(StudyError, match=re.escape(message)):
        population(study, 2021, scenario="null")
    assert len(population(study, 2021)) == len(PEOPLE["planted"][2021])


def test_the_digest_covers_scenarios(tmp_path: Path) -> None:
    assert with_scenario(tmp_path, "", name="another").digest != STUDY.digest
