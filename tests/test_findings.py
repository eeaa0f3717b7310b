"""Claims in words: nothing judged anew, every number in the language's form, nothing said of the hidden."""

import re
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import pytest

import barometri
from barometri.disclosure.protected import ProtectedClaim, ProtectedPart
from barometri.errors import OptionError
from barometri.findings import Finding, findings
from barometri.results import Verdict
from barometri.texts import LANGUAGES, read_texts
from tests.report.made_up_run import claim, part, run, study

NBSP = "\u00a0"
CAUSAL = {
    "fi": r"vaikut|johtu|aiheut|paran(?:taa|si|tuu|tunut)|heiken|lisää\b|vähentää|ansiosta",
    "sv": r"påverk|orsak|leder till|förbättr|försämr|ökar|minskar|tack vare|beror på (?!hur svaren|svaren)",
    "en": r"affect|caus|lead[s]? to|improve|worsen|increase|reduce|due to|because|thanks to|effect",
}
ASSOCIATIONAL = ("difference", "association", "each", "equivalence", "non_inferiority")
CLAIMS = tuple(entry.id for entry in study().claims)
PACKAGE = Path(barometri.__file__).parent
NAMED = re.compile(r'\bPart\(\s*\n?\s*"([a-z_]+)"|name="([a-z_]+)"|part_of\(\s*"([a-z_]+)"')
REASONS = re.compile(r'(?:Unjudged\(f?|reason=)"([a-z_]+)')


def worded(result: ProtectedClaim, language: str = "en") -> Finding:
    (finding,) = findings(replace(run(), claims=(result,)), language=language)
    return finding


@cache
def source(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((PACKAGE / folder).glob("*.py")))


def test_a_supported_claim_is_its_sentence_with_its_numbers() -> None:
    first = findings(run(), language="en")[0]
    assert first.sentence == "Social workers rate cooperation good more often than Kela decision specialists."
    assert first.verdict == "Supported"
    assert first.number == f"+12{NBSP}percentage points"
    assert first.interval == f"7–17{NBSP}percentage points"
    assert first.n == f"n{NBSP}={NBSP}612"
    assert first.detail.endswith("34%")
    assert first.detail.startswith("Social workers 46%")
    assert "p" + NBSP + "<" in first.method


def test_a_quantity_is_a_share() -> None:
    second = findings(run(), language="fi")[1]
    assert (second.number, second.interval) == (f"46{NBSP}%", f"41–51{NBSP}%")
    assert second.kind == "not_separated"
    assert "”Vajaa puolet" in second.sentence
    assert "p" not in second.method.split()


def test_classes_of_the_number_of_models_and_the_rest_have_names() -> None:
    last = findings(run(), language="en")[4]
    assert last.detail == "At least 3 models 47%, others 44%"


def test_nothing_is_said_of_a_hidden_claim() -> None:
    hidden = findings(run(), language="en")[3]
    assert hidden.kind == "not_reportable"
    assert (hidden.number, hidden.interval, hidden.n, hidden.detail, hidden.method) == ("", "", "", "", "")
    assert not re.search(r"\d", hidden.sentence)


@pytest.mark.parametrize(("language", "verdict"), list(product(LANGUAGES, Verdict)))
def test_every_claim_has_words_for_every_verdict_in_every_language(language: str, verdict: Verdict) -> None:
    texts = read_texts(language)
    for name in CLAIMS:
        result = claim(name, verdict)
        finding = worded(result, language)
        statement = texts.label(result.claim.statement)
        assert statement in finding.sentence
        assert finding.sentence.endswith(".")
        assert finding.verdict
        said = (
            f"{finding.sentence} | {finding.method} | {finding.power} | {finding.verdict} | {finding.level}"
        )
        assert not re.search(r"[{}]|\bnan\b|  \w|\w\.\.| [.,:;]|_", said), said
        own = said if result.claim.kind in ASSOCIATIONAL else said.replace(statement, "")
        assert not re.search(CAUSAL[language], own, re.IGNORECASE), own


def test_no_verdict_but_supported_leaves_the_claim_as_its_own_sentence() -> None:
    for verdict in set(Verdict) - {Verdict.SUPPORTED, Verdict.EQUIVALENT}:
        (finding,) = findings(replace(run(), claims=(claim("QF01", verdict),)), language="en")
        assert not finding.sentence.startswith("Social workers")


def test_the_verdict_is_taken_over_and_not_judged_anew() -> None:
    wide = replace(claim("QF01", Verdict.SUPPORTED), ci_low=-0.5, ci_high=0.7, p_text="0.90")
    (finding,) = findings(replace(run(), claims=(wide,)), language="en")
    assert finding.kind == "supported"
    assert finding.interval == f"−50 to 70{NBSP}percentage points"


def test_an_unknown_reason_is_not_shown_in_another_language() -> None:
    told = replace(claim("QF01", Verdict.NOT_ESTIMABLE), reason="lost_column:district")
    odd = replace(told, reason="some English words")
    first, second = findings(replace(run(), claims=(told, odd)), language="fi")
    assert "akuutuspiiri" in first.reason
    assert second.reason == ""


