"""What an attacker reads off a release: who was counted, what was counted, and whether it was shown.

Written apart from the protector: nothing here is shared with how records are hidden.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

Who = Mapping[str, frozenset[str]]
"""Variable -> words of codes; an open class is ``3+``. Empty means everybody."""

EDITION: Final = "_edition"
"""Variable of respondents by the edition of a corrected wave that first counts them."""
TIES: Final = "_ties"
"""Stands among the derived variables of an item that counts other items: the kind, and item -> answers.

The answers are joined by ``|``. Kinds: ``number`` of the items to which somebody gives these answers, ``any``
of them (both of whoever skipped none), ``some`` of them (of whoever skipped others too).
"""


@dataclass(frozen=True, slots=True, repr=False)
class Released:
    """One record as a reader finds it, with the exact counts behind it.

    Parameters
    ----------
    table
        The table, effect or claim it stands in.
    who
        Whose answers.
    counted, among
        Answers in the numerator and in the base.
    n, k
        Exact counts; ``k`` is NaN where only the base is said (a mean).
    shown
        Whether the reader sees it. Of a record that is not shown he knows only that it is not.
    share, step
        The printed share and half its last digit, NaN where unknown: what rounding leaves of ``k``.
    is_free
        The rule on numerators is set aside: a fact about the organisation, or a declared structural zero.
    people
        The printed weighted base, to tens; NaN where none is.
    is_ceiling
        Not a record of this item: a number of respondents known from elsewhere, which ``n`` cannot exceed.
    """

    table: str
    who: Who
    counted: frozenset[str]
    among: frozenset[str]
    n: float
    k: float
    shown: bool
    share: float = float("nan")
    step: float = float("nan")
    is_free: bool = False
    is_ceiling: bool = False
    people: float = float("nan")

    def __repr__(self) -> str:
        return f"Released(table={self.table!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Strata:
    """Groups of respondents of one weight, as a reader takes them from frame counts and response rates.

    Parameters
    ----------
    variables
        What the strata are crossed of.
    weights
        People of the frame for each respondent, by codes in the order of ``variables``.
    respondents
        Respondents by the same codes.
    """

    variables: tuple[str, ...]
    weights: Mapping[tuple[str, ...], float]
    respondents: Mapping[tuple[str, ...], int]

    @property
    def vary(self) -> bool:
        """Whether weights differ."""
        return len(set(self.weights.values())) > 1

    def __repr__(self) -> str:
        return f"Strata({self.variables!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Topic:
    """Everything said of one item in one wave: the records and how derived variables follow from others.

    ``strata`` are those that shares are weighted by, None where weights are not known or all alike.
    """

    item: str
    wave: str
    released: tuple[Released, ...]
    derived: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    strata: Strata | None = None

    @property
    def name(self) -> str:
        """Item and wave."""
        return f"{self.item} {self.wave}".strip()

    def __repr__(self) -> str:
        return f"Topic({self.name!r}, {len(self.released)} records)"


def together(releases: Iterable[Iterable[Topic]]) -> tuple[Topic, ...]:
    """Join releases over the same respondents: whatever any of them shows is known.

    Examples
    --------
    >>> [topic.name for topic in together([[Topic("a", "2021", ())], [Topic("a", "2021", ())]])]
    ['a 2021']
    """
    found: dict[tuple[str, str], Topic] = {}
    for release in releases:
        for topic in release:
            key = (topic.item, topic.wave)
            old = found.get(key, Topic(*key, ()))
            merged = {**old.derived, **topic.derived}
            found[key] = replace(
                old,
                released=(*old.released, *topic.released),
                derived=merged,
                strata=old.strata or topic.strata,
            )
    return tuple(found[key] for key in sorted(found))


def edition(release: Iterable[Topic], number: int) -> tuple[Topic, ...]:
    """Mark a release as an edition of a wave to which late answers were added; later ones count earlier ones.

    Examples
    --------
    >>> record = Released("t", {}, frozenset("a"), frozenset("ab"), 10, 5, shown=True)
    >>> sorted(edition([Topic("i", "2021", (record,))], 2)[0].released[0].who["_edition"])
    ['1', '2']
    """
    seen = frozenset(str(i) for i in range(1, number + 1))
    return tuple(
        replace(topic, released=tuple(replace(r, who={**r.who, EDITION: seen}) for r in topic.released))
        for topic in release
    )
