"""The same command makes a report of every study in this folder."""

import shutil
from pathlib import Path

import pytest

from barometri.commands.report import main
from barometri.study.reading import read_study
from barometri.synthetic import write_demonstration
from barometri.texts import read_texts
from tests.studies.county_2027 import changes
from tests.studies.variants import LATEST, Lost, keep_analyses, write_variant

LISTED = ("models_by_district", "cooperation_over_waves_by_district", "number_of_models_by_district")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's files."""
    folder = tmp_path_factory.mktemp("raw") / "demo"
    write_demonstration(read_study(), folder)
    return folder


def report(study: Path, data: Path, output: Path, language: str) -> str:
    """Make the report of a study's latest wave in one language and return its page."""
    options = {
        "--study": study,
        "--data": data,
        "--output": output,
        "--language": language,
        "--format": "html",
    }
    code = main([str(part) for option in options.items() for part in option] + ["--quiet"])
    assert code == 0
    return (output / str(read_study(study).latest) / language / "index.html").read_text(encoding="utf-8")


def test_after_the_reform(raw: Path, tmp_path: Path) -> None:
    study = keep_analyses(changes.write_study(tmp_path / "study"), *LISTED)
    data = tmp_path / "data"
    folder = Path(shutil.copytree(raw, data / "raw" / "county_2027"))
    changes.write_responses(folder / read_study().waves[LATEST].file, folder / "barometri_2027.csv")
    page = report(study, data, tmp_path / "reports", "fi")
    assert "Hyvinvointialueet" in page
    assert "Kunnat" not in page
    assert "Pohjoisen asiakaspalveluyksikön palvelualue" in page
    assert "32 kuntaa vaihtoi aluetta vuoden 2021 jälkeen." in page
    assert page.count(read_texts("fi").text("status.similar")) >= 4 * 5
    assert "SYNTEETTINEN AINEISTO" in page


@pytest.mark.parametrize("lost", [("frame",), ("area",), ("district",)])
def test_of_a_file_that_lacks_something(raw: Path, tmp_path: Path, lost: tuple[Lost, ...]) -> None:
    study = keep_analyses(write_variant(tmp_path / "study", *lost), *LISTED)
    data = tmp_path / "data"
    shutil.copytree(raw, data / "raw" / "demo")
    page = report(study, data, tmp_path / "reports", "en")
    assert (read_texts("en").text("footer.no_design") in page) == (lost != ("area",))


def test_of_the_world_values_survey(tmp_path: Path) -> None:
    page = report(Path(__file__).parent / "wvs", tmp_path / "data", tmp_path / "reports", "en")
    assert "Government effort on poverty, by country" in page
    assert "Sweden" in page
    assert "Kela" not in page
    assert "SYNTHETIC" not in page
