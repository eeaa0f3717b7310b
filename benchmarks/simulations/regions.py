"""How often regions are said to differ when they do not: Rao and Scott's test, and others for contrast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barometri.inference.contingency import Table, independence_of_counts, rao_scott_test
from barometri.inference.linearization import covariance, make_strata
from barometri.testing.tables import MINIMUM_DF, MINIMUM_PEOPLE
from benchmarks.simulations.record import Gate, Row, Section

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
REGIONS = 5
LEVEL = 0.05
SHARES = {2: (0.7, 0.3), 5: (0.08, 0.17, 0.25, 0.35, 0.15)}
ENOUGH = 30  # respondents a region from which the test is judged under clusters or unequal weights


@dataclass(frozen=True, slots=True)
class Setting:
    """People of each region, people of a cluster (1 for none), answers, weights and correlation."""

    people: int
    size: int
    answers: int
    cv: float
    icc: float

    @property
    def df(self) -> int:
        """Clusters minus regions, which are the strata."""
        return REGIONS * (self.people // self.size - 1)

    @property
    def mark(self) -> str:
        """Why a setting is not judged: the package refuses it, or its regions are small for what it has."""
        if self.df < MINIMUM_DF or self.people < MINIMUM_PEOPLE:
            return "refused"
        return "small" if self.people < ENOUGH and (self.size > 1 or self.cv) else ""


CLUSTERED = tuple(
    Setting(people, size, answers, cv, icc)
    for people, size in ((30, 3), (30, 5), (60, 5), (60, 10), (100, 10))
    for answers in (2, 5)
    for cv, icc in ((0.0, 0.05), (0.0, 0.1), (0.6, 0.1))
)
PLAIN = tuple(
    Setting(people, 1, answers, cv, 0.0)
    for people in (12, 20, 30, 60, 100)
    for answers in (2, 5)
    for cv in (0.0, 0.6)
)
FEW = (Setting(12, 4, 2, 0.0, 0.1), Setting(30, 10, 2, 0.0, 0.1), Setting(30, 10, 5, 0.6, 0.1))


def _answers(setting: Setting, rng: np.random.Generator) -> IntArray:
    """Answers of everybody, shape (n,): Dirichlet shares a cluster, one distribution in all."""
    shares = np.asarray(SHARES[setting.answers])
    clusters = REGIONS * setting.people // setting.size
    chance = np.broadcast_to(shares, (clusters, len(shares)))
    if setting.icc:
        chance = rng.dirichlet(shares * (1 - setting.icc) / setting.icc, clusters)
    edges = np.repeat(chance.cumsum(axis=1)[:, :-1], setting.size, axis=0)
    return np.asarray((rng.random((len(edges), 1)) > edges).sum(axis=1), dtype=np.int64)


def _p_values(setting: Setting, rng: np.random.Generator) -> tuple[float, float, float]:
    """Rao-Scott's F, its Wald statistic, and Pearson's chi-squared on weights scaled to n."""
    n = REGIONS * setting.people
    region = np.repeat(np.arange(REGIONS), setting.people)
    sigma = np.sqrt(np.log1p(setting.cv**2))
    w = rng.lognormal(0.0, sigma, n) if setting.cv else np.ones(n)
    answer = _answers(setting, rng)
    present, answer = np.unique(answer, return_inverse=True)
    size = len(present)
    cell, unit = region * size + answer, np.arange(n) // setting.size
    units = n // setting.size
    sums = np.bincount(unit * REGIONS * size + cell, w, minlength=units * REGIONS * size)
    totals = sums.reshape(units, REGIONS * size)
    stratum = np.repeat(np.arange(REGIONS), units // REGIONS)
    spread = covariance(totals, stratum, make_strata(np.full(REGIONS, units // REGIONS)))
    counts = totals.sum(axis=0).reshape(REGIONS, size)
    table = Table(counts, spread, n, float(setting.df))
    found = rao_scott_test(table).p_value, rao_scott_test(table, statistic="wald").p_value
    return *found, independence_of_counts(counts * n / w.sum()).pearson.p_value


def _rates(setting: Setting, replicates: int, rng: np.random.Generator) -> FloatArray:
    p = np.asarray([_p_values(setting, rng) for _ in range(replicates)])
    return np.asarray((p < LEVEL).mean(axis=0))  # a test without a p-value rejects nothing


def regions_differ(*, replicates: int = 1500, seed: int = 2021) -> Section:
    """Reject a true null in every setting and count.

    Parameters
    ----------
    replicates
        Samples a setting.
    seed
        Of the draws; every setting has its own stream.

    Returns
    -------
    Section
        One row a setting.
    """
    settings = (*CLUSTERED, *PLAIN, *FEW)
    streams = np.random.default_rng(seed).spawn(len(settings))
    rates = [_rates(s, replicates, stream) for s, stream in zip(settings, streams, strict=True)]
    rows: tuple[Row, ...] = tuple(
        (
            s.people,
            s.size,
            s.answers,
            s.cv,
            s.icc,
            s.df,
            s.mark,
            float(rate[0]),
            float(rate[1]),
            float(rate[2]),
        )
        for s, rate in zip(settings, rates, strict=True)
    )
    judged = [(s, float(rate[0])) for s, rate in zip(settings, rates, strict=True) if not s.mark]
    clustered = [rate for s, rate in judged if s.size > 1]
    plain = [rate for s, rate in judged if s.size == 1]
    answered = [
        float(r[0]) for s, r in zip(settings, rates, strict=True) if s.mark != "refused" and s.size == 1
    ]
    return Section(
        "Regions differ: type I error of Rao and Scott's F at .05",
        f"Five regions of one distribution, {replicates:,} samples a row (Monte Carlo error "
        f"{np.sqrt(LEVEL * (1 - LEVEL) / replicates):.4f}); regions are the strata, clusters in them. "
        f"`rao_scott` refuses below {MINIMUM_DF:g} degrees of freedom or {MINIMUM_PEOPLE} people a region. "
        f"Rows marked small have unequal weights and under {ENOUGH} people a region: there the test, R's "
        "own, rejects too often, and the package does not refuse. Wald and Pearson (weights scaled to n) "
        "stand beside it to show why they are not used.",
        ("people a region", "cluster", "answers", "CV", "ICC", "df", "", "Rao–Scott F", "Wald F", "Pearson"),
        rows,
        (
            Gate("clustered, at least 30 a region: least", min(clustered), low=0.02, high=0.08),
            Gate("clustered, at least 30 a region: greatest", max(clustered), low=0.02, high=0.08),
            Gate("without clusters: greatest of all that is not refused", max(answered), high=0.08),
            Gate("without clusters, without rows marked small: greatest", max(plain), high=0.08),
        ),
    )
