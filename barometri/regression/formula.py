"""Formulas: checked against an allow-list of words, then read and coded by formulaic.

A formula is code of the analyst, never of a study file. Only names of variables, numbers, ``+ - : * ^ ( )``
and the functions ``C``, ``log`` and ``poly`` pass, so that nothing but model terms can be said.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import formulaic
import numpy as np
import numpy.typing as npt
import pandas as pd
from formulaic.errors import FormulaicError

from barometri.errors import OptionError

FloatArray = npt.NDArray[np.float64]
FUNCTIONS = ("C", "log", "poly")
LONGEST, HIGHEST_POWER, MOST_COLUMNS = 4000, 4, 400
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[^\W\d]\w*)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+:*^(),]))", flags=re.UNICODE
)
_POLY = re.compile(r"\bpoly\s*\(\s*[^\W\d]\w*\s*,\s*[1-9]\s*\)")
_CALLED = re.compile(r"[)\d]\s*\(|\(\s*\)")
"""A call of what a call returned, of a number, or of nothing."""
DEEPEST = 20
Term = frozenset[str]


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked formula.

    Parameters
    ----------
    text
        The formula as written, without needless spaces.
    outcome
        Variable on the left.
    right
        Terms on the right, as text.
    variables
        Variables on the right, in order of first use.
    stateful
        Whether a term depends on all rows at once (``poly``).
    """

    text: str
    outcome: str
    right: str
    variables: tuple[str, ...]
    stateful: bool


@dataclass(frozen=True, slots=True)
class Coding:
    """How a frame of covariates becomes columns: the intercept first.

    Parameters
    ----------
    spec
        formulaic's model specification, with the levels and bases of the frame it was made from.
    names
        Names of the columns, shape (p,).
    terms
        Text of each term but the intercept, and its columns.
    """

    spec: formulaic.ModelSpec
    names: tuple[str, ...]
    terms: tuple[tuple[str, tuple[int, ...]], ...]

    def matrix(self, frame: pd.DataFrame) -> FloatArray:
        """Columns of another frame with the same variables, shape (R, p)."""
        return _dense(self.spec.get_model_matrix(frame, context={}))


def read_formula(text: str, known: Collection[str]) -> Formula:
    """Check a formula ``outcome ~ terms``.

    Parameters
    ----------
    text
        The formula.
    known
        Variables of the survey.

    Returns
    -------
    Formula
        The variables are known and the intercept stays.

    Raises
    ------
    OptionError
        Anything but names, numbers, ``+ - : * ^ ( )``, ``C``, ``log`` and ``poly``; an unknown variable; a
        formula without its intercept.

    Examples
    --------
    >>> read_formula("y ~ group*k + log(k)", {"y", "group", "k"}).variables
    ('group', 'k')
    """
    left, tilde, right = text.partition("~")
    if not tilde or not right.strip() or not re.fullmatch(r"\s*[^\W\d]\w*\s*", left):
        raise OptionError(f"A formula reads 'outcome ~ terms', with one variable on the left; got {text!r}.")
    outcome = left.strip()
    names = check_terms(right, text)
    unknown = [name for name in (outcome, *names) if name not in known]
    if unknown:
        raise OptionError(f"The formula names {unknown[0]!r}, which is no variable of the survey: {text!r}.")
    if outcome in names:
        raise OptionError(f"The outcome {outcome!r} stands on both sides of the formula {text!r}.")
    if not any(term.degree == 0 for term in _terms(right)):
        raise OptionError(f"The formula {text!r} takes the intercept away; leave it in.")
    clean = " ".join(right.split())
    return Formula(f"{outcome} ~ {clean}", outcome, clean, names, "poly" in _words(right))


