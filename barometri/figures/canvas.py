"""A sheet of paper in inches: text that wraps by its measured width, lines, marks and areas."""

from collections.abc import Sequence
from functools import cache
from typing import Final, Literal

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.textpath import text_to_path

from barometri.figures.style import GREY, INK, WHITE, Page, font

LINE_HEIGHT: Final = 1.25
"""Distance of baselines, in type sizes."""

Dashes = Literal["-", "--", ":"]

_CAP_MIDDLE: Final = 0.36
_HYPHEN: Final = "-"
_VOWELS: Final = frozenset("aeiouyåäöAEIOUYÅÄÖ")
_SHORTEST_END: Final = 3


@cache
def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in inches."""
    width, _, _ = text_to_path.get_text_width_height_descent(words, font(size, bold=bold), ismath=False)
    return float(width) / 72


def line_height(size: float) -> float:
    """Return the distance of two baselines in inches."""
    return size * LINE_HEIGHT / 72


@cache
def wrap(words: str, size: float, width: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines of at most ``width`` inches: at spaces, at hyphens, last inside a word."""
    lines: list[str] = []
    current = ""
    for word in words.split(" "):
        trial = f"{current} {word}" if current else word
        if width_of(trial, size, bold=bold) <= width:
            current = trial
            continue
        if current:
            lines.append(current)
        *full, current = _pieces(word, size, width, bold=bold)
        lines.extend(full)
    return (*lines, current)


def _pieces(word: str, size: float, width: float, *, bold: bool) -> list[str]:
    pieces: list[str] = []
    rest = word
    while width_of(rest, size, bold=bold) > width:
        fits = [i for i in range(1, len(rest)) if width_of(rest[:i], size, bold=bold) <= width]
        at_hyphen = [i for i in fits if rest[i - 1] == _HYPHEN]
        if at_hyphen:
            pieces.append(rest[: at_hyphen[-1]])
            rest = rest[at_hyphen[-1] :]
            continue
        with_hyphen = [i for i in fits if width_of(rest[:i] + _HYPHEN, size, bold=bold) <= width]
        syllables = [i for i in with_hyphen if _may_break(rest, i)]
        fair = [i for i in with_hyphen if min(i, len(rest) - i) > 1]
        cut = (syllables or fair or with_hyphen or [1])[-1]
        pieces.append(rest[:cut] + _HYPHEN)
        rest = rest[cut:]
    return [*pieces, rest]


def _may_break(word: str, at: int) -> bool:
    """Whether a syllable may start here: a consonant before a vowel, no short end on either side."""
    if at < _SHORTEST_END or len(word) - at < _SHORTEST_END:
        return False
    return word[at] not in _VOWELS and word[at + 1] in _VOWELS and word[at].isalpha()


@cache
def balanced(words: str, size: float, width: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into as few lines as ``wrap`` does, of about the same length."""
    lines = wrap(words, size, width, bold=bold)
    narrower = width
    while len(lines) > 1 and narrower > width / 2:
        narrower -= 0.05
        trial = wrap(words, size, narrower, bold=bold)
        if len(trial) > len(lines) or any(line.endswith(_HYPHEN) for line in trial):
            break
        lines = trial
    return lines


class Canvas:
    """A figure whose coordinates are inches from the top left corner.

    Parameters
    ----------
    page
        Width and type sizes.
    height
        Height in inches.
    """

    def __init__(self, page: Page, height: float) -> None:
        self.page = page
        self.height = height
        self.figure = Figure(figsize=(page.width, height), dpi=100)
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, page.width)
        self._axes.set_ylim(height, 0)
        self._axes.set_axis_off()

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        colour: str = INK,
        bold: bool = False,
        align: str = "left",
    ) -> float:
        """Write one line whose capitals are centred on ``y``; return its width."""
        baseline = y + _CAP_MIDDLE * size / 72
        self._axes.text(
            x, baseline, words, fontproperties=font(size, bold=bold), color=colour, ha=align, va="baseline",
            parse_math=False, zorder=6,
        )  # fmt: skip
        return width_of(words, size, bold=bold)

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        *,
        size: float,
        colour: str = INK,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """Write lines whose block is centred on ``y``."""
        first = y - (len(lines) - 1) * line_height(size) / 2
        for i, line in enumerate(lines):
            self.text(
                x, first + i * line_height(size), line, size=size, colour=colour, bold=bold, align=align
            )

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        colour: str,
        width: float = 1.0,
        dashes: Dashes = "-",
        layer: float = 2,
    ) -> None:
        """Draw a line; ``width`` in points."""
        line = Line2D(xs, ys, color=colour, linewidth=width, linestyle=dashes, zorder=layer, clip_on=False)
        self._axes.add_artist(line)

    def mark(
        self, x: float, y: float, shape: str, *, colour: str, size: float = 7.0, hollow: bool = False
    ) -> None:
        """Draw a mark; ``size`` in points."""
        mark = Line2D(
            [x], [y], marker=shape, markersize=size, markerfacecolor=WHITE if hollow else colour,
            markeredgecolor=colour, markeredgewidth=1.6 if hollow else 0.8, linestyle="none", zorder=4,
            clip_on=False,
        )  # fmt: skip
        self._axes.add_artist(mark)

    def rectangle(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        colour: str,
        edge: str = "none",
        edge_width: float = 0.5,
        hatch: str = "",
        layer: float = 1,
    ) -> None:
        """Fill a rectangle, with an outline of ``edge_width`` points when ``edge`` is a colour."""
        self._axes.add_artist(
            Rectangle(
                (left, top),
                width,
                height,
                facecolor=colour,
                edgecolor=edge,
                linewidth=edge_width,
                hatch=hatch or None,
                zorder=layer,
                clip_on=False,
            )
        )

    def area(
        self, corners: Sequence[tuple[float, float]], *, colour: str, alpha: float, layer: float = 1
    ) -> None:
        """Fill a polygon."""
        self._axes.add_artist(
            Polygon(list(corners), closed=True, facecolor=colour, alpha=alpha, edgecolor="none", zorder=layer)
        )

    def hidden(self, x: float, y: float, words: str, *, align: str = "left") -> None:
        """Write the mark of a suppressed record: one look everywhere, whatever the reason."""
        self.text(x, y, words, size=self.page.value + 2, colour=GREY, bold=True, align=align)
