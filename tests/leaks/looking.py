"""Everywhere an error or a result may be seen: what stands there."""

import io
import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Final

from tests.leaks.calls import CANARY

CANARIES: Final = (CANARY, CANARY.lower(), "308T", "8675309", "8,675,309", "8 675 309", "8.675309")


def shown(error: BaseException) -> str:
    """Return everything that Python, a notebook or a log would print of an error."""
    texts = ["".join(traceback.format_exception(error)), repr(error), str(error)]
    for each in chain(error):
        texts += [repr(each.args), str(getattr(each, "__notes__", ""))]
        texts += [frame.f_code.co_filename for frame, _ in traceback.walk_tb(each.__traceback__)]
        texts += [repr(vars(each))]
    return "\n".join(texts)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all it stems from, whether Python would print them or not."""
    if error is not None:
        yield error
        yield from chain(error.__cause__)
        if error.__context__ is not error.__cause__:
            yield from chain(error.__context__)


def told_by(call: Callable[[], object]) -> str:
    """Return all that a call tells: its error or result as shown, its warnings, its logs."""
    lines = io.StringIO()
    ear, root = logging.StreamHandler(lines), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                told = look(call())
            except BaseException as error:  # noqa: BLE001 - panics are no Exception
                told = shown(error)
    finally:
        root.removeHandler(ear)
        root.setLevel(level)
    return "\n".join([told, *(str(warning) for warning in heard), lines.getvalue()])


def look(value: object) -> str:
    """Return a result as a terminal and a notebook show it."""
    page = getattr(value, "_repr_html_", None)
    return repr(value) + (str(page()) if callable(page) else "")


def canaries_in(text: str) -> list[str]:
    """Return the canaries that a text shows."""
    return [canary for canary in CANARIES if canary in text]
