"""Organisers of social services, the units that serve them, and who answers for which area."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from barometri.study.study import Study
from barometri.synthetic.calibration import Floats, Integers, allocate
from barometri.synthetic.truth import Served
from barometri.synthetic.world import (
    Organisers,
    People,
    Setting,
    Texts,
    World,
    by_code,
    places_of,
    strata,
)

_JOINT = 2
"""So many joint authorities of a district are always among the organisers."""
_MORE = 1.5
"""Who answers for several areas has two, and this many more on average."""


def organisers(setting: Setting) -> Organisers:
    """Return the organisers, shared out to districts by the staff who answer for one organiser."""
    truth, rng = setting.truth, setting.rng
    group, district = strata(setting)
    own = [
        truth.served.levels.get(code.id, {}).get(truth.served.own, 0.0)
        for code in setting.question("group").substantive
    ]
    local = np.array(own) > 1 / 2
    staff = np.bincount(district[local[group]], minlength=district.max() + 1)
    where = np.repeat(np.arange(len(staff)), allocate(truth.organisers.count, staff))
    size = np.exp(truth.organisers.size_spread * rng.standard_normal(len(where)))
    agreed = _agreements(setting, where, size)
    trial = np.array([truth.models[model.id].trial for model in setting.study.models])
    effect = rng.standard_normal(len(where))
    if setting.draws == "even":
        effect = _apart(effect, agreed, size)
    return Organisers(
        ids=_ids(setting, where, size),
        district=where,
        size=size,
        effect=truth.organisers.effect_spread * effect,
        agreed=agreed > 0,
        trial=rng.random(agreed.shape) < trial,
    )


def _agreements(setting: Setting, district: Integers, size: Floats) -> Floats:
    """Return where each model is agreed: with the keenest organisers of a district, up to its share there."""
    stated = []
    for model in setting.study.models:
        if model.id not in setting.truth.models:
            raise setting.wrong("models", f"no table for model {model.id}; state its truth.")
        stated.append(setting.by("district", setting.truth.models[model.id].agreed))
    common, rng = setting.truth.organisers.common, setting.rng
    alike, alone = rng.standard_normal((len(district), 1)), rng.standard_normal((len(district), len(stated)))
    keen = np.sqrt(common) * alike + np.sqrt(1 - common) * alone
    people = np.bincount(district, size)
    before = np.cumsum(people) - people
    agreed = np.zeros(keen.shape)
    for column, share in enumerate(stated):
        order = np.lexsort((-keen[:, column], district))
        middle = np.cumsum(size[order]) - size[order] / 2
        rank = (middle - before[district[order]]) / people[district[order]]
        agreed[order, column] = rank < share[district[order]]
    return agreed


def _apart(effect: Floats, agreed: Floats, size: Floats) -> Floats:
    """Return organisers' effects cleared of what their agreements could explain: stated effects stay true."""
    design = np.column_stack([np.ones(len(effect)), agreed])
    root = np.sqrt(size)
    fitted = np.linalg.lstsq(design * root[:, None], effect * root, rcond=None)[0]
    return np.asarray(effect - design @ fitted, dtype=np.float64)


def _ids(setting: Setting, district: Integers, size: Floats) -> Texts:
    """Return ids of organisers: areas of the study where it knows enough of them, else numbers.

    Joint authorities come first and are the largest of their district.
    """
    members = _members(setting.study, setting.truth.served)
    taken: set[str] = set()
    result = np.empty(len(district), dtype=object)
    for place, code in enumerate(setting.question("district").substantive):
        rows = np.flatnonzero(district == place)
        known = [name for name in members.get(code.id, []) if name not in taken]
        if len(known) < len(rows):
            result[rows] = [f"{code.id}-{i + 1:03d}" for i in range(len(rows))]
            continue
        joint = min(_JOINT, len(rows))
        others = sorted(known[joint:])
        picked = [*known[:joint], *setting.rng.permutation(others)[: len(rows) - joint]]
        result[rows[np.argsort(-size[rows])]] = picked
        taken |= set(picked)
    return result


