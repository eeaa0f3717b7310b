"""Copies of the embedded study whose latest file lacks what a real file may lack."""

import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Literal

DEMO = Path(str(files("barometri").joinpath("resources/demo")))
LATEST = 2021

Lost = Literal["frame", "area", "district"]
COLUMNS: dict[Lost, tuple[str, ...]] = {
    "frame": (),
    "area": ("area", "area_level"),
    "district": ("district",),
}


def write_variant(folder: Path, *lost: Lost) -> Path:
    """Copy the embedded study to a folder, without frame counts, area or district in its latest wave.

    Frame counts are by district and group, so without the district they are lost too. The columns stay in the
    file and are named as not read.
    """
    shutil.copytree(DEMO, folder)
    path = folder / "waves" / f"{LATEST}.toml"
    text = path.read_text(encoding="utf-8")
    gone = []
    for name in (name for what in lost for name in COLUMNS[what]):
        line = re.search(rf'^{name} = "(.*)"\n', text, flags=re.MULTILINE)
        assert line is not None, name
        gone.append(line[1])
        text = text.replace(line[0], "")
    if "frame" in lost or "district" in lost:
        text = re.sub(r"^frame = \[\n.*?^\]\n", "", text, flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r"^\[design\]\nstratum = .*\n", "", text, flags=re.MULTILINE)
    names = ", ".join(f'"{name}"' for name in gone)
    path.write_text(f"ignored = [{names}]\n{text}", encoding="utf-8")
    return folder


def keep_analyses(folder: Path, *ids: str) -> Path:
    """Shorten the study's list of analyses, so that a test waits only for what it looks at."""
    path = folder / "study.toml"
    head, *blocks = re.split(r"^(?=\[\[analysis\]\]$)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    kept = [block for block in blocks if any(f'id = "{name}"\n' in block for name in ids)]
    assert len(kept) == len(ids)
    path.write_text(head + "".join(kept), encoding="utf-8")
    return folder
