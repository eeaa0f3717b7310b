"""Effects of sums of shares over waves, with the shares that they can be reckoned back to."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.change.combining import Combination
from barometri.change.waves import Line, WaveShares
from barometri.estimates import Effect
from barometri.inference.tested import NAN, HypothesisTest
from barometri.testing.effects import adjusted_effects, effect_of_test

FloatArray = npt.NDArray[np.float64]
FEW_WAVES: Final = "few_waves"
METHOD: Final = "t/taylor"


def effect_of(
    shares: WaveShares,
    name: str,
    weights: FloatArray,
    *,
    about: Mapping[str, str],
    null: str,
    adjusted_for: Sequence[str] = (),
    level: float = 0.95,
    detail: Mapping[str, float] | None = None,
) -> Effect:
    """Return the effect that is one weighted sum of shares; NaN with the reason where there is none."""
    found = shares.combine(weights, level=level)
    return shown(
        shares, name, found, weights, about=about, null=null, adjusted_for=adjusted_for, detail=detail
    )


def shown(
    shares: WaveShares,
    name: str,
    found: Combination,
    weights: FloatArray,
    *,
    about: Mapping[str, str],
    null: str,
    adjusted_for: Sequence[str] = (),
    detail: Mapping[str, float] | None = None,
) -> Effect:
    """Return the effect of a number that is known already."""
    cells = shares.cells(weights)
    known = not found.reason
    return Effect(
        name=name,
        estimate=found.estimate if known else NAN,
        se=found.se if known else NAN,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        n=found.n,
        df=found.df,
        p_value=found.p_value,
        method=METHOD if known else f"not_estimable:{found.reason}",
        null=null,
        adjusted_for=tuple(adjusted_for),
        k_low=min((cell.n for cell in cells), default=0),
        detail=dict(detail or {}),
        about=dict(about),
        cells=cells,
    )


def joint_effect(
    shares: WaveShares,
    name: str,
    test: HypothesisTest,
    weights: FloatArray,
    *,
    about: Mapping[str, str],
) -> Effect:
    """Return the effect that is a joint test: its number is F."""
    return effect_of_test(name, test, shares.cells(weights), about, method="wald_f/taylor")


def nothing(name: str, reason: str, *, about: Mapping[str, str], null: str) -> Effect:
    """Return an effect that cannot be estimated, with its reason."""
    return Effect(name, NAN, NAN, NAN, NAN, 0, NAN, NAN, f"not_estimable:{reason}", null, about=dict(about))


def within_names(effects: Sequence[Effect], names: Sequence[str]) -> tuple[Effect, ...]:
    """Adjust the p values of the effects of each of some names by Holm, in place."""
    result = list(effects)
    for name in names:
        places = [place for place, effect in enumerate(result) if effect.name == name]
        for place, effect in zip(places, adjusted_effects([result[place] for place in places]), strict=True):
            result[place] = effect
    return tuple(result)


def marked_about(line: Line, about: Mapping[str, str], waves: Collection[int] = ()) -> dict[str, str]:
    """Return what an effect is about, marked where one of its waves (all of the line's) is only similar."""
    marks = [mark for year, mark in zip(line.waves, line.marks, strict=True) if not waves or year in waves]
    plain = {name: value for name, value in about.items() if name != "mark"}
    return {**plain, "mark": "similar"} if "similar" in marks else plain
