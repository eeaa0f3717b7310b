"""Texts of a file that are no cells: by place, put together, and nothing of what is read as a column."""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pyreadstat
import pytest

from barometri.readers.labelled_words import labelled_words
from barometri.readers.workbook_words import workbook_words
from tests.small_study import responses


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def words(tmp_path: Path, parts: Mapping[str, str | bytes], *known: str) -> dict[str, list[str]]:
    return workbook_words(zipped(tmp_path / "a.xlsx", parts), known)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("xl/comments1.xml", "comments"),
        ("xl/comments/comment2.xml", "comments"),
        ("xl/threadedComments/threadedComment1.xml", "comments"),
        ("xl/persons/person.xml", "comments"),
        ("docProps/core.xml", "document properties"),
        ("docProps/app.xml", "document properties"),
        ("docProps/custom.xml", "document properties"),
        ("meta.xml", "document properties"),
        ("xl/drawings/drawing1.xml", "drawings"),
        ("xl/drawings/vmlDrawing1.vml", "drawings"),
        ("xl/charts/chart1.xml", "drawings"),
        ("xl/diagrams/data1.xml", "drawings"),
        ("xl/chartsheets/sheet1.xml", "drawings"),
        ("customXml/item1.xml", "custom XML"),
        ("xl/workbook.xml", "defined names"),
        ("xl/worksheets/_rels/sheet1.xml.rels", "links"),
        ("xl/worksheets/sheet1.xml", "headers, footers and lists"),
        ("xl/sharedStrings.xml", "cells that are not read"),
        ("content.xml", "cells that are not read"),
        ("xl/tables/table1.xml", "other parts"),
        ("xl/connections.xml", "other parts"),
        ("XL/WORKBOOK.XML", "defined names"),
        ("/xl/workbook.xml", "defined names"),
        ("styles.xml", "other parts"),
    ],
)
def test_the_part_of_a_workbook_is_the_place(part: str, place: str, tmp_path: Path) -> None:
    assert words(tmp_path, {part: "<a><b>sana</b></a>"}) == {place: ["sana"]}


@pytest.mark.parametrize(
    "part",
    [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "xl/theme/theme1.xml",
        "xl/calcChain.xml",
        "xl/metadata.xml",
        "META-INF/manifest.xml",
        "mimetype",
        "xl/media/image1.png",
        "xl/printerSettings/printerSettings1.bin",
    ],
)
def test_parts_without_words_are_passed_over(part: str, tmp_path: Path) -> None:
    assert words(tmp_path, {part: "<a>sana</a>"}) == {}


def test_runs_of_a_text_are_put_together_and_texts_are_kept_apart(tmp_path: Path) -> None:
    strings = (
        "<sst><si><r><t>131052</t></r><r><rPr><b/><sz val='9'/></rPr><t>-308T</t></r></si>"
        "<si><t>toinen</t></si></sst>"
    )
    assert words(tmp_path, {"xl/sharedStrings.xml": strings}) == {
        "cells that are not read": ["131052-308T", "toinen"]
    }
    drawing = (
        "<xdr:sp><a:p><a:r><a:rPr lang='fi'><a:solidFill><x>9</x></a:solidFill></a:rPr><a:t>soita</a:t></a:r>"
        "<a:br/><a:r><a:t>nyt</a:t></a:r></a:p><a:p><a:r><a:t>heti</a:t></a:r></a:p></xdr:sp>"
    )
    assert words(tmp_path, {"xl/drawings/d.xml": drawing}) == {"drawings": ["soita nyt", "heti"]}


def test_entities_and_raw_sections_are_read_and_comments_and_types_are_not(tmp_path: Path) -> None:
    text = "<?xml version='1.0'?><!-- ei --><x>&lt;b&gt; &amp; &#228;</x><y><![CDATA[1 < 2 & 3]]></y>"
    assert words(tmp_path, {"customXml/item1.xml": text}) == {"custom XML": ["<b> & ä", "1 < 2 & 3"]}


def test_attributes_that_hold_words_are_read_and_others_are_not(tmp_path: Path) -> None:
    text = (
        "<xdr:cNvPr id='2' name='Kuva 1' descr=\"A &quot;b&quot;\" title='T'/><x prompt='P' promptTitle='PT' "
        "error='E' errorTitle='ET' tooltip='TT' display='D' Target='mailto:x' displayName='DN' userId='U' "
        "comment='C' val='9' uid='{1}'/>"
    )
    found = words(tmp_path, {"xl/drawings/d.xml": text})["drawings"]
    assert found == ["Kuva 1", 'A "b"', "T", "P", "PT", "E", "ET", "TT", "D", "mailto:x", "DN", "U", "C"]


def test_what_is_read_as_a_column_is_no_other_cell(tmp_path: Path) -> None:
    strings = (
        "<si><t>tuttu  teksti</t></si><si><t>a_x000D_\nb</t></si><si><t>vieras</t></si><si><t> </t></si>"
    )
    found = words(tmp_path, {"xl/sharedStrings.xml": strings}, "tuttu teksti", "a b")
    assert found == {"cells that are not read": ["vieras"]}
    assert words(tmp_path, {"content.xml": "<p>yksi</p><p>kaksi</p>"}, "yksi\nkaksi") == {}
    assert words(tmp_path, {"xl/comments1.xml": "<t>tuttu</t>"}, "tuttu") == {"comments": ["tuttu"]}


