"""What every figure shares: colours, type sizes, font and the settings that make its bytes repeatable."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import font_lato
from matplotlib import font_manager, rc_context
from matplotlib.font_manager import FontProperties

BLUE: Final = "#00508F"
ORANGE: Final = "#C2410C"
GREY: Final = "#5B5B5B"
GREEN: Final = "#00695C"
PURPLE: Final = "#7B3294"
INK: Final = "#1A1A1A"
SOFT_INK: Final = "#4A4A4A"
WHITE: Final = "#FFFFFF"
BLACK: Final = "#000000"
GRID: Final = "#D9D9D9"
BAND: Final = "#F4F5F7"
AXIS: Final = "#6B6B6B"

LIKERT: Final = ("#B35806", "#F1A340", "#E0E0E0", "#7FA8D1", "#1F4E79")
"""From the unfavourable to the favourable end of a scale."""

SERIES: Final[tuple[tuple[str, str], ...]] = (
    (BLUE, "o"),
    (ORANGE, "D"),
    (GREY, "s"),
    (GREEN, "^"),
    (PURPLE, "v"),
    (INK, "P"),
)
"""Colour and mark of each series: colour is never the only carrier."""

FAMILY: Final = "Lato"
_FACES: Final = ("Lato-Regular.ttf", "Lato-Bold.ttf")

SETTINGS: Final = {
    "font.family": FAMILY,
    "svg.fonttype": "none",
    "svg.hashsalt": "barometri",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "axes.unicode_minus": True,
    "figure.facecolor": WHITE,
    "savefig.facecolor": WHITE,
    "savefig.bbox": None,
    "savefig.transparent": False,
    "path.simplify": False,
    "text.usetex": False,
    "text.parse_math": False,
    "text.hinting": "no_hinting",
    "lines.solid_capstyle": "butt",
    "lines.dash_capstyle": "butt",
}


@dataclass(frozen=True, slots=True)
class Page:
    """Width in inches, and type sizes in points, of one drawing."""

    name: str
    width: float
    title: float
    subtitle: float
    label: float
    value: float
    small: float
    margin: float

    @property
    def narrow(self) -> bool:
        """Whether the drawing is for a phone."""
        return self.name == "narrow"

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return self.width - 2 * self.margin


WIDE: Final = Page("wide", 9.0, title=15, subtitle=11, label=10.5, value=10, small=9.5, margin=0.18)
NARROW: Final = Page("narrow", 3.6, title=12.5, subtitle=10, label=10, value=10, small=9, margin=0.1)


@cache
def _add_font() -> None:
    folder = Path(font_lato.__file__).parent / "files"
    for face in _FACES:
        font_manager.fontManager.addfont(folder / face)


@contextmanager
def style() -> Iterator[None]:
    """Apply the style of the package's figures inside a ``with`` block, and nowhere else."""
    _add_font()
    with rc_context(SETTINGS):  # type: ignore[arg-type] # newer stubs list every key
        yield


@cache
def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return the font of a text."""
    _add_font()
    return FontProperties(family=FAMILY, size=size, weight="bold" if bold else "normal")


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast ratio of two colours written ``#RRGGBB``.

    Examples
    --------
    >>> round(contrast("#00508F", "#FFFFFF"), 1)
    8.3
    """
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Return black or white, whichever reads better on a colour: the contrast is at least 4.58 on any."""
    return WHITE if contrast(colour, WHITE) >= contrast(colour, BLACK) else BLACK


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004 - sRGB
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
