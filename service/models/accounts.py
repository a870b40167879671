"""Who signs in to the dashboard, with what, and from which browsers. All times are the wall clock's."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference, sealed


class DashboardUser(SQLModel, table=True):
    """Somebody who signs in to the dashboard. ``sign_in_mac`` is the hash of a one-time sign-in.

    ``totp_secret`` is in force; ``totp_pending`` waits for its first code. ``totp_step`` is the last half
    minute of which a code was taken: none is taken twice.
    """

    __tablename__ = "dashboard_user"
    __table_args__ = (
        UniqueConstraint("email_index"),
        one_of("role", "administrator", "supervisor", "me", "editor", "auditor"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    email_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    email: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    role: str
    staff_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    sign_in_mac: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    sign_in_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    password_hash: str | None = None
    totp_secret: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    totp_pending: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    totp_step: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    last_sign_in_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    removed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class RecoveryCode(SQLModel, table=True):
    """One of ten codes that stand in, once each, for a phone that is lost. Only the hash is kept."""

    __tablename__ = "recovery_code"

    user_id: int = Field(sa_column=reference("dashboard_user.id", primary_key=True))
    code_mac: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SignInTry(SQLModel, table=True):
    """One try to sign in, counted before it is checked: once for the account and once for the address it came from.

    ``whose`` is a blind index, so that neither an e-mail nor an address is kept; what succeeds is not counted.
    """

    __tablename__ = "sign_in_try"
    __table_args__ = (
        one_of("kind", "account", "address"),
        Index("ix_sign_in_try_whose_tried_at", "whose", "tried_at"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    kind: str
    whose: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    tried_at: datetime = Field(sa_column=instant())


class DashboardSession(SQLModel, table=True):
    """A signed-in browser: only the hash of its token is kept. ``by_code``: begun by a one-time sign-in."""

    __tablename__ = "dashboard_session"
    __table_args__ = (Index("ix_dashboard_session_user_id", "user_id"),)

    token_mac: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    user_id: int = Field(sa_column=reference("dashboard_user.id"))
    started_at: datetime = Field(sa_column=instant())
    seen_at: datetime = Field(sa_column=instant())
    by_code: bool = False
