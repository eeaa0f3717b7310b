"""Accepting deliveries: every wave's file is read anew, validated and pinned."""

from pathlib import Path

from barometri.errors import FileError
from barometri.loading.manifest import Manifest, Pin, read_manifest
from barometri.loading.places import alone
from barometri.loading.surveys import refresh
from barometri.study.study import Study


def accept_inputs(study: Study, *, data: str | Path = "data") -> tuple[str, ...]:
    """Read every wave of a study anew, validate it, and pin its file and its harmonised form as they are now.

    This is how a new delivery, or a damaged manifest, is accepted: nothing is pinned unless every wave can
    be trusted.

    Parameters
    ----------
    study
        The study.
    data
        Folder with ``raw/<study>/`` and ``processed/<study>/``.

    Returns
    -------
    tuple of str
        One line a wave: its file, rows and columns, and whether it is new, unchanged or changed. Counts
        only.

    Raises
    ------
    FileError, ValidationError, AnonymityError
        What is wrong, where, what was expected and what to do; never an answer.
    """
    try:
        before = read_manifest(study, data)
    except FileError:
        before = Manifest()
    with alone(study, data):
        after = refresh(study, data, sorted(study.waves), accept=True)
    return tuple(_line(pin, before.waves.get(year)) for year, pin in sorted(after.waves.items()))


def _line(pin: Pin, before: Pin | None) -> str:
    shape = pin.delivered
    if before is None:
        change = "accepted for the first time"
    elif before.delivered == shape:
        change = "unchanged"
    else:
        change = f"changed; was {before.delivered.rows} rows, {before.delivered.columns} columns"
    return f"{pin.file}: {shape.rows} rows, {shape.columns} columns, {change}"
