"""Full disks, folders that may not be changed, odd paths: one clear line, and the old report stands."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from barometri.errors import OutputError
from barometri.report.exchange import check_replaceable, exchange
from tests.operations.runs import ROOT, Ended, Runs, Seen
from tests.operations.small_report import write_small_report

NOBODY = 65534
UNREADABLE, UNWRITABLE = 3, 5


def words(study: Path, folder: Path, *more: str | Path) -> list[str]:
    """The command line of a run below a folder."""
    places = ["--study", study, "--data", folder / "data", "--output", folder / "reports", "--jobs", "1"]
    return [str(word) for word in (*places, *more)]


def check_refused(ended: Ended, told: str) -> None:
    """One line beside the steps, exit code 5, no answer and no place inside the package in it."""
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error:")]
    assert ended.code == UNWRITABLE, ended.stderr
    assert len(errors) == 1
    assert told in errors[0]
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def report(seen: Seen) -> dict[str, str]:
    return {name: what for name, what in seen.items() if name.partition("/")[0] == "2021"}


class Disk:
    """A disk of 1 MB, mounted for the reports or for the data, and the runs that use it.

    Parameters
    ----------
    where
        ``reports`` or ``data``.
    """

    def __init__(self, runs: Runs, study: Path, folder: Path, *, where: str) -> None:
        self.runs, self.study, self.folder = runs, study, folder
        self.place = folder / where
        for name in ("reports", "data"):
            (folder / name).mkdir()

    def each(self, *steps: Mapping[str, Any]) -> list[Ended]:
        look = [self.folder / "reports", self.folder / "data"]
        return self.runs.each(steps, look=look, mounts=[("tmpfs", str(self.place), "size=1m")])

    def run(self, *formats: str, **more: object) -> dict[str, Any]:
        return {"arguments": words(self.study, self.folder, "--format", *formats), **more}

    @property
    def filler(self) -> str:
        return str(self.place / "filler")


def check_full(disk: Disk, *, left: int, formats: Sequence[str]) -> None:
    """A run with so many bytes left is refused or ends well; the next, with room, leaves no trace of it."""
    before, full, after = disk.each(
        disk.run("csv"), disk.run(*formats, leave={disk.filler: left}), disk.run("csv", remove=[disk.filler])
    )
    output, data = str(disk.folder / "reports"), str(disk.folder / "data")
    if full.code != 0:
        check_refused(full, "No space left on device")
        assert report(full.seen[output]) == report(before.seen[output])
        assert {name for name in full.seen[output] if name.startswith(".")} == set()
    assert after.code == 0, after.stderr
    assert after.seen[output] == before.seen[output]
    assert after.seen[data].keys() == before.seen[data].keys()


def test_a_full_disk_is_one_line_and_the_old_report_stands(runs: Runs, small: Path, tmp_path: Path) -> None:
    check_full(Disk(runs, small, tmp_path, where="reports"), left=1 << 17, formats=["html"])


@pytest.mark.slow
@pytest.mark.parametrize("left", [0, *(4096 * 2**n for n in range(8))])
def test_a_disk_that_fills_up_at_any_file(runs: Runs, small: Path, tmp_path: Path, left: int) -> None:
    formats = ["html", "xlsx", "svg", "png", "pdf", "csv"]
    check_full(Disk(runs, small, tmp_path, where="reports"), left=left, formats=formats)


@pytest.mark.slow
@pytest.mark.parametrize("left", [0, 4096, 8192, 12288, 16384, 24576, 32768, 65536])
def test_a_full_disk_of_data_is_one_line(runs: Runs, small: Path, tmp_path: Path, left: int) -> None:
    """The waves are new to the data folder, so that they are kept there, and the ledger after them."""
    disk = Disk(runs, small, tmp_path, where="data")
    full, after = disk.each(disk.run("csv", leave={disk.filler: left}), disk.run("csv", remove=[disk.filler]))
    output, data = str(tmp_path / "reports"), str(tmp_path / "data")
    if full.code != 0:
        check_refused(full, "")
        assert full.seen[output] == {}
    assert after.code == 0, after.stderr
    assert min(after.seen[output]) == "2021"
    drafts = [name for name in after.seen[data] if name.endswith((".part", ".tmp", ".new"))]
    assert drafts == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["ENOSPC", "EACCES"])
def test_a_refusal_at_every_change_of_the_disk(runs: Runs, small: Path, tmp_path: Path, fault: str) -> None:
    output, data = tmp_path / "reports", tmp_path / "data"
    arguments = words(small, tmp_path, "--format", "csv")
    first = runs.once(*arguments, look=[output, data])
    for number in range(1, first.changes + 1):
        again = words(small, tmp_path, "--format", "html")
        refused = runs.once(*again, look=[output, data], fail_at=number, fault=fault)
        assert refused.code in (0, UNWRITABLE), (number, refused.stderr)
        if refused.code:
            check_refused(refused, os.strerror(errno_of(fault)))
            assert report(refused.seen[str(output)]) == report(first.seen[str(output)])
        after = runs.once(*arguments, look=[output, data])
        assert after.code == 0, (number, after.stderr)
        assert after.seen[str(output)] == first.seen[str(output)], number
        assert after.seen[str(data)].keys() == first.seen[str(data)].keys(), number


def errno_of(name: str) -> int:
    return int(getattr(errno, name))


@pytest.mark.slow
def test_a_read_only_disk_of_reports(runs: Runs, small: Path, tmp_path: Path) -> None:
    disk = Disk(runs, small, tmp_path, where="reports")
    before, sealed = disk.each(disk.run("csv"), disk.run("html", seal=[str(disk.place)]))
    check_refused(sealed, "may not be changed")
    assert sealed.seen == before.seen
    assert "read and checked" not in sealed.stderr  # before any work


@pytest.mark.slow
def test_a_read_only_disk_of_data(runs: Runs, small: Path, tmp_path: Path) -> None:
    """Waves that are kept already need no writing; new ones do."""
    disk = Disk(runs, small, tmp_path, where="data")
    before, sealed = disk.each(disk.run("csv"), disk.run("html", seal=[str(disk.place)]))
    assert sealed.code in (0, UNWRITABLE), sealed.stderr
    assert sealed.seen[str(disk.place)] == before.seen[str(disk.place)]
    (sealed,) = disk.each(disk.run("csv", seal=[str(disk.place)]))
    check_refused(sealed, str(disk.place))


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")
def test_a_folder_of_somebody_else(runs: Runs, small: Path, tmp_path: Path) -> None:
    """Permissions bind everybody but root."""
    open_up(tmp_path, small)
    (tmp_path / "reports").mkdir()
    ended = runs.once(*words(small, tmp_path, "--format", "csv"), uid=NOBODY, look=[tmp_path])
    check_refused(ended, "reports may not be changed")
    assert ended.seen[str(tmp_path)] == {"reports": "folder 755"}


def open_up(*places: Path) -> None:
    """Let everybody look into folders of this test, and into all above them that tests made."""
    top = Path(tempfile.gettempdir())
    for place in places:
        for folder in (place, *place.parents):
            if folder.is_relative_to(top) and folder != top:
                folder.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")
@pytest.mark.parametrize("closed", ["study", "data", "output"])
def test_a_folder_that_may_not_be_looked_into(runs: Runs, small: Path, tmp_path: Path, closed: str) -> None:
    """One line that says so, wherever the closed folder is."""
    open_up(tmp_path, small)
    shut, own = tmp_path / "closed", tmp_path / "own"
    for folder, mode in ((shut, 0o700), (own, 0o777)):
        folder.mkdir()
        folder.chmod(mode)
    places = {"study": small, "data": own / "data", "output": own / "reports"} | {closed: shut / "within"}
    said = [word for name, place in places.items() for word in (f"--{name}", str(place))]
    ended = runs.once(*said, "--jobs", "1", "--format", "csv", uid=NOBODY, look=[tmp_path])
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error:")]
    assert ended.code == (UNWRITABLE if closed == "output" else UNREADABLE), ended.stderr
    assert len(errors) == 1, ended.stderr
    assert "unforeseen" not in errors[0]
    assert ended.seen[str(tmp_path)] == {"closed": "folder 700", "own": "folder 777"}


# ------------------------------------------------------------------------------------------- two at once


@pytest.mark.slow
def test_two_runs_into_one_folder(runs: Runs, small: Path, tmp_path: Path) -> None:
    """Both at once, time and again: each ends well or is told of the other, and one whole report stands."""
    look = [tmp_path / "reports"]
    whole = runs.once(*words(small, tmp_path, "--format", "csv"), look=look)
    codes = []
    for _ in range(3):
        started = [start(words(small, tmp_path, "--format", "csv")) for _ in range(3)]
        for process in started:
            out, error = process.communicate(timeout=120)
            codes.append(process.returncode)
            if process.returncode:
                assert process.returncode == UNWRITABLE, error
                assert error.count("error:") == 1
                assert "another run" in error
                assert out == ""
    assert 0 in codes
    after = runs.once(*words(small, tmp_path, "--format", "csv"), look=look)
    assert after.seen == whole.seen


@pytest.mark.slow
def test_two_runs_that_share_a_data_folder(runs: Runs, small: Path, tmp_path: Path) -> None:
    """New to the folder, both keep the waves and tell the ledger: both reports are whole, or one is told."""
    alone = tmp_path / "alone"
    whole = runs.once(*words(small, alone, "--format", "csv"), look=[alone / "reports", alone / "data"])
    for attempt in range(3):
        data = tmp_path / f"data{attempt}"
        outputs = [tmp_path / f"reports{attempt}{name}" for name in "ab"]
        common = ["--study", str(small), "--data", str(data), "--format", "csv", "--jobs", "1"]
        started = [start([*common, "--output", str(output)]) for output in outputs]
        ends = [(process.communicate(timeout=120)[1], process.returncode) for process in started]
        for error, code in ends:
            assert code in (0, UNWRITABLE), error
            if code:
                assert error.count("error:") == 1
        assert 0 in [code for _, code in ends]
        for output in outputs:
            after = runs.once(*common, "--output", output, look=[output, data])
            assert after.code == 0, after.stderr
            assert after.seen[str(output)] == whole.seen[str(alone / "reports")]
            assert after.seen[str(data)].keys() == whole.seen[str(alone / "data")].keys()


def start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    """Start the command as anybody would."""
    command = [sys.executable, "-m", "barometri.report", *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


# ----------------------------------------------------------------------------------------------- odd paths


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ä ö – 'x' \"y\"", "-q", "%s {x} $HOME;#&", "a" * 200, "näkymätön\u200b"])
def test_a_folder_of_any_name(runs: Runs, small: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    ended = runs.once(*words(small, folder, "--format", "csv"), look=[folder / "reports"])
    assert ended.code == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == str(folder / "reports" / "2021" / "manifest.json")
    verified = runs.once(*words(small, folder, "--format", "csv", "--verify"))
    assert verified.code == 0, verified.stderr


@pytest.mark.parametrize("name", ["x" * 300, "/".join(["y" * 200] * 25)])
def test_a_path_too_long_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="File name too long"):
        check_replaceable(tmp_path / name / "2021")
    with pytest.raises(OutputError, match="File name too long"), exchange(tmp_path / name / "2021"):
        pass
    assert list(tmp_path.iterdir()) == []


def fill(target: Path, text: str) -> None:
    with exchange(target) as new:
        (new / "manifest.json").write_text(text, encoding="utf-8")


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    truly = tmp_path / "far" / "away"
    (tmp_path / "reports").mkdir()
    link = tmp_path / "reports" / "2021"
    link.symlink_to(truly)
    for text in ("first", "second"):
        fill(link, text)
        assert link.is_symlink()
        assert (truly / "manifest.json").read_text(encoding="utf-8") == text
        assert [path.name for path in (tmp_path / "reports").iterdir()] == ["2021"]
        assert [path.name for path in (tmp_path / "far").iterdir()] == ["away"]


def test_a_link_that_leads_to_itself_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "2021").symlink_to(tmp_path / "2021")
    with pytest.raises(OutputError):
        fill(tmp_path / "2021", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["2021"]


def test_a_link_inside_a_report_is_no_part_of_it(tmp_path: Path) -> None:
    fill(tmp_path / "2021", "{}")
    (tmp_path / "2021" / "photos").symlink_to(tmp_path)
    with pytest.raises(OutputError, match="holds photos"):
        fill(tmp_path / "2021", "{}")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_permissions_are_the_same_under_any_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with exchange(tmp_path / "2021") as new:
            (new / "fi").mkdir()
            (new / "fi" / "index.html").write_text("page", encoding="utf-8")
    finally:
        os.umask(before)
    target = tmp_path / "2021"
    found = {path.name: path.stat().st_mode & 0o777 for path in (target, *target.rglob("*"))}
    assert found == {"2021": 0o755, "fi": 0o755, "index.html": 0o644}


# ------------------------------------------------------------------------------------ clock and interrupts


@pytest.mark.slow
@pytest.mark.parametrize("clock", [-3e9, -86400.0, 3e9])
def test_a_clock_set_wrong_changes_nothing(runs: Runs, small: Path, tmp_path: Path, clock: float) -> None:
    look = [tmp_path / "reports"]
    first = runs.once(*words(small, tmp_path), look=look)
    wrong = runs.once(*words(small, tmp_path), look=look, clock=clock)
    assert wrong.code == 0, wrong.stderr
    assert wrong.seen == first.seen


def living(session: int) -> list[str]:
    """Return the processes of a session that are not dead."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, owner = entry.read_text(encoding="utf-8").rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(owner) == session and state != "Z":
            found.append(entry.parent.name)
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
@pytest.mark.parametrize("whom", ["one", "all"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_told_to_stop_while_processes_write(tmp_path: Path, number: int, whom: str) -> None:
    """One line and the shell's exit code, nothing beside the old report, and no process that lives on."""
    study = write_small_report(tmp_path / "study", languages=("fi", "sv", "en"))
    arguments = words(study, tmp_path)[:-1]
    since = time.monotonic()
    _, error = start([*arguments, "2"]).communicate()
    took = time.monotonic() - since
    for part in (0.35, 0.6, 0.8):
        process = start([*arguments, "2"])
        time.sleep(took * part)
        (os.killpg if whom == "all" else os.kill)(process.pid, number)
        _, error = process.communicate(timeout=60)
        if process.returncode != 0:
            stop = -number if number == signal.SIGKILL else 128 + number
            assert process.returncode in (stop, -number), error  # the latter when the report stood already
            assert "Traceback" not in error
            if process.returncode == 128 + number:
                assert error.splitlines()[-1] == "error: stopped; no half report was left behind."
                assert [path.name for path in (tmp_path / "reports").iterdir()] == ["2021"]
        end = time.monotonic() + 5
        while living(process.pid) and time.monotonic() < end:
            time.sleep(0.05)
        assert living(process.pid) == []
    last = start([*arguments, "2"])
    _, error = last.communicate(timeout=120)
    assert last.returncode == 0, error
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["2021"]


@pytest.mark.slow
@pytest.mark.parametrize("verbose", ["-v", "-q"])
def test_steps_name_no_place_and_no_answer(runs: Runs, small: Path, tmp_path: Path, verbose: str) -> None:
    ended = runs.once(*words(small, tmp_path, verbose, "--verify"))
    ended = runs.once(*words(small, tmp_path, verbose))
    assert ended.code == 0
    assert str(tmp_path) not in ended.stderr
    assert "/tmp" not in ended.stderr  # noqa: S108 - the word is looked for, no file is made
    assert (ended.stderr == "") == (verbose == "-q")
