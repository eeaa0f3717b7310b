"""Reads ``areas.toml`` and its table of municipalities: versioned divisions of the country."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from barometri.study.codebook import Codebook, Labels
from barometri.study.names import is_text
from barometri.study.plan import Area, Areas
from barometri.study.study import Roles
from barometri.study.toml import Section, inside

TILE = 2
"""A tile is a column and a row."""


def read_areas(
    folder: Path, section: Section, codebook: Codebook, roles: Roles, languages: Sequence[str]
) -> Areas:
    """Read every division.

    Raises
    ------
    StudyError
        Naming file and key.
    """
    rows = _municipalities(folder, section)
    codes = [row[section.text("code")] for row in rows]
    scope = section.text("scope", "")
    districts = {code.id for code in codebook[roles.district].substantive} if roles.district else set()
    areas: list[Area] = []
    membership: dict[str, dict[str, str]] = {}
    labels: dict[str, Labels] = {}
    for name, table in section.section("division", required=True).sections():
        labels[name] = table.labels("label", languages)
        column = _column(table, "column", rows)
        listed = [_area(row, name, districts, languages) for row in table.rows("area")]
        areas += listed + _named_by_file(
            table, name, column, rows, {area.id for area in listed}, languages=languages
        )
        membership[name] = {code: row[column] for code, row in zip(codes, rows, strict=True) if row[column]}
        table.finish()
        _check_division(table, name, areas, membership[name])
    if scope:
        _column(section, "scope", rows)
    result = Areas(
        areas=tuple(areas),
        membership=membership,
        source=section.text("source", ""),
        out_of_scope=frozenset(c for c, row in zip(codes, rows, strict=True) if scope and row[scope] == "no"),
        labels=labels,
    )
    section.finish()
    return result


def _municipalities(folder: Path, section: Section) -> list[dict[str, str]]:
    name = section.text("file")
    path = inside(folder, name, section, "file")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        section.fail("file", f"{name!r} is missing in the study folder or is not UTF-8 text.")
    if not is_text(text):
        section.fail("file", f"{name!r} holds a control character. Take it out.")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    code = _column(section, "code", rows)
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            section.fail("file", f"{name!r}, line {line}: not as many values as the heading has columns.")
        if not row[code] or row[code] in seen:
            section.fail("code", f"{name!r}, line {line}: the code is empty or stands twice.")
        seen.add(row[code])
    return rows


def _column(section: Section, key: str, rows: Sequence[Mapping[str, str]]) -> str:
    column = section.text(key)
    if not rows or column not in rows[0]:
        section.fail(key, f"{column!r} is no column of the table of municipalities.")
    return column


def _area(row: Section, division: str, districts: set[str], languages: Sequence[str]) -> Area:
    label = row.labels("label", languages)
    tile = row.items("tile")
    if tile and (len(tile) != TILE or any(type(part) is not int or part < 0 for part in tile)):
        row.fail("tile", "expected a column and a row, two whole numbers from 0.")
    district = row.text("district", "")
    if district and district not in districts:
        row.fail("district", f"{district!r} is no code of the district question.")
    area = Area(
        id=row.name("id"),
        label=label,
        short=row.labels("short", languages, label),
        division=division,
        district=district,
        tile=(int(str(tile[0])), int(str(tile[1]))) if tile else None,
        in_scope=row.flag("in_scope", default=True),
        note=row.labels("note", languages, {}),
    )
    row.finish()
    return area


def _named_by_file(
    table: Section,
    division: str,
    column: str,
    rows: Sequence[Mapping[str, str]],
    listed: set[str],
    *,
    languages: Sequence[str],
) -> list[Area]:
    """Areas that the division does not list, named by columns of the table."""
    if "names" not in table:
        return []
    names = table.section("names")
    columns = {language: _column(names, language, rows) for language in languages}
    names.finish()
    areas: dict[str, Area] = {}
    for row in rows:
        if row[column] and row[column] not in listed and row[column] not in areas:
            label = {language: row[name] for language, name in columns.items()}
            areas[row[column]] = Area(row[column], label, label, division)
    return list(areas.values())


def _check_division(table: Section, division: str, areas: Sequence[Area], members: Mapping[str, str]) -> None:
    own = [area for area in areas if area.division == division]
    known = {area.id for area in own}
    for area in own:
        if sum(area.id == other.id for other in own) > 1:
            table.fail(f"area[{area.id}].id", "stands twice. Give each area an id of its own.")
        if area.tile is not None and sum(area.tile == other.tile for other in own) > 1:
            table.fail(f"area[{area.id}].tile", "another area lies on the same tile.")
    for code, area_id in members.items():
        if area_id not in known:
            table.fail("column", f"municipality {code} lies in {area_id!r}, no area of the division.")
    for area_id in sorted(known - set(members.values())):
        table.fail(f"area[{area_id}]", "holds no municipality.")
