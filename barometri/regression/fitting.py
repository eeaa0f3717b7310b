"""From a survey and a formula to a fit with the design's covariance."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError, OptionError
from barometri.inference.firth import fit_firth
from barometri.inference.fitting import Fit, aliased_columns
from barometri.inference.irls import fit_by_deviance
from barometri.inference.links import LinkName
from barometri.inference.ordinal import Thresholds, fit_ordinal
from barometri.inference.poisson import fit_poisson
from barometri.inference.regression import fit_linear, fit_logistic
from barometri.inference.replicates import Replication, replicate_covariance
from barometri.inference.sandwich import influence_covariance
from barometri.inference.separation import separated_columns, separated_counts
from barometri.inference.working_model import Working
from barometri.regression.clusters import few_clusters
from barometri.regression.formula import Coding, Formula, code_frame, read_formula, term_key
from barometri.regression.records import NOT_ESTIMABLE, Model, RegressionFit
from barometri.regression.sample import Sample, draw_sample
from barometri.regression.variables import Variable, covariate, number, ordered, yes_or_no
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
OUTCOMES: Mapping[str, Callable[[Survey, str], Variable]] = {
    "linear": number,
    "logistic": yes_or_no,
    "poisson": number,
    "ordinal": ordered,
}


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a fit; the verbs say what they mean."""

    clusters: str = "design"
    se: str = "linearized"
    scores: tuple[str, ...] = ()
    reference: Mapping[str, str] | None = None
    link: LinkName = "logit"
    thresholds: Thresholds = "flexible"
    nominal: tuple[str, ...] = ()
    penalty: str = "none"
    convergence: str = "full"
    working: Working = "exchangeable"

    @property
    def errors(self) -> str:
        """Name of the standard errors, but for those that the survey's own variance names."""
        return "cr2_independent" if self.se == "cr2" and self.working == "independent" else self.se


