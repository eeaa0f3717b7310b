"""The ledger's file: a chain that only grows, tells every damage, and is read by its owner alone."""

import json
import math
import multiprocessing
import os
import signal
import stat
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.attack.facts import Strata
from barometri.disclosure.ledger import Ledger, Standing
from barometri.disclosure.ledger_lines import NOTHING, Release, canonical, read_line, written
from barometri.errors import DisclosureError, OutputError
from tests.disclosure.releases import record, release

LINES, HEAD = "releases.jsonl", "head.json"


def numbered(number: int) -> Release:
    """The first, second, ... release."""
    return release(
        record("table", {}, 100 + number, 50), record("table", {"d": ["north"]}, 7, 3, shown=False)
    )


def filled(folder: Path, size: int) -> Ledger:
    """A ledger that holds so many releases."""
    ledger = Ledger(folder)
    for number in range(size):
        assert ledger.append(numbered(number), after=ledger.read())
    return ledger


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_appended_is_read_back_whole(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "ledger", 3)
    standing = ledger.read()
    assert [r.mark for r in standing.releases] == [numbered(i).mark for i in range(3)]
    (topic,) = standing.releases[1].topics
    (first, second) = topic.released
    assert (first.n, first.k, first.shown) == (101.0, 50.0, True)
    assert (second.who, second.shown) == ({"d": frozenset({"north"})}, False)
    assert math.isnan(first.share), "unknown numbers stay unknown"


def test_a_line_holds_every_field_of_a_topic_and_of_a_record(tmp_path: Path) -> None:
    """A field that the ledger does not know would be forgotten by the next release."""
    values: dict[str, Any] = {
        "table": "t",
        "who": {"d": frozenset({"x", "y"})},
        "counted": frozenset("a"),
        "among": frozenset("ab"),
    }
    rest: dict[str, Any] = {
        f.name: True if f.type is bool else 7.5 for f in fields(Released) if f.name not in values
    }
    full = Released(**values, **rest)
    strata = Strata(("d", "e"), {("x", "y"): 2.5, ("x", "z"): 3.0}, {("x", "y"): 11})
    plain = release(full, derived={"side": ("group", {"a": "x"})})
    one = replace(plain, topics=tuple(replace(topic, strata=strata) for topic in plain.topics))
    ledger = Ledger(tmp_path / "ledger")
    assert ledger.append(one, after=ledger.read())
    (back,) = ledger.read().releases
    assert back.topics == one.topics
    assert back.mark == one.mark
    assert one.mark != plain.mark
    changed: dict[str, Any] = {"table": "u", "who": {}, "counted": frozenset("b"), "among": frozenset("abc")}
    changed |= {name: False if value is True else 8.5 for name, value in rest.items()}
    for name, value in changed.items():
        assert release(replace(full, **{name: value})).mark != release(full).mark, name
    assert {f.name for f in fields(Topic)} == {"item", "wave", "released", "derived", "strata"}


def test_each_line_holds_the_hash_of_the_one_before(tmp_path: Path) -> None:
    filled(tmp_path / "ledger", 3)
    lines = [json.loads(line) for line in (tmp_path / "ledger" / LINES).read_text().splitlines()]
    assert [line["previous"] for line in lines] == [NOTHING, *(line["hash"] for line in lines[:-1])]
    assert json.loads((tmp_path / "ledger" / HEAD).read_text()) == {"lines": 3, "last": lines[-1]["hash"]}


def test_an_identical_release_adds_nothing(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "ledger", 2)
    before = contents(tmp_path / "ledger")
    assert ledger.append(numbered(0), after=ledger.read())
    assert contents(tmp_path / "ledger") == before
    other_study = release(*numbered(1).topics[0].released, study="2" * 64)
    assert ledger.read().holds(other_study), "titles and languages are no part of what is released"


def test_reading_an_absent_ledger_makes_nothing(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "ledger").read() == Standing()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "processed" / "ledger"
    old = os.umask(0)
    try:
        filled(folder, 1)
        folder.chmod(0o755)
        (folder / LINES).chmod(0o644)
        filled(folder, 2)
    finally:
        os.umask(old)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", [LINES, HEAD])
