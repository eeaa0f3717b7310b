"""The same inputs give the same bytes: whoever runs, wherever, whenever, and with however many processes."""

from itertools import combinations
from pathlib import Path

import pytest

from tests.operations.runs import Runs
from tests.operations.small_report import FORMATS, write_small_report
from tests.operations.surroundings import FACTORS, different, finnish_locale, pairwise, run

FARTHEST = {name: values[-1] for name, values in FACTORS.items()}


def words(study: Path, data: Path, *more: str) -> list[str]:
    return ["--study", str(study), "--data", str(data), "--format", *FORMATS, "--jobs", "1", *more]


def test_every_two_values_meet() -> None:
    rows = pairwise()
    assert rows[0] == {name: values[0] for name, values in FACTORS.items()}
    for one, two in combinations(FACTORS, 2):
        met = {(row[one], row[two]) for row in rows}
        assert len(met) == len(FACTORS[one]) * len(FACTORS[two])
    assert len(rows) <= 16


@pytest.mark.slow
def test_surroundings_as_far_apart_as_may_be(runs: Runs, small: Path, tmp_path: Path) -> None:
    """A run of this process's kind, and one where everything around it differs."""
    ended = runs.once(*words(small, tmp_path / "one"), "--output", tmp_path / "here")
    assert ended.code == 0, ended.stderr
    there = run(FARTHEST | {"LC_ALL": "C"}, tmp_path, words(small, tmp_path / "other"), locales=None)
    assert different(tmp_path / "here", there) == []
    assert len(list((there / "2021").rglob("*.*"))) == 15


@pytest.mark.slow
def test_every_pair_of_surroundings(small: Path, tmp_path: Path) -> None:
    locales = finnish_locale(tmp_path)
    rows = pairwise()
    first = run(rows[0], tmp_path, words(small, tmp_path / "data"), locales=locales)
    for number, row in enumerate(rows[1:]):
        data = tmp_path / ("data" if number % 2 else f"data{number}")
        again = run(row, tmp_path, words(small, data), locales=locales)
        assert different(first, again) == [], row


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing(runs: Runs, tmp_path: Path) -> None:
    study = write_small_report(tmp_path / "study", languages=("fi", "sv", "en"))
    common = words(study, tmp_path / "data")[:-1]
    for jobs in ("1", "2", "4"):
        ended = runs.once(*common, jobs, "--output", tmp_path / jobs)
        assert ended.code == 0, ended.stderr
    assert different(tmp_path / "1", tmp_path / "2") == []
    assert different(tmp_path / "1", tmp_path / "4") == []
    for jobs in ("1", "2"):
        verified = runs.once(*common, jobs, "--output", tmp_path / "4", "--verify")
        assert verified.code == 0, verified.stderr


@pytest.mark.slow
def test_a_report_of_fewer_formats_holds_the_same_files(runs: Runs, small: Path, tmp_path: Path) -> None:
    every = ("--study", small, "--data", tmp_path / "data", "--jobs", "1")
    assert runs.once(*every, "--output", tmp_path / "all").code == 0
    for form in FORMATS:
        output = tmp_path / form
        assert runs.once(*every, "--format", form, "--output", output).code == 0
        for path in output.rglob("*.*"):
            if path.is_file() and path.name != "manifest.json":
                whole = tmp_path / "all" / path.relative_to(output)
                assert path.read_bytes() == whole.read_bytes(), path.name
