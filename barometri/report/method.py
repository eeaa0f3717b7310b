"""The section on methods and data: everything a reader needs to judge the numbers, in words."""

import math
from collections.abc import Iterable
from typing import Final

from barometri.disclosure.protected import Protected, ProtectedWave
from barometri.report.claims import written
from barometri.report.document import Block, Heading, Paragraph, Section, TableBlock, Terms
from barometri.report.fieldwork import waves_table, withheld_table
from barometri.study.plan import DisclosureRules
from barometri.study.waves import FEWEST_IN_CELL, LARGEST_RATIO, Equivalence, Wave
from barometri.texts import Texts

_VERDICTS: Final = (
    "supported",
    "same_direction",
    "not_shown",
    "contradicted",
    "not_separated",
    "highest_not_separated",
    "equivalent",
    "not_shown_either_way",
    "depends_on_cannot_say",
    "not_quantified",
    "not_estimable",
    "not_reportable",
)
_READINGS: Final = ("lower", "informed", "upper")
_SAID_OF_THE_DESIGN: Final = "no_design"
"""The note that the paragraph on the design says in full."""


def method_section(protected: Protected, texts: Texts) -> Section:
    """Return the section on methods and data.

    Parameters
    ----------
    protected
        What is published.
    texts
        Words of the language.
    """
    blocks: list[Block] = [
        *_data(protected, texts),
        *_intervals(protected, texts),
        *_claims(protected, texts),
        *_cannot_say(protected, texts),
        *_comparability(protected, texts),
        *_disclosure(protected, texts),
        *_sources(protected, texts),
    ]
    return Section("method", texts.text("report.method"), tuple(blocks))


def note_words(note: str, texts: Texts, protected: Protected | None = None) -> str:
    """Return a note in words; empty when the language has none.

    ``note`` is a key with an optional name after a colon: ``lost_column:district``.
    """
    key, _, name = note.partition(":")
    if not texts.has(f"note.{key}"):
        return ""
    if protected is not None:
        titles = {analysis.id: analysis.title for analysis in protected.study.analyses}
        if name in protected.study.codebook:
            name = texts.quote(texts.label(protected.study.codebook[name].label))
        elif name in titles:
            name = texts.quote(texts.label(titles[name]))
    return texts.text(f"note.{key}", name=name)


def _data(protected: Protected, texts: Texts) -> list[Block]:
    study = protected.study
    blocks: list[Block] = [Heading(texts.text("method.data"))]
    if study.synthetic:
        blocks.append(Paragraph(texts.text("report.synthetic")))
    blocks.append(TableBlock(waves_table(protected, texts)))
    notes = [*protected.notes, *(note for part in protected.tables.values() for note in part.notes)]
    worded = (note_words(note, texts, protected) for note in notes if note != _SAID_OF_THE_DESIGN)
    return [*blocks, *(Paragraph(words) for words in _unique(worded))]


def _intervals(protected: Protected, texts: Texts) -> list[Block]:
    part = next((wave for wave in protected.waves if wave.year == protected.wave), None)
    wave = protected.study.waves.get(protected.wave)
    blocks: list[Block] = [Heading(texts.text("method.intervals"))]
    if part is not None and wave is not None:
        blocks += [Paragraph(words) for words in _design(part, wave, protected, texts)]
    methods = {
        str(method).partition("/")[0]
        for table in protected.tables.values()
        for method in table.frame["method"]
    }
    words = [texts.text("method.interval")]
    if "korn_graubard" in methods:
        words.append(texts.text("method.korn_graubard"))
    if any(table.statistic != "proportion" or table.effects for table in protected.tables.values()):
        words.append(texts.text("method.student"))
    words.append(texts.text("method.rounding"))
    if any(table.effects for table in protected.tables.values()):
        words.append(texts.text("method.association"))
    blocks.append(Paragraph(" ".join(words)))
    return [*blocks, *([Paragraph(texts.text("method.analytic"))] if _clustered(protected) else [])]


