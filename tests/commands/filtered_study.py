"""A study reported in a second, of which one group has a few members in every district.

Its table divides the groups in two; which groups stand together is given anew for every release.
"""

from pathlib import Path

import numpy as np
import pandas as pd

YEAR = 2021
SIZES = {"a": 40, "b": 38, "c": 45, "d": 36, "e": 3}
DISTRICTS = ("north", "south")

STUDY = """
id = "filtered"
title = {{ en = "Filtered", fi = "Suodatettu" }}
languages = ["en", "fi"]
published = 2021-06-01
data = "."
{top}
[roles]
outcome = "well"
group = "group"
district = "district"

[[analysis]]
id = "well"
verb = "proportion"
items = ["well"]
by = [{by}]
section = "statements"
title = {{ en = "Well", fi = "Hyvin" }}
"""

CODEBOOK = """
[question.respondent]
kind = "key"
label = {{ en = "Respondent", fi = "Vastaaja" }}

[question.group]
kind = "nominal"
label = {{ en = "Group", fi = "Ryhmä" }}
codes = [{groups}]

[question.half]
kind = "nominal"
label = {{ en = "Half", fi = "Puolikas" }}
codes = [
    {{ value = 1, id = "in", label = {{ en = "In", fi = "Sisällä" }} }},
    {{ value = 2, id = "out", label = {{ en = "Out", fi = "Ulkona" }} }},
]
derived = {{ source = "group", mapping = {{ {mapping} }} }}

[question.district]
kind = "nominal"
label = {{ en = "District", fi = "Piiri" }}
codes = [{districts}]

[question.well]
kind = "nominal"
label = {{ en = "Well", fi = "Hyvin" }}
good = [1]
codes = [
    {{ value = 1, id = "yes", label = {{ en = "Yes", fi = "Kyllä" }} }},
    {{ value = 2, id = "no", label = {{ en = "No", fi = "Ei" }} }},
]
"""

WAVE = """
year = 2021
file = "2021.csv"
[columns]
respondent = "id"
group = "group"
district = "district"
well = "well"
[format]
separator = ";"
[design]
stratum = ["district"]
"""


def write_study(folder: Path, *, inside: str = "", top: str = "", withdrawn: str = "") -> Path:
    """Write the study: by district alone, or by district and by whether the group is one of those inside."""
    (folder / "waves").mkdir(parents=True, exist_ok=True)
    by = '"district", "half"' if inside else '"district"'
    mapping = ", ".join(f'{group} = "{"in" if group in (inside or "a") else "out"}"' for group in SIZES)
    codes = {"groups": _codes(SIZES), "districts": _codes(DISTRICTS)}
    texts = {
        "study.toml": STUDY.format(by=by, top=top),
        "codebook.toml": CODEBOOK.format(mapping=mapping, **codes),
        "waves/2021.toml": WAVE,
        "disclosure.toml": f'withdrawn = ["{withdrawn}"]' if withdrawn else "",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_responses(folder: Path, *, left_out: int = 0) -> None:
    """Write the answers; some of the first respondents of the north may be left out."""
    group = np.repeat(np.arange(1, len(SIZES) + 1), [2 * size for size in SIZES.values()])
    place = np.arange(len(group))
    frame = pd.DataFrame(
        {"id": 1000 + place, "group": group, "district": 1 + place % 2, "well": 1 + (place // 2) % 2}
    )
    north = frame.index[frame["district"] == 1][:left_out]
    frame.drop(index=north).to_csv(folder / f"{YEAR}.csv", sep=";", index=False, lineterminator="\n")


def _codes(names: object) -> str:
    assert isinstance(names, dict | tuple)
    entries = (
        f'{{ value = {value}, id = "{name}", label = {{ en = "{name.upper()}", fi = "{name.upper()}" }} }}'
        for value, name in enumerate(names, 1)
    )
    return ", ".join(entries)
