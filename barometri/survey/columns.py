"""Conditions on variables: unevaluated, with a canonical text, the same on every backend.

A comparison with a missing answer is neither true nor false (Kleene's three values), so ``~`` never brings in
people who did not answer.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self, TypeVar

from barometri.errors import OptionError
from barometri.study.codebook import Question
from barometri.study.codes import MISSING_CODES, MissingReason

Answer = str | int | float | bool
Operator = Literal["==", "<", "<=", ">", ">=", "in"]


class Mask(Protocol):
    """What masks of all backends can do: boolean arrays, narwhals expressions."""

    def __and__(self, other: Self, /) -> Self: ...
    def __or__(self, other: Self, /) -> Self: ...
    def __invert__(self) -> Self: ...


M = TypeVar("M", bound=Mask)
Mask_co = TypeVar("Mask_co", bound=Mask, covariant=True)


class Reader(Protocol[Mask_co]):
    """A backend that can compare a variable with values."""

    def compare(self, name: str, operator: Operator, values: Sequence[Answer]) -> Mask_co:
        """Whether the variable stands in this relation to the value (``in``: to one of them)."""
        ...

    def missing(self, name: str, reason: int | None) -> Mask_co:
        """Whether the answer is missing, for this reserved code or for any reason."""
        ...


class Condition(ABC):
    """A condition on respondents, made by comparing columns; joined by ``&``, ``|`` and ``~``."""

    __slots__ = ()

    @abstractmethod
    def truth(self, reader: Reader[M]) -> tuple[M, M]:
        """Return where the condition is true and where it is false (neither: unknown)."""

    def __and__(self, other: "Condition") -> "Condition":
        return Joined("&", (self, other))

    def __or__(self, other: "Condition") -> "Condition":
        return Joined("|", (self, other))

    def __invert__(self) -> "Condition":
        return Negated(self)

    def __bool__(self) -> bool:
        raise OptionError(
            "A condition has no single truth value; join conditions by &, | and ~, in brackets."
        )

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Condition):
    """A variable compared with values; ``shown`` are the values as the codebook names them."""

    name: str
    operator: Operator
    values: tuple[Answer, ...]
    shown: tuple[Answer, ...]

    def truth(self, reader: Reader[M]) -> tuple[M, M]:
        """Return where the comparison holds and where it fails among those who answered."""
        holds = reader.compare(self.name, self.operator, self.values)
        known = ~reader.missing(self.name, None)
        return holds & known, ~holds & known

    def __str__(self) -> str:
        if self.operator == "in":
            return f"{self.name} in ({', '.join(repr(value) for value in self.shown)})"
        return f"{self.name} {self.operator} {self.shown[0]!r}"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Missing(Condition):
    """Whether an answer is missing, for one reason or any."""

    name: str
    reason: MissingReason | None

    def truth(self, reader: Reader[M]) -> tuple[M, M]:
        """Return where the answer is missing and where it is not."""
        holds = reader.missing(self.name, None if self.reason is None else MISSING_CODES[self.reason])
        return holds, ~holds

    def __str__(self) -> str:
        reason = "" if self.reason is None else f", {self.reason.value!r}"
        return f"missing({self.name}{reason})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Joined(Condition):
    """Several conditions joined by one sign; the text does not depend on their order."""

    sign: Literal["&", "|"]
    parts: tuple[Condition, ...]

    def truth(self, reader: Reader[M]) -> tuple[M, M]:
        """Return the conjunction or disjunction in three values."""
        true, false = self.parts[0].truth(reader)
        for part in self.parts[1:]:
            holds, fails = part.truth(reader)
            both = self.sign == "&"
            true, false = (true & holds, false | fails) if both else (true | holds, false & fails)
        return true, false

    def texts(self) -> set[str]:
        """Return the texts of the parts, those of nested joins by the same sign among them."""
        found: set[str] = set()
        for part in self.parts:
            same = isinstance(part, Joined) and part.sign == self.sign
            found |= part.texts() if isinstance(part, Joined) and same else {f"({part})"}
        return found

    def __str__(self) -> str:
        texts = sorted(self.texts())
        return texts[0][1:-1] if len(texts) == 1 else f" {self.sign} ".join(texts)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Negated(Condition):
    """The opposite of a condition, among those for whom it is known."""

    part: Condition

    def truth(self, reader: Reader[M]) -> tuple[M, M]:
        """Return the part's truth, turned round."""
        true, false = self.part.truth(reader)
        return false, true

    def __str__(self) -> str:
        if isinstance(self.part, Comparison) and self.part.operator == "==":
            return f"{self.part.name} != {self.part.shown[0]!r}"
        return str(self.part.part) if isinstance(self.part, Negated) else f"~({self.part})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Column:
    """A variable of a survey without its values: comparing it gives a `Condition`.

    Parameters
    ----------
    name
        Variable.
    question
        Its entry in the codebook: comparisons then take code ids or values, and refuse unknown ones.

    Examples
    --------
    >>> str((Column("api00") >= 700) & (Column("stype") != "E"))
    "(api00 >= 700) & (stype != 'E')"
    """

    name: str
    question: Question | None = None

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return self._compare("==", (_answer(other),))

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return ~self._compare("==", (_answer(other),))

    def __lt__(self, other: Answer) -> Condition:
        return self._compare("<", (other,))

    def __le__(self, other: Answer) -> Condition:
        return self._compare("<=", (other,))

    def __gt__(self, other: Answer) -> Condition:
        return self._compare(">", (other,))

    def __ge__(self, other: Answer) -> Condition:
        return self._compare(">=", (other,))

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Column({self.name!r})"

    def isin(self, values: Iterable[Answer]) -> Condition:
        """Return the condition that the answer is one of ``values`` (in the text: each once, in order)."""
        unique = set(values)
        if not unique:
            raise OptionError(f"{self.name}.isin needs at least one value.")
        return self._compare("==" if len(unique) == 1 else "in", tuple(unique))

    def is_missing(self, reason: str | None = None) -> Condition:
        """Return the condition that the answer is missing, for any reason or the named one."""
        words = [word.value for word in MissingReason]
        if reason is not None and reason not in words:
            raise OptionError(f"reason must be one of {', '.join(words)}; got {reason!r}.")
        return Missing(self.name, None if reason is None else MissingReason(reason))

    def _compare(self, operator: Operator, values: tuple[Answer, ...]) -> Comparison:
        coded = self.question is not None and bool(self.question.codes)
        pairs = [_resolve(self.question, value) for value in values] if coded and self.question else None
        if pairs is None:
            ordered = tuple(sorted(values, key=lambda value: (isinstance(value, str), value)))
            return Comparison(self.name, operator, ordered, ordered)
        unique = sorted(set(pairs))
        return Comparison(self.name, operator, tuple(p[0] for p in unique), tuple(p[1] for p in unique))


def _answer(value: object) -> Answer:
    if isinstance(value, (str, int, float)):
        return value
    item = getattr(value, "item", None)  # numpy scalars
    found = item() if callable(item) else None
    if isinstance(found, (str, int, float)):
        return found
    raise OptionError(f"A column is compared with text or a number; got {type(value).__name__}.")


def _resolve(question: Question, value: Answer) -> tuple[int, str]:
    """Return value and id of a substantive code."""
    known = ", ".join(code.id for code in question.substantive)
    try:
        code = question.code(value if isinstance(value, str) else int(value))
    except KeyError:
        raise OptionError(f"{question.id} has no code {value!r}; its codes are {known}.") from None
    if code.missing is not None:
        raise OptionError(
            f"Code {code.id!r} of {question.id} is a missing answer; use is_missing({code.missing.value!r})."
        )
    return code.value, code.id
