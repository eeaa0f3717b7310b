"""Variances from sums: against stored values, against enumeration, and in exact properties."""

from collections.abc import Callable
from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import ArrayLike

from barometri.errors import DesignError, OptionError
from barometri.inference.linearization import (
    covariance,
    covariance_from_cells,
    covariance_from_moments,
    degrees_of_freedom,
    make_strata,
    single_unit_strata,
    variance,
)
from barometri.inference.moments import (
    Linearized,
    Moments,
    design_effect,
    effective_size,
    linearize_ratio,
    ratio_cross_moments,
    ratio_moments,
    simple_random_variance,
)
from tests.inference.samples import Cases, Floats, Sample

SETS = ["srs", "srs_nofpc", "strat", "strat_nofpc", "clus1", "clus1_nofpc"]
Reference = Callable[[str], Cases]
Schools = Callable[[str], Sample]


def set_of(prefix: str) -> str:
    return "api_" + prefix.removesuffix("_nofpc")


def close(found: ArrayLike, expected: ArrayLike, *, relative: float) -> None:
    """Largest deviation at most the tolerance times the largest expected value."""
    wanted = np.asarray(expected, dtype=float)
    assert np.shape(found) == wanted.shape
    assert np.abs(np.asarray(found, dtype=float) - wanted).max() <= relative * np.abs(wanted).max()


def means(sample: Sample, values: Floats, bases: Floats | None = None) -> Linearized:
    base = np.ones_like(values) if bases is None else bases
    w = sample.weight[:, None]
    return linearize_ratio(sample.by_unit(w * values * base), sample.by_unit(w * base))


def moments(sample: Sample, values: Floats, bases: Floats) -> Moments:
    w = sample.weight[:, None]
    y = values * bases
    w2 = w[:, :, None] ** 2
    return ratio_cross_moments(
        sample.by_stratum(w * y),
        sample.by_stratum(w * bases),
        sample.by_stratum(w2 * y[:, :, None] * y[:, None, :]),
        sample.by_stratum(w2 * y[:, :, None] * bases[:, None, :]),
        sample.by_stratum(w2 * bases[:, :, None] * bases[:, None, :]),
    )


def numeric(sample: Sample, columns: list[str]) -> Floats:
    return sample.frame[columns].to_numpy(dtype=float)


def indicators(sample: Sample, column: str) -> Floats:
    values = sample.frame[column].to_numpy()
    return np.column_stack([values == level for level in np.unique(values)]).astype(float)


@pytest.mark.parametrize("prefix", SETS)
def test_means_totals_ratios_and_design_effects_equal_stored_values(
    reference: Reference, school_sample: Schools, prefix: str
) -> None:
    cases, sample = reference(set_of(prefix)), school_sample(prefix)
    stored = cases[f"{prefix}.mean"]
    columns = list(stored["estimate"])
    y = numeric(sample, columns)
    found = means(sample, y)
    close(found.estimate, list(stored["estimate"].values()), relative=1e-12)
    v = covariance(found.totals, sample.unit_stratum, sample.strata)
    close(v, stored["vcov"], relative=1e-12)
    close(np.sqrt(np.diag(v)), list(stored["se"].values()), relative=1e-12)
    close(variance(found.totals, sample.unit_stratum, sample.strata), np.diag(v), relative=1e-14)

    w, n = sample.weight, np.full(len(columns), len(y))
    sums = (n, np.full(len(columns), w.sum()), w @ y, w @ y**2)
    close(design_effect(np.diag(v), simple_random_variance(*sums)), stored["deff"], relative=1e-10)
    replaced = simple_random_variance(*sums, comparison="with_replacement")
    close(
        design_effect(np.diag(v), replaced)[0], cases[f"{prefix}.mean_deff_replace"]["deff"], relative=1e-10
    )

    total = cases[f"{prefix}.total"]
    z = sample.by_unit(w[:, None] * y[:, :1])
    total_variance = variance(z, sample.unit_stratum, sample.strata)
    close(z.sum(axis=0), list(total["estimate"].values()), relative=1e-12)
    close(np.sqrt(total_variance), list(total["se"].values()), relative=1e-12)
    simple = w.sum() ** 2 * simple_random_variance(*sums)[0]
    close(design_effect(total_variance, simple)[0], total["deff"], relative=1e-10)

    ratio = cases[f"{prefix}.ratio"]
    top, bottom = next(iter(ratio["estimate"])).split("/")
    found = linearize_ratio(
        sample.by_unit(w[:, None] * numeric(sample, [top])),
        sample.by_unit(w[:, None] * numeric(sample, [bottom])),
    )
    close(found.estimate, list(ratio["estimate"].values()), relative=1e-12)
    ratio_se = np.sqrt(variance(found.totals, sample.unit_stratum, sample.strata))
    close(ratio_se, list(ratio["se"].values()), relative=1e-12)
    assert degrees_of_freedom(np.bincount(sample.unit_stratum)) == cases[f"{prefix}.degf"]


