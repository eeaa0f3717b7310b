"""How often regions are said to differ when they do not: Rao and Scott's test, and others for contrast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barometri.inference.contingency import Table, independence_of_counts, rao_scott_test
from barometri.inference.linearization import covariance, make_strata
from barometri.inference.moments import effective_size
from barometri.testing.tables import MINIMUM_DF, MINIMUM_EXPECTED, MINIMUM_PEOPLE, expected_over_variation
from benchmarks.simulations.record import Gate, Row, Section

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
REGIONS = 5
LEVEL = 0.05
SHARES = {2: (0.7, 0.3), 3: (0.2, 0.5, 0.3), 5: (0.08, 0.17, 0.25, 0.35, 0.15)}
ENOUGH = 30  # people a region from which the test is judged under clusters
SELDOM = 0.1  # share of samples answered below which their rate is not judged
MOST = 5  # times as many samples where many are refused


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
    def refused(self) -> bool:
        """Whether the package answers no sample of this setting."""
        return self.df < MINIMUM_DF or self.people < MINIMUM_PEOPLE


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
OTHER = tuple(
    Setting(people, 1, answers, cv, 0.0) for people in (16, 25) for answers in (3, 5) for cv in (0.4, 0.8)
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


@dataclass(frozen=True, slots=True)
class Rates:
    """Share of samples answered; rejections of Rao and Scott's F in those and in all; of Wald and Pearson."""

    setting: Setting
    answered: float
    rejected: float
    everywhere: float
    wald: float
    pearson: float

    @property
    def row(self) -> Row:
        """A line of the table."""
        s = self.setting
        own = (s.people, s.size, s.answers, s.cv, s.icc, s.df, self.answered, self.rejected)
        return (*own, self.everywhere, self.wald, self.pearson)

    @property
    def judged(self) -> bool:
        """Whether enough samples are answered to count."""
        return self.answered >= SELDOM


def _p_values(setting: Setting, rng: np.random.Generator) -> tuple[float, float, float, bool]:
    """Rao-Scott's F, its Wald statistic, Pearson's chi-squared on weights scaled to n; if it is answered."""
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
    kish = effective_size(np.bincount(region, w), np.bincount(region, w**2))
    people = np.bincount(cell, minlength=REGIONS * size).reshape(REGIONS, size)
    answered = not setting.refused and expected_over_variation(people, kish) >= MINIMUM_EXPECTED
    return *found, independence_of_counts(counts * n / w.sum()).pearson.p_value, answered


def _rates(setting: Setting, replicates: int, rng: np.random.Generator) -> Rates:
    """Draw until so many samples are answered, a few times as many at most; rows refused whole, so many."""
    drawn: list[tuple[float, float, float, bool]] = []
    answered = 0
    for number in range(MOST * replicates):
        if number >= replicates and (setting.refused or answered >= replicates):
            break
        drawn.append(_p_values(setting, rng))
        answered += drawn[-1][3]
    found = np.asarray(drawn)
    rejects, kept = found[:, :3] < LEVEL, found[:, 3] > 0  # a test without a p-value rejects nothing
    own = float(rejects[kept, 0].mean()) if kept.any() else float("nan")
    return Rates(setting, float(kept.mean()), own, *(float(rate) for rate in rejects.mean(axis=0)))


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
    settings = (*CLUSTERED, *PLAIN, *FEW, *OTHER)
    streams = np.random.default_rng(seed).spawn(len(settings))
    rates = [_rates(s, replicates, stream) for s, stream in zip(settings, streams, strict=True)]
    clustered = [one for one in rates if one.setting in CLUSTERED and one.setting.people >= ENOUGH]
    plain = [one.rejected for one in rates if one.judged and one.setting.size == 1]
    return Section(
        "Regions differ: type I error of Rao and Scott's F at .05",
        f"Five regions of one distribution, {replicates:,} samples a row (Monte Carlo error "
        f"{np.sqrt(LEVEL * (1 - LEVEL) / replicates):.4f}), up to {MOST} times as many where some are "
        "refused; regions are the strata, clusters in them. "
        f"`rao_scott` refuses below {MINIMUM_DF:g} degrees of freedom or {MINIMUM_PEOPLE} people a region, "
        "and where in some region the people expected with the rarest answer are fewer than "
        f"{MINIMUM_EXPECTED:g} times the squared coefficient of variation of the weights. Its rate is that "
        f"of the samples answered, judged where they are at least {SELDOM:.0%}; `everywhere` is that of all "
        "samples, as R would test them. Wald and Pearson (weights scaled to n), of all samples too, stand "
        "beside it to show why they are not used.",
        (
            "people a region",
            "cluster",
            "answers",
            "CV",
            "ICC",
            "df",
            "answered",
            "Rao–Scott F",
            "everywhere",
            "Wald F",
            "Pearson",
        ),
        tuple(one.row for one in rates),
        (
            *_within("clustered, at least 30 a region, every sample", [one.everywhere for one in clustered]),
            *_within(
                "clustered, at least 30 a region, samples answered",
                [one.rejected for one in clustered if one.judged],
            ),
            Gate("without clusters: greatest of all that is not refused", max(plain), high=0.08),
        ),
    )


def _within(name: str, rates: list[float]) -> tuple[Gate, Gate]:
    return (
        Gate(f"{name}: least", min(rates), low=0.02, high=0.08),
        Gate(f"{name}: greatest", max(rates), low=0.02, high=0.08),
    )
