"""The clinic that is simulated: its places, people and lists, and the referrals that will come."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from db import clinic
from db.engine import Database
from db.incoming import IncomingReferral
from db.meetings import NewMeeting
from db.protocol import ValueChange, change_value
from flows.clock import fixed_clock
from flows.demo.arrivals import (
    FUNDINGS,
    URGENCY_IN_CANCER,
    URGENCY_OTHERWISE,
    Arrival,
    Twist,
    weighed,
)
from flows.demo.chance import stream
from flows.demo.conditions import CONDITIONS
from flows.demo.days import ONE_DAY, at, days_between, holidays_around, is_meeting_day, wall, works
from flows.demo.referrals import referral
from flows.demo.roster import AFTERNOON, MORNING, OVERTIME_MINUTES
from flows.demo.sites import RADIOLOGISTS, SITES, SUITES, UNITS, travel_minutes
from flows.demo.staff import ADMINISTRATOR, COORDINATOR
from flows.desk import Desk
from flows.intake.csv_columns import COLUMNS
from flows.service import Service
from scheduler.problem import Horizon, Radiologist, SchedulingProblem, SuiteSession
from scheduler.vocabulary import Funding, Target, Technique

if TYPE_CHECKING:
    from sqlmodel import Session

NIGHTLY_SECONDS = 1
WEEKS_OF_LISTS = 80  # nobody waits this long for the last visit
LISTS_A_WEEK_EACH = 5  # radiologists of this clinic work full time
REFERRALS_PER_LIST = 1.8  # most referrals lead to two visits, and a list takes about four
SHARE_WITH_MAIL = 0.95  # the letters of the others are posted by hand
SHARE_INCOMPLETE = 0.12
MEETS_AT = time(7)  # before the offices open, since every day of this clinic is lived in its morning
MEETING_MINUTES = 1200  # so that a meeting reaches every case; this clinic is about what happens afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What one simulation is made of; `first` is the day of the first referral."""

    seed: int
    cases: int
    weeks: int
    first: date

    @property
    def last(self) -> date:
        """The last day there are lists."""
        return self.first + timedelta(weeks=WEEKS_OF_LISTS)

    @property
    def referral_days(self) -> tuple[date, ...]:
        """The working days on which referrals come."""
        return tuple(filter(works, days_between(self.first, self.first + timedelta(weeks=self.weeks) - ONE_DAY)))


def found(database: Database, world: World) -> None:
    """Open the clinic: its holidays, then its places, people, lists and meetings through the desk."""
    now = at(world.first, 7, timezone=database.timezone)
    clock = fixed_clock(now, timezone=database.timezone)
    desk = Desk(Service(database=database, clock=clock, owner="founder"), ADMINISTRATOR.actor)

    def calendar(session: Session) -> None:
        for day, name in holidays_around(world.first + timedelta(weeks=26)).items():
            clinic.add_holiday(session, day, name, confirmed=True)

    database.write(calendar, author=ADMINISTRATOR.author, now=now, why="simulated clinic")
    database.write(_search_briefly_at_night(world), author=ADMINISTRATOR.author, now=now, why="simulated clinic")
    desk.set_up(_clinic(world, database.timezone))
    first = next(filter(is_meeting_day, days_between(world.first, world.last)))
    meeting = NewMeeting(on=first, start=MEETS_AT, capacity_minutes=MEETING_MINUTES)
    desk.acting(COORDINATOR.actor).mdt.add_series(meeting, every_weeks=1, until=world.last)


def _search_briefly_at_night(world: World) -> Callable[[Session], object]:
    """A night passes in seconds here, and what the nightly plan finds is not what is looked at."""
    change = ValueChange(
        key="nightly_plan_searches", value=NIGHTLY_SECONDS, effective_from=world.first, source="Simulated clinic."
    )
    return lambda session: change_value(session, change)


def _clinic(world: World, timezone: str) -> SchedulingProblem:
    return SchedulingProblem(
        timezone=timezone,
        horizon=Horizon(start=world.first, end=world.last),
        sites=SITES,
        suites=SUITES,
        radiologists=tuple(_radiologist(key, name, sites) for key, name, sites, *_ in RADIOLOGISTS),
        sessions=tuple(_lists(world, timezone)),
        cases=(),
        equipment=UNITS,
        travel_minutes=travel_minutes(),
    )


def _radiologist(key: str, name: str, sites: tuple[str, ...]) -> Radiologist:
    return Radiologist(
        id=key,
        name=name,
        sites=sites,
        targets=tuple(Target),
        techniques=tuple(Technique),
        max_sessions_per_day=2,
        max_sessions_per_week=LISTS_A_WEEK_EACH,
    )


