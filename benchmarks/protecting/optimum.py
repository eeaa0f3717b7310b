"""The least that must be hidden: secondary suppression to optimality, by cuts (Benders).

A master programme chooses records; for every count that is not protected by the choice, the dual of the
attacker's linear programme names released counts of which at least one must go. Apart from the counts to be
protected nothing is taken from the package's own protection.
"""

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from barometri.disclosure.cells import Group, system
from barometri.disclosure.rules import is_unsafe
from barometri.disclosure.targets import Target, targets
from barometri.study.plan import DisclosureRules

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
_SMALL = 1e-7


@dataclass(frozen=True, slots=True)
class Optimum:
    """Cost of a best pattern, its hidden records, and whether it is proved best (else ``bound`` holds)."""

    hidden: BoolArray
    cost: float
    bound: float
    proved: bool


@dataclass(frozen=True, slots=True)
class _Problem:
    rows: FloatArray
    values: FloatArray
    said: BoolArray
    goals: list[Target]
    primary: BoolArray
    cost: FloatArray


def optimum(group: Group, rules: DisclosureRules, *, width: float, seconds: float) -> Optimum:
    """Find the cheapest pattern in which every target can be larger by ``width``.

    Parameters
    ----------
    group
        All records of one item.
    rules
        Thresholds.
    width
        How far a target must be able to rise.
    seconds
        After this time the bound reached so far is returned.
    """
    problem = _problem(group, rules)
    cuts: list[FloatArray] = []
    chosen, bound, start = problem.primary.copy(), 0.0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        hidden_facts = _hidden_facts(problem, chosen)
        new = [cut for goal in problem.goals if (cut := _cut(problem, goal, hidden_facts, width)) is not None]
        if not new:
            return Optimum(chosen, bound, bound, proved=True)
        cuts += new
        chosen, bound = _master(problem, cuts, max(1.0, seconds - (time.perf_counter() - start)))
    return Optimum(chosen, float("nan"), bound, proved=False)


def _problem(group: Group, rules: DisclosureRules) -> _Problem:
    equations = system(group)
    primary = is_unsafe(equations.n, equations.k, rules)
    every = np.vstack([equations.base.toarray(), equations.numerator.toarray()])
    values = np.concatenate([equations.n, equations.k])
    rows, first, which = np.unique(every, axis=0, return_index=True, return_inverse=True)
    records = len(primary)
    said = np.zeros((records, len(rows)), dtype=bool)
    said[np.tile(np.arange(records), 2), which.ravel()] = True
    goals = targets(group, equations, primary, rules)
    cost = np.where(primary, 0.0, np.log2(2.0 + equations.n))
    return _Problem(rows, values[first], said, goals, primary, cost)


def _hidden_facts(problem: _Problem, chosen: BoolArray) -> BoolArray:
    """Return the counts that no shown record says."""
    return np.asarray(~(problem.said & ~chosen[:, None]).any(axis=0))


def _cut(problem: _Problem, goal: Target, hidden: BoolArray, width: float) -> FloatArray | None:
    """Return the counts of which one must go for this target; ``None`` when it is protected."""
    shown = ~hidden
    answer = linprog(
        -goal.row.toarray().ravel(), A_eq=problem.rows[shown], b_eq=problem.values[shown], bounds=(0, None)
    )
    if answer.fun is None or -answer.fun >= goal.value + width - _SMALL:
        return None
    cut = np.zeros(len(problem.values))
    cut[shown] = np.abs(answer.eqlin.marginals) > _SMALL
    return cut


def _master(problem: _Problem, cuts: list[FloatArray], seconds: float) -> tuple[BoolArray, float]:
    """Choose the cheapest records that satisfy all cuts; a count is gone with all records that say it."""
    records, counts = problem.said.shape
    record, count = np.nonzero(problem.said)
    pairs = len(record)
    follows = sparse.csr_array(
        (
            np.concatenate([np.ones(pairs), -np.ones(pairs)]),
            (np.tile(np.arange(pairs), 2), np.concatenate([records + count, record])),
        ),
        shape=(pairs, records + counts),
    )
    needed = sparse.hstack([sparse.csr_array((len(cuts), records)), sparse.csr_array(np.array(cuts))])
    answer = milp(
        np.concatenate([problem.cost, np.zeros(counts)]),
        constraints=[LinearConstraint(follows, -np.inf, 0.0), LinearConstraint(needed, 1.0, np.inf)],
        bounds=Bounds(
            np.concatenate([problem.primary.astype(float), np.zeros(counts)]), np.ones(records + counts)
        ),
        integrality=np.concatenate([np.ones(records), np.zeros(counts)]),
        options={"time_limit": seconds, "mip_rel_gap": 1e-4},
    )
    bound = float(answer.mip_dual_bound if answer.mip_dual_bound is not None else 0.0)
    chosen = answer.x[:records] > 1 / 2 if answer.x is not None else np.ones(records, dtype=bool)
    return chosen, bound