@pytest.mark.parametrize("prefix", SETS)
def test_shares_and_domain_means_equal_stored_values(
    reference: Reference, school_sample: Schools, prefix: str
) -> None:
    cases, sample = reference(set_of(prefix)), school_sample(prefix)
    stored = cases[f"{prefix}.shares_perf5"]
    shares = means(sample, indicators(sample, "perf5"))
    close(shares.estimate, list(stored["estimate"].values()), relative=1e-12)
    v = covariance(shares.totals, sample.unit_stratum, sample.strata)
    close(v, stored["vcov"], relative=1e-11)
    close(v.sum(axis=0) + 1, np.ones(5), relative=1e-12)  # shares add up to one

    stored = cases[f"{prefix}.by_mean"]
    by, item = list(stored)[:2]
    domains = indicators(sample, by)
    y = np.repeat(numeric(sample, [item]), domains.shape[1], axis=1)
    found = means(sample, y, domains)
    close(found.estimate, stored[item], relative=1e-12)
    v = covariance(found.totals, sample.unit_stratum, sample.strata)
    close(np.sqrt(np.diag(v)), stored["se"], relative=1e-12)
    close(v, cases[f"{prefix}.by_mean_vcov"], relative=1e-11)


@pytest.mark.parametrize("prefix", ["srs", "strat", "strat_nofpc"])
def test_moments_by_stratum_give_what_rows_give(school_sample: Schools, prefix: str) -> None:
    sample = school_sample(prefix)
    domains = indicators(sample, "awards")
    # two items, one with a base of its own, in two domains
    known = (sample.frame["mobility"] > 10).to_numpy(dtype=float)[:, None]
    y = np.column_stack(
        [np.repeat(numeric(sample, ["api00"]), 2, axis=1), np.repeat(known * 0 + 1, 2, axis=1)]
    )
    y[:, 2:] = numeric(sample, ["hi"])
    bases = np.column_stack([domains, domains * known])
    rows = means(sample, y, bases)
    expected = covariance(rows.totals, sample.unit_stratum, sample.strata)
    found = moments(sample, y, bases)
    close(found.estimate, rows.estimate, relative=1e-13)
    products = sample.by_stratum(rows.totals[:, :, None] * rows.totals[:, None, :])
    close(found.second, products, relative=1e-10)
    close(covariance_from_moments(found.first, found.second, sample.strata), expected, relative=1e-10)

    w = sample.weight[:, None]
    squares = ratio_moments(
        sample.by_stratum(w * y * bases),
        sample.by_stratum(w * bases),
        sample.by_stratum(w**2 * y**2 * bases),
        sample.by_stratum(w**2 * y * bases),
        sample.by_stratum(w**2 * bases),
    )
    close(
        covariance_from_moments(squares.first, squares.second, sample.strata),
        np.diag(expected),
        relative=1e-10,
    )


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty"])
def test_single_units_are_treated_as_stored(reference: Reference, school_sample: Schools, rule: str) -> None:
    cases, whole = reference("api_strat"), school_sample("strat")
    kept = (whole.frame["stype"] != "M") | ((whole.frame["stype"] == "M").cumsum() == 1)
    rows = whole.frame[kept.to_numpy()]
    y, w = rows[["api00", "enroll"]].to_numpy(dtype=float), rows["pw"].to_numpy(dtype=float)[:, None]
    codes = np.unique(rows["stype"], return_inverse=True)[1]
    sizes = rows.groupby("stype")["fpc"].first().to_numpy()
    strata = make_strata(np.bincount(codes), np.bincount(codes) / sizes)
    found = linearize_ratio(w * y, w)
    v = covariance(found.totals, codes, strata, single_psu=rule)  # type: ignore[arg-type]
    close(found.estimate, list(cases[f"lonely.{rule}"]["estimate"].values()), relative=1e-12)
    close(v, cases[f"lonely.{rule}"]["vcov"], relative=1e-12)

    first, second = np.zeros((3, 2)), np.zeros((3, 2, 2))
    np.add.at(first, codes, found.totals)
    np.add.at(second, codes, found.totals[:, :, None] * found.totals[:, None, :])
    close(covariance_from_moments(first, second, strata, single_psu=rule), v, relative=1e-12)  # type: ignore[arg-type]
    diagonal = second[:, [0, 1], [0, 1]]
    close(covariance_from_moments(first, diagonal, strata, single_psu=rule), np.diag(v), relative=1e-12)  # type: ignore[arg-type]

    with pytest.raises(DesignError, match="1 strata hold a single sampling unit"):
        covariance(found.totals, codes, strata)


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty"])
def test_moments_by_cell_give_what_rows_give(rule: str) -> None:
    generator = np.random.default_rng(9)
    rows, cells, features, columns = 80, 3, 2, 5
    stratum = np.r_[np.repeat(np.arange(4), 20)[:-1], 4]
    cell = generator.integers(0, cells, rows)
    values = generator.normal(size=(rows, features))
    transform = generator.normal(size=(cells, features, columns)) * (
        generator.random((cells, 1, columns)) < 0.6
    )
    z = np.einsum("rf,rfm->rm", values, transform[cell])
    strata = make_strata(np.bincount(stratum), [0.1, 0.2, 0.3, 0.4, 0.5])
    first, second = np.zeros((5, columns)), np.zeros((5, cells, features, features))
    np.add.at(first, stratum, z)
    np.add.at(second, (stratum, cell), values[:, :, None] * values[:, None, :])
    expected = covariance(z, stratum, strata, single_psu=rule)  # type: ignore[arg-type]
    found = covariance_from_cells(first, second, transform, strata, single_psu=rule)  # type: ignore[arg-type]
    close(found, expected, relative=1e-12)


