"""One pooled HTTP session that knows, for each call, whether a byte of the request has left.

That knowledge is what tells "certainly not sent, try again" from "in doubt", so it is taken at the socket and not
guessed from the kind of exception.
"""

import http.client
import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

NETWORK_FAULTS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
"""All that requests, urllib3 and the socket raise when a call fails. Their messages are never shown: they may quote
what was sent."""

_MAX_ANSWER = 1 << 20  # bytes; an answer about 100 recipients is some 15 kB
_local = threading.local()
_lock = threading.Lock()


class AbandonedError(OSError):
    """The caller has given up on this call, so its first byte must not leave."""


class Call:
    """The fate of one call, shared between the thread that runs it and the caller that may give up on it."""

    def __init__(self) -> None:
        self._connection: _Watched | None = None
        self._given_up = False

    @property
    def started(self) -> bool:
        """Whether a byte of the request may have left."""
        return self._connection is not None

    def begin(self, connection: "_Watched") -> None:
        """Note that bytes are about to leave on this connection. Raises AbandonedError when the caller has given up."""
        with _lock:
            if self._given_up:
                raise AbandonedError
            self._connection = connection
            connection.call = self

    def give_up(self, hang_up: bool = True) -> bool:
        """Stop the call; returns whether it is in doubt. A call that had not started never will; one that had is cut
        off, or left to end by itself when `hang_up` is False."""
        with _lock:
            self._given_up = True
            connection = self._connection
            if connection is None:
                return False
            # The connection may already serve the next call: cut only our own.
            if hang_up and connection.call is self and isinstance(connection.sock, socket.socket):
                with suppress(OSError):
                    # Not SSLSocket.shutdown, which frees the TLS state under the reading thread.
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
            return True


class _Watched(HTTPConnection):
    """A connection that tells the running Call before the first byte of a request leaves."""

    call: Call | None = None
    debuglevel = 0  # http.client prints whole requests at a higher level, even one set for every connection
    _connecting = False

    def connect(self) -> None:
        # A proxy's CONNECT goes through send() as well, and is not yet our request.
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        if not self._connecting:
            if self.sock is None:
                self.connect()
            call: Call | None = getattr(_local, "call", None)
            if call is not None:
                call.begin(self)
        super().send(data)


class _TlsConnection(_Watched, HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _WatchedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        return manager


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status with its whole body."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """A call without an answer: a short word for why, and whether a byte may have left."""

    reason: str
    in_doubt: bool


class Wire:
    """The session: `size` kept-alive connections a host, no retries, no redirects, no cookies kept.

    `connect_timeout` and `read_timeout` in seconds. `trust_env` lets the environment name a proxy or a CA bundle."""

    def __init__(self, size: int, connect_timeout: float, read_timeout: float, trust_env: bool) -> None:
        # urllib3 logs paths at DEBUG and quotes an answer it cannot parse at WARNING.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self._timeout = (connect_timeout, read_timeout)
        self._session = requests.Session()
        self._session.trust_env = trust_env
        adapter = _WatchedAdapter(pool_connections=4, pool_maxsize=size, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def fetch(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
    ) -> Answer:
        """Make one request and read its answer whole. Raises one of NETWORK_FAULTS."""
        with self._session.request(
            method,
            url,
            headers=headers,
            data=data,
            params=params,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            self._session.cookies.clear()
            body = bytearray()
            for piece in response.iter_content(16384):
                body += piece
                if len(body) > _MAX_ANSWER:
                    raise ValueError("the answer is too long")
            return Answer(response.status_code, bytes(body))

    def close(self) -> None:
        """Close all kept connections."""
        self._session.close()


@contextmanager
def watching(call: Call) -> Iterator[None]:
    """Let connections used by this thread report to `call`."""
    _local.call = call
    try:
        yield
    finally:
        _local.call = None


def fault_of(error: BaseException, started: bool) -> Fault:
    """A word for a network fault. Whether it leaves a doubt depends only on whether a byte may have left."""
    kinds = {type(link) for link in _chain(error)}

    def any_of(*wanted: type[BaseException]) -> bool:
        return any(issubclass(kind, wanted) for kind in kinds)

    timed_out = any_of(TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)
    if started:
        return Fault("timeout" if timed_out else "connection_lost", in_doubt=True)
    if any_of(socket.gaierror, urllib3.exceptions.NameResolutionError):
        return Fault("name_not_found", in_doubt=False)
    if any_of(ConnectionRefusedError):
        return Fault("refused", in_doubt=False)
    if any_of(requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return Fault("bad_certificate", in_doubt=False)
    return Fault("connect_timeout" if timed_out else "unreachable", in_doubt=False)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
