"""One set of measures by district, with the shares that its effects can be reckoned back to."""

from dataclasses import dataclass
from typing import Literal

from barometri.estimates import Cell
from barometri.regions.contrasts import Districts, Measures
from barometri.survey import Survey


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """Measures by district: what they are, their means, and whether "cannot say" is in their base."""

    survey: Survey
    district: str
    measures: Measures
    by: Districts
    base: Literal["answered", "asked"]

    def cells(self, row: int) -> tuple[Cell, ...]:
        """Return the shares of one measure in every district."""
        places = enumerate(self.measures.codes)
        n, k = self.by.n[row], self.by.k[row]
        return tuple(self._cell(row, (code,), n[place], k[place]) for place, code in places)

    def pair(self, row: int, place: int) -> tuple[Cell, ...]:
        """Return the share of one district and that of the others together."""
        codes, by = self.measures.codes, self.by
        others = tuple(code for number, code in enumerate(codes) if number != place)
        here = self._cell(row, (codes[place],), by.n[row, place], by.k[row, place])
        rest = (self._cell(row, others, by.n_rest[row, place], by.k_rest[row, place]),) if others else ()
        return (here, *rest)

    def _cell(self, row: int, codes: tuple[str, ...], n: float, k: float) -> Cell:
        return Cell(
            item=self.measures.names[row],
            wave=self.survey.wave or 0,
            who={self.district: codes},
            n=int(n),
            k=int(k),
            base=self.base,
        )