def test_findings_print_as_lines_and_show_as_an_escaped_table() -> None:
    words = findings(run(), language="en")
    assert len(repr(words).splitlines()) == len(run().claims)
    assert repr(words[0]).startswith("QF01 Supported: Social workers")
    tagged = replace(run().claims[0].claim, statement={"en": "A <b> & c"})
    (finding,) = [replace(run(), claims=(replace(run().claims[0], claim=tagged),))]
    page = findings(finding, language="en")._repr_html_()
    assert "<b>" not in page
    assert "A &lt;b&gt; &amp; c" in page


def test_every_part_and_reason_that_a_claim_can_have_has_words() -> None:
    parts = {name for found in NAMED.findall(source("claims")) for name in found if name}
    reasons = set(REASONS.findall(source("claims")))
    assert {"gap", "reading", "model", "against"} <= parts
    assert {"no_responses", "item_not_asked"} <= reasons
    for language in LANGUAGES:
        texts = read_texts(language)
        assert {name for name in parts if not texts.has(f"part.{name}")} == set()
        assert {name for name in reasons if not texts.has(f"finding_reason.{name}")} == set()


def test_numbers_are_written_by_scale_and_level() -> None:
    slope = worded(claim("QF14", Verdict.SUPPORTED, estimate=0.2))
    assert (slope.number, slope.short, slope.range) == ("+0.20 scale points", f"+0.20{NBSP}pt", "0.15–0.25")
    assert slope.level == "95% confidence interval"
    equal = worded(claim("QF16", Verdict.NOT_SHOWN_EITHER_WAY, estimate=0.07))
    assert equal.level == "90% confidence interval"
    assert equal.range == "2–12"
    spread = worded(replace(claim("QF28", Verdict.SUPPORTED, estimate=0.18)))
    assert spread.number == f"18{NBSP}percentage points"


def test_the_power_of_an_equivalence_test_comes_before_its_verdict() -> None:
    finding = worded(claim("QF16", Verdict.EQUIVALENT, estimate=0.02))
    assert finding.power == "Power of the test if there is no difference: 19%."
    assert repr(finding).startswith(f"QF16 {finding.power} Equivalent:")
    assert finding.sentence.endswith(f"any difference is smaller than 10{NBSP}percentage points.")


def test_what_an_extreme_was_not_separated_from_is_named() -> None:
    result = replace(claim("QF08", Verdict.HIGHEST_NOT_SEPARATED), beside=("pohjoinen", "lantinen"))
    finding = worded(result)
    assert finding.sentence.endswith(
        "not separated from: Northern Insurance District and Western Insurance District."
    )
    lowest = replace(result, claim=replace(result.claim, relation="<"))
    assert worded(lowest).verdict == "Lowest, not separated"
    assert "the lowest" in worded(lowest).sentence


def test_a_claim_s_own_words_take_the_place_of_the_general_ones() -> None:
    result = claim("QF01", Verdict.NOT_SHOWN)
    own = replace(
        result.claim, words={"not_shown": {"en": "Nothing of the kind", "fi": "Ei mitään sellaista"}}
    )
    assert worded(replace(result, claim=own)).sentence == "Nothing of the kind."
    assert worded(replace(result, claim=own), "fi").sentence == "Ei mitään sellaista."


def test_the_method_names_what_is_held_and_both_p_values() -> None:
    method = worded(claim("QF14", Verdict.SUPPORTED, estimate=0.2)).method
    assert "held constant: respondent group and insurance district" in method
    assert (
        f"p{NBSP}<{NBSP}0.01, adjusted within the family “Number of models” p{NBSP}={NBSP}0.02 (Holm)"
        in method
    )
    assert "degrees of freedom 587" in method
    assert "p" + NBSP not in worded(claim("QF02", Verdict.SUPPORTED)).method


@pytest.mark.parametrize(
    ("language", "first", "missing"),
    [
        ("fi", "(yhteinen testi ensin: onko ero sama eri vuosina)", "yhteistä testiä ei voi laskea"),
        (
            "sv",
            "(gemensamt test först: är skillnaden densamma olika år)",
            "gemensamma testet i påståendegruppen",
        ),
        ("en", "(joint test first: is the gap the same in different years)", "joint test of the family"),
    ],
)
def test_the_method_says_whether_a_joint_test_came_first(language: str, first: str, missing: str) -> None:
    result = claim("QF01", Verdict.SUPPORTED)
    assert f"p{NBSP}=" in worded(result, language).method
    assert first in worded(result, language).method
    assert missing not in worded(result, language).method
    alone = worded(replace(result, adjusted_p_text=""), language).method
    assert missing in alone
    assert first not in alone


