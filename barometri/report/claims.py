"""The section that leads: cards of the claims that lead, all claims in one table, published figures."""

import math
from typing import Final

from barometri.disclosure.protected import Protected, ProtectedClaim, ProtectedFigure, ProtectedTable
from barometri.figures import draw
from barometri.findings import Finding, Findings, findings, reason_words
from barometri.findings.naming import About
from barometri.report.document import Block, FigureBlock, FindingBlock, Paragraph, Section, TableBlock
from barometri.report.effects import draws_effects, effects_table
from barometri.report.points import points_table
from barometri.study.plan import NUMBER_OF_MODELS, Analysis
from barometri.tables import Table, table
from barometri.texts import Texts

ANNEX: Final = "annex"
CLAIMS: Final = "claims"
"""Id of the table of all claims."""
_MOST_CARDS: Final = 12
_HIDDEN: Final = "not_reportable"
_AFTER: Final = "after"
_MARK: Final = "\u00a0†"
"""Beside a claim whose number was known when it was written."""
_VERBS: Final = {
    "association": ("dose_response", "association"),
    "difference": ("classes", "dose_response", "association"),
    "each": ("model_effects",),
    "equivalence": ("model_effects",),
    "non_inferiority": ("model_effects",),
    "reversal": ("gaps",),
    "change": ("trends",),
    "joint": ("regions",),
    "extreme": ("regions",),
}
"""Analyses whose figure shows what a kind of claim is about."""
_HEADLINE: Final = "headline"
"""The part that holds a leading claim's p, adjusted among those that lead."""


def findings_section(protected: Protected, texts: Texts) -> tuple[Section, ...]:
    """Return the section on findings; none where the study states no claims.

    Parameters
    ----------
    protected
        What may be published.
    texts
        Words of the language.
    """
    if not protected.claims:
        return ()
    worded = findings(protected, language=texts.language)
    blocks: list[Block] = [Paragraph(f"{written(protected, texts)} {texts.text('report.findings_lead')}")]
    lifted: set[str] = set()
    for name in leading(protected):
        place = [finding.id for finding in worded].index(name)
        figure = figure_of(protected.claims[place], protected)
        blocks.append(_card(worded[place], figure, texts))
        if figure in lifted_figures(protected) - lifted:
            lifted.add(figure)
            blocks.append(figure_block(figure, protected.tables[figure], protected, texts))
    blocks += [TableBlock(claims_table(worded, texts)), TableBlock(methods_table(worded, texts))]
    if line := _sensitivity(protected, texts):
        blocks.append(Paragraph(line))
    if protected.published_figures:
        blocks.append(TableBlock(figures_table(protected, texts)))
    return (Section("findings", texts.text("report.findings"), tuple(blocks)),)


def written(protected: Protected, texts: Texts) -> str:
    """Say when the claims were written, and which of them with their numbers already known."""
    file = protected.study.claims_file
    day = texts.date(protected.study.published if file is None else file.fixed)
    known = [result.claim.id for result in protected.claims if result.claim.written == _AFTER]
    form = "before" if not known else "after" if len(known) == len(protected.claims) else "some"
    return texts.text(f"report.written_{form}", fixed=day, claims=texts.listing(known) if known else "")


def leading(protected: Protected) -> tuple[str, ...]:
    """Return the claims that get a card: those the claims file names, else all of them up to a dozen."""
    file = protected.study.claims_file
    known = [result.claim.id for result in protected.claims]
    named = [name for name in (file.headline if file is not None else ()) if name in known]
    return tuple(named or known[:_MOST_CARDS])


def figure_of(result: ProtectedClaim, protected: Protected) -> str:
    """Return the analysis whose figure shows what a claim is about, or nothing."""
    claim = result.claim
    for name, part in protected.tables.items():
        analysis = part.analysis
        if not analysis.chart or analysis.verb not in _VERBS.get(claim.kind, ()):
            continue
        if analysis.verb == "regions" and not _of_districts(result, protected):
            continue
        if claim.kind == "difference" and not _of_numbers(result, analysis):
            continue
        if analysis.left and (dict(analysis.left), dict(analysis.right)) != (
            dict(claim.left),
            dict(claim.right),
        ):
            continue
        return name
    return ""


def _of_numbers(result: ProtectedClaim, analysis: Analysis) -> bool:
    """Whether a claim compares classes of the number of models by the question that an analysis is of."""
    claim = result.claim
    return NUMBER_OF_MODELS in {*claim.left, *claim.right} and set(claim.items) <= {*analysis.items}


def _of_districts(result: ProtectedClaim, protected: Protected) -> bool:
    """Whether a claim compares districts."""
    district = protected.study.role("district", result.claim.wave)
    return district in {*result.claim.left, result.claim.by}


def lifted_figures(protected: Protected) -> set[str]:
    """Return the analyses of the annex whose figure stands after the card of a leading claim."""
    claims = {result.claim.id: result for result in protected.claims}
    found = {figure_of(claims[name], protected) for name in leading(protected)} - {""}
    return {name for name in found if protected.tables[name].analysis.section == ANNEX}


def figure_block(name: str, part: ProtectedTable, protected: Protected, texts: Texts) -> FigureBlock:
    """Return an analysis as a figure with the table of what it draws."""
    if draws_effects(part):
        words = effects_table(name, part, protected, texts)
    elif part.analysis.chart == "scatter":
        words = points_table(name, protected, texts)
    else:
        words = table(protected, name, language=texts.language)
    title = texts.label(part.analysis.title) or words.title
    return FigureBlock(draw(protected, name, language=texts.language), words, title)


