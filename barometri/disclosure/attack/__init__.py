"""The attacker of the disclosure control: written apart from it, sharing none of its code."""

from barometri.disclosure.attack.facts import Released, Topic, edition, together
from barometri.disclosure.attack.judge import Attack, attack
from barometri.disclosure.attack.verdict import AttackVerdict, GroupVerdict

__all__ = ["Attack", "AttackVerdict", "GroupVerdict", "Released", "Topic", "attack", "edition", "together"]
