"""The manifest of inputs: trusted at first, refused once changed, accepted by a command, never half."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from barometri.errors import FileError, OutputError
from barometri.loading import (
    Manifest,
    Pin,
    Shape,
    accept_inputs,
    check_manifest,
    places,
    read_manifest,
    read_surveys,
    surveys,
    write_manifest,
)
from barometri.loading.demonstration import demonstrate
from barometri.readers import file_digest
from barometri.study.reading import read_study
from barometri.study.study import Study
from tests.small_study import WORD, responses, write_responses, write_study


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study in ``study`` whose wave was read into ``processed``."""
    folder = tmp_path_factory.mktemp("read")
    write_responses(write_study(folder / "study") / "2021.csv")
    read_surveys(read_study(folder / "study"), data=folder)
    return folder


@pytest.fixture
def data(read_once: Path, tmp_path: Path) -> Path:
    """A copy of it to be changed."""
    return Path(shutil.copytree(read_once, tmp_path / "data"))


def study_of(data: Path) -> Study:
    return read_study(data / "study")


def kept(data: Path, name: str = "2021.parquet") -> Path:
    return data / "processed" / "small" / name


def flip(path: Path, place: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


def message(call: Callable[[], object]) -> str:
    with pytest.raises(FileError) as caught:
        call()
    assert caught.value.code == "E10"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_the_first_read_pins_the_file_and_what_was_kept_of_it(read_once: Path) -> None:
    study = study_of(read_once)
    pin = check_manifest(study, read_once).waves[2021]
    file = read_once / "study" / "2021.csv"
    assert pin.file == "2021.csv"
    assert pin.delivered == Shape(file_digest(file), *responses().shape)
    assert pin.harmonised == Shape(file_digest(kept(read_once)), 8, 12)


@pytest.mark.skipif(os.name != "posix", reason="no such permissions")
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_what_is_kept_is_its_owners_alone_whatever_the_umask(umask: int, data: Path) -> None:
    study, folder = study_of(data), kept(data, "")
    shutil.rmtree(folder)
    before = os.umask(umask)
    try:
        for _ in range(2):
            read_surveys(study, data=data)
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
            assert len(list(folder.iterdir())) == 3
            folder.chmod(0o755)
            write_manifest(study, data, read_manifest(study, data))
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_every_flipped_bit_of_a_pinned_file_is_refused(data: Path) -> None:
    study, file = study_of(data), data / "study" / "2021.csv"
    generator = np.random.default_rng(1)
    size = file.stat().st_size
    for place in generator.choice(size, 40, replace=False):
        flip(file, place, bit := int(generator.integers(8)))
        text = message(lambda: check_manifest(study, data))
        assert "2021.csv" in text
        assert "--manifest" in text
        assert WORD not in text
        flip(file, place, bit)
    check_manifest(study, data)


def test_a_changed_file_is_not_even_decoded(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "read_file", None)
    flip(data / "study" / "2021.csv", 60)
    assert "8 rows, 10 columns" in message(lambda: read_surveys(study_of(data), data=data))


def test_a_changed_byte_of_a_harmonised_wave_is_refused_until_it_is_removed(data: Path) -> None:
    flip(kept(data), 400)
    study = study_of(data)
    assert "2021.parquet" in message(lambda: read_surveys(study, data=data))
    message(lambda: check_manifest(study, data))
    kept(data).unlink()
    assert read_surveys(study, data=data)[2021].n == 8


def test_a_new_delivery_is_accepted_by_hand_and_told_in_counts(data: Path) -> None:
    study, file = study_of(data), data / "study" / "2021.csv"
    more = responses().iloc[[*range(8), 7]].reset_index(drop=True)
    write_responses(file, more.assign(id=[f"00{i}" for i in range(1, 10)]))
    message(lambda: read_surveys(study, data=data))
    assert accept_inputs(study, data=data) == (
        "2021.csv: 9 rows, 10 columns, changed; was 8 rows, 10 columns",
    )
    assert read_surveys(study, data=data)[2021].n == 9
    assert accept_inputs(study, data=data) == ("2021.csv: 9 rows, 10 columns, unchanged",)


def test_a_delivery_that_cannot_be_trusted_is_not_accepted(data: Path) -> None:
    study, file = study_of(data), data / "study" / "2021.csv"
    before = kept(data, "manifest.json").read_bytes()
    file.write_text("id;ryhma\n1;1\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"2021\.csv"):
        accept_inputs(study, data=data)
    assert kept(data, "manifest.json").read_bytes() == before


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "list", "other study", "rows"])
def test_a_damaged_manifest_is_refused_and_made_anew_by_acceptance(damage: str, data: Path) -> None:
    path, study = kept(data, "manifest.json"), study_of(data)
    entries = json.loads(path.read_text(encoding="utf-8"))
    texts = {
        "flip": path.read_text(encoding="utf-8").replace("2021.csv", "2031.csv"),
        "cut": path.read_text(encoding="utf-8")[:-40],
        "empty": "",
        "list": "[]",
        "other study": json.dumps(entries | {"study": "other"}),
        "rows": json.dumps(entries | {"waves": {"2021": {}}}),
    }
    path.write_text(texts[damage], encoding="utf-8")
    assert "manifest.json" in message(lambda: read_surveys(study, data=data))
    assert accept_inputs(study, data=data) == ("2021.csv: 8 rows, 10 columns, accepted for the first time",)
    check_manifest(study, data)


def test_a_missing_manifest_trusts_once_more(data: Path) -> None:
    kept(data, "manifest.json").unlink()
    assert read_surveys(study_of(data), data=data)[2021].n == 8
    assert set(read_manifest(study_of(data), data).waves) == {2021}


