"""Reads a study folder: TOML in, one frozen ``Study`` out, or an error that names file and key."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Final

from barometri.errors import StudyError
from barometri.study.codebook import Codebook, Labels
from barometri.study.names import is_file_stem
from barometri.study.reading_anonymity import read_anonymity
from barometri.study.reading_areas import read_areas
from barometri.study.reading_claims import ClaimsReader
from barometri.study.reading_codebook import read_codebook
from barometri.study.reading_disclosure import default_rules, read_disclosure
from barometri.study.reading_models import read_models
from barometri.study.reading_plan import PlanReader
from barometri.study.reading_published import read_published
from barometri.study.reading_waves import read_waves
from barometri.study.study import Roles, Study
from barometri.study.toml import LANGUAGE, Section, inside, read_toml

NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")
"""A study's id: it names folders."""
OPTIONAL: Final = ("models.toml", "areas.toml", "claims.toml", "published.toml", "disclosure.toml")
"""Files that a study may have; without one the sections that need it do not appear."""
KNOWN: Final = ("study.toml", "codebook.toml", *OPTIONAL, "truth.toml")
"""Every TOML file that may lie beside ``study.toml``; ``truth.toml`` is what a simulation starts from, and
the folder ``scenarios`` holds its variants."""


def read_study(path: str | Path | None = None) -> Study:
    """Read a study from its folder.

    Parameters
    ----------
    path
        The study folder; ``None`` for the embedded demonstration study.

    Returns
    -------
    Study
        Everything the package knows of the survey, checked: every reference to a question, code, group,
        district, model or wave leads somewhere.

    Raises
    ------
    StudyError
        Naming file and key, when something is missing, unknown, of the wrong type or twice.

    Examples
    --------
    >>> study = read_study()
    >>> study.languages
    ('fi', 'sv', 'en')
    """
    folder = Path(str(files("barometri").joinpath("resources/demo"))) if path is None else Path(path)
    try:
        there = folder.is_dir()
    except OSError as error:  # a folder above it that may not be looked into
        raise StudyError(f"{folder}: cannot be read: {error.strerror}. Change its permissions.") from None
    if not there:
        message = f"{folder}: is no study folder. Name one that holds study.toml, codebook.toml and waves/."
        raise StudyError(message)
    for name in sorted(path.name for path in folder.glob("*.toml")):
        if name not in KNOWN:
            raise StudyError(f"{name}: no such file belongs to a study. Known files: {', '.join(KNOWN)}.")
    section = read_toml(folder, "study.toml")
    study = _with_options(_described(folder, section), section)
    section.finish()
    return study


def _described(folder: Path, section: Section) -> Study:
    """Return the study with what every study has, but without its list of analyses."""
    languages = _languages(section)
    codebook = read_codebook(read_toml(folder, "codebook.toml"), languages)
    roles = _roles(section.section("roles"), codebook)
    return Study(
        id=_id(section),
        path=folder,
        title=section.labels("title", languages),
        languages=languages,
        published=section.day("published"),
        codebook=codebook,
        waves=read_waves(folder, codebook, roles, languages),
        analyses=(),
        digest="",
        roles=roles,
        synthetic=section.flag("synthetic", default=False),
        data=section.word("data", ("", "."), ""),
        source=section.labels("source", languages, {}),
        description=section.labels("description", languages, {}),
        populations=_labelled(section, "populations", languages),
        sections=_labelled(section, "sections", languages),
        disclosure=default_rules(),
        anonymity=read_anonymity(section.section("anonymity"), codebook),
    )


def _with_options(study: Study, section: Section) -> Study:
    """Return the study with the files that it may have, and the list of analyses that may rest on them."""
    folder, languages = study.path, study.languages
    found = {name: read_toml(folder, name) for name in OPTIONAL if (folder / name).exists()}
    if "models.toml" in found:
        models, states = read_models(found["models.toml"], study.codebook, languages)
        study = replace(study, models=models, model_states=states)
    if "areas.toml" in found:
        areas = read_areas(folder, found["areas.toml"], study.codebook, study.roles, languages)
        study = replace(study, areas=areas)
    if "disclosure.toml" in found:
        study = replace(study, disclosure=read_disclosure(found["disclosure.toml"], study.codebook))
    divisions = () if study.areas is None else tuple(study.areas.labels)
    plan = PlanReader(study.codebook, study.waves, study.models, study.roles, languages, divisions=divisions)
    study = replace(study, analyses=plan.analyses(section), digest=digest(folder))
    if "claims.toml" in found:
        file, claims = ClaimsReader(study).read(found["claims.toml"])
        study = replace(study, claims=claims, claims_file=file)
    if "published.toml" in found:
        study = replace(study, published_figures=read_published(found["published.toml"], study))
    return study


def _labelled(section: Section, key: str, languages: tuple[str, ...]) -> dict[str, Labels]:
    """Return the labels of the tables under a key, by their names."""
    return {name: table.as_labels(languages) for name, table in section.section(key).sections()}


def _id(section: Section) -> str:
    name = section.text("id")
    if not NAME.fullmatch(name) or not is_file_stem(name):
        section.fail("id", "expected a small letter, then small letters, digits, - and _: it names folders.")
    return name


def _languages(section: Section) -> tuple[str, ...]:
    languages = section.texts("languages")
    if not languages:
        section.fail("languages", 'there is no language. Name at least one, e.g. ["fi"].')
    for language in languages:
        if not LANGUAGE.fullmatch(language):
            section.fail("languages", f"{language!r} is no language; expected two or three small letters.")
    return languages


def _roles(section: Section, codebook: Codebook) -> Roles:
    given = {entry.name: section.text(entry.name) for entry in fields(Roles) if entry.name in section}
    section.finish()
    for role, name in given.items():
        if name not in codebook:
            section.fail(
                role, f"{name!r} is no question of the codebook. Correct the name or add the question."
            )
    for role in ("outcome", "group", "side", "district", "area_level"):
        if role in given and not codebook[given[role]].codes:
            section.fail(role, f"{given[role]!r} has no codes, which this role needs.")
    return Roles(**given)


def digest(folder: Path) -> str:
    """Return the SHA-256 over names and contents of the study's TOML files and the table of municipalities.

    Respondent data and the folder's place are no part of it.
    """
    total = hashlib.sha256()
    for name in _study_files(folder):
        content = inside(folder, name, Section({}, name), "").read_bytes()
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _study_files(folder: Path) -> Sequence[str]:
    found = (
        path for pattern in ("*.toml", "waves/*.toml", "scenarios/*.toml") for path in folder.glob(pattern)
    )
    names = {path.relative_to(folder).as_posix() for path in found}
    if "areas.toml" in names:
        names.add(read_toml(folder, "areas.toml").text("file"))
    return sorted(names)
