"""Reads ``[anonymity]`` of ``study.toml``: the variables that could single somebody out together."""

from typing import Final

from barometri.study.anonymity import AnonymityRules
from barometri.study.codebook import Codebook
from barometri.study.toml import Section

LEAST: Final = 2
"""Everybody shares their key variables with themselves: a smaller minimum asks for nothing."""
_UNFIT: Final = ("key", "text")


def read_anonymity(section: Section, codebook: Codebook) -> AnonymityRules:
    """Read the key variables, the sensitive ones, and the least size of a class.

    Raises
    ------
    StudyError
        Naming file and key.
    """
    lists = {key: section.texts(key) for key in ("key_variables", "sensitive")}
    minimum = section.integer("minimum_k_anonymity", 0)
    section.finish()
    for key, names in lists.items():
        for name in names:
            if name not in codebook:
                section.fail(
                    key, f"{name!r} is no question of the codebook. Correct the name or add the question."
                )
            if codebook[name].kind in _UNFIT:
                section.fail(key, f"{name!r} is of kind {codebook[name].kind!r}, which no two people share.")
    both = [name for name in lists["sensitive"] if name in lists["key_variables"]]
    if both:
        section.fail("sensitive", f"{both[0]!r} is a key variable. Remove it here or there.")
    if not lists["key_variables"] and (minimum or lists["sensitive"]):
        section.fail("key_variables", "there is none. Name the variables that others may know of a person.")
    if "minimum_k_anonymity" in section and minimum < LEAST:
        section.fail("minimum_k_anonymity", f"expected at least {LEAST}.")
    return AnonymityRules(lists["key_variables"], lists["sensitive"], minimum)
