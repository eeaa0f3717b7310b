"""Claims about effects: on the analytic companion of the design."""

from barometri.claims.descriptive import difference_of
from barometri.claims.records import Measure, Setting
from barometri.claims.respondents import SIDE, asked, divided
from barometri.estimation import proportion
from barometri.study.claim import Claim


def difference(claim: Claim, setting: Setting) -> Measure:
    """Return the difference between classes of respondents, areas and units as clusters."""
    found = asked(claim, setting, claim.wave, analytic=True)
    estimates = proportion(
        divided(found, setting, claim.left, claim.right), found.columns, by=SIDE, margins=True
    )
    return difference_of(claim, setting, found, estimates)
