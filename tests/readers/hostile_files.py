"""Files that would take all memory, all time or another file: small ones, and their full size."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyreadstat

from tests.readers.battery import Case, Make, named
from tests.small_study import WORD, responses, write_responses

REFUSED = ("E10", "E11", "E12")
MEGABYTE = 2**20


def edited(suffix: str, edit: Callable[[bytearray], object], **options: Any) -> Make:  # noqa: ANN401 - as the library takes them
    """Return what writes an ordinary file and changes its bytes."""

    def make(folder: Path) -> Path:
        path = folder / f"edited{suffix}"
        if options:
            pyreadstat.write_sav(responses(), path, **options)
        else:
            write_responses(path)
        data = bytearray(path.read_bytes())
        result = edit(data)
        path.write_bytes(result if isinstance(result, bytes) else data)
        return path

    return make


def put(place: int, form: str, value: int) -> Callable[[bytearray], object]:
    """Return what writes a number at a place."""
    return lambda data: struct.pack_into(form, data, place, value)


def part(name: str, old: bytes, new: bytes, *, suffix: str = ".xlsx") -> Make:
    """Return what writes a workbook in one part of which a text is replaced."""

    def make(folder: Path) -> Path:
        source = write_responses(folder / f"source{suffix}")
        path = folder / f"edited{suffix}"
        with zipfile.ZipFile(source) as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in archive.infolist():
                data = archive.read(entry)
                found = entry.filename.endswith(name)
                assert not found or old in data
                target.writestr(entry.filename, data.replace(old, new, 1) if found else data)
        return path

    return make


def bomb(megabytes: int, *, declared: int | None = None) -> Make:
    """Return what writes a workbook whose sheet is one text of that size; it may declare another."""

    def make(folder: Path) -> Path:
        path = folder / "bomb.xlsx"
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        block = packer.compress(b"x" * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
        body = block * megabytes + packer.flush()
        size = megabytes * MEGABYTE if declared is None else declared
        name = b"xl/worksheets/sheet1.xml"
        sizes = (zlib.crc32(b"x" * min(size, MEGABYTE)), len(body), size % 2**32)
        local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, *sizes, len(name), 0) + name
        fields = struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, *sizes, len(name), 0, 0, 0, 0, 0, 0
        )
        central = fields + name
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local) + len(body), 0)
        path.write_bytes(local + body + central + end)
        return path

    return make


def archive(*parts: tuple[str, bytes], suffix: str = ".xlsx") -> Make:
    """Return what writes a zipped workbook of these parts."""

    def make(folder: Path) -> Path:
        path = folder / f"parts{suffix}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, data in parts:
                target.writestr(name, data)
        return path

    return make


def overlapping(folder: Path) -> Path:
    """Write a workbook whose list names the same bytes many times."""
    path = archive(("a.xml", b"<x>" + b" " * 100_000 + b"</x>"))(folder)
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    central = data[start:end]
    entries = b"".join(central.replace(b"a.xml", f"{i:05}".encode()) for i in range(500))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 500, 500, len(entries), start, 0)
    path.write_bytes(data[:start] + entries + tail)
    return path


def open_sheet(rows: str) -> Make:
    """Return what writes an .ods file with these rows."""
    return part("content.xml", b"</table:table>", f"{rows}</table:table>".encode(), suffix=".ods")


def wide_spss(variables: int) -> Make:
    """Return what writes an .sav file of so many variables, as its records alone."""

    def make(folder: Path) -> Path:
        path = folder / "wide.sav"
        pyreadstat.write_sav(pd.DataFrame({"a": [1.0]}), path)
        head = path.read_bytes()[:176]
        form = struct.pack("<i", 0x050802)
        records = b"".join(
            struct.pack("<5i", 2, 0, 0, 0, 0)[:16] + form + form + f"V{i:07}".encode()
            for i in range(variables)
        )
        body = records + struct.pack("<2i", 999, 0) + struct.pack("<d", 1.0) * variables
        path.write_bytes(
            head[:72] + struct.pack("<i", 0) + head[76:80] + struct.pack("<i", 1) + head[84:] + body
        )
        return path

    return make


def packed_spss(megabytes: int) -> Make:
    """Return what writes a .zsav file whose block unpacks to that many times more than it is."""

    def make(folder: Path) -> Path:
        path = folder / "packed.zsav"
        write_responses(path)
        data = bytearray(path.read_bytes())
        at = struct.unpack_from("<q", data, len(data) - 48 + 0)[0]
        list_at = len(data) - 48
        block = zlib.compress(b"\xfe" * megabytes * MEGABYTE, 9)
        start = struct.unpack_from("<q", data, list_at + 24 + 8)[0]
        entry = struct.pack("<qqii", at, start, megabytes * MEGABYTE, len(block))
        head = data[:start]
        struct.pack_into("<q", head, start - 16, start + len(block))
        path.write_bytes(bytes(head) + block + bytes(data[list_at : list_at + 24]) + entry)
        return path

    return make


def long_parquet(rows: int) -> Make:
    """Return what writes a Parquet file of one column of equal numbers."""

    def make(folder: Path) -> Path:
        path = folder / "long.parquet"
        with duckdb.connect(":memory:") as connection:
            query = f"SELECT 1::TINYINT AS a, 2::TINYINT AS b FROM range({rows})"  # noqa: S608 - a number
            connection.sql(query).write_parquet(str(path), row_group_size=10_000_000)
        return path

    return make


def cells(rows: int, columns: int) -> Make:
    """Return what writes a workbook of equal cells."""
    row = b"<row>" + b"<c><v>1</v></c>" * columns + b"</row>"
    return part("sheet1.xml", b"</sheetData>", row * rows + b"</sheetData>")


FAR = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)
)
OUTSIDE = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
CELL = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{}"/>'
MANY = '<table:table-row table:number-rows-repeated="1000000">' + CELL.format(16_000) + "</table:table-row>"
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def _entities(declared: bytes) -> Make:
    return part("sheet1.xml", b"<worksheet", declared + b"<worksheet")


def _odd_places(data: bytearray) -> bytes:
    """Put the number of rows of a Stata file to the largest."""
    at = data.index(b"<N>") + 3
    struct.pack_into("<Q", data, at, 2**40)
    return bytes(data)


SMALL = (
    Case("cell at the far corner", part("sheet1.xml", b"</sheetData>", FAR), REFUSED),
    Case(
        "cell at the far corner, in single quotes",
        part("sheet1.xml", b"</sheetData>", FAR.replace(b'"', b"'")),
        REFUSED,
    ),
    Case("many cells that pack well", cells(9_000, 50), REFUSED),
    Case("entities that grow", _entities(LAUGHS + b"]>"), REFUSED),
    Case("entity of another file", _entities(OUTSIDE), REFUSED),
    Case("sheet in an encoding of its own", _entities(b"<?xml version='1.0' encoding='utf-7'?>"), REFUSED),
    Case("text of 40 MB", bomb(40), REFUSED),
    Case("text of 40 MB that declares 1,000 bytes", bomb(40, declared=1_000), REFUSED),
    Case("parts that share their bytes", overlapping, REFUSED),
    Case("10,100 parts", archive(*((f"p{i}.xml", b"") for i in range(10_100))), REFUSED),
    Case("no workbook in the zip", archive(("[Content_Types].xml", TYPES), ("a.txt", b"x")), REFUSED),
    Case("open sheet of repeated cells", open_sheet(MANY), REFUSED),
    Case(
        "open sheet with a document type",
        part("content.xml", b"<office:doc", LAUGHS + b"]><office:doc", suffix=".ods"),
        REFUSED,
    ),
    Case("SPSS of 40,000 variables", wide_spss(40_000), REFUSED),
    Case("SPSS header: 3 of 8 cases", edited(".sav", put(80, "<i", 3)), REFUSED),
    Case("SPSS header: 2,147,483,647 cases", edited(".sav", put(80, "<i", 2**31 - 1)), REFUSED),
    Case("SPSS header: -2 cases", edited(".sav", put(80, "<i", -2)), REFUSED),
    Case("SPSS compressed, 3 of 8 cases", edited(".sav", put(80, "<i", 3), row_compress=True), REFUSED),
    Case("SPSS packed, 3 of 8 cases", edited(".zsav", put(80, "<i", 3)), REFUSED),
    Case("SPSS without its last case", edited(".sav", lambda data: bytes(data[:-8])), REFUSED),
    Case("SPSS packed block of 10 MB", packed_spss(10), REFUSED),
    Case("Stata of 2^40 rows", edited(".dta", _odd_places), REFUSED),
    Case("Stata without its end", edited(".dta", lambda data: bytes(data[:-30])), REFUSED),
    Case("Stata before version 8", named("a.dta", "\x6e\x02\x01" + "\0" * 200, encoding="latin-1"), REFUSED),
    Case(
        "portable of endless labels",
        edited(".por", lambda data: bytes(data).replace(b"70/", b"DTTTTTT/", 1)),
        REFUSED,
    ),
    Case("Parquet of 60 million cells", long_parquet(30_000_000), REFUSED),
    Case(
        "Parquet with a footer of 2 GB",
        edited(".parquet", lambda d: bytes(d[:-8]) + b"\xff\xff\xff\x7fPAR1"),
        REFUSED,
    ),
    Case("csv of 200,000 columns", named("a.csv", ";".join(f"v{i}" for i in range(200_000)) + "\n"), REFUSED),
    Case("csv of one endless line", named("a.csv", "x" * 5 * MEGABYTE), REFUSED),
    Case("csv with an endless quotation", named("a.csv", 'id;q\n1;"' + "x;\n" * 700_000), REFUSED),
    Case("csv with null characters", named("a.csv", "id;q\n" + f"1;{WORD}\n" * 200 + "1;\0\n"), REFUSED),
    Case(
        "compressed csv under its name",
        named("a.csv", "\x1f\x8b\x08" + "\0" * 50, encoding="latin-1"),
        REFUSED,
    ),
    Case("compressed csv", named("a.csv.gz", "\x1f\x8b\x08" + "\0" * 50, encoding="latin-1"), REFUSED),
    Case(
        "workbook under the name of a csv",
        lambda folder: write_responses(folder / "a.xlsx").rename(folder / "a.csv"),
        REFUSED,
    ),
    Case("web page under the name of a workbook", named("a.xls", "<html><table><tr><td>1"), REFUSED),
    Case(
        "password-locked workbook",
        named("a.xlsx", "\xd0\xcf\x11\xe0" + "\0" * 600, encoding="latin-1"),
        REFUSED,
    ),
    Case("nothing at all", named("a.csv", ""), REFUSED),
)
"""Each is refused by its look, before anything is decoded: memory and time are those of a look."""

FULL = (
    Case("workbook of 60,000 x 50 cells", cells(60_000, 50), REFUSED),
    Case("workbook with a text of 2 GB", bomb(2_048), REFUSED),
    Case("workbook with a text of 2 GB that declares 100 MB", bomb(2_048, declared=100 * MEGABYTE), REFUSED),
    Case("Parquet of 100 million rows", long_parquet(100_000_000), REFUSED),
    Case(
        "csv of 2 million columns",
        named("a.csv", ";".join(f"v{i}" for i in range(2_000_000)) + "\n"),
        REFUSED,
    ),
    Case("csv of 199 MB in one line", named("a.csv", "x;" * 99 * MEGABYTE), REFUSED),
    Case("csv of 50 million rows", named("a.csv", "a;b\n" + "1;1\n" * 49 * MEGABYTE), REFUSED),
    Case("csv of 199 MB in one quotation", named("a.csv", 'a;b\n1;"' + "x\n" * 99 * MEGABYTE), REFUSED),
    Case("SPSS packed block of 900 MB", packed_spss(900), REFUSED),
    Case(
        "shared strings of 900 MB",
        archive(
            ("[Content_Types].xml", TYPES),
            ("xl/sharedStrings.xml", b"<sst>" + b"<si><t>x</t></si>" * 3_000_000),
        ),
        REFUSED,
    ),
)
"""The same at the sizes that were seen to take other readers down."""
