"""The line that no foreign error crosses: what a library says when it fails may quote an answer.

Every public call passes here. An error of this package leaves as it is, but alone: without the error it was
made from and without the frames that hold responses. Any other error leaves as ``UnforeseenError``, which
tells the call, the kind of error and the places in this package, never its message. What libraries warn of is
not shown.
"""

import functools
import inspect
import re
import threading
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from math import isfinite
from pathlib import Path
from types import FunctionType, NoneType, UnionType
from typing import Final, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from barometri.errors import BarometriError, OptionError, UnforeseenError

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)

_PACKAGE: Final = Path(__file__).resolve().parent
_OUTERMOST: Final = ContextVar("outermost", default=True)
_KNOWN: Final[dict[FunctionType, FunctionType]] = {}
_MOST_PLACES: Final = 4
_WORD: Final = re.compile(r"[\w.-]*\w")
_NAMING: Final = (str, int, NoneType)
_LISTS: Final = (list, tuple, Sequence, Iterable, Mapping, UnionType, Union)
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
    asked = inspect.signature(function).parameters
    naming = [name for name, argument in asked.items() if _is_name(argument.annotation)]

    @functools.wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        if not _OUTERMOST.get():
            return function(*arguments, **options)
        token = _OUTERMOST.set(False)
        failure: BaseException
        try:
            _check_names(function.__qualname__, naming, dict(zip(asked, arguments, strict=False)) | options)
            with _no_warnings():
                return function(*arguments, **options)
        except BaseException as error:  # noqa: BLE001 - a library written in Rust panics with a BaseException
            failure = _presentable(error, function.__qualname__, (*arguments, *options.values()))
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


def _is_name(annotation: object) -> bool:
    """Whether an argument is a name, a word or a list of those, and never a table or an array."""
    origin = get_origin(annotation)
    if origin is None:
        return annotation is str
    return origin is Literal or (origin in _LISTS and str in _leaves(annotation) <= set(_NAMING))


def _leaves(annotation: object) -> set[object]:
    """Return the classes that an annotation is made of; what is no list of them stands for itself."""
    origin = get_origin(annotation)
    if origin is Literal:
        return {str}
    if origin not in _LISTS:
        return {annotation}
    return set().union(*(_leaves(part) for part in get_args(annotation) if part is not Ellipsis))


def _check_names(call: str, naming: Sequence[str], values: Mapping[str, object]) -> None:
    """Refuse a table or an array in the place of names, before any work is done with it."""
    for name in naming:
        value = values.get(name)
        parts = value if isinstance(value, (list, tuple)) else ()
        if any(_is_array(part) for part in (value, *parts)):
            raise OptionError(
                f"{call}: {name} holds a table or an array of answers where names are expected. Pass the "
                "names of variables, as text or as a list of texts."
            )


def _is_array(value: object) -> bool:
    """Whether a value has cells: an array, a column or a frame of whatever library."""
    if isinstance(value, (str, int, float, type)):
        return False
    return any(hasattr(value, name) for name in ("dtype", "to_numpy", "__array__", "__dataframe__"))


def _presentable(error: BaseException, name: str, values: tuple[object, ...]) -> BaseException:
    """Return what may be raised in the place of an error of a call with such values of arguments."""
    binding = error.__traceback__ is not None and error.__traceback__.tb_next is None
    if isinstance(error, TypeError) and binding:
        return TypeError(*error.args)  # of the call itself: it names arguments, and none was looked at
    if isinstance(error, (BarometriError, *_ENDS)):
        if isinstance(error, BarometriError) and _quotes(str(error), values):
            return OptionError(
                f"{name}: an argument holds answers where names are expected; which is not told. Pass the "
                "names of variables."
            )
        error.__cause__ = error.__context__ = None
        return error
    return UnforeseenError(
        f"{name}: an unforeseen {type(error).__name__} in {places(error)}. Its message is withheld, because "
        "it may hold an answer. Check the kinds of the arguments; if they are right, report the place."
    )


def _quotes(message: str, values: Iterable[object]) -> bool:
    """Whether a message quotes, or may quote, a cell of an array or a frame among the arguments."""
    try:
        return _finds(message, values)
    except Exception:  # noqa: BLE001 - an argument that cannot be looked at
        return True


def _finds(message: str, values: Iterable[object]) -> bool:
    words = set(_WORD.findall(message))
    for value in values:
        parts = (
            value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        )
        for part in (value, *parts):
            cells = _cells(part)
            if cells & words or any(cell in message for cell in cells if not _WORD.fullmatch(cell)):
                return True
    return False


def _cells(value: object) -> set[str]:
    """Return the texts and fractions of whatever turns into an array; no single letters."""
    fetch = getattr(value, "to_numpy", None)
    array = fetch() if callable(fetch) and not isinstance(value, type) else value
    if not (hasattr(array, "dtype") and hasattr(array, "ravel")):
        return set()
    cells = {cell for cell in array.ravel().tolist() if isinstance(cell, (str, float))}
    fractions = {str(cell) for cell in cells if isinstance(cell, float) and isfinite(cell) and cell % 1}
    return fractions | {cell.strip() for cell in cells if isinstance(cell, str) and len(cell.strip()) > 1}
