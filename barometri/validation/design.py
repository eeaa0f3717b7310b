"""The wave's design in columns: weights, strata and their frame counts."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from barometri.errors import ValidationError
from barometri.study.codebook import Question
from barometri.study.codes import LARGEST_MISSING
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.validation.report import STRATUM, WEIGHT, DesignColumns

LARGE_RATIO = 100
_SHOWN = 5
Stratum = tuple[str, ...]


class DesignCheck:
    """Checks the design of one wave and writes its columns into the harmonised responses.

    Parameters
    ----------
    frame
        Harmonised responses; ``_weight`` and ``_stratum`` are added to it.
    study, wave
        What the study says of them.
    """

    def __init__(self, frame: pd.DataFrame, study: Study, wave: Wave, file: str) -> None:
        self.frame = frame
        self.study = study
        self.wave = wave
        self.file = file
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.weight_ratio: float | None = None

    def columns(self) -> DesignColumns:
        """Return the design by column.

        Raises
        ------
        ValidationError
            Unusable weights (E30), respondents outside the frame (E30), a stratum with one unit (E31).
        """
        design = self.wave.design
        names = self.present(design.stratum, "stratum")
        psu = self.present(design.psu, "psu")
        fpc = self.present(design.fpc, "fpc")
        self.complete((*names, *psu))
        several = max(len(psu), len(fpc)) > 1
        strata = self.strata(names[:1] if several else names)  # with several stages each names its own
        sizes = Counter(strata)
        if not several and self.counts_margins(names):
            return self.by_margins(names, psu, fpc)
        counts = {} if several else self.frame_counts(names)
        self.check_counts(counts, sizes)
        if design.weight:
            self.declared_weights(design.weight)
        elif counts:
            self.frame[WEIGHT] = [counts[stratum] / sizes[stratum] for stratum in strata]
        elif fpc:
            return DesignColumns("", self.stratum_columns(names, strata), psu, fpc, design.single_psu)
        else:
            self.notes.append("no design information: neither weights nor frame counts")
            return DesignColumns("equal", (), psu, (), design.single_psu)
        self.tell_ratio()
        if not fpc:  # a stratum that was taken whole has no variance; the estimate knows
            self.check_single(strata, psu)
        return DesignColumns(WEIGHT, self.stratum_columns(names, strata), psu, fpc, design.single_psu)

    def counts_margins(self, names: Sequence[str]) -> bool:
        """Whether the frame counts variables one by one, and not the cells that they make."""
        design, rows = self.wave.design, self.wave.frame
        return not design.weight and any(not set(names) <= set(row.stratum) for row in rows)

    def by_margins(self, names: Sequence[str], psu: tuple[str, ...], fpc: tuple[str, ...]) -> DesignColumns:
        """Give everybody one weight, which the margins then change; nobody was drawn by stratum."""
        people = 0
        for name in names:
            own = [row for row in self.wave.frame if name in row.stratum]
            counts: Counter[Stratum] = Counter()
            for row in own:
                counts[self.collapsed(row.stratum[name]),] += row.count
            self.check_counts(dict(counts), Counter(self.strata((name,))) if own else {})
            people = max(people, sum(counts.values()))
        self.frame[WEIGHT] = np.full(len(self.frame), people / len(self.frame))
        self.tell_ratio()
        return DesignColumns(WEIGHT, (), psu, fpc, self.wave.design.single_psu)

    def fail(self, place: str, message: str, code: str = "E30") -> None:
        """Refuse the wave."""
        raise ValidationError(f"{self.file}, {place}: {message}", code=code)

    def present(self, names: Sequence[str], key: str) -> tuple[str, ...]:
        """Return the design variables that the wave has, noting the others."""
        absent = [name for name in names if name not in self.frame]
        self.notes.extend(
            f"{key} {name!r} is not in the file and was left out of the design" for name in absent
        )
        return tuple(name for name in names if name in self.frame)

    def complete(self, names: Sequence[str]) -> None:
        """Refuse respondents without a stratum or unit."""
        for name in names:
            values = self.frame[name]
            coded = bool(self.study.codebook[name].codes)
            gone = int((values <= LARGEST_MISSING).sum() if coded else (values.isna() | (values == "")).sum())
            if gone:
                self.fail(
                    name,
                    f"{gone} respondents have none, and the design needs it. Fill it in or leave it out.",
                )

    def strata(self, names: Sequence[str]) -> list[Stratum]:
        """Return the stratum of every respondent as code ids, thin ones put together."""
        columns = [
            [self.collapsed(i) for i in self.ids(self.study.codebook[n], self.frame[n])] for n in names
        ]
        return list(zip(*columns, strict=True)) if columns else [()] * len(self.frame)

    def ids(self, question: Question, values: "pd.Series") -> list[str]:
        """Return code ids, or the values as text for a question without codes."""
        names = {code.value: code.id for code in question.codes}
        return [names.get(value, str(value)) for value in values.tolist()]

    def collapsed(self, code: str) -> str:
        """Return the name of the codes that this one is put together with."""
        return next(("+".join(together) for together in self.wave.collapse if code in together), code)

    def frame_counts(self, names: Sequence[str]) -> dict[Stratum, int]:
        """Return the frame's counts by stratum of the variables that the file has."""
        counts: Counter[Stratum] = Counter()
        for row in self.wave.frame:
            counts[tuple(self.collapsed(row.stratum[name]) for name in names)] += row.count
        return dict(counts)

    def check_counts(self, counts: Mapping[Stratum, int], sizes: Mapping[Stratum, int]) -> None:
        """Refuse a stratum with more respondents than people, or outside the frame."""
        if not counts:
            return
        place = f"frame of waves/{self.wave.year}.toml"
        unknown = [stratum for stratum in sizes if stratum not in counts]
        if unknown:
            self.fail(
                place,
                f"{len(unknown)} strata of respondents have no count ({_told(unknown)}). Add their counts.",
            )
        small = [stratum for stratum, size in sizes.items() if counts[stratum] < size]
        if small:
            self.fail(
                place,
                f"{len(small)} strata count fewer people than responded ({_told(small)}; for the first, "
                f"{counts[small[0]]} people and {sizes[small[0]]} respondents). Correct the counts.",
            )
        empty = [stratum for stratum in counts if stratum not in sizes]
        if empty:
            people = sum(counts[stratum] for stratum in empty)
            self.warnings.append(f"{len(empty)} strata of the frame ({people} people) have no respondent")

    def declared_weights(self, name: str) -> None:
        """Copy the declared weights after checking them."""
        if name not in self.frame:
            self.fail(
                "weight",
                f"{name!r} is not among the columns of waves/{self.wave.year}.toml. Add it there.",
                "E20",
            )
        weights = self.frame[name].to_numpy(dtype=np.float64)
        wrong = int((~np.isfinite(weights) | (weights <= 0)).sum())
        if wrong:
            self.fail(
                f"weight ({name})",
                f"{wrong} weights are missing, zero, negative or infinite. Expected a positive number for "
                "everybody; correct the weights, or leave those respondents out of the file.",
            )
        self.frame[WEIGHT] = weights

    def tell_ratio(self) -> None:
        """Keep the ratio of the largest to the smallest weight; a large one is a warning."""
        weights = self.frame[WEIGHT]
        self.weight_ratio = float(weights.max() / weights.min())
        if self.weight_ratio > LARGE_RATIO:
            self.warnings.append(f"the largest weight is {self.weight_ratio:.0f} times the smallest")

    def check_single(self, strata: Sequence[Stratum], psu: Sequence[str]) -> None:
        """Refuse strata with one unit unless the wave says what to do with them."""
        if self.wave.design.single_psu != "error":
            return
        units = self.frame[psu[0]].tolist() if psu else range(len(self.frame))
        sizes = Counter(stratum for stratum, _ in set(zip(strata, units, strict=True)))
        single = [stratum for stratum, size in sizes.items() if size == 1]
        if single:
            self.fail(
                "design",
                f"{len(single)} strata have a single {'unit' if psu else 'respondent'} ({_told(single)}). "
                f"Put them together with others by collapse in waves/{self.wave.year}.toml, or declare "
                "single_psu there.",
                "E31",
            )

    def stratum_columns(self, names: Sequence[str], strata: Sequence[Stratum]) -> tuple[str, ...]:
        """Return the columns of the strata, writing one of its own where thin ones were put together."""
        if not self.wave.collapse or len(strata[0]) != len(names) or not names:
            return tuple(names)
        self.frame[STRATUM] = pd.Series(
            [":".join(stratum) for stratum in strata], dtype=object, index=self.frame.index
        )
        return (STRATUM,)


def _told(strata: Sequence[Stratum]) -> str:
    names = [" × ".join(stratum) or "everybody" for stratum in strata[:_SHOWN]]
    return ", ".join(names) + (" ..." if len(strata) > _SHOWN else "")