def _card(finding: Finding, figure: str, texts: Texts) -> FindingBlock:
    return FindingBlock(
        id=finding.id,
        sentence=finding.sentence,
        verdict=finding.verdict,
        number=finding.number,
        interval=finding.interval,
        n=finding.n,
        method=finding.method,
        kind=finding.kind,
        detail=finding.detail,
        reason=finding.reason,
        level=finding.level,
        power=finding.power,
        figure=figure,
        table=_lines(finding, texts),
    )


def _lines(finding: Finding, texts: Texts) -> Table | None:
    """Return the numbers under a claim as a small table; columns that say nothing are left out."""
    keys = ("report.of_what", "report.number", "words.interval_any", "words.n", "report.p", "report.verdict")
    rows = [(line.label, line.number, line.interval, line.n, line.p, line.verdict) for line in finding.lines]
    used = [place for place in range(len(keys)) if any(row[place] for row in rows)]
    if not rows:
        return None
    return Table(
        id=f"claim_{finding.id}",
        title=texts.text("report.behind", id=finding.id),
        headers=tuple(texts.text(keys[place]) for place in used),
        rows=tuple(tuple(row[place] for place in used) for row in rows),
        values=tuple((None,) * len(used) for _ in rows),
        row_headers=1,
    )


def claims_table(worded: Findings, texts: Texts) -> Table:
    """Return all claims as one table, those of a family together."""
    keys = (
        "report.id",
        "report.statement",
        "report.verdict",
        "report.number",
        "words.interval_any",
        "words.n",
        "report.same",
    )
    families = list(dict.fromkeys(finding.family for finding in worded))
    ordered = sorted(worded, key=lambda finding: families.index(finding.family))
    notes = [texts.text("report.all_claims_note")]
    if any(finding.level != ordered[0].level for finding in ordered if finding.level):
        notes.append(texts.text("report.ninety"))
    if any(finding.written == _AFTER for finding in ordered):
        notes.append(texts.text("report.written_note"))
    return Table(
        id=CLAIMS,
        title=texts.text("report.all_claims"),
        headers=tuple(texts.text(key) for key in keys),
        rows=tuple(
            (f.id, _marked(f), f.verdict, f.short, f.range, f.n.rpartition("=")[2].strip(), f.same)
            for f in ordered
        ),
        values=tuple((None,) * len(keys) for _ in ordered),
        row_headers=1,
        notes=tuple(notes),
        groups=tuple(finding.family_label for finding in ordered),
    )


def _marked(finding: Finding) -> str:
    """Return a claim's statement, with a mark where its number was known when it was written."""
    return finding.statement + _MARK * (finding.written == _AFTER)


def methods_table(worded: Findings, texts: Texts) -> Table:
    """Return how the number of each claim came about: what was compared, among whom, tested how."""
    families = list(dict.fromkeys(finding.family for finding in worded))
    ordered = sorted(worded, key=lambda finding: families.index(finding.family))
    return Table(
        id="claims_methods",
        title=texts.text("report.claims_methods"),
        headers=(texts.text("report.id"), texts.text("report.claims_methods_of")),
        rows=tuple((f.id, _told(f, texts)) for f in ordered),
        values=tuple((None, None) for _ in ordered),
        row_headers=1,
    )


def _told(finding: Finding, texts: Texts) -> str:
    """Say how a claim's number came about, or that there is nothing to say."""
    said = (finding.power, finding.detail, finding.method, finding.reason)
    sentences = " ".join(f"{words.rstrip('.')}." for words in said if words)
    return sentences or texts.text("numbers.none")


def _sensitivity(protected: Protected, texts: Texts) -> str:
    """Return the line on the leading claims adjusted for one another; nothing where there is none."""
    told = [
        texts.text("report.headline_p", id=result.claim.id, p=texts.p(part.adjusted_p_text or part.p_text))
        for result in protected.claims
        for part in result.parts
        if part.name == _HEADLINE and (part.adjusted_p_text or part.p_text)
    ]
    return texts.text("report.headline", claims=texts.listing(told)) if told else ""


def figures_table(protected: Protected, texts: Texts) -> Table:
    """Return the published percentages beside the same figures from the responses."""
    keys = ("report.figure_of", "report.as_published", "report.from_responses", "words.n", "report.same")
    rows = tuple(_figure_row(found, protected, texts) for found in protected.published_figures)
    return Table(
        id="published_figures",
        title=texts.text("report.published_figures"),
        headers=tuple(texts.text(key) for key in keys),
        rows=rows,
        values=tuple(
            (None, found.figure.value, None if math.isnan(found.estimate) else found.estimate, None, None)
            for found in protected.published_figures
        ),
        row_headers=1,
        notes=(texts.text("report.published_figures_note"),),
    )


def _figure_row(found: ProtectedFigure, protected: Protected, texts: Texts) -> tuple[str, ...]:
    figure, mark = found.figure, protected.study.disclosure.mark
    about = About(protected.study, texts, figure.wave, figure.item)
    who = about.who(figure.population)
    named = texts.label(figure.statement) or ", ".join(filter(None, (about.thing(figure.item), who)))
    digits = max(0, -math.floor(math.log10(figure.rounding * 100) + 1e-9)) if figure.rounding else 0
    hidden = found.reason == _HIDDEN
    own = mark if hidden else texts.percent(found.estimate, digits)
    same = texts.text("numbers.none" if hidden else f"same.{found.same.name.lower()}")
    if why := reason_words(found.reason, protected.study, texts):
        same = why if hidden else f"{same}: {texts.lowered(why)}".rstrip(".")
    return (
        f"{named} ({figure.wave})",
        texts.percent(figure.value, digits),
        own,
        mark if hidden else texts.count(found.n),
        same,
    )