def _clustered(protected: Protected) -> bool:
    """Whether a number published was computed on the places that respondents describe."""
    methods = [effect.method for part in protected.tables.values() for effect in part.effects]
    return any("cr2" in method for method in (*methods, *(found.method for found in protected.claims)))


def _design(part: ProtectedWave, wave: Wave, protected: Protected, texts: Texts) -> list[str]:
    """Say how the wave was drawn and weighted."""
    design = wave.design
    words = []
    if part.has_weights and wave.frame and not design.weight:
        words += _frame(part, _names(design.stratum, protected, texts), texts)
    else:
        if part.has_weights:
            words.append(texts.text("method.design_weight"))
        if design.stratum:
            words.append(texts.text("method.design_strata", strata=_names(design.stratum, protected, texts)))
    if design.psu:
        words.append(texts.text("method.design_psu", psu=_names(design.psu, protected, texts)))
    if not words:
        return [texts.text("method.design_none")]
    corrected = "fpc" if design.fpc else "fpc_invited" if wave.census_invited else "no_fpc"
    words.append(texts.text(f"method.{corrected}"))
    return [" ".join(words), *([texts.text("method.mending")] if part.has_weights else [])]


def _frame(part: ProtectedWave, names: str, texts: Texts) -> list[str]:
    """Say how the weights follow from the frame, and what their inequality costs."""
    raked = next((key for key in ("raked", "margins") if key in part.weighting), "")
    words = [
        texts.text(f"method.design_{raked}", margins=names.replace(" × ", ", "), fewest=FEWEST_IN_CELL)
        if raked
        else texts.text("method.design_frame", strata=names)
    ]
    if "trimmed" in part.weighting:
        words.append(texts.text("method.design_trimmed", ratio=LARGEST_RATIO))
    if not math.isnan(part.effective_n):
        deff, size = texts.number(part.deff, 2), texts.count(part.effective_n)
        words.append(texts.text("method.design_effect_n", deff=deff, n=size))
    elif not math.isnan(part.deff):
        words.append(texts.text("method.design_effect", deff=texts.number(part.deff, 1)))
    return words


def _names(variables: Iterable[str], protected: Protected, texts: Texts) -> str:
    codebook = protected.study.codebook
    labels = (texts.label(codebook[name].label) if name in codebook else name for name in variables)
    return " × ".join(texts.lowered(label) for label in labels)


def _claims(protected: Protected, texts: Texts) -> list[Block]:
    if not protected.claims:
        return []
    pairs = tuple((texts.text(f"verdict.{key}"), texts.text(f"method.verdict_{key}")) for key in _VERDICTS)
    return [
        Heading(texts.text("method.claims")),
        Paragraph(f"{written(protected, texts)} {texts.text('method.claims_text')}"),
        *(Paragraph(texts.text(f"method.{key}")) for key in _claim_texts(protected)),
        Terms(pairs),
    ]


def _claim_texts(protected: Protected) -> list[str]:
    """Return the paragraphs on how claims are judged that the study's claims need."""
    kinds = {result.claim.kind for result in protected.claims}
    said = []
    if kinds & {"extreme", "ordering", "reversal", "each", "all_of"}:
        said.append("claims_several")
    if kinds & {"quantity", "near"}:
        said.append("claims_quantity")
    if kinds & {"equivalence", "non_inferiority"}:
        said.append("claims_equivalence")
    return [*said, *(["claims_readings"] if protected.study.models else []), "claims_same"]


def _cannot_say(protected: Protected, texts: Texts) -> list[Block]:
    if not protected.study.models:
        return []
    pairs = tuple(
        (texts.text(f"method.cannot_say_{key}"), texts.text(f"method.cannot_say_{key}_text"))
        for key in _READINGS
    )
    return [
        Heading(texts.text("method.cannot_say")),
        Paragraph(texts.text("method.cannot_say_lead")),
        Terms(pairs),
        Paragraph(texts.text("method.cannot_say_number")),
        Paragraph(texts.text("method.cannot_say_items")),
    ]


