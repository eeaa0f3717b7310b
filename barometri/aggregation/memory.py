"""The pass in memory: bincount on integer codes, one block of rows after the other.

Rows are taken in a canonical order, so that sums do not depend on the order of the frame by a single bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from barometri.aggregation.features import Block, Feature, Rows, make_feature
from barometri.aggregation.levels import canonical, coded, position
from barometri.aggregation.sums import Plan, Sums
from barometri.survey import Survey
from barometri.survey.coding import number_codes

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
DENSE, SMALL = 4, 1000  # pairs may outnumber rows by this before sorting finds those that occur
ROWS, OVER = 2**16, 4  # rows of a block at least, and over the pairs
PAIRS, TIES = "pairs", "ties"
RECENT = 2  # calls whose pairs are kept


@dataclass(frozen=True, slots=True, repr=False)
class _Pairs:
    """Pairs of group and cell that occur among all rows.

    ``pair`` is the number of each row's pair in canonical order, shape (n,); ``group`` (P,) and ``codes``
    (P, B) are what the pairs are, ascending.
    """

    pair: npt.NDArray[np.signedinteger]
    group: IntArray
    codes: IntArray


class _Totals:
    """Sums by pair and state, block added to block."""

    def __init__(self, size: int, features: Sequence[Feature]) -> None:
        self.size = size
        self.features = features
        self.found: dict[tuple[object, ...], FloatArray | IntArray] = {}

    def add(self, name: tuple[object, ...], keys: IntArray, states: int, weights: FloatArray | None) -> None:
        """Add one block's weights under a name, by key: pair × state."""
        sums = np.bincount(keys, weights, minlength=self.size * states)
        if name in self.found:
            self.found[name] += sums
        else:
            self.found[name] = sums

    def add_single(self, block: Block, place: int) -> None:
        """Add one measure by itself: count, ``w x``, ``w² x`` of indicators, ``w x²``."""
        states = self.features[place].states + 1
        state, values = block.measures[place]
        keys = block.pair * states + state
        self.add((place, "count"), keys, states, None)
        self.add((place, "first"), keys, states, block.weight)
        self.add((place, "square"), keys, states, block.squared)
        for number, value in enumerate(values):
            weighted = block.weight * value
            self.add((place, "first", number), keys, states, weighted)
            self.add((place, "spread", number), keys, states, weighted * value)

    def add_joint(self, block: Block, one: int, two: int) -> None:
        """Add ``w² x x'`` of two measures, by both states."""
        wide, high = self.features[one].states + 1, self.features[two].states + 1
        (state, left), (other, right) = block.measures[one], block.measures[two]
        keys = (block.pair * wide + state) * high + other
        for a, first in enumerate((None, *left)):
            weighted = block.squared if first is None else block.squared * first
            for b, second in enumerate((None, *right)):
                weights = weighted if second is None else weighted * second
                self.add((one, two, a, b), keys, wide * high, weights)

    def single(self, place: int, present: IntArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return count, first, square and spread of one measure, each (P, width)."""
        feature = self.features[place]

        def read(*name: object) -> FloatArray:
            sums = self.found[(place, *name)].reshape(self.size, feature.states + 1)
            return sums[present, 1:].astype(np.float64)

        count, first, square = read("count"), read("first"), read("square")
        if feature.turn is not None:
            base = feature.turn * np.array([1.0, 0.0])
            return count @ base, first @ feature.turn, square @ base, first @ feature.turn**2
        if not feature.columns:
            return count, first, square, first
        numbers = range(len(feature.columns))
        nothing = [np.zeros_like(count)] * len(numbers)
        return (
            np.concatenate([count, *nothing], axis=1),
            np.concatenate([first, *(read("first", number) for number in numbers)], axis=1),
            np.concatenate([square, *nothing], axis=1),
            np.concatenate([first, *(read("spread", number) for number in numbers)], axis=1),
        )

    def joint(self, one: int, two: int, present: IntArray) -> FloatArray:
        """Return the sums of products of two measures, shape (P, width, width)."""
        first, second = self.features[one], self.features[two]

        def read(a: int, b: int) -> FloatArray:
            sums = self.found[one, two, a, b].reshape(self.size, first.states + 1, second.states + 1)
            return sums[present, 1:, 1:].astype(np.float64)

        columns = range(len(second.columns) + 1)
        rows = [np.concatenate([read(a, b) for b in columns], axis=2) for a in range(len(first.columns) + 1)]
        return _turned(np.concatenate(rows, axis=1), first.turn, second.turn)

    def own(self, place: int, present: IntArray) -> FloatArray:
        """Return the sums of products of a measure with itself: states are disjoint."""
        feature = self.features[place]
        if feature.columns:
            return self.joint(place, place, present)
        sums = self.found[place, "square"].reshape(self.size, feature.states + 1)[present, 1:]
        result = np.zeros((*sums.shape, feature.states))
        diagonal = np.arange(feature.states)
        result[:, diagonal, diagonal] = sums
        return _turned(result, feature.turn, feature.turn)


def _turned(products: FloatArray, left: FloatArray | None, right: FloatArray | None) -> FloatArray:
    if left is not None:
        products = left.T @ products
    return products if right is None else products @ right


def sum_in_memory(survey: Survey, plan: Plan) -> Sums:
    """Sum over the rows of a survey in memory.

    Returns
    -------
    Sums
        Over the members of the domain; the design is that of all rows.
    """
    features = [make_feature(survey, measure) for measure in plan.measures]
    pairs = _pairs(survey, plan)
    totals = _Totals(len(pairs.group), features)
    places = range(len(features))
    squares = survey.coded.elements and survey.coded.replication is None
    joint = list(combinations_with_replacement(places, 2)) if squares else []
    joint = [(one, two) for one, two in joint if one != two or features[one].columns]
    for block in _blocks(survey, features, pairs):
        for place in places:
            totals.add_single(block, place)
        for one, two in joint:
            totals.add_joint(block, one, two)
    everybody = totals.found[0, "count"].reshape(totals.size, -1).sum(axis=1)
    present = np.flatnonzero(everybody)
    singles = [totals.single(place, present) for place in places]
    count, first, square, spread = (np.concatenate(parts, axis=1) for parts in zip(*singles, strict=True))
    second = _second(totals, present) if squares else None
    return Sums(
        survey.coded, pairs.group[present], pairs.codes[present], count, first, second, square, spread
    )


def _second(totals: _Totals, present: IntArray) -> FloatArray:
    """Return sums of ``w² x x'`` over all pairs of features, shape (P, F, F)."""
    ends = np.cumsum([0, *(feature.width for feature in totals.features)]).tolist()
    second = np.zeros((len(present), ends[-1], ends[-1]))
    for one, two in combinations_with_replacement(range(len(totals.features)), 2):
        block = totals.own(one, present) if one == two else totals.joint(one, two, present)
        rows, columns = slice(ends[one], ends[one + 1]), slice(ends[two], ends[two + 1])
        second[:, rows, columns] = block
        if one != two:
            second[:, columns, rows] = block.transpose(0, 2, 1)
    return second


def _pairs(survey: Survey, plan: Plan) -> _Pairs:
    """Return the pairs of all rows, kept for the next calls with the same cells."""
    recent: list[tuple[tuple[str, ...], object, _Pairs]] = survey.cache.get(PAIRS, ((), []))[1]
    for by, levels, found in recent:
        if (by, levels) == (plan.by, plan.levels):
            return found
    shape = tuple(len(levels) + 1 for levels in plan.levels)
    size = int(np.prod(shape))
    pair = _pair_of_rows(survey, plan, shape)
    number, present = _number(pair, survey.coded.groups * size)
    codes = (
        np.stack(np.unravel_index(present % size, shape), axis=1) if shape else np.zeros((len(present), 0))
    )
    codes = np.where(codes == np.array(shape, dtype=np.int64) - 1, -1, codes).astype(np.int64)
    made = _Pairs(number, present // size, codes)
    recent = [*recent[1 - RECENT :], (plan.by, plan.levels, made)]
    names = {name for by, _, _ in recent for name in by}
    survey.cache[PAIRS] = (names, recent)
    return made


def _pair_of_rows(survey: Survey, plan: Plan, shape: tuple[int, ...]) -> npt.NDArray[np.signedinteger]:
    """Return group and cell of each row as one number, as narrow as it can be."""
    group, order, size = survey.coded.group, canonical(survey).order, int(np.prod(shape))
    cells = []
    for name, levels, step in zip(plan.by, plan.levels, np.cumprod((*shape, 1)[:0:-1])[::-1], strict=True):
        own = coded(survey, name)
        place = position(own.values, levels)
        place[place < 0] = len(levels)
        cells.append((place * step, own.codes))
    result = np.empty(len(order), dtype=np.min_scalar_type(-max(survey.coded.groups * size, 1)))
    for start in range(0, len(order), ROWS):
        rows = slice(start, start + ROWS)
        pair = group[order[rows]] * size
        for place, codes in cells:
            pair += place[codes[rows]]
        result[rows] = pair
    return result


def _number(
    pair: npt.NDArray[np.signedinteger], pairs: int
) -> tuple[npt.NDArray[np.signedinteger], IntArray]:
    """Return the number of each row's pair among those that occur, and these."""
    if pairs > DENSE * max(len(pair), SMALL):
        present, number = np.unique(pair, return_inverse=True)
        return number.astype(np.int32), present.astype(np.int64)
    return number_codes(pair, pairs)


def _blocks(survey: Survey, features: Sequence[Feature], pairs: _Pairs) -> Iterator[Block]:
    """Return the domain's rows, by weight and then by values, block after block; one at least."""
    base = canonical(survey)
    chosen = _chosen(survey, features)
    size = len(base.weight) if chosen is None else len(chosen)
    step = max(ROWS, OVER * len(pairs.group))
    for start in range(0, max(size, 1), step):
        end = min(start + step, size)
        rows: Rows = slice(start, end) if chosen is None else chosen[start:end]
        weight = base.weight[rows]
        measures = [feature.read(rows, end - start) for feature in features]
        yield Block(weight, weight**2, pairs.pair[rows].astype(np.int64), measures)


def _chosen(survey: Survey, features: Sequence[Feature]) -> IntArray | None:
    """Return the domain's rows in their order; none for all rows as they stand."""
    names = tuple(name for feature in features for name in feature.names)
    order = _tied(survey, features) if names else None
    if survey.mask is None:
        return order
    inside = survey.mask[canonical(survey).order]
    return np.flatnonzero(inside) if order is None else order[inside[order]]


def _tied(survey: Survey, features: Sequence[Feature]) -> IntArray | None:
    """Return the order by weight and then by values, kept; none where all weights differ."""
    names = tuple(name for feature in features for name in feature.names)
    if survey.cache.get(TIES, (None,))[0] != names:
        weight = canonical(survey).weight
        order: IntArray | None = None
        if np.any(weight[1:] == weight[:-1]):
            order = np.lexsort((*(column for one in features for column in one.columns), weight))
        survey.cache[TIES] = (names, order)
    found: IntArray | None = survey.cache[TIES][1]
    return found
