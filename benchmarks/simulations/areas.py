"""How often one model is said to work when none does, where areas differ: CR2 against the plain sandwich.

Officials of areas of very unequal size judge cooperation on five points. Areas differ in their judgement and
in which models they use, but no model has an effect.
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from barometri.inference.cluster_robust import cluster_robust, hotelling_test
from barometri.inference.linearization import covariance, make_strata
from barometri.inference.multiplicity import holm
from barometri.inference.regression import fit_linear
from barometri.inference.tails import two_sided_p
from barometri.inference.tested import f_tail
from barometri.inference.working_model import Working
from benchmarks.simulations.record import Gate, Row, Section

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LEVEL = 0.05
AREAS, DISTRICTS, GROUPS, MODELS = 80, 5, 4, 12
PEOPLE = 1016
CUTS = (-1.6, -0.7, 0.2, 1.3)
ALIKE, USUAL, PLAIN = "CR2, Satterthwaite", "CR2, independent errors", "plain sandwich, areas − 1"
SPREAD = 1.1  # standard deviation of the logarithm of an area's size


@dataclass(frozen=True, slots=True)
class World:
    """Standard deviation of areas' judgement on the latent scale, and weights' variation."""

    name: str
    areas_differ: float
    cv: float


WORLDS = (
    World("areas differ", 0.32, 0.0),
    World("areas differ, weights CV .6", 0.32, 0.6),
    World("areas differ much", 0.6, 0.0),
    World("areas alike", 0.0, 0.0),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Score, design matrix (models last), weights and area of each official."""

    y: FloatArray
    x: FloatArray
    w: FloatArray
    area: IntArray


def _draw(world: World, rng: np.random.Generator) -> Sample:
    size = rng.lognormal(0.0, SPREAD, AREAS)
    area = rng.choice(AREAS, PEOPLE, p=size / size.sum())
    district = np.arange(AREAS) % DISTRICTS
    group = rng.integers(0, GROUPS, PEOPLE)
    common = rng.uniform(0.05, 0.6, MODELS)
    agreed = rng.random((AREAS, MODELS)) < common
    known = rng.random((PEOPLE, MODELS)) < np.where(agreed[area], 0.85, 0.05)
    judgement = world.areas_differ * rng.standard_normal(AREAS)
    latent = judgement[area] + 0.2 * group + rng.logistic(0.0, 0.8, PEOPLE)
    y = np.searchsorted(CUTS, latent) + 1.0
    sigma = np.sqrt(np.log1p(world.cv**2))
    w = rng.lognormal(0.0, sigma, PEOPLE) if world.cv else np.ones(PEOPLE)
    fixed = [np.ones(PEOPLE)]
    fixed += [district[area] == d for d in range(1, DISTRICTS)]
    fixed += [group == g for g in range(1, GROUPS)]
    x = np.column_stack([*fixed, known]).astype(np.float64)
    return Sample(np.asarray(y, dtype=np.float64), x, w, area)


@dataclass(frozen=True, slots=True)
class Found:
    """Of one sample: p-values of each model by name of the variance, their df, and p of all jointly."""

    p: dict[str, FloatArray]
    df: dict[str, FloatArray]
    joint: float
    correlation: float


def _tested(sample: Sample) -> Found:
    """Test each model by CR2 under both working models and by the plain sandwich, and all at once."""
    fit = fit_linear(sample.y, sample.x, sample.w)
    pick = np.eye(sample.x.shape[1])[-MODELS:]
    slopes = pick @ fit.slopes
    rows = (sample.x, sample.y - sample.x @ fit.slopes, sample.w, sample.area)
    p, df, correlation = {}, {}, 0.0
    for name, working in zip((USUAL, ALIKE), get_args(Working), strict=True):
        robust = cluster_robust(*rows, contrasts=pick, working=working)
        error = np.sqrt(np.einsum("ki,ij,kj->k", pick, robust.covariance, pick))
        p[name], df[name] = two_sided_p(slopes / error, robust.df), robust.df
        correlation = max(correlation, robust.correlation)
    present, unit = np.unique(sample.area, return_inverse=True)
    sums = np.zeros((len(present), sample.x.shape[1]))
    np.add.at(sums, unit, fit.influence)
    plain = np.sqrt(np.diag(covariance(sums, np.zeros(len(sums), dtype=np.int64), make_strata([len(sums)]))))
    df[PLAIN] = np.full(MODELS, len(sums) - 1.0)
    p[PLAIN] = two_sided_p(slopes / plain[-MODELS:], df[PLAIN])
    together = hotelling_test(
        *rows, coefficients=fit.slopes, contrasts=pick, working="exchangeable", correlation=correlation
    )
    joint = float(f_tail(together.f, together.df, together.denominator_df))
    return Found(p, df, joint, correlation)


def _row(world: World, name: str, found: list[Found]) -> Row:
    p = np.asarray([one.p[name] for one in found])
    each = (p < LEVEL).mean(axis=0)
    family = float(np.mean([holm(line).min() < LEVEL for line in p]))
    alike = name == ALIKE
    return (
        world.name,
        name,
        float(each.mean()),
        float(each.min()),
        float(each.max()),
        family,
        float(np.mean([one.joint < LEVEL for one in found])) if alike else float("nan"),
        float(np.median([one.df[name] for one in found])),
        float(np.mean([one.correlation for one in found])) if alike else float("nan"),
    )


def models_named(*, replicates: int = 1500, seed: int = 2021) -> Section:
    """Fit twelve models without effect at once and count those named.

    Parameters
    ----------
    replicates
        Samples a world.
    seed
        Of the draws; every world has its own stream.

    Returns
    -------
    Section
        One row a world and variance.
    """
    rows: list[Row] = []
    gates: list[Gate] = []
    for world, rng in zip(WORLDS, np.random.default_rng(seed).spawn(len(WORLDS)), strict=True):
        found = [_tested(_draw(world, rng)) for _ in range(replicates)]
        rows += [_row(world, name, found) for name in (ALIKE, USUAL, PLAIN)]
        rate = float(np.mean([one.p[ALIKE] < LEVEL for one in found]))
        gates.append(Gate(f"{world.name}: one model by CR2 with Satterthwaite", rate, 0.04, 0.06))
    return Section(
        "Single models where areas differ: type I error of CR2 with Satterthwaite's df at .05",
        f"{PEOPLE:,} officials of {AREAS} areas of unequal size, {MODELS} models in one weighted linear fit "
        f"of the five-point score with district and group; {replicates:,} samples a world. CR2 is the "
        "package's, under exchangeable errors: one correlation within areas, estimated from the residuals. "
        "Under independent errors, the usual default elsewhere, and with the plain sandwich, single models "
        "are named too often where areas differ. Any of twelve: after Holm. Jointly: all twelve by the "
        "approximate Hotelling test, which errs on the safe side with so many.",
        (
            "world",
            "variance",
            "one model",
            "least",
            "greatest",
            "any of twelve",
            "jointly",
            "df (median)",
            "correlation (mean)",
        ),
        tuple(rows),
        tuple(gates),
    )
