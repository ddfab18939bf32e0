"""Every table of central: `metadata` from here knows the modules of all of them, whatever else was imported."""

from __future__ import annotations

from kiosk.central.store import (
    climate_tables,
    console_tables,
    duty_tables,
    gate_tables,
    import_tables,
    money_tables,
    news_tables,
    notice_tables,
    object_tables,
    place_tables,
    search_tables,
    shelf_tables,
    stock_tables,
)
from kiosk.central.store.tables import metadata

__all__ = [
    "climate_tables",
    "console_tables",
    "duty_tables",
    "gate_tables",
    "import_tables",
    "metadata",
    "money_tables",
    "news_tables",
    "notice_tables",
    "object_tables",
    "place_tables",
    "search_tables",
    "shelf_tables",
    "stock_tables",
]
