"""Whether cooperation is judged better where models are in use: by their number, by class, and each model."""

from barometri.association.classes import class_contrasts
from barometri.association.dose import dose_response
from barometri.association.effects import NOT_ESTIMABLE
from barometri.association.models import model_effects
from barometri.association.shares import association

__all__ = ["NOT_ESTIMABLE", "association", "class_contrasts", "dose_response", "model_effects"]
