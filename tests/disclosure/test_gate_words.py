"""What the gate does with a release and how it words a refusal, on made-up failures."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from barometri.disclosure import gate
from barometri.disclosure.gate import Gate, release_of
from barometri.disclosure.joining import Cause, Failure
from barometri.disclosure.ledger import Ledger, Standing
from barometri.disclosure.ledger_lines import Release
from barometri.disclosure.protected import Protected
from barometri.errors import DisclosureError
from barometri.results import Provenance, Results
from barometri.study.plan import DisclosureRules
from barometri.study.reading import read_study
from barometri.study.study import Study
from tests.disclosure.releases import FILE, RULES, record, release


@cache
def study(*, synthetic: bool = False) -> Study:
    return replace(read_study(), synthetic=synthetic)


def said(*found: Failure, synthetic: bool = False) -> str:
    return gate._refusal(found, study(synthetic=synthetic))


def alone(topic: str, *tables: str, cause: Cause = "alone", studies: tuple[str, ...] = ()) -> Failure:
    return Failure(topic, tables, cause, studies)


# ------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("cause", "why", "what"),
    [
        ("alone", "what they show gives away what they hide", "Leave one of them out"),
        ("before", "together with what was published before", "Publish them as they were published before"),
        ("correction", "beside the release they correct", "Publish the correction with the next wave"),
        ("contradiction", "their records contradict each other", "make their bases agree"),
        ("time", "ran out of time", "use fewer variables in them"),
    ],
)
def test_each_cause_says_why_and_what_to_do(cause: Cause, why: str, what: str) -> None:
    text = said(alone("item 2021", "a", "b", cause=cause))
    assert text.startswith("Tables a, b (item 2021): ")
    assert why in text
    assert what in text
    assert text.endswith(" Nothing was written.")


def test_tables_and_topics_are_named_once_up_to_six() -> None:
    six = said(alone("x", *"abc"), alone("y", *"cdef"), alone("x", "a"))
    assert six.startswith("Tables a, b, c, d, e, f (x, y): ")
    seven = said(alone("x", *"abcdefg"))
    assert seven.startswith("Tables a, b, c, d, e, f and others (x): ")
    topics = said(*(alone(name, "a") for name in "stuvwxyz"))
    assert topics.startswith("Tables a (s, t, u, v, w, x): ")


def test_a_topic_without_tables_is_named_itself() -> None:
    assert said(alone("item 2021", cause="contradiction")).startswith("Tables item 2021 (item 2021): ")


def test_only_failures_of_the_first_cause_are_told_and_the_others_hinted_at() -> None:
    text = said(
        alone("x", "a"), alone("y", "b", cause="before", studies=("7" * 64,)), alone("z", "c")
    )  # fmt: skip
    assert text.startswith("Tables a, c and others (x, z): what they show")
    assert "withdraw" not in text


def test_releases_in_the_way_are_named_by_their_beginnings() -> None:
    first, second = "0123456789abcdef", "f" * 64
    text = said(
        alone("x", "a", cause="before", studies=(first, second)),
        alone("y", "b", cause="before", studies=(second,)),
    )
    assert 'disclosure.toml: withdrawn = ["0123456789ab", "ffffffffffff"]. Nothing was written.' in text
    assert "--data" not in text
    simulated = said(alone("x", "a", cause="correction", studies=(first,)), synthetic=True)
    assert f"delete processed/{study().id} in the present one. Nothing was written." in simulated
    assert "--data" not in said(alone("x", "a"), synthetic=True)


# ---------------------------------------------------------------------------------------- judge, record

ONE = release(record("t", {"group": ["a"]}, 40, 22))
TWO = release(record("t", {"group": ["b"]}, 50, 22))


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Release, int]]:
    """Releases that were attacked, each with how many stood before; none fails."""
    seen: list[tuple[Release, int]] = []

    def failures(one: Release, earlier: Sequence[Release], _: DisclosureRules) -> tuple[Failure, ...]:
        seen.append((one, len(earlier)))
        return ()

    monkeypatch.setattr(gate, "failures", failures)
    return seen


def test_a_release_is_attacked_with_all_that_stands_and_then_stands_itself(
    judged: list[tuple[Release, int]], tmp_path: Path
) -> None:
    door = Gate(study(), Ledger(tmp_path / "ledger"))
    for one in (ONE, TWO, ONE):
        door.record(one, door.judge(one))
    assert judged == [(ONE, 0), (TWO, 1)], "what stands already is not attacked anew"
    assert [r.mark for r in door.ledger.read().releases] == [ONE.mark, TWO.mark]


def test_where_another_run_was_quicker_a_release_is_attacked_anew(
    judged: list[tuple[Release, int]], tmp_path: Path
) -> None:
    door = Gate(study(), Ledger(tmp_path / "ledger"))
    before = door.judge(TWO)
    door.record(ONE, door.judge(ONE))
    door.record(TWO, before)
    assert judged == [(TWO, 0), (ONE, 0), (TWO, 1)]
    assert [r.mark for r in door.ledger.read().releases] == [ONE.mark, TWO.mark]


def test_a_release_that_fails_is_refused_and_adds_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gate, "failures", lambda *_: (alone("x", "a"),))
    door = Gate(study(), Ledger(tmp_path / "ledger"))
    with pytest.raises(DisclosureError, match=r"^Tables a \(x\): what they show"):
        door.judge(ONE)
    assert door.ledger.read() == Standing()


@pytest.mark.parametrize("withdrawn", ["ab" * 8, "1" * 12])
def test_a_release_that_withdraws_itself_is_refused(withdrawn: str, tmp_path: Path) -> None:
    own = release(record("t", {}, 40, 22), rules=replace(RULES, withdrawn=("5" * 12, withdrawn)))
    with pytest.raises(DisclosureError, match="withdrawn: names the file of wave 2021"):
        Gate(study(), Ledger(tmp_path / "ledger")).judge(own)
    earlier = replace(own, inputs={}, study="3" * 64)
    Gate(study(), Ledger(tmp_path / "ledger")).judge(earlier)


def test_a_release_says_whose_it_is_and_what_it_rests_on() -> None:
    rules = DisclosureRules(minimum_n=12, minimum_k=6, withdrawn=("9" * 12,))
    own = replace(study(), disclosure=rules, digest="d" * 64)
    results = Results(own, 2021, {}, (), (), Provenance({}, "", ""))
    protected = Protected(own, 2021, {}, (), (), (), Provenance({}, "", ""))
    found = release_of(results, protected, {2021: FILE["2021"], 2019: "ef"})
    assert list(found.inputs.items()) == [("2019", "ef"), ("2021", FILE["2021"])]
    assert (found.study, found.wave, found.topics) == ("d" * 64, 2021, ())
    assert found.limits == {"minimum_n": 12, "minimum_k": 6}
    assert found.withdrawn == ("9" * 12,)


def test_estimates_alone_are_refused_by_what_the_attack_finds_and_a_run_is_not_attacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = Results(study(), 2021, {}, (), (), Provenance({}, "", ""))
    protected = Protected(study(), 2021, {}, (), (), (), Provenance({}, "", ""))
    monkeypatch.setattr(gate, "protect_unattacked", lambda *_: protected)
    monkeypatch.setattr(gate, "failures", lambda *_: ())
    assert gate.protect({}) is protected
    monkeypatch.setattr(gate, "failures", lambda *_: (alone("x", "a"),))
    with pytest.raises(DisclosureError, match=r"^Tables a \(x\)"):
        gate.protect({})
    assert gate.protect(results) is protected
