"""Every kind of file gives the same values, and each value exactly."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometri.loading import read_surveys
from barometri.readers import READERS, UserMissing, read_file
from barometri.readers.formats import kind_of
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, REFUSED
from barometri.study.reading import read_study
from barometri.study.waves import FileFormat
from tests.small_study import COLUMNS, WRITERS, responses, write_responses, write_study


def test_every_reader_is_tried_here_but_old_excel_for_which_no_free_writer_exists() -> None:
    assert set(READERS) - set(WRITERS) == {".xls"}


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_kind_of_file_gives_the_same_harmonised_answers(suffix: str, tmp_path: Path) -> None:
    columns = {q: c.upper() if suffix == ".por" else c for q, c in COLUMNS.items()}
    file_format = 'separator = ";"\ndecimal = ","' if suffix == ".csv" else ""
    write_study(tmp_path, file=f"wave{suffix}", columns=columns, file_format=file_format)
    write_responses(tmp_path / f"wave{suffix}")
    frame = read_surveys(read_study(tmp_path), data=tmp_path / "data")[2021].frame
    assert frame["respondent"].tolist() == [f"00{i}" for i in range(1, 9)]
    assert frame["well"].tolist() == [5, DONT_KNOW, REFUSED, BLANK, 1, 3, 5, 5]
    assert frame["only_clerks"].tolist() == [1, 0, BLANK, 1, *[NOT_ASKED] * 4]
    assert frame["box_a"].tolist() == [1, BLANK, 0, BLANK, BLANK, 1, BLANK, BLANK]
    assert frame["side"].tolist() == [1, 1, 1, 1, 2, 2, 2, 2]
    np.testing.assert_array_equal(frame["years"], [0, 2.5, np.nan, 10, 20, 30.5, 40, 60])
    assert frame["_weight"].tolist() == [1.5, 1.5, 2, 2, 4, 4, 3, 3]
    assert "comment" not in frame
    assert {str(frame[name].dtype) for name in ("well", "only_clerks", "group", "side")} == {"int32"}


def test_spss_labels_and_declared_missing_values_are_kept(tmp_path: Path) -> None:
    raw = read_file(write_responses(tmp_path / "a.sav"))
    assert raw.frame["v1"].tolist()[:3] == [5.0, 8.0, 9.0]
    assert raw.variable_labels == {"v1": "Kuinka hyvin"}
    assert raw.value_labels == {"v1": {"1": "Huonosti", "5": "Hyvin", "8": "En osaa sanoa"}}
    assert raw.user_missing["v1"] == (UserMissing(8.0, 8.0), UserMissing(9.0, 9.0))
    assert raw.places["file label"] == ("Pieni kysely",)


def test_stata_tags_are_kept_apart(tmp_path: Path) -> None:
    import pyreadstat  # noqa: PLC0415 - beside its only use

    frame = pd.DataFrame({"q": [1.0, "a", "b", None]})
    pyreadstat.write_dta(frame, tmp_path / "t.dta", missing_user_values={"q": ["a", "b"]})
    raw = read_file(tmp_path / "t.dta")
    assert raw.frame["q"].tolist() == ["1", ".a", ".b", None]
    assert raw.user_missing["q"] == (UserMissing(".a", ".a"), UserMissing(".b", ".b"))


@pytest.mark.parametrize("word", ["NA", "nan", "None", "null", "N/A", "", "-"])
def test_no_word_is_taken_for_missing(word: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id;q\n001;{word}\n002;1E5\n003;1234567890123456789\n", encoding="utf-8")
    raw = read_file(tmp_path / "a.csv")
    assert raw.frame["id"].tolist() == ["001", "002", "003"]
    assert raw.frame["q"].tolist() == [word or None, "1E5", "1234567890123456789"]


def test_unicode_is_composed_and_the_byte_order_mark_is_no_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffid;q\n1;Ita\u0308\n2;It\u00e4\n", encoding="utf-8")
    raw = read_file(tmp_path / "a.csv")
    assert list(raw.frame.columns) == ["id", "q"]
    assert raw.frame["q"].tolist() == ["Itä", "Itä"]


def test_a_declared_encoding_is_used(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;q\n1;Itä\n", encoding="cp1252")
    raw = read_file(tmp_path / "a.csv", FileFormat(encoding="cp1252"))
    assert raw.frame["q"].tolist() == ["Itä"]
    assert raw.encoding == "cp1252"


@pytest.mark.parametrize(("separator", "decimal"), [(";", ","), (",", "."), ("\t", ","), ("|", ".")])
def test_separator_and_decimal_mark_are_sniffed_and_told(
    separator: str, decimal: str, tmp_path: Path
) -> None:
    rows = [["id", "w", "q"], ["1", f"1{decimal}5", "a b"], ["2", "2", ""]]
    (tmp_path / "a.csv").write_text("\n".join(separator.join(row) for row in rows) + "\n", encoding="utf-8")
    raw = read_file(tmp_path / "a.csv")
    assert (raw.separator, raw.decimal) == (separator, decimal)
    assert any("separator" in remark for remark in raw.remarks)
    assert any("decimal" in remark for remark in raw.remarks)


def test_quoted_cells_hold_separators_and_line_breaks(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id;q\n1;"a;b\nc ""d"""\n', encoding="utf-8")
    assert read_file(tmp_path / "a.csv", FileFormat(separator=";")).frame["q"].tolist() == ['a;b\nc "d"']


