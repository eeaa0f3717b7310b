"""Records are gathered by item and wave, in the codes that the wave itself has."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from barometri.disclosure.lines import Line, by_topic
from barometri.study.codebook import Codebook
from barometri.study.study import Study
from barometri.study.waves import Equivalence, Wave

LINE = Line("item", "2017", "", "answered", "t", 0, {"group": "clerk"}, 40.0, 20.0)


@pytest.fixture(scope="module")
def study() -> Study:
    """Clerks of the latest wave were officers or aides in 2017; the rest is said of whole questions."""
    told = (
        Equivalence("group", "similar", "officer", "clerk"),
        Equivalence("group", "similar", "aide", "clerk"),
        Equivalence("group", "similar", "head", "director"),
        Equivalence("group", "different", "guest"),
        Equivalence("group", "different", "", "nobody"),
        Equivalence("area", "similar", "old_north", "north"),
    )
    waves = {2017: Wave(2017, "f", {}, equivalence=told), 2021: Wave(2021, "g", {})}
    return Study(
        id="made_up", path=Path(), title={}, languages=("en",), published=date.min, codebook=Codebook({}),
        waves=waves, analyses=(), digest="",
    )  # fmt: skip


def who(study: Study, wave: str = "2017", **given: str | tuple[str, ...]) -> dict[str, object]:
    ((found,),) = by_topic([replace(LINE, wave=wave, who=given)], study).values()
    assert replace(found, who=given) == replace(LINE, wave=wave, who=given)
    return dict(found.who)


def test_a_record_is_worded_by_all_codes_its_wave_has_for_the_same_people(study: Study) -> None:
    assert who(study, group="clerk") == {"group": ("officer", "aide")}
    assert who(study, group=("director", "clerk", "visitor")) == {
        "group": ("head", "officer", "aide", "visitor")
    }
    assert who(study, group="director", area="north") == {"group": ("head",), "area": ("old_north",)}
    assert who(study, group=("clerk", "officer")) == {"group": ("officer", "aide")}


def test_a_code_without_a_counterpart_and_another_variable_keep_their_names(study: Study) -> None:
    assert who(study, group="guest") == {"group": ("guest",)}
    assert who(study, group="nobody") == {"group": ("nobody",)}
    assert who(study, area="clerk") == {"area": ("clerk",)}
    assert who(study, group="") == {"group": ("",)}
    assert who(study) == {}


@pytest.mark.parametrize("wave", ["2021", "1999", "spring", ""])
def test_a_wave_of_the_latest_codes_or_none_is_told_as_it_is(wave: str, study: Study) -> None:
    assert who(study, wave, group="clerk", area=("north", "x")) == {"group": "clerk", "area": ("north", "x")}


def test_records_are_gathered_in_the_order_they_came(study: Study) -> None:
    lines = [
        replace(LINE, wave=wave, item=item, row=row)
        for row, (item, wave) in enumerate(
            [("b", "2021"), ("a", "2017"), ("b", "2021"), ("b", "2017"), ("a", "2017")]
        )
    ]
    found = by_topic(iter(lines), study)
    assert {topic: [line.row for line in own] for topic, own in found.items()} == {
        ("b", "2021"): [0, 2],
        ("a", "2017"): [1, 4],
        ("b", "2017"): [3],
    }
    assert by_topic([], study) == {}


def test_a_record_is_a_shown_row_that_a_rule_may_judge_until_it_is_said_otherwise() -> None:
    assert (LINE.unknown_counts, LINE.worth, LINE.is_closed, LINE.stands) == (False, 1.0, False, "")
