"""What the report says twice it says alike: the numbers of claims and those of the annex."""

from collections.abc import Mapping

import pytest

from barometri.disclosure.protected import Protected, ProtectedClaim, ProtectedEffect


def claim_of(protected: Protected, name: str) -> ProtectedClaim:
    (found,) = [result for result in protected.claims if result.claim.id == name]
    return found


def effect_of(protected: Protected, verb: str, name: str, **about: str) -> ProtectedEffect:
    effects = [
        one for part in protected.tables.values() if part.analysis.verb == verb for one in part.effects
    ]
    (found,) = [
        one for one in effects if one.name == name and about.items() <= one.about.items() and one.adjusted_for
    ]
    return found


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("QF29", {"class": "3+", "against": "model_nothing_agreed"}),
        ("QF13", {"class": "3+", "against": "rest"}),
        ("QF12", {"class": "model_nothing_agreed", "against": "rest"}),
    ],
)
def test_classes_have_one_number(demo_protected: Protected, name: str, about: Mapping[str, str]) -> None:
    result = claim_of(demo_protected, name)
    effect = effect_of(demo_protected, "classes", "difference_of_shares", **about)
    assert (effect.estimate, effect.ci_low, effect.ci_high, effect.n) == pytest.approx(
        (result.estimate, result.ci_low, result.ci_high, result.n)
    )


@pytest.mark.parametrize("name", ["QF15", "QF16"])
def test_models_have_one_number(demo_protected: Protected, name: str) -> None:
    result = claim_of(demo_protected, name)
    score = result.claim.scale == "score"
    parts = [part for part in result.parts if part.name == "model"]
    told = [(part.about["item"], part.estimate) for part in parts] or [(result.claim.item, result.estimate)]
    for item, number in told:
        effect = effect_of(
            demo_protected,
            "model_effects",
            f"model_{'score' if score else 'points'}",
            item=item,
            kind="conditional",
        )
        assert effect.estimate == pytest.approx(number)
        assert effect.n == result.n


@pytest.mark.parametrize("name", ["QF17", "QF18", "QF22"])
def test_standardised_shares_are_rounded_once_and_alike(demo_protected: Protected, name: str) -> None:
    result = claim_of(demo_protected, name)
    waves = [part for part in result.parts if part.name == "wave" and part.scale == "share"]
    assert len(waves) > 1
    for part in waves:
        effect = effect_of(
            demo_protected, "trends", "standardised_share", item=result.claim.item, wave=part.about["wave"]
        )
        assert (effect.estimate, effect.ci_low, effect.ci_high) == pytest.approx(
            (part.estimate, part.ci_low, part.ci_high)
        )


def test_a_gap_and_its_reversal_have_one_number(demo_protected: Protected) -> None:
    result = claim_of(demo_protected, "REVERSAL")
    gaps = demo_protected.tables["annex_gap"].effects
    latest = next(one for one in gaps if one.name == "gap" and one.about["wave"] == str(result.claim.wave))
    turned = next(one for one in gaps if one.name == "gap_reversal")
    assert latest.estimate == turned.estimate == pytest.approx(result.estimate)
    assert latest.ci_low == turned.ci_low == pytest.approx(result.ci_low)
    assert "mark" not in turned.about
