"""One kiosk in virtual time: the real state, ledger, orders and uplink, with the agenda in place of its threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from kiosk.ledger import Origin, StorageFailure
from kiosk.model.ids import Epoch, IdSource
from kiosk.screens.settings import ScreenSettings
from kiosk.session.events import Event, Moment
from kiosk.session.state import Kiosk
from kiosk.station.deciding import Decider
from kiosk.station.devices import Devices
from kiosk.station.effects import StationHands
from kiosk.station.first_state import first_state
from kiosk.station.receipts import Letterhead
from kiosk.station.settings import KioskSettings
from kiosk.station.staff_cards import read_staff_cards
from kiosk.station.translate import uplink_event
from kiosk.station.uplink_events import UplinkEvent
from kiosk.wire import Station
from kiosk.world.agenda import Agenda, Entry
from kiosk.world.disk import SimulatedDisk
from kiosk.world.network import Network
from kiosk.world.plug import PluggedLedger
from kiosk.world.uplink import WorldUplink

Deliver = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Seed:
    """What a kiosk draws from chance when it starts, here drawn before."""

    ids: bytes
    """For the ids that it makes; at least 16 bytes."""
    origin: Origin

    @classmethod
    def of(cls, seed: int, life: int = 0) -> Seed:
        """For the `life`th start of the kiosk in the world of `seed`."""
        return cls(
            f"world {seed} life {life}".encode().ljust(32, b"."),
            Origin(f"00000000-0000-4000-8000-{seed % 16**8:08x}{life % 16**4:04x}", Epoch(f"{seed % 16**16:016x}")),
        )


class WorldStation:
    """Starts as it is made: the ledger at `settings.ledger.path` is opened, `devices_of` plugs in what it drives.

    `clock_off_s` is by how much its wall clock is wrong.
    """

    def __init__(
        self,
        agenda: Agenda,
        network: Network,
        settings: KioskSettings,
        seed: Seed,
        devices_of: Callable[[Deliver], Devices],
        clock_off_s: float = 0.0,
        disk: SimulatedDisk | None = None,
    ) -> None:
        self.settings = settings
        self.station = Station(settings.site, settings.station)
        self.clock_off_s = clock_off_s
        self._agenda = agenda
        self._network = network
        self._stopped = False
        self._due: Entry | None = None
        self.ledger = PluggedLedger.open(settings.ledger.path, self.station, seed.origin)
        self.ledger.disk = disk
        try:
            self._begin(seed, devices_of)
        except StorageFailure:
            self.ledger.close()
            raise

    def _begin(self, seed: Seed, devices_of: Callable[[Deliver], Devices]) -> None:
        agenda, settings = self._agenda, self.settings
        staff = read_staff_cards(settings.staff_file)
        policy = replace(settings.policy(), staff=staff.names())
        state = first_state(policy, self.ledger, IdSource(seed.ids), self.now())
        self.devices = devices_of(self.happened)
        self.outbox = self.ledger.outbox()
        self._uplink = WorldUplink(
            agenda, self._network, self.station, self.outbox, self._from_uplink, self.now, seed.origin.boot
        )
        head = Letterhead(ScreenSettings(settings.library.name_zh, settings.library.name_en), settings.time_zone)
        hands = StationHands(self.devices, self._uplink, self.ledger, head, None, self.now, staff)
        self._decider = Decider(state, self.ledger, hands, self.now)
        self.devices.start()
        self._turn()

    @property
    def state(self) -> Kiosk:
        return self._decider.state

    def now(self) -> Moment:
        """This instant by the kiosk's own clocks."""
        moment = self._agenda.moment
        if not self.clock_off_s:
            return moment
        return Moment(moment.mono_s, moment.utc + timedelta(seconds=self.clock_off_s))

    def happened(self, event: Event) -> None:
        """A device, a patron or central has told something."""
        if self._stopped:
            return
        self._decider.take_up()
        self._decider.happened(event)
        self._turn()

    def missed_in_s(self) -> float:
        """How long it takes to notice that the line goes dead now."""
        return self._uplink.missed_in_s()

    def line_lost(self, reason: str) -> None:
        """The connection to the broker ended."""
        self._uplink.line_lost(reason)

    def stop(self) -> None:
        """End as a power cut ends it: what is committed is kept, and nothing else."""
        self._stopped = True
        if self._due is not None:
            self._due.strike_off()
        self.devices.stop()
        self._uplink.stop()
        self.ledger.close()

    def _from_uplink(self, told: UplinkEvent) -> None:
        event = uplink_event(told)
        if event is not None:
            self.happened(event)

    def _turn(self) -> None:
        self._decider.turned()
        due_s = self._decider.due_s()
        if self._due is not None:
            self._due.strike_off()
        self._due = None if due_s is None else self._agenda.at(due_s, self._time_passed)

    def _time_passed(self) -> None:
        if not self._stopped:
            self._due = None
            self._decider.take_up()
            self._turn()
