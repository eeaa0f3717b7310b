"""Which respondents describe the same place: the clusters of the analytic design."""

from collections.abc import Callable, Container, Mapping

import numpy as np
import numpy.typing as npt

from barometri.study.codes import LARGEST_MISSING
from barometri.study.study import Study

AnyArray = npt.NDArray[np.generic]
BoolArray = npt.NDArray[np.bool_]
LOCAL_LEVELS = ("organiser", "county")
"""Levels of an area whose people work under the same agreements."""


def same_place(
    study: Study, wave: int | None, read: Callable[[str], AnyArray], variables: Container[str]
) -> AnyArray | None:
    """Return a label of each respondent's place: the unit, else the one organiser, else district × group.

    Parameters
    ----------
    study
        Its roles say which variables these are.
    wave
        Year of the wave; roles may differ by wave.
    read
        Gives the values of a variable, shape (n,).
    variables
        Variables that the responses have.

    Returns
    -------
    numpy.ndarray or None
        Labels, shape (n,); none where the responses have neither unit nor area.
    """
    roles = {name: study.role(name, wave) for name in ("unit", "area", "area_level", "district", "group")}
    held = {name: read(variable) for name, variable in roles.items() if variable and variable in variables}
    if "unit" not in held and "area" not in held:
        return None
    rest = [held[name].astype(str) for name in ("district", "group") if name in held]
    n = len(next(iter(held.values())))
    joined = ["/".join(parts) for parts in zip(*rest, strict=True)] if rest else [""] * n
    labels = np.array(joined, dtype=object)
    if "area" in held:
        single = _single(study, held, roles["area_level"])
        labels = np.where(single, [f"area {area}" for area in held["area"]], labels)
    if "unit" in held:
        known = held["unit"].astype(np.float64) > LARGEST_MISSING
        labels = np.where(known, [f"unit {unit}" for unit in held["unit"]], labels)
    return labels.astype(object)


def one_organiser(
    study: Study, wave: int | None, read: Callable[[str], AnyArray], variables: Container[str]
) -> AnyArray | None:
    """Return the area of each respondent who describes exactly one organiser, else an empty text.

    Parameters
    ----------
    study, wave, read, variables
        As in `same_place`.

    Returns
    -------
    numpy.ndarray or None
        Shape (n,); none where the responses have no area.
    """
    roles = {name: study.role(name, wave) for name in ("area", "area_level")}
    held = {name: read(variable) for name, variable in roles.items() if variable and variable in variables}
    if "area" not in held:
        return None
    return np.where(_single(study, held, roles["area_level"]), held["area"], "").astype(object)


def _single(study: Study, held: Mapping[str, AnyArray], level: str) -> BoolArray:
    """Which respondents describe one area, of the level of an organiser where the level was asked."""
    single = np.array([isinstance(area, str) and area != "" and ";" not in area for area in held["area"]])
    if "area_level" in held:
        single &= np.isin(held["area_level"], _local(study, level))
    return single


def _local(study: Study, variable: str) -> list[int]:
    """Return the codes of levels of one place."""
    return [code.value for code in study.question(variable).substantive if code.id in LOCAL_LEVELS]
