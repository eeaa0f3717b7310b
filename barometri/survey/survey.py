"""The survey: responses with their design and codebook, never shown row by row."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import narwhals as nw
import numpy as np
import numpy.typing as npt

from barometri.boundary import guarded_class
from barometri.errors import DesignError, OptionError, ValidationError
from barometri.study.codebook import Codebook, Question
from barometri.survey.adjusting import adjust
from barometri.survey.backends import collect, with_values
from barometri.survey.coding import code_design
from barometri.survey.columns import Column, Condition
from barometri.survey.design import CodedDesign, SurveyDesign
from barometri.survey.keeping import with_design, without_column
from barometri.survey.places import same_place
from barometri.survey.responses import Responses

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

    from barometri.study.study import Study

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
MASK = "<mask>"
WEIGHT = "_weight"
PLACE = "_place"
REPLICATE = "replicate"
SHOWN_VARIABLES = 12


@guarded_class
class Survey(Responses):
    """Responses, how they were drawn, and what they mean.

    Immutable: every method that changes something returns a copy. Its repr shows no row.

    Parameters
    ----------
    frame
        One row a respondent: a frame in memory (pandas, Polars) or a lazy one (DuckDB relation, Polars
        LazyFrame).
    design
        How they were drawn.
    codebook
        Meaning of the variables; without it values stand for themselves and only empty is missing.
    study
        The study; gives the codebook and the roles of variables.
    wave
        Year of the wave.

    Raises
    ------
    DesignError
        A design column is missing or cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 2.0]}), SurveyDesign(weight="equal"))
    >>> survey
    Survey(n=2, variables: x; no strata, elements, equal weights, no FPC)
    """

    __slots__ = ("_condition", "_mask", "design", "study", "wave")

    def __init__(
        self,
        frame: "IntoFrame",
        design: SurveyDesign,
        *,
        codebook: Codebook | None = None,
        study: "Study | None" = None,
        wave: int | None = None,
    ) -> None:
        super().__init__(frame, codebook if codebook is not None or study is None else study.codebook)
        self.design = design
        self.study = study
        self.wave = wave
        self._condition: Condition | None = None
        self._mask: BoolArray | None = None
        self._check_design()

    @property
    def n(self) -> int:
        """Number of respondents, in the domain if there is one."""
        if isinstance(self._frame, nw.LazyFrame):
            frame = self._frame
            if self._condition is not None:
                frame = frame.filter(self._condition.truth(self.lazy_reader)[0])
            return int(collect(frame.select(n=nw.len()))["n"][0])
        return len(self._frame) if self._mask is None else int(self._mask.sum())

    @property
    def mask(self) -> BoolArray | None:
        """Members of the domain by row, shape (n,); none for everybody."""
        return self._mask

    @property
    def condition(self) -> Condition | None:
        """The domain's condition; none for everybody or a mask."""
        return self._condition

    @property
    def domain_text(self) -> str:
        """Canonical text of the domain: empty for everybody, ``<mask>`` for a mask."""
        if self._condition is not None:
            return str(self._condition)
        return "" if self._mask is None else MASK

    @property
    def coded(self) -> CodedDesign:
        """The design as codes, by row in memory."""
        if "coded" not in self._cache:
            if "drawn" not in self._cache:
                self._cache["drawn"] = code_design(
                    self.design, self.values, np.broadcast_to(1.0, len(self.rows))
                )
            drawn: CodedDesign = self._cache["drawn"]
            self._cache["coded"] = drawn if self.design.is_plain else adjust(self.design, drawn, self.reader)
        coded: CodedDesign = self._cache["coded"]
        return coded

    @property
    def degrees_of_freedom(self) -> float:
        """Primary units minus strata, of the whole design."""
        return self.coded.degrees_of_freedom

    def __getitem__(self, name: str) -> Column:
        return Column(name, self.question(name))

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        shown = ", ".join(self.variables[:SHOWN_VARIABLES])
        rest = len(self.variables) - SHOWN_VARIABLES
        more = f" and {rest} more" if rest > 0 else ""
        size = "lazy" if self.is_lazy else f"n={self.n}"
        wave = "" if self.wave is None else f", wave {self.wave}"
        domain = f", domain: {self.domain_text}" if self.domain_text else ""
        words = "lazy design" if self.is_lazy else self.coded.words
        return f"Survey({size}{wave}{domain}, variables: {shown}{more}; {words})"

    def domain(self, members: "Condition | npt.ArrayLike") -> Self:
        """Return the survey with a domain marked: a part of the people, with the whole design kept.

        Parameters
        ----------
        members
            A condition on columns, or in memory a boolean mask aligned with the rows. Within an earlier
            domain both hold.

        Raises
        ------
        OptionError
            A mask of another length or kind, or on a lazy frame.
        """
        condition: Condition | None = None
        if isinstance(members, Condition):
            if self._mask is None or self._condition is not None:
                condition = members if self._condition is None else self._condition & members
            if self.is_lazy:
                return self._copy(condition=condition)
            inside = np.asarray(members.truth(self.reader)[0], dtype=np.bool_)
        else:
            inside = np.asarray(members)
            if self.is_lazy or inside.dtype != np.bool_ or inside.shape != (len(self.rows),):
                raise OptionError(
                    "domain takes a condition such as survey['x'] == 'a', or in memory a boolean mask with "
                    "one entry a respondent."
                )
        return self._copy(condition=condition, mask=inside if self._mask is None else self._mask & inside)

    def with_column(
        self, name: str, values: "npt.ArrayLike | Condition", question: Question | None = None
    ) -> Self:
        """Return the survey with one more variable, or one replaced.

        Parameters
        ----------
        name
            Its name.
        values
            One value a respondent, in row order; or a condition (1 true, 0 false, unknown is missing).
        question
            Its codebook entry; values must then be its codes.
        """
        if isinstance(values, Condition):
            true, false = values.truth(self.reader)
            array: npt.NDArray[Any] = np.where(true, 1.0, np.where(false, 0.0, np.nan))
        else:
            array = np.asarray(values)
        if array.shape != (len(self.rows),):
            raise OptionError(
                f"with_column({name!r}) needs one value for each of {len(self.rows)} respondents."
            )
        codebook = self.codebook
        if question is not None:
            known = {} if codebook is None else codebook.questions
            codebook = Codebook({**known, name: question})
        return self._copy(
            frame=with_values(self.rows, name, array),
            codebook=codebook,
            condition=self._condition,
            mask=self._mask,
            changed=name,
        )

    def with_design(self, design: SurveyDesign) -> Self:
        """Return the survey under another design, the domain kept."""
        return self._copy(condition=self._condition, mask=self._mask, design=design)

    def reweighted(self, weight: FloatArray) -> Self:
        """Return the survey in memory with other weights, taken as given: one replicate.

        Parameters
        ----------
        weight
            One a respondent, 0 for those that the replicate leaves out; they leave the domain too.
        """
        inside = weight > 0
        mask = self._mask if bool(inside.all()) else inside if self._mask is None else self._mask & inside
        copy = self._copy(condition=None, mask=mask)
        coded = replace(self.coded, weight=weight, auxiliary=None, replication=None)
        object.__setattr__(copy, "design", replace(self.design, replicates=None, adjustments=()))
        object.__setattr__(copy, "_cache", {"coded": coded, REPLICATE: True})
        return copy

    def analytic(self) -> Self:
        """Return the survey under the companion design for claims about effects.

        Respondents who describe the same place are one PSU (their unit, else their organiser, else district ×
        group); no strata, no FPC, the same weights. Without such variables the PSUs stay as they are.
        """
        weight, survey = self.design.weight, self
        if weight is None:
            drawn = code_design(self.design, self.values, np.broadcast_to(1.0, len(self.rows)))
            weight, survey = WEIGHT, self.with_column(WEIGHT, drawn.weight)
        places = None
        if self.study is not None:
            places = same_place(self.study, self.wave, self.values, self.variables)
        first = self.coded.stages[0]
        if places is None and not (self.coded.elements and len(self.coded.stages) == 1):
            places = first.unit[self.coded.group]
        if places is None:
            return survey.with_design(SurveyDesign(weight=weight, adjustments=self.design.adjustments))
        companion = SurveyDesign(weight=weight, psu=PLACE, adjustments=self.design.adjustments)
        return survey.with_column(PLACE, places).with_design(companion)

    def _copy(
        self,
        *,
        condition: Condition | None,
        mask: BoolArray | None = None,
        frame: "nw.DataFrame[Any] | None" = None,
        codebook: Codebook | None = None,
        design: SurveyDesign | None = None,
        changed: str = "",
    ) -> Self:
        """Return a copy; codes that no change touches are kept."""
        copy = object.__new__(type(self))
        copy._frame = self._frame if frame is None else frame
        copy.design = self.design if design is None else design
        copy.codebook = self.codebook if codebook is None else codebook
        copy.study, copy.wave = self.study, self.wave
        copy._condition, copy._mask = condition, mask
        if design is None and not changed:
            copy._cache = self._cache
            return copy
        redone = design is not None or changed in self.design.columns
        if redone and REPLICATE in self._cache:
            raise DesignError("A replicate keeps its weights; change the design before making replicates.")
        if design is not None:
            copy._cache = with_design(self._cache, self.design, design)
        else:
            copy._cache = {} if redone else without_column(self._cache, changed)
        copy._check_design()
        return copy

    def _check_design(self) -> None:
        """Refuse an unusable design at once."""
        absent = [name for name in self.design.columns if name not in self.variables]
        if absent:
            raise DesignError(
                f"The design names columns that the responses do not have: {', '.join(absent)}. "
                "Correct the design or add the columns."
            )
        if self.is_lazy and not self.design.is_plain:
            raise DesignError(
                "Calibrated and replicate weights need the responses in memory; collect the lazy frame first."
            )
        if not self.is_lazy:
            if len(self.rows) == 0:
                raise ValidationError("The responses hold no row; a survey needs at least one respondent.")
            self.coded  # noqa: B018  (coding checks it)
