"""Time the regional table with standard errors against its floor, as ratios in one run.

The floor is what no implementation can be below: the bincounts of the sums alone, on codes already integers.
pandas' own group-by of the same sums stands beside it.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import barometri as bm


def responses(size: int, *, seed: int = 2021) -> pd.DataFrame:
    """Make responses of a clustered survey: 5 districts, 4 groups, strata of both, 2,000 clusters."""
    rng = np.random.default_rng(seed)
    district, group = rng.integers(0, 5, size), rng.integers(0, 4, size)
    return pd.DataFrame(
        {
            "district": district,
            "group": group,
            "stratum": district * 4 + group,
            "psu": rng.integers(0, 100, size),
            "weight": rng.uniform(1, 4, size),
            "good": rng.integers(0, 2, size).astype(float),
        }
    )


def best(call: Callable[[], object], *, repeats: int) -> float:
    """Return the least wall time of several calls, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print one line a size: the package, its floor and pandas, as ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    sys.stdout.write("rows        ours/floor  ours/pandas  peak MB\n")
    for size in options.sizes:
        frame = responses(size)
        design = bm.SurveyDesign(weight="weight", stratum="stratum", psu="psu")
        survey = bm.Survey(frame, design)
        cell = (
            (frame["stratum"] * 100 + frame["psu"]) * 20 + frame["district"] * 4 + frame["group"]
        ).to_numpy()
        w, wy = frame["weight"].to_numpy(), (frame["weight"] * frame["good"]).to_numpy()
        keys = [frame["stratum"], frame["psu"], frame["district"], frame["group"]]
        table = frame.assign(wy=wy)[["weight", "wy"]]
        ours = best(lambda s=survey: bm.mean(s, "good", by=["district", "group"]), repeats=options.repeats)
        floor = best(
            lambda c=cell, a=w, b=wy: (np.bincount(c), np.bincount(c, a), np.bincount(c, b)),
            repeats=options.repeats,
        )
        peer = best(lambda t=table, k=keys: t.groupby(k).sum(), repeats=options.repeats)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(f"{size:<11,} {ours / floor:>10.1f} {ours / peer:>12.2f} {peak:>8.0f}\n")


if __name__ == "__main__":
    main()