def test_the_numbers_under_a_claim_say_what_they_are() -> None:
    hidden = replace(part("marginal", 0.5, role="shown", about={"item": "M03"}), status="suppressed")
    parts = (
        part("model", 0.37, role="test", scale="score", about={"item": "M01"}, p="<.01", adjusted_p="0.03",
             verdict=Verdict.SUPPORTED),
        part("reading", 0.39, role="sensitivity", scale="score", about={"item": "M01", "reading": "lower"}),
        hidden,
        part("never_heard_of", 0.5, role="shown"),
    )  # fmt: skip
    lines = worded(claim("QF15", Verdict.SUPPORTED, parts=parts)).lines
    assert lines[0].label == "Other models held constant: Clearing up with permission"
    assert (lines[0].number, lines[0].interval) == (f"+0.37{NBSP}pt", "0.32–0.42")
    assert (lines[0].p, lines[0].verdict) == (f"p{NBSP}={NBSP}0.03{NBSP}(Holm)", "Supported")
    assert lines[1].label == "Other reading: Clearing up with permission, “cannot say” read as not in use"
    assert (lines[2].number, lines[2].interval, lines[2].n) == ("..", "", "")
    assert lines[3].label == "Never heard of"


def test_the_sides_of_each_wave_stand_in_one_line() -> None:
    parts = tuple(
        part(side, share, about={"wave": wave})
        for wave, shares in {"2019": (0.29, 0.43), "2021": (0.44, 0.36)}.items()
        for side, share in zip(("left", "right"), shares, strict=True)
    )
    finding = worded(claim("REVERSAL", Verdict.SUPPORTED, parts=parts), "fi")
    assert finding.detail == (
        f"2019: sosiaalityöntekijät 29{NBSP}%, toimeentulotuen ratkaisuasiantuntijat 43{NBSP}%; "
        f"2021: sosiaalityöntekijät 44{NBSP}%, toimeentulotuen ratkaisuasiantuntijat 36{NBSP}%"
    )


def test_nothing_of_a_hidden_claim_tells_whether_it_is_as_published() -> None:
    assert worded(claim("QF01", Verdict.SUPPORTED)).same == "yes"
    assert worded(claim("QF01", Verdict.NOT_REPORTABLE)).same == "–"


def test_a_claim_shows_itself_with_the_numbers_under_it() -> None:
    shown = part("direct", 0.39, role="test", about={"item": "M01"}, verdict=Verdict.SUPPORTED)
    supported = replace(claim("QF16", Verdict.EQUIVALENT, parts=(shown,)), power=0.8)
    found = findings(replace(run(), claims=(supported, claim("QF01", Verdict.NOT_REPORTABLE))), language="en")
    page = found.claim("QF16")._repr_html_()
    assert page.index("Power") < page.index("<strong>Equivalent</strong>") < page.index("<table")
    assert "39%" in page
    assert "<table" not in found.claim("QF01")._repr_html_()
    assert "&lt;&amp;&quot;" in replace(found[0], sentence='<&"')._repr_html_()
    with pytest.raises(OptionError, match="claim must be one of QF16, QF01; got 'QF99'"):
        found.claim("QF99")


def test_the_comparison_that_decides_is_named_where_one_alone_has_the_number() -> None:
    def test(item: str, estimate: float) -> ProtectedPart:
        return part("against", estimate, role="test", scale="points", about={"item": item})

    others = (test("M03", 0.2), test("M02", 0.12))
    result = replace(claim("QF05", Verdict.SUPPORTED, parts=others), n=301.0, method="intersection_union/t")
    assert "the comparison that decides: consultation phone" in worded(result).method.lower()
    both = (*others, test("M04", 0.12))
    assert "the comparison that decides." in worded(replace(result, parts=both)).method


def test_a_joint_claim_names_the_item_whose_shares_stand_under_it() -> None:
    result = claim("QF28", Verdict.SUPPORTED, parts=(part("code", 0.2, about={"item": "M04"}),))
    assert "where differences are clearest (joint skype" in worded(result).method.lower()


def test_cannot_say_is_told_as_the_claim_takes_it() -> None:
    said = {name: worded(claim(name, Verdict.SUPPORTED)).method for name in ("QF12", "QF13", "QF29", "QF01")}
    assert "the others include those who answered “cannot say” to “Nothing has been agreed”" in said["QF12"]
    assert "without those who could not say about more than half" in said["QF13"]
    assert "in both classes is in neither" in said["QF29"]
    assert said["QF01"].count("cannot say") == 1


def test_a_plain_test_under_a_claim_with_a_margin_is_told_apart_from_its_own() -> None:
    beside = part("marginal", 0.12, role="shown", scale="points", about={"item": "M06"}, p="0.03")
    (line,) = worded(claim("QF16", Verdict.NOT_SHOWN_EITHER_WAY, parts=(beside,))).lines
    assert line.label.endswith("(95% interval; p is of no difference)")
    plain = worded(claim("QF15", Verdict.SUPPORTED, parts=(beside,))).lines[0]
    assert "interval" not in plain.label
