"""What a run was asked to do, and the voice in which it tells of it."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NoReturn

if TYPE_CHECKING:
    from tqdm import tqdm

LANGUAGES: Final = ("fi", "sv", "en")
FORMATS: Final = ("html", "xlsx", "svg", "png", "pdf", "csv")
"""Stand here too so that ``--help`` loads nothing; a test holds them to the report's own."""


@dataclass(frozen=True, slots=True)
class Order:
    """The options of a run.

    No ``languages`` means the study's, no ``wave`` its latest, no ``jobs`` as many as the machine runs.
    """

    study: Path | None
    data: Path
    wave: int | None
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    output: Path
    jobs: int | None
    dry_run: bool = False
    verify: bool = False


class Voice:
    """One line a step on stderr; a progress bar beneath on a terminal."""

    def __init__(self, volume: Literal["quiet", "plain", "verbose"]) -> None:
        self._volume = volume
        self._bar: tqdm[NoReturn] | None = None
        self._since = time.perf_counter()

    def start(self, steps: int) -> None:
        """Show a bar of so many steps where somebody looks on."""
        if self._volume != "quiet" and sys.stderr.isatty():
            from tqdm import tqdm  # noqa: PLC0415 - only for a terminal

            self._bar = tqdm(total=steps, leave=False, bar_format="{bar:30} {n_fmt}/{total_fmt}")

    def step(self, words: str) -> None:
        """Say that a step is done."""
        now = time.perf_counter()
        took = f" ({now - self._since:.1f} s)" if self._volume == "verbose" else ""
        self._since = now
        self.say(words + took)
        if self._bar is not None:
            self._bar.update()

    def say(self, words: str) -> None:
        """Say one line."""
        if self._volume == "quiet":
            return
        if self._bar is not None:
            self._bar.write(words, file=sys.stderr)
        else:
            print(words, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
