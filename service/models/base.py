"""What every table shares: constraint names that do not depend on the server, UTC instants, closed word lists."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    DefaultClause,
    ForeignKey,
    Identity,
    LargeBinary,
    MetaData,
    text,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import SQLModel

# Deterministic names let Alembic's migrations and the models' own metadata produce the same schema.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def identity() -> Any:
    """A bigint key. Rows with sealed columns reserve it first, since the seal is bound to it."""
    return Column(BigInteger, Identity(always=False), primary_key=True)


def reference(
    target: str, *, nullable: bool = False, primary_key: bool = False, ondelete: str = "RESTRICT"
) -> Any:
    """A foreign key to ``table.column``."""
    return Column(
        BigInteger,
        ForeignKey(target, ondelete=ondelete),
        nullable=nullable and not primary_key,
        primary_key=primary_key,
    )


def instant(*, nullable: bool = False) -> Any:
    """A UTC instant."""
    return Column(DateTime(timezone=True), nullable=nullable)


def sealed(*, nullable: bool = False) -> Any:
    """AES-GCM ciphertext bound to its table, column and row (``service.security.sealing``)."""
    return Column(LargeBinary, nullable=nullable)


def one_of(column: str, *words: str) -> CheckConstraint:
    """The column holds one of these words, or NULL where it may."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def mirror_defaults(metadata: MetaData) -> None:
    """Give the database the defaults the models have: the hop, the send and ``apply`` write plain SQL."""
    for table in metadata.tables.values():
        for column in table.columns:
            default = column.default
            if not isinstance(default, ScalarElementColumnDefault) or column.server_default is not None:
                continue
            value = default.arg
            literal = str(value).lower() if isinstance(value, bool) else str(value)
            column.server_default = DefaultClause(
                text(f"'{literal}'") if isinstance(value, str) else text(literal)
            )