def _members(study: Study, served: Served) -> dict[str, list[str]]:
    """Return the organisers in scope of every district, those of most municipalities first."""
    if study.areas is None:
        return {}
    where = study.areas.membership.get(served.districts, {})
    sizes: dict[str, Counter[str]] = {}
    for municipality, organiser in sorted(study.areas.membership.get(served.division, {}).items()):
        if municipality in where and municipality not in study.areas.out_of_scope:
            sizes.setdefault(where[municipality], Counter())[organiser] += 1
    return {district: [name for name, _ in counts.most_common()] for district, counts in sizes.items()}


def people(setting: Setting, places: Organisers) -> People:
    """Return everybody in the frame with the organiser he mainly answers for and, where asked, his unit."""
    rng = setting.rng
    group, district = strata(setting)
    organiser = _pick(setting, district, places)
    unit = np.full(len(group), -1, dtype=np.int64)
    if setting.has("unit"):
        question = setting.question("unit")
        asked = setting.asks(question.id)[group]
        staff = np.bincount(district[asked], minlength=district.max() + 1)
        units = allocate(len(question.substantive), staff, minimum=1)
        first = np.cumsum(units) - units
        nth = np.arange(len(places.ids)) - np.searchsorted(places.district, places.district)
        serves = first[places.district] + nth % units[places.district]
        unit[asked] = serves[organiser[asked]]
    doubt, outlook = rng.standard_normal(len(group)), rng.standard_normal(len(group))
    return People(group, district, organiser, unit, doubt, outlook)


def _pick(setting: Setting, district: Integers, places: Organisers) -> Integers:
    """Return an organiser of each person's district, drawn with chances proportional to size."""
    totals = np.bincount(places.district, places.size)
    within = np.cumsum(places.size) - (np.cumsum(totals) - totals)[places.district]
    edges = places.district + np.minimum(within / totals[places.district], 1.0)
    found = np.searchsorted(edges, district + setting.uniforms(district))
    return np.minimum(found, len(places.ids) - 1)


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The area level of everybody (place of its code) and the set of areas, ids joined by ``;``."""

    level: Integers
    areas: Texts


def responsibilities(world: World) -> Responsibility:
    """Return what everybody answers for; no area is named for the whole country and where it is unknown."""
    served, who = world.truth.served, world.who
    question = world.question("area_level")
    groups = world.question("group").substantive
    shares = np.array([by_code(served.levels.get(g.id, {}), question) for g in groups])
    edges = np.cumsum(shares, axis=1) / np.maximum(shares.sum(axis=1), 1e-12)[:, None]
    drawn = (world.uniforms(who.group)[:, None] > edges[who.group]).sum(axis=1)
    level = np.minimum(drawn, len(question.substantive) - 1).astype(np.int64)
    place = places_of(question)
    level[world.drawn(np.full(len(level), served.unknown_share), who.group)] = place[served.unknown]
    areas = np.full(len(level), "", dtype=object)
    own = level == place[served.own]
    areas[own] = world.places.ids[who.organiser[own]]
    _name_several(world, areas, np.flatnonzero(level == place[served.several]))
    for name, division in served.wider.items():
        _name_wider(world, areas, np.flatnonzero(level == place[name]), division)
    return Responsibility(level, areas)


def _name_several(world: World, areas: Texts, rows: Integers) -> None:
    """Give those who serve several organisers the main one and its neighbours in the district's list."""
    places, who = world.places, world.who
    sizes = np.bincount(places.district)
    starts = np.cumsum(sizes) - sizes
    mains, several = who.organiser[rows], 2 + world.rng.poisson(_MORE, len(rows))
    most = int(several.max(initial=0)) + 1
    kinds, kind = np.unique(mains * most + several, return_inverse=True)
    names = np.empty(len(kinds), dtype=object)
    for place, (main, more) in enumerate(divmod(key, most) for key in kinds.tolist()):
        where = places.district[main]
        near = (main - starts[where] + np.arange(more)) % sizes[where]
        names[place] = ";".join(sorted(set(places.ids[starts[where] + near])))
    areas[rows] = names[kind]


def _name_wider(world: World, areas: Texts, rows: Integers, division: str) -> None:
    """Give those who serve a wider area the one of the division that their main organiser lies in."""
    known = world.study.areas.membership if world.study.areas else {}
    municipality = {o: m for m, o in known.get(world.truth.served.division, {}).items()}
    mains = world.places.ids[world.who.organiser[rows]]
    areas[rows] = [known.get(division, {}).get(municipality.get(main, ""), "") for main in mains]
