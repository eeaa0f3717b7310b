"""Builds the report: findings first, then the study's sections, then methods and data."""

import math
from collections.abc import Mapping

from barometri.disclosure.protected import SUPPRESSED, Protected, ProtectedEffect, ProtectedTable
from barometri.figures import draw
from barometri.findings import findings
from barometri.report.document import (
    Block,
    FigureBlock,
    FindingBlock,
    Paragraph,
    Report,
    Section,
    TableBlock,
)
from barometri.report.method import method_section, note_words
from barometri.study.codebook import Labels
from barometri.tables import Table, table
from barometri.texts import Texts, read_texts


def build(protected: Protected, *, language: str) -> Report:
    """Build the publication of a protected run in one language.

    Parameters
    ----------
    protected
        What may be published.
    language
        ``fi``, ``sv`` or ``en``.

    Returns
    -------
    Report
        Findings (when the study states claims), one section for each part of the study's list of analyses,
        methods and data.

    Examples
    --------
    >>> import barometri as bm  # doctest: +SKIP
    >>> bm.report.build(bm.protect(results), language="sv").title  # doctest: +SKIP
    """
    texts = read_texts(language)
    study = protected.study
    return Report(
        language=language,
        title=texts.text("report.title", title=texts.label(study.title), wave=protected.wave),
        subtitle=texts.label(study.description),
        notice=texts.text("report.synthetic") if study.synthetic else "",
        published=texts.text("report.published", date=texts.day(study.published)),
        sections=(
            *_findings(protected, texts),
            *_results(protected, texts),
            method_section(protected, texts),
        ),
        footer=_footer(protected, texts),
        id=f"{study.id}_{protected.wave}_{language}",
        languages=(language,),
        day=study.published,
    )


def _findings(protected: Protected, texts: Texts) -> tuple[Section, ...]:
    blocks = [
        FindingBlock(
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
        )
        for finding in findings(protected, language=texts.language)
    ]
    if not blocks:
        return ()
    lead = Paragraph(texts.text("report.findings_lead"))
    return (Section("findings", texts.text("report.findings"), (lead, *blocks)),)


def _results(protected: Protected, texts: Texts) -> tuple[Section, ...]:
    """Return one section for each section named in the study's list, in the order of first mention."""
    found: dict[str, list[Block]] = {}
    for name, part in protected.tables.items():
        found.setdefault(part.analysis.section or "results", []).extend(_blocks(name, part, protected, texts))
    return tuple(
        Section(name, section_title(name, texts, own=protected.study.sections), tuple(blocks))
        for name, blocks in found.items()
    )


def section_title(name: str, texts: Texts, *, own: Mapping[str, Labels] | None = None) -> str:
    """Return a section's heading: the study's own, the usual one of that name, or the name itself."""
    if own and name in own:
        return texts.label(own[name])
    key = f"section.{name}"
    return texts.text(key) if texts.has(key) else name.replace("_", " ").capitalize()


def _blocks(name: str, part: ProtectedTable, protected: Protected, texts: Texts) -> list[Block]:
    words = table(protected, name, language=texts.language)
    title = texts.label(part.analysis.title) or words.title
    blocks: list[Block] = []
    if part.analysis.chart:
        blocks.append(FigureBlock(draw(protected, name, language=texts.language), words, title))
    else:
        blocks.append(TableBlock(words))
    if part.effects:
        blocks.append(TableBlock(effects_table(name, part, protected, texts)))
    return blocks


def effects_table(name: str, part: ProtectedTable, protected: Protected, texts: Texts) -> Table:
    """Return the effects of an analysis as a table."""
    headers = (
        texts.text("report.effect"),
        texts.text("report.number"),
        texts.text("words.interval"),
        texts.text("words.n"),
    )
    mark = protected.study.disclosure.mark
    rows, values = [], []
    for effect in part.effects:
        hidden = effect.status == SUPPRESSED
        shown = (
            (mark, mark, mark)
            if hidden
            else (
                texts.number(effect.estimate, 2),
                texts.range(effect.ci_low, effect.ci_high, 2),
                texts.count(effect.n),
            )
        )
        rows.append((_effect_name(effect, protected, texts), *shown))
        known = not hidden and not math.isnan(effect.estimate)
        values.append((None, effect.estimate, None, float(effect.n)) if known else (None,) * 4)
    return Table(
        id=f"{name}_effects",
        title=texts.text("report.effects"),
        headers=headers,
        rows=tuple(rows),
        values=tuple(values),
        row_headers=1,
        notes=(texts.text("method.association"),),
    )


def _effect_name(effect: ProtectedEffect, protected: Protected, texts: Texts) -> str:
    key = f"effect.{effect.name}"
    measure = texts.text(key) if texts.has(key) else effect.name.replace("_", " ")
    if not effect.adjusted_for:
        return measure
    codebook = protected.study.codebook
    names = [texts.label(codebook[name].label) if name in codebook else name for name in effect.adjusted_for]
    return texts.text(
        "report.adjusted", measure=measure, variables=texts.listing([texts.lowered(name) for name in names])
    )


def _footer(protected: Protected, texts: Texts) -> tuple[str, ...]:
    study = protected.study
    source = texts.label(study.source).rstrip(".")
    made = texts.text("report.footer_made", version=protected.provenance.version, study=study.id)
    notes = (note_words(note, texts, protected) for note in protected.notes)
    return tuple(filter(None, (texts.text("words.source", source=source) if source else "", *notes, made)))
