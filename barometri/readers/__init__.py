"""Respondent files: one reader a format, one table from suffix to reader, run inside a limited child process.

Importing this room loads no third-party module: the child process starts with what its one file needs.
"""

from barometri.readers.formats import READERS
from barometri.readers.raw import RawFile, UserMissing
from barometri.readers.reading import file_digest, read_file

__all__ = ["READERS", "RawFile", "UserMissing", "file_digest", "read_file"]
