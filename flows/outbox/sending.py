"""Each letter leaves once: what is about to be tried is kept first, then the letter goes, then that it went is kept.

A worker that dies on the way leaves the letter under way. Who takes over sends it again where the channel knows the
same letter; where it cannot (SMTP), a letter that may have gone is never repeated and becomes a person's task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from db import boards, documents, due_steps, outbox
from db.due_steps import DueStep
from db.identity import who_is
from db.light import light_of
from db.outbox import Letter
from db.words import DocumentKind, SendState
from flows.outbox.channel import Channel, NotSentError, RefusedError, UnknownOutcomeError
from flows.outbox.chosen import channel_named
from flows.outbox.letters import NotWordedError, OvertakenError, write_letter
from flows.outbox.message import Message, Written, read_document
from flows.outbox.settings import ChannelName, OutboxSettings, outbox_settings
from flows.outbox.telling import Told, written_out
from flows.service import MACHINE, Service
from flows.words import StepOutcome
from scheduler.errors import BadInputError
from scheduler.pathway.effects import Audience

if TYPE_CHECKING:
    from sqlmodel import Session

T = TypeVar("T")

TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)  # doubled after every try, so the last comes about two hours after the first
MARGIN = timedelta(seconds=10)  # on top of the longest delivery, before somebody else may take over


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A letter that has been written and may leave now on this channel."""

    letter: Letter
    message: Message
    channel: Channel


def send_letter(service: Service, step: DueStep) -> StepOutcome:
    """Work the step that sends one letter; says how it ended."""
    try:
        settings = outbox_settings()
    except BadInputError as fault:
        return _another_time(service, step, str(fault))
    attempt = _in_one_go(service, step, lambda session: _begin(service, session, step, settings))
    if attempt is None:
        return StepOutcome.DONE
    try:
        receipt = attempt.channel.deliver(attempt.message)
    except NotSentError as fault:
        return _another_time(service, step, str(fault))
    except RefusedError as fault:
        return _hand_over(service, step, SendState.FAILED, str(fault))
    except UnknownOutcomeError as fault:
        return _hand_over(service, step, SendState.UNKNOWN, str(fault))
    return _in_one_go(service, step, lambda session: _end(service, session, step, receipt))


def letter_of(step: DueStep) -> str:
    """Give the id of the letter a step sends."""
    return str(step.payload["letter"])


def write_down(session: Session, letter: Letter, service: Service, settings: OutboxSettings) -> tuple[str, Written]:
    """Write a letter from the case as it stands, and keep it as a document; gives the document's id and the letter.

    This is where a letter learns who the patient is, and the audit trail is told of the look.
    """
    now = service.clock.now()
    told = Told(
        letter=letter,
        page=boards.tellable_case(session, letter.case_ref),
        who=who_is(session, letter.case_ref),
        light=light_of(session, now),
        zone=ZoneInfo(service.clock.timezone),
        settings=settings,
    )
    before = outbox.letter(session, letter.replaces) if letter.replaces else None
    went = before if before is not None and before.state in {SendState.SENT, SendState.UNKNOWN} else None
    day = went.attempted_at or went.ended_at if went else None
    written = write_letter(told, replaced=written_out(day.astimezone(told.zone).date()) if day else "")
    kept = documents.keep(
        session,
        kind=DocumentKind.LETTER,
        title=written.subject,
        text=written.as_document(),
        case_ref=letter.case_ref,
        replaces=before.document_id if before else None,
    )
    return kept.id, written


def _begin(service: Service, session: Session, step: DueStep, settings: OutboxSettings) -> Attempt | None:
    """Make ready and write down that it is tried; None when there is nothing to try, and the step is done."""
    due_steps.hold(session, step)
    attempt = _ready(service, session, outbox.letter(session, letter_of(step)), settings)
    if attempt is None:
        due_steps.finish(session, step, now=service.clock.now())
        return None
    due_steps.lengthen(session, step, service.clock.now() + attempt.channel.longest + MARGIN)
    return attempt


