"""No answer is told by a call that fails: every public call, every kind of error."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import barometri as bm
from barometri.boundary import guarded, places
from barometri.errors import BarometriError, OptionError, UnforeseenError
from tests.leaks.calls import CANARY, NUMBER, calls, responses, world
from tests.leaks.injecting import ERRORS, QUOTED, Fault, steps_of
from tests.leaks.looking import canaries_in, chain, shown, told_by

NAMES = sorted({name for name in bm.__all__ if not isinstance(getattr(bm, name), (ModuleType, str))})
DRAWN = {f"figures.{name}" for name in bm.figures.__all__ if name != "Chart"}
METHODS = {"Survey.domain", "Survey.with_column", "Survey.analytic", "Survey.repr", "report.build"}
CALLS = sorted({*NAMES, *METHODS, *DRAWN})
SLOW = {"report.build", "read_surveys", "class_contrasts", "dose_response", "krippendorff_alpha"}
"""Calls that the whole matrix alone strikes, as those that draw."""
MOST = 4
"""Steps of a call that fail in the whole matrix."""


def test_every_public_name_is_called() -> None:
    assert set(CALLS) == set(calls())


def strike(call: Callable[[], object], at: int, kind: str) -> tuple[str, bool]:
    """Return what a call tells whose step fails, and whether the step was reached."""
    fault = Fault(at, ERRORS[kind])

    def struck() -> object:
        with fault:
            return call()

    return told_by(struck), fault.struck


def spread(steps: int, most: int) -> list[int]:
    """Return some steps of a call, the first and the last among them."""
    return sorted({round(float(at)) for at in np.linspace(1, steps, min(most, steps))}) if steps else []


@pytest.mark.parametrize("name", [name for name in CALLS if name in {*NAMES, *METHODS} - SLOW])
def test_a_fault_in_a_library_tells_no_answer(name: str) -> None:
    call = calls()[name]
    assert canaries_in(told_by(call)) == []
    steps = steps_of(call)
    dice = random.Random(name)  # noqa: S311 - chooses cases
    for at in spread(steps, 2):
        kind = dice.choice(sorted(ERRORS))
        told, _ = strike(call, at, kind)
        assert canaries_in(told) == [], (at, kind)


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_no_fault_at_all_in_a_library_tells_an_answer(name: str) -> None:
    """Each error at some steps; where a call takes long, each error at one."""
    call, kinds = calls()[name], sorted(ERRORS)
    long = name in DRAWN | SLOW
    steps = spread(steps_of(call), len(kinds) if long else MOST)
    pairs = zip(steps, kinds, strict=False) if long else product(steps, kinds)
    for at, kind in pairs:
        told, _ = strike(call, at, kind)
        assert canaries_in(told) == [], (at, kind)


WRONG: tuple[Any, ...] = (
    *(None, 5, float("nan"), float("inf"), -1, b"x", object(), [], {}, (), "", "no_such_name", "=1+1"),
    *(["no_such_name"], {"no_such_name": 1.0}, np.array([np.nan, np.inf]), pd.DataFrame(), print),
)


def silent(function: Callable[..., object], *arguments: object) -> None:
    """Call, and keep what comes out: only errors are looked at."""
    function(*arguments)


def weighted(frame: pd.DataFrame, weight: str) -> object:
    return bm.mean(bm.Survey(frame, bm.SurveyDesign(weight=weight)), "y")


def refusals(name: str, wrong: Sequence[object]) -> None:
    """Each wrong thing in each of the first places, beside a survey that holds canaries."""
    function, survey = getattr(bm, name), world().survey
    for thing in wrong:
        for arguments in ((thing,), (survey, thing), (survey, "y", thing), ({2021: survey}, thing)):
            if name != "read_surveys" or thing is not None:
                told = told_by(partial(silent, function, *arguments))
                assert canaries_in(told) == [], arguments


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
def test_wrong_arguments_tell_no_answer(name: str) -> None:
    refusals(name, (5, "no_such_name", responses(2021)["person"]))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_wrong_argument_tells_an_answer(name: str) -> None:
    frame = responses(2021)
    texts = frame["person"].to_numpy(dtype=object)
    refusals(
        name, (*WRONG, frame, frame["person"], frame["income"].to_numpy(), {"a": frame["person"]}, texts)
    )


def test_answers_of_the_wrong_kind_are_not_told() -> None:
    """Texts where numbers are wanted, infinity, and a code that nobody knows."""
    frame = responses(2021)
    survey = bm.Survey(frame, bm.SurveyDesign(weight="_weight"))
    for item in ("person", "income"):
        for verb in (bm.mean, bm.total, bm.proportion, bm.quantile, bm.population_variance):
            told = told_by(partial(silent, verb, survey, item))
            assert canaries_in(told) == []
    for weight in ("person", "letter"):
        told = told_by(partial(weighted, frame, weight))
        assert canaries_in(told) == []
    for bad in (np.nan, np.inf, -NUMBER, 0.0):
        frame["_weight"] = np.where(np.arange(len(frame)) == 7, bad, 1.0)
        told = told_by(partial(weighted, frame, "_weight"))
        assert canaries_in(told) == []
    for formula in ("y ~ person", f"y ~ {CANARY}", "income ~ person + letter", "person ~ letter"):
        told = told_by(partial(silent, bm.linear_regression, survey, formula))
        assert [found for found in canaries_in(told) if found not in formula and found != "308T"] == []


# ------------------------------------------------------------------------------------------ the boundary


def test_a_foreign_error_leaves_alone_with_call_kind_and_place() -> None:
    survey = world().areas

    def fail() -> object:
        with Fault(1, lambda: KeyError(CANARY)):
            return bm.mean(survey, "y")

    with pytest.raises(UnforeseenError) as caught:
        fail()
    message = str(caught.value)
    assert message.startswith("mean: an unforeseen KeyError in ")
    assert ".py, line " in message
    assert list(chain(caught.value)) == [caught.value]
    assert caught.value.exit_code == 3


def test_the_search_finds_what_a_call_without_the_boundary_tells() -> None:
    """The battery has teeth: the same fault is told by the function behind the boundary."""
    survey = world().areas
    bm.mean(survey, "y")  # what is kept after the first call is kept
    for kind in ("KeyError", "ValueError", "panic", "warning"):
        fault = Fault(1, ERRORS[kind])

        def bare(fault: Fault = fault) -> object:
            with fault:
                return bm.mean.__wrapped__(survey, "y")  # type: ignore[attr-defined]

        assert canaries_in(told_by(bare)) != [], kind


def test_an_error_of_the_package_leaves_without_the_error_it_was_made_from() -> None:
    def refused() -> None:
        try:
            int(CANARY)
        except ValueError:
            raise BarometriError("x.csv: a cell is no number. Correct it.")  # noqa: B904 - what is tried

    with pytest.raises(BarometriError) as caught:
        guarded(refused)()
    assert canaries_in(shown(caught.value)) == []
    assert list(chain(caught.value)) == [caught.value]


def test_a_table_in_the_place_of_names_is_refused_at_once() -> None:
    survey = world().survey
    frame = survey.frame
    arguments: dict[str, Callable[[object], object]] = {
        "items": lambda wrong: bm.krippendorff_alpha(survey, wrong),  # type: ignore[arg-type]
        "first": lambda wrong: bm.cohen_kappa(survey, wrong, "y"),  # type: ignore[arg-type]
        "by": lambda wrong: bm.mean(survey, "y", by=[wrong]),  # type: ignore[list-item]
        "name": survey.__getitem__,  # type: ignore[dict-item]
        "reference": lambda wrong: bm.linear_regression(survey, "y ~ 1", reference=wrong),  # type: ignore[arg-type]
    }
    for argument, call in arguments.items():
        for wrong in (frame, frame["y"], frame.to_numpy(), frame["y"].array):
            with pytest.raises(OptionError, match=f"{argument} holds a table or an array"):
                call(wrong)


def test_a_wrong_keyword_is_told_as_python_does() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'itms'"):
        bm.mean(world().survey, itms="y")  # type: ignore[call-arg]


def test_ends_of_a_run_pass() -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(stopped)()


def test_places_outside_the_package_are_a_library() -> None:
    assert places(ValueError(QUOTED)) == "a library"


def test_a_survey_s_frame_is_for_the_researcher_alone(tmp_path: Path) -> None:
    """The one way to the rows has to be asked for by name."""
    survey = world().survey
    assert (
        canaries_in(repr(survey) + str(survey) + repr(survey["person"]) + repr(survey["person"] == "x")) == []
    )
    assert not hasattr(survey, "_repr_html_")
    assert CANARY in survey.frame["person"].tolist()