def test_composed_and_decomposed_letters_are_one_text(tmp_path: Path) -> None:
    assert words(tmp_path, {"content.xml": "<p>Ita\u0308</p>"}, "It\u00e4") == {}


def test_a_text_is_told_once_for_its_place(tmp_path: Path) -> None:
    assert words(tmp_path, {"xl/comments1.xml": "<p>a</p><p>a</p>", "xl/comments2.xml": "<p>a</p>"}) == {
        "comments": ["a"]
    }


def test_names_of_sheets_are_told_as_such_elsewhere(tmp_path: Path) -> None:
    book = (
        "<workbook><sheets><sheet name='Taulu'/></sheets><definedNames>"
        '<definedName name="alue" comment="kommentti">Taulu!$A$1</definedName></definedNames></workbook>'
    )
    app = (
        "<P><TitlesOfParts><lpstr>Taulu</lpstr></TitlesOfParts><HeadingPairs><l>Sheets</l></HeadingPairs></P>"
    )
    found = words(tmp_path, {"xl/workbook.xml": book, "docProps/app.xml": app})
    assert found == {"defined names": ["alue", "kommentti", "Taulu!$A$1"]}


def test_authors_are_apart_from_the_other_properties(tmp_path: Path) -> None:
    core = (
        "<cp:p><dc:title>Otsikko</dc:title><dc:creator>Tekijä</dc:creator>"
        "<cp:lastModifiedBy>Muokkaaja</cp:lastModifiedBy></cp:p>"
    )
    app = "<Properties><Manager>Esimies</Manager><Company>Yhtiö</Company></Properties>"
    meta = "<o><meta:initial-creator>A</meta:initial-creator><meta:printed-by>B</meta:printed-by></o>"
    found = words(tmp_path, {"docProps/core.xml": core, "docProps/app.xml": app, "meta.xml": meta})
    assert found == {
        "authors": ["Tekijä", "Muokkaaja", "Esimies", "A", "B"],
        "document properties": ["Otsikko", "Yhtiö"],
    }


def test_around_the_cells_stand_headers_and_lists_and_cells_may_keep_their_own_text(tmp_path: Path) -> None:
    sheet = (
        "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c>"
        "<c r='B1' t='inlineStr'><is><t>oma</t></is></c>"
        "<c r='C1' t=\"str\"><f>A1</f><v>laskettu</v></c></row></sheetData>"
        "<dataValidation prompt='Valitse'><formula1>\"kyllä,ei\"</formula1></dataValidation>"
        '<oddHeader>&amp;L&amp;"Arial,Bold"&amp;12&amp;KFF0000Sivu&amp;Roikea</oddHeader></worksheet>'
    )
    found = words(tmp_path, {"xl/worksheets/sheet1.xml": sheet}, "oma")
    assert found == {
        "cells that are not read": ["A1", "laskettu"],
        "headers, footers and lists": ["Valitse", '"kyllä,ei"', "Sivu oikea"],
    }


def test_an_open_document_holds_comments_and_names_among_its_cells(tmp_path: Path) -> None:
    content = (
        "<office:x><table:table table:name='Taulu'><table:table-cell office:value='1'>"
        "<office:annotation office:display='true'><dc:creator>K</dc:creator>"
        "<text:p>Huom<text:s/>tämä</text:p></office:annotation><text:p>so<text:span>lu</text:span></text:p></table:table-cell></table:table>"
        "<table:named-range table:name='alue'/><draw:frame><svg:title>Kuva</svg:title></draw:frame>"
        "<table:content-validation table:help='x'/></office:x>"
    )
    found = words(tmp_path, {"content.xml": content})
    assert found == {
        "comments": ["K", "Huom tämä"],
        "defined names": ["alue"],
        "cells that are not read": ["solu", "Kuva"],
        "drawings": ["x"],
    }


@pytest.mark.parametrize(
    "data",
    [
        "<a>Itä</a>".encode("utf-16"),
        "\ufeff<a>Itä</a>".encode("utf-16-be"),
        b"\xef\xbb\xbf" + "<a>Itä</a>".encode(),
        "<?xml version='1.0' encoding='iso-8859-1'?><a>Itä</a>".encode("latin-1"),
        "<?xml version='1.0' encoding='no-such'?><a>Itä</a>".encode("latin-1"),
        "<a>Itä</a>".encode(),
    ],
)
def test_every_encoding_is_read(data: bytes, tmp_path: Path) -> None:
    assert words(tmp_path, {"customXml/item.xml": data}) == {"custom XML": ["Itä"]}


