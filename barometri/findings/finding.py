"""What a reader meets of a claim, as text."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from barometri.errors import check_option


@dataclass(frozen=True, slots=True)
class Line:
    """One number under a claim: a test, an alternative that is shown, a sensitivity.

    ``role`` is the language-free role of the part; all else is text, empty where there is nothing to say.
    """

    role: str
    label: str
    number: str
    interval: str = ""
    n: str = ""
    p: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim as a reader meets it.

    Attributes
    ----------
    id, statement
        Claim id; the claim as the study states it.
    sentence
        What the responses say of the claim.
    verdict
        The word of evidence; ``kind`` is its language-free key, e.g. ``same_direction``.
    number, interval, n
        As text; empty where nothing may be shown. ``short`` is the number with its unit abbreviated,
        ``range`` the interval without one.
    level
        What the interval is: ``90 % confidence interval``.
    detail
        The shares behind a difference.
    method
        What was compared, among whom, adjusted for what, and the p value.
    power
        Of an equivalence test, to be read before its verdict.
    same
        Whether the plain figure says what was published.
    family
        Id of the claim's family; ``family_label`` its name.
    lines
        The numbers under the claim.
    reason
        Why a claim could not be judged; empty otherwise.
    written
        ``before`` or ``after`` its number was known.
    """

    id: str
    sentence: str
    verdict: str
    kind: str
    number: str
    interval: str
    n: str
    detail: str = ""
    method: str = ""
    reason: str = ""
    statement: str = ""
    short: str = ""
    range: str = ""
    level: str = ""
    power: str = ""
    same: str = ""
    family: str = ""
    family_label: str = ""
    lines: tuple[Line, ...] = ()
    written: str = "before"

    def __repr__(self) -> str:
        shown = [self.number, f"({self.interval})" if self.interval else "", self.n]
        said = f"{self.power} {self.verdict}: {self.sentence}".strip()
        return f"{self.id} {said} {' '.join(filter(None, shown))}".rstrip()

    def _repr_html_(self) -> str:
        """Return the claim with its method and all numbers that stand under it."""
        head = f"<p>{escape(self.power)} <strong>{escape(self.verdict)}</strong>: {escape(self.sentence)}</p>"
        spread = f"{self.interval} ({self.level})" if self.interval else ""
        told = " · ".join(filter(None, (self.number, spread, self.n, self.detail)))
        said = "".join(f"<p>{escape(text)}</p>" for text in (told, self.method, self.reason) if text)
        cells = ((x.label, x.number, x.interval, x.n, x.p, x.verdict) for x in self.lines)
        return f"{head}{said}{_table(cells)}"


class Findings(tuple[Finding, ...]):
    """Findings in the order of the study; prints as lines, shows as a table in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return _table((f.verdict, f.sentence, f.number, f.interval, f.n) for f in self)

    def claim(self, name: str) -> Finding:
        """Return the finding of one claim, with the numbers under it.

        Raises
        ------
        OptionError
            The study has no such claim.
        """
        found = {finding.id: finding for finding in self}
        check_option("claim", name, tuple(found))
        return found[name]


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table style="text-align:left"><tbody>{lines}</tbody></table>' if lines else ""
