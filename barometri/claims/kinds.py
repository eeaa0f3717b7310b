"""Which function measures which kind of claim."""

from collections.abc import Callable, Mapping

from barometri.claims.analytic import difference
from barometri.claims.descriptive import ordering, quantity
from barometri.claims.records import Measure, Setting
from barometri.study.claim import Claim

MEASURES: Mapping[str, Callable[[Claim, Setting], Measure]] = {
    "difference": difference,
    "ordering": ordering,
    "quantity": quantity,
    "near": quantity,
}
