"""Who may do what: one table of actions and roles beside the pathway's own, asked at the desk for every act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from db.words import ApprovalKind
from scheduler.errors import NotPermittedError
from scheduler.pathway.entries import entry_roles
from scheduler.pathway.events import Entry, Event, Happening
from scheduler.pathway.readiness import READINESS_ROLES
from scheduler.pathway.transitions import CLINICAL, SENIOR, roles_for
from scheduler.vocabulary import Role

EVERY_SITE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and the roles they hold at each site (`*` is every site)."""

    id: str
    name: str
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    must_change: bool = False  # signed in with a first password, which allows nothing but choosing another
    must_enrol: bool = False  # a role asks for a second step that is not set up yet
    external: bool = False  # signs in with the hospital's own account, and has no password here

    def roles_at(self, site: str | None) -> frozenset[Role]:
        """Give the roles that count at this site; with no site, those held anywhere."""
        if site is None:
            return frozenset[Role]().union(*self.roles.values())
        return self.roles.get(site, frozenset()) | self.roles.get(EVERY_SITE, frozenset())


class Action(StrEnum):
    """What a person may ask for, apart from the events of a case."""

    LOOK = "look"
    SEE_PATIENT = "see_patient"
    OPEN_IN_EMERGENCY = "open_in_emergency"
    EXPORT_DEIDENTIFIED = "export_deidentified"
    IMPORT_REFERRALS = "import_referrals"
    REQUEST_PLAN = "request_plan"
    WITHDRAW_PROPOSAL = "withdraw_proposal"
    PUBLISH = "publish"
    ADVANCE_BOOKING = "advance_booking"
    HOLD_SLOT = "hold_slot"
    FINISH_TASK = "finish_task"
    REVERSE = "reverse"
    AMEND = "amend"
    REFER_AGAIN = "refer_again"
    SHARE_TASK = "share_task"
    SNOOZE_TASK = "snooze_task"
    KEEP_HOLIDAYS = "keep_holidays"
    RUN_STEPS = "run_steps"
    SET_UP = "set_up"
    MAKE_DEMO = "make_demo"
    MANAGE_ACCOUNTS = "manage_accounts"
    PLAN_MEETINGS = "plan_meetings"
    PUT_ON_AGENDA = "put_on_agenda"
    ADD_TO_CLOSED_AGENDA = "add_to_closed_agenda"
    RUN_MEETING = "run_meeting"
    READ_MINUTES = "read_minutes"
    REPEAT_LETTER = "repeat_letter"
    MOVE_BOOKING = "move_booking"
    LOCK_LIST = "lock_list"
    CHANGE_SCENARIO = "change_scenario"
    ASK_STUDY = "ask_study"
    KEEP_FEEDS = "keep_feeds"
    KEEP_LISTS = "keep_lists"
    KEEP_LEAVE = "keep_leave"
    KEEP_STAFF = "keep_staff"
    KEEP_EQUIPMENT = "keep_equipment"
    PROPOSE_PROTOCOL = "propose_protocol"
    APPROVE_PROTOCOL = "approve_protocol"
    CHASE_DOCUMENTS = "chase_documents"
    KEEP_SERVICE = "keep_service"
    APPROVE_PUBLISHING = "approve_publishing"
    APPROVE_GOING_AHEAD = "approve_going_ahead"
    LOOK_AT_RETENTION = "look_at_retention"
    PROPOSE_DESTRUCTION = "propose_destruction"
    APPROVE_DESTRUCTION = "approve_destruction"
    HOLD_FOR_LAW = "hold_for_law"
    READ_REGISTER = "read_register"

    @property
    def label(self) -> str:
        """What the person asked for, as a sentence says it."""
        return ACTION_LABELS[self]


