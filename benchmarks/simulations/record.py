"""What a simulation hands over: a table, and the gates its figures must pass."""

from dataclasses import dataclass, field

Row = tuple[str | int | float, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure and the range it must lie in, bounds included.

    Parameters
    ----------
    name
        What the figure is.
    value
        The figure.
    low, high
        Range.
    """

    name: str
    value: float
    low: float = float("-inf")
    high: float = float("inf")

    @property
    def passed(self) -> bool:
        """Whether the figure lies in its range; NaN does not."""
        return self.low <= self.value <= self.high

    @property
    def demand(self) -> str:
        """The range in signs."""
        if self.low == float("-inf"):
            return f"≤ {self.high:g}"
        return f"≥ {self.low:g}" if self.high == float("inf") else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Section:
    """One simulation: what was done, its table and its gates.

    Parameters
    ----------
    title, text
        Heading, and what was drawn and counted.
    columns
        Heads of the table.
    rows
        One tuple a row, as long as ``columns``.
    gates
        What the figures must hold.
    """

    title: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    gates: tuple[Gate, ...] = field(default=())


def show(section: Section) -> str:
    """Write a section as Markdown.

    Examples
    --------
    >>> gate = Gate("least", 0.5, low=0.4)
    >>> print(show(Section("A", "Drawn once.", ("rule", "minimum"), (("one", 0.5),), (gate,))))
    ## A
    <BLANKLINE>
    Drawn once.
    <BLANKLINE>
    | rule | minimum |
    |---|---|
    | one | 0.500 |
    <BLANKLINE>
    | gate | demand | figure | |
    |---|---|---|---|
    | least | ≥ 0.4 | 0.5000 | PASS |
    <BLANKLINE>
    """
    lines = [f"## {section.title}", "", section.text, "", *_table(section.columns, section.rows)]
    if section.gates:
        lines += ["", "| gate | demand | figure | |", "|---|---|---|---|"]
        lines += [
            f"| {gate.name} | {gate.demand} | {gate.value:.4f} | {'PASS' if gate.passed else 'FAIL'} |"
            for gate in section.gates
        ]
    return "\n".join([*lines, ""])


def _table(columns: tuple[str, ...], rows: tuple[Row, ...]) -> list[str]:
    head = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return head + ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]


def _cell(value: str | float) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:.3f}"  # noqa: PLR0124 - NaN
    return str(value)
