"""From records to tables and gates: how often each verdict was given, against the one the truth implies."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from barometri.study.claim import Claim
from benchmarks.simulations.record import Gate, Row, Section
from benchmarks.verdicting.expected import Expected
from benchmarks.verdicting.replicates import LOGIT, MEAN

Records = Sequence[Mapping[str, Any]]
LEVEL = 0.05
POWER_DISTANCE = 1.96 + 0.84
"""Standard errors between truth and bound that give a two-sided test at .05 a power of .80."""
MARGINS = {"equivalence": np.array([-1.0, 1.0]), "non_inferiority": np.array([-1.0])}
"""Kinds of claim whose margin lies elsewhere than on the claimed side."""
SHORT = {"same direction, not shown": "same direction"}


@dataclass(frozen=True, slots=True)
class Tally:
    """One claim over the replicates of a scenario; numbers are means over those that had them."""

    verdicts: Mapping[str, float]
    estimate: float
    se: float
    n: float

    def share(self, words: Sequence[str]) -> float:
        """Return the share of replicates with any of the verdicts."""
        return sum(self.verdicts.get(word, 0.0) for word in words)


def tally(records: Records, claim: str) -> Tally:
    """Return what the replicates say of a claim."""
    rows = [record["claims"][claim] for record in records if claim in record["claims"]]
    counts = Counter(row[0] for row in rows)
    means = [_mean([row[place] for row in rows]) for place in (1, 2, 6)]
    return Tally({word: count / len(rows) for word, count in counts.most_common()}, *means)


def _mean(values: Sequence[float | None]) -> float:
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else float("nan")


def needed(claim: Claim, found: Tally) -> float:
    """Return the number of respondents that would show the claim with a power of .80, by its mean estimate.

    The standard error shrinks with the root of n; the distance is that from the claim's nearest bound.
    """
    bounds = [value for value in (claim.low, claim.high) if value is not None]
    if not bounds and claim.margin is not None:
        bounds = list(MARGINS.get(claim.kind, np.array([1.0])) * claim.margin)
    distance = min((abs(found.estimate - bound) for bound in bounds), default=abs(found.estimate))
    return found.n * (POWER_DISTANCE * found.se / distance) ** 2 if distance > 0 else float("inf")


def claims_section(
    scenario: str, records: Records, claims: Sequence[Claim], expected: Expected, planted: Records
) -> Section:
    """Return a scenario's table of claims, and the gates of those whose truth has one."""
    rows: list[Row] = []
    gates: list[Gate] = []
    for claim in claims:
        truth = expected.truth(claim.id, scenario)
        found = tally(records, claim.id)
        shares = ", ".join(f"{SHORT.get(word, word)} {share:.2f}" for word, share in found.verdicts.items())
        bias = found.estimate - tally(planted, claim.id).estimate if planted else float("nan")
        kind = expected.truths.get(truth)
        right = found.share(kind.accept) if kind else float("nan")
        wrong = found.share(kind.error) if kind else float("nan")
        lacking = (
            kind is not None and right < expected.gates.right and truth in ("holds", "opposite", "equivalent")
        )
        more = _count(needed(claim, found)) if lacking else ""
        cells = (claim.id, claim.kind, truth or "not stated", shares, right, wrong, found.estimate)
        rows.append(
            (*cells, bias, _count(found.n), more) if scenario == "mnar" else (*cells, _count(found.n), more)
        )
        gates += _gate(scenario, claim, truth, wrong, expected)
    shift = ("bias",) if scenario == "mnar" else ()
    columns = ("claim", "kind", "truth", "verdicts", "right", "wrong", "mean", *shift, "n", "n for .80")
    return Section(f"Claims in `{scenario}`", _text(scenario, records), columns, tuple(rows), tuple(gates))


def _count(people: float) -> str:
    return f"{people:,.0f}" if np.isfinite(people) else "–"


