"""Scenarios at the desk: made, changed, worked out side by side by the planner, and adopted as a proposal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from db import boards, changes_made, scenarios, studies, writes
from db.studies import Asked, StudyAsked
from flows.permissions import Action, may
from flows.study_requests import enqueue
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.audit import Author
    from db.study_pictures import Comparison, ScenarioChoices, ScenarioLine, WorthReport
    from flows.desk import Desk
    from scheduler.scenario import Change

T = TypeVar("T")
ONE_DAY = timedelta(days=1)
USUAL_WEEKS = 4
USUAL_SECONDS = 20.0
LONGEST_SECONDS = 600.0
MOST_WEEKS = 26


class Scenarios:
    """Everything a person may ask about scenarios and the worth of capacity, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # Looking

    def all(self) -> tuple[ScenarioLine, ...]:
        """List the scenarios by name, with their changes in words."""
        return self.desk._look(boards.scenarios)

    def one(self, scenario: str) -> ScenarioLine:
        """Give one scenario by its id or name."""
        return self.desk._look(lambda session: boards.scenario(session, scenario))

    def choices(self) -> ScenarioChoices:
        """Give what the changes of a scenario may name, with the words people know."""
        now = self.desk.service.clock.now()
        return self.desk._look(lambda session: boards.choices(session, now=now))

    def comparisons(self) -> tuple[Comparison, ...]:
        """List the latest comparisons, newest first."""
        return self.desk._look(boards.comparisons)

    def comparison(self, comparison: str) -> Comparison:
        """Give one comparison, with how each scenario in it stands."""
        return self.desk._look(lambda session: boards.comparison(session, comparison))

    def worth(self) -> WorthReport | None:
        """Give what one more list or skill was worth when last worked out; None if that was never asked."""
        return self.desk._look(boards.worth_report)

    def adopting(self, study: str) -> tuple[str, ...]:
        """Say which changes of lists and leave adopting a scenario would make; those made already are left out."""
        from flows.adopting import list_changes, says_of

        def ask(session: Session) -> tuple[str, ...]:
            return says_of(session, list_changes(session, studies.study(session, study)))

        return self.desk._look(ask)

    # Changing

    def make(self, name: str, *, copy_of: str | None = None, write_id: str | None = None) -> str:
        """Make a scenario, empty or with the changes of another; gives its id."""
        author, now = self._author(name), self.desk.service.clock.now()

        def work(session: Session) -> str:
            changes = () if copy_of is None else [one.change for one in boards.scenario(session, copy_of).changes]
            return scenarios.make(session, name, actor=author, now=now, changes=changes, write_id=write_id)

        return self.desk._write(author, work)

    def rename(
        self, scenario: str, name: str, *, expected_version: int | None = None, write_id: str | None = None
    ) -> None:
        """Give a scenario another name."""
        self.desk._do_once(
            self._author(scenario),
            ("rename_scenario", write_id),
            lambda session: scenarios.rename(session, scenario, name, expected_version=expected_version),
            again=lambda _: None,
        )

    def add(
        self, scenario: str, change: Change, *, expected_version: int | None = None, write_id: str | None = None
    ) -> None:
        """Add a change; raises BadInputError with what is wrong when the clinic could not make it."""
        today = self.desk.today()
        self._change(
            scenario,
            lambda session: scenarios.add_change(
                session, scenario, change, today=today, expected_version=expected_version, write_id=write_id
            ),
        )

    def remove(
        self, scenario: str, place: int, *, expected_version: int | None = None, write_id: str | None = None
    ) -> None:
        """Take a change out, by its place from 1 on."""
        self._change(
            scenario,
            lambda session: scenarios.remove_change(
                session, scenario, place, expected_version=expected_version, write_id=write_id
            ),
        )

    def drop(self, scenario: str, *, expected_version: int | None = None, write_id: str | None = None) -> None:
        """Set a scenario aside; the comparisons it is in stay."""
        self.desk._do_once(
            self._author(scenario),
            ("drop_scenario", write_id),
            lambda session: scenarios.drop(session, scenario, expected_version=expected_version),
            again=lambda _: None,
        )

    # Asking the planner

    def compare(
        self,
        chosen: Sequence[str | None],
        *,
        start: date | None = None,
        weeks: int = USUAL_WEEKS,
        time_limit: float = USUAL_SECONDS,
        seed: int = 0,
        write_id: str | None = None,
    ) -> str:
        """Ask the planner what two to four scenarios come to (None: the clinic as it stands); gives the comparison."""
        author = self.desk._permitted(Action.ASK_STUDY, "study", "new")
        asked, now = self._asked(start, weeks, time_limit, seed), self.desk.service.clock.now()

        def ask(session: Session) -> str:
            made = studies.compare(session, chosen, asked, actor=author, now=now, write_id=write_id)
            for study in made.studies:
                enqueue(session, study, asked, now=now)
            return made.comparison

        return self.desk._write(author, ask)

    def compare_now(
        self,
        chosen: Sequence[str | None],
        *,
        start: date | None = None,
        weeks: int = USUAL_WEEKS,
        time_limit: float = USUAL_SECONDS,
        seed: int = 0,
        on_progress: Callable[[str], None] = lambda _: None,
        write_id: str | None = None,
    ) -> str:
        """Work out two to four scenarios here and now, one after the other, without the planner's process."""
        from flows.study_runs import compute  # the solver takes a second to load

        author = self.desk._permitted(Action.ASK_STUDY, "study", "new")
        asked, service = self._asked(start, weeks, time_limit, seed), self.desk.service
        repeated = self.desk._was_done(write_id, studies.COMPARE)
        made: Asked = self.desk._write(
            author,
            lambda session: studies.compare(
                session, chosen, asked, actor=author, now=service.clock.now(), write_id=write_id
            ),
        )
        if repeated:
            return made.comparison
        for number, study in enumerate(made.studies, start=1):
            on_progress(f"Scenario {number} of {len(made.studies)}")
            try:
                compute(service, study, author=author)
            except NeurolistError as fault:  # the others can still be compared
                self._give_up(study, str(fault), author)
        return made.comparison

    def ask_worth(
        self,
        start: date | None = None,
        weeks: int = USUAL_WEEKS,
        time_limit: float = USUAL_SECONDS,
        *,
        write_id: str | None = None,
    ) -> str:
        """Ask the planner what one more list or skill is worth over some weeks; an asking under way is not repeated."""
        author = self.desk._permitted(Action.ASK_STUDY, "study", "worth")
        asked, now = self._asked(start, weeks, time_limit, 0), self.desk.service.clock.now()

        def ask(session: Session) -> str:
            made = studies.ask_worth(session, asked, actor=author, now=now, write_id=write_id)
            enqueue(session, made, asked, now=now)
            return made

        return self.desk._write(author, ask)

    # Adopting

    def may_adopt_changes(self) -> bool:
        """Say whether this person may change lists, which adopting a scenario that changes them does."""
        return may(self.desk.actor, Action.SET_UP)

    def adopt(
        self,
        study: str,
        *,
        make_changes: bool = False,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> str:
        """Make a scenario's plan a proposal, which books nothing until it is published; gives the proposal's id.

        A scenario that changes lists is refused with those changes, unless the clinic has made them or `make_changes`
        says to make them now, which asks for the role that sets up lists.
        """
        from flows import adopting

        author, service = self.desk._permitted(Action.REQUEST_PLAN, "study", study), self.desk.service
        if make_changes and (sites := self._sites_changed(study)):
            self.desk._permitted(Action.SET_UP, "study", study, sites=sites)
        now = service.clock.now()

        def work(session: Session) -> str:
            done = writes.earlier(session, write_id, "adopt_scenario")
            if done is not None:
                return str(done["id"])
            studies.study_row(session, study, lock=True).expect(expected_version)
            found = studies.study(session, study)
            changes = adopting.list_changes(session, found)
            if changes and not make_changes:
                raise NeurolistError(_first_change(adopting.says_of(session, changes)))
            adopting.make_changes(session, changes, name=found.name, now=now)
            made = adopting.adopt(session, found, actor=author, now=now)
            writes.finish(session, write_id, {"id": made})
            return made

        return self.desk._write(author, work)

    # Inside

    def _author(self, scenario: str) -> Author:
        return self.desk._permitted(Action.CHANGE_SCENARIO, "scenario", scenario)

    def _change(self, scenario: str, work: Callable[[Session], T]) -> T:
        return self.desk._write(self._author(scenario), work)

    def _sites_changed(self, study: str) -> tuple[str, ...]:
        """List the sites whose lists or people adopting a scenario would change."""
        from flows.adopting import list_changes

        with self.desk.service.database.reading() as session:
            return changes_made.sites_of(session, list_changes(session, studies.study(session, study)))

    def _give_up(self, study: str, why: str, author: Author) -> None:
        now = self.desk.service.clock.now()
        self.desk._write(author, lambda session: studies.give_up(session, study, why=why, now=now))

    def _asked(self, start: date | None, weeks: int, time_limit: float, seed: int) -> StudyAsked:
        first = start or self.desk.today() + ONE_DAY
        if not 1 <= weeks <= MOST_WEEKS:
            raise NeurolistError(f"Compare 1 to {MOST_WEEKS} weeks, not {weeks}.")
        if not 1 <= time_limit <= LONGEST_SECONDS:
            raise NeurolistError(f"Allow each search 1 to {LONGEST_SECONDS:.0f} seconds, not {time_limit:g}.")
        return StudyAsked(start=first, end=first + timedelta(weeks=weeks) - ONE_DAY, time_limit=time_limit, seed=seed)


def _first_change(says: Sequence[str]) -> str:
    return (
        f"This scenario's plan needs changes that the clinic has not made yet: {' '.join(says)} Make them in Set-up "
        "first, or adopt it and have them made (IR lead or Administrator)."
    )
