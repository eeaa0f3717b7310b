"""Small areas that add up to the figures of the groups they make up."""

from collections.abc import Hashable, Mapping
from dataclasses import replace

import numpy as np
from scipy import special

from barometri.errors import OptionError, check_option
from barometri.inference.area_variances import BENCHMARK_METHODS, BenchmarkMethod, benchmark
from barometri.small_area.model import SmallAreas


def benchmark_areas(
    areas: SmallAreas,
    *,
    groups: Mapping[Hashable, Hashable],
    shares: Mapping[Hashable, float],
    targets: Mapping[Hashable, float],
    method: BenchmarkMethod = "least_change",
) -> SmallAreas:
    """Make the areas of each group add up to the group's own figure.

    Parameters
    ----------
    areas
        Small area estimates.
    groups
        Area to group, for instance county to district.
    shares
        Area to its factor in the group's figure: population counts where the targets are totals, the area's
        share of the group's population where they are means.
    targets
        Group to its figure, for instance the direct estimates of districts.
    method
        ``least_change`` (most where the error is largest) or ``ratio``.

    Returns
    -------
    SmallAreas
        ``estimate`` adjusted, ``unadjusted`` beside it; ``mse`` grows by the square of the adjustment (You,
        Rao and Hidiroglou 2013, Survey Methodology 39, 217-230), and the interval with it.

    Raises
    ------
    OptionError
        An area without group or share.
    DesignError
        A group without weight.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.small_area import fay_herriot
    >>> table = pd.DataFrame({"area": list("abcde"), "direct": [1.0, 3, 2, 6, 4], "variance": [0.5] * 5})
    >>> found = fay_herriot(table, area="area")
    >>> one = dict.fromkeys("abcde", "all")
    >>> made = benchmark_areas(found, groups=one, shares=dict.fromkeys("abcde", 0.2), targets={"all": 4.0})
    >>> round(float(made.frame["estimate"].mean()), 12)
    4.0
    """
    check_option("method", method, BENCHMARK_METHODS)
    frame = areas.frame.copy()
    keys = frame.iloc[:, 0].tolist()
    lacking = [key for key in keys if key not in groups or key not in shares]
    if lacking:
        message = f"{len(lacking)} areas have no group or share, the first is {lacking[0]!r}. Complete both."
        raise OptionError(message)
    order = list(dict.fromkeys(groups[key] for key in keys))
    before = frame["estimate"].to_numpy(dtype=np.float64)
    after = benchmark(
        before,
        [shares[key] for key in keys],
        [order.index(groups[key]) for key in keys],
        [targets.get(group, np.nan) for group in order],
        mse=frame["mse"].to_numpy(dtype=np.float64),
        method=method,
    )
    moved = after - before
    frame["estimate"], frame["mse"] = after, frame["mse"] + moved**2
    wider = np.sqrt(frame["mse"]) - frame["se"]
    z = float(-special.ndtri((1 - areas.level) / 2))
    frame["ci_low"] += moved - z * wider
    frame["ci_high"] += moved + z * wider
    frame["se"] = np.sqrt(frame["mse"])
    frame["unadjusted"] = before
    return replace(areas, frame=frame, method=f"{areas.method}, benchmarked by {method}")
