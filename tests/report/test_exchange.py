"""A folder of reports is replaced whole, or stays as it was."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from barometri.errors import OutputError
from barometri.report import exchange as room
from barometri.report.exchange import exchange
from barometri.report.manifest import MANIFEST


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    listed: dict[str, dict[str, dict[str, str]]] = {"files": {f"{name}.txt": {} for name in files}}
    (folder / MANIFEST).write_text(json.dumps(listed), encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def publish(target: Path, **files: str) -> None:
    with exchange(target) as new:
        write(new, **files)


def interrupted(target: Path, **files: str) -> None:
    with exchange(target) as new:
        write(new, **files)
        message = "half way"
        raise ValueError(message)


@pytest.fixture(params=["exchange", "two renames"])
def _each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "two renames":
        monkeypatch.setattr(room, "_swapped", lambda *_: False)


@pytest.mark.usefixtures("_each_way")
def test_the_new_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "reports" / "2021"
    publish(target, a="old", b="old")
    publish(target, a="new")
    assert names(target) == ["a.txt", MANIFEST]
    assert (target / "a.txt").read_text(encoding="utf-8") == "new"
    assert names(target.parent) == ["2021"]


@pytest.mark.usefixtures("_each_way")
def test_after_an_error_everything_stands_as_it_did(tmp_path: Path) -> None:
    target = tmp_path / "2021"
    publish(target, a="old")
    with pytest.raises(ValueError, match="half way"):
        interrupted(target, a="new", b="new")
    assert names(target) == ["a.txt", MANIFEST]
    assert (target / "a.txt").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["2021"]


@pytest.mark.usefixtures("_each_way")
def test_a_stop_while_the_old_report_is_taken_away_leaves_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "2021"
    publish(target, a="old")
    calls = []

    def stopped_once(folder: Path, *, ignore_errors: bool) -> None:
        calls.append(folder)
        if len(calls) == 1:
            raise KeyboardInterrupt
        rmtree(folder, ignore_errors=ignore_errors)

    rmtree = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", stopped_once)
    with pytest.raises(KeyboardInterrupt):
        publish(target, a="new")
    assert (target / "a.txt").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["2021"]


def test_an_error_leaves_no_folder_that_was_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="half way"):
        interrupted(tmp_path / "deep" / "er" / "2021", a="new")
    assert names(tmp_path) == []


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "2021"
    publish(target, a="old")
    (target / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"2021 holds holiday\.jpg"):
        publish(target, a="new")
    assert (target / "holiday.jpg").read_bytes() == b"mine"
    assert (target / "a.txt").read_text(encoding="utf-8") == "old"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2021").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="2021 is a file"):
        publish(tmp_path / "2021", a="new")
    with pytest.raises(OutputError, match="nothing was changed"):
        publish(tmp_path / "2021" / "fi", a="new")
    assert (tmp_path / "2021").read_text(encoding="utf-8") == "a file"


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    with (
        exchange(tmp_path / "2021") as new,
        pytest.raises(OutputError, match="another run is writing"),
    ):
        publish(tmp_path / "2021", a="second")
    assert not new.exists()
    publish(tmp_path / "2021", a="third")
    assert names(tmp_path) == ["2021"]


def test_a_run_that_was_cut_short_is_mended_and_said(tmp_path: Path) -> None:
    target = tmp_path / "2021"
    publish(target, a="old")
    target.rename(tmp_path / ".2021.old")
    (tmp_path / ".2021.abc.new").mkdir()
    said: list[str] = []
    with exchange(target, say=said.append) as new:
        assert (target / "a.txt").read_text(encoding="utf-8") == "old"
        write(new, a="new")
    assert names(tmp_path) == ["2021"]
    assert len(said) == 2
    assert "put back" in said[0]


def test_a_full_disk_is_an_output_error_and_the_old_report_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "2021"
    publish(target, a="old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        publish(target, a="new")
    assert caught.value.exit_code == 5
    assert (target / "a.txt").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["2021"]


def test_two_renames_that_fail_half_way_put_the_old_report_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "2021"
    publish(target, a="old")
    monkeypatch.setattr(room, "_swapped", lambda *_: False)
    rename = Path.rename

    def refuse(path: Path, where: Path) -> Path:
        if path.name.endswith(".new"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(path, where)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        publish(target, a="new")
    assert (target / "a.txt").read_text(encoding="utf-8") == "old"
