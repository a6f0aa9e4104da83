"""Every word of setting up that the screens and commands use, in one place."""

from __future__ import annotations

from db.keeping.lines import (
    ComingList,
    KeptHistory,
    LeaveLine,
    ProtocolChangeLine,
    ProtocolLine,
    ServiceLine,
    SignInLine,
    SitePlace,
    StaffLine,
    Step,
    SuitePlace,
    TemplateLine,
    UnitLine,
)
from db.keeping.lists import ListShape
from db.keeping.places import SiteFacts, SuiteFacts
from db.keeping.staff import Credentials
from db.keeping.templates import Pattern
from db.words import ChangeState, ProtocolPart
from flows.keeping.breaking import Broken
from flows.keeping.change import Change
from flows.keeping.days import AddHoliday, ConfirmHoliday, RemoveHoliday
from flows.keeping.keeping import Preview, Saved
from flows.keeping.lists import AddList, AddTemplate, CloseList, EndTemplate, MakeLists, OpenList, ReshapeList
from flows.keeping.machines import AddService, AddUnit, ChangeUnit, EndService, EndUnit
from flows.keeping.places import AddSite, AddSuite, ChangeSite, ChangeSuite, EndSite, EndSuite
from flows.keeping.protocol import ApproveProtocol, DeclineProtocol, ProposeProtocol
from flows.keeping.staff import AddLeave, AddRadiologist, ChangeRadiologist, EndLeave, EndRadiologist

__all__ = [
    "AddHoliday",
    "AddLeave",
    "AddList",
    "AddRadiologist",
    "AddService",
    "AddSite",
    "AddSuite",
    "AddTemplate",
    "AddUnit",
    "ApproveProtocol",
    "Broken",
    "Change",
    "ChangeRadiologist",
    "ChangeSite",
    "ChangeState",
    "ChangeSuite",
    "ChangeUnit",
    "CloseList",
    "ComingList",
    "ConfirmHoliday",
    "Credentials",
    "DeclineProtocol",
    "EndLeave",
    "EndRadiologist",
    "EndService",
    "EndSite",
    "EndSuite",
    "EndTemplate",
    "EndUnit",
    "KeptHistory",
    "LeaveLine",
    "ListShape",
    "MakeLists",
    "OpenList",
    "Pattern",
    "Preview",
    "ProposeProtocol",
    "ProtocolChangeLine",
    "ProtocolLine",
    "ProtocolPart",
    "RemoveHoliday",
    "ReshapeList",
    "Saved",
    "ServiceLine",
    "SignInLine",
    "SiteFacts",
    "SitePlace",
    "StaffLine",
    "Step",
    "SuiteFacts",
    "SuitePlace",
    "TemplateLine",
    "UnitLine",
]
