"""``python -m barometri.report``: from respondent files to the publication, in one word."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from barometri import __version__
from barometri.commands.boundary import guarded
from barometri.commands.order import FORMATS, LANGUAGES, Order, Voice

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
    return guarded(lambda: _run(order, voice), close=voice.close, aftermath="no half report was left behind")


def _run(order: Order, voice: Voice) -> int:
    from barometri.commands.publishing import publish  # noqa: PLC0415 - `--help` needs none of it

    return publish(order, voice)
