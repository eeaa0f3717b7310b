"""Waves become surveys: read once, kept with their digests, read again when anything changed."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError, ValidationError
from barometri.loading import accept_inputs, input_digests, read_sources, read_surveys, surveys
from barometri.readers import RawFile, file_digest, read_file
from barometri.study.reading import read_study
from barometri.study.waves import FileFormat
from barometri.synthetic import simulate
from tests.small_study import responses, write_responses, write_study


def make(folder: Path) -> Path:
    write_responses(write_study(folder) / "2021.csv")
    return folder


def test_the_demonstration_comes_back_as_it_was_simulated(tmp_path: Path) -> None:
    """Four kinds of file, other names, codes and words: every cell of every wave is the simulated one."""
    study = read_study()
    found = read_surveys(study, data=tmp_path)
    truth = simulate(study)
    assert list(found) == sorted(study.waves)
    for year, survey in found.items():
        frame = survey.frame.set_index("respondent")
        expected = truth[year].set_index("respondent").loc[frame.index]
        shared = [name for name in frame.columns if name in expected.columns]
        assert set(study.waves[year].columns) - {"respondent", "comment"} <= set(shared)
        pd.testing.assert_frame_equal(
            frame[shared], expected[shared], check_dtype=False, check_index_type=False
        )
        assert {str(frame[q].dtype) for q in shared if study.codebook[q].codes} == {"int32"}
        assert (frame["wave"] == year).all()
        counts = sum(row.count for row in study.waves[year].frame)
        assert frame["_weight"].sum() == pytest.approx(counts, rel=1e-12)
    assert input_digests(study, data=tmp_path) == {
        year: file_digest(tmp_path / "raw" / "demo" / wave.file) for year, wave in study.waves.items()
    }


def test_a_kept_wave_is_not_read_again_until_its_file_or_study_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "study")
    read: list[str] = []

    def counted(path: Path, file_format: FileFormat) -> RawFile:
        read.append(path.name)
        return read_file(path, file_format)

    monkeypatch.setattr(surveys, "read_file", counted)
    first = read_surveys(read_study(folder), data=tmp_path)[2021].frame
    second = read_surveys(read_study(folder), data=tmp_path)[2021].frame
    pd.testing.assert_frame_equal(first, second)
    assert len(read) == 1
    write_responses(folder / "2021.csv", responses().assign(v1=5.0))
    accept_inputs(read_study(folder), data=tmp_path)
    assert len(read) == 2
    assert (read_surveys(read_study(folder), data=tmp_path)[2021].frame["well"] == 5).all()
    assert len(read) == 2
    write_study(folder, design='stratum = ["district"]')
    read_surveys(read_study(folder), data=tmp_path)
    assert len(read) == 3
    for name in ("2021.parquet", "reports.json"):
        (tmp_path / "processed" / "small" / name).unlink()
        read_surveys(read_study(folder), data=tmp_path)
    assert len(read) == 5


def test_nothing_is_kept_when_one_wave_cannot_be_trusted(tmp_path: Path) -> None:
    folder = make(tmp_path / "study")
    text = (folder / "waves" / "2021.toml").read_text(encoding="utf-8").replace("2021", "2022")
    (folder / "waves" / "2022.toml").write_text(text, encoding="utf-8")
    write_responses(folder / "2022.csv", responses().assign(v1=3.5))
    with pytest.raises(ValidationError):
        read_surveys(read_study(folder), data=tmp_path)
    assert not (tmp_path / "processed").exists()
    assert read_surveys(read_study(folder), data=tmp_path, waves=[2021])[2021].n == 8


def test_what_is_kept_holds_counts_and_no_answer(tmp_path: Path) -> None:
    folder = make(tmp_path / "study")
    study = read_study(folder)
    read_surveys(study, data=tmp_path)
    processed = tmp_path / "processed" / "small"
    assert sorted(path.name for path in processed.iterdir()) == [
        "2021.parquet",
        "manifest.json",
        "reports.json",
    ]
    entry = json.loads((processed / "reports.json").read_text(encoding="utf-8"))["waves"]["2021"]
    assert entry["sha256"] == file_digest(folder / "2021.csv")
    assert entry["report"]["texts"] == {"comment": 2}
    assert b"Ei muuta" not in (processed / "2021.parquet").read_bytes()
    source = read_sources(study, data=tmp_path)[2021]
    assert source.report.missing["only_clerks"] == {"not_asked": 4, "blank": 1}
    assert source.report.design.stratum == ("district", "group")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"waves": {"2021": {}}}', '{"waves": {}, "sha256": ""}'])
def test_a_spoilt_memory_is_read_anew(text: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "study")
    processed = tmp_path / "processed" / "small"
    processed.mkdir(parents=True)
    (processed / "reports.json").write_text(text, encoding="utf-8")
    assert read_surveys(read_study(folder), data=tmp_path)[2021].n == 8


def test_the_design_is_the_waves(tmp_path: Path) -> None:
    survey = read_surveys(read_study(make(tmp_path / "study")), data=tmp_path)[2021]
    assert survey.design.weight == "_weight"
    assert survey.design.stratum == ("district", "group")
    assert survey.wave == 2021
    np.testing.assert_array_equal(survey.values("_weight"), [1.5, 1.5, 2, 2, 4, 4, 3, 3])
    assert survey.degrees_of_freedom == 4


def test_a_wave_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="2020"):
        read_surveys(read_study(make(tmp_path / "study")), data=tmp_path, waves=[2020])


def test_the_order_of_rows_changes_no_answer(tmp_path: Path) -> None:
    folder = make(tmp_path / "study")
    first = read_surveys(read_study(folder), data=tmp_path)[2021].frame
    write_responses(folder / "2021.csv", responses().iloc[::-1])
    second = read_surveys(read_study(folder), data=tmp_path / "other")[2021].frame
    order = ["respondent"]
    pd.testing.assert_frame_equal(first, second.sort_values(order).reset_index(drop=True))
