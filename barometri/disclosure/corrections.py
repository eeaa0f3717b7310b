"""What a corrected wave gives away beside the release it corrects, when their numbers contradict each other.

Where answers were only added, both releases are one system and are attacked as such. Where answers changed or
went, no system holds both; a reader who lays one beside the other then takes what differs by a few for those
few, and what one release says of a group for what the other leaves out of it.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.attack.incidence import Unknowns, unknowns
from barometri.study.plan import DisclosureRules

Flags = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
_TOLERANCE: Final = 1e-6


def told_by_correction(own: Topic, earlier: Topic, rules: DisclosureRules) -> tuple[str, ...]:
    """Return the tables of a release that give few people away beside the release it corrects.

    Parameters
    ----------
    own, earlier
        All records of one item in one wave.
    rules
        Thresholds.

    Returns
    -------
    tuple of str
        Tables of ``own`` of which a shown number differs from that of the same people, or of some of them, by
        fewer people than the thresholds; and those with a hidden record that shown ones of both add up to.
    """
    records = (*own.released, *earlier.released)
    cells = unknowns(Topic(own.item, own.wave, records, {**earlier.derived, **own.derived}))
    found = {*_subtracted(records, len(own.released), cells, rules)}
    found |= {*_added_up(records, len(own.released), cells, rules)}
    return tuple(sorted(found))


def _subtracted(
    records: tuple[Released, ...], own: int, cells: Unknowns, rules: DisclosureRules
) -> Iterator[str]:
    """Subtract shown numbers of both releases where one counts all the people of the other."""
    shown = [i for i, record in enumerate(records) if record.shown and not record.is_ceiling]
    ours, theirs = [i for i in shown if i < own], [i for i in shown if i >= own]
    base = cells.base.astype(np.float32)
    within = (base[ours] @ (1 - base[theirs]).T) < _TOLERANCE
    around = (base[theirs] @ (1 - base[ours]).T).T < _TOLERANCE
    for a, b in np.argwhere(within | around):
        mine, other = records[ours[a]], records[theirs[b]]
        alike = mine.counted == other.counted and mine.among == other.among
        is_same = bool(within[a, b] and around[a, b])
        few, many = (mine, other) if within[a, b] else (other, mine)
        if alike and _singles_out(few, many, rules, is_same=is_same):
            yield mine.table


def _singles_out(few: Released, many: Released, rules: DisclosureRules, *, is_same: bool) -> bool:
    """Whether two numbers differ by some people, but by fewer than may be told of."""
    people, answers = many.n - few.n, many.k - few.k
    if 0 < abs(people) < rules.minimum_n:
        return True
    if np.isnan(answers) or few.is_free or many.is_free:
        return False
    if 0 < abs(answers) < rules.minimum_k:
        return True
    rest = people - answers
    return not is_same and people > 0 and not (rules.minimum_k <= answers and rules.minimum_k <= rest)


def _added_up(
    records: tuple[Released, ...], own: int, cells: Unknowns, rules: DisclosureRules
) -> Iterator[str]:
    """Find hidden records that sums and differences of shown ones of both releases make up."""
    span = _span(_shown_sums(records, cells))
    for place, record in enumerate(records[:own]):
        if record.shown or record.is_ceiling:
            continue
        if _follows(cells.base[place], span) and record.n < rules.minimum_n:
            yield record.table
        counts = np.isfinite(record.k) and not record.is_free
        is_few = counts and min(record.k, record.n - record.k) < rules.minimum_k
        if is_few and _follows(cells.numerator[place], span):
            yield record.table


def _shown_sums(records: tuple[Released, ...], cells: Unknowns) -> FloatArray:
    shown = np.array([record.shown and not record.is_ceiling for record in records], dtype=np.bool_)
    counted = shown & np.isfinite([record.k for record in records])
    rows = np.vstack([cells.base[shown], cells.numerator[counted]])
    return np.unique(rows, axis=0).astype(np.float64)


def _span(rows: FloatArray) -> FloatArray:
    """Return an orthonormal basis of all sums and differences of rows, one row each."""
    if not rows.size:
        return np.zeros((0, rows.shape[1]))
    _, size, basis = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(basis[size > _TOLERANCE * size[0]], dtype=np.float64)


def _follows(flags: Flags, span: FloatArray) -> bool:
    row = flags.astype(np.float64)
    return bool(flags.any()) and float(np.linalg.norm(row - span.T @ (span @ row))) < _TOLERANCE