def _gate(scenario: str, claim: Claim, truth: str, wrong: float, expected: Expected) -> list[Gate]:
    bound = expected.gates.absent.get(scenario)
    if truth in ("absent", "fails"):
        return (
            []
            if bound is None
            else [Gate(f"`{scenario}`: {claim.id} shown though absent", wrong, high=bound)]
        )
    if truth and scenario == "planted":
        return [
            Gate(f"`{scenario}`: {claim.id} given the opposite verdict", wrong, high=expected.gates.wrong)
        ]
    return []


def _text(scenario: str, records: Records) -> str:
    seconds = _mean([record["seconds"] for record in records])
    drawn = _mean([record["drawn"] for record in records])
    bias = (
        " Bias: against the mean estimate in `planted`, whose population it is." if scenario == "mnar" else ""
    )
    return (
        f"{len(records):,} replicates, {seconds:.2f} s each ({drawn:.2f} s of it to draw four waves)."
        f" Right: a verdict that the truth implies; wrong: one that it forbids; the rest lacks power."
        f" n for .80: respondents who would give the right verdict in .80 of replicates, by the mean estimate"
        f" and its error, families aside.{bias}"
    )


def models_section(scenario: str, records: Records, expected: Expected) -> Section:
    """Return how often each model is named, and any of them, by the test given the other models."""
    models = list(records[0]["models"])
    p = np.array([[[_nan(v) for v in r["models"][m][1:]] for m in models] for r in records])
    estimates = [_mean([r["models"][m][0] for r in records]) for m in models]
    plain, adjusted = ((p[:, :, place] < LEVEL).mean(axis=0) for place in (0, 1))
    rows = tuple((m, *map(float, row)) for m, *row in zip(models, estimates, plain, adjusted, strict=True))
    anyone = float((np.nanmin(p[:, :, 1], axis=1) < LEVEL).mean())
    gates = []
    if scenario in expected.gates.any_model:
        limit = expected.gates.any_model[scenario]
        gates.append(Gate(f"`{scenario}`: any model named after Holm", anyone, high=limit))
    if scenario == "planted":
        gates += _of_named(dict(zip(models, zip(plain, adjusted, strict=True), strict=True)), expected)
    text = (
        f"{len(records):,} replicates. Five-point score on all models, group and district; places as "
        f"clusters, CR2. Any model after Holm: {anyone:.3f}."
    )
    columns = ("model", "effect", "unadjusted", "after Holm")
    return Section(f"Single models in `{scenario}`", text, columns, rows, tuple(gates))


def _of_named(named: Mapping[str, tuple[float, float]], expected: Expected) -> list[Gate]:
    gates = []
    for model in expected.working:
        plain, adjusted = map(float, named[model])
        gates.append(Gate(f"{model} works: named after Holm", adjusted, low=expected.gates.named))
        gates.append(Gate(f"{model} works: rejected unadjusted", plain, low=expected.gates.named_unadjusted))
    return gates + [
        Gate(f"{m} does nothing: named after Holm", float(named[m][1]), high=expected.gates.named_wrongly)
        for m in expected.nothing
    ]


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value


def coverage_section(records: Records, expected: Expected) -> Section:
    """Return how often intervals with FPC cover a fixed population, and the gates."""
    low, high = expected.gates.coverage
    rows: list[Row] = []
    gates = []
    for name in records[0]["covered"]:
        hits, intervals = np.sum([record["covered"][name] for record in records], axis=0)
        rows.append((name, int(intervals), float(hits / intervals)))
        if name == MEAN or name.endswith(LOGIT):
            gates.append(Gate(f"coverage: {name}", float(hits / intervals), low, high))
        elif not name.startswith(MEAN):
            gates.append(Gate(f"coverage: {name}, default interval", float(hits / intervals), low))
    text = (
        f"One population of `planted`, {len(records):,} samples, FPC on; figures with n ≥ 100. The default "
        "interval of a share (Korn–Graubard) never counts more cases than there are, so it keeps a margin of "
        "safety where much of the frame answers and has no upper bound here; `logit` follows the variance. "
        "Questionnaires are complete, but for the row that says so."
    )
    return Section(
        "Coverage of descriptive intervals",
        text,
        ("figure", "intervals", "coverage"),
        tuple(rows),
        tuple(gates),
    )
