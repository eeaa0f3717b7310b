"""Errors in cells of an old workbook are refused, as those of a new one are, and nothing else is."""

import struct
from pathlib import Path

import pytest

from barometri.errors import FileError
from barometri.readers import read_file
from barometri.readers.old_sheets import look_through_old
from tests.readers.old_workbook import NOT_AVAILABLE, Raw, Value, checked, formula, write_old_workbook

NUMBER = struct.pack("<d", 2.5)
ERROR = bytes([2, 0, NOT_AVAILABLE, 0, 0, 0]) + b"\xff\xff"


def rows(*values: Raw) -> list[list[Value]]:
    body: list[list[Value]] = [[str(place), value] for place, value in enumerate(values, 1)]
    return [["id", "q"], *body]


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ((checked(NOT_AVAILABLE, is_error=True),), 1),
        ((formula(ERROR),), 1),
        ((formula(ERROR, kind=0x0406), formula(NUMBER), checked(7, is_error=True)), 2),
    ],
    ids=["value", "formula", "several"],
)
def test_a_cell_with_an_error_is_refused(values: tuple[Raw, ...], number: int, tmp_path: Path) -> None:
    path = write_old_workbook(tmp_path / "a.xls", rows(*values))
    with pytest.raises(FileError, match=rf"^a\.xls: {number} cells hold an error") as caught:
        read_file(path)
    assert caught.value.code == "E20"


def test_numbers_truths_and_results_are_read(tmp_path: Path) -> None:
    """A number whose bytes look like an error is one, and so is a result of a formula."""
    looks_so = struct.pack("<d", float.fromhex("0x1.0000000000002p0"))
    values = [formula(NUMBER), formula(looks_so), Raw(0x203, looks_so)]
    path = write_old_workbook(tmp_path / "a.xls", rows(*values))
    assert list(read_file(path).frame["q"]) == [2.5, 1.0000000000000004, 1.0000000000000004]


def test_what_is_no_container_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(FileError, match=r"^a\.xls: the workbook is damaged"):
        look_through_old(path)
