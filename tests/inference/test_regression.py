"""The proportional-odds fit against statsmodels and R."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from barometri.inference.linearization import covariance
from barometri.inference.regression import fit_ordinal
from tests.inference.samples import Cases, Sample

GROUPS = ("palvelu", "esihenkilo", "sostyo", "sosjohtaja")
DISTRICTS = ("lansi", "keski", "ita", "pohjoinen")


def _covariates(frame: pd.DataFrame, *, adjusted: bool) -> np.ndarray:
    columns = [frame["k"].fillna(0).to_numpy(dtype=float)]
    if adjusted:
        columns += [(frame["group"] == group).to_numpy(dtype=float) for group in GROUPS]
        columns += [(frame["district"] == district).to_numpy(dtype=float) for district in DISTRICTS]
    return np.column_stack(columns)


@pytest.mark.parametrize(
    ("case", "unit", "corrected", "adjusted"),
    [
        ("olr_k", None, True, False),
        ("olr_k_adj", None, True, True),
        ("olr_k_adj_muni", "muni", False, True),
    ],
)
def test_weighted_fit_and_sandwich_equal_r(
    case: str,
    unit: str | None,
    corrected: bool,
    adjusted: bool,
    *,
    last_wave: Callable[..., tuple[Sample, np.ndarray]],
    reference: Callable[[str], Cases],
) -> None:
    stored = reference("sosbar_sim")[case]
    sample, wave = last_wave(unit=unit, corrected=corrected)
    kept = wave & (sample.frame["coop"] <= 5).to_numpy() & sample.frame["k"].notna().to_numpy()
    x = _covariates(sample.frame, adjusted=adjusted)
    fit = fit_ordinal(sample.frame["coop"].to_numpy()[kept] - 1, x[kept], sample.weight[kept])
    rows = np.zeros((len(kept), fit.influence.shape[1]))
    rows[kept] = fit.influence
    variance = covariance(sample.by_unit(rows), sample.unit_stratum, sample.strata)
    assert fit.converged
    np.testing.assert_allclose(np.r_[fit.thresholds, fit.slopes], list(stored["coef"].values()), rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(variance)), list(stored["se"].values()), rtol=1e-7)


@pytest.mark.parametrize("case", ["olr_k_adj"])
def test_unweighted_fit_equals_statsmodels(
    case: str, last_wave: Callable[..., tuple[Sample, np.ndarray]]
) -> None:
    sample, wave = last_wave()
    kept = wave & (sample.frame["coop"] <= 5).to_numpy() & sample.frame["k"].notna().to_numpy()
    y, x = sample.frame["coop"].to_numpy()[kept] - 1, _covariates(sample.frame, adjusted=True)[kept]
    fit = fit_ordinal(y, x, np.ones(len(y)))
    other = OrderedModel(y, x, distr="logit").fit(method="bfgs", gtol=1e-9, disp=False, maxiter=500)
    np.testing.assert_allclose(fit.slopes, other.params[: x.shape[1]], rtol=1e-6, atol=1e-7)


def test_merging_equal_rows_and_rescaling_weights_change_nothing() -> None:
    generator = np.random.default_rng(7)
    x, y = generator.integers(0, 4, 300), generator.integers(0, 3, 300)
    full = fit_ordinal(y, x[:, None], np.full(300, 5.0))
    counts = pd.DataFrame({"x": x, "y": y}).value_counts().reset_index()
    merged = fit_ordinal(counts["y"], counts[["x"]], counts["count"])
    np.testing.assert_allclose(merged.slopes, full.slopes, rtol=1e-10)
    np.testing.assert_allclose(full.influence.sum(axis=0), 0, atol=1e-10)


def test_two_answers_give_the_logit_of_the_table() -> None:
    fit = fit_ordinal([0, 1, 0, 1], [[0.0], [0.0], [1.0], [1.0]], [3, 1, 1, 3])
    assert fit.slopes[0] == pytest.approx(np.log(9), rel=1e-10)


def test_an_answer_far_out_keeps_its_digits() -> None:
    x = np.array([-40.0, -40.0, 0.0, 0.0, 40.0, 40.0])
    fit = fit_ordinal([0, 1, 0, 1, 1, 0], x[:, None], np.array([30, 1, 5, 5, 30, 1.0]))
    assert fit.converged
    assert fit.slopes[0] == pytest.approx(np.log(30) / 40, rel=1e-6)
