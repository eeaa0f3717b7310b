"""How many people share their key variables: against counts made by hand on small tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometri.anonymity import ClassReport, check_classes, count_classes, wave_classes
from barometri.errors import AnonymityError
from barometri.study.anonymity import AnonymityRules
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED
from barometri.study.study import Study
from tests import tiny_study

STUDY = tiny_study.study()


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(values, dtype=np.int32)


def test_classes_are_counted_over_all_variables_together() -> None:
    side = ints(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3)
    age = ints(7, 7, 7, 7, 7, 8, 7, 7, 7, 7, 7)
    report = count_classes({"side": side, "age": age})
    assert report == ClassReport(("side", "age"), n=11, classes=4, k=1, uniques=2, in_small=6)


def test_five_is_not_small_and_four_is() -> None:
    assert count_classes({"a": ints(*[1] * 5, *[2] * 4)}).in_small == 4
    assert count_classes({"a": ints(*[1] * 5, *[2] * 6)}).in_small == 0


def test_one_class_holds_everybody() -> None:
    assert count_classes({"a": ints(4, 4, 4)}) == ClassReport(("a",), 3, 1, 3, 0, 3)


def test_nobody_is_in_no_class() -> None:
    assert count_classes({"a": ints()}) == ClassReport(("a",), 0, 0, 0, 0, 0)


def test_a_missing_answer_is_a_value_of_its_own_whatever_the_type() -> None:
    assert count_classes({"a": ints(1, BLANK, BLANK, DONT_KNOW)}).classes == 3
    assert count_classes({"a": np.array([1.0, np.nan, np.nan])}).classes == 2
    assert count_classes({"a": np.array(["x", "", "", "y"], dtype=object)}).uniques == 2


def test_a_missing_answer_of_one_class_is_no_answer_of_another() -> None:
    for missing in (np.array([1.0, np.nan]), np.array([np.nan, 1.0])):
        assert count_classes({"a": ints(1, 2), "b": missing}).classes == 2
        assert count_classes({"b": missing, "a": ints(1, 2)}).classes == 2
        assert count_classes({"a": ints(1, 1), "b": missing}).classes == 2


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-1, 1)), min_size=1, max_size=40),
    st.permutations([0, 1, 2]),
)
def test_it_agrees_with_counting_by_hand_in_any_order(
    rows: list[tuple[int, int, int]], order: list[int]
) -> None:
    sizes = pd.Series(rows).value_counts()
    report = count_classes({str(i): ints(*(row[i] for row in rows)) for i in order})
    assert (report.n, report.classes, report.k) == (len(rows), len(sizes), sizes.min())
    assert report.uniques == int((sizes == 1).sum())
    assert report.in_small == int(sizes[sizes < 5].sum())


def test_diversity_is_that_of_the_class_with_the_fewest_different_answers() -> None:
    key = ints(1, 1, 1, 2, 2, 2, 2)
    answers = ints(5, 4, 5, 1, 2, 3, 3)
    everybody = np.ones(7, dtype=np.bool_)
    assert count_classes({"k": key}, {"s": (answers, everybody)}).diversity == {"s": 2}
    some = np.array([True, False, True, True, True, True, True])
    assert count_classes({"k": key}, {"s": (answers, some)}).diversity == {"s": 1}
    later = np.array([False, False, False, True, True, True, True])
    assert count_classes({"k": key}, {"s": (answers, later)}).diversity == {"s": 3}
    assert count_classes({"k": key}, {"s": (answers, ~everybody)}).diversity == {"s": 0}


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ints(1, 1, 2, 2, 2),
            "area": pd.Series(["a", "a", "b", "b", ""], dtype=object),
            "years": [1.0, np.nan, 2.0, 3.0, np.nan],
            "cooperation": ints(5, NOT_ASKED, 4, 4, DONT_KNOW),
        }
    )


def ruled(*keys: str, sensitive: tuple[str, ...] = (), minimum: int = 0) -> Study:
    return replace(STUDY, anonymity=AnonymityRules(keys, sensitive, minimum))


def test_a_wave_is_counted_by_the_variables_it_asked() -> None:
    report = wave_classes(
        frame(), ruled("group", "unit", sensitive=("cooperation", "quick", "area", "years"))
    )
    assert report is not None
    assert (report.variables, report.k, report.classes) == (("group",), 2, 2)
    assert report.diversity == {"cooperation": 1, "area": 1, "years": 1}


def test_a_study_without_key_variables_is_not_counted() -> None:
    assert wave_classes(frame(), STUDY) is None
    assert wave_classes(frame(), ruled("unit")) is None


def test_a_class_that_is_too_small_stops_the_load_only_where_the_study_says_so() -> None:
    check_classes(frame(), STUDY, "a.csv")
    check_classes(frame(), ruled("group"), "a.csv")
    check_classes(frame(), ruled("group", minimum=2), "a.csv")
    check_classes(frame(), ruled("unit", minimum=2), "a.csv")
    with pytest.raises(AnonymityError) as caught:
        check_classes(frame(), ruled("group", "area", minimum=2), "a.csv")
    assert str(caught.value) == (
        "a.csv: 1 people share their key variables (group, area) in the smallest of 3 classes, at least 2 "
        "were expected (minimum_k_anonymity in study.toml). Coarsen the variables at their source."
    )
    assert caught.value.code == "E40"


@pytest.mark.parametrize("code", [NOT_ASKED, DONT_KNOW, BLANK])
def test_who_did_not_answer_adds_no_answer_whatever_the_type(code: int) -> None:
    answers = pd.DataFrame(
        {
            "group": ints(1, 1, 1, 1),
            "cooperation": ints(5, code, 5, 4),
            "years": [1.0, np.nan, 2.0, 3.0],
            "area": pd.Series(["a", "", "b", "c"], dtype=object),
        }
    )
    report = wave_classes(answers, ruled("group", sensitive=("cooperation", "years", "area")))
    assert report is not None
    assert report.diversity == {"cooperation": 2, "years": 3, "area": 3}
