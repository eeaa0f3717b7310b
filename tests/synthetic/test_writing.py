"""The files as a person receives them, read here with other software than the package's own readers."""

import csv
import os
import stat
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from barometri.errors import OutputError
from barometri.study.reading import read_study
from barometri.synthetic import simulate, write_demonstration

STUDY = read_study()
WAVES = simulate(STUDY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("raw") / "demo"
    write_demonstration(STUDY, target)
    return target


def test_two_runs_give_the_same_bytes_and_leave_nothing_else(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "demo"
    paths = write_demonstration(STUDY, again)
    assert [path.name for path in paths] == [wave.file for wave in STUDY.waves.values()]
    assert sorted(p.name for p in again.iterdir()) == sorted(p.name for p in folder.iterdir())
    assert all(path.read_bytes() == (folder / path.name).read_bytes() for path in paths)
    assert list(tmp_path.iterdir()) == [again]


@pytest.mark.skipif(os.name != "posix", reason="no such permissions")
def test_the_files_are_their_owners_alone(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()} == {0o600}


def test_another_seed_gives_other_answers(folder: Path, tmp_path: Path) -> None:
    for path in write_demonstration(STUDY, tmp_path, seed=7):
        assert path.read_bytes() != (folder / path.name).read_bytes()


@pytest.mark.parametrize(("year", "missing"), [(2019, {98, 99}), (2021, {8, 9})])
def test_spss_files_hold_labels_and_user_missing_codes(folder: Path, year: int, missing: set[int]) -> None:
    wave, frame = STUDY.waves[year], WAVES[year]
    table, meta = pyreadstat.read_sav(folder / wave.file, user_missing=True)
    assert len(table) == len(frame)
    column = wave.columns["cooperation"]
    assert meta.column_names_to_labels[column] == STUDY.question("cooperation").label["fi"]
    assert set(meta.variable_value_labels[column]) == {1, 2, 3, 4, 5} | missing
    assert str(meta.missing_ranges[column]) == str(
        [{"lo": float(c), "hi": float(c)} for c in sorted(missing)]
    )
    assert meta.creation_time is not None
    assert meta.creation_time.date() == STUDY.published
    substantive = frame["cooperation"].where(frame["cooperation"] > 0)
    read = table[column].where(~table[column].isin(missing))
    pd.testing.assert_series_equal(read, substantive, check_names=False, check_dtype=False)


def test_the_excel_file_holds_words(folder: Path) -> None:
    wave = STUDY.waves[2018]
    book = openpyxl.load_workbook(folder / wave.file, read_only=True)
    header, *rows = book[str(wave.format.sheet)].iter_rows(values_only=True)
    assert list(header) == list(wave.columns.values())
    place = list(wave.columns).index("cooperation")
    words = wave.recodes["cooperation"]
    read = [words.get(str(row[place]), 0) for row in rows]
    assert [v if v < 8 else 0 for v in read] == WAVES[2018]["cooperation"].clip(lower=0).tolist()
    book.close()


def test_the_csv_file_has_its_own_codes_and_a_decimal_comma(folder: Path) -> None:
    wave, frame = STUDY.waves[2017], WAVES[2017]
    with (folder / wave.file).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert list(rows[0]) == list(wave.columns.values())
    years = [float(row["vuodet"].replace(",", ".")) for row in rows]
    assert years == pytest.approx(frame["experience_years"].tolist())
    assert any("," in row["vuodet"] for row in rows)
    turned = [6 - int(row["v12"]) if row["v12"] in set("12345") else 0 for row in rows]
    assert turned == frame["cooperation"].clip(lower=0).tolist()
    assert {row["ryhma"] for row in rows} == {"KT", "KE", "ST", "SJ"}


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"):
        write_demonstration(STUDY, target)
    assert target.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [target]


def test_a_kind_of_file_that_is_not_written_leaves_everything_as_it_was(tmp_path: Path) -> None:
    wave = replace(STUDY.waves[2021], file="answers.dta")
    study = replace(STUDY, waves={**STUDY.waves, 2021: wave})
    with pytest.raises(OutputError, match=r"answers\.dta"):
        write_demonstration(study, tmp_path / "demo")
    assert not list(tmp_path.iterdir())
