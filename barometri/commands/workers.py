"""Processes that write parts of a report side by side; how many there are changes no byte."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

from barometri.commands.signals import signals_held
from barometri.errors import OutputError

PRINTS: Final = ("png", "pdf")
"""Formats that take about as long to write as all others together."""

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

T = TypeVar("T")


def _bind() -> None:
    """Have a process end with the one that started it, however that one ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: "BaseProcess") -> None:
    parent.join()
    os._exit(1)


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
        self._others: set[int | None] = set()

    def __enter__(self) -> Self:
        with self.ended_on_error():
            if self.number > 1:
                self._others = {process.pid for process in multiprocessing.active_children()}
                # Fresh processes: none inherits a thread or a lock from this one.
                context = multiprocessing.get_context("spawn")
                with signals_held():  # this starts the process that counts locks, and lets signals through
                    self._pool = ProcessPoolExecutor(self.number, mp_context=context, initializer=_bind)
                with signals_held():
                    for _ in range(self.number):
                        self._pool.submit(self._prepare)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._end()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @contextmanager
    def ended_on_error(self) -> Iterator[None]:
        """End the processes at once when the block fails: none writes into a folder that is cleared away."""
        try:
            yield
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def _end(self) -> None:
        for process in multiprocessing.active_children():
            if self._pool is not None and process.pid not in self._others:
                process.terminate()

    def each(self, task: Callable[[Share], T], parts: Sequence[Share]) -> Iterator[T]:
        """Begin a task for each part, and give an iterator over what it returns, in the order of the parts.

        Without processes of its own each part is done when it is asked for.
        """
        if self._pool is None:
            return map(task, parts)
        return self._gathered([self._pool.submit(task, part) for part in parts])

    @staticmethod
    def _gathered(running: Sequence[Future[T]]) -> Iterator[T]:
        try:
            for future in running:
                yield future.result()
        except BrokenProcessPool:
            message = "a process that wrote a part of the report was ended by the system. Try --jobs 1."
            raise OutputError(message) from None
