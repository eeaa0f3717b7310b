"""Each model of collaboration: the judgement where it is agreed against where it is not.

The marginal effect says what places with a model are like, the conditional one what goes with this model at
equal other models; both at equal group and district. One set-up of the design matrix serves all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

import numpy as np

from barometri.association.cases import Cases, FloatArray, IntArray, adjusting, complete_cases, outcome_of
from barometri.association.effects import NAN, effect, nothing
from barometri.association.linear import METHODS, Design, Joint, Line, design, unknown
from barometri.association.together import phi
from barometri.collaboration import model_prevalence
from barometri.errors import check_option
from barometri.estimates import Effect, Estimates
from barometri.inference.multiplicity import holm
from barometri.inference.tails import two_sided_p
from barometri.model_battery import READINGS, Battery, battery, indicator
from barometri.study.codes import DONT_KNOW
from barometri.study.plan import Reading
from barometri.survey import Survey

Kind = Literal["marginal", "conditional"]
Measure = Literal["score", "points"]
KINDS: Final[tuple[Kind, ...]] = ("marginal", "conditional")
MEASURES: Final[tuple[Measure, ...]] = ("score", "points")
NULLS: Final[Mapping[str, str]] = {
    "score": "the mean judgement is the same where the model is agreed and where it is not",
    "points": "the share of favourable judgements is the same where the model is agreed and where it is not",
    "trial": "the mean judgement is the same where the model is on trial and where it is established",
}


@dataclass(frozen=True)
class ModelFits:
    """All models of one survey against the judgement, from one set-up of the design matrix.

    Parameters
    ----------
    models
        Ids, J of them.
    cases
        Who answered the judgement and every model.
    agreed, trial, unsure
        1 where a model is agreed, is on trial, or cannot be told (``informed`` only), shape (n, J) each.
    """

    models: tuple[str, ...]
    cases: Cases
    agreed: FloatArray
    trial: FloatArray
    unsure: FloatArray

    @cached_property
    def users(self) -> IntArray:
        """Cases with each model, shape (J,)."""
        return np.asarray(self.agreed.sum(axis=0), dtype=np.int64)

    @cached_property
    def smaller(self) -> IntArray:
        """Cases with each model, or without it if they are fewer, shape (J,)."""
        without = self.cases.n - self.users - self.unsure.sum(axis=0).astype(np.int64)
        return np.asarray(np.minimum(self.users, without), dtype=np.int64)

    @cached_property
    def together(self) -> Design:
        """The fit on all models."""
        return design(self.cases, np.column_stack([self.agreed, self.unsure]))

    @cached_property
    def alone(self) -> tuple[Design, ...]:
        """The fits on one model each."""
        return tuple(
            design(self.cases, np.column_stack([self.agreed[:, j], self.unsure[:, j]]))
            for j in range(len(self.models))
        )

    @cached_property
    def trials(self) -> Design:
        """The fit on all models that tells those on trial apart."""
        return design(self.cases, np.column_stack([self.agreed, self.unsure, self.trial]))

    def outcome(self, measure: Measure) -> FloatArray:
        """Return the judgement in points of its scale, or 1 where it is favourable."""
        return self.cases.score if measure == "score" else self.cases.good

    def lines(self, kind: Kind, measure: Measure) -> Line:
        """Return the J differences between with and without a model."""
        y, size = self.outcome(measure), len(self.models)
        if not np.isfinite(y).all():
            return unknown(size)
        if kind == "conditional":
            return self.together.fit(y, range(size))
        found = [own.fit(y, [0]) for own in self.alone]
        estimate, se, df = (
            np.array([getattr(line, name)[0] for line in found]) for name in ("estimate", "se", "df")
        )
        return Line(estimate, se, df, np.diag(se**2))

    def trial_lines(self) -> Line:
        """Return the J differences between on trial and established, at equal other models."""
        size = len(self.models)
        return self.trials.fit(self.cases.score, range(2 * size, 3 * size))

    def joint(self, *, trial: bool = False) -> Joint:
        """Test that no model, or no state of one, goes with the judgement at equal other models."""
        size = len(self.models)
        if trial:
            return self.trials.joint(self.cases.score, range(2 * size, 3 * size))
        return self.together.joint(self.cases.score, range(size))

    def inflation(self) -> FloatArray:
        """Return each model's variance inflation by the other columns of the fit, shape (J,)."""
        fit, size = self.together, len(self.models)
        at = fit.position[:size]
        centred = fit.x - np.average(fit.x, axis=0, weights=fit.weight)
        gram = (centred * fit.weight[:, None]).T @ centred
        own = np.setdiff1d(np.arange(gram.shape[0]), 0)
        inverse = np.zeros_like(gram)
        inverse[np.ix_(own, own)] = np.linalg.pinv(gram[np.ix_(own, own)])
        found = np.full(size, np.nan)
        found[at >= 0] = (np.diag(gram) * np.diag(inverse))[at[at >= 0]]
        return found


