"""The SIP2 server's sockets: one thread a connection, TLS where a certificate is set."""

from __future__ import annotations

import hmac
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.acs.answers import Answers, Terminal
from kiosk.central.acs.conversation import Conversation
from kiosk.central.acs.proof import PinJudge, beforehand
from kiosk.central.acs.settings import AccountSettings, Sip2Settings
from kiosk.central.answering import Desk
from kiosk.central.store import writing
from kiosk.rules.lending import Setting
from kiosk.rules.policy import ALL
from kiosk.wire.sip2 import Dialect, Message

MOST_CONNECTIONS = 256
SHORTEST_PASSWORD = 8
PIECE = 4_096
CLOSE_S = 2.0
LOGIN_S = 30.0
"""Whoever has not logged in by then is no self-check."""

log = logging.getLogger(__name__)


class BadAccount(Exception):
    """An account that cannot be used; the text says which, and what is wrong."""


class Sip2Server:
    """Listens from `start` to `stop`. `changed` is called after each request that may have changed something."""

    def __init__(
        self,
        settings: Sip2Settings,
        site: str,
        desk: Desk,
        engine: Engine,
        changed: Callable[[], None],
        judge: PinJudge | None = None,
    ) -> None:
        """`judge`: the library's own system, where it judges PINs. Raises `BadAccount`, and `OSError` for files of TLS
        that cannot be read."""
        self._settings = settings
        self._site = site
        self._desk = desk
        self._engine = engine
        self._changed = changed
        self._judge = judge
        self._passwords = {account.name: _password(account) for account in settings.account}
        self._accounts = {account.name: account for account in settings.account}
        self._tls = _context(settings)
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self) -> int:
        """Begin to listen; the port. Raises `OSError` where it is taken."""
        self._listener = socket.create_server((self._settings.host, self._settings.port))
        thread = threading.Thread(target=self._accept, name="sip2", daemon=True)
        self._threads.append(thread)
        thread.start()
        return int(self._listener.getsockname()[1])

    def stop(self) -> None:
        """End every connection. A request that is being done is committed or rolled back as a whole."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(CLOSE_S)

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with self._lock:
                full = len(self._open) >= MOST_CONNECTIONS
                if not full:
                    self._open.add(connection)
                self._threads = [thread for thread in self._threads if thread.is_alive()]
            if full:
                log.warning("SIP2: more than %d connections; one was refused", MOST_CONNECTIONS)
                connection.close()
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), name="sip2-client", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            plain.settimeout(LOGIN_S)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(plain, server_side=True)
                with self._lock:
                    self._open.discard(plain)
                    self._open.add(connection)
            self._converse(connection)
        except (OSError, DBAPIError) as trouble:
            log.info("SIP2: a connection ended: %s", type(trouble).__name__)
        finally:
            with self._lock:
                self._open -= {plain, connection}
            connection.close()

    def _converse(self, connection: socket.socket) -> None:
        """Answer until the other side goes, or the store cannot be used: then the self-check goes off line at once."""
        session = _Session(self)
        dialect = Dialect(self._settings.encoding, self._settings.delimiter)
        conversation = Conversation(dialect, session.log_in, session.answer)
        while data := connection.recv(PIECE):
            reply = conversation.receive(data)
            if reply.data:
                connection.sendall(reply.data)
            if reply.close:
                return
            if conversation.logged_in:
                connection.settimeout(self._settings.idle_s)

    def account_of(self, request: Message) -> AccountSettings | None:
        """Whose login this is; None where name or password are wrong."""
        name, password = request.first("CN") or "", request.first("CO") or ""
        wanted = self._passwords.get(name, "")
        right = hmac.compare_digest(wanted.encode(), password.encode()) and bool(wanted)
        if not right:
            log.warning("SIP2: a login was refused")
        return self._accounts[name] if right else None

    def answer(self, account: AccountSettings | None, request: Message) -> Message:
        """Do what is asked, in one transaction; a PIN is looked at before it, for that takes long."""
        institution = self._settings.institution or self._site
        terminal = Terminal(self._settings, institution, "" if account is None else account.name)
        setting = Setting(self._desk.policy, datetime.now(UTC), ALL if account is None else account.branch)
        before = beforehand(self._engine, self._settings.pins, self._judge, request, setting.now)
        with writing(self._engine) as connection:
            answer = Answers(connection, setting, terminal, request, before).answer()
        self._changed()
        return answer._replace(sequence=request.sequence)


class _Session:
    """Who is at the other end of one connection."""

    def __init__(self, server: Sip2Server) -> None:
        self._server = server
        self._account: AccountSettings | None = None

    def log_in(self, request: Message) -> bool:
        self._account = self._server.account_of(request)
        return self._account is not None

    def answer(self, request: Message) -> Message:
        return self._server.answer(self._account, request)


def _password(account: AccountSettings) -> str:
    path: Path = account.password_file
    try:
        password = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadAccount(f"sip2.account {account.name}: {path}: cannot be read: {trouble}") from None
    if len(password) < SHORTEST_PASSWORD:
        raise BadAccount(
            f"sip2.account {account.name}: {path}: expected a password of at least {SHORTEST_PASSWORD} characters"
        )
    return password


def _context(settings: Sip2Settings) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.key)
    return context
