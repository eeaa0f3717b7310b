"""Builds the report: findings first, then the study's sections, then methods and data."""

from collections.abc import Mapping

from barometri.disclosure.protected import Protected, ProtectedTable
from barometri.report.claims import ANNEX, figure_block, findings_section, lifted_figures
from barometri.report.document import Block, Report, Section, TableBlock
from barometri.report.effects import draws_effects, effects_table, shares_table
from barometri.report.method import method_section, note_words
from barometri.study.codebook import Labels
from barometri.tables import table
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
            *findings_section(protected, texts),
            *_results(protected, texts),
            method_section(protected, texts),
        ),
        footer=_footer(protected, texts),
        id=f"{study.id}_{protected.wave}_{language}",
        languages=(language,),
        day=study.published,
    )


def _results(protected: Protected, texts: Texts) -> tuple[Section, ...]:
    """Return one section for each section named in the study's list, in order of mention, annex last."""
    found: dict[str, list[Block]] = {}
    parts = sorted(protected.tables.items(), key=lambda entry: entry[1].analysis.section == ANNEX)
    for name, part in parts:
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
    blocks: list[Block] = []
    lifted = name in lifted_figures(protected)
    if part.analysis.chart and not lifted:
        blocks.append(figure_block(name, part, protected, texts))
    if draws_effects(part) or (part.analysis.verb == "trends" and not part.analysis.chart):
        blocks.append(TableBlock(shares_table(name, part, protected, texts)))
    elif lifted or not part.analysis.chart:
        blocks.append(TableBlock(table(protected, name, language=texts.language)))
    if part.effects and not draws_effects(part):
        blocks.append(TableBlock(effects_table(name, part, protected, texts)))
    return blocks


def _footer(protected: Protected, texts: Texts) -> tuple[str, ...]:
    study = protected.study
    source = texts.label(study.source).rstrip(".")
    made = texts.text("report.footer_made", version=protected.provenance.version, study=study.id)
    notes = (note_words(note, texts, protected) for note in protected.notes)
    return tuple(filter(None, (texts.text("words.source", source=source) if source else "", *notes, made)))
