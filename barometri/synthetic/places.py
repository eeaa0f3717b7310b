"""Organisers of social services, the units that serve them, and who answers for which area."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barometri.errors import StudyError
from barometri.study.codebook import Question
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.synthetic.calibration import Flags, Floats, Integers, allocate, chosen, even_uniforms
from barometri.synthetic.truth import Served, Truth

Texts = NDArray[np.object_]

_JOINT = 2
"""So many joint authorities of a district are always among the organisers."""


@dataclass(frozen=True, slots=True)
class Organisers:
    """Organisers, sorted by district: ids, district (position in the codebook), relative size, effect on the outcome.

    ``agreed`` and ``trial`` are tables of truth values, organisers by models.
    """

    ids: Texts
    district: Integers
    size: Floats
    effect: Floats
    agreed: Flags
    trial: Flags


@dataclass(frozen=True, slots=True)
class People:
    """The officials of a wave's frame: positions of group and district in the codebook, organiser, unit (or -1)."""

    group: Integers
    district: Integers
    organiser: Integers
    unit: Integers


def positions(question: Question) -> Mapping[str, int]:
    """Return code id to its position among the substantive codes."""
    return {code.id: i for i, code in enumerate(question.substantive)}


def by_code(shares: Mapping[str, float], question: Question, default: float = 0.0) -> Floats:
    """Return stated values in the order of a question's substantive codes."""
    return np.array([shares.get(code.id, default) for code in question.substantive], dtype=np.float64)


def strata(study: Study, wave: Wave) -> tuple[Integers, Integers]:
    """Return group and district of everybody in the wave's frame, stratum by stratum."""
    group, district = (study.role("group"), study.role("district"))
    groups, districts = positions(study.question(group)), positions(study.question(district))
    try:
        cells = [(groups[f.stratum[group]], districts[f.stratum[district]], f.count) for f in wave.frame]
    except KeyError as error:
        raise StudyError(
            f"wave {wave.year}, frame: {error.args[0]!r} is not a stratum of {group} by {district}; "
            "a simulation needs a frame count for each."
        ) from None
    counts = np.array([c for _, _, c in cells], dtype=np.int64)
    return (
        np.repeat(np.array([g for g, _, _ in cells], dtype=np.int64), counts),
        np.repeat(np.array([d for _, d, _ in cells], dtype=np.int64), counts),
    )


def _members(study: Study, served: Served) -> dict[str, list[str]]:
    """Return the organisers in scope of every district, joint authorities of most municipalities first."""
    if study.areas is None:
        return {}
    sizes: dict[str, Counter[str]] = {}
    where = study.areas.membership.get(served.districts, {})
    for municipality, organiser in sorted(study.areas.membership.get(served.division, {}).items()):
        if municipality in where and municipality not in study.areas.out_of_scope:
            sizes.setdefault(where[municipality], Counter())[organiser] += 1
    return {district: [name for name, _ in counter.most_common()] for district, counter in sizes.items()}


def _ids(study: Study, served: Served, district: Integers, size: Floats, rng: np.random.Generator) -> Texts:
    """Return ids of organisers: areas of the study where it knows enough of them, else numbers.

    Joint authorities come first and are the largest of their district.
    """
    members = _members(study, served)
    taken: set[str] = set()
    result = np.empty(len(district), dtype=object)
    for position, code in enumerate(study.question(study.role("district")).substantive):
        rows = np.flatnonzero(district == position)
        known = [name for name in members.get(code.id, []) if name not in taken]
        if len(known) < len(rows):
            result[rows] = [f"{code.id}-{i + 1:03d}" for i in range(len(rows))]
            continue
        joint = min(_JOINT, len(rows))
        chosen = known[:joint] + list(rng.permutation(known[joint:]))[: len(rows) - joint]
        result[rows[np.argsort(-size[rows])]] = chosen
        taken |= set(chosen)
    return result


def _apart(effect: Floats, agreed: Floats, size: Floats) -> Floats:
    """Return organisers' effects cleared of what their agreements could explain, so that stated effects stay true."""
    design = np.column_stack([np.ones(len(effect)), agreed]) * np.sqrt(size)[:, None]
    fitted = np.linalg.lstsq(design, effect * np.sqrt(size), rcond=None)[0]
    return np.asarray(effect - np.column_stack([np.ones(len(effect)), agreed]) @ fitted, dtype=np.float64)


def _agreements(
    truth: Truth, study: Study, district: Integers, size: Floats, rng: np.random.Generator
) -> Floats:
    """Return where each model is agreed: the keenest organisers of a district, up to the model's share there."""
    question = study.question(study.role("district"))
    common = truth.organisers.common
    keen = np.sqrt(common) * rng.standard_normal((len(district), 1)) + np.sqrt(
        1 - common
    ) * rng.standard_normal((len(district), len(truth.models)))
    agreed = np.zeros(keen.shape)
    for column, model in enumerate(truth.models.values()):
        order = np.lexsort((-keen[:, column], district))
        total = np.cumsum(size[order])
        people = np.bincount(district, size)
        before = np.concatenate([[0.0], np.cumsum(people)[:-1]])
        rank = (total - before[district[order]] - size[order] / 2) / people[district[order]]
        agreed[order, column] = rank < by_code(model.agreed, question)[district[order]]
    return agreed


