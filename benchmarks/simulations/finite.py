"""Coverage of intervals for a share in a finite population, by exact enumeration: no sample is drawn.

For each n, N and number of successes K every possible count x has a known chance, so coverage and expected
length are sums, not simulations.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from barometri.inference.intervals import Intervals, proportion_intervals
from benchmarks.simulations.record import Gate, Row, Section

FloatArray = NDArray[np.float64]
HYPERGEOMETRIC, CLOPPER_PEARSON = "hypergeometric, exact", "Clopper–Pearson, no FPC"
FRACTIONS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
FAR_BELOW = 0.90
SIZES = range(3, 61)


def _corrected(method: str, x: FloatArray, n: int, population: int) -> Intervals:
    """Apply a rule to the linearised standard error with finite population correction."""
    p = x / n
    se = np.sqrt((1 - n / population) * p * (1 - p) / (n - 1))
    return proportion_intervals(p, se, n, n - 1, method=method, minimum_df=1)  # type: ignore[arg-type]


def _hypergeometric(x: FloatArray, n: int, population: int) -> Intervals:
    return proportion_intervals(x / n, 0.0, n, n - 1, method="hypergeometric", population=population)


def clopper_pearson(p: FloatArray, size: FloatArray | int) -> Intervals:
    """Clopper and Pearson's interval on a stated number of cases, whole or not."""
    se = np.sqrt(p * (1 - p) / size)
    return proportion_intervals(p, se, size, np.asarray(size) - 1.0, kish=size, minimum_df=0)


RULES: dict[str, Callable[[FloatArray, int, int], Intervals]] = {
    HYPERGEOMETRIC: _hypergeometric,
    CLOPPER_PEARSON: lambda x, n, _: clopper_pearson(x / n, n),
    "Korn–Graubard, FPC": lambda x, n, size: _corrected("korn_graubard", x, n, size),
    "Wilson, FPC": lambda x, n, size: _corrected("wilson", x, n, size),
    "logit, FPC": lambda x, n, size: _corrected("logit", x, n, size),
    "Wald, FPC": lambda x, n, size: _corrected("wald", x, n, size),
}


def _cases(
    rule: Callable[[FloatArray, int, int], Intervals], n: int, population: int
) -> tuple[FloatArray, FloatArray]:
    """Coverage and expected length for every K strictly between 0 and N.

    Where a rule has no interval (no variance at 0 and 1) it is the point itself.
    """
    x = np.arange(n + 1.0)
    found = rule(x, n, population)
    low, high = (np.where(np.isnan(bound), x / n, bound) for bound in (found.low, found.high))
    successes = np.arange(1, population)
    chance = hypergeom.pmf(x[None, :], population, successes[:, None], n)
    share = successes[:, None] / population
    margin = 1e-12  # bounds that are themselves a whole number over N include it
    covered = (low[None, :] <= share + margin) & (share - margin <= high[None, :])
    return (chance * covered).sum(axis=1), chance @ (high - low)


def finite_population(*, sizes: Sequence[int] = SIZES, fractions: Sequence[float] = FRACTIONS) -> Section:
    """Enumerate the grid for every rule.

    Parameters
    ----------
    sizes
        Sample sizes n, 3 or more.
    fractions
        Sampling fractions n/N; N is n over the fraction, rounded.

    Returns
    -------
    Section
        One row a rule over all n, N and K, each K with equal weight.
    """
    rows: list[Row] = []
    summary: dict[str, tuple[float, float]] = {}
    for name, rule in RULES.items():
        cases = [_cases(rule, n, round(n / f)) for n in sizes for f in fractions]
        coverage, length = (np.concatenate(part) for part in zip(*cases, strict=True))
        far = float((coverage < FAR_BELOW).mean())
        summary[name] = float(coverage.min()), float(length.mean())
        rows.append((name, float(coverage.min()), float(coverage.mean()), far, float(length.mean())))
    least, mean_length = summary[HYPERGEOMETRIC]
    counted = sum(round(n / f) - 1 for n in sizes for f in fractions)
    return Section(
        "Simple random sampling from a finite population, exact",
        f"Every K from 1 to N − 1 for n = {min(sizes)} to {max(sizes)} and n/N = {min(fractions):g} to "
        f"{max(fractions):g}: {counted:,} populations, enumerated. Nominal coverage .95. "
        "Where a rule has no interval the point itself is counted.",
        ("rule", "minimum", "mean", "share of cases < .90", "mean length"),
        tuple(rows),
        (
            Gate("hypergeometric: minimum coverage", least, low=0.945),
            Gate(
                "hypergeometric: mean length over Clopper–Pearson's",
                mean_length / summary[CLOPPER_PEARSON][1],
                high=0.80,
            ),
        ),
    )