def _lists(world: World, timezone: str) -> Iterator[SuiteSession]:
    """Give as many lists a week as the referrals of a week need, spread over suites and weekdays."""
    wanted = max(6, round(world.cases / world.weeks / REFERRALS_PER_LIST))
    halves = [
        (suite, weekday, part)
        for part in (MORNING, AFTERNOON)
        for weekday in (1, 3, 0, 4, 2)
        for suite in (SUITES if weekday % 2 else SUITES[::-1])
    ][:wanted]
    for day in filter(works, days_between(world.first, world.last)):
        for suite, weekday, (part, start, end) in halves:
            if weekday == day.weekday():
                yield SuiteSession(
                    id=f"{suite.id}-{day:%Y-%m-%d}-{part}",
                    suite=suite.id,
                    start=at(day, *wall(start), timezone=timezone),
                    end=at(day, *wall(end), timezone=timezone),
                    funding=tuple(Funding),
                    overtime_minutes=OVERTIME_MINUTES,
                    anaesthetist=True,
                )


def arrivals(world: World) -> dict[date, list[Arrival]]:
    """Give the referrals of each day; which items one lacks is its twist."""
    days = world.referral_days
    coming: dict[date, list[Arrival]] = {day: [] for day in days}
    for number in range(1, world.cases + 1):
        chance = stream(world.seed, "clinic", number)
        day = days[(number - 1) * len(days) // world.cases]
        condition = weighed(chance, [(one, one.share) for one in CONDITIONS])
        coming[day].append(
            Arrival(
                number=number,
                received_on=day,
                condition=condition,
                technique=chance.choice(condition.techniques),
                laterality=chance.choice(condition.sides),
                urgency=weighed(chance, URGENCY_IN_CANCER if condition.cancer else URGENCY_OTHERWISE),
                funding=weighed(chance, FUNDINGS),
                pain_score=chance.randint(6, 9),
                opioid_dose_mg=chance.choice((0, 20, 40, 60, 120)),
                twist=Twist.COMPLETED_LATER if chance.random() < SHARE_INCOMPLETE else None,
            )
        )
    return {day: sent for day, sent in coming.items() if sent}


def post(world: World, folder: Path) -> None:
    """Write the referral file of every day, as referrers would send it."""
    folder.mkdir(parents=True)
    for day, sent in arrivals(world).items():
        whole = [referral(world.seed, arrival, today=world.first) for arrival in sent]
        _write(folder / f"{day.isoformat()}.csv", [replace(one, received_on=day) for one in whole])


def _write(path: Path, referrals: Sequence[IncomingReferral]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(COLUMNS), restval="")
        writer.writeheader()
        writer.writerows(_row(one) for one in referrals)


def _address(who: str, key: str) -> str:
    return f"{who}-{zlib.crc32(key.encode())}@example.com"


def _row(one: IncomingReferral) -> dict[str, object]:
    """Write a referral as a row; an item it lacks leaves its cells empty."""
    items = {item.key: item for item in one.items}
    has_mail = stream(0, "mail", one.key).random() < SHARE_WITH_MAIL
    numbers = {number.kind: number.value for number in one.patient.identifiers}
    assert one.technique is not None
    assert one.laterality is not None
    assert one.urgency is not None
    row: dict[str, object] = {
        "referral_id": one.key,
        "family_name": one.patient.family_name,
        "given_names": one.patient.given_names,
        "birth_date": one.patient.birth_date,
        "sex": one.patient.sex,
        "phone": one.patient.phone,
        "email": _address("patient", one.key) if has_mail else "",
        "suburb": one.patient.suburb,
        "postcode": one.patient.postcode,
        "general_practitioner": one.patient.general_practitioner,
        "general_practitioner_email": _address("gp", one.key) if has_mail and one.patient.general_practitioner else "",
        "medicare_number": numbers.get("medicare"),
        "dva_number": numbers.get("dva"),
        "fund": "Example Health Fund" if "fund" in numbers else "",
        "fund_number": numbers.get("fund"),
        "funding": one.funding.value,
        "referrer_name": one.referrer.name,
        "provider_number": one.referrer.provider_number,
        "referrer_email": _address("referrer", str(one.referrer.provider_number)),
        "referrer_specialty": one.referrer.specialty,
        "written_on": one.written_on,
        "target": one.target.value,
        "technique": one.technique.value,
        "laterality": one.laterality.value,
        "urgency": one.urgency.value,
        "cancer": "yes" if one.cancer else "no",
        "diagnosis": one.diagnosis,
        "pain_site": one.pain_site,
        "pain_score": one.pain_score,
        "opioid_dose_mg": one.opioid_dose_mg,
        "treatments_tried": "Medicines and physiotherapy",
        "medicines": "; ".join(one.medicines),
        "allergies": one.allergies if "R5" in items else "",
        "devices": one.devices,
        "renal_function": "eGFR 80",
    }
    titles = {"R1": ("imaging", "CT"), "R2": ("bloods", "FBC; INR; UEC; LFT"), "R3": ("consult", "Specialist letter")}
    for key, (stem, title) in titles.items():
        if key in items:
            row |= {
                f"{stem}_date": items[key].dated,
                f"{stem}_title": title,
                f"{stem}_reference": items[key].reference,
            }
    return row
