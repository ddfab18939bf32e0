"""The bench's clock through the JSON interface: `POST /api/clock`, and how `GET /api/room` shows it."""

from __future__ import annotations

from firmware_sim.bench.orders import BadOrder, only_key
from firmware_sim.clock import BenchClock

KEYS = ("speed", "pause", "step_s")


def set_clock(clock: BenchClock, body: dict[str, object]) -> None:
    """Do what the body says; raises `BadOrder`."""
    key = only_key(body)
    try:
        match key:
            case "speed":
                clock.set_speed(_number(body, key))
            case "step_s":
                clock.step(_number(body, key))
            case _ if body[key] is True:
                clock.pause()
            case _ if body[key] is False:
                clock.go_on()
            case _:
                raise BadOrder("pause: expected true or false")
    except ValueError as trouble:
        raise BadOrder(str(trouble)) from None


def shown_clock(clock: BenchClock) -> dict[str, object]:
    """Its speed, whether it stands, and its seconds."""
    view = clock.view()
    return {"speed": view.speed, "paused": view.paused, "now_s": round(view.now_s, 3)}


def _number(body: dict[str, object], key: str) -> float:
    value = body[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadOrder(f"{key}: expected a number")
    return float(value)
