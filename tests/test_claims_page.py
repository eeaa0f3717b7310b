"""The page on claims keeps its word: it names every kind, key and verdict, its examples are judged."""

import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from barometri.claims.judging import judge
from barometri.results import Verdict
from barometri.study.claim import Adjustment, Claim, ClaimKind, PublishedFigure, Relation
from barometri.study.reading import read_study
from barometri.survey import Survey

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
HEAD, *CLAIMS = [text for text in EXAMPLES if "[[figure]]" not in text]
FIGURES = [text for text in EXAMPLES if "[[figure]]" in text]
CODE = set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    demo = files("barometri").joinpath("resources/demo")
    return Path(shutil.copytree(str(demo), tmp_path / "study"))


def append(folder: Path, name: str, *texts: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(texts))


def test_it_names_every_kind_key_verdict_and_adjustment() -> None:
    assert {field.name for field in fields(Claim)} <= CODE
    assert {*get_args(ClaimKind), *get_args(Adjustment), *get_args(Relation)} <= CODE | {"="}
    assert {verdict.name.lower() for verdict in Verdict} <= CODE
    rows = re.findall(r"^\| `\w+` \| ([^|]+) \|", PAGE, flags=re.MULTILINE)
    assert {verdict.value for verdict in Verdict} <= set(rows)


def test_every_kind_has_an_example() -> None:
    shown = [claim["kind"] for text in CLAIMS for claim in tomllib.loads(text)["claim"]]
    assert set(shown) == set(get_args(ClaimKind))


def test_a_published_figure_is_shown_with_every_key() -> None:
    (figure,) = (tomllib.loads(text)["figure"][0] for text in FIGURES)
    assert set(figure) == {field.name for field in fields(PublishedFigure)}


def test_it_names_every_field_of_a_claim_in_the_findings() -> None:
    schema = json.loads((ROOT / "docs" / "findings.schema.json").read_text(encoding="utf-8"))
    assert set(schema["$defs"]["claim"]["properties"]) <= CODE


def test_the_first_file_is_whole(folder: Path) -> None:
    (folder / "claims.toml").write_text(HEAD, encoding="utf-8")
    assert [claim.id for claim in read_study(folder).claims] == ["HELPFUL"]


def test_the_examples_are_read_and_judged(folder: Path, demo_surveys: Mapping[int, Survey]) -> None:
    before = len(read_study(folder).claims)
    append(folder, "claims.toml", *CLAIMS)
    append(folder, "published.toml", *FIGURES)
    study = read_study(folder)
    assert len(study.claims) == before + len(CLAIMS)
    assert study.published_figures[-1].id == "PRINTED"
    results = judge(study, demo_surveys, study.latest, sensitivity=False)[before:]
    assert [result.claim.id for result in results if result.verdict is Verdict.NOT_ESTIMABLE] == []