def test_every_changed_byte_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 2)
    whole = (folder / name).read_bytes()
    step = 1 if name == HEAD else 5
    for place in [*range(0, len(whole), step), len(whole) - 1]:
        (folder / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(DisclosureError, match="damaged or missing"):
            ledger.read()
        with pytest.raises(DisclosureError, match="damaged or missing"):
            ledger.append(numbered(5), after=Standing())
    (folder / name).write_bytes(whole)
    assert len(ledger.read().releases) == 2


def test_every_missing_byte_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 2)
    whole = (folder / LINES).read_bytes()
    for length in range(0, len(whole), 7):
        (folder / LINES).write_bytes(whole[:length])
        with pytest.raises(DisclosureError, match="damaged or missing"):
            ledger.read()


def test_missing_lines_and_notes_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 3)
    first, second, third = (folder / LINES).read_bytes().splitlines(keepends=True)
    for left in (b"", first, first + second, first + third, second + third, third + first + second):
        (folder / LINES).write_bytes(left)
        with pytest.raises(DisclosureError):
            ledger.read()
    (folder / LINES).write_bytes(first + second + third)
    (folder / HEAD).unlink()
    with pytest.raises(DisclosureError):
        ledger.read()


def test_a_refusal_tells_no_place_and_no_hash(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "ledger", 2)
    (tmp_path / "ledger" / HEAD).unlink()
    with pytest.raises(DisclosureError) as told:
        ledger.read()
    assert str(tmp_path) not in str(told.value)
    assert not any(r.mark[:8] in str(told.value) for r in (numbered(0), numbered(1)))


def test_a_line_that_was_cut_short_is_told_and_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    filled(folder, 2)
    before = contents(folder)
    line, _ = written(numbered(2), 3, Ledger(folder).read().head)
    for length in (1, len(line) // 2, len(line)):
        (folder / LINES).write_bytes(before[LINES] + line[:length].encode())
        said: list[str] = []
        ledger = Ledger(folder, say=said.append)
        standing = ledger.read()
        assert len(standing.releases) == 2
        assert len(said) == 1
        assert "cut short" in said[0]
        assert contents(folder) != before, "reading mends nothing"
        assert ledger.append(numbered(0), after=standing)
        assert ledger.append(numbered(2), after=standing)
        assert (folder / LINES).read_bytes() == before[LINES] + line.encode() + b"\n"
        for name, content in before.items():
            (folder / name).write_bytes(content)


def test_a_run_that_ended_between_the_line_and_its_note_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 2)
    note = (folder / HEAD).read_bytes()
    assert ledger.append(numbered(2), after=ledger.read())
    (folder / HEAD).write_bytes(note)
    assert len(ledger.read().releases) == 3
    assert ledger.append(numbered(3), after=ledger.read())
    assert json.loads((folder / HEAD).read_text())["lines"] == 4


def test_what_another_run_added_since_has_to_be_looked_at(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "ledger", 1)
    standing = ledger.read()
    assert Ledger(tmp_path / "ledger").append(numbered(1), after=standing)
    assert not ledger.append(numbered(2), after=standing)
    assert len(ledger.read().releases) == 2


def test_a_disk_that_refuses_leaves_the_ledger_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 1)
    before = contents(folder)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left") as told:
            ledger.append(numbered(1), after=ledger.read())
    assert str(tmp_path) not in str(told.value)
    assert contents(folder)[LINES] == before[LINES]
    assert contents(folder)[HEAD] == before[HEAD]


def _append_one(folder: Path, number: int, gate: "multiprocessing.synchronize.Barrier") -> None:
    ledger = Ledger(folder)
    gate.wait()
    while not ledger.append(numbered(number), after=ledger.read()):
        pass


