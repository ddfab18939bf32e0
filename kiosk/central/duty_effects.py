"""What steps of the library's duties do elsewhere: to copies, to the next day of a round, to kiosks' first screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from sqlalchemy import delete, insert, select, update

from kiosk.central import budgeting, places, stocktaking
from kiosk.central.deeds import Deed as Deed
from kiosk.central.deeds import Effect
from kiosk.central.deeds import Hindered as Hindered
from kiosk.central.holdings import ItemState
from kiosk.central.news import NewsKind
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.news_tables import news
from kiosk.central.store.tables import items
from kiosk.library.activities.articles import ARTICLE, ArticleAction
from kiosk.library.activities.programme import ACTIVITY, ActivityAction, ActivityState, Audience
from kiosk.library.budget.funds import EXPENSE, FUND, TRANSFER, ExpenseAction, FundAction, TransferAction
from kiosk.library.collections.stocktaking import STOCKTAKING, StocktakingAction
from kiosk.library.posts.holding import INCOMPATIBLE, POST, PostAction, PostName, PostState
from kiosk.library.premises.equipment import UPKEEP, UpkeepAction
from kiosk.library.premises.house import ROUND, RoundAction
from kiosk.library.premises.sensors import SENSOR, SensorState
from kiosk.library.repair.mending import REPAIR, RepairAction
from kiosk.web.trail import record

LONGEST_NEWS = 80
"""Characters: two lines of a kiosk's first screen."""
_TAKES_ITS_ROOM = (ActivityState.PLANNED, ActivityState.APPROVED, ActivityState.OPEN, ActivityState.CLOSED)


def _set_aside(deed: Deed) -> None:
    """A copy that is to be mended is not lent."""
    _mark(deed, (ItemState.IN_CIRCULATION, ItemState.LOST, ItemState.MISSING), ItemState.DAMAGED)


def _back_to_its_shelf(deed: Deed) -> None:
    _mark(deed, (ItemState.DAMAGED,), ItemState.IN_CIRCULATION)


def _withdrawn(deed: Deed) -> None:
    _mark(deed, (ItemState.DAMAGED, ItemState.IN_CIRCULATION), ItemState.WITHDRAWN)


def _mark(deed: Deed, before: tuple[ItemState, ...], after: ItemState) -> None:
    """Unless somebody has said something else of the copy meanwhile."""
    item = str(deed.row.item)
    was = deed.connection.scalar(select(items.c.state).where(items.c.id == item).with_for_update())
    if was in before and was != after:
        deed.connection.execute(update(items).where(items.c.id == item).values(state=after.value))
        told = {"state": (str(was), after.value)}
        record(deed.connection, deed.who, "item.state", f"item:{item}", deed.now, changes=told, reason=deed.row.number)


def _room_is_free(deed: Deed) -> None:
    """Raises `Hindered` where another activity has the room at that time."""
    table = TABLES[ACTIVITY.kind.name]
    other = select(table.c.number).where(
        table.c.id != deed.row.id,
        table.c.room == deed.row.room,
        table.c.state.in_([state.value for state in _TAKES_ITS_ROOM]),
        table.c.begins < deed.row.ends,
        table.c.ends > deed.row.begins,
    )
    if deed.connection.execute(other.limit(1)).first() is not None:
        raise Hindered("activity.room-taken")


def _tell_of_activity(deed: Deed) -> None:
    """On the kiosks' first screen, unless it is for staff."""
    row = deed.row
    if row.audience != Audience.STAFF:
        local = row.begins.astimezone(deed.now.tzinfo)
        when = {"kind": NewsKind.EVENT.value, "day": local.date(), "at": local.strftime("%H:%M"), "until": None}
        _tell(deed, when)


def _tell_of_article(deed: Deed) -> None:
    _tell(deed, {"kind": NewsKind.ANNOUNCEMENT.value, "day": None, "at": "", "until": deed.row.until})


def _tell(deed: Deed, when: Mapping[str, object]) -> None:
    """Once, however often it is opened."""
    _tell_no_more(deed)
    texts = {"zh": str(deed.row.title)[:LONGEST_NEWS], "en": str(deed.row.title_en or "")[:LONGEST_NEWS]}
    kept = {"id": deed.row.id, "version": 1, "changed_by": deed.who, "changed_at": deed.now, **texts, **when}
    deed.connection.execute(insert(news).values(kept))


def _is_over(deed: Deed) -> None:
    """Nobody is told of it any more, and whoever had a place and did not come stayed away."""
    _tell_no_more(deed)
    places.close(deed.connection, str(deed.row.number), deed.now)


