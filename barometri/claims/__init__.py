"""Published sentences judged: each claim's number, its test, and the word of evidence it gets.

Claims that describe the people of the frame keep the sample's strata; claims about an effect use the analytic
companion of the design, with areas and units as sampling units. Neither uses a finite population correction
unless the wave declares that a group was invited as a whole. All tests are two-sided at .05 and adjusted
within the families that the study declares.
"""

from barometri.claims.families import headline
from barometri.claims.figures import figures
from barometri.claims.judging import judge, judged

__all__ = ["figures", "headline", "judge", "judged"]
