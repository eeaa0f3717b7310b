"""Reads thresholds of what may be published: the package's, and a study's own above a hard floor."""

import re
import tomllib
from dataclasses import fields, replace
from importlib.resources import files
from typing import Final, Literal, cast

from barometri.study.codebook import Codebook
from barometri.study.plan import DisclosureRules
from barometri.study.toml import Section

_DIGEST: Final = re.compile(r"[0-9a-f]{12,64}")
"""The beginning of a SHA-256, long enough to mean one file."""


def default_rules() -> DisclosureRules:
    """Return the package's thresholds with the source of each."""
    return _package_rules()[0]


def _package_rules() -> tuple[DisclosureRules, int]:
    text = files("barometri").joinpath("resources/disclosure.toml").read_text(encoding="utf-8")
    section = Section(tomllib.loads(text), "disclosure.toml")
    floor = section.integer("floor")
    rules = _rules(section, DisclosureRules(), floor)
    section.finish()
    return rules, floor


def read_disclosure(section: Section, codebook: Codebook) -> DisclosureRules:
    """Read a study's ``disclosure.toml``: thresholds above the package's, or down to the hard floor."""
    defaults, floor = _package_rules()
    rules = _rules(section, defaults, floor)
    section.finish()
    for pair in rules.structural_zeros:
        item, _, code = pair.partition(":")
        if item not in codebook or code not in {entry.id for entry in codebook[item].substantive}:
            section.fail("structural_zeros", f"{pair!r} is no pair 'question:code' of the codebook.")
    return rules


def _rules(section: Section, defaults: DisclosureRules, floor: int) -> DisclosureRules:
    numbers = ("minimum_n", "minimum_k", "unreliable", "small_base", "maximum_cells")
    values = {name: section.integer(name, getattr(defaults, name)) for name in numbers}
    for name in numbers:
        if values[name] < floor:
            section.fail(name, f"is below {floor}, the floor that no study may pass. Raise it.")
    pairs = section.texts("structural_zeros")
    aside = section.word("organisation_numerator", ("strict", "aside"), defaults.organisation_numerator)
    withdrawn = section.texts("withdrawn")
    for digest in withdrawn:
        if not _DIGEST.fullmatch(digest):
            section.fail(
                "withdrawn",
                f"{digest!r} is no beginning of a SHA-256 (12 to 64 of 0-9 and a-f), as a manifest tells.",
            )
    sources = {**defaults.sources, **section.mapping("sources")}
    known = {entry.name for entry in fields(DisclosureRules)}
    for name in sources:
        if name not in known:
            section.fail(f"sources.{name}", "is no threshold.")
    return replace(
        defaults,
        **values,
        mark=section.text("mark", defaults.mark),
        structural_zeros=pairs,
        organisation_numerator=cast('Literal["strict", "aside"]', aside),
        withdrawn=tuple(sorted(set(withdrawn))),
        sources=sources,
    )
