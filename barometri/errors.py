"""The errors of the package: one root, few kinds, each with the exit code the command line returns.

A message says what is wrong, where (file, place), what was expected and what to do. It never repeats what a
respondent answered.
"""

from collections.abc import Iterable


class BarometriError(Exception):
    """Root of all errors that the package raises on purpose.

    Parameters
    ----------
    message
        One line: what, where, what was expected, what to do.
    code
        Short code of the loader contract, for instance ``E10``; empty where none applies.
    """

    exit_code = 3

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class OptionError(BarometriError):
    """An option or argument is none of the allowed words."""

    exit_code = 2


class StudyError(BarometriError):
    """A study folder is malformed: the message names file and key."""


class FileError(BarometriError):
    """A respondent file is missing, unreadable or of an unknown kind."""


class ValidationError(BarometriError):
    """The responses break the codebook, the routing or the design."""


class AnonymityError(BarometriError):
    """A direct identifier or undeclared free text was found."""


class DesignError(BarometriError):
    """The sampling design cannot be used as described."""


class DisclosureError(BarometriError):
    """A release would disclose; nothing is written."""

    exit_code = 4


class OutputError(BarometriError):
    """The output could not be written; what stood there before is intact."""

    exit_code = 5


class UnforeseenError(BarometriError):
    """A library failed in a way that nobody foresaw: the call and the place are told, its message is not."""


def check_option(name: str, value: str, allowed: Iterable[str]) -> str:
    """Return ``value`` when it is one of ``allowed``.

    Raises
    ------
    OptionError
        Naming the option and its allowed words.

    Examples
    --------
    >>> check_option("ci", "logit", ["korn_graubard", "logit"])
    'logit'
    """
    words = list(allowed)
    if value not in words:
        message = f"{name} must be one of {', '.join(words)}; got {value!r}."
        raise OptionError(message)
    return value
