"""A command that is told to stop ends in one line and leaves nothing half done."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")
_SHELL: Final = 128
"""A shell gives a program that ends by a signal this much and the signal's number."""


class Stopped(KeyboardInterrupt):
    """A signal that asks the command to stop.

    Parameters
    ----------
    number
        The signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = _SHELL + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise ``Stopped`` at the first signal to stop, and heed no second one: what is begun is cleared away.

    A signal that the caller ignores, as ``nohup`` does, stays ignored; so does any outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heeded = [number for number in numbers if before[number] not in (signal.SIG_IGN, None)]

    def stop(number: int, _: FrameType | None) -> None:
        for other in heeded:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    for number in heeded:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold signals back while processes are started: those inherit that they are deaf to them.

    What a terminal sends, an interrupt or its own end, reaches every process; one alone is to answer it. What
    was held back is delivered at the end of the block.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