def organisers(study: Study, truth: Truth, wave: Wave, rng: np.random.Generator) -> Organisers:
    """Return the organisers, shared out to districts by the staff who answer for one organiser."""
    group, district = strata(study, wave)
    levels = [truth.served.levels.get(c.id, {}) for c in study.question(study.role("group")).substantive]
    local = np.array([level.get(truth.served.own, 0.0) > 1 / 2 for level in levels])
    staff = np.bincount(district[local[group]], minlength=district.max() + 1)
    where = np.repeat(np.arange(len(staff)), allocate(truth.organisers.count, staff))
    size = np.exp(truth.organisers.size_spread * rng.standard_normal(len(where)))
    agreed = _agreements(truth, study, where, size, rng)
    share = np.array([model.trial for model in truth.models.values()])
    return Organisers(
        ids=_ids(study, truth.served, where, size, rng),
        district=where,
        size=size,
        effect=truth.organisers.effect_spread * _apart(rng.standard_normal(len(where)), agreed, size),
        agreed=agreed > 0,
        trial=rng.random(agreed.shape) < share,
    )


def _pick(cells: Integers, items: Integers, size: Floats, rng: np.random.Generator) -> Integers:
    """Return an item of each person's cell, drawn with chances proportional to size; items are sorted by cell."""
    totals = np.bincount(items, size)
    cumulative = np.cumsum(size) - (np.cumsum(totals) - totals)[items]
    edges = items + np.minimum(cumulative / totals[items], 1.0)
    return np.minimum(np.searchsorted(edges, cells + even_uniforms(cells, rng)), len(items) - 1)


def people(study: Study, wave: Wave, places: Organisers, rng: np.random.Generator) -> People:
    """Return everybody in the frame with the organiser he mainly answers for and, where asked, his unit."""
    group, district = strata(study, wave)
    organiser = _pick(district, places.district, places.size, rng)
    unit = np.full(len(group), -1, dtype=np.int64)
    name = study.role("unit")
    if name and wave.asked(name):
        ids = [c.id for c in study.question(study.role("group")).substantive]
        asked = np.array([i in wave.routing.get(name, ids) for i in ids])[group]
        count = len(study.question(name).substantive)
        staff = np.bincount(district[asked], minlength=district.max() + 1)
        units = allocate(count, staff, minimum=1)
        first = np.cumsum(units) - units
        nth = np.arange(len(places.ids)) - np.searchsorted(places.district, places.district)
        serves = first[places.district] + nth % units[places.district]
        unit[asked] = serves[organiser[asked]]
    return People(group, district, organiser, unit)


def levels(study: Study, served: Served, who: People, rng: np.random.Generator) -> Integers:
    """Return the area level of everybody, as its position among the codes."""
    question = study.question(study.role("area_level"))
    groups = study.question(study.role("group")).substantive
    shares = np.array([by_code(served.levels.get(g.id, {}), question) for g in groups])
    edges = np.cumsum(shares, axis=1) / np.maximum(shares.sum(axis=1), 1e-12)[:, None]
    drawn = (even_uniforms(who.group, rng)[:, None] > edges[who.group]).sum(axis=1)
    unknown = positions(question)[served.unknown]
    drawn[chosen(np.full(len(drawn), served.unknown_share), who.group, rng)] = unknown
    return np.asarray(drawn, dtype=np.int64)


def areas(
    study: Study, served: Served, places: Organisers, who: People, level: Integers, rng: np.random.Generator
) -> Texts:
    """Return the set of areas everybody answers for, ids joined by ``;``; empty for the country and unknown."""
    question = study.question(study.role("area_level"))
    result = np.full(len(level), "", dtype=object)
    place = positions(question)
    own = level == place[served.own]
    result[own] = places.ids[who.organiser[own]]
    several = np.flatnonzero(level == place[served.several])
    more = 1 + rng.poisson(1.5, len(several))
    sizes = np.bincount(places.district)
    starts = np.cumsum(sizes) - sizes
    for row, extra in zip(several, more, strict=True):
        where = who.district[row]
        step = (who.organiser[row] - starts[where] + np.arange(extra + 1)) % sizes[where]
        result[row] = ";".join(sorted(set(places.ids[starts[where] + step])))
    known = study.areas.membership if study.areas else {}
    organiser = {o: m for m, o in known.get(served.division, {}).items()}
    for name, division in served.wider.items():
        rows = np.flatnonzero(level == place[name])
        municipalities = [organiser.get(i, "") for i in places.ids[who.organiser[rows]]]
        result[rows] = [known.get(division, {}).get(m, "") for m in municipalities]
    return result
