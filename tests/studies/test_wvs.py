"""A study that nobody here designed has its own questions, one language, and nothing of the demonstration."""

import csv
from pathlib import Path

from barometri.study.reading import read_study

FOLDER = Path(__file__).parent / "wvs"


def test_it_has_no_models_areas_groups_or_design() -> None:
    study = read_study(FOLDER)
    wave = study.waves[1997]
    assert (study.languages, study.data, study.synthetic) == (("en",), ".", False)
    assert (study.models, study.areas, study.claims) == ((), None, ())
    assert (study.role("group"), study.role("side"), study.role("district")) == ("", "", "")
    assert (wave.frame, wave.design.stratum, wave.design.weight) == ((), (), "")


def test_every_answer_in_the_file_has_a_code() -> None:
    study = read_study(FOLDER)
    wave = study.waves[1997]
    with (FOLDER / wave.file).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == 5381
    for name, recode in wave.recodes.items():
        assert {row[wave.columns[name]] for row in rows} == set(recode)
        assert set(recode.values()) == {code.value for code in study.question(name).codes}
    assert set(rows[0]) == set(wave.columns.values())


def test_ages_lie_in_the_stated_range() -> None:
    age = read_study(FOLDER).question("age")
    with (FOLDER / "wvs.csv").open(encoding="utf-8", newline="") as source:
        ages = [float(row["age"]) for row in csv.DictReader(source)]
    assert (min(ages), max(ages)) == (age.minimum, age.maximum)


def test_digest_leaves_the_respondents_out() -> None:
    with_data = read_study(FOLDER)
    assert with_data.digest == read_study(FOLDER).digest
    assert "wvs.csv" in with_data.waves[1997].file
