"""What a wave's frame counts say, as arrays: people and respondents by category of the frame's variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError
from barometri.study.waves import FrameCount, Wave
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """Frame counts of a wave, with the respondents counted alike.

    Parameters
    ----------
    variables
        Variables of the frame that the responses have.
    ids
        Categories of each: the codes that the wave puts together, in codebook order.
    values
        The codes of each category.
    codes
        Category of every respondent by variable, shape (n, V).
    crossed
        People by cell, shape of the categories; none where only margins are known.
    margins
        People by category of each variable.
    """

    variables: tuple[str, ...]
    ids: tuple[tuple[str, ...], ...]
    values: tuple[tuple[tuple[int, ...], ...], ...]
    codes: IntArray
    crossed: FloatArray | None
    margins: tuple[FloatArray, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of categories of each variable."""
        return tuple(len(own) for own in self.ids)

    @property
    def cell(self) -> IntArray:
        """Number of every respondent's cell, shape (n,)."""
        return np.asarray(np.ravel_multi_index(tuple(self.codes.T), self.shape), dtype=np.int64)

    @property
    def respondents(self) -> IntArray:
        """Respondents by cell, shape of the categories."""
        size = int(np.prod(self.shape))
        return np.bincount(self.cell, minlength=size).reshape(self.shape)

    def answered(self, place: int) -> IntArray:
        """Respondents by category of one variable."""
        return np.bincount(self.codes[:, place], minlength=self.shape[place])


def in_frame(wave: Wave) -> int:
    """Return the number of people in a wave's frame, whom a frame of margins counts once a variable."""
    if not wave.frame:
        return 0
    name = next(iter(wave.frame[0].stratum))
    return sum(row.count for row in wave.frame if name in row.stratum)


def frame_of(survey: Survey, *, together: bool = True) -> Frame | None:
    """Return the frame counts of a survey's wave; none where there are none that weights can follow.

    Parameters
    ----------
    survey
        With a study and a wave.
    together
        Whether codes that the wave puts together are one category.

    Raises
    ------
    DesignError
        Respondents of a category that the frame does not count.
    """
    study = survey.study
    wave = None if study is None or survey.wave is None else study.waves.get(survey.wave)
    if study is None or wave is None or not wave.frame or survey.is_lazy:
        return None
    names = [name for name in wave.design.stratum if name in survey.variables]
    names = [name for name in names if any(name in row.stratum for row in wave.frame)]
    if not names or max(len(wave.design.psu), len(wave.design.fpc)) > 1:
        return None
    found = [_categories(name, survey, wave, together=together) for name in names]
    places = [{code: place for place, own in enumerate(ids) for code in own} for ids, _, _ in found]
    crossed = _crossed(wave.frame, names, places, [len(ids) for ids, _, _ in found])
    margins = [
        _margin(wave.frame, name, own, len(ids))
        for name, own, (ids, _, _) in zip(names, places, found, strict=True)
    ]
    return Frame(
        tuple(names),
        tuple(tuple("+".join(own) for own in ids) for ids, _, _ in found),
        tuple(values for _, values, _ in found),
        np.column_stack([codes for _, _, codes in found]),
        crossed,
        tuple(margins),
    )


def _categories(
    name: str, survey: Survey, wave: Wave, *, together: bool
) -> tuple[list[tuple[str, ...]], tuple[tuple[int, ...], ...], IntArray]:
    """Return the categories of a variable by ids and by values, and everybody's."""
    question = survey.question(name)
    if question is None:
        raise DesignError(f"{name} is in the frame of wave {wave.year} and has no codebook entry. Add it.")
    counted = {row.stratum[name] for row in wave.frame if name in row.stratum}
    joined = [tuple(own) for own in wave.collapse] if together else []
    ids: list[tuple[str, ...]] = []
    for code in question.substantive:
        own = next((other for other in joined if code.id in other), (code.id,))
        if own not in ids and counted & set(own):
            ids.append(own)
    values = tuple(tuple(question.code(code).value for code in own) for own in ids)
    known, where = np.unique(survey.values(name), return_inverse=True)
    place = {value: i for i, own in enumerate(values) for value in own}
    codes = np.array([place.get(value, -1) for value in known.tolist()], dtype=np.int64)[where.ravel()]
    outside = int((codes < 0).sum())
    if outside:
        raise DesignError(
            f"{name}: {outside} respondents belong to no category that the frame of waves/{wave.year}.toml "
            "counts. Add its count."
        )
    return ids, values, codes


def _crossed(
    rows: Sequence[FrameCount],
    names: Sequence[str],
    places: Sequence[Mapping[str, int]],
    shape: Sequence[int],
) -> FloatArray | None:
    """Return people by cell, where every row of the frame says all variables."""
    if not all(set(names) <= set(row.stratum) for row in rows):
        return None
    people = np.zeros(tuple(shape))
    for row in rows:
        cell = tuple(own[row.stratum[name]] for name, own in zip(names, places, strict=True))
        people[cell] += row.count
    return people


def _margin(rows: Sequence[FrameCount], name: str, places: Mapping[str, int], size: int) -> FloatArray:
    """Return people by category of a variable; a frame of margins counts everybody once a variable."""
    people = np.zeros(size)
    fewest = min(len(row.stratum) for row in rows if name in row.stratum)
    for row in rows:
        if name in row.stratum and len(row.stratum) == fewest:
            people[places[row.stratum[name]]] += row.count
    return people


def answering(frame: Frame) -> Frame:
    """Return the frame without categories in which nobody answered: nothing can stand for them."""
    kept = [np.flatnonzero(frame.answered(place) > 0) for place in range(len(frame.variables))]
    if all(len(own) == size for own, size in zip(kept, frame.shape, strict=True)):
        return frame
    crossed, margins = frame.crossed, [own[place] for own, place in zip(frame.margins, kept, strict=True)]
    if crossed is not None:
        crossed = crossed[np.ix_(*kept)]
        axes = range(crossed.ndim)
        margins = [crossed.sum(axis=tuple(a for a in axes if a != place)) for place in axes]
    codes = [np.searchsorted(own, frame.codes[:, place]) for place, own in enumerate(kept)]
    return Frame(
        frame.variables,
        tuple(tuple(ids[i] for i in own) for ids, own in zip(frame.ids, kept, strict=True)),
        tuple(tuple(values[i] for i in own) for values, own in zip(frame.values, kept, strict=True)),
        np.column_stack(codes),
        crossed,
        tuple(margins),
    )
