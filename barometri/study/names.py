"""Names that a study gives to things and files: what may name an anchor, a file or a place in a folder."""

import re
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"\w[\w.+-]*")
"""What ids are made of: they become columns, anchors and keys."""
FILE_STEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""Ids that name files and folders, on every system."""
LONGEST: Final = 80
_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)))
)
_NO_FILE: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Characters that no text holds: control characters, marks that turn the direction of writing, no characters
at all. They break XML, and a label could look like another."""


def is_name(text: str) -> bool:
    """Whether a text may be an id.

    Examples
    --------
    >>> is_name("model_3+"), is_name("=cmd"), is_name("a b")
    (True, False, False)
    """
    return len(text) <= LONGEST and NAME.fullmatch(text) is not None


def is_file_stem(text: str) -> bool:
    """Whether an id may name a file or a folder.

    Examples
    --------
    >>> is_file_stem("models_by_district"), is_file_stem("../x"), is_file_stem("con")
    (True, False, False)
    """
    plain = len(text) <= LONGEST and FILE_STEM.fullmatch(text) is not None
    return plain and text.lower() not in _DEVICES


def is_inside(name: str) -> bool:
    """Whether a text names a file below a folder, on every system, without a look at the disk.

    Examples
    --------
    >>> [is_inside(name) for name in ("2021.csv", "waves/2021.csv", "../2021.csv", "C:x.csv", "a/nul.csv")]
    [True, True, False, False, False]
    """
    parts = name.split("/")
    return not (_NO_FILE.search(name) or name.startswith("~")) and all(
        part.strip(" .") and not part.endswith((" ", ".")) and part.split(".")[0].lower() not in _DEVICES
        for part in parts
    )


def stays_inside(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder once links are followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def is_text(text: str) -> bool:
    """Whether a text holds nothing that cannot be shown.

    Examples
    --------
    >>> is_text("Itä-Suomi: = 3"), is_text("bell" + chr(7))
    (True, False)
    """
    return _CONTROL.search(text) is None
