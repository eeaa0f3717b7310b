"""A study's files name nothing outside the study, its data and its reports."""

import os
import shutil
from pathlib import Path

import pytest

from barometri.commands.places import check_apart
from barometri.errors import FileError, OptionError, StudyError
from barometri.loading import read_surveys
from barometri.study.names import is_file_stem, is_inside, is_name, is_text, stays_inside
from barometri.study.reading import read_study
from tests.operations.small_report import write_small_report

OUTSIDE = (
    "/etc/passwd", "../2021.csv", "a/../../2021.csv", "..", ".", "", "C:\\secret.sav", "C:secret.sav",
    "\\\\host\\share\\x.csv", "a\\b.csv", "//host/x.csv", "file:///etc/passwd", "https://example.org/x.csv",
    "s3://bucket/x.parquet", "~/x.csv", "con", "CON.csv", "a/nul.csv", "lpt1.sav", "x.csv:stream", "x\0.csv",
    "x\n.csv", "*.csv", "202?.csv", "<x>.csv", "x|y.csv", 'x".csv', "x.csv.", "x.csv ", "a//b.csv", "./x.csv",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_report(tmp_path / "study")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(f"\\u{ord(letter):04x}" if letter < " " else letter for letter in plain)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_wave_names_no_file_outside(folder: Path, name: str) -> None:
    change(folder / "waves/2021.toml", 'file = "2021.csv"', f'file = "{quoted(name)}"')
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    assert str(caught.value).startswith("waves/2021.toml, file: ")
    assert not is_inside(name)


@pytest.mark.parametrize("name", OUTSIDE)
def test_areas_name_no_file_outside(folder: Path, name: str) -> None:
    areas = f'file = "{quoted(name)}"\ncode = "code"\n[division.county]\nlabel = "x"\ncolumn = "county"\n'
    (folder / "areas.toml").write_text(areas, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    assert str(caught.value).startswith("areas.toml, file: ")


@pytest.mark.parametrize("name", ["2021.csv", "wave 1/Itä-Suomi 2021.sav", "a/b/c.parquet", "Console.csv"])
def test_a_plain_name_passes(name: str) -> None:
    assert is_inside(name)


def test_a_link_out_of_the_folder_of_responses_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder / "2021.csv", tmp_path / "elsewhere.csv")
    (folder / "2021.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(FileError, match=r"2021\.csv: leads out of the folder of responses"):
        read_surveys(read_study(folder), data=tmp_path / "data")


def test_a_folder_that_is_a_link_out_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.move(folder / "2021.csv", tmp_path / "elsewhere" / "2021.csv")
    (folder / "sub").symlink_to(tmp_path / "elsewhere")
    change(folder / "waves/2021.toml", 'file = "2021.csv"', 'file = "sub/2021.csv"')
    with pytest.raises(FileError, match="leads out"):
        read_surveys(read_study(folder), data=tmp_path / "data")


@pytest.mark.parametrize("name", ["study.toml", "codebook.toml", "waves/2021.toml"])
def test_a_description_that_is_a_link_out_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.move(folder / name, tmp_path / "elsewhere.toml")
    (folder / name).symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(StudyError, match="leads out of the study folder"):
        read_study(folder)


def test_links_that_lead_in_circles_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert not stays_inside(tmp_path / "a" / "x", tmp_path / "other")


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "CON", "nul", "com1", "", "=cmd", "a b", "ä", "x" * 81, "-a", ".a", "a.b"]
)
def test_an_id_that_cannot_name_a_file_is_refused(folder: Path, name: str) -> None:
    assert not is_file_stem(name)
    change(folder / "study.toml", 'id = "well_by_group"', f'id = "{name}"')
    with pytest.raises(StudyError, match=r"study\.toml, analysis"):
        read_study(folder)


@pytest.mark.parametrize("name", ["../x", "con", "AUX", "a/b", ""])
def test_a_study_s_id_names_a_folder(folder: Path, name: str) -> None:
    change(folder / "study.toml", 'id = "pieni"', f'id = "{name}"')
    with pytest.raises(StudyError, match=r"study\.toml, id: "):
        read_study(folder)


@pytest.mark.parametrize("name", ["=1", "a b", '"><b', "x" * 81, "a/b", "", "'a"])
def test_an_id_is_no_markup_and_no_formula(folder: Path, name: str) -> None:
    assert not is_name(name)
    change(folder / "codebook.toml", 'id = "decider"', f'id = "{quoted(name)}"')
    with pytest.raises(StudyError, match=r"codebook\.toml, question\.group\.codes"):
        read_study(folder)


@pytest.mark.parametrize("letter", ["\0", "\x07", "\x1b", "\x7f", "\u202e", "\u2066", "\ufffe"])
def test_a_text_holds_no_control_character(folder: Path, letter: str) -> None:
    assert not is_text(f"a{letter}b")
    change(folder / "study.toml", 'title = "Pieni kysely"', f'title = "Pieni\\u{ord(letter):04x} kysely"')
    with pytest.raises(StudyError, match=r"study\.toml, title: the text holds a control character"):
        read_study(folder)


# ----------------------------------------------------------------------------------- places of reports


def test_a_report_is_written_apart_from_study_and_data(folder: Path, tmp_path: Path) -> None:
    study, data = read_study(folder), tmp_path / "data"
    (tmp_path / "link").symlink_to(folder)
    near = Path(os.path.relpath(folder / "x"))
    for target in (
        folder,
        folder / "2021",
        tmp_path,
        data / "processed" / "pieni" / "x",
        tmp_path / "link",
        near,
    ):
        with pytest.raises(OptionError, match="--output"):
            check_apart(target, study, data)
    check_apart(tmp_path / "reports" / "2021", study, data)
    check_apart(data / "reports" / "2021", study, data)


def test_the_raw_folder_of_a_study_with_data_elsewhere_is_no_place_for_reports(tmp_path: Path) -> None:
    study, data = read_study(), tmp_path / "data"
    for target in (data / "raw" / "demo", data / "raw" / "demo" / "2021", data / "raw", data):
        with pytest.raises(OptionError, match="--output"):
            check_apart(target, study, data)
