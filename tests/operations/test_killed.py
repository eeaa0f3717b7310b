"""A run that is killed: a reader sees the old set of files or the new one, the next run leaves no trace."""

import hashlib
import json
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from barometri.report.exchange import exchange
from tests.operations.places import FORMATS, Place
from tests.operations.runs import Runs, Seen

KILLS = 10


@pytest.fixture(scope="module")
def place(runs: Runs, small: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(runs, small, tmp_path_factory.mktemp("killed"), FORMATS)


def test_the_two_sets_differ(place: Place) -> None:
    assert place.sets["old"] != place.sets["new"]


def test_killed_at_ten_random_moments(place: Place) -> None:
    moments = np.random.default_rng(15).uniform(0, place.seconds, KILLS)
    killed = 0
    for number, moment in enumerate(moments):
        ended = place.run(place.other, signal=(float(moment), signal.SIGKILL))
        assert ended.code in (-signal.SIGKILL, 0)
        killed += ended.code != 0
        place.check_reader(ended)
        if number % 5 == 4:
            place.check_next_run()
    assert killed >= KILLS - 2


@pytest.mark.parametrize("back", [1, 2])
def test_killed_around_the_exchange(place: Place, back: int) -> None:
    """The last changes of a run take the old set away; before them stands the exchange itself."""
    kind = place.other
    removals = sum(name.startswith("2021/") for name in place.sets[place.standing])
    ended = place.run(kind, die_at=place.changes[kind] - (removals if back == 1 else 2))
    assert ended.code == -signal.SIGKILL
    place.check_reader(ended)
    place.check_next_run()


@pytest.mark.slow
def test_killed_at_every_change_of_the_disk(place: Place) -> None:
    for number in range(1, max(place.changes.values()) + 1):
        ended = place.run(place.other, die_at=number)
        assert ended.code in (-signal.SIGKILL, 0)
        place.check_reader(ended)
        place.check_next_run()


@pytest.mark.slow
def test_killed_while_the_waves_are_read(runs: Runs, small: Path, tmp_path: Path) -> None:
    """The data folder is empty at first, so that a run reads and keeps the waves."""
    output, generator, kept = tmp_path / "reports", np.random.default_rng(16), None
    for number in range(12):
        data = tmp_path / f"data{number}"
        arguments = ["--study", str(small), "--data", str(data), "--output", str(output), "--format", "csv"]
        more = (
            {"signal": (float(generator.uniform(0.1, 0.6)), signal.SIGKILL)}
            if number % 2
            else {"die_at": number}
        )
        _, after = runs.each(
            [{"arguments": arguments, **more}, {"arguments": arguments}], look=[data, output]
        )
        assert after.code == 0, after.stderr
        found = {name: entry for name, entry in after.seen[str(data)].items() if not name.endswith(".jsonl")}
        assert sorted(found) == sorted(kept or found)
        kept = found
        assert min(after.seen[str(output)]) == "2021"


def test_a_reader_beside_many_exchanges_sees_one_set_or_the_other(tmp_path: Path) -> None:
    target = tmp_path / "2021"
    names = [f"{number}.txt" for number in range(5)]

    def publish(text: str) -> None:
        with exchange(target) as new:
            for name in names:
                (new / name).write_text(text, encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            listed = {"files": {name: {"sha256": digest} for name in names}}
            (new / "manifest.json").write_text(json.dumps(listed), encoding="utf-8")

    publish("first")
    done = threading.Event()
    whole: list[int] = []
    mixed: list[Seen] = []

    def read() -> None:
        while not done.is_set():
            folder = os.open(
                target, os.O_RDONLY | os.O_DIRECTORY
            )  # as one who has opened it, it never is away
            try:
                texts = {name: _text(folder, name) for name in [*names, "manifest.json"]}
            except FileNotFoundError:
                continue  # the folder was opened before it was taken away
            finally:
                os.close(folder)
            listed = json.loads(texts.pop("manifest.json"))["files"]
            digests = {
                name: {"sha256": hashlib.sha256(text.encode()).hexdigest()} for name, text in texts.items()
            }
            whole.append(1)
            if digests != listed:
                mixed.append(digests)  # type: ignore[arg-type]

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(40):
        publish(f"text {number}")
        time.sleep(0.001)
    done.set()
    reader.join()
    assert whole
    assert mixed == []
    assert [path.name for path in tmp_path.iterdir()] == ["2021"]


def _text(folder: int, name: str) -> str:
    handle = os.open(name, os.O_RDONLY, dir_fd=folder)
    try:
        return os.read(handle, 1 << 16).decode()
    finally:
        os.close(handle)
