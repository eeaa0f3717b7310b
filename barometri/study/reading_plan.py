"""Reads what a study analyses, claims, calls a model and allows to be published."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from importlib.resources import files
from typing import Final, Literal, cast, get_args

from barometri.study.codebook import Codebook
from barometri.study.plan import (
    MODEL_CLASSES,
    NUMBER_OF_MODELS,
    REST,
    Analysis,
    ChartKind,
    Claim,
    DisclosureRules,
    Model,
    ModelStates,
    Reading,
    Verb,
)
from barometri.study.study import Roles
from barometri.study.toml import Section
from barometri.study.waves import Wave

MODEL_VERBS: Final = ("model_prevalence", "number_of_models")
"""Verbs whose items are models."""
BASES: Final = ("answered", "asked")

Relation = Literal[">", "<", "in", "shown"]
ClaimKind = Literal["ordering", "quantity", "difference"]


def read_models(
    section: Section, codebook: Codebook, languages: Sequence[str]
) -> tuple[tuple[Model, ...], ModelStates]:
    """Read ``models.toml``: the codes of the battery and one entry a model."""
    table = section.section("states", required=True)
    states = ModelStates(
        **{key: table.text(key) for key in ("established", "on_trial", "not_in_use")},
        nothing_agreed=table.text("nothing_agreed", ""),
        nothing_agreed_yes=table.text("nothing_agreed_yes", ""),
    )
    table.finish()
    if states.nothing_agreed:
        if states.nothing_agreed not in codebook:
            table.fail("nothing_agreed", f"{states.nothing_agreed!r} is no question of the codebook.")
        _check_codes(
            table, "nothing_agreed_yes", codebook, states.nothing_agreed, [states.nothing_agreed_yes]
        )
    models: list[Model] = []
    for row in section.rows("model"):
        model = _model(row, codebook, states, languages)
        if model.id in {other.id for other in models} or model.id in codebook:
            row.fail("id", f"{model.id!r} stands twice or is a question. Give each model an id of its own.")
        for question in model.questions:
            if any(question in other.questions for other in models):
                row.fail("questions", f"{question!r} belongs to another model too.")
        models.append(model)
    section.finish()
    if not models:
        section.fail("model", "there is no model. Add [[model]] or remove the file.")
    return tuple(models), states


def _model(row: Section, codebook: Codebook, states: ModelStates, languages: Sequence[str]) -> Model:
    label = row.labels("label", languages)
    model = Model(
        id=row.text("id"),
        label=label,
        short=row.labels("short", languages, label),
        questions=row.texts("questions"),
        kind=row.text("kind", ""),
        mark=row.text("mark", ""),
        source=row.text("source", ""),
    )
    row.finish()
    if not model.questions:
        row.fail("questions", "there is no question. Name one, or the arrangements that count once.")
    for question in model.questions:
        if question not in codebook:
            row.fail("questions", f"{question!r} is no question of the codebook.")
        needed = (states.established, states.on_trial, states.not_in_use)
        _check_codes(row, "questions", codebook, question, needed)
    return model


def _check_codes(section: Section, key: str, codebook: Codebook, question: str, codes: Sequence[str]) -> None:
    known = [code.id for code in codebook[question].substantive]
    for code in codes:
        if code not in known:
            section.fail(
                key, f"{code!r} is no code of {question!r}; expected one of {', '.join(known) or 'none'}."
            )


class PlanReader:
    """Analyses and claims, checked against the codebook, the models and the waves."""

    def __init__(
        self,
        codebook: Codebook,
        waves: Mapping[int, Wave],
        models: Sequence[Model],
        roles: Roles,
        languages: Sequence[str],
    ) -> None:
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
        analysis = Analysis(
            id=row.text("id"),
            verb=cast("Verb", row.word("verb", get_args(Verb))),
            items=row.texts("items") or self._battery(row),
            by=row.texts("by"),
            waves=cast('Literal["latest", "all"]', row.word("waves", ("latest", "all"), "latest")),
            chart=cast("ChartKind", row.word("chart", get_args(ChartKind), "")),
            reading=cast("Reading", row.word("reading", get_args(Reading), "lower")),
            states=row.flag("states", default=False),
            base=cast('Literal["answered", "asked"]', row.word("base", BASES, "answered")),
            title=row.labels("title", self.languages, {}),
            section=row.text("section", ""),
        )
        row.finish()
        self._check_items(row, analysis)
        for name in analysis.by:
            self._variable(row, "by", name)
        return analysis

    def _battery(self, row: Section) -> tuple[str, ...]:
        name = row.text("battery", "")
        items = tuple(question.id for question in self.codebook.battery(name)) if name else ()
        if name and not items:
            row.fail("battery", f"{name!r} is no battery of the codebook.")
        return items

    def _check_items(self, row: Section, analysis: Analysis) -> None:
        modelled = analysis.verb in MODEL_VERBS
        if (modelled or analysis.verb == "association") and not self.models:
            row.fail("verb", f"{analysis.verb!r} needs models. Add models.toml.")
        if not analysis.items and not modelled:
            row.fail("items", "there is no item. Name at least one question.")
        for item in analysis.items:
            if modelled and item not in self.models:
                row.fail("items", f"{item!r} is no model of models.toml.")
            if not modelled and item not in self.codebook:
                row.fail(
                    "items", f"{item!r} is no question of the codebook. Correct the name or add the question."
                )
            if not modelled and not any(self._asked(wave, item) for wave in self.waves.values()):
                row.fail(
                    "items", f"{item!r} is asked in no wave. Add its column to a wave or remove it here."
                )
            if analysis.verb in ("proportion", "change") and not self.codebook[item].good:
                row.fail("items", f"{item!r} has no favourable codes. Add 'good' to it in codebook.toml.")

    def _asked(self, wave: Wave, name: str) -> bool:
        derived = self.codebook[name].derived
        return wave.asked(name) or (derived is not None and wave.asked(derived.source))

    def _variable(self, row: Section, key: str, name: str) -> None:
        if name == NUMBER_OF_MODELS and self.models:
            return
        if name not in self.codebook:
            row.fail(key, f"{name!r} is no question of the codebook. Correct the name or add the question.")
        if not self.codebook[name].codes:
            row.fail(key, f"{name!r} has no codes to tell apart.")

    def claims(self, section: Section) -> tuple[Claim, ...]:
        """Read ``claims.toml``."""
        claims: list[Claim] = []
        for row in section.rows("claim"):
            claim = self._claim(row)
            if any(claim.id == other.id for other in claims):
                row.fail("id", f"{claim.id!r} stands twice. Give each claim an id of its own.")
            claims.append(claim)
        section.finish()
        return tuple(claims)

    def _claim(self, row: Section) -> Claim:
        wave, item = row.integer("wave"), row.text("item")
        if wave not in self.waves:
            row.fail("wave", f"{wave} is no wave of the study; expected {', '.join(map(str, self.waves))}.")
        if item not in self.codebook and item not in self.models:
            row.fail("item", f"{item!r} is neither a question of the codebook nor a model.")
        questions = self.models[item].questions if item in self.models else (item,)
        if not all(self._asked(self.waves[wave], question) for question in questions):
            row.fail("item", f"{item!r} is not asked in the wave {wave}.")
        claim = Claim(
            id=row.text("id"),
            kind=cast("ClaimKind", row.word("kind", get_args(ClaimKind))),
            wave=wave,
            item=item,
            statement=row.labels("statement", self.languages),
            family=row.text("family"),
            population=self._restriction(row, "population"),
            base=cast('Literal["answered", "asked"]', row.word("base", BASES, "answered")),
            left=self._restriction(row, "left"),
            right=self._restriction(row, "right"),
            relation=cast("Relation", row.word("relation", get_args(Relation))),
            low=row.number("low"),
            high=row.number("high"),
            word=row.text("word", ""),
            source_words=row.text("source_words", ""),
            source=row.text("source", ""),
            mark=row.text("mark", ""),
        )
        row.finish()
        _check_relation(row, claim)
        return claim

    def _restriction(self, row: Section, key: str) -> dict[str, tuple[str, ...]]:
        table = row.section(key)
        restriction = {name: table.texts(name) for name in table.keys()}  # noqa: SIM118 (a method, not a dict)
        for name, codes in restriction.items():
            if name == REST and key == "right" and not codes:
                continue
            self._variable(table, name, name)
            if name == NUMBER_OF_MODELS:
                for code in codes:
                    if code not in MODEL_CLASSES:
                        table.fail(name, f"{code!r} is no class; expected {', '.join(MODEL_CLASSES)}.")
            else:
                _check_codes(table, name, self.codebook, name, codes)
            if not codes:
                table.fail(name, "there is no code. Name at least one.")
        return restriction


def _check_relation(row: Section, claim: Claim) -> None:
    quantity = claim.kind == "quantity"
    if quantity != (claim.relation in ("in", "shown")):
        row.fail("relation", f"{claim.relation!r} does not suit the kind {claim.kind!r}.")
    if quantity == bool(claim.right):
        row.fail("right", "a quantity has no right side, every other claim has one.")
    if not quantity and not claim.left:
        row.fail("left", "there is no left side. Say who is compared.")
    if claim.relation == "in":
        for key, bound in (("low", claim.low), ("high", claim.high)):
            if bound is None or not 0 <= bound <= 1:
                row.fail(key, "expected a share between 0 and 1.")
        if claim.low is not None and claim.high is not None and claim.low >= claim.high:
            row.fail("low", "is not below high.")


def default_rules() -> DisclosureRules:
    """Return the package's thresholds with the source of each."""
    return _package_rules()[0]


