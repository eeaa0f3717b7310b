"""Only model terms can be said in a formula."""

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError
from barometri.regression.formula import code_frame, read_formula, split_terms, term_key

KNOWN = {"y", "a", "b", "k"}


@pytest.mark.parametrize(
    "text",
    [
        "y ~ __import__('os').system('true')",
        "y ~ a.b",
        "y ~ a[0]",
        "y ~ {a}",
        "y ~ `a`",
        "y ~ exp(a)",
        "y ~ I(a)",
        "y ~ a == 1",
        "y ~ a; b",
        "y ~ a ** 2",
        "y ~ lambda: 0",
        "y ~ C",
        "y ~ k(a)",
        "y ~ (a + b)^9",
        "y ~ (a + b)^k",
        "y ~ 'a'",
        "y ~ a | b",
        "y ~ a ~ b",
        "y",
        "log(y) ~ a",
        "y ~ ",
        "y ~ a +",
        "y ~ (a",
        "y ~ a - 1",
        "y ~ 0 + a",
        "y ~ unknown",
        "y ~ y",
        "y ~ a" + " + a" * 2000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(OptionError):
        read_formula(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("y ~ a + b", ["a", "b"]),
        ("y ~ a*b", ["a", "b", "a:b"]),
        ("y~(a+b+k)^2 - a:b", ["a", "b", "k", "a:k", "b:k"]),
        ("y ~ C(k) + log(k) + poly(k, 2)", ["C(k)", "log(k)", "poly(k, 2)"]),
    ],
)
def test_terms_are_read(text: str, terms: list[str]) -> None:
    assert split_terms(read_formula(text, KNOWN).right) == terms


def test_a_term_is_the_same_in_any_order() -> None:
    assert term_key("a:b") == term_key("b:a") != term_key("a")


def test_the_first_level_is_the_reference_and_interactions_have_full_rank() -> None:
    frame = pd.DataFrame(
        {"a": pd.Categorical(["q", "p", "p"], categories=["q", "p"]), "k": np.array([0.0, 1.0, 2.0])}
    )
    coding, matrix = code_frame(read_formula("y ~ a*k", KNOWN), frame)
    assert coding.names == ("Intercept", "a[T.p]", "k", "a[T.p]:k")
    assert matrix.tolist() == [[1, 0, 0, 0], [1, 1, 1, 1], [1, 1, 2, 2]]


def test_a_logarithm_of_zero_is_named() -> None:
    with pytest.raises(OptionError, match=r"log\(k\)"):
        code_frame(read_formula("y ~ log(k)", KNOWN), pd.DataFrame({"k": [0.0, 1.0]}))
