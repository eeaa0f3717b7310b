"""Protected claims in words: a sentence, its number, its interval, its n. Nothing is judged anew here."""

from barometri.findings.finding import Finding, Findings, Line
from barometri.findings.wording import findings, verdict_key

__all__ = ["Finding", "Findings", "Line", "findings", "verdict_key"]