def _comparability(protected: Protected, texts: Texts) -> list[Block]:
    pairs = tuple(
        _difference(year, entry, protected, texts)
        for year in sorted(part.year for part in protected.waves)
        for entry in protected.study.waves[year].equivalence
        if entry.status != "same"
    )
    if not pairs:
        return []
    return [
        Heading(texts.text("method.comparability")),
        Paragraph(texts.text("method.comparability_lead")),
        Terms(pairs),
    ]


def _difference(year: int, entry: Equivalence, protected: Protected, texts: Texts) -> tuple[str, str]:
    question = protected.study.question(entry.question)
    status = texts.text(f"method.comparable_{entry.status}")
    label = texts.label(question.label)
    if not entry.code:
        term = texts.text("method.comparable_whole", year=year, question=label, status=status)
    else:
        code = texts.label(question.code(entry.code).label)
        term = texts.text("method.comparable_code", year=year, question=label, code=code, status=status)
    return term.rstrip("."), texts.label(entry.note)


def _disclosure(protected: Protected, texts: Texts) -> list[Block]:
    rules = protected.study.disclosure
    marks = tuple(
        (texts.text(f"method.status_{key}"), texts.text(f"method.status_{key}_text", limit=limit))
        for key, limit in (("small_base", rules.small_base), ("unreliable", rules.unreliable))
    )
    said = texts.text(
        "method.disclosure_rules",
        minimum_n=rules.minimum_n,
        minimum_k=rules.minimum_k,
        mark=texts.quote(rules.mark),
    )
    return [
        Heading(texts.text("method.disclosure")),
        Paragraph(said),
        *([Paragraph(texts.text("method.disclosure_fewer"))] if _tells_fewer(protected) else []),
        *_lowered(rules, texts),
        *(
            [Paragraph(texts.text("method.disclosure_aside", minimum_n=rules.minimum_n))]
            if any(part.aside for part in protected.hidden)
            else []
        ),
        Terms(marks),
        TableBlock(withheld_table(protected, texts)),
    ]


def _tells_fewer(protected: Protected) -> bool:
    """Whether a table shows shares without their weighted base."""
    frames = [table.frame for table in protected.tables.values()]
    return any((frame["n"].notna() & frame["n_weighted"].isna()).any() for frame in frames)


def _lowered(rules: DisclosureRules, texts: Texts) -> list[Block]:
    """Say that the owner's limits are below the package's."""
    usual = DisclosureRules()
    if rules.minimum_n >= usual.minimum_n and rules.minimum_k >= usual.minimum_k:
        return []
    words = texts.text("method.disclosure_lowered", usual_n=usual.minimum_n, usual_k=usual.minimum_k)
    return [Paragraph(words)]


def _sources(protected: Protected, texts: Texts) -> list[Block]:
    study, provenance = protected.study, protected.provenance
    claims = _unique(result.claim.source for result in protected.claims)
    packages = ", ".join(f"{name} {version}" for name, version in sorted(provenance.packages.items()))
    pairs = [
        (texts.text("method.source_claims"), " ".join(claims)),
        (texts.text("method.version"), f"barometri {provenance.version}".strip()),
        (texts.text("method.packages"), packages),
        (texts.text("method.lock"), provenance.lock),
        (texts.text("method.study_digest"), study.digest),
        *(
            (texts.text("method.input", name=name), value)
            for name, value in sorted(provenance.inputs.items())
        ),
    ]
    source = texts.label(study.source)
    return [
        Heading(texts.text("method.sources")),
        *([Paragraph(source)] if source else []),
        Terms(tuple((term, value) for term, value in pairs if value)),
    ]


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))
