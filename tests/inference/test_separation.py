"""Separation is found, named, and not cried where a maximum exists."""

import numpy as np
import pytest

from barometri.inference.regression import aliased_columns, fit_ordinal
from barometri.inference.separation import separated_columns


def test_overlapping_answers_are_not_separated() -> None:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(200, 3))
    assert separated_columns(generator.integers(0, 4, 200), x) == ()
    many = generator.normal(size=(5000, 2))
    assert separated_columns(generator.integers(0, 4, 5000), many) == ()


@pytest.mark.parametrize("column", [0, 1, 2])
def test_the_separating_column_is_named(column: int) -> None:
    generator = np.random.default_rng(2)
    y = generator.integers(0, 3, 120)
    x = generator.normal(size=(120, 3))
    x[:, column] = y + generator.uniform(0, 0.5, 120)
    assert separated_columns(y, x) == (column,)


def test_a_group_that_always_gives_the_top_answer_is_quasi_separation() -> None:
    generator = np.random.default_rng(4)
    group = generator.integers(0, 2, 100)
    y = np.where(group == 1, 4, np.arange(100) % 5)
    assert separated_columns(y, np.column_stack([generator.normal(size=100), group])) == (1,)


def test_a_group_that_always_gives_a_middle_answer_is_not_separation() -> None:
    generator = np.random.default_rng(4)
    group = np.arange(100) >= 80
    y = np.where(group, 2, np.arange(100) % 5)
    assert separated_columns(y, np.column_stack([generator.normal(size=100), group])) == ()


def test_it_agrees_with_whether_the_maximum_is_finite() -> None:
    generator = np.random.default_rng(8)
    seen = set()
    for _ in range(150):
        levels = int(generator.integers(2, 4))
        x = generator.integers(0, 3, size=(14, 2)).astype(float)
        y = np.r_[np.arange(levels), generator.integers(0, levels, 14 - levels)]
        if aliased_columns(np.column_stack([np.ones(14), x])).size:
            continue
        columns = separated_columns(y, x)
        assert (columns == ()) == fit_ordinal(y, x, np.ones(14)).converged
        seen.add(columns == ())
    assert seen == {True, False}


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_a_column_does_not_matter(unit: float) -> None:
    x = np.arange(20.0)
    y = (x > 9).astype(int)
    assert separated_columns(y, x[:, None] * unit) == (0,)
    y[3] = 1
    assert separated_columns(y, x[:, None] * unit) == ()


def test_a_shifted_column_is_the_same_column() -> None:
    x = np.arange(20.0)
    y = (x > 9).astype(int)
    assert separated_columns(y, x[:, None] + 2021) == (0,)
    y[3] = 1
    assert separated_columns(y, x[:, None] + 2021) == ()
