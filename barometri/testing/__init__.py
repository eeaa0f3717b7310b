"""Tests and ordinal association: each verb takes a survey first and returns a record that states its null."""

from barometri.inference.equivalence import equivalence
from barometri.inference.multiplicity import adjust_p_values, intersection_union
from barometri.inference.tested import HypothesisTest
from barometri.testing.comparisons import equivalence_test, joint_test
from barometri.testing.latent import polychoric
from barometri.testing.means import rank_test, t_test
from barometri.testing.ordinal import OrdinalAssociation, ordinal_association
from barometri.testing.tables import independence, rao_scott
from barometri.testing.trends import correlation_test, trend_test

__all__ = [
    "HypothesisTest",
    "OrdinalAssociation",
    "adjust_p_values",
    "correlation_test",
    "equivalence",
    "equivalence_test",
    "independence",
    "intersection_union",
    "joint_test",
    "ordinal_association",
    "polychoric",
    "rank_test",
    "rao_scott",
    "t_test",
    "trend_test",
]
