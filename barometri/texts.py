"""Words and number formats of the three languages: the only place where a number becomes text.

Every word is data in ``resources/texts/<language>.toml`` and, of claims, ``resources/texts/findings``; labels
of questions, groups and areas are data of the study, and ``Names`` finds them.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from barometri.disclosure.protected import TOTAL
from barometri.errors import OptionError, check_option
from barometri.study.codebook import Labels
from barometri.study.study import Study

LANGUAGES: Final = ("fi", "sv", "en")
"""Languages that have words."""

NUMBER_OF_MODELS: Final = "number_of_models"
"""Key of the derived number of agreed models."""


@dataclass(frozen=True, slots=True)
class Texts:
    r"""Words and number formats of one language.

    Attributes
    ----------
    language
        ``fi``, ``sv`` or ``en``.
    words
        Text by ``section.key``, with placeholders in braces.

    Examples
    --------
    >>> texts = read_texts("fi")
    >>> texts.percent(0.631), texts.interval(0.584, 0.668), texts.count(1047)
    ('63\xa0%', '58–67\xa0%', '1\xa0047')
    >>> texts.text("words.source", source="Kela")
    'Lähde: Kela'
    """

    language: str
    words: Mapping[str, str]

    def text(self, key: str, **values: object) -> str:
        """Return the text of a key with its placeholders filled.

        Raises
        ------
        OptionError
            When the language has no such text, or a placeholder got no value.
        """
        if key not in self.words:
            message = f"resources/texts/{self.language}.toml has no text {key!r}; add it in every language."
            raise OptionError(message)
        try:
            return self.words[key].format(**values)
        except KeyError as error:
            message = f"resources/texts/{self.language}.toml, {key}: the placeholder {error} got no value."
            raise OptionError(message) from None

    def has(self, key: str) -> bool:
        """Whether the language has this text."""
        return key in self.words

    def label(self, labels: Labels) -> str:
        """Return the label in this language, or the study's first one where the study lacks the language."""
        return labels.get(self.language) or next(iter(labels.values()), "")

    def number(self, value: float, digits: int = 1, *, sign: bool = False) -> str:
        """Return a number with the language's decimal mark, thousands mark and minus sign.

        Halves round away from zero; a number that is not known becomes a dash.
        """
        if math.isnan(value):
            return self.words["numbers.none"]
        rounded = _rounded(value, digits)
        plain = f"{abs(rounded):,.{digits}f}"
        marks = {",": self.words["numbers.thousands"], ".": self.words["numbers.decimal"]}
        shown = "".join(marks.get(mark, mark) for mark in plain)
        if rounded < 0:
            return self.words["numbers.minus"] + shown
        return self.words["numbers.plus"] + shown if sign and rounded > 0 else shown

    def count(self, value: float) -> str:
        """Return a count of people, without decimals."""
        return self.number(value, 0)

    def n(self, value: float) -> str:
        """Return a base: ``n = 1 047``."""
        return self.text("numbers.n", count=self.count(value))

    def percent(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """Return a proportion (0 to 1) as percent; a share that would round to 0 reads ``< 1 %``."""
        if math.isnan(value):
            return self.words["numbers.none"]
        shown = _hundredfold(value)
        if shown > 0 and _rounded(shown, digits) == 0:
            smallest = self.text("numbers.percent", number=self.number(10.0**-digits, digits))
            return self.text("numbers.below", value=smallest)
        return self.text("numbers.percent", number=self.number(shown, digits, sign=sign))

    def points(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """Return a difference of proportions as percentage points."""
        shown = _hundredfold(value)
        form = "point" if abs(_rounded(shown, digits)) == 1 else "points"
        return self.text(f"numbers.{form}", number=self.number(shown, digits, sign=sign))

    def interval(self, low: float, high: float, digits: int = 0) -> str:
        """Return an interval of proportions: ``58–67 %``."""
        if math.isnan(low) or math.isnan(high):
            return self.words["numbers.none"]
        return self.text("numbers.percent", number=self.range(_hundredfold(low), _hundredfold(high), digits))

    def range(self, low: float, high: float, digits: int = 1) -> str:
        """Return an interval of numbers; with a negative end the dash stands apart from the minus sign."""
        if math.isnan(low) or math.isnan(high):
            return self.words["numbers.none"]
        form = "interval_signed" if _rounded(low, digits) < 0 or _rounded(high, digits) < 0 else "interval"
        return self.text(f"numbers.{form}", low=self.number(low, digits), high=self.number(high, digits))

    def p(self, value: str | float) -> str:
        """Return a p value as it may be published: ``p < 0,01``, else two decimals.

        ``value`` is a number or the text of a protected result (``<.01``, ``0.04``).
        """
        if isinstance(value, str):
            words = value.strip().removeprefix("p").strip().removeprefix("=").strip()
            if not words or words == self.words["numbers.none"]:
                return self.words["numbers.none"]
            less = words.startswith("<")
            number = float(words.removeprefix("<").strip().replace(",", "."))
        else:
            if math.isnan(value):
                return self.words["numbers.none"]
            less = value < 0.01  # noqa: PLR2004 - the smallest p that is printed
            number = 0.01 if less else value
        return self.text("numbers.p_less" if less else "numbers.p_equal", value=self.number(number, 2))

    def day(self, day: date) -> str:
        """Return a date with the month's name: ``3 June 2021``."""
        return self.text("numbers.day", day=day.day, month=self._month(day.month), year=day.year)

    def date(self, day: date) -> str:
        """Return a date in figures."""
        return self.text("numbers.date", day=day.day, month=day.month, year=day.year)

    def month(self, year: int, month: int) -> str:
        """Return a month of a year: ``June 2021``."""
        return self.text("numbers.month", month=self._month(month), year=year)

    def _month(self, number: int) -> str:
        return self.words["numbers.months"].split("|")[number - 1]

    def listing(self, words: Sequence[str], *, last: str = "and") -> str:
        """Join words: ``a, b and c``; with ``last="or"`` ``a, b or c``."""
        if len(words) < 2:  # noqa: PLR2004 - one word needs no joining
            return "".join(words)
        return self.text(f"numbers.{last}", first=", ".join(words[:-1]), last=words[-1])

    def lowered(self, words: str) -> str:
        """Return words for the middle of a sentence: an ordinary first letter becomes small."""
        names = tuple(self.words["words.proper_names"].split("|"))
        ordinary = words[1:2].islower() and not words.startswith(names)
        return words[:1].lower() + words[1:] if ordinary else words

    def quote(self, words: str) -> str:
        """Put words in the language's quotation marks."""
        return self.text("numbers.quote", words=words)


def _rounded(value: float, digits: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _hundredfold(value: float) -> float:
    return float(Decimal(repr(float(value))) * 100)


@cache
def read_texts(language: str) -> Texts:
    """Read the words and number formats of a language.

    Parameters
    ----------
    language
        ``fi``, ``sv`` or ``en``.

    Raises
    ------
    OptionError
        When the language has no words.
    """
    check_option("language", language, LANGUAGES)
    folder = files("barometri").joinpath("resources", "texts")
    words: dict[str, str] = {}
    for source in (folder.joinpath(f"{language}.toml"), folder.joinpath("findings", f"{language}.toml")):
        sections = tomllib.loads(source.read_text(encoding="utf-8"))
        words |= {
            f"{section}.{key}": str(text) for section, keys in sections.items() for key, text in keys.items()
        }
    return Texts(language=language, words=MappingProxyType(words))


@dataclass(frozen=True, slots=True)
class Names:
    """Labels of one wave of a study in one language: codebook, models and the words around them.

    Parameters
    ----------
    study
        Where the labels are.
    texts
        The language.
    wave
        Year whose labels override the codebook's; ``None`` for the codebook's own.
    """

    study: Study
    texts: Texts
    wave: int | None = None

    def variable(self, name: str) -> str:
        """Return the label of a key column: a question, or one of the words of every table."""
        if name in self.study.codebook:
            return self.texts.label(self.study.question(name).label)
        if self.study.areas is not None and name in self.study.areas.labels:
            return self.texts.label(self.study.areas.labels[name])
        return self.texts.text(f"words.{name}") if self.texts.has(f"words.{name}") else name

    def item(self, name: str, *, short: bool = False) -> str:
        """Return the label of a question or of a collaboration model."""
        for model in self.study.models:
            if model.id == name:
                return self.texts.label((short and model.short) or model.label)
        return self.variable(name)

    def code(self, variable: str, name: str, *, short: bool = False) -> str:
        """Return the label of a code of a variable, or of the margin over its codes."""
        if name == TOTAL:
            roles = self.study.roles
            everyone = "whole_country" if variable in (roles.district, roles.area) else "all_respondents"
            return self.texts.text(f"words.{everyone}")
        if variable not in self.study.codebook:
            areas = () if self.study.areas is None else self.study.areas.of(variable)
            named = {area.id: (short and area.short) or area.label for area in areas}
            other = self.number_class(name) if variable == NUMBER_OF_MODELS else name
            return self.texts.label(named[name]) if name in named else other
        wave = self.study.waves.get(self.wave) if self.wave is not None else None
        override = wave.labels.get(variable, {}).get(name) if wave else None
        if override:
            return self.texts.label(override)
        try:
            code = self.study.question(variable).code(name)
        except KeyError:
            return self.texts.label(self.study.populations.get(name, {"": name}))
        return self.texts.label((short and code.short) or code.label)

    def category(self, item: str, name: str, *, short: bool = False) -> str:
        """Return the label of an answer, of several merged to one class, or of a model's state."""
        parts = [part for part in name.split("+") if part]
        if len(parts) > 1:
            first, *rest = [self.category(item, part, short=short) for part in parts]
            return self.texts.listing([first, *map(self.texts.lowered, rest)], last="or")
        question = self.study.codebook.questions.get(item)
        if question is None and name[:1].isdigit():
            return self.number_class(name)
        if question is not None:
            if name == "good":
                return self.texts.label(question.good_label)
            if any(code.id == name for code in question.codes):
                return self.code(item, name, short=short)
        for section in ("reason", "words"):
            if self.texts.has(f"{section}.{name}"):
                return self.texts.text(f"{section}.{name}")
        return name

    def number_class(self, name: str) -> str:
        """Return the words of a class of the number of models: ``0``, ``1``, ``2``, ``3+``."""
        count = name.removesuffix("+")
        form = "or_more" if name.endswith("+") else {"0": "zero", "1": "one"}.get(count, "many")
        return self.texts.text(f"classes.{form}", count=count) if count.isdigit() else self.variable(name)
