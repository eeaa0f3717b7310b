"""The claims as data: they keep to their schema, say nothing of the hidden, and agree with each other."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from barometri.disclosure.protected import ProtectedFigure
from barometri.report.claims_data import findings_csv, findings_json, write_findings
from barometri.results import SameAsPublished
from barometri.study.claim import PublishedFigure
from tests.report.made_up_run import part, run

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "findings.schema.json").read_text(encoding="utf-8"))


def content() -> dict[str, Any]:
    figure = PublishedFigure("T1", 2021, "cooperation", 0.46, 0.01, population={"group": ("social_worker",)})
    found = ProtectedFigure(figure, 0.44, 347.0, SameAsPublished.NO)
    loaded: dict[str, Any] = json.loads(findings_json(replace(run(), published_figures=(found,))))
    return loaded


def test_the_file_keeps_to_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(content(), SCHEMA)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("verdict", "proven"),
        ("estimate", "0.1"),
        ("p", ".03"),
        ("n", -1),
        ("surprise", 1),
        ("same_as_published", "maybe"),
        ("written", "later"),
    ],
)
def test_the_schema_refuses_what_the_file_never_says(key: str, value: object) -> None:
    wrong = content()
    wrong["claims"][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_a_hidden_claim_holds_no_number() -> None:
    (hidden,) = [found for found in content()["claims"] if found["verdict"] == "not_reportable"]
    told = ("estimate", "ci_low", "ci_high", "n", "df", "p", "adjusted_p", "power", "same_as_published")
    assert [hidden[key] for key in told] == [None] * len(told)
    assert hidden["parts"] == []


def test_a_claim_holds_its_numbers_parts_and_provenance() -> None:
    made = content()
    first = made["claims"][0]
    assert (first["id"], first["verdict"], first["p"], first["adjusted_p"]) == (
        "QF01",
        "supported",
        "<0.01",
        "0.02",
    )
    assert (first["estimate"], first["n"], first["df"], first["level"]) == (0.12, 612, 587, 0.95)
    assert [one["name"] for one in first["parts"]] == ["left", "right"]
    assert first["written"] == "after"
    file = run().study.claims_file
    assert file is not None
    assert made["claims_file"] == {"sha256": file.digest, "fixed": file.fixed.isoformat()}
    assert made["study"]["sha256"] == run().study.digest
    assert made["published_figures"][0]["same_as_published"] == "no"


def test_the_two_files_agree() -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv(run()))))
    claims = content()["claims"]
    assert [row["id"] for row in rows] == [found["id"] for found in claims]
    for row, found in zip(rows, claims, strict=True):
        assert row["verdict"] == found["verdict"]
        assert row["estimate"] == ("" if found["estimate"] is None else str(found["estimate"]))
        assert row["statement_fi"] == found["statement"]["fi"]
    assert "nan" not in findings_csv(run()).lower().replace("finnan", "")


def test_parts_that_are_hidden_are_null() -> None:
    protected = run()
    gone = replace(part("left", float("nan")), n=float("nan"), status="suppressed")
    result = replace(protected.claims[0], parts=(gone,))
    made = json.loads(findings_json(replace(protected, claims=(result,))))
    jsonschema.validate(made, SCHEMA)
    (one,) = made["claims"][0]["parts"]
    assert (one["estimate"], one["ci_low"], one["n"], one["status"]) == (None, None, None, "suppressed")


def test_a_study_without_claims_writes_no_file(tmp_path: Path) -> None:
    assert write_findings(replace(run(), claims=()), tmp_path) == ()
    assert list(tmp_path.iterdir()) == []
    assert [path.name for path in write_findings(run(), tmp_path)] == ["findings.json", "findings.csv"]
