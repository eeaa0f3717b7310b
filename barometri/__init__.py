"""barometri: from anonymised survey responses to a publication that discloses nobody.

Importing the package loads no third-party module; every public name is loaded when it is first used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from barometri.boundary import public

if TYPE_CHECKING:
    from barometri import figures, report
    from barometri.agreement import cohen_kappa, intraclass_correlation, krippendorff_alpha
    from barometri.analysis import analyse
    from barometri.association import association, class_contrasts, dose_response, model_effects
    from barometri.change import change, gaps, trends
    from barometri.collaboration import model_prevalence, number_of_models
    from barometri.disclosure.gate import attack, protect
    from barometri.estimation import (
        contrast,
        effective_size,
        mean,
        population_variance,
        proportion,
        quantile,
        ratio,
        total,
    )
    from barometri.findings import findings
    from barometri.loading import read_surveys
    from barometri.overlap import overlapping_change, overlapping_waves
    from barometri.regions import county, regions
    from barometri.regression import (
        brant_test,
        linear_regression,
        logistic_regression,
        marginal_effects,
        ordinal_regression,
        poisson_regression,
        predicted,
        profile_intervals,
        scale_tests,
        standardise,
        wald_test,
    )
    from barometri.small_area import benchmark_areas, fay_herriot, small_areas
    from barometri.study.reading import read_study
    from barometri.survey import Survey, SurveyDesign
    from barometri.survey.adjustments import Replicates
    from barometri.testing import (
        adjust_p_values,
        correlation_test,
        equivalence_test,
        independence,
        intersection_union,
        joint_test,
        ordinal_association,
        polychoric,
        rank_test,
        rao_scott,
        t_test,
        trend_test,
    )
    from barometri.weighting import (
        calibrate,
        frame_weights,
        poststratify,
        rake,
        replicate,
        replicate_weights,
        response_rates,
        trim,
        weights,
        weights_summary,
        with_replicates,
    )

__version__ = "0.1.0"

_HOMES = {
    "Replicates": "barometri.survey.adjustments",
    "Survey": "barometri.survey",
    "SurveyDesign": "barometri.survey",
    "adjust_p_values": "barometri.testing",
    "analyse": "barometri.analysis",
    "association": "barometri.association",
    "attack": "barometri.disclosure.gate",
    "benchmark_areas": "barometri.small_area",
    "brant_test": "barometri.regression",
    "calibrate": "barometri.weighting",
    "change": "barometri.change",
    "class_contrasts": "barometri.association",
    "cohen_kappa": "barometri.agreement",
    "contrast": "barometri.estimation",
    "correlation_test": "barometri.testing",
    "county": "barometri.regions",
    "dose_response": "barometri.association",
    "effective_size": "barometri.estimation",
    "equivalence_test": "barometri.testing",
    "fay_herriot": "barometri.small_area",
    "findings": "barometri.findings",
    "frame_weights": "barometri.weighting",
    "gaps": "barometri.change",
    "independence": "barometri.testing",
    "intersection_union": "barometri.testing",
    "intraclass_correlation": "barometri.agreement",
    "joint_test": "barometri.testing",
    "krippendorff_alpha": "barometri.agreement",
    "linear_regression": "barometri.regression",
    "logistic_regression": "barometri.regression",
    "marginal_effects": "barometri.regression",
    "mean": "barometri.estimation",
    "model_effects": "barometri.association",
    "model_prevalence": "barometri.collaboration",
    "number_of_models": "barometri.collaboration",
    "ordinal_association": "barometri.testing",
    "ordinal_regression": "barometri.regression",
    "overlapping_change": "barometri.overlap",
    "overlapping_waves": "barometri.overlap",
    "poisson_regression": "barometri.regression",
    "polychoric": "barometri.testing",
    "population_variance": "barometri.estimation",
    "poststratify": "barometri.weighting",
    "predicted": "barometri.regression",
    "profile_intervals": "barometri.regression",
    "proportion": "barometri.estimation",
    "protect": "barometri.disclosure.gate",
    "quantile": "barometri.estimation",
    "rake": "barometri.weighting",
    "rank_test": "barometri.testing",
    "rao_scott": "barometri.testing",
    "ratio": "barometri.estimation",
    "read_study": "barometri.study.reading",
    "read_surveys": "barometri.loading",
    "regions": "barometri.regions",
    "replicate": "barometri.weighting",
    "replicate_weights": "barometri.weighting",
    "response_rates": "barometri.weighting",
    "scale_tests": "barometri.regression",
    "small_areas": "barometri.small_area",
    "standardise": "barometri.regression",
    "t_test": "barometri.testing",
    "total": "barometri.estimation",
    "trend_test": "barometri.testing",
    "trends": "barometri.change",
    "trim": "barometri.weighting",
    "wald_test": "barometri.regression",
    "weights": "barometri.weighting",
    "weights_summary": "barometri.weighting",
    "with_replicates": "barometri.weighting",
}
_ROOMS = ("figures", "report")

__all__ = [
    "Replicates",
    "Survey",
    "SurveyDesign",
    "__version__",
    "adjust_p_values",
    "analyse",
    "association",
    "attack",
    "benchmark_areas",
    "brant_test",
    "calibrate",
    "change",
    "class_contrasts",
    "cohen_kappa",
    "contrast",
    "correlation_test",
    "county",
    "dose_response",
    "effective_size",
    "equivalence_test",
    "fay_herriot",
    "figures",
    "findings",
    "frame_weights",
    "gaps",
    "independence",
    "intersection_union",
    "intraclass_correlation",
    "joint_test",
    "krippendorff_alpha",
    "linear_regression",
    "logistic_regression",
    "marginal_effects",
    "mean",
    "model_effects",
    "model_prevalence",
    "number_of_models",
    "ordinal_association",
    "ordinal_regression",
    "overlapping_change",
    "overlapping_waves",
    "poisson_regression",
    "polychoric",
    "population_variance",
    "poststratify",
    "predicted",
    "profile_intervals",
    "proportion",
    "protect",
    "quantile",
    "rake",
    "rank_test",
    "rao_scott",
    "ratio",
    "read_study",
    "read_surveys",
    "regions",
    "replicate",
    "replicate_weights",
    "report",
    "response_rates",
    "scale_tests",
    "small_areas",
    "standardise",
    "t_test",
    "total",
    "trend_test",
    "trends",
    "trim",
    "wald_test",
    "weights",
    "weights_summary",
    "with_replicates",
]


def __getattr__(name: str) -> object:
    """Load a public name, or a room, when it is first asked for."""
    if name in _ROOMS:
        return import_module(f"barometri.{name}")
    if name in _HOMES:
        return public(getattr(import_module(_HOMES[name]), name))
    message = f"module 'barometri' has no attribute {name!r}"
    raise AttributeError(message)


class _Package(ModuleType):
    """A package whose public names win over rooms of the same name, whichever is loaded first."""

    def __setattr__(self, name: str, value: object) -> None:
        """Bind the verb, not its room, when the room is loaded."""
        if isinstance(value, ModuleType) and name in _HOMES:
            value = public(getattr(value, name))
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
