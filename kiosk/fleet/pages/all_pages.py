"""Every page, and the menu."""

from __future__ import annotations

from kiosk.fleet.accounts import NEEDS
from kiosk.fleet.commands import ordering
from kiosk.fleet.pages import alarm_pages, order_pages, station_page, watching
from kiosk.fleet.pages.book import Page
from kiosk.web.roles import Permission

PAGES = (
    Page("/", Permission.FLEET_READ, watching.grid),
    Page("/rows", Permission.FLEET_READ, watching.rows),
    Page("/map", Permission.FLEET_READ, watching.places),
    Page("/plan/{site}", Permission.FLEET_READ, watching.plan),
    Page("/alarms", Permission.FLEET_READ, alarm_pages.listed),
    Page("/alarms/acknowledge", Permission.FLEET_ALARM, alarm_pages.acknowledge, writes=True),
    Page("/alarms/shelve", Permission.FLEET_ALARM, alarm_pages.shelve, writes=True),
    Page("/sync", Permission.FLEET_READ, watching.sync),
    Page("/exceptions", Permission.FLEET_READ, watching.strange),
    Page("/people", Permission.FLEET_READ, watching.people),
    Page("/versions", Permission.FLEET_READ, watching.versions),
    Page("/audit", Permission.AUDIT_READ, watching.trail),
    Page("/station/{site}/{station}", Permission.FLEET_READ, station_page.station),
    Page("/station/{site}/{station}/forget", Permission.FLEET_COMMAND, station_page.forget, writes=True),
    Page("/station/{site}/{station}/picture", Permission.FLEET_COMMAND, station_page.picture),
    Page("/orders", Permission.FLEET_READ, order_pages.listed),
    Page("/orders", Permission.FLEET_COMMAND, order_pages.ask, writes=True, largest_form=order_pages.LARGEST_FORM),
    Page("/orders/{order}", Permission.FLEET_READ, order_pages.shown),
    *(
        Page(f"/orders/{{order}}/{name}", NEEDS[name], order_pages.act(does), writes=True)
        for name, does in ordering.DEEDS.items()
    ),
    Page("/logs/{command}", Permission.FLEET_COMMAND, order_pages.log),
)
MENU = (
    ("grid", "/", Permission.FLEET_READ),
    ("alarms", "/alarms", Permission.FLEET_READ),
    ("map", "/map", Permission.FLEET_READ),
    ("orders", "/orders", Permission.FLEET_READ),
    ("sync", "/sync", Permission.FLEET_READ),
    ("exceptions", "/exceptions", Permission.FLEET_READ),
    ("people", "/people", Permission.FLEET_READ),
    ("versions", "/versions", Permission.FLEET_READ),
    ("enrolling", "/enrolling", Permission.FLEET_COMMAND),
    ("audit", "/audit", Permission.AUDIT_READ),
)
"""Word, address, and who sees it."""
