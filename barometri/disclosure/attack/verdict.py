"""What an attack found, in counts of records: never a number of the survey."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """What an attack found on one item in one wave.

    Parameters
    ----------
    topic
        Item and wave.
    tables
        Tables with hidden records that failed, by name.
    hidden, targets
        Hidden records, and those of them that a rule forbids to show (the targets).
    exact
        Targets with one possible value.
    narrow
        Targets whose interval is narrower than it has to be (exact ones too).
    few
        Targets with too few whole values for a reader who knows the rule (exact ones too).
    insider
        Targets that a respondent of another hidden record can tell exactly.
    implied
        Unreleased counts under a threshold that shown records give away together, as by a filter.
    undecided
        Targets for which the time ran out.
    weighted
        Targets, and small counts of single strata, that weighted shares tell or nearly tell.
    linked
        Targets that items counted of others, or counting them, tell or nearly tell.
    spared
        Hidden records that may be shown by the rules, yet can be told exactly: no failure, but no secret.
    """

    topic: str
    tables: tuple[str, ...] = ()
    hidden: int = 0
    targets: int = 0
    exact: int = 0
    narrow: int = 0
    few: int = 0
    insider: int = 0
    implied: int = 0
    undecided: int = 0
    weighted: int = 0
    linked: int = 0
    spared: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing can be told."""
        failures = (
            self.exact,
            self.narrow,
            self.few,
            self.insider,
            self.implied,
            self.undecided,
            self.weighted,
            self.linked,
        )
        return not any(failures)


@dataclass(frozen=True, slots=True)
class AttackVerdict:
    """What an attack on a whole release found; ``contradictory`` topics could not be attacked."""

    groups: tuple[GroupVerdict, ...]
    contradictory: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every group of tables withstood the attack."""
        return not self.contradictory and all(group.passed for group in self.groups)

    @property
    def failed(self) -> tuple[GroupVerdict, ...]:
        """Groups that did not."""
        return tuple(group for group in self.groups if not group.passed)

    @property
    def message(self) -> str:
        """What failed, by table, without any number of the survey.

        Examples
        --------
        >>> AttackVerdict((GroupVerdict("item 2021", ("table",), 2, 2, exact=1, narrow=2),)).message
        'item 2021 (table): 1 told exactly, 2 in too narrow an interval'
        """
        lines = [_worded(group) for group in self.failed]
        lines += [f"{name}: its records contradict each other" for name in self.contradictory]
        return "\n".join(lines)


def _worded(group: GroupVerdict) -> str:
    words = {
        "told exactly": group.exact,
        "in too narrow an interval": group.narrow,
        "with too few possible values": group.few,
        "told by another respondent": group.insider,
        "given away by shown records together": group.implied,
        "told by weighted shares": group.weighted,
        "told by items that count them": group.linked,
        "not decided in time": group.undecided,
    }
    found = ", ".join(f"{count} {text}" for text, count in words.items() if count)
    tables = f" ({', '.join(group.tables)})" if group.tables else ""
    return f"{group.topic}{tables}: {found}"
