"""``python -m barometri.report``: from respondent files to the publication, in one word."""

import argparse
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from barometri import __version__
from barometri.commands.order import FORMATS, LANGUAGES, Order, Voice
from barometri.errors import BarometriError

DONE: Final = 0
FAILED: Final = 3
"""Exit code of an error that this package did not foresee."""
INTERRUPTED: Final = 130

_EPILOG: Final = """\
Without options the embedded demonstration study (simulated respondents) is published in three languages, in
all formats, under reports/. The folder of a year is replaced whole, or stays as it was.

exit codes: 0 done, 1 --verify differs, 2 usage, 3 data or study error, 4 refused by disclosure control,
5 output error"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m barometri.report",
        description="Make the annual publication of a survey.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("--study", type=Path, metavar="DIR", help="study folder (default: the embedded demonstration)")
    add("--data", type=Path, default=Path("data"), metavar="DIR", help="data folder (default: data)")
    add("--wave", type=int, metavar="YEAR", help="publication year (default: the study's latest wave)")
    add("--language", nargs="+", choices=LANGUAGES, metavar="LANGUAGE",
        help="fi, sv, en (default: the study's languages)")  # fmt: skip
    add("--format", nargs="+", choices=FORMATS, default=list(FORMATS), metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: all)")  # fmt: skip
    add("--output", type=Path, default=Path("reports"), metavar="DIR", help="(default: reports)")
    add("--jobs", type=_positive, metavar="N", help="processes that write languages (default: the machine's)")
    add("--dry-run", action="store_true", help="read, check, estimate and protect, but write no report")
    add("--verify", action="store_true", help="make the report anew and compare it with the one that stands")
    volume = made.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    volume.add_argument("-v", "--verbose", action="store_true", help="say how long each step took")
    add("--version", action="version", version=f"barometri {__version__}")
    return made


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        message = "at least 1"
        raise argparse.ArgumentTypeError(message)
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process by default.
    """
    given = parser().parse_args(argv)
    order = Order(
        study=given.study,
        data=given.data,
        wave=given.wave,
        languages=tuple(dict.fromkeys(given.language or ())),
        formats=tuple(dict.fromkeys(given.format)),
        output=given.output,
        jobs=given.jobs,
        dry_run=given.dry_run,
        verify=given.verify,
    )
    voice = Voice("quiet" if given.quiet else "verbose" if given.verbose else "plain")
    try:
        # What other libraries warn of may quote an answer; what a reader must know is said by the package.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _run(order, voice)
    except BarometriError as error:
        return _failed(" ".join(str(error).split()), error.exit_code, voice)
    except KeyboardInterrupt:
        return _failed("stopped; nothing was written.", INTERRUPTED, voice)
    except Exception as error:  # noqa: BLE001 - a foreign message may quote an answer: only its place is told
        return _failed(_place(error), FAILED, voice)


def _run(order: Order, voice: Voice) -> int:
    from barometri.commands.publishing import publish  # noqa: PLC0415 - `--help` needs none of it

    return publish(order, voice)


def _failed(message: str, code: int, voice: Voice) -> int:
    voice.close()
    print(f"error: {message}", file=sys.stderr)
    return code


def _place(error: Exception) -> str:
    """Say where an unforeseen error arose, without a word of what it says."""
    package = Path(__file__).resolve().parent.parent
    stack = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in stack if Path(frame.filename).is_relative_to(package)]
    where = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "a library"
    return (
        f"an unforeseen {type(error).__name__} in {where}; nothing was written. "
        "Its message is withheld, because it may hold an answer. Please report the place."
    )
