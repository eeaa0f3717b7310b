"""Respondents with several models against those with none: differences of the share of favourable judgements.

"None" has two forms: the explicit answer that nothing is agreed, and a number of models of 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from barometri.association.cases import BoolArray, Cases, IntArray, adjusting, complete_cases, outcome_of
from barometri.association.effects import effect, nothing
from barometri.association.linear import METHODS, design
from barometri.association.shares import highest_class, shares_by_number
from barometri.errors import DesignError, OptionError
from barometri.estimates import Cell, Effect, Estimates
from barometri.model_battery import NUMBER_OF_MODELS, count_models, number_question, study_of
from barometri.regression import RegressionFit, logistic_regression, standardise
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK, DONT_KNOW, LARGEST_MISSING
from barometri.study.plan import Reading
from barometri.survey import Survey

REST: Final = "rest"
NONE: Final = "0"
SAME: Final = "the share of favourable judgements is the same in both classes"
_CLASS: Final = "_class"
_NAMES: Final = ("against", "between", "many")
AGAINST, BETWEEN, MANY = range(3)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One class against another.

    Parameters
    ----------
    name, against
        Ids of the two: ``3+``, ``0``, the question of the explicit answer, or ``rest``.
    code
        2 in the class, 0 in the other, 1 in neither, a missing code where it is not known, shape (N,).
    who, rest
        The restrictions that make the two.
    """

    name: str
    against: str
    code: IntArray
    who: Mapping[str, tuple[str, ...]]
    rest: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Classes:
    """What the classes are made of: number of models and the explicit answer, one code a respondent."""

    variable: str
    number: IntArray
    models: int
    top: int
    explicit: str
    answer: IntArray
    yes: tuple[int, str]
    others: tuple[str, ...]

    def ids(self, low: int, high: int) -> tuple[str, ...]:
        """Name numbers from ``low`` to below ``high`` as the table of shares does, the last class open."""
        names = [code.id for code in number_question(NUMBER_OF_MODELS, self.models, self.top).substantive]
        if low > self.top:
            return (f"{low}+",)
        if self.top < high <= self.models:
            return (*names[low : self.top], *(str(number) for number in range(self.top, high)))
        return tuple(names[low:high])

    def many(self, cut: int, against: str) -> Contrast:
        """Return ``cut`` models or more against none of either form, or everybody else."""
        known, many = self.number > LARGEST_MISSING, self.number >= cut
        end = self.models + 1
        who, name = {self.variable: self.ids(cut, end)}, f"{cut}+" if cut < self.models else str(cut)
        if against == self.explicit:
            none = self.answer == self.yes[0]
            known = known | (self.answer > LARGEST_MISSING)
            code = np.where(many & ~none, MANY, np.where(none & ~many, AGAINST, BETWEEN))
            return Contrast(name, against, _known(code, known), who, {self.explicit: (self.yes[1],)})
        below = cut if against == REST else 1
        code = np.where(many, MANY, np.where(self.number < below, AGAINST, BETWEEN))
        return Contrast(name, against, _known(code, known), who, {self.variable: self.ids(0, below)})

    def none(self, form: str) -> Contrast:
        """Return none, in one of its forms, against everybody else."""
        if form == self.explicit:
            code = np.where(self.answer == self.yes[0], MANY, AGAINST)
            known = (self.answer > LARGEST_MISSING) | (self.answer == DONT_KNOW)
            return Contrast(form, REST, _known(code, known), {form: (self.yes[1],)}, {form: self.others})
        code = np.where(self.number == 0, MANY, AGAINST)
        who, rest = {self.variable: self.ids(0, 1)}, {self.variable: self.ids(1, self.models + 1)}
        return Contrast(NONE, REST, _known(code, self.number > LARGEST_MISSING), who, rest)


def _known(code: IntArray, known: BoolArray) -> IntArray:
    return np.where(known, code, BLANK).astype(np.int64)


