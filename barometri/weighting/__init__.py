"""The verbs of weighting: known totals, limits, replicates. Each returns a new survey whose design says so.

The order that the methods of this package assume: weights of the draw, adjustment for nonresponse, raking or
post-stratification to frame counts, and trimming only where the largest weight is far from the median.
"""

from barometri.weighting.limits import WeightsSummary, trim, weights, weights_summary
from barometri.weighting.nonresponse import frame_weights
from barometri.weighting.replicates import ReplicateStatistic, replicate, replicate_weights, with_replicates
from barometri.weighting.response import response_rates
from barometri.weighting.totals import calibrate, poststratify, rake

__all__ = [
    "ReplicateStatistic",
    "WeightsSummary",
    "calibrate",
    "frame_weights",
    "poststratify",
    "rake",
    "replicate",
    "replicate_weights",
    "response_rates",
    "trim",
    "weights",
    "weights_summary",
    "with_replicates",
]
