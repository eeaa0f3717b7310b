"""Puts the wave of 2027 on top of the embedded study, as a researcher would by hand: TOML and a file."""

import csv
import shutil
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyreadstat

HERE = Path(__file__).parent
DEMO = Path(str(files("barometri").joinpath("resources/demo")))
NEW = 2027
MODEL_WAVE = 2021
"""The wave whose questionnaire 2027 repeats."""


def write_study(folder: Path) -> Path:
    """Write the study with its wave of 2027 and return its folder."""
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("truth.toml"))
    edit(folder / "study.toml", ('id = "demo"', 'id = "county_2027"'), ("2021-06-03", "2027-06-03"))
    codes = (HERE / "codes.toml").read_text(encoding="utf-8").partition("codes = [\n")[2].rpartition("]")[0]
    anchor = '    { value = 5, id = "pohjoinen"'
    edit(folder / "codebook.toml", (anchor, codes + anchor))
    equivalence = (HERE / "equivalence.toml").read_text(encoding="utf-8")
    for wave in sorted((folder / "waves").glob("*.toml")):
        wave.write_text(f"{wave.read_text(encoding='utf-8')}\n{equivalence}", encoding="utf-8")
    shutil.copy(HERE / "waves" / "2027.toml", folder / "waves")
    text = (folder / "areas.toml").read_text(encoding="utf-8")
    head, mark, tail = text.partition("[division.county_2023]")
    counties, end, rest = tail.partition("[division.service_area_2025]")
    blocks = counties.split("[[division.county_2023.area]]")
    blocks = [blocks[0], *(_retile(block) for block in blocks[1:])]
    tiles = "[[division.county_2023.area]]".join(blocks)
    (folder / "areas.toml").write_text(head + mark + tiles + end + rest, encoding="utf-8")
    return folder


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replace texts that must each occur in the file."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{path.name}: {old!r}"
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def _retile(block: str) -> str:
    """Name the service area that most of a county's municipalities belong to as its district."""
    lines = block.splitlines(keepends=True)
    county = next(line for line in lines if line.startswith("id = ")).split('"')[1]
    areas = Counter(
        row["service_area_2025"]
        for row in municipalities()
        if row["county_2023"] == county and row["service_area_2025"]
    )
    if not areas:
        return block
    kept = [line for line in lines if not line.startswith(("district = ", "note = "))]
    position = next(i for i, line in enumerate(kept) if line.startswith("id = "))
    kept.insert(position + 1, f'district = "{areas.most_common(1)[0][0]}"\n')
    return "".join(kept)


@cache
def municipalities() -> tuple[dict[str, str], ...]:
    """Return the embedded table of municipalities."""
    with (DEMO / "municipalities.csv").open(encoding="utf-8", newline="") as source:
        return tuple(csv.DictReader(source))


def write_responses(demonstration: Path, target: Path) -> None:
    """Write the respondent file of 2027 from the demonstration's file of 2021.

    Everybody but every nineteenth answers as in 2021 and gets a number of his own; who answered for a
    municipality or joint authority answers for its county, or for the City of Helsinki.
    """
    old, new = (
        tomllib.loads(path.read_text(encoding="utf-8"))["columns"]
        for path in (DEMO / "waves" / f"{MODEL_WAVE}.toml", HERE / "waves" / f"{NEW}.toml")
    )
    frame, _ = pyreadstat.read_sav(demonstration, user_missing=True)
    rows = [row for number, row in enumerate(frame.to_dict("records")) if number % 19]
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\n")
        writer.writerow([new[name] for name in new])
        for number, row in enumerate(rows, start=1):
            answers = {name: _written(row[old[name]]) for name in new}
            answers["respondent"] = f"N{number:05d}"
            answers["area"], answers["area_level"] = _county(answers["area"], answers["area_level"])
            writer.writerow([answers[name] for name in new])


def _written(value: object) -> str:
    """Return a value as it stands in a file with decimal comma; empty where there is none."""
    if isinstance(value, float):
        return "" if value != value else f"{value:g}".replace(".", ",")  # noqa: PLR0124 (NaN)
    return "" if value is None else str(value)


def _county(area: str, level: str) -> tuple[str, str]:
    rows = municipalities()
    county = {row[key]: row["county_2023"] for row in rows for key in ("municipality_code", "organiser_2021")}
    names = sorted({county[name] for name in area.split(";") if name and name in county})
    if not names:
        return area, level
    organiser, one, several = "5", "4", "6"
    return ";".join(names), one if level == organiser else (several if len(names) > 1 else level)
