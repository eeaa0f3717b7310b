"""k-anonymity: how many people share the key variables of a wave, in counts only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import AnonymityError
from barometri.study.codes import LARGEST_MISSING
from barometri.study.study import Study

SMALL: Final = 5
"""A class of fewer people is small."""

Values = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class ClassReport:
    """How many people share their key variables.

    ``k`` is the size of the smallest class, ``uniques`` counts people alone in theirs, ``in_small`` people in
    classes under five. ``diversity`` is, for each sensitive question, the least number of different answers
    given in any class (l-diversity).
    """

    variables: tuple[str, ...]
    n: int
    classes: int
    k: int
    uniques: int
    in_small: int
    diversity: Mapping[str, int] = field(default_factory=dict)


def count_classes(
    keys: Mapping[str, Values], sensitive: Mapping[str, tuple[Values, npt.NDArray[np.bool_]]] | None = None
) -> ClassReport:
    """Count the classes of people with the same key variables.

    Parameters
    ----------
    keys
        Name to values, one a person; a missing answer is a value like others. At least one name.
    sensitive
        Name to values and to whether each is an answer: who did not answer tells nothing.

    Returns
    -------
    ClassReport
        Counts.

    Examples
    --------
    >>> report = count_classes({"side": np.array([1, 1, 1, 2]), "age": np.array([3, 3, 4, 3])})
    >>> report.classes, report.k, report.uniques, report.in_small
    (3, 1, 2, 4)
    """
    classes = _classes(list(keys.values()))
    sizes = np.bincount(classes)
    diversity = {
        name: _least_different(classes[answered], values[answered])
        for name, (values, answered) in (sensitive or {}).items()
    }
    return ClassReport(
        tuple(keys),
        len(classes),
        len(sizes),
        int(sizes.min()) if len(sizes) else 0,
        int((sizes == 1).sum()),
        int(sizes[sizes < SMALL].sum()),
        diversity,
    )


def wave_classes(frame: pd.DataFrame, study: Study) -> ClassReport | None:
    """Count the classes of one wave's responses by the key variables it asked; ``None`` without any."""
    rules = study.anonymity
    keys = {name: frame[name].to_numpy() for name in rules.key_variables if name in frame}
    if not keys:
        return None
    sensitive = {
        name: (values := frame[name].to_numpy(), _answered(values))
        for name in rules.sensitive
        if name in frame
    }
    return count_classes(keys, sensitive)


def check_classes(frame: pd.DataFrame, study: Study, file: str) -> None:
    """Refuse a wave in which fewer people share their key variables than the study declares.

    Raises
    ------
    AnonymityError
        With code E40, in counts.
    """
    minimum = study.anonymity.minimum_k
    report = wave_classes(frame, study) if minimum else None
    if report is not None and report.k < minimum:
        raise AnonymityError(
            f"{file}: {report.k} people share their key variables ({', '.join(report.variables)}) in the "
            f"smallest of {report.classes} classes, at least {minimum} were expected (minimum_k_anonymity in "
            "study.toml). Coarsen the variables at their source.",
            code="E40",
        )


def _classes(columns: Sequence[Values]) -> npt.NDArray[np.int64]:
    """Return the class of each person, numbered from 0."""
    classes = np.zeros(len(columns[0]), dtype=np.int64)
    for values in columns:
        codes, levels = pd.factorize(values, use_na_sentinel=False)
        classes = np.unique(classes * len(levels) + codes, return_inverse=True)[1].reshape(-1)
    return classes


def _least_different(classes: npt.NDArray[np.int64], values: Values) -> int:
    """Return the least number of different values of any class; 0 without values."""
    if not len(values):
        return 0
    codes = pd.factorize(values)[0]
    pairs = np.unique(np.stack([classes, codes]), axis=1)
    counts = np.bincount(pairs[0])
    return int(counts[counts > 0].min())


def _answered(values: Values) -> npt.NDArray[np.bool_]:
    if values.dtype.kind == "f":
        return ~np.isnan(values.astype(np.float64))
    if values.dtype.kind == "i":
        return values.astype(np.int64) > LARGEST_MISSING
    return np.array([bool(value) for value in values], dtype=np.bool_)