def test_workbook_cells_are_exact_and_the_filled_sheet_is_found(tmp_path: Path) -> None:
    import datetime as dt  # noqa: PLC0415 - beside its only use

    import openpyxl  # noqa: PLC0415 - beside its only use

    book = openpyxl.Workbook()
    sheet = book.create_sheet("Vastaukset")
    for row in (
        ["id", "q", "d", "b"],
        ["001", 1, dt.date(2021, 2, 3), True],
        ["002", "x", None, None],
        [None, " "],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    raw = read_file(tmp_path / "a.xlsx")
    assert raw.sheet == "Vastaukset"
    assert raw.frame.where(raw.frame.notna(), None).to_numpy().tolist() == [
        ["001", "1", "2021-02-03", "TRUE"],
        ["002", "x", None, None],
    ]
    assert raw.places["sheet names"] == ("Sheet", "Vastaukset")


def test_large_integers_of_parquet_stay_exact(tmp_path: Path) -> None:
    import duckdb  # noqa: PLC0415 - beside its only use

    with duckdb.connect(":memory:") as connection:
        sql = """
            SELECT 9007199254740993::BIGINT AS a, 1::INTEGER AS b, NULL::VARCHAR AS c, 1.5::DECIMAL(4,2) AS d
        """
        connection.sql(sql).write_parquet(str(tmp_path / "a[1].parquet"))
    frame = read_file(tmp_path / "a[1].parquet").frame
    assert frame["a"].tolist() == ["9007199254740993"]
    assert frame["b"].tolist() == [1.0]
    assert frame["d"].tolist() == [1.5]
    assert frame["c"].isna().all()


def test_the_first_bytes_tell_the_kind(tmp_path: Path) -> None:
    expected = {
        ".csv": "text",
        ".dta": "Stata",
        ".ods": "zipped workbook",
        ".parquet": "Parquet",
        ".por": "SPSS portable",
        ".sav": "SPSS",
        ".xlsx": "zipped workbook",
        ".zsav": "SPSS",
    }
    for suffix, kind in expected.items():
        path = write_responses(tmp_path / f"a{suffix}")
        assert kind_of(path.read_bytes()[:1024]) == kind, suffix


def test_the_repr_of_a_file_shows_no_value(tmp_path: Path) -> None:
    raw = read_file(write_responses(tmp_path / "a.csv"))
    assert repr(raw) == "RawFile(a.csv: 8 rows, 10 columns)"
    assert len(raw.sha256) == 64
    assert responses().shape == raw.frame.shape
