"""Pages that look: the grid, the map, synchronisation, what was strange, people, versions."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from kiosk.fleet.conditions import behind_s
from kiosk.fleet.pages.book import Asked, Refused, Shown, Told
from kiosk.fleet.pages.live import whole
from kiosk.fleet.stations import Happened
from kiosk.fleet.store.keeping import COARSE_S
from kiosk.fleet.store.tables import audit, events, series
from kiosk.web.plot import columns
from kiosk.wire import Station

STRANGE = (Happened.REFUSED, Happened.SET_ASIDE, Happened.IMPOSSIBLE, Happened.FLOOD, Happened.TAKEOVER, Happened.EPOCH)
MOST_LINES = 200
PLANS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}


def grid(asked: Asked) -> Shown:
    """All stations, the worst first. A script fills it, and then keeps it."""
    return Shown("grid.html", {"q": asked.query.get("q", "")[:64]})


def rows(asked: Asked) -> Told:
    told = json.dumps(whole(asked.parts, asked.words), ensure_ascii=False, separators=(",", ":"))
    return Told(told.encode(), "application/json")


def places(asked: Asked) -> Shown:
    """Where everything stands: the floor plan of each site, or its stations in a row where nobody said where."""
    fleet, told = asked.parts.fleet, []
    for site in asked.parts.settings.site:
        placed = {place.station: place for place in site.place}
        here = [shown for of, shown in list(fleet.shown.items()) if of.site == site.name]
        here.sort(key=lambda shown: (-shown.level, shown.known.station.station))
        marks = [(shown, placed[name]) for shown in here if (name := shown.known.station.station) in placed]
        loose = [shown for shown in here if shown.known.station.station not in placed]
        told.append({"site": site, "marks": marks, "loose": loose, "levels": Counter(int(one.level) for one in here)})
    return Shown("map.html", {"sites": told})


def plan(asked: Asked) -> Told:
    """The picture of a site's floor."""
    for site in asked.parts.settings.site:
        if site.name == asked.path["site"] and site.plan is not None and site.plan.suffix.lower() in PLANS:
            try:
                return Told(site.plan.read_bytes(), PLANS[site.plan.suffix.lower()])
            except OSError:
                break
    raise Refused("problem.nothing", 404)


def sync(asked: Asked) -> Shown:
    """How far central is behind each station, the furthest first."""
    lines = []
    for shown in list(asked.parts.fleet.shown.values()):
        health = shown.known.health
        if health is not None:
            lines.append((behind_s(shown.known, asked.now), health, shown))
    lines.sort(key=lambda line: (-(line[0] or -1), -line[1].outbox, line[2].known.station.station))
    waiting = sum(health.outbox for _, health, _ in lines)
    return Shown("sync.html", {"lines": lines[:MOST_LINES], "waiting": waiting, "all": len(lines)})


def strange(asked: Asked) -> Shown:
    """What was not as the contract has it, the newest first."""
    words = [kind.value for kind in STRANGE]
    query = select(events).where(events.c.kind.in_(words)).order_by(events.c.id.desc()).limit(MOST_LINES)
    with asked.parts.engine.connect() as connection:
        lines = connection.execute(query).all()
    counts = asked.parts.watch.counts
    return Shown("strange.html", {"lines": lines, "counts": counts, "turned_away": asked.parts.fleet.turned_away})


def people(asked: Asked) -> Shown:
    """People counted in the last seven days, by hour of today and by aisle."""
    since = int((asked.now - timedelta(days=7)).timestamp())
    total = func.sum(series.c.total)
    counted = series.c.name.like("in:%") | series.c.name.like("out:%")
    hour = series.c.at - series.c.at % COARSE_S
    today = int(asked.now.astimezone(asked.zone).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    with asked.parts.engine.connect() as connection:
        by_aisle = connection.execute(
            select(series.c.site, series.c.station, series.c.name, total)
            .where(series.c.at >= since, counted)
            .group_by(series.c.site, series.c.station, series.c.name)
            .order_by(series.c.site, series.c.station, series.c.name)
        ).all()
        by_hour = connection.execute(
            select(hour.label("hour"), total)
            .where(series.c.at >= today, series.c.name.like("in:%"))
            .group_by(hour)
            .order_by(hour)
        ).all()
    entered = {int(at - today) // COARSE_S: int(many) for at, many in by_hour}
    plot = columns([(f"{number:02d}", [entered.get(number, 0)]) for number in range(24)])
    aisles: dict[tuple[str, str, str], dict[str, int]] = {}
    for site, station, name, many in by_aisle:
        way, _, gate = str(name).partition(":")
        aisles.setdefault((str(site), str(station), gate), {})[way] = int(many)
    return Shown("people.html", {"aisles": sorted(aisles.items()), "plot": plot, "any": any(entered.values())})


def versions(asked: Asked) -> Shown:
    """Which software and which settings run where."""
    software: dict[str, list[Station]] = {}
    settings: dict[str, list[Station]] = {}
    for of, shown in sorted(asked.parts.fleet.shown.items(), key=lambda one: (one[0].site, one[0].station)):
        status, health = shown.known.status, shown.known.health
        told = health.software if health is not None and health.software else status.software if status else ""
        software.setdefault(told or "–", []).append(of)
        settings.setdefault((health.config if health is not None else None) or "–", []).append(of)
    by_count = [sorted(one.items(), key=lambda pair: -len(pair[1])) for one in (software, settings)]
    return Shown("versions.html", {"software": by_count[0], "settings": by_count[1]})


def trail(asked: Asked) -> Shown:
    """Who did what, the newest first."""
    with asked.parts.engine.connect() as connection:
        lines = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(MOST_LINES)).all()
    return Shown("audit.html", {"lines": lines})
