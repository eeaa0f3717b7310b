"""The clean-up pass: showing again every record that all protected counts can spare."""

from collections.abc import Sequence

import numpy as np

from barometri.disclosure.witnesses import BoolArray, Facts, Witness, cheapest


def covered(primary: BoolArray, witnesses: Sequence[Witness]) -> BoolArray:
    """Return the records that some witness changes, and the primary ones."""
    return np.asarray(np.any([primary, *(witness.changed for witness in witnesses)], axis=0))


def cleaned(
    told: Facts, primary: BoolArray, witnesses: Sequence[Witness], *, fixed: BoolArray | None = None
) -> BoolArray:
    """Show again what all targets can spare.

    First each target looks for a cheaper way, given what the others hide; then the records are tried one by
    one, dearest first.

    Parameters
    ----------
    told
        All released counts.
    primary
        Records hidden by their own rule, shape (records,).
    witnesses
        One for each target.
    fixed
        Records that are shown whatever happens, shape (records,); none by default.

    Returns
    -------
    numpy.ndarray
        Hidden records, shape (records,): every target has a witness that changes no other.
    """
    standing = _swept(told, primary, witnesses, fixed)
    hidden = covered(primary, standing)
    secondary = np.flatnonzero(hidden & ~primary)
    for record in secondary[np.argsort(-told.cost[secondary], kind="stable")]:
        shown = ~hidden
        shown[record] = True  # those that are fixed are never hidden, so they are among the shown
        found = _without(shown, told, primary, standing) if hidden[record] else None
        if found is not None:
            standing = found
            hidden = covered(primary, standing)
    return hidden


def _swept(
    told: Facts, primary: BoolArray, witnesses: Sequence[Witness], fixed: BoolArray | None
) -> list[Witness]:
    """Let each target, the last protected first, find a witness that is cheaper beside the others."""
    standing = list(witnesses)
    for place in reversed(range(len(standing))):
        others = covered(primary, [*standing[:place], *standing[place + 1 :]])
        own = standing[place].changed & ~others
        if own.any():
            found = cheapest(standing[place].target, told, others, fixed)
            if found is not None and told.cost[found.changed & ~others].sum() < told.cost[own].sum():
                standing[place] = found
    return standing


def _without(
    shown: BoolArray, told: Facts, primary: BoolArray, standing: Sequence[Witness]
) -> list[Witness] | None:
    """Return witnesses that change no shown record; ``None`` when some target has none."""
    found = []
    for witness in standing:
        one: Witness | None = witness
        if (witness.changed & shown).any():
            one = cheapest(witness.target, told, primary, fixed=shown)
        if one is None:
            return None
        found.append(one)
    return found
