"""Published sentences as data: what a claim says of whom, and what would make it true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from barometri.study.codebook import Labels

REST: Final = "rest"
"""The variable of a claim's ``right`` side that means everybody who is not on its left side."""
ANY_MODEL: Final = "any_model"
"""The item "at least one model", in a state or agreed."""

Restriction = Mapping[str, tuple[str, ...]]
"""Who is meant: variable -> ids of codes."""

ClaimKind = Literal[
    "ordering",
    "extreme",
    "quantity",
    "difference",
    "association",
    "each",
    "equivalence",
    "non_inferiority",
    "change",
    "joint",
    "all_of",
    "near",
    "reversal",
]
Relation = Literal[">", "<", "=", "in", "shown", "differ"]
Adjustment = Literal["none", "holm", "hochberg", "benjamini_hochberg", "benjamini_yekutieli", "joint_first"]
JOINT_FIRST: Final = "joint_first"
"""The adjustment that puts a joint test of the family before the tests of its claims."""
JOINTLY_TESTED: Final[tuple[ClaimKind, ...]] = ("reversal",)
"""Kinds that hold such a test: that a gap was the same in all waves of the claim."""
Scale = Literal["score", "good"]
Written = Literal["before", "after"]
VERDICTS: Final = (
    "supported",
    "same_direction",
    "not_shown",
    "contradicted",
    "not_separated",
    "highest_not_separated",
    "equivalent",
    "not_shown_either_way",
    "depends_on_cannot_say",
    "not_quantified",
    "not_estimable",
    "not_reportable",
)
"""The verdicts as ``words`` of a claim name them; what they mean stands where they are given."""


@dataclass(frozen=True, slots=True)
class Family:
    """Claims that are tested together: how their p values are adjusted for one another."""

    id: str
    adjust: Adjustment
    label: Labels


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence written as data, before the results are seen unless it says otherwise.

    Parameters
    ----------
    id, statement, family
        ``family`` is one of the study's families.
    kind
        ``ordering``: the share of ``left`` is above (below) that of ``right``, or that of the first item
        above (below) that of each item of ``against``; in each of ``waves``. ``extreme``: one code of
        ``left``'s variable, or without ``left`` the first item, has the highest (lowest) share of all.
        ``quantity``: a share lies in a range; without a range it is shown and not judged. ``difference``:
        classes of respondents differ in the outcome by more than ``margin``, group and district held.
        ``association``: the outcome rises (falls) with the first item. ``each``: it does so with each of the
        items, the others held. ``equivalence``: it differs by less than ``margin`` between who has the first
        item and who has not. ``non_inferiority``: who has not (``left`` empty) is not lower by ``margin``.
        ``change``: the latest of ``waves`` against the mean of ``earlier``. ``joint``: the items differ
        between the codes of ``by``. ``all_of``: every part holds. ``near``: a share is ``low`` give or take
        ``margin``. ``reversal``: the gap between ``left`` and ``right`` had the other sign in the first of
        ``waves`` and has this one in the last.
    waves
        In order; the last is the wave the claim is judged in.
    items
        Questions, models, ``number_of_models`` or ``any_model``; several of one share mean their average.
        Of ``association``, ``each``, ``equivalence`` and ``non_inferiority``: what goes with the outcome.
    outcome
        The question those four kinds judge by; empty means the study's outcome.
    scale
        Of the four kinds: ``good`` (share of favourable answers) or ``score`` (the answer's points).
    answer
        What a share counts: ``good`` (favourable, or agreed), ids of answers joined by ``|``, a state of
        models, or a class of the number of models such as ``3+``.
    population, left, right
        Restrictions; ``right`` may be ``{"rest": ()}``.
    by
        ``joint``: the variable whose codes are compared.
    shown_by
        A variable for whose codes the number is shown as well, not judged.
    standardised
        A variable whose mix is held at that of the latest frame (``change``).
    base
        ``answered`` (cannot say out of the base) or ``asked`` (in the base).
    relation, low, high, margin, word
        Direction, or bounds of a quantity (shares 0 to 1) with the source's word.
    earlier
        ``change``: waves compared with; empty means all of ``waves`` but the last.
    alternatives
        Further classes shown but not judged, in place of ``left``'s class or the answer (``("2+", "4+")``).
    minimum_n
        Fewest answers behind any share; below it the claim is not estimable.
    direct
        A question that asks for the claimed thing directly, where a wave has it: it then takes the place of
        the indirect estimand; with ``{item}`` in it (``works_{item}``) one question for each item. The claim
        then is that more than half answer favourably, or more than ``low`` (for ``<`` fewer than ``high``).
    published
        Whether the source's sentence can be compared with the plain figure (``same as published``):
        ``yes``, or ``no`` where the source gives no figure or order of its own.
    words
        Sentences of the claim's own by verdict, where the general ones do not do.
    written
        ``before``: the whole claim was written before its number was known. ``after``: it, or what it is
        judged by (its margin, its family), was written or altered with the number known.
    """

    id: str
    kind: ClaimKind
    waves: tuple[int, ...]
    items: tuple[str, ...]
    statement: Labels
    family: str
    outcome: str = ""
    scale: Scale = "good"
    answer: str = "good"
    population: Restriction = field(default_factory=dict)
    left: Restriction = field(default_factory=dict)
    right: Restriction = field(default_factory=dict)
    against: tuple[str, ...] = ()
    by: str = ""
    shown_by: str = ""
    standardised: str = ""
    base: Literal["answered", "asked"] = "answered"
    relation: Relation = ">"
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    earlier: tuple[int, ...] = ()
    alternatives: tuple[str, ...] = ()
    minimum_n: int = 0
    direct: str = ""
    published: Literal["yes", "no"] = "yes"
    written: Written = "before"
    parts: "tuple[Claim, ...]" = ()
    words: Mapping[str, Labels] = field(default_factory=dict)
    word: str = ""
    source_words: str = ""
    source: str = ""
    mark: str = ""

    @property
    def wave(self) -> int:
        """The wave the claim is judged in."""
        return self.waves[-1]

    @property
    def item(self) -> str:
        """The first item."""
        return self.items[0] if self.items else ""


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A percentage as a publication prints it, to be compared at its own rounding.

    ``value`` and ``rounding`` are shares (0 to 1): 0.46 printed to whole per cents has rounding 0.01.
    """

    id: str
    wave: int
    item: str
    value: float
    rounding: float
    answer: str = "good"
    population: Restriction = field(default_factory=dict)
    base: Literal["answered", "asked"] = "answered"
    weighted: bool = False
    page: str = ""
    source: str = ""
    statement: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimsFile:
    """``claims.toml``: when it was fixed, its SHA-256, its families, and the claims that lead."""

    fixed: date
    digest: str
    families: Mapping[str, Family]
    headline: tuple[str, ...] = ()