def test_a_domain_keeps_the_units_of_the_whole_design(reference: Reference, school_sample: Schools) -> None:
    stored, sample = reference("api_strat")["domain_lonely_FALSE"], school_sample("strat")
    kept = (sample.frame["stype"] != "M") | ((sample.frame["stype"] == "M").cumsum() == 1)
    inside = kept.to_numpy()
    y = numeric(sample, ["api00", "enroll"])[inside]
    found = linearize_ratio(sample.weight[inside, None] * y, sample.weight[inside, None])
    # the rows of the domain alone, with the counts of the whole design
    v = covariance(found.totals, sample.unit_stratum[inside], sample.strata)
    close(v, stored["vcov"], relative=1e-12)
    # the same with rows outside the domain present as zeros
    filled = np.zeros((len(inside), 2))
    filled[inside] = found.totals
    close(covariance(filled, sample.unit_stratum, sample.strata), v, relative=1e-13)


def test_two_stages_are_unbiased_over_every_sample() -> None:
    """All two-stage samples of a small population: the mean of the estimates is the true variance."""
    clusters = [np.array([3.0, 8.0, 1.0]), np.array([2.0, 4.0, 9.0, 5.0]), np.array([7.0, 7.5, 20.0])]
    sizes = np.array([len(c) for c in clusters])
    totals, estimates = [], []
    chances = []
    for chosen in combinations(range(3), 2):
        drawn = [list(combinations(clusters[c], 2)) for c in chosen]
        for pair in product(*drawn):
            values = np.array(pair)  # two clusters, two elements in each
            expanded = values * (sizes[list(chosen)] / 2)[:, None] * (3 / 2)
            first = covariance(expanded.sum(axis=1)[:, None], [0, 0], make_strata([2], 2 / 3))
            second = covariance(
                expanded.reshape(4, 1),
                [0, 0, 1, 1],
                make_strata([2, 2], 2 / sizes[list(chosen)], above=2 / 3),
            )
            totals.append(expanded.sum())
            estimates.append(float((first + second)[0, 0]))
            chances.append(1 / 3 / len(drawn[0]) / len(drawn[1]))
    chance = np.array(chances)
    truth = sum(c.sum() for c in clusters)
    assert chance @ np.array(totals) == pytest.approx(truth, rel=1e-12)
    assert chance @ np.array(estimates) == pytest.approx(chance @ (np.array(totals) - truth) ** 2, rel=1e-12)


