"""The commands tell no answer when a library fails under them, with -v too, nor when an answer is wrong."""

import contextlib
import io
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from barometri.commands import check, report
from tests.leaks.calls import CANARY, NUMBER
from tests.leaks.injecting import ERRORS, Fault
from tests.leaks.looking import canaries_in, told_by
from tests.operations.small_report import write_small_report

Main = Callable[[Sequence[str]], int]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The small study, one respondent of which is called by an identity code and earns an odd number."""
    study = write_small_report(tmp_path / "study")
    for path in study.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        lines = [f"{lines[0]};tulot", *(f"{line};{NUMBER:.3f}".replace(".", ",") for line in lines[1:])]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in (study / "waves").glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            'ignored = ["tulot"]\n' + text.replace("[format]", '[format]\ndecimal = ","'), encoding="utf-8"
        )
    return tmp_path


def arguments(place: Path, command: str) -> list[str]:
    if command == "check":
        return [str(place / "study" / "2021.csv"), "--study", str(place / "study"), "--wave", "2021"]
    fixed = [
        "--study",
        str(place / "study"),
        "--data",
        str(place / "data"),
        "--output",
        str(place / "reports"),
    ]
    return [*fixed, "--format", "csv", "--jobs", "1", "-v"]


def run(main: Main, given: Sequence[str], fault: Fault) -> tuple[int | None, str]:
    """Run a command under a fault; return its code and all that it told."""
    said, codes = io.StringIO(), []

    def whole() -> None:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said), fault:
            codes.append(main(given))

    told = told_by(whole)
    return (codes[0] if codes else None), said.getvalue() + told


def strike(place: Path, command: str, spots: Sequence[float], kinds: Sequence[str]) -> None:
    main: Main = {"report": report.main, "check": check.main}[command]
    given = arguments(place, command)
    counted = Fault()
    code, told = run(main, given, counted)
    assert code == 0, told
    assert canaries_in(told) == []
    for spot, kind in zip(spots, kinds, strict=False):
        fault = Fault(max(1, round(spot * counted.steps)), ERRORS[kind])
        code, told = run(main, given, fault)
        assert canaries_in(told) == [], (spot, kind)
        assert "Traceback" not in told
        assert code in {0, 2, 3, 4, 5}


@pytest.mark.slow
def test_a_report_that_fails_tells_no_answer(place: Path) -> None:
    strike(place, "report", (0.3,), ("ValueError",))


def test_a_check_that_fails_tells_no_answer(place: Path) -> None:
    strike(place, "check", (0.1, 0.5, 0.9), ("KeyError", "panic", "OSError"))


@pytest.mark.slow
@pytest.mark.parametrize("command", ["report", "check"])
def test_no_fault_makes_a_command_tell_an_answer(place: Path, command: str) -> None:
    kinds = sorted(ERRORS)
    dice = np.random.default_rng(5)
    strike(place, command, sorted(dice.random(len(kinds))), kinds)


@pytest.mark.parametrize("command", ["report", "check"])
@pytest.mark.parametrize(
    ("column", "value"), [("v1", CANARY), ("v2", str(NUMBER)), ("ryhma", CANARY), ("id", CANARY)]
)
def test_a_wrong_answer_is_refused_without_being_told(
    place: Path, command: str, column: str, value: str
) -> None:
    """In a process of its own, as from a shell: nothing on stdout or stderr."""
    for year in (2019, 2021):
        path = place / "study" / f"{year}.csv"
        lines = [line.split(";") for line in path.read_text(encoding="utf-8").splitlines()]
        lines[5][lines[0].index(column)] = value
        path.write_text("\n".join(";".join(line) for line in lines) + "\n", encoding="utf-8")
    main: Main = {"report": report.main, "check": check.main}[command]
    code, told = run(main, arguments(place, command), Fault())
    assert code == 3
    assert canaries_in(told) == []
    assert not (place / "reports").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["report", "check"])
def test_from_a_shell_nothing_is_told_either(place: Path, command: str) -> None:
    path = place / "study" / "2021.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(";8;", f";{CANARY};", 1), encoding="utf-8")
    whole = [sys.executable, "-X", "dev", "-m", f"barometri.{command}", *arguments(place, command)]
    ended = subprocess.run(whole, check=False, capture_output=True, text=True)
    assert ended.returncode == 3
    assert canaries_in(ended.stdout + ended.stderr) == []
    assert "Traceback" not in ended.stderr
