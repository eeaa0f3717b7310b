"""Draws that meet stated shares: intercepts solved for, and uniforms spread evenly within cells."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_REACH = 30.0
_STEPS = 60
_CLOSE = 1e-10
"""A Newton step this small leaves an error far below what a draw can see."""


def logistic(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float64)


def intercepts(linear: Floats, cells: Integers, targets: Floats, weights: Floats | None = None) -> Floats:
    """Return one intercept a cell so that its mean chance equals the target.

    Parameters
    ----------
    linear
        Linear predictor without intercept, shape (n,).
    cells
        Cell of each person, 0 to m - 1, shape (n,).
    targets
        Wanted mean of ``weights * logistic(intercept + linear)`` in each cell, shape (m,).
    weights
        What the chance is multiplied with, shape (n,); ones by default.

    Returns
    -------
    Floats
        Intercepts, shape (m,), by Newton steps kept between bounds; at the end of its reach where a target
        cannot be met.
    """
    w = np.ones_like(linear) if weights is None else weights
    size = len(targets)
    people = np.maximum(np.bincount(cells, minlength=size), 1)
    low, high = np.full(size, -_REACH), np.full(size, _REACH)
    floor, ceiling = (
        np.bincount(cells, w * logistic(linear + b[cells]), minlength=size) for b in (low, high)
    )
    below, above = floor / people >= targets, ceiling / people < targets
    now = np.zeros(size)
    for _ in range(_STEPS):
        chance = logistic(linear + now[cells])
        missed = np.bincount(cells, w * chance, minlength=size) / people - targets
        slope = np.bincount(cells, w * chance * (1.0 - chance), minlength=size) / people
        low, high = np.where(missed < 0, now, low), np.where(missed < 0, high, now)
        step = now - missed / np.maximum(slope, 1e-300)
        following = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
        moved = np.abs(following - now)[~(below | above)]
        now = following
        if not (moved > _CLOSE).any():
            break
    return np.where(below, -_REACH, np.where(above, _REACH, now))


def even_uniforms(cells: Integers, rng: np.random.Generator) -> Floats:
    """Return uniforms that fill each cell evenly: one in every n-th part of 0 to 1, in random order."""
    order = np.lexsort((rng.random(len(cells)), cells))
    sizes = np.bincount(cells)
    starts = np.cumsum(sizes) - sizes
    ranks = np.empty(len(cells))
    ranks[order] = np.arange(len(cells)) - np.repeat(starts, sizes)
    return np.asarray((ranks + rng.random(len(cells))) / sizes[cells], dtype=np.float64)


def chosen(
    chance: Floats, cells: Integers, rng: np.random.Generator, *, along: Integers | None = None
) -> Flags:
    """Return who is drawn: everyone with his own chance, every cell by its sum of chances, within one.

    Draws are systematic, in random order or along the classes of ``along``, so that the population has the
    stated shares and not those and noise.
    """
    noise = rng.random(len(cells))
    order = np.lexsort((noise, cells) if along is None else (noise, along, cells))
    sums = np.bincount(cells, chance)
    before = (np.cumsum(sums) - sums)[cells[order]]
    reached = np.cumsum(chance[order]) - before + rng.random(len(sums))[cells[order]]
    result = np.empty(len(cells), dtype=np.bool_)
    result[order] = np.floor(reached) > np.floor(reached - chance[order])
    return result


def allocate(total: int, sizes: Integers, minimum: int = 0) -> Integers:
    """Share out ``total`` by sizes and largest remainders, none below ``minimum`` nor above its size.

    Examples
    --------
    >>> allocate(75, np.array([60, 20, 30, 10, 5]), minimum=4)
    array([33, 12, 18,  7,  5])
    """
    floor = np.minimum(minimum, sizes)
    rest, room = total - int(floor.sum()), sizes - floor
    if rest < 0 or rest > room.sum():
        raise ValueError("total does not fit between the minima and the sizes")
    exact = floor + rest * room / max(int(room.sum()), 1)
    result = np.floor(exact + 1e-9).astype(np.int64)
    largest = np.argsort(-(exact - result), kind="stable")
    result[largest[: total - int(result.sum())]] += 1
    return result
