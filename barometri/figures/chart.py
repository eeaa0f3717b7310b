"""The drawn figure: what was drawn, what it says, and how it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

import pandas as pd
from matplotlib.figure import Figure

from barometri.errors import check_option
from barometri.figures import saving
from barometri.figures.svg import accessible


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with everything a reader who cannot see it needs.

    Attributes
    ----------
    id
        Analysis id; prefix of SVG ids and file name.
    figure, narrow
        The wide drawing and the narrow one for phones.
    data
        Tidy frame of what was drawn (rounded values, code ids and labels).
    title, subtitle, footer, alt
        The finding; the statistic; base, n, interval, source; at most 250 characters that say the finding.
    n
        Respondents in the base.
    language
        ``fi``, ``sv`` or ``en``.
    """

    id: str
    figure: Figure
    narrow: Figure
    data: pd.DataFrame
    title: str
    subtitle: str
    footer: str
    alt: str
    n: int
    language: str

    def __repr__(self) -> str:
        return f"Chart {self.id} ({self.language}): {self.title}"

    def save(self, folder: str | Path, formats: Sequence[str] = saving.FORMATS) -> tuple[Path, ...]:
        """Write the chart as ``svg``, ``pdf``, ``png``, ``csv``; return the paths (see ``saving.save``)."""
        return saving.save(self, folder, formats)

    def svg(self, width: Literal["wide", "narrow"] = "wide", *, size: bool = False) -> str:
        """Return an accessible SVG element with real text and ids of its own.

        Parameters
        ----------
        width
            ``wide``, or ``narrow`` for phones.
        size
            Whether the element states its size (a file) or fills its place (a page).
        """
        check_option("width", width, ("wide", "narrow"))
        figure = self.figure if width == "wide" else self.narrow
        return accessible(
            saving.drawn(figure, "svg").decode(),
            prefix=f"{self.id}-{self.language}-{width}",
            title=self.title,
            alt=self.alt,
            language=self.language,
            size=size,
        )

    def _repr_html_(self) -> str:
        caption = f'<figcaption style="font-size:0.85em">{escape(self.footer)}</figcaption>'
        opening = f'<figure style="max-width:50em;margin:1em 0" lang="{self.language}">'
        return f"{opening}{self.svg()}{caption}</figure>"
