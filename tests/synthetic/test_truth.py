"""Every published relation holds in the made-up population: computed here from everybody in it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from barometri.study.codes import LARGEST_MISSING
from barometri.study.reading import read_study
from barometri.synthetic import population

Flags = NDArray[np.bool_]
STUDY = read_study()
WAVES = (2017, 2018, 2019, 2021)
EARLIER = WAVES[:-1]
DECISION, SERVICE, SUPERVISOR, WORKER, DIRECTOR, EMPLOYEE = 1, 2, 3, 4, 5, 9
KELA, MUNICIPAL = (DECISION, SERVICE, SUPERVISOR, EMPLOYEE), (WORKER, DIRECTOR)
SOUTH, WEST, CENTRE, EAST, NORTH = 1, 2, 3, 4, 5
STAFF = (DECISION, SERVICE, WORKER)
MODELS = {
    "M01": ("model_client_consent",),
    "M02": ("model_consultation_phone",),
    "M03": ("model_named_contacts",),
    "M04": ("model_skype_meetings",),
    "M05": ("model_managers_meetings",),
    "M06": (
        "model_premises_service_point",
        "model_premises_kela_at_municipality",
        "model_premises_municipality_at_kela",
    ),
}
PEOPLE = {year: population(STUDY, year) for year in WAVES}
LATEST = PEOPLE[2021]


def states(model: str, state: tuple[int, ...] = (1, 2)) -> Flags:
    reported: Flags = np.any(np.isin(LATEST[list(MODELS[model])].to_numpy(), state), axis=1)
    return reported


AGREED = {model: states(model) for model in MODELS}
COUNT = np.sum(list(AGREED.values()), axis=0)
NOTHING = (LATEST["model_nothing_agreed"] == 1).to_numpy()


def answered(item: str, frame: pd.DataFrame = LATEST) -> Flags:
    return (frame[item] > LARGEST_MISSING).to_numpy()


def good(item: str, rows: Flags | None = None, *, year: int = 2021, codes: tuple[int, ...] = (4, 5)) -> float:
    """Return the share of favourable answers among those who answered, in the rows."""
    frame = PEOPLE[year]
    base = answered(item, frame) if rows is None else answered(item, frame) & rows
    return float(np.isin(frame[item].to_numpy()[base], codes).mean())


def group(*codes: int, year: int = 2021) -> Flags:
    chosen: Flags = np.isin(PEOPLE[year]["group"].to_numpy(), codes)
    return chosen


def district(*codes: int) -> Flags:
    return np.isin(LATEST["district"], codes) & group(*STAFF)


def share(values: Flags, rows: Flags) -> float:
    return float(values[rows].mean())


def standardised(item: str, year: int) -> float:
    """Return the share favourable, groups weighted as in the latest frame; employees stand for decisions."""
    weights = LATEST["group"].value_counts()
    present = set(PEOPLE[year]["group"])
    shares, sizes = [], []
    for code in (DECISION, SUPERVISOR, WORKER, DIRECTOR):
        counterpart = EMPLOYEE if code not in present else code
        shares.append(good(item, group(counterpart, year=year), year=year))
        sizes.append(weights[code])
    return float(np.average(shares, weights=sizes))


def rises(item: str) -> bool:
    return standardised(item, 2021) > float(np.mean([standardised(item, year) for year in EARLIER])) + 0.02


def highest(values: Flags, code: int) -> bool:
    shares = {d: share(values, district(d)) for d in (SOUTH, WEST, CENTRE, EAST, NORTH)}
    return all(shares[code] > shares[other] for other in shares if other != code)


def effects(outcome: Flags) -> dict[str, float]:
    """Return least-squares effects of the models on the outcome given each other, group and district."""
    base = answered("cooperation")
    dummies = [LATEST[v].to_numpy()[:, None] == np.unique(LATEST[v])[1:] for v in ("group", "district")]
    design = np.column_stack([np.ones(len(LATEST)), *AGREED.values(), *dummies]).astype(float)
    solution = np.linalg.lstsq(design[base], outcome[base].astype(float), rcond=None)[0]
    return dict(zip(MODELS, solution[1:], strict=False))


SCORE = LATEST["cooperation"].to_numpy()
GOOD = SCORE >= 4
ON_SCORE, ON_GOOD = effects(SCORE), effects(GOOD)


def somers_d() -> float:
    base = answered("cooperation")
    x, y = COUNT[base], SCORE[base]
    pairs = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    return float(pairs.sum() / (x[:, None] != x).sum())


def dose_response() -> bool:
    classes = [good("cooperation", rows) for rows in (COUNT == 0, COUNT == 1, COUNT == 2, COUNT >= 3)]
    return bool(np.all(np.diff(classes) > 0)) and somers_d() > 0.05


def difference_of_premises() -> float:
    return ON_GOOD["M06"]


def models_differ() -> bool:
    """Tell whether some model's shares lie far apart between districts."""
    spreads = []
    for values in AGREED.values():
        shares = [share(values, district(d)) for d in range(1, 6)]
        spreads.append(max(shares) - min(shares))
    return max(spreads) > 0.1


