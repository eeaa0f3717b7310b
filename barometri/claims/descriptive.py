"""Claims that describe respondents: a share above another, in one wave or each, and a share in a range."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from barometri.claims.records import LEVEL, MINIMUM_DF, NAN, Measure, Setting, Unjudged
from barometri.claims.respondents import LEFT, RIGHT, SIDE, Asked, asked, complement
from barometri.claims.shares import Tested, difference_part, share_part, sides_of, table_of, tested
from barometri.claims.splitting import split, wave_about
from barometri.claims.union import joined
from barometri.estimates import TOTAL, Estimates
from barometri.inference.intervals import t_quantile, two_sided_p
from barometri.results import Part
from barometri.study.claim import REST, Claim, Restriction


def quantity(claim: Claim, setting: Setting) -> Measure:
    """Return a share, or the average of several, with its interval; codes and other answers beside it."""
    found = asked(claim, setting, claim.wave)
    measure = _level(found)
    if not setting.shown:
        return measure
    parts = []
    for answer in claim.alternatives:
        other = asked(claim, setting, claim.wave, answer=answer)
        changed = replace(other, claim=replace(claim, answer=answer))
        table = table_of(changed, other.survey, {"": {}})
        parts.append(
            share_part(table, table.mean_of(), name="alternative", role="shown", about={"answer": answer})
        )
    return replace(measure, parts=(*parts, *_by_code(claim, setting, found)))


def _level(found: Asked) -> Measure:
    table = table_of(found, found.survey, {"": {}})
    if len(table.keys) < len(found.items):
        raise Unjudged("no_responses")
    share = share_part(table, table.mean_of(), name=LEFT, role="side")
    if not share.df >= MINIMUM_DF:
        raise Unjudged("few_degrees_of_freedom")
    if not share.ci_low <= share.ci_high:
        raise Unjudged("zero_variance")
    return Measure(
        share.estimate,
        share.se,
        share.ci_low,
        share.ci_high,
        share.n,
        share.df,
        scale="share",
        method=table.methods[0] if len(table.keys) == 1 else "korn_graubard/taylor",
        cells=share.cells,
    )


def _by_code(claim: Claim, setting: Setting, found: Asked) -> list[Part]:
    """Return the share of each code of the variable that a claim is shown by."""
    if not claim.shown_by:
        return []
    survey, column, who = split(found, setting, claim.shown_by)
    table = table_of(found, survey, who, column)
    return [
        share_part(table, table.mean_of(code), name="code", role="shown", about={claim.shown_by: code})
        for code in who
        if table.has(code)
    ]


def ordering(claim: Claim, setting: Setting) -> Measure:
    """Return left minus right, or the first item minus another; of several, the difference that decides."""
    tests, parts = [], []
    several = len(claim.waves) > 1
    for wave in claim.waves:
        about = wave_about(setting.study, claim, wave) if several else {}
        own, under = (_of_items if claim.against else _of_sides)(claim, setting, wave, about)
        tests += own
        parts += under
    return joined(claim, tests, parts)


def _of_sides(
    claim: Claim, setting: Setting, wave: int, about: Mapping[str, str]
) -> tuple[list[Tested], list[Part]]:
    """Compare the sides in a wave."""
    table = sides_of(claim, setting, wave)
    if not all(table.has(side, len(claim.items)) for side in (LEFT, RIGHT)):
        raise Unjudged("no_responses")
    test = tested(table, table.mean_of(LEFT) - table.mean_of(RIGHT))
    parts = [difference_part(test, name="wave", about=about)] if about else []
    sides = [
        share_part(table, table.mean_of(side), name=side, role="side", about=about) for side in (LEFT, RIGHT)
    ]
    return [test], [*parts, *sides]


def _of_items(
    claim: Claim, setting: Setting, wave: int, about: Mapping[str, str]
) -> tuple[list[Tested], list[Part]]:
    """Compare the first item with each of the others in a wave, on those who answered."""
    others = claim.against
    found = asked(claim, setting, wave, items=(claim.item, *others))
    table = table_of(found, found.survey, {"": {}})
    own = table.mean_of(items=(claim.item,))
    tests = [tested(table, own - table.mean_of(items=(item,))) for item in others]
    parts = [share_part(table, own, name=LEFT, role="side", about={**about, "item": claim.item})]
    for item, test in zip(others, tests, strict=True):
        here = {**about, "item": item}
        parts.append(share_part(table, table.mean_of(items=(item,)), name=RIGHT, role="side", about=here))
        if len(others) > 1 or about:
            parts.append(difference_part(test, name="against", about=here))
    return tests, parts


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
        right = complement(found, claim.left, setting.study)
    return claim.left, right


def gap(shares: Sequence[float], spread: float, df: float) -> str:
    """Return why a number cannot be judged, if it cannot."""
    if not np.isfinite(shares).all():
        return "no_responses"
    if not df >= MINIMUM_DF:
        return "few_degrees_of_freedom"
    return "" if np.isfinite(spread) else "zero_variance"
