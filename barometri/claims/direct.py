"""Claims that a wave asked about directly: the share of favourable ratings, against a bound.

A claim's ``direct`` names the question, or with ``{item}`` in it one for each item (``works_{item}``). The
claim then is that more than half rate favourably (for ``<`` fewer), or more than its ``low`` (fewer than its
``high``); of several questions each must. Those who cannot say are in the base or not, as the claim says.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.claims.descriptive import gap
from barometri.claims.records import LEVEL, NAN, Measure, Setting
from barometri.claims.respondents import asked
from barometri.claims.slopes import SIGNS, weakest
from barometri.estimates import Cell
from barometri.estimation import proportion
from barometri.inference.multiplicity import holm
from barometri.inference.proportions import limit_p
from barometri.results import Part, Verdict
from barometri.study.claim import Claim

HALF: Final = 0.5


def asked_directly(claim: Claim, setting: Setting) -> bool:
    """Whether the claim's wave was read and asked for the claimed thing directly, of every item."""
    if not claim.direct or claim.wave not in setting.surveys:
        return False
    return set(_questions(claim, claim.items)) <= set(setting.surveys[claim.wave].variables)


def _questions(claim: Claim, items: tuple[str, ...]) -> list[str]:
    """Return the questions that rate the items, or the one for all of them."""
    return list(dict.fromkeys(claim.direct.replace("{item}", item) for item in items))


def direct_rating(claim: Claim, setting: Setting) -> Measure:
    """Judge a claim by its direct ratings.

    Several are tested together: Holm over the ratings of all models that were asked.
    """
    own = _questions(claim, claim.items)
    names = own if len(own) == 1 else _all(claim, setting, own)
    found = asked(claim, setting, claim.wave, items=names, answer="good", analytic=True)
    estimates = proportion(found.survey, found.columns)
    frame = estimates.frame
    cells = found.cells(estimates, range(len(names)), [{}] * len(names))
    sign, bound = SIGNS.get(claim.relation, 1.0), _bound(claim)
    share, se, df, low, high = (
        frame[c].to_numpy(dtype=np.float64) for c in ("estimate", "se", "df", "ci_low", "ci_high")
    )
    places = [names.index(name) for name in own]
    for place in places:
        reason = gap([float(share[place])], float(se[place]) if se[place] > 0 else NAN, float(df[place]))
        if reason:
            return Measure(reason=reason)
    p = limit_p(share, se, frame["n"].to_numpy(dtype=np.float64), df, bound=bound, level=1 - LEVEL)
    adjusted = holm(p)
    pointing = sign * share > sign * bound
    decides = places[weakest(p[places].tolist(), adjusted[places].tolist(), pointing[places].tolist())]
    table = np.column_stack([share, se, low, high, df, p, adjusted])
    parts = {i: _part(table[i], cells[i], names[i], as_claimed=bool(pointing[i])) for i in places}
    deciding = parts[decides]
    return Measure(
        deciding.estimate,
        deciding.se,
        deciding.ci_low,
        deciding.ci_high,
        deciding.n,
        deciding.df,
        deciding.adjusted_p,
        as_claimed=bool(pointing[places].all()),
        scale="share",
        method=str(frame["method"].iloc[decides]),
        parts=tuple(parts.values()),
        cells=tuple(cells[i] for i in places),
        direct=True,
    )


def _part(row: npt.NDArray[np.float64], cell: Cell, item: str, *, as_claimed: bool) -> Part:
    """Return one rating: its share, its error, limits, df, p and adjusted p."""
    share, se, low, high, df, p, adjusted = map(float, row)
    return Part(
        "direct",
        "test",
        share,
        se,
        low,
        high,
        cell.n,
        df,
        p,
        adjusted,
        verdict=word(as_claimed=as_claimed, p_value=adjusted),
        about={"item": item},
        cells=(cell,),
    )


def word(*, as_claimed: bool, p_value: float) -> Verdict:
    """Return the word of evidence of one test."""
    if as_claimed:
        return Verdict.SUPPORTED if p_value < LEVEL else Verdict.SAME_DIRECTION
    return Verdict.CONTRADICTED if p_value < LEVEL else Verdict.NOT_SHOWN


def _bound(claim: Claim) -> float:
    given = claim.high if claim.relation == "<" else claim.low
    return HALF if given is None else given


def _all(claim: Claim, setting: Setting, own: list[str]) -> list[str]:
    """Return the direct ratings of all models, the claim's own among them."""
    there = setting.surveys[claim.wave].variables
    every = _questions(claim, tuple(model.id for model in setting.study.models))
    return [*own, *(name for name in every if name in there and name not in own)]
