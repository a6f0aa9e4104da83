"""A believable service that never was: invented sites, staff and patients, with a past that obeys the pathway."""

from flows.demo.make import DemoReport, demo_accounts, make_demo, plan_ahead
from flows.demo.staff import STAFF, StaffMember

__all__ = ["STAFF", "DemoReport", "StaffMember", "demo_accounts", "make_demo", "plan_ahead"]
