"""The look at a file: counts on stdout, refusals with their codes on stderr, exit codes, never an answer."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from barometri.anonymity import AnonymityReport, Found
from barometri.commands import checking
from barometri.commands.check import main, parser
from barometri.commands.checking import check_file, wave_of
from barometri.errors import OptionError
from barometri.loading import read_surveys
from barometri.readers import read_file
from barometri.study.anonymity import AnonymityRules
from barometri.study.reading import read_study
from barometri.study.waves import FileFormat
from tests.small_study import CANARY, COLUMNS, write_responses, write_study

HETU = "131052-308T"


def file_of(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def studied(folder: Path, *, anonymity: str = "") -> tuple[Path, Path]:
    """A study and its file."""
    write_study(folder, file="wave.csv", columns=dict(COLUMNS), file_format='separator = ";"\ndecimal = ","')
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace("[roles]", f"{anonymity}\n[roles]"), encoding="utf-8")
    return folder, write_responses(folder / "wave.csv")


def test_a_bare_file_is_told_in_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        f"id;q1;avoin;muu\n1;0,5;;Pidin yhteistyöstä kovasti {CANARY}\n"
        f"2;1,5;x;Vastaajan mielipide on tämä\n3;2,5;;\n"
    )
    path = file_of(tmp_path, text)
    assert main([str(path)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    digest = "SHA-256: " + read_file(path).sha256
    assert said.out.splitlines() == [
        "a.csv: nothing stands in the way",
        "  read as: .csv, encoding utf-8-sig, separator semicolon, decimal comma",
        "  note: separator semicolon (sniffed)",
        "  note: decimal mark comma (sniffed)",
        f"  {digest}",
        "  rows: 3",
        "  columns: 4 (0 of numbers, 4 of texts)",
        "  labels: 0 of variables, 0 of values; 0 variables declare missing values",
        "  identifiers: none found",
        "  columns of the survey platform, dropped: 1 (id)",
        "  free text, to be declared: column 4, 2 cells (told only)",
    ]


def test_an_identifier_is_refused_with_its_code_and_every_place_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(tmp_path, f"token;q;r\n{HETU};1;{HETU}\n2;a@kunta.fi;3\n")
    assert main([str(path)]) == 3
    said = capsys.readouterr()
    assert said.out.startswith("a.csv: refused\n")
    for line in (
        "  identifiers: column 2: 1 e-mail addresses (E40)",
        "  identifiers: column 3: 1 personal identity codes (E40)",
        "  identifiers: columns that are dropped: 1 personal identity codes (told only)",
        "  columns of the survey platform, dropped: 1 (token)",
    ):
        assert line in said.out.splitlines()
    assert said.err.startswith("refused E40: a.csv, column 2: 1 e-mail addresses (and 1 more such places).")
    assert len(said.err.splitlines()) == 1
    assert HETU not in said.out + said.err


def test_quiet_says_nothing_but_what_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file_of(tmp_path, "a;b\n1;2\n2;3\n")), "-q"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main([str(file_of(tmp_path, f"a;b\n1;{HETU}\n")), "--quiet"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("refused E40: ")


def test_a_file_that_cannot_be_read_is_refused_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "absent.csv")]) == 3
    assert capsys.readouterr().err.startswith("refused E10: ")
    (tmp_path / "b.csv").write_bytes("a;b\nä;1\n".encode("cp1252"))
    assert main([str(tmp_path / "b.csv")]) == 3
    assert capsys.readouterr().err.startswith("refused E12: ")
    assert main([str(tmp_path / "b.csv"), "--encoding", "cp1252", "--separator", ";", "--decimal", ","]) == 0
    assert "encoding cp1252, separator semicolon, decimal comma" in capsys.readouterr().out


def test_what_is_wrong_with_the_order_is_usage(tmp_path: Path) -> None:
    path = str(file_of(tmp_path, "a;b\n1;2\n"))
    orders = [
        [],
        [path, "--manifest"],
        ["--manifest", "--wave", "2021"],
        ["--manifest", "--sheet", "x"],
        [path, "--wave", "2021"],
        [path, "--study", str(tmp_path), "--sheet", "x"],
        [path, "--unknown"],
    ]
    for order in orders:
        with pytest.raises(SystemExit) as stopped:
            main(order)
        assert stopped.value.code == 2


def test_help_names_every_code_and_exit(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    for code in ("E10", "E11", "E12", "E20", "E21", "E22", "E23", "E30", "E31", "E40"):
        assert code in told
    assert parser().prog == "python -m barometri.check"


def test_a_wave_s_file_is_validated_and_its_classes_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = '[anonymity]\nkey_variables = ["group", "district"]\nsensitive = ["well"]\n'
    folder, path = studied(tmp_path, anonymity=rules)
    assert main([str(path), "--study", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  respondents: 8, wave 2021" in lines
    assert any(line.startswith("  missing answers: ") and "not_asked" in line for line in lines)
    assert "  design: weight _weight" in [line.partition(",")[0] for line in lines]
    assert any(line.startswith("  largest weight over the smallest: 2.7") for line in lines)
    assert any(line.startswith("  k-anonymity over group, district: k = ") for line in lines)
    assert any(line.startswith("  l-diversity of well: l = ") for line in lines)
    assert any(line.startswith("  free text, counted and dropped: comment, ") for line in lines)
    assert main([str(path), "--study", str(folder), "--wave", "2021", "-q"]) == 0


def test_a_study_without_key_variables_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, path = studied(tmp_path)
    assert main([str(path), "--study", str(folder)]) == 0
    assert "k-anonymity: the study names no key variables" in capsys.readouterr().out


def test_a_class_below_the_declared_minimum_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = '[anonymity]\nkey_variables = ["group", "well"]\nminimum_k_anonymity = 4\n'
    folder, path = studied(tmp_path, anonymity=rules)
    assert main([str(path), "--study", str(folder)]) == 3
    said = capsys.readouterr()
    assert said.out.startswith("wave.csv: refused\n")
    assert "refused E40: wave.csv: 1 people share their key variables (group, well)" in said.err


def test_a_rule_of_validation_and_an_identifier_are_both_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, path = studied(tmp_path)
    text = path.read_text(encoding="utf-8").splitlines()
    cells = text[1].split(";")
    cells[text[0].split(";").index("v1")] = HETU
    path.write_text("\n".join([text[0], ";".join(cells), *text[2:]]) + "\n", encoding="utf-8")
    assert main([str(path), "--study", str(folder)]) == 3
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in told] == ["refused E40", "refused E23"]
    assert HETU not in "".join(told)


def test_a_file_of_no_wave_names_the_waves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, path = studied(tmp_path)
    study = read_study(folder)
    assert wave_of(study, path, None).year == 2021
    assert wave_of(study, Path("else.csv"), 2021).year == 2021
    for order in (("else.csv", None), ("wave.csv", 1999)):
        with pytest.raises(OptionError, match="Name one of 2021"):
            wave_of(study, Path(order[0]), order[1])
    assert main([str(tmp_path / "else.csv"), "--study", str(folder)]) == 2
    assert capsys.readouterr().err.startswith("refused: --wave: ")


def test_the_manifest_accepts_the_files_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, path = studied(tmp_path)
    data = tmp_path / "elsewhere"
    assert main(["--manifest", "--study", str(folder), "--data", str(data)]) == 0
    first = capsys.readouterr().out
    assert "8" in first
    assert "wave.csv" in first
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\nextra\n", encoding="utf-8")
    assert main(["--manifest", "--study", str(folder), "--data", str(data)]) == 3
    assert capsys.readouterr().err.startswith("refused E20: ")


def test_a_sheet_s_name_is_told_unless_names_of_sheets_hold_identifiers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_responses(tmp_path / "wave.xlsx")
    sheet = read_file(path).sheet
    assert sheet
    assert f"sheet {sheet!r}" in check_file(path, FileFormat()).lines[1]
    found = AnonymityReport("a", 1, found=(Found("sheet names", "hetu", 1),), authors=2)
    monkeypatch.setattr(checking, "search", lambda *_, **__: found)
    checked = check_file(path, FileFormat())
    assert sheet not in checked.lines[1]
    assert "  authors in the document's properties: 2 (told only)" in checked.lines


def test_free_text_that_the_codebook_does_not_declare_is_refused_with_a_study(tmp_path: Path) -> None:
    folder, path = studied(tmp_path)
    study = read_study(folder)
    wave = replace(study.waves[2021], columns={q: c for q, c in COLUMNS.items() if q != "comment"})
    study = replace(study, anonymity=AnonymityRules(), waves={2021: wave})
    text = path.read_text(encoding="utf-8").splitlines()
    cells = text[1].split(";")
    cells[text[0].split(";").index("avoin")] = "Tässä on neljä sanaa"
    path.write_text("\n".join([text[0], ";".join(cells), *text[2:]]) + "\n", encoding="utf-8")
    checked = check_file(path, wave.format, study=study, wave=wave)
    assert [error.code for error in checked.refusals] == ["E40", "E20"]
    assert any(
        line.startswith("  free text, to be declared: column ") and line.endswith("(E40)")
        for line in checked.lines
    )


def test_the_door_ends_with_the_code_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["check", str(tmp_path / "absent.csv"), "-q"])
    monkeypatch.delitem(sys.modules, "barometri.check", raising=False)
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("barometri.check", run_name="__main__")
    assert stopped.value.code == 3


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "check.md").read_text(encoding="utf-8")


def test_the_page_shows_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        "id;submitdate;ryhmä;kunta;tyytyväisyys;palaute",
        "1;2021-01-12 10:03:11;1;091;4;Hyvin toimii, kiitos",
        "2;2021-01-12 11:45:02;2;853;2;Soittakaa 040 123 4567 niin kerron lisää",
        "3;2021-01-13 08:20:45;2;564;5;",
    ]
    path = file_of(tmp_path, "\n".join(rows) + "\n", "kysely_2021.csv")
    assert main([str(path)]) == 3
    said = capsys.readouterr()
    assert f"```\n{said.out}{said.err}```" in PAGE


@pytest.mark.slow
def test_the_page_shows_what_is_printed_of_the_demonstration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = read_study()
    read_surveys(study, data=tmp_path, waves=[2021])
    path = tmp_path / "raw" / study.id / study.waves[2021].file
    assert main([str(path), "--study", str(study.path)]) == 0
    lines = capsys.readouterr().out.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("  respondents: "))
    assert f"```\n{''.join(lines[start:])}```" in PAGE
