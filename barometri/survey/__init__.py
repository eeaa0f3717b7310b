"""The survey: responses with their design and codebook, conditions on them, domains that keep the design."""

from barometri.survey.columns import Column, Condition
from barometri.survey.design import SurveyDesign
from barometri.survey.survey import Survey

__all__ = ["Column", "Condition", "Survey", "SurveyDesign"]
