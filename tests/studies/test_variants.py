"""A wave whose file lacks frame counts, area or district is still a study."""

from pathlib import Path

import pytest

from barometri.study.reading import read_study
from tests.studies.variants import COLUMNS, LATEST, Lost, write_variant


@pytest.mark.parametrize("lost", [("frame",), ("area",), ("district",), ("frame", "area", "district")])
def test_the_study_reads_without(tmp_path: Path, lost: tuple[Lost, ...]) -> None:
    study = read_study(write_variant(tmp_path / "study", *lost))
    wave = study.waves[LATEST]
    for name in (name for what in lost for name in COLUMNS[what]):
        assert not wave.asked(name)
        assert study.waves[2019].asked(name)
    if lost != ("area",):
        assert wave.frame == ()
        assert wave.design.stratum == ()
    assert len(wave.ignored) == sum(len(COLUMNS[what]) for what in lost)
    assert study.analyses == read_study().analyses
