"""The questionnaire as frozen objects: questions, their codes and labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from barometri.study.codes import MissingReason

Labels = Mapping[str, str]
"""Language (``fi``, ``sv``, ``en``) to text."""

QuestionKind = Literal["nominal", "ordinal", "number", "tick", "text", "key", "set"]
"""``nominal`` and ``ordinal`` are coded; ``number`` is measured; ``tick`` is one box of a battery (0/1);
``text`` is free text (declared, only counted); ``key`` identifies a respondent (anonymous, unique); ``set``
holds several area ids separated by ``;``."""


@dataclass(frozen=True, slots=True)
class Code:
    """One answer code of a question.

    ``id`` is the stable name used in results, claims and study files (``itainen``); it defaults to the
    value as text. ``missing`` is the reason when the code is not a substantive answer.
    """

    value: int
    id: str
    label: Labels
    short: Labels
    missing: MissingReason | None = None


@dataclass(frozen=True, slots=True)
class Derivation:
    """A question computed from another one by code ids (side from group)."""

    source: str
    mapping: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question or background variable.

    ``good`` holds the values counted as favourable (very or fairly well; agree); ``good_label`` words them.
    ``mark`` says what of the wording is quoted and what is inferred. ``subject`` is who the answer is a
    fact about.
    """

    id: str
    kind: QuestionKind
    text: Labels
    label: Labels
    codes: tuple[Code, ...] = ()
    good: tuple[int, ...] = ()
    good_label: Labels = field(default_factory=dict)
    battery: str = ""
    derived: Derivation | None = None
    minimum: float | None = None
    maximum: float | None = None
    subject: Literal["respondent", "organisation"] = "respondent"
    mark: str = ""

    @property
    def substantive(self) -> tuple[Code, ...]:
        """Codes that are answers, in codebook order."""
        return tuple(code for code in self.codes if code.missing is None)

    def code(self, name: int | str) -> Code:
        """Return the code with this id or value; ``KeyError`` when there is none."""
        for code in self.codes:
            if name in (code.id, code.value):
                return code
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Codebook:
    """All questions of a study, in questionnaire order."""

    questions: Mapping[str, Question]

    def __getitem__(self, question: str) -> Question:
        return self.questions[question]

    def __contains__(self, question: object) -> bool:
        return question in self.questions

    def battery(self, name: str) -> tuple[Question, ...]:
        """Return the questions of a battery, in codebook order."""
        return tuple(q for q in self.questions.values() if q.battery == name)
