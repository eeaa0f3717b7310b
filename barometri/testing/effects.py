"""Tests as effects of a table: their number is the statistic, and families of them are adjusted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from barometri.estimates import Cell, Effect
from barometri.inference.multiplicity import adjust_p_values
from barometri.inference.tested import NAN, HypothesisTest


def effect_of_test(
    name: str, test: HypothesisTest, cells: Sequence[Cell], about: Mapping[str, str], *, method: str = ""
) -> Effect:
    """Return the effect that is a test.

    Parameters
    ----------
    name
        Name of the measure.
    test
        The test; where it has a reason not to be estimable, that is its method.
    cells
        Shares that it can be reckoned back to.
    about
        What it is about, by variable.
    method
        Method of the statistic and of its variance; by default the test's own with linearised variances.
    """
    return Effect(
        name=name,
        estimate=test.statistic,
        se=NAN,
        ci_low=NAN,
        ci_high=NAN,
        n=test.n,
        df=test.denominator_df,
        p_value=test.p_value,
        method=test.reason or method or f"{test.method}/taylor",
        null=test.null,
        k_low=min((cell.n for cell in cells), default=0),
        detail={"numerator_df": test.df, **test.detail},
        about=dict(about),
        cells=tuple(cells),
    )


def adjusted_effects(effects: Sequence[Effect]) -> list[Effect]:
    """Adjust the p values of a family of effects by Holm."""
    adjusted = adjust_p_values([effect.p_value for effect in effects])
    return [replace(effect, adjusted_p=float(p)) for effect, p in zip(effects, adjusted, strict=True)]
