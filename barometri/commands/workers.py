"""Processes that write parts of a report side by side; how many there are changes no byte."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

from barometri.errors import OutputError

PRINTS: Final = ("png", "pdf")
"""Formats that take about as long to write as all others together."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """One worker's errand: a language and the formats to write of it."""

    language: str
    formats: tuple[str, ...]


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shares(languages: Sequence[str], formats: Sequence[str], workers: int) -> tuple[Share, ...]:
    """Divide the work: a language each, and those that would leave a worker idle in two halves.

    Examples
    --------
    >>> [f"{s.language}: {' '.join(s.formats)}" for s in shares(["fi", "sv", "en"], ["html", "png"], 2)]
    ['fi: html png', 'sv: html png', 'en: html', 'en: png']
    """
    whole = len(languages) - len(languages) % workers
    halves = (
        tuple(form for form in formats if form not in PRINTS),
        tuple(form for form in formats if form in PRINTS),
    )
    return tuple(
        Share(language, part)
        for position, language in enumerate(languages)
        for part in ((tuple(formats),) if position < whole else halves)
        if part
    )


class Workers:
    """A pool of fresh processes, or none at all for one worker.

    Parameters
    ----------
    number
        How many parts are written at a time.
    prepare
        A function of a module that the processes load at once, while this process goes on.
    """

    def __init__(self, number: int, prepare: Callable[[], None]) -> None:
        self.number = number
        self._prepare = prepare
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self.number > 1:
            # Fresh processes: none inherits a thread or a lock from this one.
            self._pool = ProcessPoolExecutor(self.number, mp_context=multiprocessing.get_context("spawn"))
            for _ in range(self.number):
                self._pool.submit(self._prepare)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(self, task: Callable[[Share], T], parts: Sequence[Share]) -> Iterator[T]:
        """Yield what the task returns for each part, in their order.

        Raises
        ------
        OutputError
            When the system ends a process.
        """
        if self._pool is None:
            yield from map(task, parts)
            return
        try:
            yield from self._pool.map(task, parts)
        except BrokenProcessPool:
            message = "a process that wrote a part of the report was ended by the system. Try --jobs 1."
            raise OutputError(message) from None
