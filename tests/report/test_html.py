"""The page: whole, accessible, without a request, and the same bytes every time."""

import base64
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from barometri.figures.saving import content
from barometri.report.building import build
from barometri.report.document import FigureBlock
from barometri.report.html import render
from tests.report.made_up_run import report, run

VOID = {"meta", "link", "br", "img", "hr", "input", "path", "use"}


class Outline(HTMLParser):
    """What a reader's tools see of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []

    def start(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def end(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    handle_starttag = start
    handle_endtag = end


@cache
def page(language: str) -> str:
    return render(report(language))


@cache
def outline(language: str) -> Outline:
    parser = Outline()
    parser.feed(page(language))
    return parser


def of(language: str, tag: str) -> list[dict[str, str]]:
    return [given for name, given in outline(language).tags if name == tag]


def test_the_page_is_well_formed_and_every_id_is_its_own() -> None:
    seen = outline("fi")
    assert seen.faults == []
    assert seen.open == []
    assert len(seen.ids) == len(set(seen.ids))


def test_headings_are_in_order_and_there_is_one_title() -> None:
    levels = outline("fi").headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_reference_inside_the_page_leads_somewhere() -> None:
    ids = set(outline("sv").ids)
    asked = [
        name
        for _, given in outline("sv").tags
        for key in ("aria-labelledby", "aria-describedby")
        for name in given.get(key, "").split()
    ]
    asked += [given["href"][1:] for given in of("sv", "a") if given["href"].startswith("#")]
    assert asked
    assert set(asked) <= ids
    used = {
        found
        for pair in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page("sv"))
        for found in pair
        if found
    }
    assert used <= ids


def test_no_request_leaves_the_page() -> None:
    words = page("en")
    assert "<script" not in words
    links = [given.get("href", "") for tag in ("a", "link") for given in of("en", tag)]
    assert all(link.startswith(("#", "data:", "../")) for link in links)
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", words)
    assert not re.search(r"url\((?![\"']?data:|#)", words)
    assert "@import" not in words
    assert "default-src 'none'" in words


def test_language_skip_link_and_notice() -> None:
    assert of("sv", "html") == [{"lang": "sv"}]
    assert of("sv", "a")[0] == {"class": "skip", "href": "#content"}
    assert "SYNTETISKT MATERIAL" in page("sv").split("<h1>")[0]
    quiet = replace(report("sv"), notice="")
    assert 'class="notice"' not in render(quiet)


def test_each_figure_has_two_drawings_alt_text_a_table_and_its_numbers() -> None:
    charts = [b.chart for s in report("en").sections for b in s.blocks if isinstance(b, FigureBlock)]
    assert len(charts) >= 10
    drawings = of("en", "svg")
    assert len(drawings) == 2 * len(charts)
    assert all(drawing["role"] == "img" for drawing in drawings)
    assert len(of("en", "figure")) == len(of("en", "figcaption")) == len(charts)
    downloads = {given["download"]: given["href"] for given in of("en", "a") if "download" in given}
    for chart in charts:
        assert page("en").count(f'<desc id="{chart.id}-en-wide-desc">') == 1
        data = base64.b64decode(downloads[f"{chart.id}.csv"].partition(",")[2])
        assert data == content(chart, "csv")


def test_tables_can_be_scrolled_by_keyboard_and_have_headers() -> None:
    regions = [given for given in of("en", "div") if given.get("class") == "scroll"]
    assert len(regions) == len(of("en", "table"))
    assert all(given["tabindex"] == "0" and given["role"] == "region" for given in regions)
    assert {given["scope"] for given in of("en", "th")} <= {"col", "row", "rowgroup"}


def test_findings_come_first_with_number_interval_and_n() -> None:
    first = report("en").sections[0]
    assert first.id == "findings"
    words = page("en")
    assert words.index("Social workers rate cooperation good") < words.index("<figure")
    card = words[words.index('class="finding supported"') :].partition("</li>")[0]
    assert "+12\u00a0percentage points" in card
    assert "95% confidence interval" in card
    assert "n\u00a0=\u00a0612" in card


def test_the_power_of_an_equivalence_test_stands_before_its_verdict() -> None:
    card = page("en").partition('id="claim-QF16"')[2].partition("</li>")[0]
    assert card.index("Power of the test if there is no difference: 19%.") < card.index(
        "Not shown either way"
    )
    assert "90% confidence interval" in card


def test_families_are_headings_of_their_own_body_of_rows() -> None:
    table = page("en").partition('class="table grouped"')[2].partition("</table>")[0]
    assert (
        table.count("<tbody>") == table.count('class="group"') == len({c.claim.family for c in run().claims})
    )


def test_a_label_with_markup_is_shown_and_not_obeyed() -> None:
    tagged = replace(report("en"), title="A <script>alert(1)</script> & b", footer=("<img src=x>",))
    words = render(tagged)
    assert "<script" not in words
    assert "<img" not in words
    assert "A &lt;script&gt;" in words


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render(build(run(), language="fi")) == page("fi")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    style = page("en")
    rules = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours: dict[str, str] = {}
    for rule in rules[: 1 if scheme == "light" else 2]:
        colours |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", rule))
    for ground in ("paper", "soft"):
        for ink in ("ink", "quiet", "link", "yes", "maybe", "no", "none"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert contrast(colours["notice-ink"], colours["notice"]) >= 4.5


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
