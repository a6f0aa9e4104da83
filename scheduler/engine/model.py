"""The CP-SAT model that rules and goals write themselves into."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from scheduler.engine.answer import Answer
from scheduler.engine.places import Places
from scheduler.goals import GOALS
from scheduler.problem import MINUTES_PER_STEP
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from scheduler.goal import Goal
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlaceTest, Rule, StaffTest, TeamTest


@dataclass(slots=True)
class _Literals:
    """The variables made so far."""

    presence: dict[tuple[str, str], cp_model.IntVar] = field(default_factory=dict)
    used: dict[str, cp_model.IntVar] = field(default_factory=dict)
    staffed: dict[tuple[str, str], cp_model.IntVar] = field(default_factory=dict)
    together: dict[tuple[str, str, str], cp_model.IntVar] = field(default_factory=dict)
    step: dict[str, cp_model.IntVar] = field(default_factory=dict)
    placed: dict[tuple[str, date, str], cp_model.IntVar] = field(default_factory=dict)


class Model:
    """Holds the variables, made when first asked for. `frozen` cases keep their list and step."""

    def __init__(
        self,
        problem: SchedulingProblem,
        places: Places,
        *,
        timed: bool = True,
        frozen: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        self.problem = problem
        self.cp = cp_model.CpModel()
        self.timed = timed
        self._settled = places.settled
        self._options = {case: {facts.id: facts for facts in lists} for case, lists in places.options.items()}
        self._staff = dict(places.staff)
        self._barred = set(places.barred)
        self._frozen = frozen or {}
        self._candidates: dict[str, tuple[Case, ...]] | None = None
        self._made = _Literals()
        self._true = self.cp.new_constant(1)
        self._false = self.cp.new_constant(0)
        self.terms: dict[str, cp_model.LinearExprT] = {}

    # What rules bar.

    def bar_places(self, test: PlaceTest) -> None:
        """Keep every case off every list where the test is true."""
        if self._settled:
            return
        for case in self.problem.cases:
            lists = self._options[case.id]
            for facts in [facts for facts in lists.values() if test(self.problem, case, facts)]:
                del lists[facts.id]
                self._forbid(self._made.presence.get((case.id, facts.id)))
        self._candidates = None

    def bar_staff(self, test: StaffTest) -> None:
        """Keep every radiologist off every list where the test is true."""
        if self._settled:
            return
        people = self.problem.radiologist_by_id
        for session, staff in self._staff.items():
            facts = self.problem.lists[session]
            out = {key for key in staff if test(self.problem, facts, people[key])}
            self._staff[session] = tuple(key for key in staff if key not in out)
            for key in out:
                self._forbid(self._made.staffed.get((session, key)))

    def bar_teams(self, test: TeamTest) -> None:
        """Keep every case from every radiologist where the test is true."""
        if not self._settled:
            pairs = ((case, person) for case in self.problem.cases for person in self.problem.radiologists)
            self._barred.update((case.id, person.id) for case, person in pairs if test(case, person))

    def _forbid(self, literal: cp_model.IntVar | None) -> None:
        if literal is not None:
            self.cp.add(literal == 0)

    # What rules and goals may ask for.

    def options(self, case: str) -> tuple[ListFacts, ...]:
        """List the lists a case may still be on."""
        return tuple(self._options[case].values())

    def candidates(self, session: str) -> tuple[Case, ...]:
        """List the cases that may still be on a list."""
        if self._candidates is None:
            groups: dict[str, list[Case]] = defaultdict(list)
            for case in self.problem.cases:
                for key in self._options[case.id]:
                    groups[key].append(case)
            self._candidates = {key: tuple(group) for key, group in groups.items()}
        return self._candidates.get(session, ())

    def staff_options(self, session: str) -> tuple[str, ...]:
        """List the radiologists who may still do a list."""
        return self._staff[session]

    def presence(self, case: str, session: str) -> cp_model.IntVar:
        """Give the literal: this case is on this list."""
        made = self._made.presence
        if (case, session) not in made:
            if session not in self._options[case]:
                return self._false
            made[case, session] = self._true if case in self._frozen else self.cp.new_bool_var("")
        return made[case, session]

    def booked(self, case: str) -> cp_model.LinearExprT:
        """Count the case's bookings."""
        return sum(self.presence(case, session) for session in self._options[case])

    def used(self, session: str) -> cp_model.IntVar:
        """Give the literal: this list holds a case."""
        made = self._made.used
        if session not in made:
            cases = self.candidates(session)
            if any(case.id in self._frozen for case in cases):
                made[session] = self._true
            else:
                made[session] = self.cp.new_bool_var("") if cases else self._false
        return made[session]

    def staffed(self, session: str, radiologist: str) -> cp_model.IntVar:
        """Give the literal: this radiologist does this list."""
        made = self._made.staffed
        if (session, radiologist) not in made:
            if radiologist not in self._staff[session]:
                return self._false
            made[session, radiologist] = self.cp.new_bool_var("")
        return made[session, radiologist]

    def together(self, case: str, session: str, radiologist: str) -> cp_model.IntVar:
        """Give a literal that may be true only if this case is on this list and this radiologist does it."""
        if (case, radiologist) in self._barred or radiologist not in self._staff[session]:
            return self._false
        made = self._made.together
        if (case, session, radiologist) not in made:
            both = self.cp.new_bool_var("")
            self.cp.add_implication(both, self.presence(case, session))
            self.cp.add_implication(both, self.staffed(session, radiologist))
            made[case, session, radiologist] = both
        return made[case, session, radiologist]

    def step(self, case: str) -> cp_model.IntVar:
        """Give the 5-minute steps from the list's start to the case's start; 0 when it is not booked."""
        made = self._made.step
        if case not in made:
            if case in self._frozen:
                made[case] = self.cp.new_constant(self._frozen[case][1])
            else:
                longest = max((facts.latest_end - facts.start for facts in self.options(case)), default=0)
                # One step early and a whole list late: the rules, not the variable, say when a case may start.
                made[case] = self.cp.new_int_var(-1, longest // MINUTES_PER_STEP, "")
        return made[case]

    def start(self, case: str, facts: ListFacts) -> cp_model.LinearExprT:
        """Give the minute a case starts if it is on this list, counted as in `ListFacts`."""
        return facts.start + MINUTES_PER_STEP * self.step(case)

    def interval(self, case: Case, facts: ListFacts, after: int, minutes: int) -> cp_model.IntervalVar:
        """Give the interval that starts `after` minutes into a case, there only if the case is on this list."""
        start = self.start(case.id, facts) + after
        here = self.presence(case.id, facts.id)
        return self.cp.new_optional_fixed_size_interval_var(start, minutes, here, "")

    def placed(self, unit: str, day: date, site: str) -> cp_model.IntVar:
        """Give the literal: this mobile unit is at this site on this date."""
        made = self._made.placed
        if (unit, day, site) not in made:
            made[unit, day, site] = self.cp.new_bool_var("")
        return made[unit, day, site]

    # Putting it together.

    def finish(self) -> None:
        """Tie the variables to each other, once every rule and goal has asked for its own."""
        for session in list(self._made.used):
            self._tie_used(session)
        for case, lists in self._options.items():
            for session in lists:
                self._tie_team(case, session)
        for case, step in self._made.step.items():
            if case not in self._frozen:
                nowhere = [self.presence(case, session).negated() for session in self._options[case]]
                self.cp.add(step == 0).only_enforce_if(nowhere)

    def _tie_used(self, session: str) -> None:
        here = [self.presence(case.id, session) for case in self.candidates(session)]
        used = self._made.used[session]
        if used is not self._true:
            self.cp.add_bool_or([*here, used.negated()])
            for literal in here:
                self.cp.add_implication(literal, used)

    def _tie_team(self, case: str, session: str) -> None:
        staff = self._staff[session]
        team = [key for key in staff if (case, key) not in self._barred]
        if len(team) < len(staff):
            self.cp.add(self.presence(case, session) <= sum(self.staffed(session, key) for key in team))

    def possible_places(self) -> Places:
        """Give what the rules enforced so far leave possible."""
        places = Places(options={}, staff=dict(self._staff), barred=frozenset(self._barred))
        options = {
            case: tuple(facts for facts in lists.values() if places.team(case, facts.id))
            for case, lists in self._options.items()
        }
        return Places(options=options, staff=places.staff, barred=places.barred, settled=True)

    def minimise(self, goals: Sequence[Goal] = GOALS) -> None:
        """Set the cost of the goals as what is minimised."""
        self.terms = {goal.name: goal.price(self) for goal in goals}
        weights = self.problem.objective
        self.cp.minimize(sum(getattr(weights, name) * term for name, term in self.terms.items()))

    def hint(self, answer: Answer) -> None:
        """Suggest an answer to start from."""
        for (case, session), literal in self._made.presence.items():
            if case not in self._frozen:
                self.cp.add_hint(literal, answer.bookings.get(case, ("", 0))[0] == session)
        for case, step in self._made.step.items():
            if case not in self._frozen:
                self.cp.add_hint(step, answer.bookings.get(case, ("", 0))[1])
        for (session, radiologist), literal in self._made.staffed.items():
            self.cp.add_hint(literal, answer.staff.get(session) == radiologist)
        for session, literal in self._made.used.items():
            if literal is not self._true and literal is not self._false:
                self.cp.add_hint(literal, session in answer.staff)
        for key, literal in self._made.placed.items():
            self.cp.add_hint(literal, key in answer.placed)

    def answer(self, value: Callable[[cp_model.IntVar], int]) -> Answer:
        """Read the variables' values as an answer."""
        at = {case: session for (case, session), literal in self._made.presence.items() if value(literal)}
        steps = self._made.step
        return Answer(
            bookings={case: (session, value(steps[case]) if case in steps else 0) for case, session in at.items()},
            staff={session: person for (session, person), literal in self._made.staffed.items() if value(literal)},
            placed=frozenset(key for key, literal in self._made.placed.items() if value(literal)),
        )


def rules_model(
    problem: SchedulingProblem,
    places: Places,
    *,
    timed: bool = True,
    frozen: Mapping[str, tuple[str, int]] | None = None,
    rules: Iterable[Rule] = RULEBOOK,
) -> Model:
    """Build a model of the rules, without the goals; call `minimise` and `finish` next."""
    model = Model(problem, places, timed=timed, frozen=frozen)
    for rule in rules:
        rule.enforce(model)
    return model
