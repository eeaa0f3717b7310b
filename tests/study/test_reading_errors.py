"""Every fault in a study folder is an error that names file and key."""

import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from barometri.errors import StudyError
from barometri.study.reading import read_study

DEMO = Path(str(files("barometri").joinpath("resources/demo")))
FAULTS = tomllib.loads((Path(__file__).parent / "faults.toml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "study", ignore=shutil.ignore_patterns("truth.toml")))


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_file_and_key(folder: Path, name: str) -> None:
    fault = FAULTS[name]
    change(folder, fault["file"], fault["old"], fault["new"])
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    message = str(caught.value)
    assert fault["place"] in message
    assert fault["problem"] in message
    assert "\n" not in message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert caught.value.exit_code == 3


def test_the_untouched_copy_is_no_error(folder: Path) -> None:
    assert read_study(folder).id == "demo"


@pytest.mark.parametrize("name", ["study.toml", "codebook.toml"])
def test_a_required_file_is_missing(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(StudyError, match=rf"{name}: the file is missing"):
        read_study(folder)


def test_a_misspelt_file_is_not_passed_over(folder: Path) -> None:
    (folder / "disclosures.toml").write_text("minimum_n = 30\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"disclosures.toml: no such file belongs to a study"):
        read_study(folder)


def test_no_wave(folder: Path) -> None:
    shutil.rmtree(folder / "waves")
    with pytest.raises(StudyError, match="waves: there is no wave"):
        read_study(folder)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="is no study folder"):
        read_study(tmp_path / "absent")


def test_no_analysis(folder: Path) -> None:
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[[analysis]]")], encoding="utf-8")
    with pytest.raises(StudyError, match=r"study.toml, analysis: there is no analysis"):
        read_study(folder)


def test_a_file_that_is_not_utf8(folder: Path) -> None:
    path = folder / "claims.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    with pytest.raises(StudyError, match=r"claims.toml: is not UTF-8"):
        read_study(folder)


def test_a_link_does_not_lead_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text('title = "x"', encoding="utf-8")
    (folder / "claims.toml").unlink()
    (folder / "claims.toml").symlink_to(secret)
    with pytest.raises(StudyError, match=r"claims.toml: 'claims.toml' leads out of the study folder"):
        read_study(folder)


def test_models_are_needed_by_their_verbs(folder: Path) -> None:
    (folder / "claims.toml").unlink()
    (folder / "models.toml").unlink()
    with pytest.raises(StudyError, match=r"study.toml, analysis\[prevalence\].verb: .*needs models"):
        read_study(folder)
