"""The publication: blocks, formats, manifest, and the exchange of folders."""

from importlib import import_module
from typing import TYPE_CHECKING

from barometri.boundary import public

if TYPE_CHECKING:
    from barometri.report.building import build
    from barometri.report.excel import write_workbook
    from barometri.report.files import write
    from barometri.report.html import render

_HOMES = {
    "build": "barometri.report.building",
    "render": "barometri.report.html",
    "write": "barometri.report.files",
    "write_workbook": "barometri.report.excel",
}

__all__ = ["build", "render", "write", "write_workbook"]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name in _HOMES:
        return public(getattr(import_module(_HOMES[name]), name))
    message = f"module 'barometri.report' has no attribute {name!r}"
    raise AttributeError(message)