def test_an_old_workbook_is_read_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    data = b"\x00\x01tuttuja\x09\x00yhteinen\x00abc\x01" + "leveä teksti".encode("utf-16-le") + b"\x01\x00"
    path.write_bytes(data)
    found = workbook_words(path, ["tuttuja", "tuttuj"])["cells that are not read"]
    assert found == ["yhteinen", "yhteine", "leveä teksti", "leveä tekst"]


# ------------------------------------------------------------------------------------ labelled files


def meta(**more: object) -> SimpleNamespace:
    empty: dict[str, object] = {"file_label": None, "notes": None, "mr_sets": {}, "table_name": None}
    return SimpleNamespace(**(empty | more))


def sav(tmp_path: Path, *, note: list[str] | None = None, compress: bool = False) -> Path:
    path = tmp_path / "a.sav"
    labels = {"v1": {1.0: "Hyvä", 2.0: "Huono eikä pitkä mutta aivan tavallinen selite"}}
    pyreadstat.write_sav(
        responses(),
        path,
        variable_value_labels=labels,
        missing_ranges={"v1": [8, 9]},
        note=note,
        compress=compress,
    )
    return path


def extended(path: Path, subtype: int, text: bytes) -> Path:
    """Put an extension record before the end of the dictionary."""
    data = path.read_bytes()
    end = data.index(struct.pack("<2i", 999, 0))
    record = struct.pack("<4i", 7, subtype, 1, len(text)) + text
    path.write_bytes(data[:end] + record + data[end:])
    return path


def test_what_the_library_tells_is_taken_by_place(tmp_path: Path) -> None:
    told = meta(
        file_label="Kysely",
        notes=["yksi", " "],
        mr_sets={"$set": {"label": "Joukko"}, "$other": {}},
        table_name="taulu",
    )
    assert labelled_words(sav(tmp_path), told) == {
        "file label": ["Kysely"],
        "notes": ["yksi"],
        "multiple-response sets": ["Joukko", "$set", "$other"],
        "table name": ["taulu"],
        "attributes": [],
    }


def test_a_file_without_words_has_none(tmp_path: Path) -> None:
    assert not any(labelled_words(sav(tmp_path), meta()).values())


@pytest.mark.parametrize("subtype", [5, 10, 17, 18, 24])
def test_attributes_of_the_file_and_of_variables_are_read(subtype: int, tmp_path: Path) -> None:
    path = extended(sav(tmp_path, note=["x", "y"]), subtype, "v1:Tekijä('Itä'\n'b')".encode())
    assert labelled_words(path, meta())["attributes"] == ["v1:Tekijä('Itä'", "'b')"]


def test_other_extensions_hold_numbers(tmp_path: Path) -> None:
    path = extended(sav(tmp_path, compress=True), 3, b"abcdefgh")
    assert labelled_words(path, meta())["attributes"] == []


def test_attributes_in_another_encoding_are_read(tmp_path: Path) -> None:
    path = extended(sav(tmp_path), 17, "Itä(1)".encode("latin-1"))
    assert labelled_words(path, meta())["attributes"] == ["Itä(1)"]


def test_several_extensions_and_big_endian_are_read(tmp_path: Path) -> None:
    path = extended(extended(sav(tmp_path), 17, b"first"), 18, b"second")
    assert labelled_words(path, meta())["attributes"] == ["first", "second"]
    head = b"$FL2" + b" " * 60 + struct.pack(">i", 2) + b"\0" * 108
    variable = (
        struct.pack(">4i", 2, 0, 1, -2) + b"\0" * 16 + struct.pack(">i", 5) + b"label\0\0\0" + b"\0" * 16
    )
    record = struct.pack(">4i", 7, 17, 1, 3) + b"big"
    path.write_bytes(head + variable + record + struct.pack(">2i", 999, 0))
    assert labelled_words(path, meta())["attributes"] == ["big"]


@pytest.mark.parametrize("at", [100, 176, 180, 300, 700])
def test_a_dictionary_that_is_cut_short_ends_there(at: int, tmp_path: Path) -> None:
    path = sav(tmp_path)
    path.write_bytes(path.read_bytes()[:at])
    assert labelled_words(path, meta())["attributes"] == []


def test_a_record_of_no_length_ends_the_search(tmp_path: Path) -> None:
    path = sav(tmp_path)
    path.write_bytes(path.read_bytes()[:176] + struct.pack("<4i", 7, 17, -4, 4) + b"abcd" * 9)
    assert labelled_words(path, meta())["attributes"] == []


def test_characteristics_of_stata_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.dta"
    name = b"v1".ljust(129, b"\0") + b"note1".ljust(129, b"\0")
    content = "Itä kertoo\0".encode()
    size = struct.pack("<i", len(name) + len(content))
    path.write_bytes(
        b"<stata_dta><header></header><characteristics><ch>" + size + name + content
        + b"</ch></characteristics></stata_dta>"
    )  # fmt: skip
    assert labelled_words(path, meta())["attributes"] == ["Itä kertoo"]


def test_other_files_have_no_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a.por"
    path.write_bytes(b"ASCII SPSS PORT FILE" * 20)
    assert labelled_words(path, meta())["attributes"] == []
