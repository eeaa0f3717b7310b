"""Respondents whose answers are complete, under the analytic companion of the survey design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError
from barometri.estimation import proportion, total
from barometri.model_battery import NUMBER_OF_MODELS
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK, LARGEST_MISSING
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
_CELL = "_cell"
_INFLUENCE = "_influence"


@dataclass(frozen=True, slots=True)
class Cases:
    """Complete cases.

    Parameters
    ----------
    survey
        The analytic companion, with everybody.
    outcome
        The question judged.
    rows
        Which respondents are complete, shape (N,).
    y, score
        Their answers as positions from 0 and as the numbers of the codes, shape (n,).
    good
        1 where the answer is favourable, else 0; NaN where the question has no favourable answers.
    weight, place
        Weight, and number of the sampling unit, shape (n,).
    clustered
        Whether sampling units hold more than single respondents by design.
    exposures, adjust
        Codes of further variables, shape (n,) each.
    """

    survey: Survey
    outcome: str
    rows: BoolArray
    y: IntArray
    score: FloatArray
    good: FloatArray
    weight: FloatArray
    place: IntArray
    clustered: bool
    exposures: Mapping[str, IntArray]
    adjust: Mapping[str, IntArray]

    @property
    def n(self) -> int:
        """Number of complete cases."""
        return len(self.y)

    @property
    def k(self) -> IntArray:
        """Number of models."""
        return self.exposures[NUMBER_OF_MODELS]

    @property
    def adjusted_for(self) -> tuple[str, ...]:
        """Names of the adjusting variables."""
        return tuple(self.adjust)

    @property
    def smallest(self) -> int:
        """Smaller part of exposures and answers cut in two most evenly, or smallest adjusting level."""
        sizes = [even_split(values) for values in (*self.exposures.values(), self.y)]
        return min([*sizes, self.smallest_level])

    @property
    def smallest_level(self) -> int:
        """Unweighted count of the smallest level of the adjusting variables."""
        counts = (np.unique(values, return_counts=True)[1].min() for values in self.adjust.values())
        return int(min(counts, default=self.n)) if self.n else 0

    def only(self, kept: BoolArray) -> "Cases":
        """Return some of the cases, shape (n,)."""
        rows = self.rows.copy()
        rows[rows] = kept
        parts = {name: getattr(self, name)[kept] for name in ("y", "score", "good", "weight", "place")}
        return replace(
            self,
            rows=rows,
            exposures={name: values[kept] for name, values in self.exposures.items()},
            adjust={name: values[kept] for name, values in self.adjust.items()},
            **parts,
        )

    def indicators(self) -> tuple[FloatArray, tuple[str, ...]]:
        """Return an intercept and an indicator of each further level of the adjusting variables."""
        columns, names = [np.ones(self.n)], ["intercept"]
        for name, values in self.adjust.items():
            for code in np.unique(values)[1:]:
                columns.append((values == code).astype(np.float64))
                names.append(name)
        return np.column_stack(columns), tuple(names)

    def spread(self, influence: FloatArray) -> float:
        """Return the design's standard error of ``sum w influence``, one value a case."""
        values = np.zeros(len(self.rows))
        values[self.rows] = influence
        return float(total(self.survey.with_column(_INFLUENCE, values), _INFLUENCE).frame["se"].iloc[0])

    def df(self) -> float:
        """Count the sampling units with complete cases, minus their strata."""
        inside = np.where(self.rows, 1, BLANK).astype(np.int32)
        question = Question(_CELL, "nominal", {}, {}, (Code(1, "1", {}, {}),))
        marked = self.survey.with_column(_CELL, inside, question)
        return float(proportion(marked, _CELL, categories="each").frame["df"].iloc[0])


def even_split(values: IntArray) -> int:
    """Count the smaller part when values are cut in two where the parts are closest in size."""
    below = np.cumsum(np.unique(values, return_counts=True)[1])[:-1]
    return int(np.minimum(below, len(values) - below).max()) if len(below) else 0


def outcome_of(survey: Survey, outcome: str | None) -> str:
    """Return the question judged: the one named, else the study's outcome.

    Raises
    ------
    OptionError
        The wave did not ask it.
    """
    name = outcome or (survey.study.role("outcome", survey.wave) if survey.study else "")
    if not name or name not in survey.variables:
        message = (
            f"An association needs an outcome that wave {survey.wave} asked; got {name!r}. Name a question."
        )
        raise OptionError(message)
    return name


def adjusting(survey: Survey, adjust: Sequence[str] | None) -> tuple[str, ...]:
    """Return the variables held constant: those named, else the study's group and district."""
    if adjust is None and survey.study is not None:
        adjust = [survey.study.role(role, survey.wave) for role in ("group", "district")]
    return tuple(name for name in adjust or () if name and name in survey.variables)


def complete_cases(
    places: Survey,
    outcome: str,
    adjust: Sequence[str] = (),
    exposures: Sequence[str] | Mapping[str, IntArray] = (NUMBER_OF_MODELS,),
) -> Cases:
    """Choose who answered the outcome and all variables.

    Parameters
    ----------
    places
        The analytic companion of a survey.
    outcome, adjust
        Coded variables.
    exposures
        Further coded variables, or the codes of such by name, shape (N,) each.
    """
    columns = {name: places.values(name).astype(np.int64) for name in (outcome, *adjust)}
    if not isinstance(exposures, Mapping):
        exposures = {name: places.values(name).astype(np.int64) for name in exposures}
    columns |= exposures
    rows = np.ones(len(columns[outcome]), dtype=bool) if places.mask is None else places.mask.copy()
    for values in columns.values():
        rows &= values > LARGEST_MISSING
    coded = places.coded
    question = places.question(outcome)
    answers = columns[outcome][rows]
    known = question is not None and bool(question.good)
    good = (
        np.isin(answers, question.good).astype(np.float64)
        if question and known
        else np.full(len(answers), np.nan)
    )
    unit = coded.stages[0].unit[coded.group]
    single = coded.elements and len(coded.stages) == 1
    return Cases(
        survey=places,
        outcome=outcome,
        rows=rows,
        y=np.unique(answers, return_inverse=True)[1].ravel().astype(np.int64),
        score=answers.astype(np.float64),
        good=good,
        weight=coded.weight[rows],
        place=np.arange(int(rows.sum())) if single else unit[rows].astype(np.int64),
        clustered=not single,
        exposures={name: columns[name][rows] for name in exposures},
        adjust={name: columns[name][rows] for name in adjust},
    )
