"""Every fault in a study folder is an error that names file and key."""

import ast
import errno
import os
import re
import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from barometri.errors import StudyError
from barometri.study.reading import read_study

PACKAGE = Path(str(files("barometri")))
DEMO = PACKAGE / "resources" / "demo"
FAULTS = tomllib.loads((Path(__file__).parent / "faults.toml").read_text(encoding="utf-8"))


def copied(place: Path) -> Path:
    return Path(shutil.copytree(DEMO, place / "study", ignore=shutil.ignore_patterns("truth.toml")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copied(tmp_path)


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def errors() -> dict[str, StudyError]:
    """What was said of each fault, so that it is asked for once."""
    return {}


def error_of(name: str, folder: Path, errors: dict[str, StudyError]) -> StudyError:
    if name not in errors:
        fault = FAULTS[name]
        change(folder, fault["file"], fault["old"], fault["new"])
        with pytest.raises(StudyError) as caught:
            read_study(folder)
        errors[name] = caught.value
    return errors[name]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_file_and_key(folder: Path, name: str, errors: dict[str, StudyError]) -> None:
    fault, error = FAULTS[name], error_of(name, folder, errors)
    message = str(error)
    assert fault["place"] in message
    assert fault["problem"] in message
    assert "\n" not in message
    assert error.__suppress_context__ or error.__context__ is None
    assert error.exit_code == 3


@pytest.mark.parametrize("module", ["checking_claims", "checking_names"])
def test_every_refusal_of_a_claim_has_its_fault(
    module: str, tmp_path: Path, errors: dict[str, StudyError]
) -> None:
    said = "\n".join(
        str(error_of(name, copied(tmp_path / str(place)), errors))
        for place, name in enumerate(FAULTS)
        if "claims.toml" in FAULTS[name]["place"]
    )
    tree = ast.parse((PACKAGE / "study" / f"{module}.py").read_text(encoding="utf-8"))
    refusals = [
        node.args[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "row.fail"
    ]
    assert refusals
    for refusal in refusals:
        parts = refusal.values if isinstance(refusal, ast.JoinedStr) else [refusal]
        words = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".*" for p in parts]
        assert re.search("".join(words), said), ast.unparse(refusal)


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


def test_a_folder_above_that_may_not_be_looked_into(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(StudyError, match=r"cannot be read: Permission denied\. Change its permissions\."):
        read_study(folder)
