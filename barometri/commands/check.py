"""``python -m barometri.check``: what a respondent file holds and whether it may be used, in counts."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from barometri import __version__
from barometri.commands.boundary import DONE, guarded
from barometri.errors import BarometriError
from barometri.study.waves import FileFormat

REFUSED: Final = 3

_EPILOG: Final = """\
Prints counts and names of places, never an answer. Without --study only the file itself is looked at.
--manifest reads every wave of the study anew and pins its file by digest, rows and columns: so a new delivery
is accepted.

exit codes: 0 nothing stands in the way, 2 usage, 3 refused
codes: E10 unreadable, E11 too big, E12 encoding, E20 columns or cells not as declared, E21 column twice,
E22 respondent twice, E23 unknown code, E30 weights, E31 stratum with one unit, E40 identifier found"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m barometri.check",
        description="Look at a respondent file before it is used.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("file", type=Path, nargs="?", metavar="FILE", help="a respondent file")
    add("--manifest", action="store_true", help="accept the study's files as they are now")
    add(
        "--study", type=Path, metavar="DIR", help="study folder; with --manifest the demonstration by default"
    )
    add("--wave", type=int, metavar="YEAR", help="wave that the file is of (default: the one of its name)")
    add("--data", type=Path, default=Path("data"), metavar="DIR", help="data folder (default: data)")
    for name in ("separator", "decimal", "encoding", "sheet"):
        add(f"--{name}", help="as in a wave's [format]; without --study")
    add("-q", "--quiet", action="store_true", help="say nothing but what is refused")
    add("--version", action="version", version=f"barometri {__version__}")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process by default.
    """
    made = parser()
    given = made.parse_args(argv)
    _check_usage(made, given)
    return guarded(lambda: _run(given), close=lambda: None, aftermath="nothing was written")


def _check_usage(made: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    formats = [name for name in ("separator", "decimal", "encoding", "sheet") if getattr(given, name)]
    if given.manifest == (given.file is not None):
        made.error("name a FILE, or --manifest")
    if given.manifest and (given.wave is not None or formats):
        made.error("--manifest takes --study and --data alone")
    if given.wave is not None and given.study is None:
        made.error("--wave needs --study")
    if formats and given.study is not None:
        made.error(f"--{formats[0]} stands in the wave's [format] where there is a study")


def _run(given: argparse.Namespace) -> int:
    try:
        return _accept(given) if given.manifest else _check(given)
    except BarometriError as error:
        _refuse(error)
        return error.exit_code


def _accept(given: argparse.Namespace) -> int:
    from barometri.loading import accept_inputs  # noqa: PLC0415 - `--help` needs none of it
    from barometri.study.reading import read_study  # noqa: PLC0415

    for line in accept_inputs(read_study(given.study), data=given.data):
        _say(line, given)
    return DONE


def _check(given: argparse.Namespace) -> int:
    from barometri.commands.checking import check_file, wave_of  # noqa: PLC0415 - `--help` needs none of it
    from barometri.study.reading import read_study  # noqa: PLC0415

    if given.study is None:
        file_format = FileFormat(given.separator, given.decimal, given.encoding, given.sheet)
        checked = check_file(given.file, file_format)
    else:
        study = read_study(given.study)
        wave = wave_of(study, given.file, given.wave)
        checked = check_file(given.file, wave.format, study=study, wave=wave)
    for line in checked.lines:
        _say(line, given)
    for error in checked.refusals:
        _refuse(error)
    return REFUSED if checked.refusals else DONE


def _say(line: str, given: argparse.Namespace) -> None:
    if not given.quiet:
        print(line)


def _refuse(error: BarometriError) -> None:
    code = f" {error.code}" if error.code else ""
    print(f"refused{code}: {' '.join(str(error).split())}", file=sys.stderr)
