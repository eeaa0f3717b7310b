"""The drawn figure: what was drawn, what it says, and how it is saved."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure


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
