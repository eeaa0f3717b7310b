"""All verbs of the list; each theme has a module with a mapping of its own."""

from collections.abc import Mapping

from barometri.analysis.answers import ANSWER_VERBS
from barometri.analysis.fieldwork import FIELDWORK_VERBS
from barometri.analysis.models import MODEL_VERBS
from barometri.analysis.task import Run
from barometri.analysis.themes import THEME_VERBS

VERBS: Mapping[str, Run] = {**ANSWER_VERBS, **MODEL_VERBS, **THEME_VERBS, **FIELDWORK_VERBS}
