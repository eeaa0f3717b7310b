"""Responses and what they mean, in memory or outside it."""

import difflib
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy.typing as npt
import pandas as pd

from barometri.boundary import guarded_class
from barometri.errors import OptionError
from barometri.study.codebook import Codebook, Question
from barometri.survey.backends import ArrayReader, LazyReader, column_values

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

CODED = ("nominal", "ordinal", "tick")


@guarded_class
class Responses:
    """One row a respondent, with the codebook of the variables; no row is shown.

    Parameters
    ----------
    frame
        A frame in memory (pandas, Polars) or a lazy one (DuckDB relation, Polars LazyFrame).
    codebook
        Meaning of the variables; without it values stand for themselves and only empty is missing.
    """

    __slots__ = ("_cache", "_frame", "codebook")

    def __init__(self, frame: "IntoFrame", codebook: Codebook | None) -> None:
        native = frame.copy(deep=False) if isinstance(frame, pd.DataFrame) else frame
        self._frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(native)
        self.codebook = codebook
        self._cache: dict[str, Any] = {}

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(self, name):
            raise AttributeError(f"{type(self).__name__} does not change; its methods return changed copies.")
        object.__setattr__(self, name, value)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables."""
        if "variables" not in self._cache:
            frame = self._frame
            lazy = isinstance(frame, nw.LazyFrame)
            self._cache["variables"] = tuple(frame.collect_schema().names() if lazy else frame.columns)
        return tuple(self._cache["variables"])

    @property
    def is_lazy(self) -> bool:
        """Whether the responses stay outside memory."""
        return isinstance(self._frame, nw.LazyFrame)

    @property
    def rows(self) -> "nw.DataFrame[Any]":
        """The responses in memory, for the package's own passes."""
        if isinstance(self._frame, nw.LazyFrame):
            raise OptionError("This needs responses in memory; the survey stands on a lazy frame.")
        return self._frame

    @property
    def lazy(self) -> "nw.LazyFrame[Any]":
        """The responses as a lazy frame."""
        return self._frame.lazy()

    @property
    def frame(self) -> Any:  # noqa: ANN401  (the caller's own kind of frame)
        """All responses in the frame they came in: confidential, for the researcher's own screen."""
        native = nw.to_native(self._frame)
        return native.copy(deep=False) if isinstance(native, pd.DataFrame) else native

    @property
    def lazy_reader(self) -> LazyReader:
        """Comparisons as expressions for a lazy frame."""
        return LazyReader(dict(self._frame.collect_schema()), self.is_coded)

    @property
    def reader(self) -> ArrayReader:
        """Comparisons in memory."""
        return ArrayReader(self.values, self.is_coded)

    @property
    def cache(self) -> dict[str, Any]:
        """Codes made so far, kept for the next verb."""
        return self._cache

    def question(self, name: str) -> Question | None:
        """Return the codebook's entry of a variable, if it has one."""
        self._known(name)
        return self.codebook[name] if self.codebook is not None and name in self.codebook else None

    def is_coded(self, name: str) -> bool:
        """Whether a variable holds codes of the codebook: reserved codes say why an answer is missing."""
        question = self.question(name)
        return question is not None and question.kind in CODED

    def is_numeric(self, name: str) -> bool:
        """Whether a variable holds numbers (truth values among them)."""
        self._known(name)
        frame = self._frame
        kind = frame.collect_schema()[name] if isinstance(frame, nw.LazyFrame) else frame[name].dtype
        return kind.is_numeric() or kind == nw.Boolean

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return the values of a variable in memory, shape (n,), for the package's own passes."""
        self._known(name)
        return column_values(self.rows, name)

    def _known(self, name: str) -> None:
        if name not in self.variables:
            near = ", ".join(difflib.get_close_matches(name, self.variables, n=3))
            hint = f" Did you mean {near}?" if near else ""
            raise OptionError(f"The survey has no variable {name!r}.{hint}")
