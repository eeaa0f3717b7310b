"""What the regression verbs return: frozen records of a fit and of the tests made from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.inference.fitting import Fit
from barometri.inference.intervals import ROUNDING, mean_intervals
from barometri.inference.links import LinkName
from barometri.inference.ordinal import Thresholds
from barometri.inference.tails import two_sided_p
from barometri.inference.tested import HypothesisTest
from barometri.inference.working_model import Working
from barometri.regression.formula import Coding, Formula
from barometri.regression.sample import Sample
from barometri.study.codebook import Question

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NOT_ESTIMABLE = "not_estimable"


@dataclass(frozen=True, slots=True, repr=False)
class Model:
    """What later verbs need of a fit; confidential, since it holds covariate patterns.

    Parameters
    ----------
    formula, coding, sample
        Terms, their coding, and the respondents.
    x
        Columns of the fit by pattern, the intercept first unless ordinal, shape (P, p).
    kept
        Columns of the coding that these are, shape (p,).
    fit
        The weighted fit on the cells of the sample.
    influence
        Influence of each cell for one unit of weight on the parameters, shape (R, q).
    link, thresholds, moved
        Of an ordinal fit: link, kind of thresholds, columns of the coding that move thresholds apart.
    question
        Codebook entry of the outcome.
    domain
        Canonical text of the domain.
    working
        Working model of a CR2 covariance; None for other covariances.
    """

    formula: Formula
    coding: Coding
    sample: Sample
    x: FloatArray
    kept: IntArray
    fit: Fit
    influence: FloatArray
    link: LinkName = "logit"
    thresholds: Thresholds = "flexible"
    moved: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    question: Question | None = None
    domain: str = ""
    working: Working | None = None

    @property
    def is_census(self) -> bool:
        """Whether every unit of every stage was drawn, so that nothing is uncertain."""
        respondents = self.sample.respondents
        return respondents.replication is None and all(
            bool((stage.strata.fraction >= 1).all()) for stage in respondents.stages
        )

    def columns_of(self, positions: IntArray) -> IntArray:
        """Parameters that belong to columns of the coding, as far as they were kept."""
        start = len(self.fit.parameters) - len(self.kept)
        return start + np.flatnonzero(np.isin(self.kept, positions))


@dataclass(frozen=True, slots=True, repr=False)
class RegressionFit:
    """A fitted regression.

    Parameters
    ----------
    kind
        ``linear``, ``logistic``, ``poisson`` or ``ordinal``.
    formula
        The formula.
    names
        Names of the coefficients, shape (q,): thresholds (``2|3``) first in ordinal fits; ``group[T.b]`` is
        the difference of b from the first level of group.
    coefficients
        In units of the outcome, as log odds ratios or log rate ratios, shape (q,); NaN where not estimable.
    covariance
        Theirs, under the design, shape (q, q).
    df
        Degrees of freedom of each coefficient's t test, shape (q,); infinite for the normal.
    df_design
        Sampling units with respondents used, minus their strata.
    n, n_weighted
        Respondents used and the sum of their weights.
    method
        ``linear/taylor``, ``linear/cr2``, ``linear/cr2_independent``, ``ordinal/information``, ...; begins
        with ``not_estimable:`` and a reason where there is no finite estimate.
    design
        The design in words.
    log_likelihood
        Weighted with weights of mean 1 (with the information matrix: as they are); NaN for linear fits.
    reason
        Why nothing is estimable, with the variable named; empty otherwise.
    dropped
        Columns left out because others determine them.
    model
        The fit's inner state, for `wald_test`, `marginal_effects` and the like.
    """

    kind: str
    formula: str
    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    df: FloatArray
    df_design: float
    n: int
    n_weighted: float
    method: str
    design: str
    log_likelihood: float
    reason: str
    dropped: tuple[str, ...]
    model: Model

    def __repr__(self) -> str:
        note = f"\n{self.reason}" if self.reason else ""
        head = f"{self.formula} [{self.method}; n={self.n}; {self.design}]"
        return f"{head}{note}\n{self.table().to_string(index=False)}"

    @property
    def se(self) -> FloatArray:
        """Standard errors, shape (q,)."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    @property
    def deviance(self) -> float:
        """Minus twice the log-likelihood."""
        return -2 * self.log_likelihood

    def table(self, *, level: float = 0.95, df: float | None = None) -> pd.DataFrame:
        """Coefficients with t tests and intervals.

        Parameters
        ----------
        level
            Confidence level, 0 to 1.
        df
            Degrees of freedom instead of the fit's own; infinite for the normal.

        Returns
        -------
        pandas.DataFrame
            Columns ``term``, ``estimate``, ``se``, ``statistic``, ``df``, ``p_value``, ``ci_low``,
            ``ci_high``, ``reason``; the null is that a coefficient is 0. Where the sample leaves no error at
            all (``zero_variance``) there is neither test nor interval, unless everybody was asked.
        """
        largest = np.abs(self.coefficients[np.isfinite(self.coefficients)]).max(initial=0.0)
        se = np.where(self.se <= ROUNDING * largest, 0.0, self.se)
        own = self.df if df is None else np.full(self.df.shape, df)
        found = mean_intervals(self.coefficients, se, own, level=level, certain=self.model.is_census)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.where(found.reason == "zero_variance", np.nan, self.coefficients / self.se)
        return pd.DataFrame(
            {
                "term": self.names,
                "estimate": self.coefficients,
                "se": self.se,
                "statistic": statistic,
                "df": own,
                "p_value": two_sided_p(statistic, own),
                "ci_low": found.low,
                "ci_high": found.high,
                "reason": found.reason,
            }
        )


@dataclass(frozen=True, slots=True)
class BrantTest:
    """A test of proportional odds: the slopes of the K - 1 cuts of the answer are equal.

    Parameters
    ----------
    omnibus
        All slopes together.
    terms
        One test a coefficient (Brant's statistic) or a term (likelihood ratio).
    names
        Columns of the logits, the intercept first, shape (p,); empty for the likelihood ratio.
    cuts
        Names of the cuts, shape (K - 1,): ``>2`` is the logit of an answer above 2.
    coefficients, se
        Of the K - 1 logits, shape (p, K - 1).
    reason
        Why nothing is estimable; empty otherwise.
    """

    omnibus: HypothesisTest
    terms: Mapping[str, HypothesisTest]
    names: tuple[str, ...]
    cuts: tuple[str, ...]
    coefficients: FloatArray
    se: FloatArray
    reason: str = ""
