"""Reads ``waves/<year>.toml``: where the responses are and how they differ from the codebook."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Final, Literal, cast, get_args

from barometri.study.codebook import Codebook, Labels
from barometri.study.names import is_inside
from barometri.study.study import Roles
from barometri.study.toml import Section, read_toml
from barometri.study.waves import Equivalence, FileFormat, FrameCount, Status, Wave, WaveDesign

SinglePsu = Literal["error", "adjust", "average", "certainty"]
SEPARATORS: Final = (";", ",", "\t", "|")
DECIMALS: Final = (",", ".")
FEWEST_COLLAPSED: Final = 2
"""A set of codes that are put together holds at least two."""


def read_waves(folder: Path, codebook: Codebook, roles: Roles, languages: Sequence[str]) -> dict[int, Wave]:
    """Read every wave of a study, in order of year.

    Raises
    ------
    StudyError
        Naming file and key.
    """
    names = sorted(path.name for path in (folder / "waves").glob("*.toml"))
    if not names:
        Section({}, "waves").fail("", "there is no wave. Add waves/<year>.toml.")
    waves: dict[int, Wave] = {}
    for name in names:
        section = read_toml(folder, f"waves/{name}")
        wave = _Reader(section, codebook, roles, languages).wave()
        if name != f"{wave.year}.toml":
            section.fail("year", f"is {wave.year}, but the file is called {name}. Let the two agree.")
        waves[wave.year] = wave
    latest = waves[max(waves)]
    for wave in waves.values():
        _check_counterparts(wave, latest, codebook)
    return dict(sorted(waves.items()))


def _check_counterparts(wave: Wave, latest: Wave, codebook: Codebook) -> None:
    for row in wave.equivalence:
        if row.counterpart and row.counterpart not in {c.id for c in codebook[row.question].substantive}:
            Section({}, f"waves/{wave.year}.toml").fail(
                f"equivalence[{row.question}].counterpart",
                f"{row.counterpart!r} is no code of {row.question!r} (wave {latest.year}).",
            )


class _Reader:
    """One wave file read against the codebook."""

    def __init__(self, section: Section, codebook: Codebook, roles: Roles, languages: Sequence[str]) -> None:
        self.section = section
        self.codebook = codebook
        self.roles = roles
        self.languages = languages

    def wave(self) -> Wave:
        section = self.section
        columns = self.columns(section.section("columns", required=True))
        wave = Wave(
            year=section.integer("year"),
            file=self.file(),
            columns=columns,
            format=self.file_format(section.section("format")),
            recodes=self.recodes(columns),
            routing=self.routing(section.section("routing"), columns),
            labels=self.labels(section.section("labels")),
            roles=self.own_roles(section.section("roles")),
            design=self.design(section.section("design"), columns),
            frame=self.frame(),
            collapse=self.collapse(),
            census_invited=self.groups("census_invited", section),
            equivalence=tuple(self.equivalence(row) for row in section.rows("equivalence", name="question")),
            ignored=self.ignored(columns),
            field_days=section.text("field_days", ""),
            mode=section.labels("mode", self.languages, {}),
            note=section.labels("note", self.languages, {}),
        )
        section.finish()
        return wave

    def file(self) -> str:
        name = self.section.text("file")
        if not is_inside(name):
            self.section.fail(
                "file", f"{name!r} leads out of the data folder, or names no file. Write a name inside it."
            )
        return name

    def question(self, section: Section, key: str, name: str) -> None:
        if name not in self.codebook:
            section.fail(
                key, f"{name!r} is no question of the codebook. Correct the name or add the question."
            )

    def codes(self, section: Section, key: str, question: str, names: Sequence[str]) -> None:
        known = [code.id for code in self.codebook[question].substantive]
        for name in names:
            if name not in known:
                section.fail(
                    key, f"{name!r} is no code of {question!r}; expected {', '.join(known) or 'none'}."
                )

    def columns(self, table: Section) -> dict[str, str]:
        columns = table.mapping()
        for name, column in columns.items():
            self.question(table, name, name)
            if self.codebook[name].derived is not None:
                table.fail(name, "is derived from another question and is not read from the file. Remove it.")
            twins = [other for other, text in columns.items() if text == column and other != name]
            if twins:
                table.fail(name, f"reads the column {column!r} like {twins[0]!r}. Give each its own.")
        if not columns:
            table.fail("", "there is no column. Name at least one.")
        return columns

    def ignored(self, columns: Mapping[str, str]) -> tuple[str, ...]:
        names = self.section.texts("ignored")
        for name in names:
            if name in columns.values():
                self.section.fail("ignored", f"the column {name!r} is read. Remove it here or in columns.")
        return names

    def file_format(self, table: Section) -> FileFormat:
        given = {key: table.text(key) for key in ("encoding", "sheet") if key in table}
        for key, words in (("separator", SEPARATORS), ("decimal", DECIMALS)):
            if key in table:
                given[key] = table.word(key, words)
        rows = table.integer("rows") if "rows" in table else None
        table.finish()
        return FileFormat(**given, rows=rows)

    def recodes(self, columns: Mapping[str, str]) -> dict[str, dict[str, int]]:
        recodes: dict[str, dict[str, int]] = {}
        for row in self.section.rows("recode", name=""):
            questions = row.texts("questions")
            table = row.section("values", required=True)
            values = {text: table.integer(text) for text in table.keys()}  # noqa: SIM118
            row.finish()
            if not questions:
                row.fail("questions", "there is no question. Name at least one.")
            for name in questions:
                self.asked(row, "questions", name, columns)
                if name in recodes:
                    row.fail("questions", f"{name!r} is recoded twice. Put all its values in one recode.")
                known = {code.value for code in self.codebook[name].codes}
                for text, value in values.items():
                    if value not in known:
                        row.fail(f'values."{text}"', f"{value} is no code of {name!r}.")
                recodes[name] = dict(values)
        return recodes

    def asked(self, section: Section, key: str, name: str, columns: Mapping[str, str]) -> None:
        self.question(section, key, name)
        derived = self.codebook[name].derived
        if name not in columns and (derived is None or derived.source not in columns):
            section.fail(key, f"{name!r} is not asked in this wave. Add its column or remove it here.")

    def groups(self, key: str, section: Section) -> tuple[str, ...]:
        names = section.texts(key)
        if names and not self.roles.group:
            section.fail(key, "the study has no role 'group'. Name it in study.toml.")
        if names:
            self.codes(section, key, self.roles.group, names)
        return names

    def routing(self, table: Section, columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        routing = {}
        for name in table.keys():  # noqa: SIM118
            self.asked(table, name, name, columns)
            routing[name] = self.groups(name, table)
            if not routing[name]:
                table.fail(name, "no group is asked. Name the groups, or leave the question out.")
        return routing

    def labels(self, table: Section) -> dict[str, dict[str, Labels]]:
        overrides: dict[str, dict[str, Labels]] = {}
        for name, codes in table.sections():
            self.question(table, name, name)
            overrides[name] = {}
            for code, labels in codes.sections():
                self.codes(codes, code, name, [code])
                overrides[name][code] = labels.as_labels(self.languages)
        return overrides

    def own_roles(self, table: Section) -> dict[str, str]:
        given = {entry.name: table.text(entry.name) for entry in fields(Roles) if entry.name in table}
        table.finish()
        for role, name in given.items():
            self.question(table, role, name)
        return given

    def design(self, table: Section, columns: Mapping[str, str]) -> WaveDesign:
        weight = table.text("weight", "")
        lists = {key: table.texts(key) for key in ("stratum", "psu", "fpc")}
        single = table.word("single_psu", get_args(SinglePsu), "error")
        table.finish()
        for key, names in (("weight", (weight,) if weight else ()), *lists.items()):
            for name in names:
                self.asked(table, key, name, columns)
        return WaveDesign(weight=weight, single_psu=cast("SinglePsu", single), **lists)

    def frame(self) -> tuple[FrameCount, ...]:
        stratum = self.section.section("design").texts("stratum")
        counts: list[FrameCount] = []
        for row in self.section.rows("frame", name=""):
            cell = row.mapping("stratum")
            count = row.integer("count")
            row.finish()
            if count < 1:
                row.fail("count", "expected a positive number of people.")
            if not cell or not set(cell) <= set(stratum):
                row.fail("stratum", f"expected the variables of design.stratum: {', '.join(stratum)}.")
            for name, code in cell.items():
                self.codes(row, f"stratum.{name}", name, [code])
            if any(dict(other.stratum) == cell for other in counts):
                row.fail("stratum", "the stratum stands twice. Give each stratum one count.")
            counts.append(FrameCount(cell, count))
        self._check_margins(counts, stratum)
        return tuple(counts)

    def _check_margins(self, counts: Sequence[FrameCount], stratum: Sequence[str]) -> None:
        """Refuse a frame that counts neither all cells nor each of its variables by itself."""
        if all(len(row.stratum) == len(stratum) for row in counts):
            return
        people: dict[str, int] = {}
        for row in counts:
            if len(row.stratum) > 1:
                self.section.fail(
                    "frame",
                    "some rows name fewer variables than others. Count every cell of design.stratum, or each "
                    "of its variables by itself.",
                )
            (name,) = row.stratum
            people[name] = people.get(name, 0) + row.count
        if len(set(people.values())) > 1:
            told = ", ".join(f"{name} {number}" for name, number in people.items())
            self.section.fail("frame", f"the variables count different numbers of people ({told}).")

    def collapse(self) -> tuple[tuple[str, ...], ...]:
        strata = self.section.section("design").texts("stratum")
        sets: list[tuple[str, ...]] = []
        for position, value in enumerate(self.section.items("collapse"), start=1):
            place = f"collapse[{position}]"
            names = Section({place: value}, self.section.file).texts(place)
            if len(names) < FEWEST_COLLAPSED:
                self.section.fail(place, "expected at least two codes to put together.")
            if not any(
                {code.id for code in self.codebook[name].substantive} >= set(names) for name in strata
            ):
                self.section.fail(
                    place, f"not all codes of one variable of design.stratum: {', '.join(names)}."
                )
            if any(set(names) & set(other) for other in sets):
                self.section.fail(place, "a code stands in two sets. Put all that belong together in one.")
            sets.append(names)
        return tuple(sets)

    def equivalence(self, row: Section) -> Equivalence:
        question = row.text("question")
        self.question(row, "question", question)
        code, counterpart = row.text("code", ""), row.text("counterpart", "")
        if code:
            self.codes(row, "code", question, [code])
        if counterpart and not code:
            row.fail("counterpart", "a counterpart needs a code.")
        status = cast("Status", row.word("status", get_args(Status)))
        note = row.labels("note", self.languages, {})
        row.finish()
        return Equivalence(question, status, code, counterpart, note)
