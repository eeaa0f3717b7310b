"""Items over all waves: change since the first wave and against the earlier ones, change a year, departure.

The years are those of the calendar: a year without a wave is a gap of two years, not of one. A wave that
asked differently belongs to no line; one that is only similar carries a mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.change.effects import effect_of, joint_effect, marked_about, nothing, within_names
from barometri.change.shares import change
from barometri.change.waves import Key, Line, WaveShares, wave_shares
from barometri.errors import OptionError
from barometri.estimates import Effect, Estimates
from barometri.estimation import Base
from barometri.estimation.targets import Categories
from barometri.inference.tested import NAN
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
LEVEL_NAME: Final = "standardised_share"
CHANGES: Final = ("change_from_first", "change_from_earlier")
PER_YEAR: Final = "change_per_year"
DEPARTURE: Final = "departure_from_linearity"
NAMES: Final = (*CHANGES, PER_YEAR, DEPARTURE)
FEWEST_FOR_A_LINE: Final = 4
TWO: Final = 2
_NULLS: Final = {
    CHANGES[0]: "the share is the same in the latest wave as in the first",
    CHANGES[1]: "the share is the same in the latest wave as on average in the earlier ones",
    PER_YEAR: "the share changes by nothing a year",
    DEPARTURE: "the shares lie on a straight line over the years",
}


def trends(
    surveys: Mapping[int, Survey],
    items: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    singly: bool = True,
    categories: Categories = "good",
    base: Base = "answered",
    key: str | None = None,
    level: float = 0.95,
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Estimate how items have changed over the waves, the composition held to the latest frame.

    Parameters
    ----------
    surveys
        Wave to survey.
    items
        Questions.
    by
        Variables whose composition is held still; the study's group by default.
    singly
        Whether the codes of the first of them are shown one by one as well.
    categories, base, key
        As in `barometri.change.waves.wave_shares`.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Estimates
        Shares by wave and first variable, as `change` shows them.
    tuple of Effect
        By item, of everybody standardised and of single groups: ``standardised_share`` of each wave (of
        everybody), ``change_from_first``, ``change_from_earlier`` (latest wave against the mean of all
        earlier ones), ``change_per_year`` (slope of a straight line over the calendar years, every wave with
        the same weight, since each stands for the same frame) and ``departure_from_linearity`` (F). With
        fewer than four waves there is no line. Holm over the items, and over items × groups.

    Raises
    ------
    OptionError
        No variable to standardise by, or no wave with an item.
    """
    names = _variables(surveys, by)
    shares = wave_shares(surveys, items, by=names, categories=categories, base=base, key=key)
    listed = [items] if isinstance(items, str) else list(items)
    codes = tuple(dict.fromkeys(cell[0] for cell in shares.standard))
    pooled = [effect for item in listed for effect in item_effects(shares, item, level=level)]
    alone: list[Effect] = []
    for item in listed if singly else ():
        for code in codes:
            members = {cell for cell in shares.standard if cell[0] == code}
            about = {names[0]: code}
            alone += item_effects(shares, item, members=members, about=about, level=level)
    effects = (*within_names(pooled, NAMES), *within_names(alone, NAMES))
    table = change(surveys, listed, by=names[0], categories=categories, base=base)
    return table, tuple(effects)


def _variables(surveys: Mapping[int, Survey], by: str | Sequence[str] | None) -> Key:
    if by is not None:
        return (by,) if isinstance(by, str) else tuple(by)
    latest = surveys[max(surveys)]
    name = latest.study.role("group", latest.wave) if latest.study is not None else ""
    if not name:
        raise OptionError("trends needs a variable whose composition is held still; name it as by.")
    return (name,)


def item_effects(
    shares: WaveShares,
    item: str,
    *,
    members: set[Key] | None = None,
    about: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> list[Effect]:
    """Return the effects of one item in one population; p values are not adjusted.

    Parameters
    ----------
    shares
        Shares of all waves.
    item
        A question.
    members
        Cells of the population; everybody by default.
    about
        What names it.
    level
        Confidence level, 0 to 1.
    """
    line = shares.line(item, members=members)
    said = marked_about(line, {"item": item, **(about or {})})
    effects = [] if members is not None else _levels(shares, line, said, level)
    if len(line.waves) < TWO:
        reason = "asked_differently" if line.broken else "few_waves"
        effects += [nothing(name, reason, about=said, null=_NULLS[name]) for name in NAMES]
    else:
        effects += _numbers(shares, line, said, level)
    cells = {key for key in shares.standard if members is None or key in members}
    held = shares.estimates.by if len(cells) > 1 else ()
    return [replace(effect, adjusted_for=held) for effect in effects]


def _levels(shares: WaveShares, line: Line, about: Mapping[str, str], level: float) -> list[Effect]:
    """Return the standardised share of each wave; a level has no test."""
    plain = {name: value for name, value in about.items() if name != "mark"}
    effects = []
    for year, weights, mark in zip(line.waves, line.weights, line.marks, strict=True):
        said = {**plain, "wave": str(year), **({"mark": mark} if mark else {})}
        detail = {"coverage": line.coverage}
        made = effect_of(shares, LEVEL_NAME, weights, about=said, null="", level=level, detail=detail)
        effects.append(replace(made, p_value=NAN))
    return effects


def _numbers(shares: WaveShares, line: Line, about: Mapping[str, str], level: float) -> list[Effect]:
    latest, first = line.waves[-1], line.waves[0]
    detail = {"waves": float(len(line.waves)), "coverage": line.coverage}
    pairs = (
        (CHANGES[0], str(first), marked_about(line, about, (first, latest)), line.between(first, latest)),
        (CHANGES[1], "earlier", about, line.against_earlier()),
    )
    effects = [
        effect_of(
            shares,
            name,
            weights,
            about={**said, "wave": str(latest), "against": against},
            null=_NULLS[name],
            level=level,
            detail=detail,
        )
        for name, against, said, weights in pairs
    ]
    if len(line.waves) < FEWEST_FOR_A_LINE:
        few = [nothing(name, "few_waves", about=about, null=_NULLS[name]) for name in (PER_YEAR, DEPARTURE)]
        return [*effects, *few]
    slope, departure = straight_line(line.waves)
    effects.append(
        effect_of(
            shares,
            PER_YEAR,
            slope @ line.weights,
            about=about,
            null=_NULLS[PER_YEAR],
            level=level,
            detail=detail,
        )
    )
    test = shares.jointly(departure @ line.weights, null=_NULLS[DEPARTURE])
    return [*effects, joint_effect(shares, DEPARTURE, test, line.weights, about=about)]


def straight_line(years: Sequence[float], weights: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Return the weights of waves that give the slope of a straight line, and those that measure departure.

    Parameters
    ----------
    years
        Calendar years, at least two.
    weights
        Of the waves in the fit of the line; equal by default.

    Returns
    -------
    tuple of numpy.ndarray
        Weights of the slope, shape (T,), and of T - 2 departures, shape (T - 2, T), all 0 on a line.

    Examples
    --------
    >>> slope, departure = straight_line([2017, 2018, 2019, 2021])
    >>> shares = 0.2 + 0.05 * (np.array([2017, 2018, 2019, 2021]) - 2017)
    >>> round(float(slope @ shares), 6), bool(np.allclose(departure @ shares, 0))
    (0.05, True)
    """
    x = np.asarray(years, dtype=np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    centred = x - (w @ x) / w.sum()
    slope = w * centred / (w @ centred**2)
    basis = np.linalg.qr(np.column_stack([np.ones(len(x)), centred]), mode="complete")[0]
    return slope, np.asarray(basis[:, TWO:].T)
