"""Exact results of the verbs: tidy estimates of many rows, and single effects.

Nothing here may be published: ``disclosure.protect`` turns these into what may.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

VALUE_COLUMNS = ("estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df", "method")
"""Columns of every ``Estimates.frame`` after its keys, in this order."""

TOTAL = "_total"
"""Key of a ``by`` variable in the row of all its codes together (margins)."""

MARK = "mark"
"""Last column of a frame over waves: empty, ``similar`` or ``different``."""


@dataclass(frozen=True, slots=True, repr=False)
class Estimates:
    """Estimates of one call.

    Parameters
    ----------
    frame
        One row per cell. Key columns first: ``wave``, ``item``, ``category`` where they vary, then each
        ``by`` variable under its own name (code ids, ``TOTAL`` for a margin); then ``VALUE_COLUMNS``.
        Proportions are 0 to 1. ``n`` is the unweighted base (answers), ``df`` the design degrees of
        freedom, ``method`` e.g. ``korn_graubard/taylor``.
    covariance
        Design covariance of ``estimate``, rows by rows of ``frame``.
    by
        Names of the ``by`` columns.
    statistic
        ``proportion``, ``mean``, ``total``, ``ratio``, ``quantile``, ``contrast``.
    design
        The design in words, e.g. ``10 strata, elements, weights N_h/r_h, no FPC``.
    counts
        Aligned with ``frame``: ``k`` (unweighted numerator of a proportion, else NaN) and any further exact
        counts that disclosure control needs: of a mean of answers ``others``, who did not give the most
        common one.
    domain
        Canonical text of the domain, empty for everybody; ``"<mask>"`` when a boolean mask was used.
    marks
        Comparability marks by wave and key, e.g. rows of ``change`` that are only similar.
    """

    frame: pd.DataFrame
    covariance: FloatArray
    by: tuple[str, ...]
    statistic: str
    design: str
    counts: pd.DataFrame
    domain: str = ""
    marks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{self.frame.to_string(index=False)}\n[{self.statistic}; {self.design}]"

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the key columns."""
        return tuple(str(c) for c in self.frame.columns if c not in (*VALUE_COLUMNS, MARK))


@dataclass(frozen=True, slots=True)
class Cell:
    """Exact counts of a share that an effect or a claim lets a reader infer; for disclosure control.

    ``item`` is a question, a model or the number of models, ``who`` restricts respondents (variable -> code
    ids; empty = everybody), ``category`` is an answer (empty = favourable, or agreed), ``base`` whether
    "cannot say" is in it; ``n`` answers in the base, ``k`` in the numerator.
    """

    item: str
    wave: int
    who: Mapping[str, tuple[str, ...]]
    n: int
    k: int
    category: str = ""
    base: Literal["answered", "asked"] = "answered"


@dataclass(frozen=True, slots=True)
class Effect:
    """One number with its uncertainty: an association, a contrast, a slope.

    ``name`` is a key of the texts (``somers_d``, ``odds_ratio_per_model``); ``null`` states the null
    hypothesis in words; ``k_low`` is the smallest unweighted count behind the effect and ``cells`` the shares
    it can be reckoned back to (for disclosure). ``about`` says what a row of many effects is about
    (``{"item": "M03", "district": "itainen"}``); ``adjusted_p`` is the p value adjusted within its family,
    NaN where there is none.
    """

    name: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    n: int
    df: float
    p_value: float
    method: str
    null: str
    adjusted_for: tuple[str, ...] = ()
    k_low: int = 0
    detail: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    adjusted_p: float = float("nan")
    cells: tuple[Cell, ...] = ()