def _package_rules() -> tuple[DisclosureRules, int]:
    import tomllib  # noqa: PLC0415

    text = files("barometri").joinpath("resources/disclosure.toml").read_text(encoding="utf-8")
    section = Section(tomllib.loads(text), "disclosure.toml")
    floor = section.integer("floor")
    rules = _rules(section, DisclosureRules(), floor)
    section.finish()
    return rules, floor


def read_disclosure(section: Section) -> DisclosureRules:
    """Read a study's ``disclosure.toml``: thresholds above the package's, or below them down to the hard floor."""
    defaults, floor = _package_rules()
    rules = _rules(section, defaults, floor)
    section.finish()
    return rules


def _rules(section: Section, defaults: DisclosureRules, floor: int) -> DisclosureRules:
    numbers = ("minimum_n", "minimum_k", "unreliable", "small_base", "maximum_cells")
    values = {name: section.integer(name, getattr(defaults, name)) for name in numbers}
    for name in numbers:
        if values[name] < floor:
            section.fail(name, f"is below {floor}, the floor that no study may pass. Raise it.")
    pairs = section.texts("structural_zeros")
    for pair in pairs:
        if not all(part.strip() for part in (*pair.partition(":")[::2],)):
            section.fail("structural_zeros", f"{pair!r} is no pair 'item:code'.")
    sources = {**defaults.sources, **section.mapping("sources")}
    known = {entry.name for entry in fields(DisclosureRules)}
    for name in sources:
        if name not in known:
            section.fail(f"sources.{name}", "is no threshold.")
    return replace(
        defaults, **values, mark=section.text("mark", defaults.mark), structural_zeros=pairs, sources=sources
    )
