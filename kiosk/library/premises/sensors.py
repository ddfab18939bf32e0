"""Sensors as papers: where each one is, and by which profile it is judged; and the alarms that they raise."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind, Values
from kiosk.library.premises.climate import Cause, ProfileName


class SensorState(StrEnum):
    IN_USE = "in-use"
    RETIRED = "retired"


class SensorAction(StrEnum):
    RETIRE = "retire"


SENSOR = Duty(
    Kind(
        "sensor",
        "SN",
        SensorState.IN_USE,
        "climate.write",
        {
            (SensorState.IN_USE, SensorAction.RETIRE): Step(
                SensorState.RETIRED, "climate.write", frozenset({Guard.REASON})
            )
        },
    ),
    plural="sensors",
    read="climate.read",
    fields=(
        Field("address"),
        Field("place"),
        Field("profile", FieldKind.CHOICE, choices=tuple(ProfileName)),
        Field("interval_min", FieldKind.NUMBER, least=1, most=1_440),
        Field("calibrated", FieldKind.DAY, optional=True),
    ),
    listed=("place", "profile", "calibrated"),
    edited_in=frozenset({SensorState.IN_USE}),
    ended_in=frozenset({SensorState.IN_USE}),
)


class ClimateAlarmState(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class ClimateAlarmAction(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"


def _over(values: Values) -> str | None:
    return "climate.goes-on" if values.get("ended_at") is None else None


_S, _A = ClimateAlarmState, ClimateAlarmAction

CLIMATE_ALARM = Duty(
    Kind(
        "climate-alarm",
        "CA",
        _S.RAISED,
        "climate.act",
        {
            (_S.RAISED, _A.ACKNOWLEDGE): Step(_S.ACKNOWLEDGED, "climate.act"),
            (_S.ACKNOWLEDGED, _A.CLOSE): Step(_S.CLOSED, "climate.act"),
        },
    ),
    plural="climate_alarms",
    read="climate.read",
    fields=(
        Field("sensor", of="sensor"),
        Field("cause", FieldKind.CHOICE, choices=tuple(Cause)),
        Field("place"),
        Field("value", optional=True),
        Field("ended_at", FieldKind.TIME, optional=True),
    ),
    listed=("cause", "place", "value", "ended_at"),
    asks={_A.CLOSE: (Field("measures", FieldKind.TEXT),)},
    checks={(_S.ACKNOWLEDGED, _A.CLOSE): _over},
)
