"""Student's t at every number of degrees of freedom, also below one."""

import numpy as np
import pytest
from scipy import stats

from barometri.inference.tails import t_quantile, two_sided_p


@pytest.mark.parametrize("df", [0.5, 0.9, 1.0, 2.5, 1e6])
def test_quantiles_and_tails_equal_scipy(df: float) -> None:
    assert float(t_quantile(df, 0.025)) == pytest.approx(float(stats.t.isf(0.025, df)), rel=1e-8)
    assert float(two_sided_p(-1.7, df)) == pytest.approx(2 * float(stats.t.sf(1.7, df)), rel=1e-8)


def test_without_degrees_of_freedom_nothing_is_known_and_without_end_it_is_normal() -> None:
    assert np.isnan(t_quantile([0.0, -1.0, np.nan], 0.025)).all()
    assert np.isnan(two_sided_p(1.0, [0.0, -1.0, np.nan])).all()
    assert float(t_quantile(np.inf, 0.025)) == pytest.approx(float(stats.norm.isf(0.025)), rel=1e-12)
    assert float(two_sided_p(3.0, np.inf)) == pytest.approx(2 * float(stats.norm.sf(3.0)), rel=1e-12)
