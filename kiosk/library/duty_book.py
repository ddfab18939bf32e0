"""Every duty that is a paper with steps, by area: what the console's pages, tables and lists are made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kiosk.library.activities.articles import ARTICLE
from kiosk.library.activities.programme import ACTIVITY
from kiosk.library.budget.funds import EXPENSE, FUND, TRANSFER
from kiosk.library.collections.stocktaking import STOCKTAKING
from kiosk.library.forms import Duty
from kiosk.library.posts.holding import ABSENCE, POST, TRAINING
from kiosk.library.premises.equipment import ASSET, TICKET, UPKEEP
from kiosk.library.premises.house import DRILL, INCIDENT, ROUND
from kiosk.library.premises.sensors import CLIMATE_ALARM, SENSOR
from kiosk.library.repair.copying import DIGITISATION
from kiosk.library.repair.mending import REPAIR


class Area(StrEnum):
    """Of the library's work, as the page of duties is arranged."""

    COLLECTIONS = "collections"
    REPAIR = "repair"
    ACTIVITIES = "activities"
    EQUIPMENT = "equipment"
    CLIMATE = "climate"
    HOUSE = "house"
    BUDGET = "budget"
    POSTS = "posts"


BOOK: Mapping[Area, tuple[Duty, ...]] = MappingProxyType(
    {
        Area.COLLECTIONS: (STOCKTAKING,),
        Area.REPAIR: (REPAIR, DIGITISATION),
        Area.ACTIVITIES: (ACTIVITY, ARTICLE),
        Area.EQUIPMENT: (ASSET, TICKET, UPKEEP),
        Area.CLIMATE: (SENSOR, CLIMATE_ALARM),
        Area.HOUSE: (ROUND, DRILL, INCIDENT),
        Area.BUDGET: (FUND, EXPENSE, TRANSFER),
        Area.POSTS: (POST, ABSENCE, TRAINING),
    }
)
DUTIES: tuple[Duty, ...] = tuple(duty for area in BOOK.values() for duty in area)


def duty_of(name: str) -> Duty:
    """The duty whose papers are of this kind. An unknown one is a programming error."""
    return next(duty for duty in DUTIES if duty.kind.name == name)
