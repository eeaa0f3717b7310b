"""How many identifiers the search finds, and how many clean files it refuses.

Personal identity codes with each of thirteen separators, written in four ways, are put into nine places of
real files of every kind that has the place; each file is read through the limited process and searched. Then
files of surveys without identifiers, full of codes that resemble one, are searched: none may be refused.

    python -m benchmarks.identifiers [--files 60] [--output docs/identifiers.md]
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from barometri.anonymity import search
from barometri.readers import read_file
from barometri.study.waves import FileFormat
from benchmarks.identifying.carriers import PLACES, sav_file_label, sav_header
from benchmarks.identifying.clean import write_clean
from benchmarks.identifying.codes import DRESSINGS, SEPARATORS, dressed

FEWEST_FILES = 40


def found_in(path: Path) -> int:
    """Count the texts of a file that are found to hold a personal identity code."""
    sheet = "Data" if path.name.startswith("Data") else None
    report = search(read_file(path, FileFormat(sheet=sheet)))
    return sum(entry.count for entry in report.found if entry.kind == "hetu" and entry.stops)


def recall(folder: Path) -> list[tuple[str, str, int, int]]:
    """Return place, kind of file, codes found and codes put there; names of variables take only some."""
    texts = dressed()
    rows = []
    for place, carriers in PLACES.items():
        for kind, carrier in carriers.items():
            path = folder / f"{place.replace(' ', '_')}.{kind}"
            carrier(path, texts)
            names_only = carrier is sav_header
            put = sum(text.isascii() and text.isalnum() for text in texts) if names_only else len(texts)
            rows.append((place, kind, found_in(path), put))
    return rows


def recall_of_file_label(folder: Path) -> tuple[int, int]:
    """Return how many codes are found as the label of a file, one file each, and how many there are."""
    found = 0
    for i, text in enumerate(dressed()):
        path = folder / f"label_{i}.sav"
        sav_file_label(path, [text])
        found += found_in(path) > 0
    return found, len(dressed())


def refusals(folder: Path, files: int) -> list[str]:
    """Return what is refused of clean files: file, place and kind."""
    refused = []
    for number in range(files):
        path = write_clean(folder, number)
        report = search(read_file(path, FileFormat(decimal=".")))
        refused += [f"{path.name}: {entry}" for entry in report.found if entry.stops]
    return refused


def table(rows: Sequence[tuple[str, str, int, int]], refused: Sequence[str], files: int) -> list[str]:
    """Return the lines of the printed table."""
    places = dict.fromkeys(place for place, _, _, _ in rows)
    lines = ["| what | figure | gate | pass |", "| --- | --- | --- | --- |"]
    for place in places:
        of = [row for row in rows if row[0] == place]
        found, put = sum(row[2] for row in of), sum(row[3] for row in of)
        kinds = ", ".join(row[1] for row in of)
        lines.append(f"| {place} ({kinds}) | {found} of {put} | all | {'yes' if found == put else 'NO'} |")
    found, put = sum(row[2] for row in rows), sum(row[3] for row in rows)
    lines.append(
        f"| recall: {len(SEPARATORS)} separators × {len(DRESSINGS)} dressings × {len(places)} places | "
        f"{100 * found / put:.1f} % | 100 % | {'yes' if found == put else 'NO'} |"
    )
    lines.append(f"| clean files refused, of {files} | {len({r.partition(':')[0] for r in refused})} | 0 | "
                 f"{'yes' if not refused and files >= FEWEST_FILES else 'NO'} |")  # fmt: skip
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a gate is missed."""
    parser = argparse.ArgumentParser(description="Recall of identifiers and false refusals.")
    parser.add_argument("--files", type=int, default=60, help="clean files (default: 60)")
    parser.add_argument("--output", type=Path, help="page to write")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = recall(folder)
        rows.append(("file label", "sav", *recall_of_file_label(folder)))
        refused = refusals(folder, given.files)
    lines = table(rows, refused, given.files)
    print("\n".join([*lines, *refused]))
    if given.output:
        given.output.write_text(
            "# Identifiers\n\n`python -m benchmarks.identifiers` prints:\n\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
    return int(any(line.endswith("| NO |") for line in lines))


if __name__ == "__main__":
    raise SystemExit(main())
