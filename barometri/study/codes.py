"""Codes of missing answers: a missing answer always says why it is missing.

In harmonised responses every coded question is an integer column. Substantive codes are the codebook's; the
four reasons below are the same reserved integers for every question, so that "not asked of this group",
"cannot say" and 0 can never be mixed up, on any backend.
"""

from enum import StrEnum
from typing import Final


class MissingReason(StrEnum):
    """Why an answer is missing."""

    NOT_ASKED = "not_asked"
    DONT_KNOW = "dont_know"
    REFUSED = "refused"
    BLANK = "blank"


NOT_ASKED: Final = -9001
DONT_KNOW: Final = -9002
REFUSED: Final = -9003
BLANK: Final = -9004

MISSING_CODES: Final[dict[MissingReason, int]] = {
    MissingReason.NOT_ASKED: NOT_ASKED,
    MissingReason.DONT_KNOW: DONT_KNOW,
    MissingReason.REFUSED: REFUSED,
    MissingReason.BLANK: BLANK,
}
"""The reserved integer of each reason."""

LARGEST_MISSING: Final = NOT_ASKED
"""Every reserved code is at or below this one; every substantive code is above it."""
