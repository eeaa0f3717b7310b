"""The gate after the line: what is about to be published is attacked, together with all that was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from barometri.disclosure.attack import AttackVerdict
from barometri.disclosure.attack import attack as attack_topics
from barometri.disclosure.attack.reading import topics
from barometri.disclosure.joining import Cause, Failure, failures, is_withdrawn
from barometri.disclosure.ledger import Ledger, Standing
from barometri.disclosure.ledger_lines import Release, limits_of
from barometri.disclosure.protect import as_results
from barometri.disclosure.protect import protect as protect_unattacked
from barometri.disclosure.protected import Protected
from barometri.errors import DisclosureError
from barometri.estimates import Estimates
from barometri.results import Results
from barometri.study.plan import DisclosureRules
from barometri.study.study import Study

_SHOWN_OF_A_HASH: Final = 12
_MOST_NAMED: Final = 6
_WHY: Final[Mapping[Cause, str]] = {
    "alone": "what they show gives away what they hide",
    "before": "together with what was published before they give a few respondents away",
    "correction": "beside the release they correct they differ by a few respondents, who are given away",
    "contradiction": "their records contradict each other, so what they disclose cannot be judged",
    "time": "the attack on them ran out of time, so what they disclose is not known",
}
_WHAT_TO_DO: Final[Mapping[Cause, str]] = {
    "alone": "Leave one of them out, use fewer variables in it, or join its classes.",
    "before": "Publish them as they were published before, or leave them out",
    "correction": "Publish the correction with the next wave, or leave them out",
    "contradiction": "Publish fewer tables of the item, or make their bases agree.",
    "time": "Publish fewer tables of the item, or use fewer variables in them.",
}


def protect(
    results: Results | Estimates | Mapping[str, Estimates], rules: DisclosureRules | None = None
) -> Protected:
    """Turn exact results into the only type that may be drawn, worded or written.

    Records that break a rule are suppressed whole, further records so that no margin, class or claim gives
    a hidden one back; what stays is rounded. All tables of a ``Results`` are protected together.

    Parameters
    ----------
    results
        A run's results, which the command that publishes them attacks together with all that was published
        before (see `attack`). One ``Estimates``, or several by name, are protected and attacked here, alone:
        nothing else that was ever released from the same responses is looked at, and the note ``alone`` says
        so.
    rules
        Thresholds; the study's own by default.

    Returns
    -------
    Protected
        In a suppressed row every number is NaN, whatever the reason.

    Raises
    ------
    DisclosureError
        When no rule covers a statistic, a filter cannot be named, a threshold lies below the floor, a table
        group is too large, or what is shown would give away what is hidden.
    """
    protected = protect_unattacked(results, rules)
    if not isinstance(results, Results):
        run = as_results(results)
        limits = rules or run.study.disclosure
        found = failures(_release(run, protected, limits), (), limits)
        if found:
            raise DisclosureError(_refusal(found, run.study))
    return protected


def attack(results: Results, protected: Protected, rules: DisclosureRules | None = None) -> AttackVerdict:
    """Attack what is about to be published the way a reader could.

    Parameters
    ----------
    results
        Exact results of the run.
    protected
        What is published of it.
    rules
        Thresholds that it was protected by; the study's own by default.

    Returns
    -------
    AttackVerdict
        Counts of failures by item and wave, never a number of the survey. What was published before is not
        looked at: the command that publishes does.
    """
    return attack_topics(topics(results, protected), rules or results.study.disclosure)


def release_of(results: Results, protected: Protected, files: Mapping[int, str]) -> Release:
    """Return everything that a run publishes, with the counts behind it.

    Parameters
    ----------
    results
        Exact results of the run.
    protected
        What is published of it: the study's whole release, in whatever languages and formats.
    files
        Wave -> SHA-256 of its respondent file.
    """
    release = _release(results, protected, results.study.disclosure)
    return replace(release, inputs={str(wave): digest for wave, digest in sorted(files.items())})


@dataclass(frozen=True, slots=True)
class Gate:
    """What a release of a study has to pass before it stands.

    Parameters
    ----------
    study
        The study.
    ledger
        Everything it ever released.
    """

    study: Study
    ledger: Ledger

    def judge(self, release: Release) -> Standing:
        """Attack a release together with all earlier ones; return what stood then.

        Raises
        ------
        DisclosureError
            Naming the tables that give somebody away, never a number.
        """
        standing = self.ledger.read()
        _refuse_withdrawn(release)
        if not standing.holds(release):
            found = failures(release, standing.releases, self.study.disclosure)
            if found:
                raise DisclosureError(_refusal(found, self.study))
        return standing

    def record(self, release: Release, judged: Standing) -> None:
        """Add a release to the ledger: on the disk when this returns, so before anybody can see it.

        A release that stands already adds nothing. Where another run has added one since, this one is judged
        anew.
        """
        while not judged.holds(release) and not self.ledger.append(release, after=judged):
            judged = self.judge(release)


def _release(results: Results, protected: Protected, rules: DisclosureRules) -> Release:
    return Release(
        study=results.study.digest,
        wave=results.wave,
        inputs={},
        limits=limits_of(rules),
        topics=topics(results, protected),
        withdrawn=rules.withdrawn,
    )


def _refuse_withdrawn(release: Release) -> None:
    for wave in release.inputs:
        if is_withdrawn(release, wave, release.withdrawn):
            message = (
                f"disclosure.toml, withdrawn: names the file of wave {wave} that stands now. "
                "List files that another one took the place of."
            )
            raise DisclosureError(message)


def _refusal(found: Sequence[Failure], study: Study) -> str:
    """Say in one line which tables may not be published, why and what to do; never a number of the survey."""
    cause = found[0].cause
    own = [failure for failure in found if failure.cause == cause]
    named = list(dict.fromkeys(name for failure in own for name in failure.tables or (failure.topic,)))
    more = " and others" if len(named) > _MOST_NAMED or len(own) < len(found) else ""
    about = ", ".join(dict.fromkeys(failure.topic for failure in own[:_MOST_NAMED]))
    tables = f"Tables {', '.join(named[:_MOST_NAMED])}{more} ({about}): {_WHY[cause]}."
    return f"{tables} {_WHAT_TO_DO[cause]}{_way_out(own, study)} Nothing was written."


def _way_out(found: Sequence[Failure], study: Study) -> str:
    """Say what an owner may do about a release that stands in the way."""
    before = list(dict.fromkeys(name for failure in found for name in failure.studies))
    if not before:
        return ""
    names = ", ".join(f'"{name[:_SHOWN_OF_A_HASH]}"' for name in before)
    withdrawn = f"; or withdraw the report in the way and add to disclosure.toml: withdrawn = [{names}]."
    if study.synthetic:
        withdrawn += (
            " The respondents are simulated, so starting anew does no harm: name a new folder with --data, "
            f"or delete processed/{study.id} in the present one."
        )
    return withdrawn
