"""Every notebook runs from top to bottom on the demonstration, defines nothing and carries no output."""

import ast
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from barometri.study.study import Study

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def notebook(path: Path) -> nbformat.NotebookNode:
    read: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return read


def test_there_are_notebooks() -> None:
    assert {path.stem for path in NOTEBOOKS} == {
        "wave_at_a_glance",
        "models_by_district",
        "number_of_models",
        "theme_claim_by_claim",
        "a_new_claim",
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_output_defines_nothing_and_has_ids_that_stay(path: Path) -> None:
    cells = notebook(path).cells
    ids = [cell["id"] for cell in cells]
    assert len(ids) == len(set(ids))
    assert all(name.replace("-", "").isalpha() for name in ids), "an id is a word, not a random number"
    for cell in cells:
        if cell.cell_type != "code":
            continue
        assert cell.outputs == []
        assert cell.execution_count is None
        defined = [
            node
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While))
        ]
        assert defined == [], cell["id"]


def test_the_theme_shows_every_claim_of_the_demonstration(demo_study: Study) -> None:
    cells = notebook(ROOT / "notebooks" / "theme_claim_by_claim.ipynb").cells
    shown = [cell.source for cell in cells if cell.source.startswith("claims.claim(")]
    assert sorted(shown) == sorted(f'claims.claim("{claim.id}")' for claim in demo_study.claims)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder beside which the demonstration is written, once for all notebooks."""
    folder = tmp_path_factory.mktemp("clone") / "notebooks"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    copied = Path(shutil.copy(path, place))
    opened = notebook(copied)
    here = {"metadata": {"path": str(place)}}
    NotebookClient(opened, timeout=240, kernel_name="python3", resources=here).execute()
    code = [cell for cell in opened.cells if cell.cell_type == "code"]
    shown = [output for cell in code for output in cell.outputs]
    assert all(output.output_type == "execute_result" for output in shown)
    assert len(shown) == len(code) - 1
    pages = [output.data.get("text/html", "") for output in shown]
    assert any("<figure" in page and "SYNTHETIC DATA" in page for page in pages)
