"""A study reported in three seconds: two waves, one language, four tables, a group that is withheld.

write_small_report(folder)                            the study, its files of responses beside it
python -m barometri.report --study folder --data elsewhere --output reports
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

YEARS = (2019, 2021)
TABLES = ("well_by_district", "well_by_group", "well_over_waves", "told_by_district")
FEW = 4
"""Members of the group of which nothing is shown."""
FORMATS = ("html", "xlsx", "svg", "png", "pdf", "csv")

STUDY = """
id = "pieni"
title = "Pieni kysely"
languages = ["fi"]
published = 2021-06-01
data = "."

[roles]
outcome = "well"
group = "group"
side = "side"
district = "district"

[[analysis]]
id = "well_by_district"
verb = "distribution"
items = ["well"]
by = ["district"]
chart = "likert"
section = "cooperation"
title = "Toimivuus piireittäin"

[[analysis]]
id = "well_by_group"
verb = "proportion"
items = ["well"]
by = ["group"]
chart = "dots"
section = "cooperation"
title = "Toimii hyvin, ryhmittäin"

[[analysis]]
id = "told_by_district"
verb = "proportion"
items = ["told"]
by = ["district"]
section = "statements"
title = "Tietää, piireittäin"

[[analysis]]
id = "well_over_waves"
verb = "change"
items = ["well"]
by = ["group"]
waves = "all"
chart = "waves"
section = "change"
title = "Toimii hyvin, vuosittain"
"""

CODEBOOK = """
[question.respondent]
kind = "key"
label = "Vastaaja"

[question.group]
kind = "nominal"
label = "Ryhmä"
codes = [
    { value = 1, id = "decider", label = "Päättäjät" },
    { value = 2, id = "server", label = "Palvelijat" },
    { value = 3, id = "worker", label = "Työntekijät" },
]

[question.side]
kind = "nominal"
label = "Puoli"
codes = [{ value = 1, id = "state", label = "Valtio" }, { value = 2, id = "town", label = "Kunta" }]
derived = { source = "group", mapping = { decider = "state", server = "state", worker = "town" } }

[question.district]
kind = "nominal"
label = "Piiri"
codes = [
    { value = 1, id = "north", label = "Pohjoinen" },
    { value = 2, id = "middle", label = "Keskinen" },
    { value = 3, id = "south", label = "Etelä" },
]

[question.well]
kind = "ordinal"
label = "Yhteistyö toimii"
good = [4, 5]
codes = [
    { value = 1, id = "very_poorly", label = "Erittäin huonosti" },
    { value = 2, id = "fairly_poorly", label = "Melko huonosti" },
    { value = 3, id = "neither", label = "Ei hyvin eikä huonosti" },
    { value = 4, id = "fairly_well", label = "Melko hyvin" },
    { value = 5, id = "very_well", label = "Erittäin hyvin" },
    { value = 8, id = "cannot_say", label = "En osaa sanoa", missing = "dont_know" },
]

[question.told]
kind = "nominal"
label = "Tietää riittävästi"
good = [1]
codes = [
    { value = 1, id = "yes", label = "Kyllä" },
    { value = 2, id = "no", label = "Ei" },
    { value = 8, id = "cannot_say", label = "En osaa sanoa", missing = "dont_know" },
]
"""

WAVE = """
year = {year}
file = "{year}.csv"

[columns]
respondent = "id"
group = "ryhma"
district = "piiri"
well = "v1"
told = "v2"

[format]
separator = ";"

[design]
stratum = ["district", "group"]
"""


def responses(year: int, *, size: int = 460) -> pd.DataFrame:
    """Answers of one wave: two groups in every district, one of four people, and some who cannot say."""
    generator = np.random.default_rng([7, year])
    group = np.repeat([1, 2, 3], [size // 3, FEW, size - FEW - size // 3])
    district = generator.integers(1, 4, size)
    latent = (
        generator.normal(size=size) + 0.5 * (group == 3) + 0.2 * (district == 1) + 0.3 * (year == YEARS[-1])
    )
    well = np.digitize(latent, [-1.2, -0.4, 0.3, 1.2]) + 1
    told = np.where(generator.random(size) < 0.55 + 0.1 * (district == 3), 1, 2)
    unsure = generator.random((2, size)) < 0.06
    return pd.DataFrame(
        {
            "id": [f"{year}{i:04}" for i in range(size)],
            "ryhma": group,
            "piiri": district,
            "v1": np.where(unsure[0], 8, well),
            "v2": np.where(unsure[1], 8, told),
        }
    )


def write_small_report(
    folder: Path, *, languages: Sequence[str] = ("fi",), title: str = "Pieni kysely"
) -> Path:
    """Write the study with its two files of responses; return the folder.

    In several languages every label is the Finnish one: what is tried is the writing of each.
    """
    (folder / "waves").mkdir(parents=True, exist_ok=True)
    study = STUDY.replace("Pieni kysely", title)
    for name, text in {"study.toml": study, "codebook.toml": CODEBOOK}.items():
        (folder / name).write_text(_labelled(text, languages), encoding="utf-8")
    for year in YEARS:
        (folder / "waves" / f"{year}.toml").write_text(WAVE.format(year=year), encoding="utf-8")
        responses(year).to_csv(folder / f"{year}.csv", sep=";", index=False, lineterminator="\n")
    return folder


def _labelled(text: str, languages: Sequence[str]) -> str:
    """Return TOML with every title and label in each language."""
    if len(languages) == 1:
        return text.replace('["fi"]', f'["{languages[0]}"]')
    quoted = ", ".join(f'"{language}"' for language in languages)

    def each(found: re.Match[str]) -> str:
        return f"{found[1]} = {{ {', '.join(f'{language} = {found[2]}' for language in languages)} }}"

    return re.sub(r'(title|label) = ("[^"]*")', each, text).replace('["fi"]', f"[{quoted}]")
