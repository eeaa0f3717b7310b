"""Faults put into a running call: the k-th step into a library fails, and quotes an answer."""

import contextlib
import errno
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final, Self

import duckdb
import numpy as np
import pandas as pd
from formulaic.errors import FactorEvaluationError
from pyreadstat import ReadstatError
from python_calamine import CalamineError

import barometri
from tests.leaks.calls import CANARY, NUMBER

PACKAGE: Final = str(Path(barometri.__file__).parent)
BOUNDARY: Final = str(Path(PACKAGE, "boundary.py"))
LIBRARIES: Final = ("numpy", "pandas", "scipy", "duckdb", "narwhals", "formulaic", "polars", "matplotlib")
QUOTED: Final = f"could not convert string to float: '{CANARY}' (at {NUMBER})"


class PanicException(BaseException):
    """What a library written in Rust raises: no Exception."""


def warned() -> Exception | None:
    """Warn of an answer, and let the step go on."""
    warnings.warn(QUOTED, UserWarning, stacklevel=1)
    return None


ERRORS: Final[dict[str, Callable[[], BaseException | None]]] = {
    "KeyError": lambda: KeyError(CANARY, NUMBER),
    "ValueError": lambda: ValueError(QUOTED),
    "TypeError": lambda: TypeError(QUOTED),
    "IndexError": lambda: IndexError(NUMBER, CANARY),
    "AttributeError": lambda: AttributeError(QUOTED),
    "ZeroDivisionError": lambda: ZeroDivisionError(QUOTED),
    "UnicodeDecodeError": lambda: UnicodeDecodeError("utf-8", CANARY.encode(), 0, 3, QUOTED),
    "OSError": lambda: OSError(errno.EIO, "Input/output error", CANARY),
    "MemoryError": lambda: MemoryError(QUOTED),
    "RecursionError": lambda: RecursionError(QUOTED),
    "LinAlgError": lambda: np.linalg.LinAlgError(QUOTED),
    "pandas": lambda: pd.errors.InvalidIndexError(QUOTED),
    "duckdb": lambda: duckdb.ConversionException(QUOTED),
    "formulaic": lambda: FactorEvaluationError(QUOTED),
    "pyreadstat": lambda: ReadstatError(QUOTED),
    "calamine": lambda: CalamineError(QUOTED),
    "panic": lambda: PanicException(QUOTED),
    "warning": warned,
}


class Fault:
    """Counts the steps from this package into libraries and makes one of them fail.

    Parameters
    ----------
    at
        Which step fails, from 1; 0 for none.
    make
        What it raises, or does before it goes on.
    """

    def __init__(self, at: int = 0, make: Callable[[], BaseException | None] = lambda: None) -> None:
        self.at = at
        self.make = make
        self.steps = 0
        self.struck = False

    def __enter__(self) -> Self:
        sys.setprofile(self._step)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _step(self, frame: FrameType, event: str, argument: Any) -> None:  # noqa: ANN401 - what Python passes
        if event == "call":
            outer = frame.f_back
            foreign = "site-packages" in frame.f_code.co_filename
            crossing = foreign and outer is not None and _is_ours(outer)
        else:
            crossing = event == "c_call" and _is_ours(frame) and _is_foreign(argument)
        if not crossing:
            return
        self.steps += 1
        if self.steps == self.at:
            sys.setprofile(None)
            self.struck = True
            error = self.make()
            if error is not None:
                raise error


def _is_ours(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return name.startswith(PACKAGE) and name != BOUNDARY


def _is_foreign(function: Any) -> bool:  # noqa: ANN401 - any built-in function
    module = getattr(function, "__module__", None) or type(getattr(function, "__self__", None)).__module__
    return str(module).partition(".")[0] in LIBRARIES


def steps_of(call: Callable[[], object]) -> int:
    """Count the steps into libraries of a call that may itself be refused."""
    with Fault() as fault, contextlib.suppress(Exception):
        call()
    return fault.steps
