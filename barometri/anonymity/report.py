"""What the search saw, in counts, and the errors and warnings made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from barometri.anonymity.detecting import KINDS
from barometri.errors import AnonymityError

DROPPED = "columns that are dropped"


@dataclass(frozen=True, slots=True)
class Found:
    """Identifiers of one kind in one place; ``stops`` says whether they may not pass."""

    place: str
    kind: str
    count: int
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.count} {KINDS[self.kind]}"


@dataclass(frozen=True, slots=True)
class AnonymityReport:
    """What the search saw, in counts.

    ``texts`` counts the filled cells of declared texts, by question. ``platform`` names the columns of a
    survey platform that are dropped. ``found`` lists identifiers by place, ``free`` the cells of free text in
    columns that nothing declares, by place. ``authors`` counts names in the properties of the document.
    """

    file: str
    columns: int
    texts: Mapping[str, int] = field(default_factory=dict)
    platform: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    free: Mapping[str, int] = field(default_factory=dict)
    authors: int = 0

    @property
    def in_texts(self) -> dict[str, int]:
        """Identifiers in columns that are dropped, by kind."""
        return {entry.kind: entry.count for entry in self.found if entry.place == DROPPED}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What somebody should look at, in words, each after the name of the file."""
        return tuple(f"{self.file}: {text}" for text in self._warnings())

    def _warnings(self) -> Iterator[str]:
        for entry in self.found:
            if not entry.stops:
                told = f"{entry.count} {KINDS[entry.kind]}"
                yield f"{told} in {entry.place}" if entry.place == DROPPED else str(entry)
        if self.platform:
            names = ", ".join(self.platform)
            yield f"{len(self.platform)} columns of the survey platform are dropped ({names})"
        if self.authors:
            yield f"the document's properties name {self.authors} authors"

    def check(self) -> None:
        """Refuse a file with identifiers in what is kept, or with undeclared free text.

        Raises
        ------
        AnonymityError
            Naming the first place with its counts, and how many more there are.
        """
        stopping = [entry for entry in self.found if entry.stops]
        if stopping:
            place = stopping[0].place
            told = ", ".join(f"{e.count} {KINDS[e.kind]}" for e in stopping if e.place == place)
            others = len({entry.place for entry in stopping}) - 1
            more = f" (and {others} more such places)" if others else ""
            raise AnonymityError(
                f"{self.file}, {place}: {told}{more}. Expected anonymised responses. Remove them from the "
                "file at its source, and export it again.",
                code="E40",
            )
        for place, count in self.free.items():
            raise AnonymityError(
                f"{self.file}, {place}: {count} cells of free text in a column that the codebook does not "
                'declare as text. Declare it with kind = "text" (it is counted and dropped) or list the '
                "column as ignored.",
                code="E40",
            )