@dataclass(frozen=True, slots=True)
class _Task:
    """One fit on its way: the design matrix by pattern, and which of its columns are used.

    ``kept`` are the columns with one slope each (the intercept first unless ordinal), ``moved`` those that
    move thresholds apart, ``dropped`` the names of those that others determine.
    """

    kind: str
    options: Options
    formula: Formula
    sample: Sample
    coding: Coding
    matrix: FloatArray
    kept: IntArray
    moved: IntArray
    dropped: tuple[str, ...]

    def rows(self, columns: IntArray) -> FloatArray:
        """Columns of the design matrix by cell."""
        return np.asarray(self.matrix[np.ix_(self.sample.pattern, columns)])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters: thresholds, what moves them apart, then columns."""
        own = [self.coding.names[place] for place in self.kept]
        if self.kind != "ordinal":
            return tuple(own)
        present = [self.sample.levels[int(code)] for code in np.unique(self.sample.outcome)]
        cuts = [f"{low}|{high}" for low, high in pairwise(present)]
        first = cuts if self.options.thresholds == "flexible" else ["threshold", "spacing"]
        apart = [f"{cut}:{self.coding.names[place]}" for place in self.moved for cut in cuts]
        return (*first, *apart, *own)


def fit_survey(survey: Survey, text: str, kind: str, options: Options) -> RegressionFit:
    """Fit a formula to the respondents of a survey."""
    if survey.is_lazy:
        raise OptionError("A regression needs responses in memory; load what it needs first.")
    survey = survey.analytic() if options.clusters == "area" else survey
    formula = read_formula(text, survey.variables)
    outcome = OUTCOMES[kind](survey, formula.outcome)
    covariates = [
        covariate(survey, name, scores=options.scores, reference=options.reference)
        for name in formula.variables
    ]
    rows = formula.stateful or options.se == "cr2" or options.convergence == "deviance"
    sample = draw_sample(survey, outcome, covariates, rows=rows)
    task = _choose_columns(kind, options, formula, sample)
    reason = _separated(task)
    fit = None if reason else _fit(task, sample.weight)
    if fit is not None and not fit.converged:
        reason = f"{NOT_ESTIMABLE}: the fit reaches no maximum; {', '.join(formula.variables)} say too much"
    return _record(survey, task, fit, reason)


def _choose_columns(kind: str, options: Options, formula: Formula, sample: Sample) -> _Task:
    """Code the covariates and leave out columns that those before them determine."""
    coding, matrix = code_frame(formula, sample.frame)
    aliased = aliased_columns(matrix, sample.pattern_weight)
    free = np.setdiff1d(np.arange(matrix.shape[1]), aliased)
    wanted = {term_key(name) for name in options.nominal}
    if unknown := wanted - {term_key(text) for text, _ in coding.terms}:
        name = ":".join(sorted(next(iter(unknown))))
        raise OptionError(f"nominal names {name!r}, which is no term of {formula.text!r}.")
    moved = [place for text, places in coding.terms if term_key(text) in wanted for place in places]
    if kind == "ordinal":
        free = free[free > 0]
    return _Task(
        kind,
        options,
        formula,
        sample,
        coding,
        matrix,
        kept=np.setdiff1d(free, moved).astype(np.int64),
        moved=np.intersect1d(free, moved).astype(np.int64),
        dropped=tuple(coding.names[place] for place in aliased),
    )


def _separated(task: _Task) -> str:
    """Name the variables that separate the answers, or say why there is nothing to compare."""
    if task.kind == "linear":
        return ""
    places = np.union1d(task.kept, task.moved)
    places = places[places > 0]
    if task.kind == "poisson":
        apart = separated_counts(task.sample.outcome, task.rows(places))
    else:
        answers = np.unique(task.sample.outcome, return_inverse=True)[1]
        if answers.max(initial=0) < 1:
            return f"{NOT_ESTIMABLE}: every respondent used gave one answer"
        firth = task.options.penalty == "firth"
        apart = () if firth else separated_columns(answers, task.rows(places))
    if not apart:
        return ""
    guilty = {int(places[position]) for position in apart}
    terms = ", ".join(text for text, own in task.coding.terms if guilty & set(own))
    columns = ", ".join(task.coding.names[place] for place in sorted(guilty))
    return f"{NOT_ESTIMABLE}: {terms} separates the answers ({columns}); no finite estimate"


def _fit(task: _Task, weight: FloatArray) -> Fit:
    x, y = task.rows(task.kept), task.sample.outcome
    options = task.options
    if task.kind == "ordinal":
        moved = task.rows(task.moved)
        return fit_ordinal(y, x, weight, link=options.link, thresholds=options.thresholds, nominal=moved)
    if options.penalty == "firth":
        return fit_firth(y, x, weight, task.sample.n)
    if options.convergence == "deviance":
        return fit_by_deviance(task.kind, y, x, weight)
    return {"linear": fit_linear, "logistic": fit_logistic, "poisson": fit_poisson}[task.kind](y, x, weight)


def _no_fit(task: _Task) -> Fit:
    """Parameters that cannot be estimated."""
    q = len(task.names)
    first = q - len(task.kept)
    none = np.zeros(0)
    return Fit(
        kind=task.kind,
        slopes=np.full(q - first, np.nan),
        thresholds=np.full(first, np.nan),
        categories=none.astype(np.int64),
        information=np.full((q, q), np.nan),
        scores=np.full((len(task.sample.weight), q), np.nan),
        weights=task.sample.weight,
        log_likelihood=np.nan,
        iterations=0,
        converged=False,
    )


def _record(survey: Survey, task: _Task, found: Fit | None, reason: str) -> RegressionFit:
    sample, options = task.sample, task.options
    fit = _no_fit(task) if reason or found is None else found
    influence = np.asarray(fit.scores if reason else np.linalg.solve(fit.information, fit.scores.T).T)
    model = _model(survey, task, fit, influence)
    q = len(fit.parameters)
    covariance, df = np.full((q, q), np.nan), np.full(q, np.nan)
    if not reason:
        covariance, df = _covariance(model, survey, task)
    words = f"{task.kind}/{survey.coded.variance if options.se == 'linearized' else options.errors}"
    scale = 1.0 if options.se == "information" else sample.n / sample.n_weighted
    return RegressionFit(
        kind=task.kind,
        formula=task.formula.text,
        names=task.names,
        coefficients=fit.parameters,
        covariance=covariance,
        df=df,
        df_design=sample.respondents.degrees_of_freedom,
        n=sample.n,
        n_weighted=sample.n_weighted,
        method=f"{NOT_ESTIMABLE}:{words}" if reason else words,
        design=survey.coded.words,
        log_likelihood=fit.log_likelihood * scale,
        reason=reason,
        dropped=task.dropped,
        model=model,
    )


def _model(survey: Survey, task: _Task, fit: Fit, influence: FloatArray) -> Model:
    options = task.options
    return Model(
        task.formula,
        task.coding,
        task.sample,
        task.matrix[:, task.kept],
        task.kept,
        fit,
        influence,
        options.link,
        options.thresholds,
        task.moved,
        survey.question(task.formula.outcome),
        survey.domain_text,
        options.working if options.se == "cr2" else None,
    )


def _covariance(model: Model, survey: Survey, task: _Task) -> tuple[FloatArray, FloatArray]:
    """Covariance of the parameters and the degrees of freedom of each."""
    q, sample = len(model.fit.parameters), model.sample
    if task.options.se == "information":
        inverse = np.linalg.inv(model.fit.information)
        return np.asarray((inverse + inverse.T) / 2), np.full(q, np.inf)
    if task.options.se == "cr2":
        return few_clusters(model, survey, task.options.working)
    if sample.respondents.replication is not None:
        covariance = _replicated(model, task, sample.respondents.replication)
    else:
        covariance = influence_covariance(model.influence, sample.respondents, cell=sample.cell)
    lost = 0 if model.fit.kind == "ordinal" else q - 1
    return covariance, np.full(q, sample.respondents.degrees_of_freedom - lost)


def _replicated(model: Model, task: _Task, replication: Replication) -> FloatArray:
    """Variance between fits with the weights of each replicate; NaN where one gives no estimate."""
    sample, unit = task.sample, replication.unit[task.sample.respondents.group]
    fits = np.full((len(replication.rscales), len(model.fit.parameters)), np.nan)
    for place in np.flatnonzero(replication.rscales > 0):
        weight = sample.respondents.weight * replication.column(int(place))[unit]
        cells = np.bincount(sample.cell, weight, minlength=len(sample.weight)).astype(np.float64)
        with contextlib.suppress(DesignError):
            found = _fit(task, cells)
            if found.converged and len(found.parameters) == fits.shape[1]:
                fits[place] = found.parameters
    centre = model.fit.parameters if replication.centre == "estimate" else None
    return replicate_covariance(fits, centre, replication.scale, replication.rscales)
