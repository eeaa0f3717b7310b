"""The columns of a file against those the wave declares."""

from barometri.errors import ValidationError
from barometri.readers.raw import RawFile
from barometri.study.waves import Wave
from barometri.validation.platforms import platform_columns

_SHOWN = 5


def check_columns(raw: RawFile, wave: Wave) -> None:
    """Refuse missing and undeclared columns; the latter are told by position: a name may be an answer.

    Columns that a survey platform adds need no declaration.

    Raises
    ------
    ValidationError
        With code E20.
    """
    present = set(raw.frame.columns)
    design = wave.design
    for role, names in {
        "weight": (design.weight,),
        "stratum": design.stratum,
        "psu": design.psu,
        "fpc": design.fpc,
    }.items():
        absent = [q for q in names if q in wave.columns and wave.columns[q] not in present]
        if absent:
            raise ValidationError(
                f"{raw.name}: no column {wave.columns[absent[0]]!r}, which the design needs for {role} "
                f"({absent[0]}). Add it to the file, or correct columns or design in waves/{wave.year}.toml.",
                code="E20",
            )
    missing = {question: column for question, column in wave.columns.items() if column not in present}
    if missing:
        told = ", ".join(f"{column!r} ({question})" for question, column in list(missing.items())[:_SHOWN])
        raise ValidationError(
            f"{raw.name}: {len(missing)} of {len(wave.columns)} columns are not in the file: {told}. "
            f"Correct columns in waves/{wave.year}.toml, or the separator or sheet in its [format].",
            code="E20",
        )
    mapped = set(wave.columns.values())
    declared = mapped | set(wave.ignored) | set(platform_columns(raw.frame.columns, mapped=mapped))
    unknown = [str(i) for i, name in enumerate(raw.frame.columns, 1) if name not in declared]
    if unknown:
        raise ValidationError(
            f"{raw.name}: {len(unknown)} columns are not declared (columns {', '.join(unknown[:_SHOWN])} of "
            f"the file). Add them to columns or to ignored in waves/{wave.year}.toml.",
            code="E20",
        )
