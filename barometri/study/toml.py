"""A strict reader of the study's TOML: every fault names the file and the key.

A ``Section`` is one table of a file. Its getters check the type and remember what was read; ``finish`` then
refuses every key that nobody asked for, so a misspelt option cannot pass silently.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, NoReturn

from barometri.errors import StudyError
from barometri.study.codebook import Labels
from barometri.study.names import LONGEST, is_file_stem, is_inside, is_name, is_text, stays_inside

LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
"""The form of a language in labels."""

_KINDS: Final[Mapping[type, str]] = {
    str: "text in quotation marks",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date such as 2021-06-03",
    dict: "a table",
    list: "a list",
}


class Section:
    """One table of a TOML file, read key by key.

    Parameters
    ----------
    data
        The table.
    file
        Name of the file for messages, relative to the study folder.
    key
        Dotted place of the table in the file; empty for the whole file.
    """

    def __init__(self, data: Mapping[str, object], file: str, key: str = "") -> None:
        self._data = data
        self.file = file
        self.key = key
        self._read: set[str] = set()

    def place(self, key: str = "") -> str:
        """Return the dotted place of a key in the file."""
        return ".".join(part for part in (self.key, key) if part)

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise ``StudyError`` for a key of this table."""
        place = self.place(key)
        where = f"{self.file}, {place}" if place else self.file
        message = f"{where}: {problem}"
        raise StudyError(message) from None

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the table in file order."""
        return tuple(self._data)

    def _typed(self, key: str, kind: type, value: object, place: str = "") -> object:
        wrong_flag = isinstance(value, bool) and kind is not bool
        wrong_date = isinstance(value, datetime)
        if not isinstance(value, kind) or wrong_flag or wrong_date:
            self.fail(place or key, f"expected {_KINDS[kind]}. Correct the value.")
        if isinstance(value, str) and not is_text(value):
            self.fail(place or key, "the text holds a control character. Take it out.")
        return value

    def _get(self, key: str, kind: type) -> object:
        self._read.add(key)
        if key not in self._data:
            self.fail(key, f"the key is missing; expected {_KINDS[kind]}. Add it.")
        value = self._data[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return self._typed(key, kind, value)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        if default is not None and key not in self._data:
            return default
        value = str(self._get(key, str))
        if not value.strip():
            self.fail(key, "the text is empty. Write it or remove the key.")
        return value

    def name(self, key: str, default: str | None = None) -> str:
        """Return an id: it becomes a key, an anchor or a column."""
        if default is not None and key not in self._data:
            return default
        value = self.text(key)
        if not is_name(value):
            self.fail(key, f"{value!r} is no id; expected letters, digits, _, -, . and +, at most {LONGEST}.")
        return value

    def file_stem(self, key: str) -> str:
        """Return an id that names files."""
        value = self.text(key)
        if not is_file_stem(value):
            self.fail(
                key,
                f"{value!r} cannot name a file; expected letters a to z, digits, _ and -, at most {LONGEST}, "
                "and no name of a device.",
            )
        return value

    def word(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """Return a text that is one of the allowed words."""
        value = self.text(key, default)
        if value not in allowed:
            words = ", ".join(repr(word) for word in allowed if word)
            self.fail(key, f"{value!r} is not known; expected one of {words}.")
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        """Return a whole number."""
        if default is not None and key not in self._data:
            return default
        value = self._get(key, int)
        return value if isinstance(value, int) else int(str(value))

    def number(self, key: str) -> float | None:
        """Return a finite number, or ``None`` when the key is absent."""
        if key not in self._data:
            return None
        value = float(str(self._get(key, float)))
        if not abs(value) < float("inf"):
            self.fail(key, "expected a finite number.")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return default if key not in self._data else bool(self._get(key, bool))

    def day(self, key: str) -> date:
        """Return a date."""
        value = self._get(key, date)
        return value if isinstance(value, date) else self.fail(key, "expected a date.")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of different texts; empty when the key is absent."""
        values = tuple(str(self._typed(key, str, value)) for value in self.items(key))
        for value in values:
            if values.count(value) > 1:
                self.fail(key, f"{value!r} stands twice. Remove one.")
        return values

    def items(self, key: str) -> tuple[object, ...]:
        """Return a list as it is; empty when the key is absent."""
        if key not in self._data:
            return ()
        value = self._get(key, list)
        return tuple(value) if isinstance(value, list) else ()

    def section(self, key: str, *, required: bool = False) -> "Section":
        """Return a table below this one; an empty one when it is absent and not required."""
        if not required and key not in self._data:
            return Section({}, self.file, self.place(key))
        value = self._get(key, dict)
        return Section(value if isinstance(value, dict) else {}, self.file, self.place(key))

    def sections(self) -> Iterator[tuple[str, "Section"]]:
        """Yield every key of this table, each of which must be a table."""
        for key in self.keys():
            if not is_name(key):
                self.fail(key, "is no id; expected letters, digits, _, -, . and +.")
            yield key, self.section(key, required=True)

    def rows(self, key: str, *, name: str = "id") -> tuple["Section", ...]:
        """Return a list of tables; messages name each by its ``name`` if it has one, else by its position."""
        rows = []
        for position, value in enumerate(self.items(key), start=1):
            place = f"{key}[{position}]"
            self._typed(key, dict, value, place)
            row = value if isinstance(value, dict) else {}
            label = row.get(name)
            rows.append(
                Section(row, self.file, self.place(f"{key}[{label}]" if label is not None else place))
            )
        return tuple(rows)

    def mapping(self, key: str = "") -> dict[str, str]:
        """Return a table of texts: the one under ``key``, or this one."""
        section = self.section(key) if key else self
        return {name: section.text(name) for name in section.keys()}  # noqa: SIM118 (a method, not a dict)

    def labels(self, key: str, languages: Sequence[str], default: Labels | None = None) -> Labels:
        """Return a text in every language of the study.

        A study in one language may write the text alone. ``default`` stands in when the key is absent.
        """
        if key not in self._data and default is not None:
            return default
        if len(languages) == 1 and isinstance(self._data.get(key), str):
            return {languages[0]: self.text(key)}
        return self.section(key, required=True).as_labels(languages)

    def as_labels(self, languages: Sequence[str]) -> Labels:
        """Return this table as labels: language to text."""
        for language in self.keys():
            if not LANGUAGE.fullmatch(language):
                self.fail(
                    language, 'is not a language. Write labels as a table of languages, e.g. fi = "...".'
                )
        for language in languages:
            if language not in self._data:
                self.fail(language, f"the label is missing in {language!r}, a language of the study. Add it.")
        return self.mapping()

    def finish(self) -> None:
        """Refuse keys that were not read."""
        for key in self.keys():
            if key not in self._read:
                known = ", ".join(sorted(self._read)) or "none"
                self.fail(key, f"the key is not known. Known keys here: {known}.")


def read_toml(folder: Path, name: str) -> Section:
    """Read one TOML file of a study folder.

    Raises
    ------
    StudyError
        When the file is missing, is not UTF-8 or is not TOML.
    """
    path = inside(folder, name, Section({}, name), "")
    try:
        text = path.read_bytes().decode("utf-8")
        return Section(tomllib.loads(text), name)
    except FileNotFoundError:
        message = f"{name}: the file is missing in the study folder. Add it."
    except IsADirectoryError:
        message = f"{name}: is a folder, not a file."
    except OSError as error:
        message = f"{name}: cannot be read: {error.strerror}. Change its permissions, or copy the study."
    except UnicodeDecodeError:
        message = f"{name}: is not UTF-8 text. Save it as UTF-8."
    except tomllib.TOMLDecodeError as error:
        message = f"{name}: is not TOML: {error}."
    raise StudyError(message) from None


def inside(folder: Path, name: str, section: Section, key: str) -> Path:
    """Return the path of a file that must lie inside the study folder (links are followed)."""
    path = folder / name
    if not is_inside(name) or not stays_inside(path, folder):
        section.fail(key, f"{name!r} leads out of the study folder, or names no file. Move the file into it.")
    return path
