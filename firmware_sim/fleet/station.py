"""One station without devices: it is born, says how it is, tells returns, and waits for what central acknowledges.

Written from the contract (docs/asyncapi.yaml), with nothing of the kiosk's own code: the two meet on the wire.
Pure: what is to be published comes out, what was heard goes in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

WINDOW = 20
"""Facts ahead of the acknowledgement, at most."""
SAY_AGAIN_S = 5.0
HEALTH_S = 60.0
UP, DOWN = "up", "down"


@dataclass(slots=True)
class Told:
    """One message: topic, payload, and whether the broker keeps it."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(slots=True)
class FleetStation:
    """`epoch` is new with each run, so that central takes its facts for another journal's."""

    site: str
    name: str
    epoch: str
    made: int = 0
    """Facts so far; the last one's seq."""
    acked: int = 0
    sent: int = 0
    waits_since_s: float | None = None
    """Since when the oldest fact that is told waits."""
    waited_s: list[float] = field(default_factory=list)
    made_at_s: dict[int, float] = field(default_factory=dict)
    next_health_s: float = 0.0

    def will(self) -> Told:
        """What the broker says when the station is lost."""
        return self._status("gone", at=datetime(2026, 1, 1, tzinfo=UTC))

    def born(self, at: datetime) -> list[Told]:
        """On a new line: alive, and where its journal stands."""
        self.sent = self.acked
        data: dict[str, object] = {"epoch": self.epoch, "seq": self.made, "oldest": self.acked + 1}
        hello = [self._envelope("lk.station.hello", data, at, f"{self.epoch}.hello")]
        return [self._status("alive", at), Told(self._topic("facts"), json.dumps(hello).encode())]

    def made_one(self, now_s: float) -> None:
        """A book is back."""
        self.made += 1
        self.made_at_s[self.made] = now_s

    def due(self, now_s: float, at: datetime) -> list[Told]:
        """What is to be said now."""
        told: list[Told] = []
        if now_s >= self.next_health_s:
            self.next_health_s = now_s + HEALTH_S
            told.append(self._told("health", "lk.station.health", self._health(now_s), at, f"health.{int(now_s)}"))
        if self.waits_since_s is not None and now_s - self.waits_since_s > SAY_AGAIN_S:
            self.sent, self.waits_since_s = self.acked, None
        last = min(self.made, self.acked + WINDOW)
        if last > self.sent:
            facts = [self._fact(seq, at) for seq in range(self.sent + 1, last + 1)]
            told.append(Told(self._topic("facts"), json.dumps(facts).encode()))
            self.sent = last
            if self.waits_since_s is None:
                self.waits_since_s = now_s
        return told

    def heard(self, payload: bytes, now_s: float) -> None:
        """An acknowledgement; what is none, or another journal's, says nothing."""
        try:
            data = json.loads(payload)["data"]
            epoch, seq = data["epoch"], int(data["seq"])
        except (ValueError, KeyError, TypeError):
            return
        if epoch != self.epoch or not self.acked < seq <= self.made:
            return
        for one in range(self.acked + 1, seq + 1):
            self.waited_s.append(now_s - self.made_at_s.pop(one))
        self.acked = seq
        self.waits_since_s = now_s if self.sent > seq else None

    def _fact(self, seq: int, at: datetime) -> dict[str, object]:
        data: dict[str, object] = {"epoch": self.epoch, "seq": seq, "session": "fleet"}
        data |= {"intent": f"{self.epoch}-{self.name}-{seq}"}
        data |= {"item": f"SIM{self.name}{seq % 500}", "uid": "E004010000000001", "found": "lent"}
        data |= {"afi_before": 0xC2, "afi_after": 0x07, "verified": True, "bin": "", "mono_ms": seq, "boot": "sim"}
        return self._envelope("lk.item.returned", data, at, f"{self.epoch}.{seq}")

    def _health(self, now_s: float) -> dict[str, object]:
        well: dict[str, object] = {"boot": "sim", "mono_ms": int(now_s * 1000), "devices": {"pad": "ok"}, "paper": "ok"}
        return well | {"outbox": self.made - self.acked, "refused": 0, "disk_free_kb": 9_000_000, "clock_offset_ms": 0}

    def _status(self, state: str, at: datetime) -> Told:
        data: dict[str, object] = {"state": state, "boot": "sim", "session": 1, "software": "firmware-sim"}
        data |= {"since": _iso(at), "clean": False}
        return self._told("status", "lk.station.status", data, at, f"{state}.{self.epoch}", retain=True)

    def _told(
        self, channel: str, kind: str, data: dict[str, object], at: datetime, id_: str, *, retain: bool = False
    ) -> Told:
        body = self._envelope(kind, data, at, id_)
        return Told(self._topic(channel), json.dumps(body).encode(), retain)

    def _envelope(self, kind: str, data: dict[str, object], at: datetime, id_: str) -> dict[str, object]:
        source = f"lk/{self.site}/{self.name}"
        told = {"specversion": "1.0", "id": id_, "source": source, "type": kind, "time": _iso(at)}
        return told | {"dataschema": "lk/1", "data": data}

    def _topic(self, channel: str) -> str:
        return f"lk/v1/{self.site}/{self.name}/{UP}/{channel}"

    @property
    def hears(self) -> str:
        return f"lk/v1/{self.site}/{self.name}/{DOWN}/ack"


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
