"""The weights a reader knows, and what printed weighted shares tell him of the counts of single strata.

A share weighted by people over respondents says of the counts of its strata: the sum of weight times count is
the share times the sum of weight times base, to within half the last digit printed. The numerators themselves
are not printed; the bases are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final

import numpy as np

from barometri.disclosure.attack.facts import Released, Strata, Topic
from barometri.disclosure.attack.incidence import Unknowns
from barometri.disclosure.attack.queries import Questioned
from barometri.disclosure.attack.solver import Flags, FloatArray
from barometri.estimates import TOTAL
from barometri.results import AnalysisResult, Results

_TENS: Final = 5.0
_SLACK: Final = 1e-9
_LOOSE: Final = 1e-5
"""Room left in weighted sums, so that no solver takes them for a contradiction."""
STRATUM: Final = "a stratum of the frame"
"""Table of the numbers of respondents by stratum."""
FEWEST, SEVERAL = 2, 4
"""Strata of a record whose counts are tried one by one."""


def strata_of(results: Results) -> dict[str, Strata]:
    """Return, by wave, the weights that follow from the table of response rates: people over respondents.

    Weights that were raked or trimmed do not follow from it, so none are returned for such a wave.
    """
    plain = {str(w.year) for w in results.waves if w.has_weights and not w.weighting}
    found: dict[str, Strata] = {}
    for result in results.tables.values():
        if result.analysis.verb == "response_rates":
            found |= {wave: strata for wave, strata in _by_wave(result, str(results.wave)) if strata.vary}
    return {wave: strata for wave, strata in found.items() if wave in plain}


def _by_wave(result: AnalysisResult, latest: str) -> Iterator[tuple[str, Strata]]:
    frame, names = result.estimates.frame, tuple(str(name) for name in result.estimates.by)
    responded = result.estimates.counts["k"].to_numpy(dtype=np.float64)
    invited = frame["n"].to_numpy(dtype=np.float64)
    waves = frame["wave"].astype(str).tolist() if "wave" in frame else [latest] * len(frame)
    cells = list(zip(*(frame[name].astype(str) for name in names), strict=True))
    for wave in sorted(set(waves)) if names else ():
        own = [i for i, w in enumerate(waves) if w == wave and TOTAL not in cells[i] and responded[i] > 0]
        yield (
            wave,
            Strata(
                names,
                {cells[i]: float(invited[i] / responded[i]) for i in own},
                {cells[i]: int(responded[i]) for i in own},
            ),
        )


def told_apart(topic: Topic, strata: Strata) -> Topic:
    """Return a topic whose respondents are told apart by stratum: each has a number of respondents.

    Of records over further variables only those over variables with something hidden are read.
    """
    names = {
        *strata.variables,
        *(n for n, (source, _) in topic.derived.items() if source in strata.variables),
    }
    names |= {name for record in topic.released if not record.shown for name in record.who}
    kept = tuple(record for record in topic.released if set(record.who) <= names)
    among = frozenset[str]().union(*(record.among | record.counted for record in kept))
    ceilings = tuple(
        Released(
            table=STRATUM,
            who=who,
            counted=frozenset(),
            among=among,
            n=float(strata.respondents[key]),
            k=np.nan,
            shown=True,
            is_ceiling=True,
        )
        for key, who in _who(strata)
    )
    return replace(topic, released=(*kept, *ceilings))


def _who(strata: Strata) -> Iterator[tuple[tuple[str, ...], Mapping[str, frozenset[str]]]]:
    for key in strata.weights:
        yield key, {name: frozenset({code}) for name, code in zip(strata.variables, key, strict=True)}


def weight_of(cells: Unknowns, topic: Topic, strata: Strata) -> tuple[FloatArray, Flags]:
    """Return the weight of each unknown, NaN outside the strata, and which stratum (row) holds it."""
    places = [i for i, record in enumerate(topic.released) if record.table == STRATUM]
    inside = cells.base[places]
    weight = np.array(list(strata.weights.values())) @ inside
    return np.where(inside.sum(axis=0) == 1, weight, np.nan), inside


def share_facts(questioned: Questioned, weight: FloatArray) -> list[tuple[FloatArray, float, float]]:
    """Return what printed shares and weighted bases say of the unknowns: a row and its limits."""
    cells, out = questioned.unknowns, []
    for place, record in enumerate(questioned.topic.released):
        base = cells.base[place]
        if not record.shown or record.is_ceiling or np.isnan(weight[base]).any():
            continue
        mass = np.where(base, weight, 0.0)
        if np.isfinite(record.share) and np.isfinite(record.k) and np.isfinite(record.step):
            part = np.where(cells.numerator[place], weight, 0.0)
            out.append((part - (record.share + record.step) * mass, -np.inf, _LOOSE))
            out.append((part - (record.share - record.step) * mass, -_LOOSE, np.inf))
        if np.isfinite(record.people):
            out.append((mass, record.people - _TENS - _LOOSE, record.people + _TENS + _LOOSE))
    return out


def possible_parts(
    weights: FloatArray, bases: FloatArray, low: float, high: float, *, most: int = 3_000_000
) -> list[set[int]] | None:
    """Return the whole counts each of a few strata can have where their weighted sum lies within limits.

    Parameters
    ----------
    weights, bases
        Weight and largest count of each stratum.
    low, high
        Limits of the sum of weight times count.
    most
        Do not try more combinations than this.

    Returns
    -------
    list or None
        A set for each stratum; None where there are too many combinations.

    Examples
    --------
    >>> possible_parts(np.array([2.0, 3.5]), np.array([4.0, 4.0]), 12.4, 12.6)
    [{1}, {3}]
    """
    if np.prod(bases + 1.0) > most:
        return None
    grids = np.array(list(product(*(range(int(b) + 1) for b in bases[:-1]))), dtype=np.float64)
    grids = grids.reshape(-1, len(bases) - 1)
    done = grids @ weights[:-1]
    least = np.maximum(np.ceil((low - done) / weights[-1] - _SLACK), 0.0)
    largest = np.minimum(np.floor((high - done) / weights[-1] + _SLACK), bases[-1])
    holds = least <= largest
    out = [set(np.unique(column[holds]).astype(int).tolist()) for column in grids.T]
    ends = np.stack([least[holds], largest[holds]], axis=1)
    last = {value for a, b in np.unique(ends, axis=0).astype(int).tolist() for value in range(a, b + 1)}
    return [*out, last]
