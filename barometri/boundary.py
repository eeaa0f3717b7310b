"""The line that no foreign error crosses: what a library says when it fails may quote an answer.

Every public call passes here. An error of this package leaves as it is, but alone: without the error it was
made from and without the frames that hold responses. Any other error leaves as ``UnforeseenError``, which
tells the call, the kind of error and the places in this package, never its message. What libraries warn of is
not shown.
"""

import functools
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FunctionType
from typing import Final, ParamSpec, TypeVar

from barometri.errors import BarometriError, UnforeseenError

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)

_PACKAGE: Final = Path(__file__).resolve().parent
_OUTERMOST: Final = ContextVar("outermost", default=True)
_KNOWN: Final[dict[FunctionType, FunctionType]] = {}
_MOST_PLACES: Final = 4
_ENDS: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)
_SPECIAL: Final = ("__init__", "__getitem__", "__len__", "__repr__")


def guarded(function: Callable[P, R]) -> Callable[P, R]:
    """Return a public function behind the line; the same one for the same function.

    Calls within a guarded call are not looked at again.

    Examples
    --------
    >>> def share(answers): return answers["131052-308T"]
    >>> guarded(share)({})
    Traceback (most recent call last):
    ...
    barometri.errors.UnforeseenError: share: an unforeseen KeyError in a library. Its message is withheld, ...
    """

    @functools.wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        if not _OUTERMOST.get():
            return function(*arguments, **options)
        token = _OUTERMOST.set(False)
        failure: BaseException
        try:
            with _no_warnings():
                return function(*arguments, **options)
        except BaseException as error:  # noqa: BLE001 - a library written in Rust panics with a BaseException
            failure = _presentable(error, function.__qualname__)
        finally:
            _OUTERMOST.reset(token)
        # Outside the handler, so that the error is chained to no other.
        raise failure.with_traceback(None)

    return call


def guarded_class(kind: C) -> C:
    """Put the public methods and properties of a class behind the line."""
    for name, value in list(vars(kind).items()):
        if name.startswith("_") and name not in _SPECIAL:
            continue
        if isinstance(value, FunctionType):
            setattr(kind, name, guarded(value))
        elif isinstance(value, property) and value.fget is not None:
            setattr(kind, name, property(guarded(value.fget), doc=value.__doc__))
    return kind


def public(value: object) -> object:
    """Return a public name as it is handed out: functions behind the line, each once."""
    if not isinstance(value, FunctionType):
        return value
    if value not in _KNOWN:
        _KNOWN[value] = guarded(value)  # type: ignore[assignment]  # what wraps a function is one
    return _KNOWN[value]


def places(error: BaseException) -> str:
    """Return where in this package an error passed, innermost last, without a word of what it says."""
    stack = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in stack if Path(frame.filename).is_relative_to(_PACKAGE)]
    inner = [frame for frame in frames if frame.filename != __file__][-_MOST_PLACES:]
    told = [f"{Path(frame.filename).relative_to(_PACKAGE)}, line {frame.lineno}" for frame in inner]
    return " > ".join(told) or "a library"


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Show no warning; only in the main thread, because filters are those of the whole process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _presentable(error: BaseException, name: str) -> BaseException:
    """Return what may be raised in the place of an error."""
    binding = error.__traceback__ is not None and error.__traceback__.tb_next is None
    if isinstance(error, TypeError) and binding:
        return TypeError(*error.args)  # of the call itself: it names arguments, and none was looked at
    if isinstance(error, (BarometriError, *_ENDS)):
        error.__cause__ = error.__context__ = None
        return error
    return UnforeseenError(
        f"{name}: an unforeseen {type(error).__name__} in {places(error)}. Its message is withheld, because "
        "it may hold an answer. Check the kinds of the arguments; if they are right, report the place."
    )