ACTION_LABELS = {
    Action.LOOK: "look at the service",
    Action.SEE_PATIENT: "see who a patient is",
    Action.OPEN_IN_EMERGENCY: "open a patient of another site in an emergency",
    Action.EXPORT_DEIDENTIFIED: "export cases without names",
    Action.IMPORT_REFERRALS: "import referrals",
    Action.REQUEST_PLAN: "ask for a plan",
    Action.WITHDRAW_PROPOSAL: "withdraw a proposed plan",
    Action.PUBLISH: "publish a plan",
    Action.ADVANCE_BOOKING: "move a booking on",
    Action.HOLD_SLOT: "hold, offer or give back a slot",
    Action.FINISH_TASK: "tick off a task",
    Action.REVERSE: "take a step of a case back",
    Action.AMEND: "correct what was recorded of a case",
    Action.REFER_AGAIN: "open a new case for a patient whose case has ended",
    Action.SHARE_TASK: "take a task or give it to somebody",
    Action.SNOOZE_TASK: "put off a task",
    Action.KEEP_HOLIDAYS: "change the table of public holidays",
    Action.RUN_STEPS: "run due steps",
    Action.SET_UP: "set up sites and lists",
    Action.MAKE_DEMO: "make demonstration data",
    Action.MANAGE_ACCOUNTS: "manage accounts",
    Action.PLAN_MEETINGS: "plan MDT meetings",
    Action.PUT_ON_AGENDA: "put a case on an agenda",
    Action.ADD_TO_CLOSED_AGENDA: "add a case to an agenda that is closed",
    Action.RUN_MEETING: "run an MDT meeting",
    Action.READ_MINUTES: "read the minutes of a meeting",
    Action.REPEAT_LETTER: "send a letter again",
    Action.MOVE_BOOKING: "put a case on a list or move it",
    Action.LOCK_LIST: "lock, release, close or open a list",
    Action.CHANGE_SCENARIO: "make or change scenarios",
    Action.ASK_STUDY: "have scenarios or the worth of capacity worked out",
    Action.KEEP_FEEDS: "make or end calendar feeds",
    Action.KEEP_LISTS: "change lists and their templates",
    Action.KEEP_LEAVE: "enter leave",
    Action.KEEP_STAFF: "change radiologists and their credentials",
    Action.KEEP_EQUIPMENT: "change equipment and its service",
    Action.PROPOSE_PROTOCOL: "propose a change of the protocol",
    Action.APPROVE_PROTOCOL: "approve a change of the protocol",
    Action.CHASE_DOCUMENTS: "remind a referrer of missing documents",
    Action.KEEP_SERVICE: "look after the service's backups, audit trail and running",
    Action.APPROVE_PUBLISHING: "approve that visits on the frozen days change",
    Action.APPROVE_GOING_AHEAD: "approve a step in spite of what stops it",
    Action.LOOK_AT_RETENTION: "see which records may be destroyed",
    Action.PROPOSE_DESTRUCTION: "propose that a record be destroyed",
    Action.APPROVE_DESTRUCTION: "approve that a record be destroyed",
    Action.HOLD_FOR_LAW: "place or lift a legal hold",
    Action.READ_REGISTER: "read the register of disposals",
}

# Who may decide about each thing that a second person is asked for.
APPROVING: Mapping[ApprovalKind, Action] = {
    ApprovalKind.PUBLISH: Action.APPROVE_PUBLISHING,
    ApprovalKind.GO_AHEAD: Action.APPROVE_GOING_AHEAD,
    ApprovalKind.DESTROY: Action.APPROVE_DESTRUCTION,
}

EVERYONE = frozenset(Role)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
OFFICE = frozenset({Role.BOOKINGS, Role.IR_LEAD, Role.ADMINISTRATOR})
MEETING = frozenset({Role.MDT_COORDINATOR, Role.IR_LEAD, Role.ADMINISTRATOR})
PERMISSIONS: Mapping[Action, frozenset[Role]] = {
    Action.LOOK: EVERYONE,
    Action.SEE_PATIENT: EVERYONE - {Role.VIEWER},
    Action.OPEN_IN_EMERGENCY: frozenset({Role.CLINICIAN, Role.IR_LEAD}),
    Action.EXPORT_DEIDENTIFIED: SENIOR,
    Action.IMPORT_REFERRALS: OFFICE | {Role.MDT_COORDINATOR},
    Action.REQUEST_PLAN: OFFICE,
    Action.WITHDRAW_PROPOSAL: OFFICE,
    Action.PUBLISH: OFFICE,
    Action.ADVANCE_BOOKING: OFFICE | {Role.CLINICIAN},
    Action.HOLD_SLOT: OFFICE,
    Action.FINISH_TASK: EVERYONE - {Role.VIEWER},
    Action.REVERSE: SENIOR,
    Action.AMEND: CLINICAL,
    Action.REFER_AGAIN: EVERYONE - {Role.VIEWER},
    Action.SHARE_TASK: EVERYONE - {Role.VIEWER},
    Action.SNOOZE_TASK: EVERYONE - {Role.VIEWER},
    Action.KEEP_HOLIDAYS: ADMINISTRATORS,
    Action.RUN_STEPS: ADMINISTRATORS,
    Action.SET_UP: ADMINISTRATORS | {Role.IR_LEAD},
    Action.MAKE_DEMO: ADMINISTRATORS,
    Action.MANAGE_ACCOUNTS: ADMINISTRATORS,
    Action.PLAN_MEETINGS: MEETING,
    Action.PUT_ON_AGENDA: MEETING | {Role.CLINICIAN},
    Action.ADD_TO_CLOSED_AGENDA: MEETING - {Role.IR_LEAD},
    Action.RUN_MEETING: MEETING,
    Action.READ_MINUTES: EVERYONE - {Role.VIEWER},
    Action.MOVE_BOOKING: OFFICE,
    Action.LOCK_LIST: OFFICE,
    Action.CHANGE_SCENARIO: OFFICE,
    Action.ASK_STUDY: OFFICE,
    Action.REPEAT_LETTER: OFFICE | {Role.MDT_COORDINATOR, Role.CLINICIAN},
    Action.KEEP_FEEDS: OFFICE | {Role.CLINICIAN},
    Action.KEEP_LISTS: OFFICE,
    Action.KEEP_LEAVE: OFFICE,
    Action.KEEP_STAFF: SENIOR,
    Action.KEEP_EQUIPMENT: OFFICE,
    Action.PROPOSE_PROTOCOL: CLINICAL,
    Action.APPROVE_PROTOCOL: frozenset({Role.IR_LEAD}),
    Action.CHASE_DOCUMENTS: OFFICE | {Role.MDT_COORDINATOR, Role.CLINICIAN},
    Action.KEEP_SERVICE: ADMINISTRATORS,
    Action.APPROVE_PUBLISHING: SENIOR,
    Action.APPROVE_GOING_AHEAD: frozenset({Role.IR_LEAD}),
    Action.LOOK_AT_RETENTION: SENIOR,
    Action.PROPOSE_DESTRUCTION: SENIOR,
    Action.APPROVE_DESTRUCTION: SENIOR,
    Action.HOLD_FOR_LAW: SENIOR,
    Action.READ_REGISTER: SENIOR,
}


Asked = Action | Happening


def allowed_roles(asked: Asked) -> frozenset[Role]:
    """Give the roles that may do this; what only a timer does is nobody's."""
    if isinstance(asked, Action):
        return PERMISSIONS[asked]
    if isinstance(asked, Entry):
        return entry_roles(asked)
    return roles_for(asked) if isinstance(asked, Event) else READINESS_ROLES.get(asked, frozenset())


def may(actor: Actor, asked: Asked, *, site: str | None = None) -> bool:
    """Say whether the actor may do this, at this site where it has one."""
    return bool(actor.roles_at(site) & allowed_roles(asked))


def demand(actor: Actor, asked: Asked, *, sites: Iterable[str | None] = (None,)) -> None:
    """Raise NotPermittedError, naming the roles that may, unless the actor may do this at every site it touches."""
    if actor.must_change:
        raise NotPermittedError("Your password is a first one. Choose your own before you do anything else.")
    if actor.must_enrol:
        raise NotPermittedError("Your role asks for a second step. Set it up before you do anything else.")
    for site in sites:
        if not may(actor, asked, site=site):
            raise NotPermittedError(_refusal(actor, asked, site))


def may_at_one(actor: Actor, asked: Asked, sites: Iterable[str]) -> bool:
    """Say whether the actor may do this at one of these sites at least; without sites, anywhere."""
    return any(may(actor, asked, site=site) for site in tuple(sites) or (None,))


def demand_at_one(actor: Actor, asked: Asked, sites: Iterable[str]) -> None:
    """Raise NotPermittedError unless the actor may do this at one of these sites at least; without sites, anywhere."""
    places = tuple(sites)
    if actor.must_change or actor.must_enrol:
        demand(actor, asked)
    if not may_at_one(actor, asked, places):
        raise NotPermittedError(_refusal(actor, asked, " or ".join(places) or None))


def _refusal(actor: Actor, asked: Asked, site: str | None) -> str:
    roles = ", ".join(sorted(role.label for role in allowed_roles(asked)))
    what = asked.label if isinstance(asked, Action) else f"record “{asked.label}”"
    where = f" at {site}" if site is not None else ""
    return f"{actor.name} may not {what}{where}. Ask someone with one of these roles: {roles}."
