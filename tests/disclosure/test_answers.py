"""Which answers a released number counts."""

from dataclasses import replace

import pytest

from barometri.disclosure.answers import NO, YES, Answers, answers_of
from barometri.disclosure.cells import CANNOT_SAY
from barometri.errors import DisclosureError
from barometri.study.codebook import Codebook
from barometri.study.reading import read_study
from barometri.study.study import Study


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


SCALE = Answers(("1", "2", "3", "4"), frozenset({"3", "4"}), {"low": frozenset({"1", "2"})})


@pytest.mark.parametrize(
    ("category", "counted"),
    [
        ("", {"3", "4"}),
        ("good", {"3", "4"}),
        ("agreed", {"3", "4"}),
        ("2", {"2"}),
        ("low", {"1", "2"}),
        ("2|4", {"2", "4"}),
        ("low|good", {"1", "2", "3", "4"}),
        ("1+2", {"1", "2"}),
        ("3+", {"3", "4"}),
        ("cannot_say", {CANNOT_SAY}),
        ("1+9", {CANNOT_SAY}),
        ("1+2+3+4", {"1", "2", "3", "4"}),
        ("x+", {CANNOT_SAY}),
        ("10", {CANNOT_SAY}),
    ],
)
def test_what_a_category_counts(category: str, counted: set[str]) -> None:
    assert SCALE.numerator(category) == counted


def test_bases() -> None:
    assert SCALE.atoms == ("1", "2", "3", "4", CANNOT_SAY)
    assert SCALE.base("answered") == {"1", "2", "3", "4"}
    assert SCALE.base("beside") == {"1", "2", "3", "4"}
    assert SCALE.base("asked") == {"1", "2", "3", "4", CANNOT_SAY}


@pytest.mark.parametrize("item", ["M01", "model_client_consent"])
def test_a_model_or_its_question_has_three_states(item: str, study: Study) -> None:
    found = answers_of(item, [], study)
    assert found.known == ("established", "on_trial", "not_in_use")
    assert found.good == {"established", "on_trial"}


def test_some_model_in_either_state(study: Study) -> None:
    found = answers_of("any_model", [], study)
    assert len(found.known) == 4
    assert found.good == set(found.known[:3])
    assert found.numerator("established") & found.numerator("on_trial") == {found.known[0]}
    assert found.numerator("established") | found.numerator("on_trial") == found.good


def test_the_number_of_models_goes_to_their_number(study: Study) -> None:
    found = answers_of("number_of_models", [], study)
    assert found.known == ("0", "1", "2", "3", "4", "5", "6")
    assert found.numerator("3+") == {"3", "4", "5", "6"}
    assert found.good == frozenset()


def test_questions_have_their_codes(study: Study) -> None:
    cooperation = answers_of("cooperation", [], study)
    assert cooperation.known == tuple(code.id for code in study.question("cooperation").substantive)
    assert len(cooperation.good) == 2
    nothing = answers_of("model_nothing_agreed", [], study)
    assert len(nothing.good) == 1
    assert nothing.good < set(nothing.known)
    assert answers_of("cooperation", [], replace(study, model_states=None)) == cooperation


def test_unknown_items_are_known_by_their_categories(study: Study) -> None:
    assert answers_of("odd", [""], study) == Answers((YES, NO), frozenset({YES}))
    assert answers_of("odd", ["b", "a", "b"], study) == Answers(("a", "b"), frozenset())
    assert answers_of("odd", ["a"], study, whole=False) == Answers(("a", NO), frozenset())
    with pytest.raises(DisclosureError, match="Item odd: its good answers"):
        answers_of("odd", ["", "a"], study)


def test_without_states_a_model_is_known_by_its_categories_too(study: Study) -> None:
    plain = replace(study, model_states=None)
    for item in ("M01", "any_model"):
        assert answers_of(item, [""], plain) == Answers((YES, NO), frozenset({YES}))
        assert answers_of(item, ["b", "a"], plain).known == ("a", "b")


def test_a_question_without_answers_to_choose_from_is_known_by_its_categories(study: Study) -> None:
    question = replace(study.question("cooperation"), codes=())
    plain = replace(study, codebook=Codebook({"cooperation": question}))
    assert answers_of("cooperation", ["b", "a"], plain) == Answers(("a", "b"), frozenset())


def test_an_open_class_counts_from_all_its_digits() -> None:
    """Ten and more are not one and more."""
    answers = Answers(tuple(str(number) for number in range(13)), frozenset())
    assert answers.numerator("10+") == {"10", "11", "12"}
    assert answers.numerator("9+") == {"9", "10", "11", "12"}
