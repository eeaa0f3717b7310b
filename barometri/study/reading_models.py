"""Reads ``models.toml``: the models of cooperation and the codes of their battery."""

from collections.abc import Sequence

from barometri.study.codebook import Codebook
from barometri.study.plan import Model, ModelStates
from barometri.study.toml import Section


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
        check_codes(table, "nothing_agreed_yes", codebook, states.nothing_agreed, [states.nothing_agreed_yes])
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
        id=row.name("id"),
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
        check_codes(row, "questions", codebook, question, needed)
    return model


def check_codes(section: Section, key: str, codebook: Codebook, question: str, codes: Sequence[str]) -> None:
    """Refuse ids that are no substantive codes of a question."""
    known = [code.id for code in codebook[question].substantive]
    for code in codes:
        if code not in known:
            section.fail(
                key, f"{code!r} is no code of {question!r}; expected one of {', '.join(known) or 'none'}."
            )
