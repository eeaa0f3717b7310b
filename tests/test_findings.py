"""Claims in words: nothing judged anew, every number in the language's form, nothing said of the hidden."""

import re
from dataclasses import replace
from itertools import product

import pytest

from barometri.findings import findings
from barometri.results import Verdict
from barometri.texts import LANGUAGES, read_texts
from tests.report.made_up_run import claim, run

NBSP = "\u00a0"
CAUSAL = {
    "fi": r"vaikut|johtu|aiheut|paran(?:taa|si)|heiken|lisää\b|vähentää|ansiosta",
    "sv": r"påverk|orsak|leder till|förbättr|försämr|ökar|minskar|tack vare|beror på (?!hur svaren)",
    "en": r"affect|caus|lead[s]? to|improve|worsen|increase|reduce|due to|because|thanks to",
}


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
def test_every_verdict_has_words_in_every_language_and_kind(language: str, verdict: Verdict) -> None:
    for name in ("QF01", "QF02", "QF13"):
        protected = replace(run(), claims=(claim(name, verdict),))
        (finding,) = findings(protected, language=language)
        statement = read_texts(language).label(protected.claims[0].claim.statement)
        assert statement in finding.sentence
        assert finding.sentence.endswith(".")
        assert finding.verdict
        assert not re.search(CAUSAL[language], finding.sentence.replace(statement, ""), re.IGNORECASE)


def test_no_verdict_but_supported_leaves_the_claim_as_its_own_sentence() -> None:
    for verdict in set(Verdict) - {Verdict.SUPPORTED}:
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
    assert len(repr(words).splitlines()) == 5
    assert repr(words[0]).startswith("QF01 Supported: Social workers")
    tagged = replace(run().claims[0].claim, statement={"en": "A <b> & c"})
    (finding,) = [replace(run(), claims=(replace(run().claims[0], claim=tagged),))]
    page = findings(finding, language="en")._repr_html_()
    assert "<b>" not in page
    assert "A &lt;b&gt; &amp; c" in page
