"""The lines of kiosk and central to the broker: a relay each, so that each can be cut, or worse."""

from __future__ import annotations

from kiosk.demo.relay import Relay
from kiosk.demo.scenario import RoadEnd, RoadState


class Roads:
    """Listens when it is made; `start` begins to pass on."""

    def __init__(self, broker_port: int) -> None:
        self._relays = {end: Relay(broker_port) for end in RoadEnd}

    def port(self, end: RoadEnd) -> int:
        """Where this end finds its broker."""
        return self._relays[end].port

    def state(self, end: RoadEnd) -> RoadState:
        return self._relays[end].state

    @property
    def passable(self) -> bool:
        """What is said arrives, at least in the end."""
        return all(relay.state in (RoadState.OK, RoadState.SLOW) for relay in self._relays.values())

    def set(self, end: RoadEnd, state: RoadState, delay_s: float) -> None:
        """Cut, slow down or mend one line; it is so when this returns."""
        self._relays[end].set(state, delay_s)

    def start(self) -> None:
        for relay in self._relays.values():
            relay.start()

    def stop(self) -> None:
        """Close everything. Safe to call at any time."""
        for relay in self._relays.values():
            relay.stop()
