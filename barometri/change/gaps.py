"""The gap of two groups in every wave, how it has changed, and whether it has turned.

Each side is held to the composition of the latest frame. A gap is turned where it has one sign now and had
the other before, each shown by a test of its own (intersection-union); a change of the gap alone is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.change.combining import reversal
from barometri.change.effects import effect_of, joint_effect, marked_about, nothing, shown, within_names
from barometri.change.shares import keep_rows
from barometri.change.waves import Key, Line, WaveShares, standard_weights, wave_shares
from barometri.errors import OptionError
from barometri.estimates import Effect, Estimates
from barometri.estimation import Base
from barometri.estimation.targets import Categories
from barometri.study.study import Study
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
Restriction = Mapping[str, Sequence[str]]
GAP: Final = "gap"
CHANGES: Final = ("gap_change_from_before", "gap_change_from_earlier")
INTERACTION: Final = "gap_interaction"
REVERSAL: Final = "gap_reversal"
NO_GAP: Final = "the two groups have the same share"
NO_CHANGE: Final = "the gap of the two groups has not changed"
NO_GROUP: Final = "group_missing"
TWO: Final = 2


def gaps(
    surveys: Mapping[int, Survey],
    items: str | Sequence[str],
    *,
    left: Restriction,
    right: Restriction,
    standardise: Sequence[str] = (),
    categories: Categories = "good",
    base: Base = "answered",
    key: str | None = None,
    level: float = 0.95,
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Estimate the gap of two groups in every wave, its change, and whether it has turned.

    Parameters
    ----------
    surveys
        Wave to survey.
    items
        Questions; effects are of each.
    left, right
        Variable to code ids of the latest wave; a variable derived from another (a side of groups) stands for
        the codes it is derived from. The gap is left minus right.
    standardise
        Further variables whose composition is held still within each group.
    categories, base, key
        As in `barometri.change.waves.wave_shares`.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Estimates
        Shares of the groups by wave.
    tuple of Effect
        By item: ``gap`` of each wave (Holm over the waves), ``gap_change_from_before`` (latest wave against
        the one before), ``gap_change_from_earlier`` (against the mean of all earlier ones),
        ``gap_interaction`` (F: the gap is the same in all waves), ``gap_reversal`` (the latest gap; its p
        that the sign has turned since the wave before). Waves that were asked differently are left out.

    Raises
    ------
    OptionError
        A side that is empty, or one that no wave can tell apart.
    """
    study = next((survey.study for survey in surveys.values() if survey.study is not None), None)
    by = gap_variables(study, left, right, standardise)
    shares = wave_shares(surveys, items, by=by, categories=categories, base=base, key=key)
    sides = [gap_members(shares, study, part) for part in (left, right)]
    if not all(sides) or sides[0] & sides[1]:
        raise OptionError("gaps needs two groups that differ and that the latest wave has; name their codes.")
    listed = [items] if isinstance(items, str) else list(items)
    effects = [effect for item in listed for effect in gap_effects(shares, item, *sides, level=level)]
    rows = shares.estimates.frame[list(by)].astype(str).apply(tuple, axis=1).isin(sides[0] | sides[1])
    return keep_rows(shares.estimates, rows.to_numpy()), tuple(effects)


def gap_variables(
    study: Study | None, left: Restriction, right: Restriction, standardise: Sequence[str] = ()
) -> Key:
    """Return the variables whose codes make up both groups."""
    return tuple(dict.fromkeys([*(_source(study, name) for name in (*left, *right)), *standardise]))


def _source(study: Study | None, name: str) -> str:
    rule = study.question(name).derived if study is not None and name in study.codebook else None
    return name if rule is None else rule.source


def gap_members(shares: WaveShares, study: Study | None, part: Restriction) -> set[Key]:
    """Return the cells of one group of a gap."""
    return _members(shares.standard, shares.estimates.by, study, part)


def has_both_groups(
    surveys: Mapping[int, Survey],
    *,
    left: Restriction,
    right: Restriction,
    standardise: Sequence[str] = (),
) -> bool:
    """Whether the latest wave has somebody of each group of a gap; parameters are those of `gaps`."""
    study = next((survey.study for survey in surveys.values() if survey.study is not None), None)
    by = gap_variables(study, left, right, standardise)
    used = {year: survey for year, survey in surveys.items() if set(by) <= set(survey.variables)}
    standard = standard_weights(used, by) if used else {}
    return all(_members(standard, by, study, part) for part in (left, right))