def class_contrasts(
    survey: Survey,
    *,
    outcome: str | None = None,
    cut: int = 3,
    alternatives: Sequence[int] = (2, 4),
    adjust: Sequence[str] | None = None,
    reading: Reading = "informed",
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Compare those with at least some number of models with those who have none, and each with the others.

    Parameters
    ----------
    survey
        With a study that declares models.
    outcome
        A question with favourable answers; the study's outcome by default.
    cut
        Number of models from which there are many; declared before the answers are seen.
    alternatives
        Other cuts, shown beside it.
    adjust
        Variables held constant; the study's group and district by default.
    reading
        What "cannot say" about a model means for the number, as in `count_models`.

    Returns
    -------
    Estimates
        Share of favourable answers by number of models, as `association` gives it.
    tuple of Effect
        ``about`` names the ``class`` (``3+``, ``0``, or the question of the explicit answer) and whom it is
        compared ``against`` (``rest`` is everybody else, of the explicit answer also who cannot say).
        ``difference_of_shares`` is raw (linearised), and adjusted by a linear fit (CR2, Satterthwaite; its p
        is the verdict's), both among the respondents of the two classes. ``standardised_difference`` puts
        everybody, also who is in neither class, in either class by a logistic fit on class, group and
        district (g-computation). ``cells`` are the shares compared, with who they are of.

    Raises
    ------
    OptionError
        An outcome without favourable answers, or a study without models.
    """
    counted = count_models(survey, reading=reading)
    item, present = outcome_of(counted, outcome), adjusting(counted, adjust)
    effects: list[Effect] = []
    places = counted.analytic()
    for contrast, is_main in contrasts(counted, cut=cut, alternatives=alternatives, reading=reading):
        cases = class_cases(places, item, present, contrast)
        compared = cases.only(cases.exposures[_CLASS] != BETWEEN)
        effects += [raw_difference(compared, contrast), adjusted_difference(compared, contrast)]
        if is_main:
            effects.append(_standardised(places, cases, contrast))
    return shares_by_number(count_models(survey), item), tuple(effects)


def contrasts(
    counted: Survey, *, cut: int = 3, alternatives: Sequence[int] = (), reading: Reading = "informed"
) -> Iterator[tuple[Contrast, bool]]:
    """List the contrasts of a survey with its models counted; the flag marks those at the declared cut."""
    classes = _classes(counted, reading)
    if not 1 <= cut <= classes.models:
        raise OptionError(f"cut must be 1 to {classes.models}, the number of models asked; got {cut}.")
    forms = [form for form in (classes.explicit, NONE) if form]
    for form in forms:
        yield classes.many(cut, form), True
    yield classes.many(cut, REST), True
    for form in forms:
        yield classes.none(form), True
    for other in alternatives:
        if 1 <= other <= classes.models and other != cut:
            for form in forms:
                yield classes.many(other, form), False


def _classes(counted: Survey, reading: Reading) -> _Classes:
    study, states = study_of(counted)
    top, models = highest_class(counted)
    number = counted.values(NUMBER_OF_MODELS).astype(np.int64)
    variable = NUMBER_OF_MODELS if reading == "informed" else f"{NUMBER_OF_MODELS}_{reading}"
    explicit = states.nothing_agreed if states.nothing_agreed in counted.variables else ""
    if not explicit:
        return _Classes(variable, number, models, top, "", np.full_like(number, BLANK), (1, ""), ())
    entry = study.question(explicit)
    yes = entry.code(states.nothing_agreed_yes)
    answer = counted.values(explicit).astype(np.int64)
    unsure = [code.id for code in entry.codes if code.missing == "dont_know" and (answer == DONT_KNOW).any()]
    others = (*(code.id for code in entry.substantive if code.id != yes.id), *unsure)
    return _Classes(variable, number, models, top, explicit, answer, (yes.value, yes.id), others)


def class_cases(places: Survey, item: str, adjust: Sequence[str], contrast: Contrast) -> Cases:
    """Return the complete cases of a contrast."""
    cases = complete_cases(places, item, adjust, {_CLASS: contrast.code})
    if cases.n and not np.isfinite(cases.good).all():
        raise OptionError(f"{item!r} has no favourable answers, so there is no share to compare.")
    return cases


def raw_difference(cases: Cases, contrast: Contrast) -> Effect:
    """Return the difference of the two shares, linearised under the analytic design."""
    plain, name = replace(cases, adjust={}), "difference_of_shares"
    inside = [cases.exposures[_CLASS] == code for code in (MANY, AGAINST)]
    if not all(one.any() for one in inside):
        return _nothing(name, plain, contrast)
    influence = np.zeros(cases.n)
    shares = []
    for one, sign in zip(inside, (1.0, -1.0), strict=True):
        size = float(cases.weight[one].sum())
        shares.append(float(cases.weight[one] @ cases.good[one]) / size)
        influence += sign * one * (cases.good - shares[-1]) / size
    numbers = shares[0] - shares[1], cases.spread(influence), cases.df()
    return _effect(name, plain, contrast, numbers, "difference/taylor")


def adjusted_difference(cases: Cases, contrast: Contrast) -> Effect:
    """Return the difference of the two shares at equal group and district: linear fit, CR2."""
    name, code = "difference_of_shares", cases.exposures[_CLASS]
    if not all((code == side).any() for side in (MANY, AGAINST)):
        return _nothing(name, cases, contrast)
    line = design(cases, (code == MANY).astype(np.float64)[:, None]).fit(cases.good, [0])
    numbers = float(line.estimate[0]), float(line.se[0]), float(line.df[0])
    return _effect(name, cases, contrast, numbers, METHODS[cases.clustered])


def _standardised(places: Survey, cases: Cases, contrast: Contrast) -> Effect:
    """Return the difference if everybody were in the one class or the other, by a logistic fit."""
    name = "standardised_difference"
    fit = _fit(places, cases, contrast) if cases.n else None
    if fit is None or fit.reason:
        return _nothing(name, cases, contrast, "" if fit is None else fit.reason)
    found = standardise(fit, _CLASS, [_NAMES[MANY], _NAMES[AGAINST]])
    way = np.array([1.0, -1.0])
    estimate = float(way @ found.frame["estimate"].to_numpy(dtype=np.float64))
    se = float(np.sqrt(max(way @ found.covariance @ way, 0.0)))
    numbers = estimate, se, float(fit.df_design)
    return _effect(name, cases, contrast, numbers, "logistic_standardised/taylor")


def _fit(places: Survey, cases: Cases, contrast: Contrast) -> RegressionFit | None:
    present = np.unique(cases.exposures[_CLASS])
    if not {AGAINST, MANY} <= set(present.tolist()):
        return None
    codes = tuple(Code(int(value), _NAMES[value], {}, {}) for value in present)
    question = Question(_CLASS, "nominal", {}, {}, codes)
    survey = places.with_column(_CLASS, contrast.code.astype(np.int32), question)
    terms = [name if survey.is_coded(name) else f"C({name})" for name in cases.adjust]
    try:
        return logistic_regression(survey, f"{cases.outcome} ~ {' + '.join([_CLASS, *terms])}")
    except DesignError:
        return None


def _effect(
    name: str, cases: Cases, contrast: Contrast, numbers: tuple[float, float, float], method: str
) -> Effect:
    made = effect(
        name,
        *numbers,
        cases,
        null=SAME,
        method=method,
        k_low=_smallest(cases),
        about={"class": contrast.name, "against": contrast.against},
    )
    return replace(made, cells=_cells(cases, contrast))


def _nothing(name: str, cases: Cases, contrast: Contrast, why: str = "") -> Effect:
    about = {"class": contrast.name, "against": contrast.against}
    return nothing(name, cases, SAME, why.removeprefix("not_estimable: ") or NUMBER_OF_MODELS, about=about)


def _smallest(cases: Cases) -> int:
    """Smaller of the two classes, or of the adjusting levels."""
    code = cases.exposures[_CLASS]
    return min(int((code == MANY).sum()), int((code == AGAINST).sum()), cases.smallest_level)


def _cells(cases: Cases, contrast: Contrast) -> tuple[Cell, ...]:
    """Return the two shares compared, counted among those with both answers."""
    code, made = cases.exposures[_CLASS], []
    for value, who in ((MANY, contrast.who), (AGAINST, contrast.rest)):
        inside = code == value
        n, k = int(inside.sum()), int(cases.good[inside].sum())
        made.append(Cell(cases.outcome, cases.survey.wave or 0, who, n, k))
    return tuple(made)
