"""Draws that meet stated shares."""

import numpy as np
import pytest

from barometri.synthetic.calibration import allocate, chosen, even_uniforms, intercepts, logistic


def test_intercepts_give_every_cell_its_share() -> None:
    rng = np.random.default_rng(1)
    cells = np.repeat([0, 1, 2], [40, 300, 7])
    linear = rng.normal(size=len(cells)) * 2
    weights = rng.uniform(0.5, 1, len(cells))
    targets = np.array([0.3, 0.05, 0.45])
    chance = weights * logistic(linear + intercepts(linear, cells, targets, weights)[cells])
    assert np.bincount(cells, chance) / np.bincount(cells) == pytest.approx(targets, abs=1e-9)


def test_a_share_out_of_reach_goes_to_the_end_and_not_to_nan() -> None:
    ends = intercepts(np.zeros(4), np.array([0, 0, 1, 1]), np.array([0.0, 1.0]))
    assert ends[0] == pytest.approx(-30)
    assert ends[1] > 20


def test_draws_meet_the_sum_of_chances_in_every_cell_and_class() -> None:
    rng = np.random.default_rng(2)
    cells = rng.integers(0, 5, 4_000)
    along = rng.integers(0, 8, 4_000)
    chance = rng.uniform(0, 1, 4_000)
    drawn = chosen(chance, cells, rng, along=along)
    for cell in range(5):
        rows = cells == cell
        assert abs(drawn[rows].sum() - chance[rows].sum()) <= 1
        for one in range(8):
            assert abs(drawn[rows & (along == one)].sum() - chance[rows & (along == one)].sum()) <= 2


def test_everyone_is_drawn_with_his_own_chance() -> None:
    rng = np.random.default_rng(3)
    chance = np.array([0.0, 0.1, 0.5, 0.9, 1.0] * 4)
    cells = np.zeros(20, dtype=np.int64)
    often = np.mean([chosen(chance, cells, rng) for _ in range(3_000)], axis=0)
    assert often == pytest.approx(chance, abs=0.035)


def test_even_uniforms_put_one_in_every_part() -> None:
    cells = np.repeat([0, 2], [10, 25])
    u = even_uniforms(cells, np.random.default_rng(4))
    assert sorted((u[cells == 2] * 25).astype(int)) == list(range(25))


@pytest.mark.parametrize(("total", "minimum"), [(60, 0), (60, 6), (31, 6), (100, 12)])
def test_allocation_adds_up_and_keeps_to_its_limits(total: int, minimum: int) -> None:
    sizes = np.array([70, 31, 4, 12, 50])
    parts = allocate(total, sizes, minimum)
    assert parts.sum() == total
    assert (parts <= sizes).all()
    assert (parts >= np.minimum(minimum, sizes)).all()


@pytest.mark.parametrize("total", [10, 200])
def test_an_allocation_that_does_not_fit_is_refused(total: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        allocate(total, np.array([70, 31, 4, 12, 50]), 6)
