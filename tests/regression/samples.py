"""Made-up answers for tests of regressions."""

import numpy as np
import pandas as pd

from barometri.study.codebook import Code, Codebook, Question
from barometri.survey import Survey, SurveyDesign

BLANK = -9004
CLUSTERED = SurveyDesign(weight="w", stratum="h", psu="unit", fpc="units")
ELEMENTS = SurveyDesign(weight="w", stratum="h", fpc="people")


def answers(n: int = 900, seed: int = 5) -> pd.DataFrame:
    """Answers of people in strata and units, with covariates of few values."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"h": generator.integers(0, 4, n), "unit": generator.integers(0, 12, n)})
    frame["w"] = generator.integers(1, 6, n) / 2
    frame["units"] = 40 + 10 * frame["h"]
    frame["people"] = 2000 + 100 * frame["h"]
    frame["side"] = generator.integers(1, 4, n)
    frame["k"] = generator.integers(0, 5, n)
    frame["woman"] = generator.integers(0, 2, n)
    eta = 0.3 * frame["k"] - 0.5 * (frame["side"] == 2) + 0.2 * frame["woman"] + 0.1 * (frame["unit"] - 6)
    frame["y"] = np.digitize(eta + generator.logistic(size=n), [-1.0, 0.0, 1.0, 2.0]) + 1
    frame["good"] = (frame["y"] >= 4).astype(int)
    frame["count"] = generator.poisson(np.exp(0.2 * frame["k"] - 0.3 * frame["woman"]))
    return frame


def question(name: str, ids: list[str], kind: str = "nominal", good: tuple[int, ...] = ()) -> Question:
    codes = tuple(Code(place, code, {}, {}) for place, code in enumerate(ids, start=1))
    return Question(name, "ordinal" if kind == "ordinal" else "nominal", {}, {}, codes, good=good)


def codebook() -> Codebook:
    questions = [
        question("side", ["north", "south", "east"]),
        question("y", ["very_badly", "badly", "between", "well", "very_well"], "ordinal", (4, 5)),
    ]
    return Codebook({own.id: own for own in questions})


def survey(design: SurveyDesign = CLUSTERED, frame: pd.DataFrame | None = None) -> Survey:
    return Survey(answers() if frame is None else frame, design, codebook=codebook())
