"""The usual way to keep a USSD session: a FastAPI endpoint in the thread pool with an SQLModel session on psycopg."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, FastAPI, Request, Response
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlmodel import Field, Session, SQLModel

THREADS = 40
"""As many connections as Starlette's thread pool has threads: waiting for one is not what is measured."""


class BenchSession(SQLModel, table=True):
    """What a session keeps at the least: who, how far, and the text so far."""

    __tablename__ = "bench_session"

    session_id: str = Field(primary_key=True)
    number: str = Field(index=True)
    hop: int = 0
    text: str = ""
    ended: bool = False
    last_at: datetime


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def create_app(database: str) -> FastAPI:
    """One indexed SELECT and one INSERT or UPDATE a hop, committed; no person, no seal, no events."""
    url = make_url(database).set(drivername="postgresql+psycopg")
    engine = create_engine(url, pool_size=THREADS, max_overflow=0)
    SQLModel.metadata.tables["bench_session"].create(engine, checkfirst=True)
    app = FastAPI(openapi_url=None)

    @app.post("/ussd")
    def ussd(form: Annotated[dict[str, str], Depends(_form)]) -> Response:
        with Session(engine) as session:
            row = session.get(BenchSession, form["sessionId"])
            now = datetime.now(UTC)
            if row is None:
                row = BenchSession(session_id=form["sessionId"], number=form["phoneNumber"], last_at=now)
            row.hop += 1
            row.text = form["text"]
            row.last_at = now
            row.ended = row.hop == 3
            reply = "END Thank you." if row.ended else "CON Welcome.\n1 I am fine\n2 Call me"
            session.add(row)
            session.commit()
        return Response(reply, media_type="text/plain")

    return app
