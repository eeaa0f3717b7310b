"""The command: paths on stdout, steps on stderr, exit codes, and never an answer in an error."""

import errno
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from barometri.commands import publishing
from barometri.commands.report import main
from barometri.commands.signals import signals_held
from barometri.commands.workers import Share, Workers, shares
from barometri.disclosure.ledger_lines import Release, limits_of
from barometri.errors import DisclosureError, OutputError, ValidationError
from tests.report.made_up_run import run

ANSWER = "131052-308T"  # a personal identity code made for examples


class Asked:
    """Stands for reading and estimating: gives the made-up run, and remembers what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data: list[object] = []
        small = replace(run(), tables={"prevalence": run().tables["prevalence"]})
        monkeypatch.setattr(publishing, "read_surveys", self.read)
        release = Release("0" * 64, 2021, {}, limits_of(small.study.disclosure), ())
        monkeypatch.setattr(publishing, "_crossed", lambda *_: publishing.Crossed(small, release))

    def read(self, _: object, *, data: Path) -> dict[int, object]:
        self.data.append(data)
        return {2021: None}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def call(tmp_path: Path, *arguments: str) -> int:
    few = ["--language", "fi", "--format", "csv"]
    places = ["--data", str(tmp_path / "data"), "--output", str(tmp_path / "reports")]
    return main([*few, *places, "--jobs", "1", *arguments])


def test_the_paths_go_to_stdout_and_the_steps_to_stderr(
    asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    somewhere = tmp_path / "somewhere"
    assert call(tmp_path, "--data", str(somewhere)) == 0
    said = capsys.readouterr()
    paths = [Path(line) for line in said.out.splitlines()]
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "reports/2021/fi/figures",
        "reports/2021/findings.json",
        "reports/2021/findings.csv",
        "reports/2021/manifest.json",
    ]
    assert all(path.exists() for path in paths)
    assert said.err.splitlines()[-1] == "written: fi (csv)"
    assert asked.data == [somewhere]
    assert [path.name for path in (somewhere / "processed").iterdir()] == ["demo"]


@pytest.mark.usefixtures("asked")
def test_quiet_says_nothing_but_the_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "-q") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("asked")
def test_verify_knows_the_same_report_from_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "--verify") == 1
    assert not (tmp_path / "reports").exists()
    assert call(tmp_path) == 0
    assert call(tmp_path, "--verify") == 0
    assert "every file is the same" in capsys.readouterr().err
    table = tmp_path / "reports" / "2021" / "fi" / "figures" / "prevalence.csv"
    table.write_bytes(table.read_bytes().replace(b"0.61", b"0.62"))
    assert call(tmp_path, "--verify") == 1
    said = capsys.readouterr()
    assert "fi/figures/prevalence.csv: differs" in said.err
    assert said.out == ""


@pytest.mark.usefixtures("asked")
def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "--dry-run") == 0
    assert list(tmp_path.iterdir()) == []
    said = capsys.readouterr()
    assert said.out == ""
    assert "nothing was written" in said.err


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--wave", "1999"], "--wave must be one of the study's waves 2017, 2018, 2019, 2021; got 1999."),
        (["--study", "/nowhere/at/all"], "is no study folder"),
    ],
)
def test_a_wrong_word_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert call(tmp_path, *arguments) in (2, 3)
    said = capsys.readouterr()
    assert told in said.err
    assert len(said.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["--language", "de"], ["--format", "docx"], ["--jobs", "0"], ["--wav", "2021"]]
)
def test_usage_errors_leave_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValidationError("2021.sav, q12: 3 rows hold codes the codebook does not know."), 3),
        (DisclosureError("a filter cannot be named."), 4),
        (OutputError("reports: No space left on device."), 5),
    ],
)
def test_an_error_of_the_package_is_one_line_with_its_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    code: int,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(publishing, "read_surveys", fail)
    assert call(tmp_path, "-q") == code
    assert capsys.readouterr().err == f"error: {error}\n"
    assert list(tmp_path.iterdir()) == []


def test_an_unforeseen_error_tells_its_place_and_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        try:
            int(ANSWER)
        except ValueError:
            raise KeyError(ANSWER)  # noqa: B904 - a library that chains is what is tried here

    monkeypatch.setattr(publishing, "read_surveys", fail)
    assert call(tmp_path, "-q") == 3
    said = capsys.readouterr().err
    assert ANSWER not in said
    assert "Traceback" not in said
    assert "an unforeseen KeyError in " in said
    assert "commands/publishing.py, line" in said
    assert len(said.splitlines()) == 1


@pytest.mark.usefixtures("asked")
def test_a_full_disk_leaves_the_standing_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path) == 0
    standing = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(publishing, "manifest", full)
    assert call(tmp_path) == 5
    assert "No space left" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == standing


@pytest.mark.usefixtures("asked")
def test_an_output_folder_with_something_else_in_it_is_refused_before_any_work(
    asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "reports" / "2021").mkdir(parents=True)
    (tmp_path / "reports" / "2021" / "thesis.docx").write_bytes(b"mine")
    assert call(tmp_path) == 5
    assert "holds thesis.docx" in capsys.readouterr().err
    assert asked.data == []


def test_work_is_divided_so_that_no_worker_idles() -> None:
    formats = ("html", "xlsx", "png", "pdf")
    whole = [Share(language, formats) for language in ("fi", "sv", "en")]
    assert list(shares(("fi", "sv", "en"), formats, 1)) == whole
    assert list(shares(("fi", "sv", "en"), formats, 3)) == whole
    halves = [Share("en", ("html", "xlsx")), Share("en", ("png", "pdf"))]
    assert list(shares(("fi", "sv", "en"), formats, 2)) == [*whole[:2], *halves]
    assert list(shares(("fi", "sv", "en"), ("html",), 2)) == [
        Share(language, ("html",)) for language in ("fi", "sv", "en")
    ]


@pytest.mark.slow
def test_the_number_of_processes_changes_no_byte(asked: Asked, tmp_path: Path) -> None:
    del asked
    for jobs in ("1", "2"):
        places = ["--data", str(tmp_path / "data"), "--output", str(tmp_path / jobs)]
        arguments = [*places, "--jobs", jobs, "-q", "--language", "fi", "sv"]
        assert main([*arguments, "--format", "html", "xlsx", "svg", "png", "pdf", "csv"]) == 0
    assert publishing.differing(tmp_path / "1", tmp_path / "2") == []


@pytest.mark.slow
def test_a_process_that_dies_is_an_output_error() -> None:
    with Workers(2, publishing.ready) as workers, pytest.raises(OutputError, match="--jobs 1"):
        list(workers.each(os._exit, [1, 1]))  # type: ignore[list-item,arg-type]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_what_a_terminal_sends_is_held_while_processes_are_started() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with signals_held():
        assert {signal.SIGINT, signal.SIGHUP} <= signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_load_no_third_party_module(word: str) -> None:
    timed = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "barometri.report", word],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    loaded = {line.rsplit("|", 1)[-1].strip().partition(".")[0] for line in timed.stderr.splitlines()}
    assert "barometri" in loaded
    assert not loaded & {"numpy", "pandas", "matplotlib", "tqdm", "jinja2", "duckdb", "scipy"}
    assert "usage" in timed.stdout if word == "--help" else timed.stdout.startswith("barometri ")


@pytest.mark.slow
def test_the_demonstration_from_files_to_reports(tmp_path: Path) -> None:
    arguments = ["--data", str(tmp_path / "data"), "--output", str(tmp_path / "reports"), "--language", "en"]
    assert main([*arguments, "--format", "html", "xlsx"]) == 0
    page = (tmp_path / "reports" / "2021" / "en" / "index.html").read_text(encoding="utf-8")
    assert "SYNTHETIC DATA" in page
    assert main([*arguments, "--format", "html", "xlsx", "--verify"]) == 0
