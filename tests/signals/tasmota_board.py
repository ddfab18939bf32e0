"""A board with Tasmota firmware of the tests' own: relays, their timers, and what it says of them.

Written from tasmota.github.io/docs (MQTT.md, Commands.md); it shares no code with the driver.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST_TENTHS = 111


@dataclass
class FirmwareBoard:
    topic: str = "gate"
    relays: int = 2
    alive: bool = True
    on: dict[int, bool] = field(default_factory=dict)
    pulses: dict[int, int] = field(default_factory=dict)
    off_s: dict[int, float] = field(default_factory=dict)
    heard: list[tuple[str, str]] = field(default_factory=list)

    def hears(self, topic: str, payload: str, now_s: float) -> list[tuple[str, str]]:
        """What it publishes after a message."""
        if not self.alive:
            return []
        prefix, name, command = topic.split("/")
        assert (prefix, name) == ("cmnd", self.topic)
        self.heard.append((command, payload))
        word = command.rstrip("0123456789")
        relay = int(command[len(word) :] or 1)
        if relay > self.relays:
            return [(f"stat/{self.topic}/RESULT", '{"Command":"Unknown"}')]
        match word.upper():
            case "PULSETIME":
                self.pulses[relay] = int(payload)
                return [
                    (f"stat/{self.topic}/RESULT", f'{{"PulseTime{relay}":{{"Set":{payload},"Remaining":{payload}}}}}')
                ]
            case "POWER":
                return self.switch(relay, payload == "ON", now_s)
            case _:
                raise AssertionError(f"the driver orders {command}")

    def switch(self, relay: int, on: bool, now_s: float) -> list[tuple[str, str]]:
        """A relay switched by an order, by its timer or by hand."""
        self.on[relay] = on
        self.off_s.pop(relay, None)
        pulse = self.pulses.get(relay, 0)
        if on and pulse:
            self.off_s[relay] = now_s + (pulse / 10 if pulse <= LONGEST_TENTHS else pulse - 100)
        word = "POWER" if self.relays == 1 else f"POWER{relay}"
        state = "ON" if on else "OFF"
        return [
            (f"stat/{self.topic}/RESULT", f'{{"{word}":"{state}"}}'),
            (f"stat/{self.topic}/{word}", state),
        ]

    def passes(self, now_s: float) -> list[tuple[str, str]]:
        """Its own timers."""
        said: list[tuple[str, str]] = []
        for relay in [relay for relay, off_s in self.off_s.items() if off_s <= now_s]:
            said += self.switch(relay, False, now_s)
        return said if self.alive else []