def _append_until_killed(folder: Path) -> None:
    ledger, number = Ledger(folder), 0
    while True:
        ledger.append(numbered(number), after=ledger.read())
        number += 1


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_two_processes_lose_nothing_and_mix_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(4)
    running = [context.Process(target=_append_one, args=(tmp_path / "ledger", i, gate)) for i in range(4)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert process.exitcode == 0
    marks = {r.mark for r in Ledger(tmp_path / "ledger").read().releases}
    assert marks == {numbered(i).mark for i in range(4)}


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_a_process_killed_at_any_moment_leaves_a_ledger_that_goes_on(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for moment in range(8):
        process = context.Process(target=_append_until_killed, args=(tmp_path / "ledger",))
        process.start()
        process.join(0.02 + 0.013 * moment)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        ledger = Ledger(tmp_path / "ledger")
        assert ledger.append(numbered(1000 + moment), after=ledger.read())
    assert ledger.read().holds(numbered(1000))


@pytest.mark.parametrize("line", ["", "[]", "null", "{}", '{"hash":1}', "[" * 100_000])
def test_what_is_no_line_is_no_line(line: str) -> None:
    with pytest.raises(ValueError, match="not the line"):
        read_line(line, 1, NOTHING)


def test_a_torn_line_after_one_that_was_not_told_of_is_refused(tmp_path: Path) -> None:
    """The next run tells of a line before it writes another, so nothing that happens by itself looks so."""
    folder = tmp_path / "ledger"
    ledger = filled(folder, 2)
    note = (folder / HEAD).read_bytes()
    assert ledger.append(numbered(2), after=ledger.read())
    (folder / HEAD).write_bytes(note)
    (folder / LINES).write_bytes((folder / LINES).read_bytes() + b'{"hash"')
    with pytest.raises(DisclosureError):
        ledger.read()


def test_a_torn_line_that_was_longer_is_cut_off_whole(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 1)
    (folder / LINES).write_bytes((folder / LINES).read_bytes() + b"{" * 10_000)
    assert ledger.append(numbered(1), after=ledger.read())
    assert len(ledger.read().releases) == 2
    assert not ledger.read().is_torn


def test_a_line_is_told_of_before_the_next_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 2)
    note = (folder / HEAD).read_bytes()
    assert ledger.append(numbered(2), after=ledger.read())
    (folder / HEAD).write_bytes(note)
    told: list[int] = []
    tell = Ledger._tell

    def watched(self: Ledger, number: int, head: str) -> None:
        told.append(number)
        tell(self, number, head)

    monkeypatch.setattr(Ledger, "_tell", watched)
    assert ledger.append(numbered(3), after=ledger.read())
    assert told == [3, 4]


def test_a_new_folder_is_on_the_disk_before_its_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry of the folder itself is flushed once, when it is made; its own entries with every line."""
    flushed: list[Path] = []
    monkeypatch.setattr("barometri.disclosure.ledger.flush", flushed.append)
    folder = tmp_path / "data" / "ledger"
    filled(folder, 1)
    assert flushed == [folder.parent, folder, folder]
    flushed.clear()
    ledger = Ledger(folder)
    assert ledger.append(numbered(7), after=ledger.read())
    assert folder.parent not in flushed
    assert folder in flushed


def test_the_first_line_may_be_cut_short_or_untold_of_too(tmp_path: Path) -> None:
    """Before the first note nothing was told of: one whole line may stand, or a piece of one, and no more."""
    folder = tmp_path / "ledger"
    whole = (filled(folder, 1), (folder / LINES).read_bytes())[1]
    (folder / HEAD).unlink()
    assert len(Ledger(folder).read().releases) == 1
    (folder / LINES).write_bytes(whole[:-9])
    standing = Ledger(folder).read()
    assert (standing.releases, standing.is_torn, standing.size, standing.head) == ((), True, 0, NOTHING)
    assert Ledger(folder).append(numbered(0), after=standing)
    assert (folder / LINES).read_bytes() == whole


@pytest.mark.parametrize("number", [0, -1])
def test_a_note_of_no_line_is_never_written_so_it_is_damaged(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "ledger"
    ledger = filled(folder, 1)
    (folder / HEAD).write_text(f"{canonical({'lines': number, 'last': NOTHING})}\n", encoding="utf-8")
    with pytest.raises(DisclosureError):
        ledger.read()
