"""The ledger: everything a study ever released, in a file that only grows and that no byte can leave.

Each line holds the hash of the one before; a small file beside it tells how many lines stand and the hash
of the last. It holds exact counts, hidden ones too, so it is as confidential as the responses: it lies with
them, readable by its owner alone, and nothing of it, nor of its hashes, is told to anybody.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from barometri.disclosure.ledger_lines import NOTHING, Release, canonical, read_line, written
from barometri.disk import flush, held
from barometri.errors import DisclosureError, OutputError

FOLDER: Final = "ledger"
_LINES: Final = "releases.jsonl"
_HEAD: Final = "head.json"
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


def _silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """What stands in a ledger.

    Parameters
    ----------
    releases
        All releases, the first one first.
    head
        Hash of the last line.
    size
        Length of the file in bytes up to the end of the last whole line.
    is_torn
        Whether a line follows that was cut short while it was written: nothing it tells was published.
    """

    releases: tuple[Release, ...] = ()
    head: str = NOTHING
    size: int = 0
    is_torn: bool = False

    def holds(self, release: Release) -> bool:
        """Whether this very release stands already."""
        return any(release.mark == earlier.mark for earlier in self.releases)

    def __repr__(self) -> str:
        return f"Standing({len(self.releases)} releases)"


class Ledger:
    """The ledger of a study.

    Parameters
    ----------
    folder
        Its folder; made, for its owner alone, with the first release.
    say
        Told, in one line, when a line that was cut short is found.
    """

    def __init__(self, folder: Path, *, say: Callable[[str], None] = _silent) -> None:
        self._folder = folder
        self._say = say

    def read(self) -> Standing:
        """Return what stands, and change nothing.

        Raises
        ------
        DisclosureError
            When a line is damaged or missing.
        """
        if not self._folder.is_dir():
            return Standing()
        try:
            with held(self._folder, alone=False):
                standing = self._standing()
        except OSError as error:
            raise OutputError(_refused("read", error)) from None
        if standing.is_torn:
            self._say(
                "ledger: the last release was cut short before anything of it was published; it is left out"
            )
        return standing

    def append(self, release: Release, *, after: Standing) -> bool:
        """Add a release unless it stands already; it is on the disk when this returns.

        Parameters
        ----------
        release
            What is about to be published.
        after
            What stood when the release was attacked.

        Returns
        -------
        bool
            False, and nothing added, when another run has added to the ledger since: attack again.

        Raises
        ------
        DisclosureError
            When a line is damaged or missing.
        OutputError
            When the system refuses to write.
        """
        try:
            self._make()
            with held(self._folder):
                standing = self._standing()
                if standing.head != after.head:
                    return False
                if not standing.holds(release):
                    self._write(release, standing)
        except OSError as error:
            raise OutputError(_refused("written", error)) from None
        return True

    def _make(self) -> None:
        is_new = not self._folder.is_dir()
        self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        self._folder.chmod(_PRIVATE_FOLDER)
        if is_new:
            flush(self._folder.parent)

    def _standing(self) -> Standing:
        """Read both files, which must agree to the byte; a line may be one ahead of what is told of it."""
        path = self._folder / _LINES
        content = path.read_bytes() if path.exists() else b""
        size = content.rfind(b"\n") + 1
        releases, hashes = _chained(content[:size])
        told, head = self._told()
        ahead = len(releases) - told
        is_torn = size < len(content)
        # A line is told of once it is on the disk: one that was told of cannot have been cut short.
        if ahead not in {0, 1} or head != hashes[told] or (is_torn and ahead):
            raise DisclosureError(_damaged(len(releases) + 1 if ahead < 0 else min(told, len(releases))))
        return Standing(releases, hashes[-1], size, is_torn)

    def _told(self) -> tuple[int, str]:
        """Return how many lines were told of, and the hash of the last."""
        path = self._folder / _HEAD
        if not path.exists():
            return 0, NOTHING
        try:
            text = path.read_bytes().decode("utf-8")
            content = json.loads(text)
            number, head = int(content["lines"]), str(content["last"])
        except (KeyError, TypeError, ValueError, RecursionError):
            raise DisclosureError(_damaged(0)) from None
        if text != _head(number, head) or number < 1:
            raise DisclosureError(_damaged(0))
        return number, head

    def _write(self, release: Release, standing: Standing) -> None:
        if standing.releases:  # the last run may have ended between its line and the note of it
            self._tell(len(standing.releases), standing.head)
        number = len(standing.releases) + 1
        line, head = written(release, number, standing.head)
        handle = os.open(self._folder / _LINES, os.O_WRONLY | os.O_CREAT, _PRIVATE_FILE)
        try:
            _make_private(handle)
            os.ftruncate(handle, standing.size)
            os.lseek(handle, standing.size, os.SEEK_SET)
            _write_all(handle, f"{line}\n".encode("utf-8", "surrogatepass"))
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, standing.size)
            raise
        finally:
            os.close(handle)
        flush(self._folder)
        self._tell(number, head)

    def _tell(self, number: int, head: str) -> None:
        """Note how many lines stand: in a file of its own that takes the old one's place at once."""
        draft = self._folder / f".{_HEAD}.part"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
        try:
            _make_private(handle)
            _write_all(handle, _head(number, head).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        draft.replace(self._folder / _HEAD)
        flush(self._folder)


def _head(number: int, head: str) -> str:
    return canonical({"lines": number, "last": head}) + "\n"


def _chained(content: bytes) -> tuple[tuple[Release, ...], list[str]]:
    """Return the releases of whole lines, and the hashes before, between and after them."""
    releases, hashes = [], [NOTHING]
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            release, own = read_line(line.decode("utf-8", "surrogatepass"), number, hashes[-1])
        except ValueError:
            raise DisclosureError(_damaged(number)) from None
        releases.append(release)
        hashes.append(own)
    return tuple(releases), hashes


def _damaged(number: int) -> str:
    where = f"line {number} is" if number else "its note of how many releases stand is"
    return (
        f"ledger: {where} damaged or missing, so what was published before cannot be known and nothing may "
        "be added to it. Put the study's processed data back from a copy. Nothing was written."
    )


def _refused(what: str, error: OSError) -> str:
    reason = error.strerror or "refused"
    return f"ledger: cannot be {what}: {reason}. Make room, or name another place with --data."


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _make_private(handle: int) -> None:
    if sys.platform != "win32":
        os.fchmod(handle, _PRIVATE_FILE)