def fit_models(
    survey: Survey,
    *,
    outcome: str | None = None,
    adjust: Sequence[str] | None = None,
    reading: Reading = "lower",
) -> ModelFits:
    """Lay out all models of a survey against the judgement, once for all effects.

    Parameters
    ----------
    survey, outcome, adjust, reading
        As in `model_effects`.
    """
    check_option("reading", reading, READINGS)
    item, present = outcome_of(survey, outcome), adjusting(survey, adjust)
    found = battery(survey)
    names = tuple(found.states)
    exposures = {name: _coded(found, states, reading) for name, states in found.states.items()}
    cases = complete_cases(survey.analytic(), item, present, exposures)
    answers = np.column_stack(list(cases.exposures.values()))
    agreed, trial, unsure = (np.isin(answers, codes).astype(np.float64) for codes in ((1, 2), (2,), (3,)))
    return ModelFits(names, cases, agreed, trial, unsure)


def _coded(found: Battery, states: np.ndarray[tuple[int], np.dtype[np.int32]], reading: str) -> IntArray:
    """Return 0 not in use, 1 established, 2 on trial, 3 cannot say, or a missing code."""
    values = indicator(states, found.agreed, reading).astype(np.int64)
    values[states == found.on_trial] = 2
    if reading == "informed":
        values[states == DONT_KNOW] = 3
    return values


def model_effects(
    survey: Survey,
    *,
    outcome: str | None = None,
    adjust: Sequence[str] | None = None,
    reading: Reading = "lower",
) -> tuple[Estimates, tuple[Effect, ...]]:
    """How the judgement differs between respondents with and without each model.

    Weighted linear fits with group and district, the places respondents describe as clusters, CR2 and
    Satterthwaite's degrees of freedom; ``adjusted_p`` is Holm's over all models, by kind and measure.

    Parameters
    ----------
    survey
        With a study that declares models.
    outcome
        An ordinal question; the study's outcome by default.
    adjust
        Variables held constant; the study's group and district by default.
    reading
        What "cannot say" about a model means: ``lower`` not in use, ``upper`` in use, ``informed`` a state of
        its own, so that those with a model are compared with those who know that it is not in use.

    Returns
    -------
    Estimates
        Share of respondents with each model.
    tuple of Effect
        ``about`` names the model and the ``kind``: ``marginal``, ``conditional`` (on the other models) or
        ``trial``. ``model_score`` is the difference in points of the scale, whose p is the verdict's;
        ``model_points`` that of the share of favourable answers; ``model_trial`` on trial less established,
        at equal other models. ``models_joint`` and ``models_trial_joint`` are joint F tests; ``phi`` the
        correlation of two models among the respondents. ``detail`` of conditional effects holds the
        variance inflation.

    Raises
    ------
    OptionError
        An outcome that the wave did not ask, or a study without models.
    """
    fits = fit_models(survey, outcome=outcome, adjust=adjust, reading=reading)
    effects = [
        made
        for measure in MEASURES
        for kind in KINDS
        for made in _effects(fits, f"model_{measure}", fits.lines(kind, measure), kind, NULLS[measure])
    ]
    effects += _effects(fits, "model_trial", fits.trial_lines(), "trial", NULLS["trial"])
    effects += [
        _joint(fits, trial=False),
        _joint(fits, trial=True),
        *phi(fits.models, fits.agreed, fits.cases),
    ]
    return model_prevalence(survey, models=fits.models, reading=reading), tuple(effects)


def _effects(fits: ModelFits, name: str, line: Line, kind: str, null: str) -> list[Effect]:
    """Return one effect a model, p values adjusted over all models."""
    known = np.isfinite(line.estimate) & (line.se > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(known, two_sided_p(line.estimate / line.se, line.df), np.nan)
    adjusted, inflation = holm(p), fits.inflation() if kind == "conditional" else None
    counts = fits.smaller if kind != "trial" else _states(fits)
    made = []
    for j, model in enumerate(fits.models):
        about = {"item": model, "kind": kind}
        if not known[j]:
            made.append(nothing(name, fits.cases, null, model, about=about))
            continue
        one = effect(
            name,
            float(line.estimate[j]),
            float(line.se[j]),
            float(line.df[j]),
            fits.cases,
            null=null,
            method=METHODS[fits.cases.clustered],
            k_low=min(int(counts[j]), fits.cases.smallest_level),
            about=about,
            detail={} if inflation is None else {"variance_inflation": float(inflation[j])},
        )
        made.append(replace(one, adjusted_p=float(adjusted[j])))
    return made


def _states(fits: ModelFits) -> IntArray:
    """Cases on trial, or established if they are fewer, by model."""
    trial = fits.trial.sum(axis=0)
    return np.asarray(np.minimum(trial, fits.users - trial), dtype=np.int64)


def _joint(fits: ModelFits, *, trial: bool) -> Effect:
    name = "models_trial_joint" if trial else "models_joint"
    null = f"no model: {NULLS['trial' if trial else 'score']}"
    found = fits.joint(trial=trial)
    if not np.isfinite(found.p_value):
        return nothing(name, fits.cases, null, "few_degrees_of_freedom")
    counts = _states(fits) if trial else fits.smaller
    return Effect(
        name=name,
        estimate=found.f,
        se=NAN,
        ci_low=NAN,
        ci_high=NAN,
        n=fits.cases.n,
        df=found.denominator_df,
        p_value=found.p_value,
        method=f"wald/{METHODS[fits.cases.clustered]}",
        null=null,
        adjusted_for=fits.cases.adjusted_for,
        k_low=min(int(counts[counts > 0].min(initial=fits.cases.n)), fits.cases.smallest_level),
        detail={"numerator_df": found.df},
    )
