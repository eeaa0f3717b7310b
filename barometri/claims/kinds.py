"""Which function measures which kind of claim."""

from collections.abc import Callable, Mapping

from barometri.claims.analytic import association, difference
from barometri.claims.combined import all_of
from barometri.claims.descriptive import ordering, quantity
from barometri.claims.extremes import extreme
from barometri.claims.joint import joint
from barometri.claims.models import each, equivalence, non_inferiority
from barometri.claims.records import Measure, Setting
from barometri.claims.waves import change, reversal
from barometri.study.claim import Claim


def _all_of(claim: Claim, setting: Setting) -> Measure:
    return all_of(claim, setting, MEASURES)


MEASURES: Mapping[str, Callable[[Claim, Setting], Measure]] = {
    "difference": difference,
    "association": association,
    "each": each,
    "equivalence": equivalence,
    "non_inferiority": non_inferiority,
    "ordering": ordering,
    "quantity": quantity,
    "near": quantity,
    "extreme": extreme,
    "change": change,
    "reversal": reversal,
    "joint": joint,
    "all_of": _all_of,
}