def _tell_no_more(deed: Deed) -> None:
    deed.connection.execute(delete(news).where(news.c.id == deed.row.id))


def _hindered(why: str | None) -> None:
    if why is not None:
        raise Hindered(why)


def _fund_opens(deed: Deed) -> None:
    _hindered(budgeting.why_not_opened(deed.connection, deed.row))


def _fund_closes(deed: Deed) -> None:
    _hindered(budgeting.why_not_closed(deed.connection, deed.row))


def _fund_gives(deed: Deed) -> None:
    """This expense is counted already: the fund is asked for nothing more, and must not be below nothing."""
    _hindered(budgeting.why_not_spent(deed.connection, str(deed.row.fund), 0))


def _fund_is_moved(deed: Deed) -> None:
    row = deed.row
    _hindered(budgeting.why_not_moved(deed.connection, str(row.fund), str(row.to_fund), 0))


def _posts_agree(deed: Deed) -> None:
    """Raises `Hindered` where somebody would hold two posts that look at each other's work."""
    table = TABLES[POST.kind.name]
    held = select(table.c.post).where(table.c.holder == deed.row.holder, table.c.state == PostState.HELD.value)
    for other in deed.connection.scalars(held):
        if other != deed.row.post and frozenset({PostName(other), PostName(deed.row.post)}) in INCOMPATIBLE:
            raise Hindered("post.incompatible")


def _heard_under_one_name(deed: Deed) -> None:
    """Raises `Hindered` where another sensor in use has this name on the broker."""
    table = TABLES[SENSOR.kind.name]
    other = select(table.c.number).where(
        table.c.id != deed.row.id, table.c.address == deed.row.address, table.c.state == SensorState.IN_USE.value
    )
    if deed.connection.execute(other.limit(1)).first() is not None:
        raise Hindered("climate.name-taken")


def _next_time(kind: str) -> Effect:
    """Work that comes again is due so many days after it was done."""

    def effect(deed: Deed) -> None:
        done = deed.values.get("done_on")
        assert isinstance(done, date)
        table = TABLES[kind]
        following = done + timedelta(days=int(deed.row.every_days))
        deed.connection.execute(update(table).where(table.c.id == deed.row.id).values(next_day=following))

    return effect


EFFECTS: Mapping[tuple[str, str], Effect] = MappingProxyType(
    {
        (REPAIR.kind.name, "write"): _set_aside,
        (REPAIR.kind.name, RepairAction.CLEAR): _back_to_its_shelf,
        (REPAIR.kind.name, RepairAction.SHELVE): _back_to_its_shelf,
        (REPAIR.kind.name, RepairAction.GIVE_UP): _withdrawn,
        (ACTIVITY.kind.name, ActivityAction.PLAN): _room_is_free,
        (ACTIVITY.kind.name, ActivityAction.OPEN): _tell_of_activity,
        (ACTIVITY.kind.name, ActivityAction.CANCEL): _tell_no_more,
        (ACTIVITY.kind.name, ActivityAction.END): _is_over,
        (ARTICLE.kind.name, ArticleAction.PUBLISH): _tell_of_article,
        (ARTICLE.kind.name, ArticleAction.WITHDRAW): _tell_no_more,
        (FUND.kind.name, FundAction.OPEN): _fund_opens,
        (FUND.kind.name, FundAction.CLOSE): _fund_closes,
        (EXPENSE.kind.name, ExpenseAction.APPROVE): _fund_gives,
        (EXPENSE.kind.name, ExpenseAction.PAY): _fund_gives,
        (TRANSFER.kind.name, TransferAction.APPROVE): _fund_is_moved,
        (POST.kind.name, PostAction.APPOINT): _posts_agree,
        (SENSOR.kind.name, "write"): _heard_under_one_name,
        (UPKEEP.kind.name, UpkeepAction.DONE): _next_time(UPKEEP.kind.name),
        (ROUND.kind.name, RoundAction.DONE): _next_time(ROUND.kind.name),
        (STOCKTAKING.kind.name, StocktakingAction.START): stocktaking.freeze,
        (STOCKTAKING.kind.name, StocktakingAction.COUNT): stocktaking.count,
        (STOCKTAKING.kind.name, StocktakingAction.RECONCILE): stocktaking.all_settled,
        (STOCKTAKING.kind.name, StocktakingAction.APPROVE): stocktaking.carry_out,
    }
)
"""By kind of paper and step; `write` is the first."""
