"""How many of the people in the frame answered."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from barometri.errors import OptionError
from barometri.estimates import TOTAL, VALUE_COLUMNS, Estimates
from barometri.survey import Survey
from barometri.weighting.frame import Frame, frame_of

NAN = float("nan")
Labels = tuple[int, tuple[str, ...]]


def response_rates(survey: Survey, *, by: str | Sequence[str] | None = None) -> Estimates:
    """Return respondents as a share of the people in the frame of the wave.

    Parameters
    ----------
    survey
        With a study and a wave that has frame counts; all its respondents, whatever the domain.
    by
        Variables of the frame, or ones derived from them; crossed, with margins.

    Returns
    -------
    Estimates
        ``n`` is the number of people in the frame, the count ``k`` that of respondents. Both are known
        without error, so that there is no interval.

    Raises
    ------
    OptionError
        A wave without frame counts, or that counts only margins where cells are asked for; a variable that
        the frame does not know.

    Examples
    --------
    >>> import barometri as bm  # doctest: +SKIP
    >>> bm.response_rates(surveys[2021], by="group")  # doctest: +SKIP
    """
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    found = frame_of(survey, together=False)
    if found is None:
        raise OptionError("response_rates needs frame counts; the survey's wave has none. Add its frame.")
    labels = [_labels(name, found, survey) for name in names]
    people: dict[tuple[str, ...], float] = {}
    answered: dict[tuple[str, ...], float] = {}
    for cell, count, own in _cells(found, labels):
        for key in product(*((code, TOTAL) for code in cell)):
            people[key] = people.get(key, 0.0) + count
            answered[key] = answered.get(key, 0.0) + own
    order = [(*dict.fromkeys(codes), TOTAL) for _, codes in labels]
    keys = [key for key in product(*order) if people.get(key, 0.0) > 0]
    n, k = np.array([people[key] for key in keys]), np.array([answered[key] for key in keys])
    frame = pd.DataFrame({name: [key[place] for key in keys] for place, name in enumerate(names)})
    numbers = (k / n, NAN, NAN, NAN, n.astype(np.int64), n, np.inf, "count")
    for name, value in zip(VALUE_COLUMNS, numbers, strict=True):
        frame[name] = np.broadcast_to(np.asarray(value), len(keys)) if np.ndim(value) == 0 else value
    frame["method"] = frame["method"].astype(object)
    return Estimates(
        frame,
        np.full((len(keys), len(keys)), np.nan),
        names,
        "proportion",
        survey.coded.words,
        pd.DataFrame({"k": k}),
    )


def _labels(name: str, frame: Frame, survey: Survey) -> Labels:
    """Return which variable of the frame a name is about, and the code for each of its categories."""
    if name in frame.variables:
        place = frame.variables.index(name)
        return place, frame.ids[place]
    codebook = survey.codebook
    rule = codebook[name].derived if codebook is not None and name in codebook else None
    if rule is None or rule.source not in frame.variables:
        raise OptionError(f"{name!r}: the frame counts {', '.join(frame.variables)}. Choose among them.")
    place = frame.variables.index(rule.source)
    mapping: Mapping[str, str] = rule.mapping
    return place, tuple(mapping[code] for code in frame.ids[place])


def _cells(frame: Frame, labels: Sequence[Labels]) -> list[tuple[tuple[str, ...], float, float]]:
    """Return people and respondents by cell of the labelled variables, cells still apart."""
    if frame.crossed is not None:
        respondents = frame.respondents
        return [
            (
                tuple(codes[cell[place]] for place, codes in labels),
                float(frame.crossed[cell]),
                float(respondents[cell]),
            )
            for cell in np.ndindex(*frame.shape)
        ]
    if len({place for place, _ in labels}) > 1:
        raise OptionError("by: the frame counts margins only; ask for one variable.")
    place = labels[0][0] if labels else 0
    answered = frame.answered(place)
    return [
        (tuple(codes[category] for _, codes in labels), float(count), float(answered[category]))
        for category, count in enumerate(frame.margins[place])
    ]
