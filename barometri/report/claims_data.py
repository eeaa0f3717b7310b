"""The judged claims as data: ``findings.json`` and ``findings.csv``, of protected numbers only."""

import json
import math
from pathlib import Path
from typing import Final

from barometri.disclosure.protected import Protected, ProtectedClaim, ProtectedFigure, ProtectedPart
from barometri.escaping import csv_text
from barometri.findings import verdict_key

JSON_FILE: Final = "findings.json"
CSV_FILE: Final = "findings.csv"
FORMAT: Final = "barometri findings 1"
"""Name and version of the format that ``docs/findings.schema.json`` describes."""
_NOT_REPORTABLE: Final = "not_reportable"

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


def write_findings(protected: Protected, folder: Path) -> tuple[Path, ...]:
    """Write the claims of a protected run as data; nothing where the study states none.

    Parameters
    ----------
    protected
        What may be published.
    folder
        Folder of the year.

    Returns
    -------
    tuple of pathlib.Path
        The files written.
    """
    if not protected.claims:
        return ()
    paths = folder / JSON_FILE, folder / CSV_FILE
    for path, text in zip(paths, (findings_json(protected), findings_csv(protected)), strict=True):
        path.write_text(text, encoding="utf-8", newline="\n")
    return paths


def findings_json(protected: Protected) -> str:
    """Return the claims with their verdicts, numbers and parts as JSON; a hidden number is ``null``."""
    study, file = protected.study, protected.study.claims_file
    content: dict[str, Value] = {
        "format": FORMAT,
        "study": {"id": study.id, "sha256": study.digest, "synthetic": study.synthetic},
        "claims_file": None if file is None else {"sha256": file.digest, "fixed": file.fixed.isoformat()},
        "wave": protected.wave,
        "version": protected.provenance.version,
        "headline": [] if file is None else list(file.headline),
        "families": [
            {"id": family.id, "adjust": family.adjust, "label": dict(family.label)}
            for family in (file.families.values() if file is not None else ())
        ],
        "claims": [_claim(result, protected) for result in protected.claims],
        "published_figures": [_figure(found) for found in protected.published_figures],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def findings_csv(protected: Protected) -> str:
    """Return one line a claim, with the hashes of the study and of its claims on each."""
    study, file = protected.study, protected.study.claims_file
    languages = list(study.languages)
    names = [
        *("id", "kind", "family", "adjust", "verdict", "estimate", "ci_low", "ci_high", "level", "scale"),
        *("p", "adjusted_p", "n", "df", "method", "power", "beside", "same_as_published", "reason", "waves"),
        "written",
        *(f"statement_{language}" for language in languages),
        *("study_sha256", "claims_sha256", "fixed"),
    ]
    lines: list[list[object]] = [[*names]]
    for result in protected.claims:
        found = _claim(result, protected)
        statement = result.claim.statement
        found |= {"beside": ";".join(result.beside), "waves": ";".join(str(w) for w in result.claim.waves)}
        found |= {f"statement_{language}": statement.get(language, "") for language in languages}
        found |= {
            "study_sha256": study.digest,
            "claims_sha256": "" if file is None else file.digest,
            "fixed": "" if file is None else file.fixed.isoformat(),
        }
        lines.append([found[name] for name in names])
    return csv_text(lines)


def _claim(result: ProtectedClaim, protected: Protected) -> dict[str, Value]:
    claim, file = result.claim, protected.study.claims_file
    verdict = verdict_key(result)
    family = file.families.get(claim.family) if file is not None else None
    return {
        "id": claim.id,
        "kind": claim.kind,
        "statement": dict(claim.statement),
        "waves": list(claim.waves),
        "written": claim.written,
        "family": claim.family,
        "adjust": "none" if family is None else family.adjust,
        "verdict": verdict,
        "estimate": _known(result.estimate),
        "ci_low": _known(result.ci_low),
        "ci_high": _known(result.ci_high),
        "level": result.level,
        "scale": result.scale,
        "p": _p(result.p_text),
        "adjusted_p": _p(result.adjusted_p_text),
        "n": _count(result.n),
        "df": _count(result.df),
        "method": result.method,
        "power": _known(result.power),
        "beside": list(result.beside),
        "same_as_published": None if verdict == _NOT_REPORTABLE else result.same_as_published.name.lower(),
        "reason": result.reason or None,
        "source": claim.source or None,
        "parts": [_part(part) for part in result.parts],
    }


def _part(part: ProtectedPart) -> Value:
    return {
        "name": part.name,
        "role": part.role,
        "about": dict(part.about),
        "estimate": _known(part.estimate),
        "ci_low": _known(part.ci_low),
        "ci_high": _known(part.ci_high),
        "scale": part.scale,
        "p": _p(part.p_text),
        "adjusted_p": _p(part.adjusted_p_text),
        "n": _count(part.n),
        "verdict": None if part.verdict is None else part.verdict.name.lower(),
        "status": part.status,
    }


def _figure(found: ProtectedFigure) -> Value:
    figure = found.figure
    hidden = found.reason == _NOT_REPORTABLE
    return {
        "id": figure.id,
        "wave": figure.wave,
        "item": figure.item,
        "answer": figure.answer,
        "base": figure.base,
        "weighted": figure.weighted,
        "population": {name: list(ids) for name, ids in figure.population.items()},
        "published": figure.value,
        "rounding": figure.rounding,
        "page": figure.page or None,
        "source": figure.source or None,
        "estimate": _known(found.estimate),
        "n": _count(found.n),
        "same_as_published": None if hidden else found.same.name.lower(),
        "reason": found.reason or None,
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _count(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None


def _p(text: str) -> str | None:
    """Return a p value as text with a leading zero: ``<0.01``, ``0.03``."""
    plain = text.replace("<", "").strip()
    return f"{'<' if '<' in text else ''}{float(plain):.2f}" if plain else None
