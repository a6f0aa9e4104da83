"""Each letter leaves exactly once, whatever is killed on the way; what cannot be known becomes a person's task."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import event as sql_event

from db import boards, due_steps, outbox, tasks
from db.engine import open_database
from db.outbox import LETTER_TASK, SEND_STEP
from db.words import SendState
from flows.outbox import sending
from flows.outbox.by_smtp import SmtpChannel
from flows.outbox.to_files import FileChannel
from flows.steps import re_drive, run_due_steps
from flows.words import StepOutcome
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role
from tests.builders.letters import an_accepted_case
from tests.builders.mail_server import a_mail_server
from tests.builders.memory import CLERK, a_patient, read, step, write
from tests.builders.service import MovingClock, a_service

LATER = timedelta(minutes=10)
KILLED = 9


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    return a_service(sqlite_database, source=clock)


def letters(service, **which):
    return read(service.database, lambda session: outbox.letters(session, **which))


def to_patient(service):
    (found,) = [letter for letter in letters(service) if letter.audience.value == "patient"]
    return found


def states(service):
    return {letter.state for letter in letters(service)}


def send(service):
    return run_due_steps(service, names=(SEND_STEP,), patiently=True)


def files(service):
    return sorted(path.name for path in (service.home / "outbox").iterdir())


def all_tasks(service):
    return read(service.database, lambda session: boards.tasks(session, now=service.clock.now()))


def letter_tasks(service):
    return [task for task in all_tasks(service) if task.kind == LETTER_TASK]


def by_smtp(monkeypatch, server):
    settings = {
        "OUTBOX": "smtp",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(server.port),
        "SMTP_SECURITY": "none",
        "SMTP_TIMEOUT": "2",
        "MAIL_FROM": "clinic@example.org",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"NEUROLIST_{name}", value)


# The ordinary day


def test_letters_become_files_and_are_kept_as_documents(service):
    an_accepted_case(service.database)
    assert {report.outcome for report in send(service)} == {StepOutcome.DONE}
    found = letters(service)
    assert {letter.state for letter in found} == {SendState.SENT}
    assert files(service) == sorted(f"{letter.id}.eml" for letter in found)
    assert all(letter.document_id and letter.attempts == 1 for letter in found)
    assert service.database.verify_trail().fault is None


def test_nothing_is_sent_twice_by_asking_twice(service):
    an_accepted_case(service.database)
    send(service)
    assert send(service) == ()
    assert SEND_STEP not in {report.name for report in re_drive(service)}
    assert all(letter.attempts == 1 for letter in letters(service))


def test_a_letter_with_nowhere_to_go_becomes_a_task_to_print_and_post(service):
    an_accepted_case(service.database, patient=a_patient(1))
    send(service)
    letter = to_patient(service)
    (task,) = letter_tasks(service)
    assert (letter.state, letter.task_id) == (SendState.TO_POST, task.id)
    assert task.role is Role.BOOKINGS
    assert "print and post it" in task.says
    assert letter.name in task.says
    assert task.about == letter.name
    assert files(service) == [f"{other.id}.eml" for other in letters(service) if other.state is SendState.SENT]


def test_ticking_the_task_off_says_that_the_letter_was_posted(service):
    an_accepted_case(service.database, patient=a_patient(1))
    send(service)
    (task,) = letter_tasks(service)
    write(service.database, lambda session: tasks.finish(session, task.id, actor=CLERK, now=service.clock.now()))
    assert to_patient(service).state is SendState.SENT
    assert to_patient(service).receipt == "posted, says A Clerk"


# Cases that move on


def test_the_letters_of_a_patient_who_died_are_dropped_with_their_tasks(service):
    ref = an_accepted_case(service.database, patient=a_patient(1))
    run_due_steps(service, names=(SEND_STEP,))
    step(service.database, ref, Event.DEATH_NOTIFIED, died_on="2026-11-23", source="Family")
    assert to_patient(service).state is SendState.DROPPED
    assert letter_tasks(service) == []


def test_a_death_before_anything_was_sent_leaves_nothing_to_send(service):
    ref = an_accepted_case(service.database)
    step(service.database, ref, Event.DEATH_NOTIFIED, died_on="2026-11-23", source="Family")
    assert send(service) == ()
    assert states(service) == {SendState.DROPPED}
    assert not (service.home / "outbox").exists()


def test_a_case_that_ends_still_answers_and_drops_what_is_no_longer_true(service):
    ref = an_accepted_case(service.database)
    asked = {"requested_by": "Patient", "requested_on": "2026-11-24", "channel": "phone"}
    step(service.database, ref, Event.PATIENT_WITHDRAWS, **asked)
    send(service)
    found = {(letter.kind.value, letter.audience.value): letter.state for letter in letters(service)}
    assert found["accepted", "patient"] is SendState.DROPPED
    assert found["removed", "patient"] is SendState.SENT
    assert found["removed", "referrer"] is SendState.SENT
    dropped = [letter.problem for letter in letters(service) if letter.state is SendState.DROPPED]
    assert all("The case has ended (Withdrawn)" in problem for problem in dropped)


def test_the_task_of_a_letter_outlives_the_case_it_answers(service):
    ref = an_accepted_case(service.database, patient=a_patient(1))
    send(service)
    asked = {"requested_by": "Patient", "requested_on": "2026-11-24", "channel": "phone"}
    step(service.database, ref, Event.PATIENT_WITHDRAWS, **asked)
    assert [task.kind for task in all_tasks(service)] == [LETTER_TASK]


def test_a_letter_that_lost_its_step_is_found_by_the_sweep(service, clock):
    ref = an_accepted_case(service.database)
    write(
        service.database,
        lambda session: due_steps.cancel(session, refs=[ref], names=[SEND_STEP], now=service.clock.now()),
    )
    assert send(service) == ()
    re_drive(service)
    clock.pass_(LATER)
    re_drive(service)
    assert states(service) == {SendState.SENT}


# Failure


def test_a_letter_is_tried_again_with_growing_pauses_and_then_handed_to_a_person(service, clock, monkeypatch):
    an_accepted_case(service.database)

    def in_a_day(session):
        return due_steps.due(session, now=clock.at + timedelta(days=1), names=[SEND_STEP])

    with a_mail_server(to_letter="451 come again") as server:
        by_smtp(monkeypatch, server)
        pauses = []
        while to_patient(service).state is SendState.WAITING:
            send(service)
            waiting = read(service.database, in_a_day)
            pauses += [step.due_at - clock.at for step in waiting[:1]]
            clock.pass_(pauses[-1])
    assert pauses == [timedelta(minutes=2**n) for n in range(sending.TRIES - 1)]
    letter = to_patient(service)
    assert (letter.state, letter.attempts) == (SendState.FAILED, sending.TRIES)
    assert any("could not be sent" in task.says and letter.name in task.says for task in letter_tasks(service))
    assert server.letters == []


def test_an_address_that_is_refused_for_good_is_a_task_at_once(service, monkeypatch):
    an_accepted_case(service.database)
    with a_mail_server(to_rcpt="550 no such person") as server:
        by_smtp(monkeypatch, server)
        reports = send(service)
    assert {report.outcome for report in reports} == {StepOutcome.PARKED}
    assert states(service) == {SendState.FAILED}
    assert len(letter_tasks(service)) == 2


def test_a_letter_whose_fate_nobody_knows_is_never_sent_again_by_itself(service, clock, monkeypatch):
    an_accepted_case(service.database)
    with a_mail_server(breaks_before_answer=True) as server:
        by_smtp(monkeypatch, server)
        send(service)
        server.breaks_before_answer = False
        clock.pass_(LATER)
        send(service)
        re_drive(service)
    assert states(service) == {SendState.UNKNOWN}
    assert len(server.letters) == 2
    assert all("Nobody knows whether" in task.says for task in letter_tasks(service))


def test_a_setting_that_cannot_be_used_keeps_letters_waiting(service, monkeypatch):
    an_accepted_case(service.database)
    monkeypatch.setenv("NEUROLIST_OUTBOX", "pigeon")
    assert {report.outcome for report in send(service)} == {StepOutcome.FAILED}
    assert states(service) == {SendState.WAITING}
    assert "NEUROLIST_OUTBOX" in to_patient(service).problem


def test_a_late_worker_whose_letter_was_taken_over_writes_nothing(service, clock, monkeypatch):
    an_accepted_case(service.database)
    other = a_service(service.database, source=clock, owner="worker-2")
    deliver = FileChannel.deliver

    def slowly(channel, message):
        clock.pass_(LATER)  # the lease runs out meanwhile, and another worker does the work
        monkeypatch.setattr(FileChannel, "deliver", deliver)
        send(other)
        return deliver(channel, message)

    monkeypatch.setattr(FileChannel, "deliver", slowly)
    outcomes = [report.outcome for report in send(service)]
    assert outcomes == [StepOutcome.TAKEN_OVER] * 2
    assert states(service) == {SendState.SENT}
    assert len(files(service)) == 2


# Kills: at every commit, and just before and after the letter leaves


def die():
    os._exit(KILLED)


def _at_commit(database, number, *, after):
    seen = []

    def count(*_):
        seen.append(1)
        if len(seen) == number:
            die()

    if after:
        sql_event.listen(database._writer, "checkin", count)
    else:
        sql_event.listen(database._writer, "commit", count)


def _around_delivery(channel, *, after):
    deliver = channel.deliver

    def deadly(self, message):
        if not after:
            die()
        deliver(self, message)
        die()

    channel.deliver = deadly


KILLS = {
    **{
        f"{'after' if after else 'before'} commit {number}": (number, after)
        for number in range(1, 6)
        for after in (0, 1)
    },
    "before the letter leaves": ("deliver", False),
    "after the letter left": ("deliver", True),
}


def killed_worker(settings, clock, kill, channel):
    """Fork a worker that dies at this point; gives its exit code."""
    child = os.fork()
    if child == 0:
        point, after = kill
        database = open_database(settings)
        if point == "deliver":
            _around_delivery(channel, after=after)
        else:
            _at_commit(database, point, after=bool(after))
        try:
            send(a_service(database, source=clock, owner="the killed one"))
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("point", KILLS)
def test_a_kill_at_any_point_loses_no_file_and_makes_no_second_one(service, clock, point):
    an_accepted_case(service.database)
    service.database.close()
    assert killed_worker(service.database.settings, clock, KILLS[point], FileChannel) == KILLED
    clock.pass_(LATER)
    send(service)
    assert states(service) == {SendState.SENT}
    assert files(service) == sorted(f"{letter.id}.eml" for letter in letters(service))
    assert letter_tasks(service) == []
    assert service.database.verify_trail().fault is None


@pytest.mark.parametrize("point", KILLS)
def test_a_kill_at_any_point_sends_no_mail_twice_and_tells_what_nobody_knows(service, clock, monkeypatch, point):
    an_accepted_case(service.database)
    service.database.close()
    with a_mail_server() as server:
        by_smtp(monkeypatch, server)
        killed_worker(service.database.settings, clock, KILLS[point], SmtpChannel)
        clock.pass_(LATER)
        send(service)
    found = letters(service)
    assert {letter.state for letter in found} <= {SendState.SENT, SendState.UNKNOWN}
    ids = [line for content in server.letters for line in content.split(b"\r\n") if line.startswith(b"Message-ID")]
    assert len(ids) == len(set(ids))
    unknown = [letter for letter in found if letter.state is SendState.UNKNOWN]
    assert {letter.task_id for letter in unknown} == {task.id for task in letter_tasks(service)}
    # Only what was about to leave when the worker died can be unknown.
    assert len(unknown) <= 1
    assert len(server.letters) >= len(found) - 1


def test_a_letter_that_nobody_has_worded_is_written_by_hand(service, monkeypatch):
    monkeypatch.setattr("flows.outbox.letters.wording_for", lambda *_: None)
    an_accepted_case(service.database)
    send(service)
    assert states(service) == {SendState.FAILED}
    assert all("write it by hand" in task.says for task in letter_tasks(service))
