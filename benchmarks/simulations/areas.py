"""How often one model is said to work when none does, where areas differ: CR2 against the plain sandwich.

Officials of areas of very unequal size judge cooperation on five points. Areas differ in their judgement and
in which models they use, but no model has an effect.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barometri.inference.cluster_robust import cluster_robust
from barometri.inference.linearization import covariance, make_strata
from barometri.inference.multiplicity import holm
from barometri.inference.regression import fit_linear
from barometri.inference.tails import two_sided_p
from benchmarks.simulations.record import Gate, Section

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LEVEL = 0.05
AREAS, DISTRICTS, GROUPS, MODELS = 80, 5, 4, 12
PEOPLE = 1016
CUTS = (-1.6, -0.7, 0.2, 1.3)
SPREAD = 1.1  # standard deviation of the logarithm of an area's size


@dataclass(frozen=True, slots=True)
class World:
    """Standard deviation of areas' judgement on the latent scale, weights' variation, and if it is judged."""

    name: str
    areas_differ: float
    cv: float
    judged: bool


WORLDS = (
    World("areas differ", 0.32, 0.0, judged=True),
    World("areas differ, weights CV .6", 0.32, 0.6, judged=True),
    World("areas differ much", 0.6, 0.0, judged=False),
    World("areas alike", 0.0, 0.0, judged=False),
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


def _p_values(sample: Sample) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Test each model by CR2 with Satterthwaite's df and by the plain sandwich with areas - 1; those df."""
    fit = fit_linear(sample.y, sample.x, sample.w)
    pick = np.eye(sample.x.shape[1])[-MODELS:]
    slopes = pick @ fit.slopes
    robust = cluster_robust(sample.x, sample.y - sample.x @ fit.slopes, sample.w, sample.area, contrasts=pick)
    error = np.sqrt(np.einsum("ki,ij,kj->k", pick, robust.covariance, pick))
    present, unit = np.unique(sample.area, return_inverse=True)
    sums = np.zeros((len(present), sample.x.shape[1]))
    np.add.at(sums, unit, fit.influence)
    plain = np.sqrt(np.diag(covariance(sums, np.zeros(len(sums), dtype=np.int64), make_strata([len(sums)]))))
    df = np.full(MODELS, len(sums) - 1.0)
    return (
        two_sided_p(slopes / error, robust.df),
        two_sided_p(slopes / plain[-MODELS:], df),
        robust.df,
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
    rows: list[tuple[str | float, ...]] = []
    gates: list[Gate] = []
    for world, rng in zip(WORLDS, np.random.default_rng(seed).spawn(len(WORLDS)), strict=True):
        found = [_p_values(_draw(world, rng)) for _ in range(replicates)]
        robust, plain, df = (np.asarray(part) for part in zip(*found, strict=True))
        for name, p in (("CR2, Satterthwaite", robust), ("plain sandwich, areas − 1", plain)):
            family = np.mean([holm(line).min() < LEVEL for line in p])
            degrees = float(np.median(df)) if p is robust else float(AREAS - 1)
            each = (p < LEVEL).mean(axis=0)
            rows.append(
                (
                    world.name,
                    name,
                    float(each.mean()),
                    float(each.min()),
                    float(each.max()),
                    float(family),
                    degrees,
                )
            )
        if world.judged:
            rate = float((robust < LEVEL).mean())
            gates.append(Gate(f"{world.name}: one model by CR2 with Satterthwaite", rate, 0.04, 0.06))
    return Section(
        "Single models where areas differ: type I error of CR2 with Satterthwaite's df at .05",
        f"{PEOPLE:,} officials of {AREAS} areas of unequal size, {MODELS} models in one weighted linear fit "
        f"of the five-point score with district and group; {replicates:,} samples a world. Where they differ "
        "errors that know nothing of areas reject a tenth of the time; where they differ much, a fifth, and "
        "CR2, whose working model has no areas, is at its limit. Any of twelve: after Holm.",
        ("world", "variance", "one model", "least", "greatest", "any of twelve", "df (median)"),
        tuple(rows),
        tuple(gates),
    )
