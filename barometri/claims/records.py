"""What a claim is judged on, and its number before it is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar, cast

from barometri.estimates import Cell
from barometri.results import Part, Scale
from barometri.study.claim import Claim
from barometri.study.plan import Reading
from barometri.study.study import Study
from barometri.survey import Survey
from barometri.survey.design import EQUAL, SurveyDesign, names

LEVEL: Final = 0.05
MINIMUM_DF: Final = 3.0
NAN: Final = float("nan")
ANALYTIC: Final = "analytic"
WEIGHT: Final = "_drawn_weight"
T = TypeVar("T")


class Unjudged(Exception):  # noqa: N818 - not an error: the data cannot answer, and the reason is a result
    """A claim that the responses cannot answer; ``reason`` is a key of the texts, perhaps ``key:name``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Setting:
    """The study and its surveys, under one reading of "cannot say" about models.

    ``plain`` takes every respondent as one, as a publication without weights does. ``cache`` keeps what
    several claims need (one joint fit of all models); it lives as long as the setting. ``shown`` is whether
    parts are wanted that are shown beside a claim and decide nothing.
    """

    study: Study
    surveys: Mapping[int, Survey]
    reading: Reading = "informed"
    plain: bool = False
    cache: dict[object, object] | None = None
    shown: bool = True

    def survey(self, wave: int) -> Survey:
        """Return the survey of a wave.

        Raises
        ------
        Unjudged
            The wave was not read.
        """
        if wave not in self.surveys:
            raise Unjudged("wave_not_read")
        found = self.surveys[wave]
        return found.with_design(SurveyDesign(weight=EQUAL)) if self.plain else _descriptive(found)

    def analytic(self, wave: int) -> Survey:
        """Return the survey of a wave under the companion design for claims about effects."""
        if wave not in self.surveys:
            raise Unjudged("wave_not_read")
        return self.kept((ANALYTIC, wave), lambda: self._analytic(self.surveys[wave]))

    def _analytic(self, found: Survey) -> Survey:
        return found.with_design(SurveyDesign(weight=EQUAL)).analytic() if self.plain else found.analytic()

    def kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what is made once for all claims."""
        if self.cache is None:
            return make()
        if key not in self.cache:
            self.cache[key] = make()
        return cast("T", self.cache[key])

    def read(self, reading: Reading) -> "Setting":
        """Return the setting under another reading."""
        return replace(self, reading=reading, cache={})


def _descriptive(survey: Survey) -> Survey:
    """Return the survey under its design without finite population correction, the weights kept.

    Without correction only the first stage carries variance.
    """
    design = survey.design
    if design.fpc is None:
        return survey
    weight = design.weight
    if weight is None:  # people over respondents, from the counts that are left out
        weight = WEIGHT
        survey = survey.with_column(WEIGHT, survey.with_design(replace(design, adjustments=())).coded.weight)
    first = names(design.psu)[:1] or None
    own = replace(design, weight=weight, fpc=None, psu=first, stratum=design.stage_strata(0) or None)
    return survey.with_design(own)


@dataclass(frozen=True, slots=True)
class Measure:
    """A claim's number under one reading, before it is judged.

    ``as_claimed`` is whether the numbers point the claimed way (all of them, where a claim has several).
    ``p_value`` is two-sided and speaks for the claim where they do, for its opposite where they do not;
    intersection-union tests give the largest p of their tests. ``parts``, ``cells``, ``k_low``, ``beside``,
    ``power`` and ``level`` are those of `ClaimResult`. ``direct`` is whether a claim rests on a question that
    asks for it. ``reason`` says why there is no number.
    """

    estimate: float = NAN
    se: float = NAN
    low: float = NAN
    high: float = NAN
    n: int = 0
    df: float = NAN
    p_value: float = NAN
    as_claimed: bool = False
    scale: Scale = "points"
    level: float = 0.95
    method: str = ""
    parts: tuple[Part, ...] = ()
    cells: tuple[Cell, ...] = ()
    k_low: int | None = None
    beside: tuple[str, ...] = ()
    power: float = NAN
    direct: bool = False
    reason: str = ""


def too_few(claim: Claim, found: Measure) -> bool:
    """Whether fewer answers than the claim asks for stand behind a share of a number or behind a fit."""
    if found.reason:
        return False
    fits = [part.n for part in found.parts if part.role == "test" and not part.cells]
    return min([cell.n for cell in found.cells] + fits or [found.n]) < claim.minimum_n
