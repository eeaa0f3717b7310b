"""Whether the plain figure says what was published: on the publication's base, without weights."""

from barometri.claims.records import Setting
from barometri.results import SameAsPublished
from barometri.study.claim import Claim


def same_as_published(claim: Claim, plain: Setting) -> SameAsPublished:
    """Compare a published sentence with the unweighted figure; no test is made."""
    del claim, plain
    return SameAsPublished.NOT_COMPARABLE