def _members(cells: Iterable[Key], by: Key, study: Study | None, part: Restriction) -> set[Key]:
    found = set(cells)
    for name, codes in part.items():
        source = _source(study, name)
        wanted = set(codes)
        if source != name and study is not None and (rule := study.question(name).derived) is not None:
            wanted = {code for code, side in rule.mapping.items() if side in wanted}
        place = by.index(source)
        found = {cell for cell in found if cell[place] in wanted}
    return found


def gap_line(shares: WaveShares, item: str, left: set[Key], right: set[Key]) -> Line:
    """Return the gap of two groups in every wave that has both and can be compared."""
    one, other = shares.line(item, members=left), shares.line(item, members=right)
    used = tuple(year for year in one.waves if year in other.waves)
    picked = [(one.waves.index(year), other.waves.index(year)) for year in used]
    weights = np.array([one.weights[a] - other.weights[b] for a, b in picked])
    marks = tuple(max(one.marks[a], other.marks[b]) for a, b in picked)
    broken = tuple(sorted({*one.broken, *other.broken}))
    whole = min(one.coverage, other.coverage)
    empty = np.zeros((0, len(shares.rows.value)))
    return Line(item, used, weights if used else empty, marks, whole, broken)


def gap_effects(
    shares: WaveShares, item: str, left: set[Key], right: set[Key], *, level: float = 0.95
) -> tuple[Effect, ...]:
    """Return the effects of `gaps` of one item."""
    line = gap_line(shares, item, left, right)
    asked = sorted(year for year, name in shares.places if name == item)
    adjusted = shares.estimates.by
    effects = []
    for year in asked:
        about = {"item": item, "wave": str(year)}
        weights = line.at(year)
        if weights is None:
            reason = "asked_differently" if year in line.broken else NO_GROUP
            effects.append(nothing(GAP, reason, about=about, null=NO_GAP))
            continue
        about = marked_about(line, about, (year,))
        effects.append(effect_of(shares, GAP, weights, about=about, null=NO_GAP, level=level))
    effects += _changes(shares, line, level)
    standardised = adjusted if len(left | right) > TWO else ()
    return tuple(replace(effect, adjusted_for=standardised) for effect in within_names(effects, (GAP,)))


def _changes(shares: WaveShares, line: Line, level: float) -> list[Effect]:
    about = marked_about(line, {"item": line.item})
    names = (*CHANGES, INTERACTION, REVERSAL)
    if len(line.waves) < TWO:
        return [nothing(name, "few_waves", about=about, null=NO_CHANGE) for name in names]
    before, now = line.weights[-2], line.weights[-1]
    latest = {**about, "wave": str(line.waves[-1])}
    since = marked_about(line, latest, line.waves[-2:])
    pairs = (
        ({**since, "against": str(line.waves[-2])}, now - before),
        ({**latest, "against": "earlier"}, line.against_earlier()),
    )
    effects = [
        effect_of(shares, name, weights, about=said, null=NO_CHANGE, level=level)
        for name, (said, weights) in zip(CHANGES, pairs, strict=True)
    ]
    steps = line.weights[1:] - line.weights[0]
    test = shares.jointly(steps, null="the gap of the two groups is the same in all waves")
    effects.append(joint_effect(shares, INTERACTION, test, line.weights, about=about))
    return [*effects, reversal_effect(shares, line, about=since, level=level)]


def reversal_effect(
    shares: WaveShares, line: Line, *, about: Mapping[str, str], direction: int = 0, level: float = 0.95
) -> Effect:
    """Return whether a gap has turned since the wave before: its p is the larger of two directed ones."""
    first, second = (shares.combine(weights, level=level) for weights in line.weights[-2:])
    made = shown(
        shares,
        REVERSAL,
        second,
        line.weights[-2:],
        about={**about, "against": str(line.waves[-2])},
        null="the gap of the two groups has not turned",
        detail={"before": first.estimate, "p_before": first.p_value, "p_now": second.p_value},
    )
    p = reversal(first, second, direction)
    method = f"not_estimable:{first.reason}" if first.reason else "intersection_union/taylor"
    return replace(made, p_value=p, method=made.method if second.reason else method, n=first.n + second.n)
