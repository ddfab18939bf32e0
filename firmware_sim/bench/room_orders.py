"""How books are laid down, as the bodies of the JSON interface say it."""

from __future__ import annotations

from firmware_sim.bench.orders import BadOrder, flag, number
from firmware_sim.room.field import Lying

HOW = ("at", "angle", "foil")


def lying(body: dict[str, object]) -> Lying | None:
    """How the books of a body are to lie; None where it says nothing of that. Raises `BadOrder`."""
    if not any(key in body for key in HOW):
        return None
    try:
        return Lying(
            _place(body) if "at" in body else None,
            number(body, "angle") if "angle" in body else 0.0,
            flag(body, "foil") if "foil" in body else False,
        )
    except ValueError as trouble:
        raise BadOrder(str(trouble)) from None


def _place(body: dict[str, object]) -> tuple[float, float]:
    at = body["at"]
    if not isinstance(at, list) or len(at) != len(("x", "y")):
        raise BadOrder("at: expected two numbers of millimetres from the pad's middle, like [-60, 40]")
    across, down = (number({"at": one}, "at") for one in at)
    return across, down
