"""Reads who is meant: a table of variables and ids of their codes."""

from collections.abc import Sequence

from barometri.study.claim import REST
from barometri.study.codebook import Codebook
from barometri.study.plan import NUMBER_OF_MODELS
from barometri.study.reading_models import check_codes
from barometri.study.toml import Section


def read_restriction(row: Section, key: str, codebook: Codebook, models: int) -> dict[str, tuple[str, ...]]:
    """Read one restriction, empty where the key is absent.

    Parameters
    ----------
    row
        The table of the claim or analysis.
    key
        ``population``, ``left`` or ``right``; the last may be ``{ rest = [] }``.
    codebook
        The questions it may name.
    models
        How many models the study has; with any, the number of models is a variable too.
    """
    table = row.section(key)
    restriction = {name: table.texts(name) for name in table.keys()}  # noqa: SIM118 (a method, not a dict)
    for name, codes in restriction.items():
        if name == REST and key == "right" and not codes:
            continue
        check_variable(table, name, name, codebook, models)
        if not codes:
            table.fail(name, "there is no code. Name at least one.")
        if name == NUMBER_OF_MODELS:
            _check_numbers(table, name, codes, models)
        else:
            check_codes(table, name, codebook, name, codes)
    return restriction


def check_variable(row: Section, key: str, name: str, codebook: Codebook, models: int) -> None:
    """Refuse a variable that the study does not have, or that has no codes."""
    if name == NUMBER_OF_MODELS and models:
        return
    if name not in codebook:
        row.fail(key, f"{name!r} is no question of the codebook. Correct the name or add it.")
    if not codebook[name].codes:
        row.fail(key, f"{name!r} has no codes to tell apart.")


def _check_numbers(table: Section, name: str, codes: Sequence[str], models: int) -> None:
    for code in codes:
        number = code.removesuffix("+")
        if not number.isdigit() or int(number) > models:
            table.fail(name, f"{code!r} is no class; expected numbers such as '0', '1' or '3+'.")
