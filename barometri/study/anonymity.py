"""Which variables of a study could single somebody out together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnonymityRules:
    """Key variables of a study, told and, if it so declares, enforced.

    ``key_variables`` are questions whose answers others may know of a person; ``sensitive`` are questions
    whose answers must not follow from them. ``minimum_k`` is the least number of people who share their key
    variables (0: only told).
    """

    key_variables: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    minimum_k: int = 0
