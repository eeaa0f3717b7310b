"""The boundary of every command: an error becomes one line on stderr and an exit code, never an answer."""

import sys
import warnings
from collections.abc import Callable
from typing import Final

from barometri.boundary import places
from barometri.commands.signals import Stopped, stoppable
from barometri.errors import BarometriError

DONE: Final = 0
FAILED: Final = 3
"""Exit code of an error that this package did not foresee."""
INTERRUPTED: Final = 130


def guarded(run: Callable[[], int], *, close: Callable[[], None], aftermath: str) -> int:
    """Run a command; return its exit code, or tell an error and return that error's code.

    Parameters
    ----------
    run
        The command.
    close
        Called before an error is told, so that nothing else stands on its line.
    aftermath
        What an interrupted or failed run left behind, in a few words.
    """
    try:
        # What other libraries warn of may quote an answer; what a reader must know is said by the package.
        with warnings.catch_warnings(), stoppable():
            warnings.simplefilter("ignore")
            return run()
    except BarometriError as error:
        return _failed(" ".join(str(error).split()), error.exit_code, close)
    except KeyboardInterrupt as stop:
        code = stop.exit_code if isinstance(stop, Stopped) else INTERRUPTED
        return _failed(f"stopped; {aftermath}.", code, close)
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of a library is no Exception; only its place is told
        return _failed(_place(error, aftermath), FAILED, close)


def _failed(message: str, code: int, close: Callable[[], None]) -> int:
    close()
    print(f"error: {message}", file=sys.stderr)
    return code


def _place(error: BaseException, aftermath: str) -> str:
    """Say where an unforeseen error arose, without a word of what it says."""
    return (
        f"an unforeseen {type(error).__name__} in {places(error)}; {aftermath}. "
        "Its message is withheld, because it may hold an answer. Please report the place."
    )