def test_a_census_has_no_variance_and_no_single_unit() -> None:
    strata = make_strata([1, 3], fraction=[1, 1])
    assert single_unit_strata(strata).size == 0
    assert covariance([[5.0], [1.0], [2.0], [3.0]], [0, 1, 1, 1], strata)[0, 0] == 0
    assert covariance_from_moments([[5.0], [6.0]], [[25.0], [14.0]], strata)[0] == 0


def test_a_later_stage_without_correction_above_adds_nothing() -> None:
    strata = make_strata([1, 2], fraction=[0.1, 0.1], above=0)
    assert single_unit_strata(strata).size == 0
    assert covariance([[5.0], [1.0], [2.0]], [0, 1, 1], strata)[0, 0] == 0


def test_weights_in_another_unit_and_rows_in_another_order_change_nothing(school_sample: Schools) -> None:
    sample = school_sample("clus1")
    y = numeric(sample, ["api00", "enroll"])
    found = means(sample, y)
    scaled = linearize_ratio(
        sample.by_unit(1000 * sample.weight[:, None] * y), sample.by_unit(1000 * sample.weight[:, None])
    )
    v = covariance(found.totals, sample.unit_stratum, sample.strata)
    close(covariance(scaled.totals, sample.unit_stratum, sample.strata), v, relative=1e-13)
    order = np.random.default_rng(1).permutation(len(found.totals))
    close(covariance(found.totals[order], sample.unit_stratum[order], sample.strata), v, relative=1e-13)


def test_an_indicator_and_its_opposite_have_one_variance(school_sample: Schools) -> None:
    sample = school_sample("strat")
    hi = numeric(sample, ["hi"])
    v = covariance(means(sample, np.hstack([hi, 1 - hi])).totals, sample.unit_stratum, sample.strata)
    assert v[0, 0] == pytest.approx(v[1, 1], rel=1e-12)
    assert v[0, 1] == pytest.approx(-v[0, 0], rel=1e-12)


def test_an_empty_domain_is_missing_and_spoils_no_other() -> None:
    weights = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, 0.0]])
    found = linearize_ratio(weights * [[1], [0], [1]], weights)
    v = covariance(found.totals, [0, 0, 0], make_strata([3]))
    assert np.isnan(found.estimate).tolist() == [False, True]
    assert np.isnan(v).tolist() == [[False, True], [True, True]]
    assert v[0, 0] > 0
    squares = ratio_moments([[2.0, 0]], [[4.0, 0]], [[2.0, 0]], [[2.0, 0]], [[6.0, 0]])
    v = covariance_from_moments(squares.first, squares.second, make_strata([3]))
    assert np.isnan(v).tolist() == [False, True]


def test_full_and_empty_cells_have_standard_error_zero() -> None:
    weights = np.array([[2.0], [3.0], [1.0]])
    for share in (0.0, 1.0):
        found = linearize_ratio(weights * share, weights)
        assert found.estimate[0] == share
        assert covariance(found.totals, [0, 0, 0], make_strata([3]))[0, 0] == 0


def test_kish_size_equals_stored_value(reference: Reference, school_sample: Schools) -> None:
    w = school_sample("strat").weight
    assert float(effective_size(w.sum(), (w**2).sum())) == pytest.approx(
        reference("api_strat")["kish_ess"]["ess"], rel=1e-12
    )


def test_one_case_has_no_design_effect() -> None:
    assert np.isnan(simple_random_variance([1], [2.0], [2.0], [2.0])).all()


@pytest.mark.parametrize("wrong", [[1.2], [-0.1], [np.nan]])
def test_impossible_fractions_are_refused(wrong: list[float]) -> None:
    with pytest.raises(DesignError, match="between 0 and 1"):
        make_strata([3], wrong)


def test_negative_counts_too_many_units_and_unknown_words_are_refused() -> None:
    with pytest.raises(DesignError, match="0 or more"):
        make_strata([-1])
    with pytest.raises(DesignError, match="More sampling units"):
        covariance([[1.0], [2.0], [3.0]], [0, 0, 0], make_strata([2]))
    with pytest.raises(DesignError, match="More sampling units"):
        covariance([[1.0], [2.0]], [0, 1], make_strata([2]))
    with pytest.raises(OptionError, match="single_psu must be one of"):
        covariance([[1.0]], [0], make_strata([2]), single_psu="remove")  # type: ignore[arg-type]
