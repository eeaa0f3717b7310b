"""Claims that describe respondents: a share against another, and a share in a range."""

from collections.abc import Sequence

import numpy as np

from barometri.claims.records import LEVEL, MINIMUM_DF, NAN, Measure, Setting, Unjudged
from barometri.claims.respondents import LEFT, RIGHT, SIDE, Asked, asked, complement, divided
from barometri.estimates import TOTAL, Estimates
from barometri.estimation import proportion
from barometri.inference.intervals import t_quantile, two_sided_p
from barometri.results import Part
from barometri.study.claim import REST, Claim, Restriction


def quantity(claim: Claim, setting: Setting) -> Measure:
    """Return one share with its interval."""
    found = asked(claim, setting, claim.wave)
    estimates = proportion(found.survey, found.columns)
    row = estimates.frame.iloc[0]
    estimate, se, low, high, df = (float(row[c]) for c in ("estimate", "se", "ci_low", "ci_high", "df"))
    cells = found.cells(estimates, [0], [{}])
    reason = gap([estimate], low, df)
    if reason:
        return Measure(reason=reason)
    return Measure(
        estimate, se, low, high, cells[0].n, df, scale="share", method=str(row["method"]), cells=cells
    )


def ordering(claim: Claim, setting: Setting) -> Measure:
    """Return left minus right with a t interval from their joint covariance."""
    found = asked(claim, setting, claim.wave)
    estimates = proportion(
        divided(found, setting, claim.left, claim.right), found.columns, by=SIDE, margins=True
    )
    return difference_of(claim, setting, found, estimates)


def difference_of(claim: Claim, setting: Setting, found: Asked, estimates: Estimates) -> Measure:
    """Return the difference of the two sides of a result by side."""
    keys = [str(key) for key in estimates.frame[SIDE]]
    if not {LEFT, RIGHT} <= set(keys):
        raise Unjudged("no_responses")
    rows = [keys.index(side) for side in (LEFT, RIGHT)]
    shares = estimates.frame["estimate"].to_numpy(dtype=np.float64)[rows]
    v = estimates.covariance[np.ix_(rows, rows)]
    difference, se = float(shares[0] - shares[1]), float(np.sqrt(max(v[0, 0] + v[1, 1] - 2 * v[0, 1], 0.0)))
    df = float(estimates.frame["df"].iloc[keys.index(TOTAL)])
    reason = gap(list(shares), se if se > 0 else NAN, df)
    if reason:
        return Measure(reason=reason)
    cells = found.cells(estimates, rows, sides(claim, setting, found))
    half = float(t_quantile(df, LEVEL / 2)) * se
    sign = 1.0 if claim.relation == ">" else -1.0
    return Measure(
        difference,
        se,
        difference - half,
        difference + half,
        sum(cell.n for cell in cells),
        df,
        float(two_sided_p(difference / se, df)),
        as_claimed=sign * difference > 0,
        method="t/taylor",
        parts=tuple(
            Part(side, "side", float(share), n=cell.n, df=df, cells=(cell,))
            for side, share, cell in zip((LEFT, RIGHT), shares, cells, strict=True)
        ),
        cells=cells,
    )


def sides(claim: Claim, setting: Setting, found: Asked) -> tuple[Restriction, Restriction]:
    """Name both sides of a comparison by codes."""
    right = claim.right
    if REST in right:
        right = complement(claim.left, setting.study, found.wave, found.survey)
    return claim.left, right


def gap(shares: Sequence[float], spread: float, df: float) -> str:
    """Return why a number cannot be judged, if it cannot."""
    if not np.isfinite(shares).all():
        return "no_responses"
    if not df >= MINIMUM_DF:
        return "few_degrees_of_freedom"
    return "" if np.isfinite(spread) else "zero_variance"
