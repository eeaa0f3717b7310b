"""The confined process that opens one respondent file: ``python -m barometri.readers.child``.

Reads a request as JSON from standard input and answers on standard output: one byte, then the packed content
or an error as JSON. It is confined before the library of a format is loaded.
"""

import json
import os
import sys
from pathlib import Path

from barometri.errors import FileError
from barometri.readers.confinement import confine
from barometri.readers.content import check_exact, check_texts
from barometri.readers.formats import READERS, check_kind
from barometri.readers.handover import OUT_OF_MEMORY, pack, pack_error
from barometri.study.waves import FileFormat


def answer(path: Path, file_format: FileFormat) -> bytes:
    """Read the file; an error becomes its message and code."""
    try:
        check_kind(path, file_format)
        content = READERS[path.suffix.lower()](path, file_format)
        check_exact(content, path.name)
        check_texts(content, path.name)
        return pack(content)
    except FileError as error:
        return pack_error(error)


def main() -> int:
    """Answer one request."""
    request = json.load(sys.stdin)
    path = Path(request["path"])
    confine(path, memory=request["memory"], seconds=request["seconds"])
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not reach the parent
    try:
        data = answer(path, FileFormat(**request["format"]))
    except MemoryError:
        return OUT_OF_MEMORY
    with os.fdopen(out, "wb") as stream:
        stream.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
