"""The record rules: what one record must hold to be shown, and how a shown record is marked.

R1 to R3 of the package's disclosure rules. A record is suppressed whole: base, share, interval and mark
together. Thresholds come from ``DisclosureRules`` (one TOML file with its sources) and never pass the hard
floor of 3.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.disclosure.protected import SHOWN, SMALL_BASE, SUPPRESSED, UNRELIABLE
from barometri.errors import DisclosureError
from barometri.study.claim import ANY_MODEL
from barometri.study.plan import NUMBER_OF_MODELS, DisclosureRules
from barometri.study.study import Study

DERIVED: Final = (NUMBER_OF_MODELS, ANY_MODEL)
"""Items made of all models."""
HARD_FLOOR: Final = 3
"""No threshold may lie below this, whatever a study file says."""


def checked(rules: DisclosureRules) -> DisclosureRules:
    """Return the rules when no threshold lies below the hard floor.

    Raises
    ------
    DisclosureError
        Naming the threshold.
    """
    for name in ("minimum_n", "minimum_k"):
        if getattr(rules, name) < HARD_FLOOR:
            message = f"disclosure.toml, {name}: below the hard floor of {HARD_FLOOR}. Raise it."
            raise DisclosureError(message)
    return rules


def is_unsafe(
    n: npt.NDArray[np.float64], k: npt.NDArray[np.float64], rules: DisclosureRules
) -> npt.NDArray[np.bool_]:
    """Say which records break R1 (base) or R2 (numerator and complement).

    Parameters
    ----------
    n
        Unweighted answers in the base, shape (C,).
    k
        Unweighted numerator, shape (C,); NaN for a mean, which R2 does not concern.
    rules
        Thresholds.

    Returns
    -------
    numpy.ndarray
        True where the record may not be shown, shape (C,). 0 and 100 per cent are class disclosure, not
        exceptions.

    Examples
    --------
    >>> is_unsafe(np.array([9.0, 60, 60, 60]), np.array([5.0, 0, 57, 30]), DisclosureRules()).tolist()
    [True, True, True, False]
    """
    base = ~(n >= rules.minimum_n)
    share = np.isfinite(k)
    edge = share & ~((k >= rules.minimum_k) & (n - k >= rules.minimum_k))
    return base | edge


def is_of_one_answer(
    others: npt.NDArray[np.float64], se: npt.NDArray[np.float64], rules: DisclosureRules
) -> npt.NDArray[np.bool_]:
    """Say which means tell what nearly everybody answered: R2 for a number that is no share.

    Parameters
    ----------
    others
        Respondents who did not give the most common answer, shape (C,); NaN where that is not known.
    se
        Standard errors, shape (C,): without an error all gave one answer.
    rules
        Thresholds.

    Examples
    --------
    >>> is_of_one_answer(np.array([1.0, 40, np.nan]), np.array([0.1, 0.1, 0.0]), DisclosureRules()).tolist()
    [True, False, True]
    """
    return np.asarray((others < rules.minimum_k) | (np.isnan(others) & (se == 0)))


def is_declared_impossible(item: str, answers: frozenset[str], k: float, rules: DisclosureRules) -> bool:
    """Whether a count of zero is no finding: every answer it counts is declared impossible for the item."""
    declared = {tuple(pair.split(":", 1)) for pair in rules.structural_zeros}
    return k == 0 and bool(answers) and all((item, answer) in declared for answer in answers)


def status_of(n: float, rules: DisclosureRules, *, hidden: bool) -> str:
    """Return the status of a record: suppressed, unreliable, small base or shown.

    Examples
    --------
    >>> status_of(45, DisclosureRules(), hidden=False)
    'small_base'
    """
    if hidden:
        return SUPPRESSED
    if n < rules.unreliable:
        return UNRELIABLE
    return SMALL_BASE if n < rules.small_base else SHOWN


def is_of_organisations(item: str, study: Study) -> bool:
    """Whether an item is a fact about organisations: a question declared so, or a model all of them ask."""
    asked = {model.id: model.questions for model in study.models}
    everything = tuple(name for questions in asked.values() for name in questions)
    names = asked.get(item, everything if item in DERIVED else (item,))
    known = [study.codebook[name] for name in names if name in study.codebook]
    return bool(known) and all(question.subject == "organisation" for question in known)


def sets_numerator_aside(item: str, study: Study, rules: DisclosureRules) -> bool:
    """Whether the owner sets R2 aside for an item."""
    return rules.organisation_numerator == "aside" and is_of_organisations(item, study)
