"""How strong a gate hears tags, and how often its line or field is disturbed: what weakens before a gate is deaf. Pure.

UHF portals tell the strength of each report (LLRP, Peak RSSI). HF pedestals tell none: of them the disturbances count,
which every driver meets. Limits are the library's: `reception` in gate.toml.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from types import MappingProxyType

from kiosk.gate.effects import FieldChanged, GateEffect
from kiosk.gate.state import Field, FieldTrouble, GateState
from kiosk.session.events import Moment

LATEST = 20
"""Reports whose median is a gate's strength."""
ENOUGH = 5
"""Fewer say nothing: a single book in a bag is faint at the best of gates."""
AN_HOUR_S = 3_600.0
MOST_NOISES = 1_000
"""As many as a limit may be (`FieldLimits`)."""
BETTER_DBM = 3
"""Above the limit by so much, a weak gate is well again: one at the limit shall not come and go."""


def heard(state: GateState, gate: str, rssi_dbm: int | None, moment: Moment) -> tuple[GateState, list[GateEffect]]:
    """A tag was reported with this strength."""
    if rssi_dbm is None:
        return state, []
    field = state.fields.get(gate, Field())
    return _judged(state, gate, replace(field, strengths=(*field.strengths, rssi_dbm)[-LATEST:]), moment)


def disturbed(state: GateState, gate: str, moment: Moment) -> tuple[GateState, list[GateEffect]]:
    """The gate's driver met noise, or the gate said that it sees less."""
    field = state.fields.get(gate, Field())
    return _judged(state, gate, replace(field, noises=(*field.noises, moment.mono_s)[-MOST_NOISES:]), moment)


def time_passed(state: GateState, moment: Moment) -> tuple[GateState, list[GateEffect]]:
    """An hour without a disturbance ends a warning."""
    effects: list[GateEffect] = []
    for gate, field in state.fields.items():
        if field.noises and moment.mono_s - field.noises[0] > AN_HOUR_S:
            state, changed = _judged(state, gate, field, moment)
            effects += changed
    return state, effects


def strength_dbm(field: Field) -> int | None:
    """The median of the latest reports; None while there are too few."""
    return round(median(field.strengths)) if len(field.strengths) >= ENOUGH else None


def _judged(state: GateState, gate: str, field: Field, moment: Moment) -> tuple[GateState, list[GateEffect]]:
    limits = state.policy.reception
    noises = tuple(at_s for at_s in field.noises if moment.mono_s - at_s <= AN_HOUR_S)
    strength = strength_dbm(field)
    weak_below = limits.weak_dbm + (BETTER_DBM if FieldTrouble.WEAK in field.troubles else 0)
    found = {
        FieldTrouble.WEAK: strength is not None and strength < weak_below,
        FieldTrouble.NOISY: len(noises) >= limits.noisy_an_hour,
    }
    troubles = tuple(name for name, holds in found.items() if holds)
    told: list[GateEffect] = [] if troubles == field.troubles else [FieldChanged(gate, troubles)]
    field = replace(field, noises=noises, troubles=troubles)
    return replace(state, fields=MappingProxyType({**state.fields, gate: field})), told
