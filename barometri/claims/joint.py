"""Claims that groups differ in some item, none of which is named: one test an item, Holm over the items."""

from collections.abc import Mapping
from math import comb

import numpy as np

from barometri.claims.records import LEVEL, Measure, Setting, Unjudged
from barometri.claims.respondents import asked
from barometri.claims.shares import Table, share_part, table_of, tested
from barometri.claims.splitting import split
from barometri.claims.union import cells_of
from barometri.inference.intervals import t_quantile
from barometri.inference.multiplicity import holm
from barometri.inference.tested import HypothesisTest
from barometri.results import Part
from barometri.study.claim import Claim
from barometri.testing import rao_scott

_UNTESTED: Mapping[str, str] = {
    "one_row_or_column": "nothing_to_compare",
    "no_variance": "zero_variance",
    "variance_unknown": "zero_variance",
}
"""Reasons of a test that claims have words of their own for."""


def joint(claim: Claim, setting: Setting) -> Measure:
    """Return the largest spread of shares of the item that differs most clearly between codes.

    Per item Rao and Scott's second-order F; the p value is the smallest after Holm. The spread is the highest
    share minus the lowest, its interval made for all pairs of codes (Bonferroni), since the pair is chosen
    after the answers were seen. Parts: ``item``, the F of each item; ``code``, the shares of the item shown.

    Raises
    ------
    Unjudged
        Every test was refused; the reason is that of the first item.
    """
    found = asked(claim, setting, claim.wave)
    survey, column, who = split(found, setting, claim.by)
    tests = {item: rao_scott(survey, column, name) for item, name in found.items.items()}
    p_values = [test.p_value for test in tests.values()]
    if np.isnan(p_values).all():
        raise Unjudged(_reason(next(iter(tests.values()))))
    adjusted = dict(zip(tests, holm(p_values).tolist(), strict=True))
    item = list(tests)[int(np.nanargmin(p_values))]
    table = table_of(found, survey, who, column)
    return _spread(claim, table, item, tests, adjusted)


def _spread(
    claim: Claim, table: Table, item: str, tests: Mapping[str, HypothesisTest], adjusted: Mapping[str, float]
) -> Measure:
    """Return the spread of one item, the tests of all under it."""
    codes = [key[2] for key in table.keys if key[1] == item]
    weights = {code: table.mean_of(code, items=(item,)) for code in codes}
    order = sorted(codes, key=lambda code: float(weights[code] @ table.value))
    found = tested(table, weights[order[-1]] - weights[order[0]])
    if found.reason:
        raise Unjudged(found.reason)
    half = float(t_quantile(found.df, LEVEL / 2 / comb(len(codes), 2))) * found.se
    parts = [_f(table, name, test, adjusted[name]) for name, test in tests.items()]
    parts += [
        share_part(table, weights[code], name="code", role="side", about={"item": item, claim.by: code})
        for code in codes
    ]
    return Measure(
        found.estimate,
        found.se,
        max(found.estimate - half, 0.0),
        found.estimate + half,
        tests[item].n,
        found.df,
        adjusted[item],
        as_claimed=True,
        method="rao_scott_f/holm",
        parts=tuple(parts),
        cells=cells_of(parts),
    )


def _f(table: Table, item: str, test: HypothesisTest, adjusted: float) -> Part:
    """Return the test of an item, resting on its shares in every code."""
    cells = tuple(cell for cell, key in zip(table.cells, table.keys, strict=True) if key[1] == item)
    return Part(
        "item",
        "test",
        test.statistic,
        n=test.n,
        df=test.denominator_df,
        p_value=test.p_value,
        adjusted_p=adjusted,
        scale="test",
        about={"item": item},
        cells=cells,
    )


def _reason(test: HypothesisTest) -> str:
    """Return why a test was refused or cannot be made, as a key of the texts."""
    found = test.reason.partition(":")[2]
    return _UNTESTED.get(found, found)
