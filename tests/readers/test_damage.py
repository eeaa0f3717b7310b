"""One flipped bit, or a lost end: the manifest sees every one, and the readers what they can."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from barometri.errors import FileError
from barometri.loading import Manifest, Pin, Shape
from barometri.loading.manifest import check_delivered
from barometri.readers import file_digest, read_file
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.study.waves import FileFormat
from tests.readers.damage import FORMATS, SILENT, cut, every_cut, flipped, ordinary, result, results
from tests.small_study import write_study

LARGEST_SILENT = {".csv": 0.75, ".dta": 0.6, ".parquet": 0.5, ".por": 0.4, ".sav": 0.7, ".zsav": 0.25}
"""Most flips that a reader without the manifest lets through; others let none through. In a .zsav only the
rows are under a checksum: of this short file the larger part is its words (46 of 240 flips pass)."""

END_OF_DICTIONARY = (999).to_bytes(4, "little") + bytes(4)
"""What stands between the words and the packed rows of a .zsav."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(write_study(tmp_path_factory.mktemp("study")))


def unseen(suffix: str, folder: Path, study: Study, count: int) -> int:
    """Count the flips that the manifest does not refuse."""
    (folder / "pinned").mkdir()  # what stands in the folder itself stays whole
    path, generator = ordinary(folder / "pinned", suffix), np.random.default_rng(8)
    data, shape = path.read_bytes(), Shape(file_digest(path), 40, 10)
    manifest = Manifest({2021: Pin("2021.csv", shape, shape)})
    missed = 0
    for changed in (*flipped(data, generator, count), *cut(data, generator, count // 3)):
        path.write_bytes(changed)
        try:
            check_delivered(manifest, study, 2021, file_digest(path))
        except FileError:
            continue
        missed += 1
    return missed


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_manifest_sees_every_flipped_bit(suffix: str, tmp_path: Path, study: Study) -> None:
    assert unseen(suffix, tmp_path, study, 60) == 0


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_lost_its_end_is_refused(suffix: str, tmp_path: Path) -> None:
    data = ordinary(tmp_path, suffix).read_bytes()
    cuts = Counter(result(tmp_path, suffix, short) for short in cut(data, np.random.default_rng(8), 6))
    assert cuts[SILENT] <= (1 if suffix == ".csv" else 0)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
def test_how_much_damage_the_readers_see_without_the_manifest(
    suffix: str, tmp_path: Path, study: Study
) -> None:
    data, generator = ordinary(tmp_path, suffix).read_bytes(), np.random.default_rng(8)
    assert unseen(suffix, tmp_path, study, 240) == 0
    flips = results(tmp_path, suffix, flipped(data, generator, 240))
    assert flips[SILENT] / flips.total() <= LARGEST_SILENT.get(suffix, 0)
    cuts = results(tmp_path, suffix, every_cut(data) if suffix == ".csv" else cut(data, generator, 240))
    assert cuts[SILENT] <= (0.05 * cuts.total() if suffix == ".csv" else 0)


@pytest.mark.slow
def test_no_flip_among_the_rows_of_a_zsav_changes_an_answer_unseen(tmp_path: Path) -> None:
    data = ordinary(tmp_path, ".zsav").read_bytes()
    rows = data.index(END_OF_DICTIONARY) + len(END_OF_DICTIONARY)
    changed = (data[:rows] + tail for tail in flipped(data[rows:], np.random.default_rng(8), 240))
    counts = results(tmp_path, ".zsav", changed)
    assert (counts[SILENT], counts.total()) == (0, 240)


def test_declared_rows_see_a_csv_that_was_cut_between_two_of_them(tmp_path: Path) -> None:
    path = ordinary(tmp_path, ".csv")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]))
    with pytest.raises(FileError, match=r"37 rows, and rows in the wave's \[format\] says 40"):
        read_file(path, FileFormat(separator=";", decimal=",", rows=40))
