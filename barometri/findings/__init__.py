"""Protected claims in words: a sentence, its number, its interval, its n. Nothing is judged anew here."""

from barometri.findings.finding import Finding, Findings, Line
from barometri.findings.wording import findings, reason_words, verdict_key

__all__ = ["Finding", "Findings", "Line", "findings", "reason_words", "verdict_key"]
