"""No number of a hidden record is anywhere in what a run writes, says or shows."""

from pathlib import Path

import numpy as np
import pytest

from tests.leaks.canaries import FORMATS, Found, plain, printed, rows_that_tell, search, words


def is_clean(found: Found) -> None:
    assert found.hits == ()
    assert found.hidden >= 2
    assert found.searched >= 60


@pytest.mark.parametrize(("seed", "formats"), [(1, ("html", "xlsx")), (2, ("xlsx", "csv")), (3, ("csv",))])
def test_no_number_of_a_hidden_record_is_found(tmp_path: Path, seed: int, formats: tuple[str, ...]) -> None:
    is_clean(search(tmp_path, seed, formats))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 5, 6])
def test_no_number_of_a_hidden_record_is_found_in_any_format(tmp_path: Path, seed: int) -> None:
    found = search(tmp_path, seed)
    is_clean(found)
    assert found.artefacts >= 3 * len(FORMATS) - 3


def test_the_search_finds_a_number_wherever_it_stands(tmp_path: Path) -> None:
    """The battery has teeth: planted in each kind of artefact, a number is seen."""
    hidden = "0.0273"
    page = tmp_path / "index.html"
    page.write_text(f'<html><body><p aria-label="0,0273">{hidden}</p></body></html>', encoding="utf-8")
    drawing = tmp_path / "a.svg"
    drawing.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><desc>{hidden}</desc></svg>', encoding="utf-8"
    )
    assert all(hidden in words(path) for path in (page, drawing))
    assert plain("0,02730") in printed(float(hidden))
    assert plain("2,73") in printed(float(hidden))
    assert printed(np.nan) == set()
    table = tmp_path / "a.csv"
    table.write_text("item,estimate,n,status\na,,137,suppressed\nb,,,suppressed\n", encoding="utf-8")
    assert len(list(rows_that_tell(table))) == 1
    page.write_text("<tr><td>..</td><td>137</td></tr><tr><td>..</td><td>..</td></tr>", encoding="utf-8")
    assert len(list(rows_that_tell(page))) == 1
