"""Separated answers are never printed as estimates, and overlapping ones never refused.

    python -m benchmarks.separation                          print the page
    python -m benchmarks.separation --output docs/separation.md

Sets are made so that their state is known without the check that is tried: separated ones by a line, by a
level of one answer or by an interaction; overlapping ones by having, in every pattern of
the covariates, every answer at least once, be it one in thirty. Half of the fits are logistic, half ordinal.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from barometri.regression import logistic_regression, ordinal_regression
from barometri.regression.records import RegressionFit
from barometri.survey import Survey, SurveyDesign

SETS: Final = 200
_TOP: Final = 3
Maker = Callable[[np.random.Generator, int], tuple[pd.DataFrame, str]]


def _noise(rng: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame({"z": rng.normal(size=n), "g": rng.integers(0, 3, n), "w": rng.uniform(1, 4, n)})


def _answers(rng: np.random.Generator, n: int, top: int) -> np.ndarray:
    return rng.permutation(np.r_[np.arange(top + 1), rng.integers(0, top + 1, n - top - 1)])


def by_a_line(rng: np.random.Generator, top: int) -> tuple[pd.DataFrame, str]:
    """Answers rise with a sum of two covariates, without exception."""
    frame = _noise(rng, int(rng.integers(30, 200)))
    frame["x"] = rng.normal(size=len(frame))
    place = frame["x"] + frame["z"] * float(rng.uniform(0.2, 2))
    frame["y"] = pd.qcut(place, top + 1, labels=False)
    return frame, "y ~ x + z + C(g)"


def by_a_level(rng: np.random.Generator, top: int) -> tuple[pd.DataFrame, str]:
    """All with a level gave the top answer; sometimes they are two."""
    frame = _noise(rng, int(rng.integers(40, 200)))
    frame["y"] = _answers(rng, len(frame), top)
    few = rng.choice(len(frame), int(rng.choice([2, 5, 12])), replace=False)
    frame["x"] = 0
    frame.loc[few, "x"] = 1
    frame.loc[few, "y"] = top
    return frame, "y ~ C(x) + z + C(g)"


def by_an_interaction(rng: np.random.Generator, top: int) -> tuple[pd.DataFrame, str]:
    """All in one cell of two factors gave the lowest answer."""
    frame = _noise(rng, int(rng.integers(80, 200)))
    frame["x"] = rng.integers(0, 2, len(frame))
    frame["y"] = _answers(rng, len(frame), top)
    frame.loc[(frame["x"] == 1) & (frame["g"] == 1), "y"] = 0
    return frame, "y ~ C(x) * C(g)"


def overlapping(rng: np.random.Generator, top: int) -> tuple[pd.DataFrame, str]:
    """Every pattern has every answer, most of them rarely."""
    patterns = [(x, z, g) for x in (0, 1) for z in (-1.0, 0.5, 2.0) for g in (0, 1, 2)]
    rows = []
    for pattern in patterns:
        usual = int(rng.integers(0, top + 1))
        answers = [*range(top + 1), *([usual] * int(rng.integers(0, 30)))]
        rows += [(*pattern, answer, float(rng.uniform(1, 4))) for answer in answers]
    return pd.DataFrame(rows, columns=["x", "z", "g", "y", "w"]), "y ~ C(x) + z + C(g)"


SEPARATED: Final[tuple[Maker, ...]] = (by_a_line, by_a_level, by_an_interaction)


def fits(makers: tuple[Maker, ...], rng: np.random.Generator) -> Iterator[tuple[str, RegressionFit]]:
    """Fit set after set, every kind in turn, logistic and ordinal."""
    while True:
        for maker in makers:
            for top, regress in ((1, logistic_regression), (_TOP, ordinal_regression)):
                frame, formula = maker(rng, top)
                survey = Survey(frame, SurveyDesign(weight="w"))
                yield maker.__name__.replace("_", " "), regress(survey, formula)


def is_refused(fit: RegressionFit) -> bool:
    """Whether no number of a fit is printed, with its reason."""
    numbers = fit.table()[["estimate", "se", "p_value"]].to_numpy(dtype=np.float64)
    return fit.reason.startswith("not_estimable") and bool(np.isnan(numbers).all())


def main(arguments: list[str] | None = None) -> int:
    """Count refusals of separated and of overlapping sets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", type=int, default=SETS, help="sets of either kind")
    parser.add_argument("--output", type=Path, help="page to write")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    tried: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for kind, fit in islice(fits(SEPARATED, rng), options.sets):
        tried[kind] += 1
        refused[kind] += is_refused(fit)
    overlap = [fit for _, fit in islice(fits((overlapping,), rng), options.sets)]
    wrong = sum(fit.reason != "" or not np.isfinite(fit.coefficients).all() for fit in overlap)
    found = sum(refused.values())
    passed = {True: "yes", False: "no"}
    lines = ["# Separated answers", "", "| what | figure | gate | pass |", "| --- | --- | --- | --- |"]
    lines += [f"| separated {kind}: refused | {refused[kind]} of {tried[kind]} | | |" for kind in tried]
    good = found == options.sets, wrong == 0
    lines.append(f"| separated: refused | {found} of {options.sets} | all | {passed[good[0]]} |")
    lines.append(f"| overlapping: refused | {wrong} of {options.sets} | 0 | {passed[good[1]]} |")
    text = "\n".join([*lines, ""])
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
