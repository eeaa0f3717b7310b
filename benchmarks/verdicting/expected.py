"""What each scenario's stated truth implies for each claim, read from ``expected.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("expected.toml")


@dataclass(frozen=True, slots=True)
class TruthKind:
    """Verdicts that are right where this is the truth, and those that are errors; the rest lacks power."""

    accept: tuple[str, ...]
    error: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gates:
    """Bounds of shares of replicates.

    ``absent`` and ``any_model`` by scenario; ``named`` and ``named_unadjusted`` the least of each working
    model, ``named_wrongly`` the most of one without effect, ``right`` the least and ``wrong`` the most of a
    claim that holds, ``coverage`` both bounds.
    """

    absent: Mapping[str, float]
    any_model: Mapping[str, float]
    named: float
    named_unadjusted: float
    named_wrongly: float
    right: float
    wrong: float
    coverage: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Expected:
    """Truth of each claim by scenario, kinds of truth, models that work and that do not, gates."""

    claims: Mapping[str, Mapping[str, str]]
    truths: Mapping[str, TruthKind]
    working: tuple[str, ...]
    nothing: tuple[str, ...]
    gates: Gates

    def truth(self, claim: str, scenario: str) -> str:
        """Return the kind of truth of a claim in a scenario, empty where none is stated."""
        return self.claims.get(claim, {}).get(scenario, "")


def read_expected() -> Expected:
    """Return the expectations; a truth of unknown kind is an error."""
    values = tomllib.loads(PATH.read_text(encoding="utf-8"))
    truths = {
        name: TruthKind(tuple(kind["accept"]), tuple(kind["error"]))
        for name, kind in values["truths"].items()
    }
    for claim, stated in values["claims"].items():
        unknown = sorted(set(stated.values()) - set(truths))
        if unknown:
            raise ValueError(f"{PATH.name}, claims.{claim}: {unknown[0]!r} is none of {', '.join(truths)}.")
    gates = values["gates"]
    return Expected(
        values["claims"],
        truths,
        tuple(values["models"]["working"]),
        tuple(values["models"]["nothing"]),
        Gates(**(gates | {"coverage": tuple(gates["coverage"])})),
    )
