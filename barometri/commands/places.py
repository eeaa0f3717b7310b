"""Where a report may not be written: over a study, over responses, or among what is kept of them."""

from pathlib import Path

from barometri.errors import OptionError
from barometri.loading import processed_folder, raw_folder
from barometri.study.study import Study


def check_apart(target: Path, study: Study, data: Path) -> None:
    """Refuse a folder of reports that lies in, or holds, the study's folder or its data.

    Links are followed on both sides.

    Raises
    ------
    OptionError
        Naming the option and what the folder is.
    """
    kept = {
        "the study's folder": study.path,
        "the folder of responses": raw_folder(study, data),
        "the folder of harmonised responses": processed_folder(study, data),
    }
    place = target.resolve()
    for what, folder in kept.items():
        known = folder.resolve()
        if place.is_relative_to(known) or known.is_relative_to(place):
            raise OptionError(
                f"--output: {target} lies in {what} or holds it; expected a folder apart from the study and "
                "its data. Name another one."
            )
