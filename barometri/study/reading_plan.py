"""Reads what a study analyses, checked against its codebook, models and waves."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, cast, get_args

from barometri.study.codebook import Codebook
from barometri.study.plan import (
    JUDGED_VERBS,
    NUMBER_OF_MODELS,
    Analysis,
    ChartKind,
    Model,
    Reading,
    Verb,
)
from barometri.study.reading_restrictions import check_variable, read_restriction
from barometri.study.study import Roles
from barometri.study.toml import Section
from barometri.study.waves import Wave

MODEL_VERBS: Final = ("model_prevalence", "number_of_models", "regions")
"""Verbs whose items are models."""
SHARE_VERBS: Final = ("proportion", "change", "gaps", "trends", "county")
"""Verbs on the share of favourable answers."""
BASES: Final = ("answered", "asked")


class PlanReader:
    """Analyses, checked against the codebook, the models and the waves."""

    def __init__(
        self,
        codebook: Codebook,
        waves: Mapping[int, Wave],
        models: Sequence[Model],
        roles: Roles,
        languages: Sequence[str],
        *,
        divisions: Sequence[str] = (),
    ) -> None:
        self.divisions = tuple(divisions)
        self.codebook = codebook
        self.waves = waves
        self.models = {model.id: model for model in models}
        self.roles = roles
        self.languages = languages

    def analyses(self, section: Section) -> tuple[Analysis, ...]:
        """Read the study's list of analyses."""
        analyses: list[Analysis] = []
        for row in section.rows("analysis"):
            analysis = self._analysis(row)
            if any(analysis.id == other.id for other in analyses):
                row.fail("id", f"{analysis.id!r} stands twice. Give each analysis an id of its own.")
            analyses.append(analysis)
        if not analyses:
            section.fail("analysis", "there is no analysis. Add at least one [[analysis]].")
        return tuple(analyses)

    def _analysis(self, row: Section) -> Analysis:
        verb, reading = row.word("verb", get_args(Verb)), row.word("reading", get_args(Reading), "lower")
        base = "asked" if verb == "regions" and reading != "informed" else "answered"
        analysis = Analysis(
            id=row.file_stem("id"),
            verb=cast("Verb", verb),
            items=row.texts("items") or self._battery(row),
            by=tuple(self._by_role(name) for name in row.texts("by")),
            waves=cast('Literal["latest", "all"]', row.word("waves", ("latest", "all"), "latest")),
            chart=cast("ChartKind", row.word("chart", get_args(ChartKind), "")),
            reading=cast("Reading", reading),
            states=row.flag("states", default=False),
            base=cast('Literal["answered", "asked"]', row.word("base", BASES, base)),
            title=row.labels("title", self.languages, {}),
            section=row.name("section", ""),
            left=read_restriction(row, "left", self.codebook, len(self.models)),
            right=read_restriction(row, "right", self.codebook, len(self.models)),
            division=row.word("division", ("", *self.divisions), ""),
        )
        row.finish()
        self._check_items(row, analysis)
        self._check_parts(row, analysis)
        for name in analysis.by:
            check_variable(row, "by", name, self.codebook, len(self.models))
        return analysis

    def _by_role(self, name: str) -> str:
        """Return a variable of ``by``, which may be named by its role."""
        return name if name in self.codebook else getattr(self.roles, name, "") or name

    def _battery(self, row: Section) -> tuple[str, ...]:
        name = row.text("battery", "")
        items = tuple(question.id for question in self.codebook.battery(name)) if name else ()
        if name and not items:
            row.fail("battery", f"{name!r} is no battery of the codebook.")
        return items

    def _check_items(self, row: Section, analysis: Analysis) -> None:
        modelled = analysis.verb in MODEL_VERBS
        if (modelled or analysis.verb in JUDGED_VERBS) and not self.models:
            row.fail("verb", f"{analysis.verb!r} needs models. Add models.toml.")
        if analysis.verb == "response_rates":
            if analysis.items:
                row.fail("items", "response rates are about no item. Leave it out.")
            return
        if not analysis.items and not modelled:
            row.fail("items", "there is no item. Name at least one question.")
        for item in (name for name in analysis.items if not self._is_of_models(analysis, name)):
            if modelled and item not in self.models:
                row.fail("items", f"{item!r} is no model of models.toml.")
            if not modelled and item not in self.codebook:
                row.fail("items", f"{item!r} is no question of the codebook. Correct the name or add it.")
            if not modelled and not any(self._asked(wave, item) for wave in self.waves.values()):
                row.fail("items", f"{item!r} is asked in no wave. Add its column to one or remove it here.")
            if analysis.verb in (*SHARE_VERBS, *JUDGED_VERBS) and not self.codebook[item].good:
                row.fail("items", f"{item!r} has no favourable codes. Add 'good' to it in codebook.toml.")

    def _is_of_models(self, analysis: Analysis, item: str) -> bool:
        """Whether an item of a verb on questions is a model or the number of models."""
        counted = analysis.verb == "mean" and item == NUMBER_OF_MODELS and bool(self.models)
        return counted or (analysis.verb == "county" and item in self.models)

    def _check_parts(self, row: Section, analysis: Analysis) -> None:
        """Refuse a gap without two groups, groups that no gap needs, and a county analysis without areas."""
        for key, part in (("left", analysis.left), ("right", analysis.right)):
            if (analysis.verb == "gaps") != bool(part):
                row.fail(key, "a gap is between a left and a right group; other verbs have neither.")
        if (analysis.verb == "county") != bool(analysis.division):
            row.fail("division", "a county analysis needs a division of areas.toml; other verbs have none.")

    def _asked(self, wave: Wave, name: str) -> bool:
        derived = self.codebook[name].derived
        return wave.asked(name) or (derived is not None and wave.asked(derived.source))