def _ready(service: Service, session: Session, letter: Letter, settings: OutboxSettings) -> Attempt | None:
    if letter.state not in {SendState.WAITING, SendState.UNDER_WAY}:
        return None
    name = ChannelName(letter.channel) if letter.state is SendState.UNDER_WAY else settings.channel
    channel = channel_named(name, settings, service.home)
    if letter.state is SendState.UNDER_WAY and not channel.repeatable:
        _ask_whether_it_came(session, letter)
        return None
    try:
        document, written = _written(service, session, letter, settings)
    except OvertakenError as why:
        outbox.drop(session, letter.id, why=str(why))
        return None
    except NotWordedError as why:
        says = _says(letter, SendState.FAILED, str(why))
        outbox.give_to_person(session, letter.id, SendState.FAILED, says=says, problem=str(why))
        return None
    if written.to is None:
        says = _says(letter, SendState.TO_POST, "")
        outbox.give_to_person(session, letter.id, SendState.TO_POST, says=says, document_id=document)
        return None
    tried = outbox.begin(session, letter.id, channel=channel.name, document_id=document)
    # Dated by when it was asked for, since every attempt must give the same bytes.
    message = Message(id=letter.id, written=written, at=letter.queued_at, sender=settings.mail_from)
    return Attempt(letter=tried, message=message, channel=channel)


def _ask_whether_it_came(session: Session, letter: Letter) -> None:
    problem = "The service stopped while the letter was being sent."
    says = _says(letter, SendState.UNKNOWN, problem)
    outbox.give_to_person(session, letter.id, SendState.UNKNOWN, says=says, problem=problem)


def _written(service: Service, session: Session, letter: Letter, settings: OutboxSettings) -> tuple[str, Written]:
    """Write the letter, or read back what an earlier attempt wrote."""
    if letter.document_id is None:
        return write_down(session, letter, service, settings)
    return letter.document_id, read_document(documents.read(session, letter.document_id).text)


def _end(service: Service, session: Session, step: DueStep, receipt: str) -> StepOutcome:
    due_steps.hold(session, step)
    outbox.sent(session, letter_of(step), receipt=receipt)
    due_steps.finish(session, step, now=service.clock.now())
    return StepOutcome.DONE


def _another_time(service: Service, step: DueStep, problem: str) -> StepOutcome:
    """Nothing has left: try again after a pause, and after the last try hand it to a person."""
    if step.failures + 1 >= TRIES:
        return _hand_over(service, step, SendState.FAILED, problem)
    now = service.clock.now()

    def put_back(session: Session) -> StepOutcome:
        due_steps.hold(session, step)
        if outbox.letter(session, letter_of(step)).state in {SendState.WAITING, SendState.UNDER_WAY}:
            outbox.put_back(session, letter_of(step), problem=problem)
        pause = FIRST_PAUSE * 2**step.failures
        due_steps.fail(session, step, now=now, error=problem, park_after=TRIES, pause=pause)
        return StepOutcome.FAILED

    return _in_one_go(service, step, put_back)


def _hand_over(service: Service, step: DueStep, state: SendState, problem: str) -> StepOutcome:
    def hand_over(session: Session) -> StepOutcome:
        due_steps.hold(session, step)
        letter = outbox.letter(session, letter_of(step))
        outbox.give_to_person(session, letter.id, state, says=_says(letter, state, problem), problem=problem)
        due_steps.finish(session, step, now=service.clock.now())
        return StepOutcome.PARKED

    return _in_one_go(service, step, hand_over)


_READERS = {"gp": "the general practitioner", "mdt": "the meeting", "palliative_team": "the palliative care team"}


def _says(letter: Letter, state: SendState, problem: str) -> str:
    """Say what a person has to do about a letter, and that ticking the task off means it is done."""
    reader = _READERS.get(letter.audience.value, f"the {letter.audience.value}")
    what = f"letter “{letter.kind.value.replace('_', ' ')}” to {reader} ({letter.name})"
    by_hand = "print and post it, then tick this off"
    by_phone = ", or telephone where there is no time for post" if letter.audience is Audience.PATIENT else ""
    again = f'neurolist letter {letter.name} --resend "the reason"'
    return {
        SendState.TO_POST: f"No e-mail address is known for the {what}: {by_hand}{by_phone}.",
        SendState.FAILED: f"The {what} could not be sent. {problem} Either {by_hand}; or put it right and use: {again}",
        SendState.UNKNOWN: (
            f"Nobody knows whether the {what} was sent. {problem} Ask the reader: if it came, tick this off; "
            f"if not, use: {again}"
        ),
    }[state]


def _in_one_go(service: Service, step: DueStep, work: Callable[[Session], T]) -> T:
    return service.database.write(work, author=MACHINE, now=service.clock.now(), why=f"step {step.name}")