def test_the_same_file_read_as_another_table_is_refused(data: Path) -> None:
    study = study_of(data)
    manifest = read_manifest(study, data)
    pin = manifest.waves[2021]
    fewer = Shape(pin.delivered.sha256, 7, pin.delivered.columns)
    write_manifest(study, data, Manifest({2021: Pin(pin.file, fewer, pin.harmonised)}))
    kept(data, "reports.json").unlink()
    assert "8 rows and 10 columns are read where 7" in message(lambda: read_surveys(study, data=data))


def test_a_run_stopped_at_any_write_is_taken_up_by_the_next(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every change of a name is a moment at which the run may end; none leaves a refusal or debris."""
    write_study(data / "study", design='weight = "paino"\nstratum = ["district"]')
    study, replace = study_of(data), Path.replace
    for stop in range(3):
        done: list[str] = []

        def stopping(draft: Path, target: Path, done: list[str] = done, stop: int = stop) -> Path:
            if len(done) == stop:
                raise KeyboardInterrupt
            done.append(target.name)
            return replace(draft, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", stopping)
            with pytest.raises(KeyboardInterrupt):
                read_surveys(study, data=data)
        assert read_surveys(study, data=data)[2021].design.stratum == ("district",)
        assert not list(kept(data, "").glob(".*"))
        write_study(data / "study", design=f'weight = "paino"\nstratum = ["district"]\n# {stop}')
        study = study_of(data)
        assert done == ["manifest.json", "2021.parquet"][:stop]


def test_a_folder_that_cannot_be_written_is_one_line(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"manifest\.json"):
        write_manifest(study_of(data), data, Manifest())
    assert check_manifest(study_of(data), data).waves


def test_one_process_reads_a_study_at_a_time(data: Path) -> None:
    import fcntl  # noqa: PLC0415 - not on every system

    study = study_of(data)
    folder = os.open(data / "study", os.O_RDONLY)
    with places.alone(study, data), pytest.raises(BlockingIOError):
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(folder)


# ------------------------------------------------------------------------------------- the demonstration


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the simulation: each file holds the last word of the list and its own name."""
    words = ["first"]

    def write(study: Study, folder: Path) -> None:
        for wave in study.waves.values():
            (folder / wave.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / wave.file).write_text(words[-1] + wave.file, encoding="utf-8")

    monkeypatch.setattr("barometri.synthetic.write_demonstration", write)
    return words


def test_the_demonstration_is_written_anew_for_another_study_or_version(
    drawn: list[str], tmp_path: Path, demo_study: Study
) -> None:
    folder = tmp_path / "demo"
    first = demonstrate(demo_study, folder, Manifest())
    assert first.written == {w.file: file_digest(folder / w.file) for w in demo_study.waves.values()}
    drawn.append("second")
    assert demonstrate(demo_study, folder, first) is first
    second = demonstrate(demo_study, folder, Manifest(first.waves, first.written, "another version"))
    assert second.written != first.written
    assert all((folder / name).read_text("utf-8").startswith("second") for name in second.written)
    (folder / next(iter(second.written))).unlink()
    assert demonstrate(demo_study, folder, second) == second
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_files_that_are_not_the_packages_own_are_never_replaced(
    drawn: list[str], tmp_path: Path, demo_study: Study
) -> None:
    folder = tmp_path / "demo"
    written = demonstrate(demo_study, folder, Manifest())
    names = [wave.file for wave in demo_study.waves.values()]
    flip(folder / names[0], 1)
    drawn.append("second")
    older = Manifest({}, written.written, "another version")
    before = {name: (folder / name).read_bytes() for name in names}
    for manifest in (older, Manifest()):
        assert names[0] in message(lambda known=manifest: demonstrate(demo_study, folder, known))  # type: ignore[misc]
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_a_run_stopped_while_the_demonstration_was_renewed_goes_on(
    drawn: list[str], tmp_path: Path, demo_study: Study
) -> None:
    """Some files are the new ones already and the manifest knows the old ones alone."""
    folder = tmp_path / "demo"
    first = demonstrate(demo_study, folder, Manifest())
    drawn.append("second")
    name = demo_study.waves[max(demo_study.waves)].file
    (folder / name).write_text("second" + name, encoding="utf-8")
    older = Manifest({}, first.written, "another version")
    assert demonstrate(demo_study, folder, older).written[name] == file_digest(folder / name)


def test_a_damaged_file_of_the_demonstration_is_refused(
    demo_data: Path, tmp_path: Path, demo_study: Study
) -> None:
    data = Path(shutil.copytree(demo_data, tmp_path / "data"))
    name = demo_study.waves[2021].file
    flip(data / "raw" / demo_study.id / name, 2000)
    assert name in message(lambda: read_surveys(demo_study, data=data))


def test_the_demonstration_of_another_version_is_read_through(
    demo_data: Path, tmp_path: Path, demo_study: Study
) -> None:
    data = Path(shutil.copytree(demo_data, tmp_path / "data"))
    manifest = read_manifest(demo_study, data)
    older = Manifest(manifest.waves, manifest.written, "an older version")
    write_manifest(demo_study, data, older)
    name = demo_study.waves[2021].file
    path = data / "raw" / demo_study.id / name
    path.write_bytes(path.read_bytes() + b"older")
    written = dict(manifest.written) | {name: file_digest(path)}
    pin = manifest.waves[2021]
    pins = dict(manifest.waves) | {
        2021: Pin(name, Shape(written[name], 9, 9), pin.harmonised),
    }
    write_manifest(demo_study, data, Manifest(pins, written, "an older version"))
    assert read_surveys(demo_study, data=data, waves=[2021])[2021].n
    assert check_manifest(demo_study, data).waves == dict(manifest.waves) | {
        2021: Pin(name, pin.delivered, pin.harmonised, pin.harmonised.sha256)
    }
