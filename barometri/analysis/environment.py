"""What a run was computed with, as one hash: this package's libraries at their versions.

The lock of the repository is not installed with the package, so the hash is made of what is installed: of the
same lines, name and version, that the lock holds of these libraries.
"""

import hashlib
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import Final

DEPENDENCIES: Final = (
    "duckdb",
    "font-lato",
    "formulaic",
    "jinja2",
    "matplotlib",
    "narwhals",
    "numpy",
    "olefile",
    "pandas",
    "phonenumbers",
    "pyreadstat",
    "python-calamine",
    "python-stdnum",
    "scipy",
    "tqdm",
    "xlsxwriter",
)
"""Stand here too because a checkout is not installed; a test holds them to the project's own list."""
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*")
_OPTIONAL: Final = re.compile(r";.*\bextra\b")


@cache
def locked_versions() -> tuple[tuple[str, str], ...]:
    """Return name and version of every library in use, and of those that they need, in order of name."""
    found: dict[str, str] = {}
    waiting = list(DEPENDENCIES)
    while waiting:
        name = normal(waiting.pop())
        if name in found:
            continue
        try:
            known = distribution(name)
        except PackageNotFoundError:
            continue  # needed on other systems only
        found[name] = known.version
        needs = [line for line in known.requires or () if not _OPTIONAL.search(line)]
        waiting += [match[0] for line in needs if (match := _NAME.match(line))]
    return tuple(sorted(found.items()))


def normal(name: str) -> str:
    """Return a library's name as the lock writes it.

    Examples
    --------
    >>> normal("XlsxWriter"), normal("font_lato")
    ('xlsxwriter', 'font-lato')
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def lock_digest(versions: tuple[tuple[str, str], ...] | None = None) -> str:
    """Return the SHA-256 over the lines ``name==version``, those in use by default.

    Examples
    --------
    >>> len(lock_digest())
    64
    """
    lines = "".join(f"{name}=={version}\n" for name, version in versions or locked_versions())
    return hashlib.sha256(lines.encode()).hexdigest()
