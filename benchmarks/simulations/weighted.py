"""Coverage of intervals for a share under weights and clusters, without finite population correction.

Equal weights are enumerated exactly (the count is binomial); the other designs are simulated, all replicates
of a cell as columns of one call.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from barometri.inference.intervals import Intervals, proportion_intervals
from barometri.inference.linearization import make_strata, variance
from barometri.inference.moments import linearize_ratio
from benchmarks.simulations.finite import clopper_pearson
from benchmarks.simulations.record import Gate, Section

FloatArray = NDArray[np.float64]
CLUSTER_SIZE = 4
SHARES = (0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
DEFAULT, BETA = "korn_graubard", "beta"
CONTRASTS = ("wilson", "logit", "wald")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A design: coefficient of variation of the weights and intra-cluster correlation, 0 for none."""

    name: str
    cv: float
    icc: float


@dataclass(frozen=True, slots=True)
class Samples:
    """Estimates of one cell of the grid, one entry a sample, shape (R,), and the chance of each."""

    p: FloatArray
    se: FloatArray
    kish: FloatArray
    n: int
    df: int
    chance: FloatArray


DRAWINGS = (
    Drawing("equal weights", 0.0, 0.0),
    Drawing("weights CV .6", 0.6, 0.0),
    Drawing("clusters of 4, ICC .1", 0.0, 0.1),
    Drawing("both", 0.6, 0.1),
)


def _every_count(share: float, n: int) -> Samples:
    x = np.arange(n + 1.0)
    p = x / n
    return Samples(
        p, np.sqrt(p * (1 - p) / (n - 1)), np.full(n + 1, float(n)), n, n - 1, binom.pmf(x, n, share)
    )


