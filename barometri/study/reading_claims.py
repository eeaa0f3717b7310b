"""Reads ``claims.toml``: sentences as data, checked against the codebook, the models and the waves."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal, cast, get_args

from barometri.study.checking_claims import check_claim, check_family
from barometri.study.claim import (
    Adjustment,
    Claim,
    ClaimKind,
    ClaimsFile,
    Family,
    Relation,
    Scale,
    Written,
)
from barometri.study.reading_restrictions import read_restriction
from barometri.study.study import Study
from barometri.study.toml import Section

BASES: Final = ("answered", "asked")


class ClaimsReader:
    """Claims and families of a study.

    Parameters
    ----------
    study
        With its codebook, waves, models and roles.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.models = {model.id: model for model in study.models}

    def read(self, section: Section) -> tuple[ClaimsFile, tuple[Claim, ...]]:
        """Read the file; the digest is that of its bytes."""
        content = (self.study.path / section.file).read_bytes()
        families = self._families(section)
        headline = section.texts("headline")
        file = ClaimsFile(section.day("fixed"), hashlib.sha256(content).hexdigest(), families, headline)
        claims: list[Claim] = []
        for row in section.rows("claim"):
            claim = self._claim(row, families)
            if any(claim.id == other.id for other in claims):
                row.fail("id", f"{claim.id!r} stands twice. Give each claim an id of its own.")
            claims.append(claim)
        for row in section.rows("family"):
            check_family(row, families[row.text("id")], claims)
        section.finish()
        for name in headline:
            if name not in {claim.id for claim in claims}:
                section.fail("headline", f"{name!r} is no claim of this file.")
        return file, tuple(claims)

    def _families(self, section: Section) -> dict[str, Family]:
        found: dict[str, Family] = {}
        for row in section.rows("family"):
            family = Family(
                row.text("id"),
                cast("Adjustment", row.word("adjust", get_args(Adjustment))),
                row.labels("label", self.study.languages),
            )
            row.finish()
            if family.id in found:
                row.fail("id", f"{family.id!r} stands twice. Give each family an id of its own.")
            found[family.id] = family
        return found

    def _claim(
        self, row: Section, families: Mapping[str, Family], *, whole: Claim | None = None, place: int = 0
    ) -> Claim:
        """Read a claim, or a part of one, which takes over what it does not say itself."""
        kind = cast("ClaimKind", row.word("kind", get_args(ClaimKind)))
        base = row.word("base", BASES, whole.base if whole else "answered")
        claim = Claim(
            id=row.name("id") if whole is None else f"{whole.id}.{place}",
            kind=kind,
            waves=self._waves(row, whole),
            items=row.texts("items") or (whole.items if whole else ()),
            statement=row.labels("statement", self.study.languages, whole.statement if whole else None),
            family=row.text("family", whole.family if whole else None),
            outcome=row.text("outcome", whole.outcome if whole else self.study.roles.outcome),
            scale=cast("Scale", row.word("scale", get_args(Scale), "good")),
            answer=row.text("answer", whole.answer if whole else "good"),
            base=cast('Literal["answered", "asked"]', base),
            relation=cast("Relation", row.word("relation", get_args(Relation), self._usual(kind))),
        )
        claim = self._with_words(row, self._with_bounds(row, self._with_people(row, claim, whole)))
        parts = [
            self._claim(part, families, whole=claim, place=i) for i, part in enumerate(row.rows("part"), 1)
        ]
        row.finish()
        if claim.family not in families:
            row.fail(
                "family", f"{claim.family!r} is no family; expected {', '.join(families) or 'a [[family]]'}."
            )
        claim = replace(claim, parts=tuple(parts))
        check_claim(row, claim, self.study)
        return claim

    def _with_people(self, row: Section, claim: Claim, whole: Claim | None) -> Claim:
        """Read of whom a claim speaks, and whom or what it compares."""
        return replace(
            claim,
            population=self._restriction(row, "population") or (whole.population if whole else {}),
            left=self._restriction(row, "left"),
            right=self._restriction(row, "right"),
            against=row.texts("against"),
            by=self._role(row.text("by", "")),
            shown_by=self._role(row.text("shown_by", "")),
            standardised=self._role(row.text("standardised", "")),
            earlier=self._years(row, "earlier"),
            alternatives=row.texts("alternatives"),
        )

    @staticmethod
    def _with_bounds(row: Section, claim: Claim) -> Claim:
        """Read what would make a claim true."""
        return replace(
            claim,
            low=row.number("low"),
            high=row.number("high"),
            margin=row.number("margin"),
            minimum_n=row.integer("minimum_n", 0),
            direct=row.text("direct", ""),
            published=cast('Literal["yes", "no"]', row.word("published", ("yes", "no"), "yes")),
        )

    def _with_words(self, row: Section, claim: Claim) -> Claim:
        """Read a claim's own sentences, where it comes from, and whether its number was known by then."""
        words = row.section("words").sections()
        return replace(
            claim,
            written=cast("Written", row.word("written", get_args(Written), "before")),
            words={name: table.as_labels(self.study.languages) for name, table in words},
            word=row.text("word", ""),
            source_words=row.text("source_words", ""),
            source=row.text("source", ""),
            mark=row.text("mark", ""),
        )

    @staticmethod
    def _usual(kind: str) -> str:
        return {"joint": "differ", "equivalence": "=", "near": "in"}.get(kind, ">")

    def _role(self, name: str) -> str:
        """Return a variable that may be named by its role."""
        return name if name in self.study.codebook else getattr(self.study.roles, name, "") or name

    def _waves(self, row: Section, whole: Claim | None) -> tuple[int, ...]:
        found = self._years(row, "waves")
        if not found and whole is not None:
            return whole.waves
        if not found:
            row.fail("waves", "there is no wave. Name at least one.")
        return found

    def _years(self, row: Section, key: str) -> tuple[int, ...]:
        years = []
        for value in row.items(key):
            if not isinstance(value, int) or value not in self.study.waves:
                known = ", ".join(map(str, self.study.waves))
                row.fail(key, f"{value} is no wave of the study; expected some of {known}.")
            years.append(value)
        return tuple(sorted(years))

    def _restriction(self, row: Section, key: str) -> dict[str, tuple[str, ...]]:
        return read_restriction(row, key, self.study.codebook, len(self.models))
