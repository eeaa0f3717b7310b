"""The attack on what the demonstration publishes."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure.attack import Attack, AttackVerdict, Released, Topic, attack, linked
from barometri.disclosure.attack.judge import LEAST_WIDTH
from barometri.disclosure.attack.queries import question
from barometri.disclosure.attack.reading import topics
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.solver import is_possible
from barometri.disclosure.attack.ties import groups
from barometri.disclosure.attack.weighted import weighted_attack
from barometri.disclosure.protected import SUPPRESSED, Protected
from barometri.results import Results


@pytest.fixture(scope="module")
def release(demo_results: Results, demo_protected: Protected) -> tuple[Topic, ...]:
    return topics(demo_results, demo_protected)


@pytest.fixture(scope="module")
def verdict(release: tuple[Topic, ...], demo_results: Results) -> AttackVerdict:
    return attack(release, demo_results.study.disclosure)


def test_every_row_of_every_table_is_read(
    release: tuple[Topic, ...], demo_results: Results, demo_protected: Protected
) -> None:
    for name, table in demo_protected.tables.items():
        own = [r for topic in release for r in topic.released if r.table == name and not r.is_ceiling]
        assert len(own) >= len(demo_results.tables[name].estimates)
        assert sum(r.shown for r in own) == (table.frame["status"] != SUPPRESSED).sum()


def test_shown_bases_are_those_that_are_printed(
    release: tuple[Topic, ...], demo_protected: Protected
) -> None:
    printed = {name: table.frame["n"].dropna().sum() for name, table in demo_protected.tables.items()}
    for name, total in printed.items():
        own = [r for topic in release for r in topic.released if r.table == name and not r.is_ceiling]
        assert sum(r.n for r in own if r.shown) == total


def test_something_is_hidden_so_that_there_is_something_to_attack(verdict: AttackVerdict) -> None:
    assert sum(group.targets for group in verdict.groups) > 0


def test_no_hidden_count_is_told(verdict: AttackVerdict) -> None:
    assert verdict.contradictory == ()
    for group in verdict.groups:
        told = (
            group.exact,
            group.narrow,
            group.few,
            group.insider,
            group.undecided,
            group.weighted,
            group.linked,
        )
        assert told == (0, 0, 0, 0, 0, 0, 0), group.topic


@pytest.mark.slow
def test_no_hidden_count_is_told_to_a_reader_who_knows_which_break_the_rule(
    release: tuple[Topic, ...], demo_results: Results
) -> None:
    found = attack(release, demo_results.study.disclosure, Attack(rule="classified", implied=False))
    assert found.passed, found.message


@pytest.mark.slow
def test_weights_known_to_a_reader_narrow_no_hidden_count(
    release: tuple[Topic, ...], demo_results: Results
) -> None:
    rules = demo_results.study.disclosure
    assert any(topic.strata is not None for topic in release)
    for topic in release:
        found = weighted_attack(topic, rules, width=LEAST_WIDTH)
        assert (found.records, found.strata) == (0, 0), topic.name


def test_models_are_tied_to_their_number_as_the_answers_are(
    release: tuple[Topic, ...], demo_results: Results
) -> None:
    study, topics_of = demo_results.study, {t.item: t for t in release if t.wave == str(demo_results.wave)}
    ((ties, own),) = groups(topics_of)
    assert {tie.kind for tie in ties} == {"number", "any", "some"}
    assert {model.id for model in study.models} < {topic.item for topic in own}
    # All exact counts, shown and hidden, keep all sums that tie them.
    joint = linked._joint(ties, own, study.disclosure, "exact")
    assert len(joint.links) > len(own)
    true = joint.joined([linked._true(asked) for asked in joint.asked])
    assert is_possible(reduced(true).knowledge)


def test_no_small_count_follows_from_shown_records_together(verdict: AttackVerdict) -> None:
    assert sum(group.implied for group in verdict.groups) == 0, verdict.message


def test_the_attack_bites_where_protection_is_taken_away(
    release: tuple[Topic, ...], demo_results: Results
) -> None:
    """Show one record that was hidden beside another: its neighbour is told."""
    rules = demo_results.study.disclosure
    bitten = 0
    for topic in release:
        secrets = question(topic, rules).secrets
        safe = {name for s in secrets if not s.is_unsafe for name in s.tables}
        if not any(s.is_unsafe for s in secrets) or not safe:
            continue
        opened = Topic(
            topic.item,
            topic.wave,
            tuple(_uncovered(r, rules.minimum_k) for r in topic.released),
            topic.derived,
        )
        bitten += not attack([opened], rules, Attack(whole=False, insider=False, implied=False)).passed
    assert bitten > 0


def _uncovered(record: Released, least: int) -> Released:
    """Show a hidden record that no rule forbids."""
    safe = bool(np.isfinite(record.k)) and least <= record.k <= record.n - least
    return replace(record, shown=record.shown or safe)
