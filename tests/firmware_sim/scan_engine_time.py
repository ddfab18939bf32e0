"""Lets time pass for a device that speaks unasked: no clock, no wire."""

from __future__ import annotations

from firmware_sim.devices.device import Device


def pass_time(device: Device, until_s: float) -> bytes:
    """Let everything happen that is due by then; return what was said."""
    said = device.take_outgoing()
    while (due_s := device.due_s()) is not None and due_s <= until_s:
        device.tick(max(due_s, 0.0))
        said += device.take_outgoing()
    device.tick(until_s)
    return said + device.take_outgoing()
