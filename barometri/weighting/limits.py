"""How unequal weights are, and limits for them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.inference.moments import effective_size
from barometri.survey import Survey
from barometri.survey.adjustments import Trimming
from barometri.weighting.adjusting import adjusted

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeightsSummary:
    """How unequal the weights of a domain are.

    Parameters
    ----------
    n
        Number of people.
    total
        Sum of the weights.
    minimum, median, maximum
        Of the weights.
    max_to_median
        Largest weight over the median; above 5 trimming is worth a thought.
    effective_n
        Kish's ``(sum w)² / sum w²``.
    deff
        What unequal weights alone do to a variance, ``n / effective_n``.
    design
        The design in words.
    """

    n: int
    total: float
    minimum: float
    median: float
    maximum: float
    max_to_median: float
    effective_n: float
    deff: float
    design: str


def trim(
    survey: Survey,
    *,
    lower: float = 0.0,
    upper: float = np.inf,
    unit: Literal["weight", "median"] = "weight",
    repeat: bool = True,
) -> Survey:
    """Cut weights at limits and share what was cut off equally among the others.

    Parameters
    ----------
    survey
        All its respondents, whatever the domain.
    lower, upper
        Limits.
    unit
        Whether limits are weights, or multiples of the ``median`` weight.
    repeat
        Whether weights that the sharing pushed over a limit are cut again.

    Returns
    -------
    Survey
        Its design names the limits in words; totals of an earlier calibration hold only nearly.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"w": [1.0, 1.0, 8.0]}), SurveyDesign(weight="w"))
    >>> trim(survey, upper=5).coded.weight, trim(survey, upper=5).coded.words
    (array([2.5, 2.5, 5. ]), 'no strata, elements, weights w, no FPC, trimmed at 5')
    """
    check_option("unit", unit, ("weight", "median"))
    scale = float(np.median(survey.coded.weight)) if unit == "median" else 1.0
    return adjusted(survey, Trimming(lower * scale, upper * scale, repeat))


def weights_summary(survey: Survey) -> WeightsSummary:
    """Describe the weights of a domain: size, spread, and what they cost.

    Parameters
    ----------
    survey
        Its domain limits who counts.

    Returns
    -------
    WeightsSummary
        A frozen record.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"w": [1.0, 1.0, 2.0]}), SurveyDesign(weight="w"))
    >>> weights_summary(survey).max_to_median
    2.0
    """
    weight = survey.coded.weight
    weight = weight if survey.mask is None else weight[survey.mask]
    if len(weight) == 0:
        raise OptionError("The domain holds nobody, so it has no weights.")
    kish = float(effective_size(weight.sum(), (weight**2).sum()))
    low, middle, high = (float(value) for value in np.quantile(weight, [0, 0.5, 1]))
    return WeightsSummary(
        n=len(weight),
        total=float(weight.sum()),
        minimum=low,
        median=middle,
        maximum=high,
        max_to_median=high / middle,
        effective_n=kish,
        deff=len(weight) / kish,
        design=survey.coded.words,
    )


def weights(survey: Survey) -> FloatArray:
    """Return the final weight of every respondent, in the order of the rows, shape (n,).

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> weights(Survey(pd.DataFrame({"x": [1.0, 2.0]}), SurveyDesign(weight="equal")))
    array([1., 1.])
    """
    return survey.coded.weight.copy()