def check_terms(right: str, text: str) -> tuple[str, ...]:
    """Return the variables of some terms, or refuse what the allow-list does not hold.

    Examples
    --------
    >>> check_terms("a + C(b)", "y ~ a + C(b)")
    ('a', 'b')
    """
    if len(text) > LONGEST:
        raise OptionError(f"A formula holds at most {LONGEST} characters; this one has {len(text)}.")
    _check_calls(right, text)
    names, previous, place = [], "", 0
    right = right.rstrip()
    while place < len(right):
        found = _TOKEN.match(right, place)
        word = "" if found is None else (found["name"] or found["number"] or found["sign"])
        if found is None or (word == "*" and previous == "*"):
            raise OptionError(
                f"The formula {text!r} holds {right[place:].strip()[:1]!r}, which is not allowed. Use names, "
                "numbers, + - : * ^ ( ), C, log and poly; make other variables with Survey.with_column."
            )
        called = right[found.end() :].lstrip().startswith("(")
        if found["name"] and called != (word in FUNCTIONS):
            raise OptionError(f"{word!r} in {text!r} is no allowed function; allowed are C, log and poly.")
        if found["name"] and not called:
            names.append(word)
        if previous == "^" and not (found["number"] and float(word) <= HIGHEST_POWER):
            raise OptionError(f"A power in {text!r} must be a number up to {HIGHEST_POWER}.")
        previous, place = word, found.end()
    return tuple(dict.fromkeys(names))


def _check_calls(right: str, text: str) -> None:
    """Refuse brackets that call what is no function, and arguments that no function here has."""
    if _CALLED.search(right):
        raise OptionError(f"The formula {text!r} calls what is no function; write * between brackets.")
    if right.count(",") != len(_POLY.findall(right)):
        raise OptionError(f"A comma in {text!r} may stand in poly(variable, degree) alone, degree 1 to 9.")
    depth = deepest = 0
    for sign in right:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise OptionError(f"The brackets of a formula go at most {DEEPEST} deep; these go {deepest} deep.")


def code_frame(formula: Formula, frame: pd.DataFrame) -> tuple[Coding, FloatArray]:
    """Code covariates: an indicator for each level but the first, numbers as they are.

    Parameters
    ----------
    formula
        A checked formula.
    frame
        Its variables: categoricals and numbers, without missing values.

    Returns
    -------
    tuple of Coding and numpy.ndarray
        The coding, and the design matrix of the frame, shape (R, p).

    Raises
    ------
    OptionError
        Terms without a finite value (a logarithm of 0), or far too many columns.

    Examples
    --------
    >>> frame = pd.DataFrame({"g": pd.Categorical(["b", "a"], categories=["b", "a"])})
    >>> code_frame(read_formula("y ~ g", {"y", "g"}), frame)[0].names
    ('Intercept', 'g[T.a]')
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        made = _read(formula.right).get_model_matrix(frame, context={}, na_action="ignore")
    spec = made.model_spec
    names = tuple(str(name) for name in made.columns)
    if len(names) > MOST_COLUMNS:
        raise OptionError(f"The formula {formula.text!r} makes {len(names)} columns; at most {MOST_COLUMNS}.")
    matrix = _dense(made)
    wrong = [name for name, column in zip(names, matrix.T, strict=True) if not np.all(np.isfinite(column))]
    if wrong:
        raise OptionError(f"{wrong[0]} is not finite for every respondent used; leave those out by a domain.")
    terms = tuple(
        (str(term), tuple(range(*columns.indices(len(names)))))
        for term, columns in spec.term_slices.items()
        if term.degree > 0
    )
    return Coding(spec, names, terms), matrix


def term_key(text: str) -> Term:
    """Return a term's factors: ``a:b`` and ``b:a`` are one term.

    Examples
    --------
    >>> term_key("a:b") == term_key("b : a")
    True
    """
    (term,) = [term for term in _terms(text) if term.degree > 0] or [None]
    return frozenset() if term is None else frozenset(str(factor) for factor in term.factors)


def split_terms(text: str) -> list[str]:
    """Return the terms of a right-hand side.

    Examples
    --------
    >>> split_terms("a*b")
    ['a', 'b', 'a:b']
    """
    check_terms(text, text)
    return [str(term) for term in _terms(text) if term.degree > 0]


@lru_cache(maxsize=256)
def _read(right: str) -> formulaic.Formula:
    try:
        return formulaic.Formula(right)
    except (FormulaicError, ValueError, SyntaxError, TypeError, RuntimeError):
        raise OptionError(f"The terms {right!r} cannot be read as a formula.") from None


def _terms(right: str) -> list[formulaic.parser.types.Term]:
    return list(_read(" ".join(right.split())))


def _words(right: str) -> set[str]:
    return set(re.findall(r"\w+", right))


def _dense(made: pd.DataFrame) -> FloatArray:
    return np.asarray(made.to_numpy(dtype=np.float64), dtype=np.float64)
