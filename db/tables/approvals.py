"""What one person asks for and another must approve, cases under a legal hold, and the register of disposals."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from db.tables.base import IDENTITY, STRICT, Row, VersionedRow, document, key, private, words
from db.tables.encrypted import encrypted, protect, row_proof
from db.words import ApprovalKind, ApprovalState

UNLIFTED = text("lifted_at IS NULL")


class ApprovalRow(VersionedRow, table=True):
    """One grave act that somebody asked for: what it is about as it stood then, why, and what another person decided.

    It is about a case or about a proposed plan, whose version it was asked for. `payload` is what is to be done.
    While a destruction is approved and not yet done, the histories of its case may be removed, and at no other time.
    """

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("(case_id IS NULL) <> (proposal_id IS NULL)", name="one_subject"),
        CheckConstraint(
            "state NOT IN ('approved', 'declined') OR (decided_by IS NOT NULL AND decided_by <> asked_by)",
            name="another_person",
        ),
        Index(None, "state", "kind"),
        STRICT,
    )

    id: str = key()
    kind: ApprovalKind = Field(sa_type=words(ApprovalKind, "approval_kind_known"))
    case_id: str | None = Field(default=None, foreign_key="neurolysis_case.id", index=True)
    proposal_id: str | None = Field(default=None, foreign_key="proposal.id", index=True)
    about_version: int
    says: str
    reason: str = private()
    payload: dict[str, object] = document(default_factory=dict, sa_column_kwargs={"info": {"private": True}})
    asked_by: str
    asked_name: str
    asked_role: str
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState = Field(default=ApprovalState.ASKED, sa_type=words(ApprovalState, "approval_state_known"))
    decided_by: str | None = None
    decided_name: str = ""
    decided_at: datetime | None = None
    decision: str = private(default="")
    done_at: datetime | None = None


class LegalHoldRow(VersionedRow, table=True):
    """A case whose record may not be destroyed whatever its age, such as while a claim is open."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index("uq_legal_hold_unlifted", "case_id", unique=True, sqlite_where=UNLIFTED, postgresql_where=UNLIFTED),
        STRICT,
    )

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id")
    reason: str = private()
    placed_by: str
    placed_name: str
    placed_at: datetime
    lifted_by: str | None = None
    lifted_name: str = ""
    lifted_at: datetime | None = None
    lifted_why: str = private(default="")


class DisposalRow(Row, table=True):
    """One line of the register of disposals; never changed and never removed.

    It names the individual, as the law asks, and not the case: what is left under the case's reference names nobody.
    """

    __tablename__ = "disposal"
    __table_args__ = (IDENTITY,)

    id: str = key()
    name: str = encrypted("disposal.name")
    period_from: date
    period_to: date
    destroyed_on: date
    rule: str
    reason: str
    asked_by: str
    approved_by: str
    row_proof: str | None = row_proof()


protect(DisposalRow)