def _draw(drawing: Drawing, share: float, n: int, *, replicates: int, rng: np.random.Generator) -> Samples:
    """Draw samples: beta-binomial clusters, log-normal weights that know nothing of the answer."""
    size = CLUSTER_SIZE if drawing.icc else 1
    chance: FloatArray | float = share
    if drawing.icc:
        spread = (1 - drawing.icc) / drawing.icc
        drawn = rng.beta(share * spread, (1 - share) * spread, (n // size, replicates))
        chance = np.repeat(drawn, size, axis=0)
    y = (rng.random((n, replicates)) < chance).astype(np.float64)
    sigma = np.sqrt(np.log1p(drawing.cv**2))
    w = rng.lognormal(0.0, sigma, y.shape) if drawing.cv else np.ones_like(y)
    units = n // size
    sums = [part.reshape(units, size, replicates).sum(axis=1) for part in (w * y, w)]
    found = linearize_ratio(*sums)
    squared = variance(found.totals, np.zeros(units, dtype=np.int64), make_strata([units]))
    count = y.sum(axis=0)
    edge = (count == 0) | (count == n)  # exactly 0 or 1, without rounding of the weights
    p = np.where(edge, count / n, found.estimate)
    se = np.where(edge, 0.0, np.sqrt(np.maximum(squared, 0)))
    kish = w.sum(axis=0) ** 2 / (w**2).sum(axis=0)
    return Samples(p, se, kish, n, units - 1, np.full(replicates, 1 / replicates))


def _applied(method: str, samples: Samples, *, refuse: bool = True) -> Intervals:
    floor = {} if refuse else {"minimum_df": 1.0}
    return proportion_intervals(
        samples.p,
        samples.se,
        samples.n,
        samples.df,
        method=method,  # type: ignore[arg-type]
        kish=samples.kish,
        **floor,
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """Figures of one n and share: coverage by rule, and expected lengths."""

    coverage: dict[str, float]
    length: float
    both: tuple[float, float]  # where `beta` gives an interval: ours and its own, times that chance
    clopper_pearson: float


def _judge(samples: Samples, share: float) -> Cell:
    rules = {name: _applied(name, samples) for name in (DEFAULT, BETA, *CONTRASTS)}
    coverage = {
        name: float(samples.chance @ ((found.low <= share) & (share <= found.high)))
        for name, found in rules.items()
    }
    ours, beta = rules[DEFAULT], rules[BETA]
    chance = samples.chance * (beta.reason == "")
    kish = clopper_pearson(samples.p, samples.kish)
    return Cell(
        coverage,
        float(samples.chance @ (ours.high - ours.low)),
        (float(chance @ (ours.high - ours.low)), float(chance @ np.nan_to_num(beta.high - beta.low))),
        float(samples.chance @ (kish.high - kish.low)),
    )


def _grid(
    drawing: Drawing, sizes: Sequence[int], shares: Sequence[float], replicates: int, seed: int
) -> dict[tuple[int, float], Cell]:
    """Judge every cell whose design has the three degrees of freedom an interval asks for."""
    rng = np.random.default_rng(seed)
    step = CLUSTER_SIZE if drawing.icc else 1
    found = {}
    for n in (n for n in sizes if n % step == 0 and n // step - 1 >= 3):  # noqa: PLR2004 - METHODS
        for share in shares:
            exact = not (drawing.cv or drawing.icc)
            samples = (
                _every_count(share, n) if exact else _draw(drawing, share, n, replicates=replicates, rng=rng)
            )
            found[n, share] = _judge(samples, share)
    return found


def weights_and_clusters(
    *,
    replicates: int = 4000,
    seed: int = 2021,
    sizes: Sequence[int] = range(3, 61),
    shares: Sequence[float] = SHARES,
) -> Section:
    """Cover the grid of designs, sample sizes and shares.

    Parameters
    ----------
    replicates
        Samples a cell where they are drawn.
    seed
        Of the draws.
    sizes, shares
        The grid; clusters take the sizes that are whole numbers of them.

    Returns
    -------
    Section
        One row a design and rule.
    """
    rows: list[tuple[str | float, ...]] = []
    gates: list[Gate] = []
    for position, drawing in enumerate(DRAWINGS):
        cells = _grid(drawing, sizes, shares, replicates, seed + position)
        for rule in (DEFAULT, BETA, *CONTRASTS):
            found = [cell.coverage[rule] for cell in cells.values()]
            n, share = list(cells)[int(np.argmin(found))]
            where = f"n = {n}, p = {share:g}"
            rows.append((drawing.name, rule, min(found), where, float(np.mean(found))))
        gates += _gates(drawing, list(cells.values()))
    return Section(
        "Weights and clusters, no finite population correction",
        f"n = {min(sizes)} to {max(sizes)}, p = {min(shares):g} to {max(shares):g}; equal weights exactly, "
        f"the others by {replicates:,} samples a cell (Monte Carlo error "
        f"{np.sqrt(0.05 * 0.95 / replicates):.4f}): "
        "log-normal weights, beta-binomial clusters. A sample for which a rule has no interval counts as not "
        "covered. Designs with fewer than three degrees of freedom (n = 3, three clusters) are not estimable "
        "and not counted. `beta` is R's rule, without cap and without an interval at 0 and 1.",
        ("design", "rule", "minimum", "at", "mean"),
        tuple(rows),
        tuple(gates),
    )


def _gates(drawing: Drawing, cells: list[Cell]) -> list[Gate]:
    name = f"Korn–Graubard, {drawing.name}"
    ours, beta = (sum(cell.both[i] for cell in cells) for i in (0, 1))
    gates = [
        Gate(f"{name}: minimum coverage", min(cell.coverage[DEFAULT] for cell in cells), low=0.94),
        Gate(f"{name}: mean length over R's `beta`, where it has one", ours / beta, high=1.10),
    ]
    if not drawing.icc:
        ratio = sum(cell.length for cell in cells) / sum(cell.clopper_pearson for cell in cells)
        gates.append(Gate(f"{name}: mean length over Clopper–Pearson's on Kish's n", ratio, high=1.10))
    return gates
