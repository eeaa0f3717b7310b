"""Surveys with a stated truth: clusters, groups, districts, three models."""

from dataclasses import replace

import numpy as np
import pandas as pd

from barometri.study.codes import NOT_ASKED
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study

WEIGHTED = SurveyDesign(weight="_weight", stratum=("district", "group"))
QUESTIONS = ("m_consent", "m_phone", "m_desk_a", "m_desk_b")


def survey(data: pd.DataFrame, **roles: str) -> Survey:
    """Responses of the small study in 2021, with other roles where a test wants them."""
    study = tiny_study.study()
    study = replace(study, roles=replace(study.roles, **roles))
    return Survey(data, WEIGHTED, study=study, wave=2021)


def responses(
    effects: tuple[float, float, float] = (0.0, 0.0, 0.0),
    *,
    size: int = 600,
    seed: int = 1,
    area_sd: float = 0.0,
) -> pd.DataFrame:
    """Answers whose latent judgement rises with models A, B and C by given amounts; nobody is unsure."""
    generator = np.random.default_rng(seed)
    data = tiny_study.responses(2021, size=size, seed=seed)
    for name in QUESTIONS:
        data[name] = generator.choice([1, 2, 3], size, p=[0.25, 0.15, 0.6]).astype(np.int32)
    data["m_desk_b"] = np.where(generator.random(size) < 0.9, 3, 1).astype(np.int32)
    data["area"] = [f"a{place}" for place in generator.integers(0, 60, size)]
    data["unit"] = np.full(size, NOT_ASKED, dtype=np.int32)
    agreed = np.column_stack(
        [data["m_consent"] < 3, data["m_phone"] < 3, (data["m_desk_a"] < 3) | (data["m_desk_b"] < 3)]
    )
    shock = dict(zip(sorted(set(data["area"])), generator.normal(0, area_sd, 60), strict=False))
    latent = agreed @ np.array(effects) + generator.logistic(size=size) + data["area"].map(shock).to_numpy()
    latent = latent + 0.5 * (data["group"] == 3).to_numpy() - np.sum(effects) / 3
    data["cooperation"] = (np.digitize(latent, [-1.5, -0.5, 0.4, 1.6]) + 1).astype(np.int32)
    none = ~agreed.any(axis=1)
    data["nothing"] = np.where(none & (generator.random(size) < 0.7), 1, 2).astype(np.int32)
    return data
