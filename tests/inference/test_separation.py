"""Separation is found, named, and not cried where a maximum exists."""

import numpy as np
import pytest

from barometri.inference.separation import separated_columns


def test_overlapping_answers_are_not_separated() -> None:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(200, 3))
    assert separated_columns(generator.integers(0, 4, 200), x) == ()


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
