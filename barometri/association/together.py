"""How often two models go together."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from barometri.association.cases import Cases, FloatArray
from barometri.association.effects import NAN, nothing
from barometri.estimates import Effect


def phi(models: Sequence[str], agreed: FloatArray, cases: Cases) -> list[Effect]:
    """Correlation of the indicators of two models among the cases, unweighted."""
    made = []
    for i, j in combinations(range(len(models)), 2):
        about = {"item": models[i], "other": models[j]}
        a, b = agreed[:, i], agreed[:, j]
        table = np.bincount((2 * a + b).astype(np.int64), minlength=4)
        if min(a.std(), b.std()) == 0:
            made.append(nothing("phi", cases, "", *about.values(), about=about, adjusted_for=()))
            continue
        made.append(
            Effect(
                name="phi",
                estimate=float(np.corrcoef(a, b)[0, 1]),
                se=NAN,
                ci_low=NAN,
                ci_high=NAN,
                n=cases.n,
                df=NAN,
                p_value=NAN,
                method="phi/unweighted",
                null="",
                k_low=int(table.min()),
                about=about,
            )
        )
    return made
