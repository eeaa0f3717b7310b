"""The README keeps its word: its code runs, its output is real, its links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST = 60


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def test_it_is_a_page_and_not_a_book() -> None:
    assert len(README.splitlines()) <= LONGEST


def test_its_code_prints_what_it_says(tmp_path: Path) -> None:
    (code,) = blocks("python")
    (tmp_path / "readme.py").write_text(code, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "readme.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "MPLBACKEND": "Agg", "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.replace("\u00a0", " ") == blocks("")[-1]
    assert (tmp_path / "figures" / "models_by_district.svg").exists()


def test_its_links_and_its_figure_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert "docs/models_by_district.png" in links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_it_says_that_the_demonstration_is_synthetic() -> None:
    assert "SYNTHETIC DATA" in README
