"""Every table of the memory, registered in one place."""

from __future__ import annotations

from db.tables.approvals import ApprovalRow, DisposalRow, LegalHoldRow
from db.tables.base import METADATA, add_format_checks
from db.tables.booking import BookingRow, ClaimRow, ProposalRow, UnitPlacementRow
from db.tables.clinic import (
    EquipmentUnitRow,
    HolidayRow,
    LeaveRow,
    ListTemplateRow,
    MaintenanceRow,
    RadiologistRow,
    SiteRow,
    SuiteRow,
    SuiteSessionRow,
    TravelRow,
)
from db.tables.documents import DocumentRow
from db.tables.feeds import CalendarFeedRow
from db.tables.identity import PatientIdentityRow, PractitionerIdentityRow
from db.tables.keys import DataKeyRow
from db.tables.outbox import DeliveryRow
from db.tables.pathway import (
    CaseEventRow,
    CaseItemRow,
    CaseLinkRow,
    CaseRow,
    CaseTraceRow,
    CategoryChangeRow,
    ComplicationRow,
    ConsentRow,
    ContactAttemptRow,
    MdtAttendanceRow,
    MdtItemRow,
    MdtMeetingRow,
    NoteRow,
    NoticeRow,
    NotReadyPeriodRow,
    PerformanceRow,
    ProcedureRecordRow,
    ReadingRow,
    ReviewRow,
    TaskRow,
    TrendRow,
    WaitlistEpisodeRow,
)
from db.tables.people import (
    AccountRoleRow,
    AccountRow,
    EmergencyReadingRow,
    LoginAttemptRow,
    LoginSessionRow,
    RecoveryCodeRow,
    SecondStepRow,
)
from db.tables.protocol import MedicationHoldRow, ProtocolChangeRow, ProtocolProcedureRow, ProtocolValueRow
from db.tables.referral import PatientRow, ReferralRow
from db.tables.studies import ScenarioRow, StudyRow
from db.tables.trail import AuditEventRow, AuditHeadRow
from db.tables.work import ClientWriteRow, CounterRow, DueStepRow

add_format_checks(METADATA)

__all__ = [
    "METADATA",
    "AccountRoleRow",
    "AccountRow",
    "ApprovalRow",
    "AuditEventRow",
    "AuditHeadRow",
    "BookingRow",
    "CalendarFeedRow",
    "CaseEventRow",
    "CaseItemRow",
    "CaseLinkRow",
    "CaseRow",
    "CaseTraceRow",
    "CategoryChangeRow",
    "ClaimRow",
    "ClientWriteRow",
    "ComplicationRow",
    "ConsentRow",
    "ContactAttemptRow",
    "CounterRow",
    "DataKeyRow",
    "DeliveryRow",
    "DisposalRow",
    "DocumentRow",
    "DueStepRow",
    "EmergencyReadingRow",
    "EquipmentUnitRow",
    "HolidayRow",
    "LeaveRow",
    "LegalHoldRow",
    "ListTemplateRow",
    "LoginAttemptRow",
    "LoginSessionRow",
    "MaintenanceRow",
    "MdtAttendanceRow",
    "MdtItemRow",
    "MdtMeetingRow",
    "MedicationHoldRow",
    "NotReadyPeriodRow",
    "NoteRow",
    "NoticeRow",
    "PatientIdentityRow",
    "PatientRow",
    "PerformanceRow",
    "PractitionerIdentityRow",
    "ProcedureRecordRow",
    "ProposalRow",
    "ProtocolChangeRow",
    "ProtocolProcedureRow",
    "ProtocolValueRow",
    "RadiologistRow",
    "ReadingRow",
    "RecoveryCodeRow",
    "ReferralRow",
    "ReviewRow",
    "ScenarioRow",
    "SecondStepRow",
    "SiteRow",
    "StudyRow",
    "SuiteRow",
    "SuiteSessionRow",
    "TaskRow",
    "TravelRow",
    "TrendRow",
    "UnitPlacementRow",
    "WaitlistEpisodeRow",
]