def support_falls() -> bool:
    now, *before = (good("support_for_transfer", group(WORKER, year=y), year=y) for y in (2019, 2017, 2018))
    return now > 0.5 and all(now < earlier for earlier in before)


def many_against_nothing() -> float:
    return good("cooperation", COUNT >= 3) - good("cooperation", NOTHING)


def each_group(item: str, codes: tuple[int, ...], groups: tuple[int, ...] = (1, 2, 3, 4, 5)) -> bool:
    """Tell whether the share exists in every group: the source gives no bound."""
    return all(0 < good(item, group(g), codes=codes) < 1 for g in groups)


def south_leads() -> bool:
    others = district(WEST, CENTRE, EAST, NORTH)
    return all(
        share(AGREED[m], district(SOUTH)) > share(AGREED[m], others) + 0.03 for m in ("M03", "M04", "M05")
    )


def premises_lead() -> bool:
    rest = share(AGREED["M06"], district(SOUTH, EAST, NORTH))
    return all(share(AGREED["M06"], district(d)) > rest + 0.03 for d in (WEST, CENTRE))


def reversed_before() -> bool:
    kela = {2017: EMPLOYEE, 2018: EMPLOYEE, 2019: DECISION}
    return all(
        good("cooperation", group(code, year=y), year=y)
        > good("cooperation", group(WORKER, year=y), year=y) + 0.03
        for y, code in kela.items()
    )


def supervisors_steer() -> bool:
    item = "statement_steered_online"
    shares = {y: good(item, group(SUPERVISOR, year=y), year=y) for y in WAVES}
    return shares[2021] > float(np.mean([shares[y] for y in EARLIER])) + 0.03


EVERYBODY = np.ones(len(LATEST), dtype=bool)
RELATIONS: dict[str, Callable[[], bool]] = {
    "QF01": lambda: good("cooperation", group(WORKER)) > good("cooperation", group(DECISION)) + 0.05,
    "QF02": lambda: 0.42 < good("cooperation", group(WORKER)) < 0.48,
    "QF03": lambda: 0.315 < good("cooperation", group(DECISION)) < 0.355,
    "QF04": reversed_before,
    "QF05": lambda: AGREED["M01"].mean() > max(v.mean() for m, v in AGREED.items() if m != "M01") + 0.05,
    "QF06": lambda: 0.42 < AGREED["M02"].mean() < 0.48,
    "QF07": lambda: AGREED["M06"].mean() < min(AGREED["M01"].mean(), AGREED["M02"].mean()) - 0.05,
    "QF08": lambda: highest(COUNT >= 3, CENTRE) and highest(COUNT >= 2, CENTRE),
    "QF09": lambda: highest(NOTHING, EAST),
    "QF10": south_leads,
    "QF11": premises_lead,
    "QF12": lambda: good("cooperation", NOTHING) < good("cooperation", ~NOTHING) - 0.05,
    "QF13": lambda: good("cooperation", COUNT >= 3) > good("cooperation", COUNT < 3) + 0.05,
    "QF14": dose_response,
    "QF15": lambda: min(ON_SCORE[m] for m in ("M01", "M03", "M04")) > 0.1,
    "QF16": lambda: abs(difference_of_premises()) < 0.05,
    "QF17": lambda: rises("statement_decision_quickly"),
    "QF18": lambda: rises("statement_expertise_sufficient"),
    "QF19": supervisors_steer,
    "QF20": lambda: (
        good("statement_decision_quickly", group(*KELA, year=2019), year=2019)
        > good("statement_decision_quickly", group(*MUNICIPAL, year=2019), year=2019) + 0.05
    ),
    "QF21": support_falls,
    "QF22": lambda: standardised("cooperation", 2021) > standardised("cooperation", 2017) + 0.03,
    "QF23": lambda: each_group("statement_enough_time", (1, 2)),
    "QF24": lambda: each_group("statement_steered_online", (4, 5)),
    "QF25": lambda: (
        good("statement_information_exchange_burden", group(*KELA))
        > good("statement_information_exchange_burden", group(*MUNICIPAL)) + 0.05
    ),
    "QF26": lambda: each_group("statement_knows_taken_in_charge", (1, 2), (DECISION, SERVICE, SUPERVISOR)),
    "QF27": lambda: all(states(m, (code,)).mean() > 0.02 for m in MODELS for code in (1, 2)),
    "QF28": models_differ,
    "QF29": lambda: many_against_nothing() > 0.15,
    "QF30": lambda: -difference_of_premises() > -0.05,
}


@pytest.mark.parametrize("finding", sorted(RELATIONS))
def test_relation_holds_in_the_population(finding: str) -> None:
    assert RELATIONS[finding]()


def test_all_thirty_findings_are_judged() -> None:
    assert sorted(RELATIONS) == [f"QF{i:02d}" for i in range(1, 31)]
