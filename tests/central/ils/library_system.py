"""A library system to talk to: a socket that answers as a test says, on a thread of its own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from kiosk.wire.sip2 import Framer, Message, encode, parse

DATE, DUE, LATER = "20261124    093000", "20261222    235900", "20270119    235900"
ONLINE = {
    **dict.fromkeys(("online_status", "checkin_ok", "checkout_ok", "acs_renewal_policy", "status_update_ok"), "Y"),
    **{"offline_ok": "Y", "timeout_period": "100", "retries_allowed": "003"},
    **{"date_time_sync": DATE, "protocol_version": "2.00"},
}
Answer = Callable[[Message], Message | bytes | None]
"""What to say to a request: a message, bytes as they are, or nothing at all."""


@dataclass(slots=True)
class LibrarySystem:
    """Lends, takes back and tells, from a table of who has what. `deaf_to` names requests that it does and never
    answers, `unheard` those that it never hears at all."""

    lent: dict[str, str] = field(default_factory=dict)
    """Item → card."""
    deaf_to: set[str] = field(default_factory=set)
    unheard: set[str] = field(default_factory=set)
    overrides: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ignores_cancel: bool = False
    due: dict[str, str] = field(default_factory=dict)
    """Item → due date, where it is not `DUE`."""
    ready: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    _listener: socket.socket | None = None
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        assert self._listener is not None
        return int(self._listener.getsockname()[1])

    def start(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Close everything, as a system does that is shut down."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def hang_up(self) -> None:
        """Close the connections and go on listening."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        framer = Framer()
        with suppress(OSError):
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            while data := connection.recv(4096):
                for raw in framer.feed(data):
                    self._answer(connection, parse(raw))

    def _answer(self, connection: socket.socket, request: Message) -> None:
        self.asked.append(request.code)
        if request.code in self.unheard:
            return
        answer = self.overrides.get(request.code, self._done)(request)
        if answer is None or request.code in self.deaf_to:
            return
        if isinstance(answer, Message):
            answer = encode(Message(answer.code, answer.fixed, answer.fields, request.sequence))
        connection.sendall(answer)

    def _done(self, request: Message) -> Message | None:
        item, card = request.first("AB") or "", request.first("AA") or ""
        match request.code:
            case "93":
                return Message("94", {"ok": "1" if request.first("CO") == "secret" else "0"})
            case "99":
                return Message("98", ONLINE, {"AO": ["M"], "BX": ["Y" * 16]})
            case "11":
                return self._lends(request, item, card)
            case "09":
                was = self.lent.pop(item, None) is not None
                fixed = {"ok": "1" if was else "0", "resensitize": "Y", "magnetic_media": "N"}
                fixed |= {"alert": "N" if was else "Y", "transaction_date": DATE}
                return Message("10", fixed, {"AO": ["M"], "AB": [item], "AQ": ["east"]})
            case "17":
                fixed = {"circulation_status": "04" if item in self.lent else "03", "security_marker": "00"}
                fixed |= {"fee_type": "01", "transaction_date": DATE}
                due = [self.due.get(item, DUE)] if item in self.lent else [""]
                return Message("18", fixed, {"AB": [item], "AJ": ["川菜入门"], "AH": due})
            case "63":
                return self._patron(card, request.fixed["summary"].find("Y"))
            case "29":
                return self._renews(item, card)
            case _:
                return None

    def _lends(self, request: Message, item: str, card: str) -> Message:
        if request.first("BI") == "Y":
            if not self.ignores_cancel:
                self.lent.pop(item, None)
            ok, renewed = True, False
        else:
            renewed = self.lent.get(item) == card
            ok = renewed or item not in self.lent
            if ok:
                self.lent[item] = card
        fixed = {"ok": "1" if ok else "0", "renewal_ok": "Y" if renewed else "N", "magnetic_media": "N"}
        fixed |= {"desensitize": "Y" if ok else "N", "transaction_date": DATE}
        fields = {"AO": ["M"], "AA": [card], "AB": [item], "AJ": ["川菜入门"], "AH": ["20261222    235900"]}
        return Message("12", fixed, fields if ok else fields | {"AF": ["Item checked out to another patron"]})

    def _renews(self, item: str, card: str) -> Message:
        ok = self.lent.get(item) == card
        if ok:
            self.due[item] = LATER
        fixed = {"ok": "1" if ok else "0", "renewal_ok": "Y" if ok else "N", "magnetic_media": "N"}
        fields = {"AO": ["M"], "AA": [card], "AB": [item], "AJ": ["川菜入门"], "AH": [LATER if ok else ""]}
        fields |= {} if ok else {"AF": ["Renewal limit reached"]}
        return Message("30", fixed | {"desensitize": "N", "transaction_date": DATE}, fields)

    def _patron(self, card: str, summary: int = 2) -> Message:
        has = [item for item, who in self.lent.items() if who == card]
        counts = dict.fromkeys(("hold", "overdue", "fine", "recall"), "0000")
        fixed = {f"{name}_items_count": count for name, count in counts.items()}
        fixed |= {"charged_items_count": f"{len(has):04d}", "unavailable_holds_count": f"{len(self.waiting):04d}"}
        fixed["hold_items_count"] = f"{len(self.ready):04d}"
        known = card != "nobody"
        fixed |= {
            "patron_status": " " * 14 if known else "YYYY" + " " * 10,
            "language": "019",
            "transaction_date": DATE,
        }
        listed = {0: {"AS": self.ready}, 2: {"AU": has}, 5: {"CD": self.waiting}}.get(summary, {})
        fields = {"AO": ["M"], "AA": [card], "AE": ["李明" if known else ""], "BL": ["Y" if known else "N"]}
        return Message("64", fixed, fields | {"CB": ["0010"], "BV": ["0.00"]} | listed)
