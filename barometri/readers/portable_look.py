"""An SPSS portable file before anything decodes it: its variables, missing values, and the end of its cases.

The text is numbers in base 30 that end with a slash, and texts that are told by their length.
"""

import re
from pathlib import Path
from typing import Final

from barometri.errors import FileError
from barometri.readers.content import check_shape

_LINE: Final = 80
_MARK: Final = "SPSSPORT"
_NUMBER = re.compile(r" *(?:(\*.)|([^/]*)/)")
_WORDS: Final = "123"
_MISSING: Final = {"8": 1, "9": 1, "A": 1, "B": 2}
"""Records of user-missing values, and how many values each names: one, up to, from, between."""


def look_through(path: Path) -> None:
    """Refuse a file that is cut short, is more than a survey, or declares user-missing values.

    Raises
    ------
    FileError
        As said; user-missing values would be lost, since the library that decodes the file drops them.
    """
    try:
        look = _Look(_unwrapped(path.read_bytes()), path.name)
        look.dictionary()
        missing = look.missing
        whole = missing or look.cases()
    except (ValueError, IndexError, AttributeError):
        missing, whole = 0, False
    if missing:
        raise FileError(
            f"{path.name}: {missing} declarations of user-missing values, which cannot be kept from a .por "
            "file. Save the file as .sav.",
            code="E10",
        )
    if not whole:
        raise FileError(
            f"{path.name}: the file is damaged or cut short. Save it again from the program that wrote it, "
            "or save it as .sav.",
            code="E10",
        )


def _unwrapped(data: bytes) -> str:
    """Return the text without its lines, each of which counts as 80 characters."""
    lines = data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(line.ljust(_LINE) for line in lines[:-1]) + lines[-1]


class _Look:
    """A place in the text of one file."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = text.index(_MARK) + len(_MARK)
        self.missing = 0
        self.is_text: list[bool] = []
        self.names: dict[str, bool] = {}

    def dictionary(self) -> None:
        """Read everything before the cases."""
        self.at += 1  # the version
        self.skip_texts(2)
        while (record := self.take()) != "F":
            if record == "7":
                self.variable()
            elif record in _MISSING and self.is_text:
                self.missing += 1
                self.skip_values(_MISSING[record], is_text=self.is_text[-1])
            elif record == "D":
                self.labels()
            elif record == "E":
                self.skip_texts(self.count())
            elif record in _WORDS or record in {"6", "C"}:
                self.skip_texts(1)
            elif record in {"4", "5"}:
                self.number()
            else:
                raise ValueError

    def variable(self) -> None:
        """Read a variable: its width, its name, and six numbers of how it is shown."""
        self.is_text.append(self.count() > 0)
        check_shape(0, len(self.is_text), self.file)
        self.names[self.word()] = self.is_text[-1]
        self.skip_values(6, is_text=False)

    def labels(self) -> None:
        """Read the labels of some variables, which are all of one kind."""
        names = [self.word() for _ in range(self.count())]
        is_text = self.names[names[0]]
        for _ in range(self.count()):
            self.skip_values(1, is_text=is_text)
            self.skip_texts(1)

    def cases(self) -> bool:
        """Whether the cases end where a case ends, with the mark of the end."""
        cases = 0
        while self.text[self.at : self.at + 1] not in {"", "Z"}:
            for is_text in self.is_text:
                self.skip_values(1, is_text=is_text)
            cases += 1
            check_shape(cases, len(self.is_text), self.file)
        return self.text[self.at : self.at + 1] == "Z" and not self.text[self.at :].strip("Z ")

    def take(self) -> str:
        """Return the next character."""
        self.at += 1
        return self.text[self.at - 1]

    def number(self) -> str:
        """Return the digits of the next number; empty for a missing one."""
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise ValueError
        self.at = match.end()
        return match[2] or ""

    def count(self) -> int:
        """Return the next number, which counts something."""
        number = int(self.number(), 30)
        if not 0 <= number <= len(self.text):
            raise ValueError
        return number

    def word(self) -> str:
        """Return the next text."""
        start = self.count() + self.at
        word, self.at = self.text[self.at : start], start
        if self.at > len(self.text):
            raise ValueError
        return word

    def skip_texts(self, count: int) -> None:
        """Pass over texts."""
        for _ in range(count):
            self.word()

    def skip_values(self, count: int, *, is_text: bool) -> None:
        """Pass over values of one kind."""
        for _ in range(count):
            if is_text:
                self.word()
            else:
                self.number()
