"""Changes of the protocol: proposed by one person, approved by a lead who is another, with what they would break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db import audit
from db.keeping import protocol_changes
from db.words import ProtocolPart
from flows.keeping.change import Change, Days, Moment, must_be_coming, needed
from flows.permissions import Action
from scheduler.errors import BadInputError
from scheduler.pathway.forms import MEETING_ROLES
from scheduler.vocabulary import Modality, Role, Stage, Target, Technique

if TYPE_CHECKING:
    from sqlmodel import Session

    from scheduler.problem import Case, SchedulingProblem

MINUTES = ("minimum_minutes", "planned_minutes", "maximum_minutes", "recovery_minutes")
RISKS = ("high", "low", "neuraxial")
MOST_PER_CENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeProtocol(Change):
    """Propose other values for one row of the protocol, or with none that it be approved as it stands."""

    part: ProtocolPart
    key: str
    edition: int
    fields: Mapping[str, object] = field(default_factory=dict)
    effective_from: date
    source: str
    reason: str

    action: ClassVar[Action] = Action.PROPOSE_PROTOCOL
    entity: ClassVar[str] = "protocol"

    @property
    @override
    def ref(self) -> str:
        return self.key

    @override
    def check(self, session: Session, at: Moment) -> None:
        must_be_coming(self.effective_from, at, "from")
        needed(self.reason[:80], "reason", "say why, for the lead who decides.")
        unknown = sorted(set(self.fields) - set(protocol_changes.CHANGEABLE[self.part]))
        if unknown:
            raise BadInputError.of(unknown[0], "this part of the row cannot be changed here.")
        line = next((one for one in protocol_changes.protocol_lines(session, at.today) if one.key == self.key), None)
        if line is not None:
            check_fields(self.part, line.unit, {**line.fields, **self.fields})

    @override
    def save(self, session: Session, at: Moment) -> None:
        protocol_changes.propose(
            session,
            self.part,
            self.key,
            self.fields,
            effective_from=self.effective_from,
            source=self.source,
            reason=self.reason,
            edition=self.edition,
            actor=audit.attribution(session).author,
            now=at.now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveProtocol(Change):
    """Approve a proposed change; it is in force from its day, or from today if that has passed."""

    change: str

    action: ClassVar[Action] = Action.APPROVE_PROTOCOL
    entity: ClassVar[str] = "protocol"

    # What the proposal says, so that its effect on bookings can be worked out before it is approved.
    part: ProtocolPart
    key: str
    fields: Mapping[str, object]
    effective_from: date

    @property
    @override
    def ref(self) -> str:
        return self.key

    @property
    @override
    def why(self) -> str:
        return "The protocol has changed, and the visit no longer fits its place."

    @override
    def days(self) -> Days | None:
        return (self.effective_from, None) if self.part is ProtocolPart.PROCEDURE and self.fields else None

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        line = protocol_changes.change_line(session, self.change)
        target, technique, stage = self.key.split("/")
        wanted = (Target(target), Technique(technique), Stage(stage))

        def changed(case: Case) -> Case:
            return _with_fields(case, line.before, line.fields) if _kind(case) == wanted else case

        return replace(problem, cases=tuple(changed(case) for case in problem.cases))

    @override
    def save(self, session: Session, at: Moment) -> None:
        author = audit.attribution(session).author
        protocol_changes.approve(
            session, self.change, actor=author, now=at.now, today=at.today, expected_version=self.version
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineProtocol(Change):
    """Turn a proposed change down, or take back one's own."""

    change: str
    key: str
    reason: str

    action: ClassVar[Action] = Action.PROPOSE_PROTOCOL
    entity: ClassVar[str] = "protocol"

    @property
    @override
    def ref(self) -> str:
        return self.key

    @override
    def save(self, session: Session, at: Moment) -> None:
        author = audit.attribution(session).author
        protocol_changes.decline(
            session, self.change, reason=self.reason, actor=author, now=at.now, expected_version=self.version
        )


def check_fields(part: ProtocolPart, unit: str, fields: Mapping[str, object]) -> None:
    """Refuse values that the protocol could not work with, each in a sentence."""
    if part is ProtocolPart.PROCEDURE:
        _check_procedure(fields)
    elif part is ProtocolPart.HOLD:
        _must_be_count("off", fields["off"])
    else:
        _check_value(unit, fields["value"])


def _check_procedure(fields: Mapping[str, object]) -> None:
    for name in MINUTES:
        _must_be_count(name, fields[name])
    least, planned, most = (int(str(fields[name])) for name in MINUTES[:3])
    if not 0 < least <= planned <= most:
        says = f"room minutes rise from least to planned to most; {least}, {planned}, {most} do not. Correct them."
        raise BadInputError.of("planned_minutes", says)
    if not fields["modalities"]:
        raise BadInputError.of("modalities", "choose at least one kind of imaging, or nobody could be booked.")


def _check_value(unit: str, value: object) -> None:
    if unit == "yes or no" and value not in {"yes", "no"}:
        raise BadInputError.of("value", "write yes or no.")
    if unit == "class" and value not in RISKS:
        raise BadInputError.of("value", f"write one of {', '.join(RISKS)}.")
    if unit == "local time":
        _must_be_time(value)
    if unit == "per cent" and not (isinstance(value, int) and 0 <= value <= MOST_PER_CENT):
        raise BadInputError.of("value", "a share is from 0 to 100 per cent.")
    if unit == "roles":
        _must_be_known(value)
    numbers = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(each, int | float) and each < 0 for each in numbers):
        raise BadInputError.of("value", "it cannot be less than 0.")
    if isinstance(value, list | tuple) and not value:
        raise BadInputError.of("value", "give at least one.")


def _must_be_known(value: object) -> None:
    known = {*MEETING_ROLES, *(role.value for role in Role)}
    strangers = [str(each) for each in value if each not in known] if isinstance(value, list | tuple) else []
    if strangers:
        raise BadInputError.of(
            "value", f"{', '.join(strangers)} is no role or discipline. They are: {', '.join(known)}."
        )


def _must_be_time(value: object) -> None:
    try:
        time.fromisoformat(str(value))
    except ValueError:
        raise BadInputError.of("value", f'"{value}" is not a time of day; write it like 06:00.') from None


def _must_be_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadInputError.of(name, "give a whole number, 0 or more.")


def _kind(case: Case) -> tuple[Target, Technique, Stage]:
    return case.target, case.technique, case.stage


def _with_fields(case: Case, before: Mapping[str, object], fields: Mapping[str, object]) -> Case:
    """Give a case what the changed row asks for; both sides of a per-side procedure still take twice as long."""
    changed: dict[str, object] = {}
    if "planned_minutes" in fields:
        times = max(case.duration_minutes // int(str(before["planned_minutes"])), 1)
        changed["duration_minutes"] = int(str(fields["planned_minutes"])) * times
    if "recovery_minutes" in fields:
        changed["recovery_minutes"] = int(str(fields["recovery_minutes"]))
    if isinstance(fields.get("equipment"), list):
        changed["equipment"] = tuple(str(each) for each in _list(fields["equipment"]))
    if isinstance(fields.get("modalities"), list):
        changed["modalities"] = tuple(Modality(str(each)) for each in _list(fields["modalities"]))
    if "anaesthetist" in fields:
        changed["anaesthetist"] = bool(fields["anaesthetist"])
    return replace(case, **changed)  # type: ignore[arg-type]  # each by the name and type of its field


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []
