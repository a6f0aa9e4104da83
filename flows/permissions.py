"""Who may do what: one table of actions and roles, asked at the desk for every act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.errors import NotPermittedError
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role

EVERY_SITE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and the roles they hold at each site (`*` is every site)."""

    id: str
    name: str
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)

    def roles_at(self, site: str | None) -> frozenset[Role]:
        """Give the roles that count at this site; with no site, those held anywhere."""
        if site is None:
            return frozenset[Role]().union(*self.roles.values())
        return self.roles.get(site, frozenset()) | self.roles.get(EVERY_SITE, frozenset())


class Action(StrEnum):
    """What a person may ask for, apart from the events of a case."""

    LOOK = "look"
    IMPORT_REFERRALS = "import_referrals"
    REQUEST_PLAN = "request_plan"
    WITHDRAW_PROPOSAL = "withdraw_proposal"
    PUBLISH = "publish"
    CHANGE_LIST = "change_list"
    RUN_STEPS = "run_steps"
    MAKE_DEMO = "make_demo"
    MANAGE_ACCOUNTS = "manage_accounts"

    @property
    def label(self) -> str:
        """What the person asked for, as a sentence says it."""
        return ACTION_LABELS[self]


ACTION_LABELS = {
    Action.LOOK: "look at the service",
    Action.IMPORT_REFERRALS: "import referrals",
    Action.REQUEST_PLAN: "ask for a plan",
    Action.WITHDRAW_PROPOSAL: "withdraw a proposed plan",
    Action.PUBLISH: "publish a plan",
    Action.CHANGE_LIST: "change a list",
    Action.RUN_STEPS: "run due steps",
    Action.MAKE_DEMO: "make demonstration data",
    Action.MANAGE_ACCOUNTS: "manage accounts",
}

EVERYONE = frozenset(Role)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
CLINICAL = frozenset({Role.CLINICIAN, Role.IR_LEAD, Role.ADMINISTRATOR})
MEETING = CLINICAL | {Role.MDT_COORDINATOR}
OFFICE = frozenset({Role.BOOKINGS, Role.IR_LEAD, Role.ADMINISTRATOR})
STAFF = EVERYONE - {Role.VIEWER}
SENIOR = frozenset({Role.IR_LEAD, Role.ADMINISTRATOR})

PERMISSIONS: Mapping[Action, frozenset[Role]] = {
    Action.LOOK: EVERYONE,
    Action.IMPORT_REFERRALS: OFFICE | {Role.MDT_COORDINATOR},
    Action.REQUEST_PLAN: OFFICE,
    Action.WITHDRAW_PROPOSAL: OFFICE,
    Action.PUBLISH: OFFICE,
    Action.CHANGE_LIST: OFFICE,
    Action.RUN_STEPS: ADMINISTRATORS,
    Action.MAKE_DEMO: ADMINISTRATORS,
    Action.MANAGE_ACCOUNTS: ADMINISTRATORS,
}

EVENT_PERMISSIONS: Mapping[Event, frozenset[Role]] = {
    Event.START_TRIAGE: STAFF,
    Event.MARK_INCOMPLETE: STAFF,
    Event.INFORMATION_RECEIVED: STAFF,
    Event.REQUEST_INFORMATION: STAFF,
    Event.RETURN_TO_REFERRER: STAFF,
    Event.ACCEPT: CLINICAL,
    Event.ACCEPT_WITH_PRIOR_MDT: CLINICAL,
    Event.DECLINE_REFERRAL: CLINICAL,
    Event.MDT_PROCEED_TEST: MEETING,
    Event.MDT_PROCEED_DIRECT: MEETING,
    Event.MDT_MORE_INFO: MEETING,
    Event.MDT_NOT_SUITABLE: MEETING,
    Event.MDT_RECALL: MEETING,
    Event.LIST_FOR_TEST: CLINICAL,
    Event.LIST_FOR_DEFINITIVE: CLINICAL,
    Event.PATIENT_DECLINES: CLINICAL,
    Event.UNSUITABLE_AT_CONSULT: CLINICAL,
    Event.BOOK_TEST: OFFICE,
    Event.BOOK_DEFINITIVE: OFFICE,
    Event.CANCEL_HOSPITAL: OFFICE | {Role.CLINICIAN},
    Event.CANCEL_PATIENT: OFFICE | {Role.CLINICIAN},
    Event.DID_NOT_ATTEND: OFFICE | {Role.CLINICIAN},
    Event.START_TEST: CLINICAL,
    Event.COMPLETE_TEST: CLINICAL,
    Event.ABANDON_TEST: CLINICAL,
    Event.RESULT_POSITIVE: CLINICAL,
    Event.RESULT_EQUIVOCAL: CLINICAL,
    Event.RESULT_NEGATIVE: CLINICAL,
    Event.REPEAT_TEST: CLINICAL,
    Event.DISCHARGE: CLINICAL,
    Event.START_DEFINITIVE: CLINICAL,
    Event.COMPLETE_DEFINITIVE: CLINICAL,
    Event.ABANDON_DEFINITIVE: CLINICAL,
    Event.PAIN_RETURNS: CLINICAL,
    Event.COMPLETE_FOLLOW_UP: CLINICAL,
    Event.REPEAT_SAME: CLINICAL,
    Event.NEW_PLAN: CLINICAL,
    Event.STOP: CLINICAL,
    Event.PATIENT_WITHDRAWS: STAFF,
    Event.TREATED_ELSEWHERE: STAFF,
    Event.UNCONTACTABLE: STAFF,
    Event.DEATH_NOTIFIED: STAFF,
    Event.DUPLICATE_OR_ERROR: SENIOR,
}


def allowed_roles(asked: Action | Event) -> frozenset[Role]:
    """Give the roles that may do this."""
    return EVENT_PERMISSIONS[asked] if isinstance(asked, Event) else PERMISSIONS[asked]


def may(actor: Actor, asked: Action | Event, *, site: str | None = None) -> bool:
    """Say whether the actor may do this, at this site where it has one."""
    return bool(actor.roles_at(site) & allowed_roles(asked))


def demand(actor: Actor, asked: Action | Event, *, sites: Iterable[str | None] = (None,)) -> None:
    """Raise NotPermittedError, naming the roles that may, unless the actor may do this at every site it touches."""
    for site in sites:
        if not may(actor, asked, site=site):
            raise NotPermittedError(_refusal(actor, asked, site))


def _refusal(actor: Actor, asked: Action | Event, site: str | None) -> str:
    roles = ", ".join(sorted(role.label for role in allowed_roles(asked)))
    what = f"record “{asked.label}”" if isinstance(asked, Event) else asked.label
    where = f" at {site}" if site is not None else ""
    return f"{actor.name} may not {what}{where}. Ask someone with one of these roles: {roles}."
