"""Reads ``codebook.toml``: scales shared by several questions, and the questions."""

from collections.abc import Mapping, Sequence
from typing import Final, cast, get_args

from barometri.study.codebook import Code, Codebook, Derivation, Question, QuestionKind
from barometri.study.codes import LARGEST_MISSING, MissingReason
from barometri.study.toml import Section

CODED: Final = ("nominal", "ordinal", "tick")
"""Kinds of question whose answers are codes."""


def read_codebook(section: Section, languages: Sequence[str]) -> Codebook:
    """Read all questions.

    Raises
    ------
    StudyError
        Naming file and key, when something is missing, unknown, of the wrong type or twice.
    """
    scales = {}
    for name, scale in section.section("scale").sections():
        scales[name] = _codes(scale, languages)
        scale.finish()
    table = section.section("question", required=True)
    questions = {name: _question(name, entry, scales, languages) for name, entry in table.sections()}
    section.finish()
    if not questions:
        section.fail("question", "there is no question. Add at least one.")
    codebook = Codebook(questions)
    for name, question in questions.items():
        if question.derived is not None:
            _check_derivation(table.section(name), question, codebook)
    return codebook


def _question(
    name: str, entry: Section, scales: Mapping[str, tuple[Code, ...]], languages: Sequence[str]
) -> Question:
    kind = cast("QuestionKind", entry.word("kind", get_args(QuestionKind)))
    label = entry.labels("label", languages)
    codes = _question_codes(entry, kind, scales, languages)
    derived = None
    if "derived" in entry:
        table = entry.section("derived")
        derived = Derivation(table.text("source"), table.mapping("mapping"))
        table.finish()
    question = Question(
        id=name,
        kind=kind,
        text=entry.labels("text", languages, label),
        label=label,
        codes=codes,
        good=_good(entry, codes),
        good_label=entry.labels("good_label", languages, {}),
        battery=entry.text("battery", ""),
        derived=derived,
        minimum=entry.number("minimum"),
        maximum=entry.number("maximum"),
        subject="organisation"
        if entry.word("subject", ("respondent", "organisation"), "respondent") == "organisation"
        else "respondent",
        mark=entry.text("mark", ""),
    )
    entry.finish()
    _check_range(entry, question)
    return question


def _check_range(entry: Section, question: Question) -> None:
    low, high = question.minimum, question.maximum
    if question.kind != "number" and (low is not None or high is not None):
        entry.fail("minimum" if low is not None else "maximum", "only a number has a range. Remove it.")
    if low is not None and high is not None and low > high:
        entry.fail("minimum", "is above the maximum.")


def _question_codes(
    entry: Section, kind: str, scales: Mapping[str, tuple[Code, ...]], languages: Sequence[str]
) -> tuple[Code, ...]:
    given = [key for key in ("codes", "scale", "numbered") if key in entry]
    if kind not in CODED:
        if given:
            entry.fail(given[0], f"a question of kind {kind!r} has no codes. Remove them or change the kind.")
        return ()
    if len(given) != 1:
        entry.fail("codes", "expected one of codes, scale or numbered.")
    if given == ["scale"]:
        return scales[entry.word("scale", tuple(scales))]
    return (
        _numbered(entry.section("numbered"), languages) if given == ["numbered"] else _codes(entry, languages)
    )


def _numbered(table: Section, languages: Sequence[str]) -> tuple[Code, ...]:
    """Codes first to last whose id and labels hold ``{number}``."""
    first, last = table.integer("first"), table.integer("last")
    pattern = table.text("id", "{number}")
    label = table.labels("label", languages)
    table.finish()
    if first > last or first <= LARGEST_MISSING:
        table.fail("first", "is above last, or is a number reserved for missing answers.")
    for key, text in (("id", pattern), *((f"label.{language}", text) for language, text in label.items())):
        if "{number}" not in text:
            table.fail(key, "expected {number} in the text.")

    def code(number: int) -> Code:
        named = {language: text.replace("{number}", str(number)) for language, text in label.items()}
        return Code(number, pattern.replace("{number}", str(number)), named, named)

    return tuple(code(number) for number in range(first, last + 1))


def _codes(entry: Section, languages: Sequence[str]) -> tuple[Code, ...]:
    codes: list[Code] = []
    rows = entry.rows("codes", name="value")
    for row in rows:
        code = _code(row, languages)
        for other in codes:
            if code.value == other.value:
                row.fail("value", f"the code {code.value} stands twice. Each code has one value of its own.")
            if code.id == other.id:
                row.fail("id", f"the id {code.id!r} stands twice. Each code has one id of its own.")
        codes.append(code)
    if not any(code.missing is None for code in codes):
        entry.fail("codes", "there is no code that is an answer. Add at least one.")
    return tuple(codes)


def _code(row: Section, languages: Sequence[str]) -> Code:
    value = row.integer("value")
    if value <= LARGEST_MISSING:
        row.fail("value", f"codes at or below {LARGEST_MISSING} are reserved for missing answers.")
    label = row.labels("label", languages)
    reason = row.word("missing", tuple(MissingReason), "") if "missing" in row else ""
    code = Code(
        value=value,
        id=row.name("id", str(value)),
        label=label,
        short=row.labels("short", languages, label),
        missing=MissingReason(reason) if reason else None,
    )
    row.finish()
    return code


def _good(entry: Section, codes: Sequence[Code]) -> tuple[int, ...]:
    """Values of the favourable codes, given by id or value."""
    values = []
    for name in entry.items("good"):
        found = [code for code in codes if code.id == name or (type(name) is int and code.value == name)]
        if not found:
            entry.fail("good", f"{name!r} is no code of the question. Use an id or a value of its codes.")
        if found[0].missing is not None:
            entry.fail("good", f"{name!r} is a missing answer and cannot be favourable.")
        values.append(found[0].value)
    return tuple(values)


def _check_derivation(entry: Section, question: Question, codebook: Codebook) -> None:
    derived = question.derived
    if derived is None:
        return
    if derived.source not in codebook or derived.source == question.id:
        entry.fail("derived.source", f"{derived.source!r} is no other question of the codebook.")
    source = {code.id for code in codebook[derived.source].substantive}
    target = {code.id for code in question.substantive}
    for origin, result in derived.mapping.items():
        if origin not in source:
            entry.fail(f"derived.mapping.{origin}", f"is no code of {derived.source!r}.")
        if result not in target:
            entry.fail(f"derived.mapping.{origin}", f"{result!r} is no code of {question.id!r}.")
    for origin in sorted(source - set(derived.mapping)):
        entry.fail(f"derived.mapping.{origin}", f"the code of {derived.source!r} is missing. Map it.")
