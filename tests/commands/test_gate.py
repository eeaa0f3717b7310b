"""Runs of the command that are recorded, or refused for what they would tell beside what was published."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from barometri.commands.check import main as accept
from barometri.commands.report import main
from barometri.disclosure import gate as gate_module
from barometri.disclosure.gate import Gate
from barometri.disclosure.joining import Failure
from barometri.disclosure.ledger import Ledger
from barometri.errors import DisclosureError
from barometri.report import exchange
from barometri.study.reading import read_study
from tests.commands.filtered_study import write_responses, write_study
from tests.disclosure.releases import record, release

FILTERS = ("", "ab", "ac", "cd")
"""Groups inside in each release: by the last one, the group that is in none of them is told."""


class Place:
    """A folder with the study, its data and its reports."""

    def __init__(self, folder: Path) -> None:
        self.study = folder / "study"
        self.data = folder / "data"
        self.reports = folder / "reports"
        self.ledger = self.data / "processed" / "filtered" / "ledger"
        if not self.study.exists():
            write_study(self.study)
            write_responses(self.study)

    def arguments(self, *more: str) -> list[str]:
        places = {"--study": self.study, "--data": self.data, "--output": self.reports}
        given = [word for option, path in places.items() for word in (option, str(path))]
        return [*given, "--jobs", "1", *(more or ("--language", "en", "--format", "csv"))]

    def publish(self, inside: str, *more: str, top: str = "", withdrawn: str = "") -> int:
        write_study(self.study, inside=inside, top=top, withdrawn=withdrawn)
        return main(self.arguments(*more))

    def deliver(self, *, left_out: int) -> None:
        """Put another file in the place of the wave's, and accept it."""
        write_responses(self.study, left_out=left_out)
        assert accept(["--manifest", "--study", str(self.study), "--data", str(self.data)]) == 0

    def standing(self) -> dict[str, bytes]:
        """Every file of the reports, hidden ones too."""
        return {
            str(path.relative_to(self.reports)): path.read_bytes()
            for path in self.reports.rglob("*")
            if path.is_file()
        }

    def recorded(self) -> dict[str, tuple[bytes, int]]:
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.ledger.iterdir()}

    def releases(self) -> int:
        return len(Ledger(self.ledger).read().releases)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where all releases but the last were published."""
    folder = tmp_path_factory.mktemp("filtered")
    for inside in FILTERS[:3]:
        assert Place(folder).publish(inside) == 0
    return folder


@pytest.fixture
def filtered(made: Path, tmp_path: Path) -> Place:
    return Place(Path(shutil.copytree(made, tmp_path / "filtered")))


def test_the_release_that_completes_a_filter_is_refused(
    filtered: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place = filtered
    before, recorded = place.standing(), place.recorded()
    capsys.readouterr()
    assert place.publish(FILTERS[3], "--dry-run") == 4
    assert place.publish(FILTERS[3]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert place.standing() == before
    assert place.recorded() == recorded
    (told, again) = [line for line in said.err.splitlines() if line.startswith("error:")]
    assert told == again
    assert told.startswith("error: Tables well (well 2021): together with what was published before")
    without_names = re.sub(r'"[0-9a-f]{12}"|2021', "", told)
    assert not re.search(r"\d", without_names), "no number of the survey is told"


def test_the_refused_release_is_harmless_alone(place: Place) -> None:
    assert place.publish(FILTERS[3]) == 0


def test_one_release_is_recorded_once_whatever_it_is_shown_in(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.publish("ab", "--language", "fi", "--format", "csv") == 0
    recorded = place.recorded()
    assert place.publish("ab", "--language", "fi", "en", "--format", "csv", "html") == 0
    assert place.recorded() == recorded
    assert place.releases() == 1
    capsys.readouterr()


def test_a_dry_run_attacks_and_records_nothing(place: Place) -> None:
    assert place.publish("ab", "--dry-run") == 0
    assert not place.ledger.exists()
    assert not place.reports.exists()


def test_verify_neither_reads_nor_writes_the_ledger(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place.publish("ab") == 0
    recorded = place.recorded()

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    for method in ("read", "append"):
        monkeypatch.setattr(Ledger, method, never)
    monkeypatch.setattr(Gate, "judge", never)
    assert main([*place.arguments(), "--verify"]) == 0
    assert place.recorded() == recorded


def test_nothing_of_the_ledger_is_told(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.publish("ab", "-v", "--language", "en", "--format", "csv", "html", "xlsx", "svg") == 0
    said = capsys.readouterr()
    secrets = [re.escape(str(place.ledger)), "releases.jsonl", "head.json"]
    secrets += [one.mark[:16] for one in Ledger(place.ledger).read().releases]
    secrets += re.findall(
        r'"(?:hash|last|previous)":"([0-9a-f]{16})', (place.ledger / "head.json").read_text()
    )
    secrets += re.findall(r'"hash":"([0-9a-f]{16})', (place.ledger / "releases.jsonl").read_text())
    assert len(secrets) == 6
    told = [said.out.encode(), said.err.encode(), *place.standing().values()]
    for secret in secrets:
        assert not any(re.search(secret.encode(), text) for text in told), secret


def test_a_damaged_ledger_stops_the_run(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.publish("ab") == 0
    before = place.standing()
    lines = place.ledger / "releases.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b'"n":', b'"m":', 1))
    capsys.readouterr()
    assert place.publish("") == 4
    said = capsys.readouterr().err
    assert "line 1 is damaged" in said
    assert str(place.ledger) not in said
    assert place.standing() == before


def test_the_entry_stands_before_the_reports_do(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced: list[int] = []
    replace = exchange._replace

    def watched(target: Path, new: Path) -> None:
        replaced.append(place.releases())
        replace(target, new)

    monkeypatch.setattr(exchange, "_replace", watched)
    assert place.publish("ab") == 0
    assert replaced == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="a signal ends the process")
def test_a_run_killed_between_entry_and_exchange_is_repeated(place: Place) -> None:
    assert place.publish("") == 0
    before = place.standing()
    write_study(place.study, inside="ab")
    code = (
        "import os, signal\n"
        "from barometri.report import exchange\n"
        "from barometri.commands.report import main\n"
        "exchange._replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"main({place.arguments()!r})\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == -9
    assert {name: text for name, text in place.standing().items() if name in before} == before
    recorded = place.recorded()
    assert place.releases() == 2
    assert place.publish("ab") == 0
    assert place.recorded() == recorded
    assert not [name for name in place.standing() if name.startswith(".")]


def test_a_report_that_was_withdrawn_no_longer_stands_in_the_way(
    filtered: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place = filtered
    assert place.publish(FILTERS[3]) == 4
    named = re.findall(r'"([0-9a-f]{12})"', capsys.readouterr().err)
    assert len(named) == 3
    assert place.publish(FILTERS[3], withdrawn=named[1]) == 0
    assert place.releases() == 4


def test_the_file_that_stands_is_not_withdrawn(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.publish("ab") == 0
    (release_,) = Ledger(place.ledger).read().releases
    assert place.publish("ab", withdrawn=release_.inputs["2021"]) == 4
    assert "names the file of wave 2021 that stands now" in capsys.readouterr().err


def test_a_correction_by_few_answers_is_refused(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.publish("") == 0
    before = place.standing()
    place.deliver(left_out=2)
    assert place.publish("") == 4
    assert "Tables well (well 2021): beside the release they correct" in capsys.readouterr().err
    assert place.standing() == before
    place.deliver(left_out=40)
    assert place.publish("") == 0


def test_a_study_of_simulated_respondents_is_told_how_to_start_anew(
    filtered: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filtered.publish(FILTERS[3], top="synthetic = true") == 4
    assert "--data" in capsys.readouterr().err.splitlines()[-1]


def test_a_release_that_another_run_overtook_is_judged_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(read_study(place.study), Ledger(place.ledger))
    one, other = release(record("one", {}, 100, 50)), release(record("other", {}, 100, 50))
    judged = gate.judge(one)
    gate.record(other, gate.judge(other))
    seen: list[int] = []

    def watched(_: object, earlier: tuple[object, ...], __: object) -> tuple[Failure, ...]:
        seen.append(len(earlier))
        return (Failure("item 2021", ("one",), "before", ("0" * 64,)),)

    monkeypatch.setattr(gate_module, "failures", watched)
    with pytest.raises(DisclosureError, match="Tables one"):
        gate.record(one, judged)
    assert seen == [1]
    assert place.releases() == 1


@pytest.mark.slow
def test_a_refused_run_with_processes_leaves_nothing(filtered: Place) -> None:
    place = filtered
    before = place.standing()
    write_study(place.study, inside=FILTERS[3])
    few = ["--language", "fi", "en", "--format", "html", "svg", "csv"]
    assert main([*place.arguments(*few), "--jobs", "2"]) == 4
    assert place.standing() == before
    assert sorted(path.name for path in place.reports.iterdir()) == ["2021"]
