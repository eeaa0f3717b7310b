"""The limited process that opens one respondent file: ``python -m barometri.readers.child``.

Reads a request as JSON from standard input and answers on standard output: one byte, then the packed content
or an error as JSON. Memory, time and core dumps are limited before any library is loaded.
"""

import contextlib
import json
import os
import sys
from pathlib import Path

from barometri.errors import FileError
from barometri.readers.content import check_texts
from barometri.readers.formats import READERS, check_kind
from barometri.readers.handover import CONTENT, ERROR, pack
from barometri.study.waves import FileFormat


def limit(memory: int, seconds: int) -> None:
    """Limit the process; where the system knows no such limits, only the parent's clock holds."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    wanted = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0}
    for kind, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def answer(path: Path, file_format: FileFormat) -> bytes:
    """Read the file; an error becomes its message and code."""
    try:
        check_kind(path)
        content = READERS[path.suffix.lower()](path, file_format)
        check_texts(content, path.name)
        return CONTENT + pack(content)
    except FileError as error:
        return ERROR + json.dumps({"message": str(error), "code": error.code}).encode("ascii")


def main() -> int:
    """Answer one request."""
    request = json.load(sys.stdin)
    limit(request["memory"], request["seconds"])
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not reach the parent
    data = answer(Path(request["path"]), FileFormat(**request["format"]))
    with os.fdopen(out, "wb") as stream:
        stream.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
