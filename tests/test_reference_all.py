"""Every case of the thirteen reference sets has one status, and the page says which."""

import pytest

from tests.reference_cases.reading import load_cases
from tests.reference_cases.status import (
    BEGIN,
    EQUAL,
    KINDS,
    LEFT,
    OUTSIDE,
    PAGE,
    PART,
    REFUSED,
    SETS,
    counts,
    reasons,
    shares,
    statuses,
    tables,
    values,
    verdicts,
)


def test_all_sets_are_read() -> None:
    assert len(SETS) == 13
    assert sum(len(load_cases(name)) for name in SETS) == 893


@pytest.mark.parametrize("name", SETS)
def test_every_case_has_a_status_on_which_the_topics_agree(name: str) -> None:
    for case in load_cases(name):
        found = verdicts(name, case)
        assert found, f"{name}:{case['id']} is in no topic"
        assert len({kind for kind, _ in found}) == 1, (name, case["id"], found)


def test_every_case_that_is_not_compared_in_full_says_why() -> None:
    for status in statuses():
        assert status.kind in KINDS
        assert bool(status.why) == (status.kind != EQUAL), status


def test_at_least_97_in_100_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    found, (full, whole, answered), (asked, agree) = counts(), shares(), values()
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{found.total()} reference cases: {found[EQUAL]} equal R in all values, "
            f"{found[PART]} in part, {found[REFUSED]} refused because the answers are separated, "
            f"{found[LEFT]} left out, {found[OUTSIDE]} outside; "
            f"{full:.1%} of the rest in full, {whole:.1%} with those in part, "
            f"{answered:.1%} with the refusals; {agree} of {asked} values compared"
        )
        for kind, own in reasons().items():
            for why, names in own.items():
                print(f"{kind}, {len(names)}: {names[0]}{' ...' * (len(names) > 1)}: {why}")  # noqa: T201
    assert found.total() == 893
    assert answered >= 0.97
    assert whole >= 0.96
    assert full >= 0.915
    assert agree >= 0.965 * asked
    assert found[OUTSIDE] == 17


def test_the_page_holds_these_numbers() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].strip() == tables().strip(), "run python -m tests.reference_cases.status"
