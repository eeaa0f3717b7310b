"""A report says what it was made of, and nothing of who made it, where or when."""

import getpass
import json
import os
import re
import socket
import time
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest

import barometri
from barometri.analysis.environment import DEPENDENCIES, lock_digest, locked_versions, normal
from barometri.commands.report import main
from barometri.study.reading import digest as study_digest
from tests.operations.small_report import write_small_report
from tests.test_house import ROOT, locked
from tests.test_house import normal as required

ALL = ("html", "xlsx", "svg", "csv", "pdf", "png")


def run(place: Path, *arguments: str, formats: tuple[str, ...] = ("html", "csv")) -> int:
    fixed = [
        "--study",
        str(place / "study"),
        "--data",
        str(place / "data"),
        "--output",
        str(place / "reports"),
    ]
    return main([*fixed, "--format", *formats, "--jobs", "1", "-q", *arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small report in all formats, made under a name, a time zone and a folder that may not be told."""
    place = tmp_path_factory.mktemp("Matti_Meikalainen")
    write_small_report(place / "study")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("USER", "LOGNAME", "USERNAME"):
            patch.setenv(name, "mmeikalainen")
        assert run(place, formats=ALL) == 0
    return place


def unpacked(path: Path) -> bytes:
    """Return an artefact with everything that is packed in it laid open."""
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            stamps = {info.date_time[0] for info in archive.infolist()}
            assert stamps == {1980}, "a time of the archive"
            data = b"\n".join([name.encode() + b"\n" + archive.read(name) for name in archive.namelist()])
    if path.suffix == ".pdf":
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
            try:
                data += zlib.decompress(stream)
            except zlib.error:
                continue
    return data


def private_words(place: Path) -> dict[str, bytes]:
    """Return what no artefact may hold: names, folders, and today in the ways of writing it."""
    day, host = date.today(), socket.gethostname()  # noqa: DTZ011 - the day of this machine
    words = {
        "user": getpass.getuser() if getpass.getuser() != "root" else "/root",
        "invented user": "mmeikalainen",
        "folder": "Matti_Meikalainen",
        "place": str(place),
        "working folder": os.getcwd(),  # noqa: PTH109 - as it is written
        "home": str(Path.home()),
        "temporary folder": "/tmp/",  # noqa: S108 - searched for, not written
        "host": host if len(host) > 3 else "",
        "writer": "openpyxl",
        "maker": "Matplotlib v",
        "producer": "matplotlib.org",
        "zone": time.tzname[0] if len(time.tzname[0]) > 3 else "",
    }
    ways = (
        "%Y-%m-%d",
        "%d.%m.%Y",
        "%Y%m%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d %B %Y",
        "%B %d, %Y",
        "%d-%b-%Y",
        "D:%Y%m",
    )
    words |= {way: day.strftime(way) for way in ways} | {"short": f"{day.day}.{day.month}.{day.year}"}
    return {name: word.encode() for name, word in words.items() if word}


def test_no_artefact_tells_who_made_it_where_or_when(made: Path) -> None:
    paths = [path for path in (made / "reports").rglob("*") if path.is_file()]
    assert {path.suffix for path in paths} == {".html", ".xlsx", ".svg", ".csv", ".pdf", ".png", ".json"}
    hits = [
        f"{path.name}: {name}"
        for path in paths
        for name, word in private_words(made).items()
        if word in unpacked(path)
    ]
    assert hits == []


def test_no_artefact_has_an_author(made: Path) -> None:
    (book,) = (made / "reports").rglob("*.xlsx")
    text = unpacked(book).decode("utf-8")
    for tag in ("dc:creator", "cp:lastModifiedBy", "Company", "Manager"):
        assert [found for found in re.findall(rf"<{tag}>([^<]*)</{tag}>", text) if found] == [], tag
    stamps = set(re.findall(r'W3CDTF">([^<]*)<', text))
    assert stamps == {"2021-06-01T00:00:00Z"}, "the day of publication alone"
    for path in (made / "reports").rglob("*.pdf"):
        for key in (b"/Author", b"/Creator ", b"/CreationDate", b"/Producer", b"/ModDate"):
            assert key not in path.read_bytes(), key
    for path in (made / "reports").rglob("*.png"):
        assert not re.search(rb"tEXt|iTXt|zTXt|tIME|eXIf", path.read_bytes())
    for path in (made / "reports").rglob("*.svg"):
        assert not re.search(r"<metadata|dc:|rdf:|cc:", path.read_text(encoding="utf-8"))


def test_no_mark_stands_for_a_respondent(made: Path) -> None:
    """However many answer, a drawing has a few marks for each record of its table."""
    for path in (made / "reports").rglob("*.svg"):
        records = len((path.with_suffix(".csv")).read_text(encoding="utf-8").splitlines()) - 1
        drawn = len(re.findall(r"<(use|circle|path|rect)\b", path.read_text(encoding="utf-8")))
        assert drawn <= 12 * records + 40


# ------------------------------------------------------------------------------- what it was made of


def test_a_report_carries_the_hashes_of_all_it_was_made_of(made: Path) -> None:
    folder = made / "reports" / "2021"
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    page = (folder / "fi" / "index.html").read_text(encoding="utf-8")
    assert set(content["inputs"]) == {"2019.csv", "2021.csv"}
    assert content["study"]["sha256"] == study_digest(made / "study")
    assert content["version"] == barometri.__version__
    assert content["lock"]["sha256"] == lock_digest()
    for known in (*content["inputs"].values(), content["study"]["sha256"], content["lock"]["sha256"]):
        assert re.fullmatch(r"[0-9a-f]{64}", known)
        assert known in page
    assert f"barometri {barometri.__version__}" in page


def verifying(place: Path, keys: tuple[str, ...]) -> None:
    """Verify a report as it stands, and with other hashes in its manifest."""
    write_small_report(place / "study")
    assert run(place, formats=("csv",)) == 0
    assert run(place, "--verify", formats=("csv",)) == 0
    manifest = place / "reports" / "2021" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    for key in keys:
        content = json.loads(text)
        part = content[key]
        content[key] = "0.0" if isinstance(part, str) else dict.fromkeys(part, "00")
        manifest.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        assert run(place, "--verify", formats=("csv",)) == 1, key


@pytest.mark.slow
def test_verify_knows_every_hash(tmp_path: Path) -> None:
    verifying(tmp_path, ("inputs", "study", "lock", "version"))


def test_the_hash_of_the_libraries_is_that_of_the_lock() -> None:
    """Where the environment is the lock's, both give the same hash; another version gives another."""
    versions = locked_versions()
    held = {name: text.removeprefix("==").split(maxsplit=1)[0] for name, text in locked().items()}
    assert {name for name, _ in versions} <= {normal(name) for name in held}
    if all(held.get(name) == version for name, version in versions):
        assert lock_digest(tuple((name, held[name]) for name, _ in versions)) == lock_digest()
    changed = tuple((name, version + ".1" if name == "numpy" else version) for name, version in versions)
    assert lock_digest(changed) != lock_digest()


def test_the_libraries_are_the_project_s_own() -> None:
    import tomllib  # noqa: PLC0415 - beside its only use

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {required(name) for name in project["project"]["dependencies"]} == set(DEPENDENCIES)
