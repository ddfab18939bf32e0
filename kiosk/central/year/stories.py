"""What a year brings, as stories: papers that are written on a day, and what their people do with them later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from kiosk.library.activities.articles import ARTICLE
from kiosk.library.activities.programme import ACTIVITY
from kiosk.library.budget.funds import EXPENSE, FUND, TRANSFER
from kiosk.library.collections.stocktaking import STOCKTAKING
from kiosk.library.forms import Duty, Value
from kiosk.library.posts.holding import ABSENCE, POST, TRAINING
from kiosk.library.premises.equipment import ASSET, TICKET, UPKEEP
from kiosk.library.premises.house import DRILL, INCIDENT, ROUND
from kiosk.library.repair.copying import DIGITISATION
from kiosk.library.repair.mending import REPAIR

Form = dict[str, Value]
DESK, COLLECTIONS, EVENTS = "desk", "collections", "events"
TECHNICIAN, HOUSE, DIRECTOR, FINANCE = "technician", "house", "director", "finance"
PEOPLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    DESK: ("流通 周", ("circulation",)),
    COLLECTIONS: ("典藏 李", ("collections",)),
    EVENTS: ("活动 陈", ("events",)),
    TECHNICIAN: ("技术 王", ("technician",)),
    HOUSE: ("环境 赵", ("environment",)),
    DIRECTOR: ("馆长 林", ("director",)),
    FINANCE: ("财务 吴", ("finance",)),
}
"""Account → full name and roles."""


@dataclass(frozen=True, slots=True)
class Doing:
    """A step, so many days after the paper was written."""

    after_days: int
    who: str
    action: str
    values: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One paper and what becomes of it."""

    duty: Duty
    day: date
    who: str
    values: Mapping[str, Value]
    doings: Sequence[Doing] = ()
    name: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    """Fields that take the number of another story's paper, by that story's name."""


class Teller:
    """Tells the stories of a year from its `first` day on, as far as `last`; the same chance tells the same year."""

    def __init__(self, first: date, last: date, zone: ZoneInfo, chance: Random, items: Sequence[str]) -> None:
        self._first = first
        self._last = last
        self._zone = zone
        self._chance = chance
        self._items = list(items)

    def all(self) -> Iterator[Story]:
        """Every story, in no order."""
        yield from self._equipment()
        yield from self._posts()
        yield from self._budget()
        for week in range(52):
            yield from self._week(self._first + timedelta(weeks=week), week)
        for month in range(12):
            yield from self._month(self._first + timedelta(days=30 * month), month)

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), self._zone)

    def _equipment(self) -> Iterator[Story]:
        bought = self._first
        machines = (
            ("自助借还机 1", "kiosk", "一楼大厅", 6_800_000),
            ("安全门 1", "gate", "一楼出口", 4_200_000),
            ("读写器 1", "pad", "服务台", 1_250_000),
            ("收据打印机 1", "printer", "一楼大厅", 180_000),
            ("盘点器 1", "wand", "书库", 980_000),
        )
        for name, sort, place, cents in machines:
            values: Form = {"name": name, "sort": sort, "serial": f"SN-{len(name)}{cents}", "place": place}
            values |= {"supplier": "本地供应商", "price": cents, "warranty": bought + timedelta(days=1_095)}
            yield Story(ASSET, bought, TECHNICIAN, values, (Doing(1, TECHNICIAN, "put-to-use"),), name=name)
            plan: Form = {
                "work": f"清洁保养 {name}",
                "every_days": 60,
                "next_day": bought + timedelta(days=60),
            }
            done = [
                Doing(60 * turn, TECHNICIAN, "done", {"done_on": bought + timedelta(days=60 * turn), "result": "正常"})
                for turn in range(1, 7)
            ]
            yield Story(UPKEEP, bought + timedelta(days=2), TECHNICIAN, plan, done, about={"asset": name})
        for number, (sort, place) in enumerate(
            (("cleaning", "阅览室"), ("extinguisher", "书库"), ("first-aid", "服务台"), ("opening", "大门"))
        ):
            label, every = f"L-{number + 1:02d}", (7, 30, 30, 7)[number]
            plan = {"work": "按要点检查", "sort": sort, "place": place, "label": label, "points": "外观、数量、日期"}
            plan |= {"every_days": every, "next_day": bought + timedelta(days=every)}
            turns = range(1, 364 // every + 1)
            rounds = [
                Doing(
                    turn * every,
                    HOUSE,
                    "done",
                    {
                        "seen_label": label,
                        "done_on": bought + timedelta(days=turn * every),
                        "outcome": "trouble" if turn % 11 == 0 else "well",
                        "note": "",
                    },
                )
                for turn in turns
            ]
            yield Story(ROUND, bought, HOUSE, plan, rounds)

    def _posts(self) -> Iterator[Story]:
        for who, post in (
            (DESK, "circulation"),
            (COLLECTIONS, "collections"),
            (EVENTS, "events"),
            (TECHNICIAN, "technician"),
            (HOUSE, "security"),
        ):
            values: Form = {"post": post, "holder": who, "deputy": "", "since": self._first, "until": None}
            yield Story(
                POST, self._first, "admin", {**values, "duties": "岗位职责见手册"}, (Doing(1, DIRECTOR, "appoint"),)
            )

    def _budget(self) -> Iterator[Story]:
        year = self._last.year
        funds = (
            ("图书经费", "books", 18_000_000),
            ("活动经费", "activities", 2_400_000),
            ("设备维护", "upkeep", 3_000_000),
        )
        opened = (Doing(0, FINANCE, "submit"), Doing(1, DIRECTOR, "approve"), Doing(2, FINANCE, "open"))
        for name, purpose, cents in funds:
            values: Form = {"name": name, "year": year, "purpose": purpose, "allocated": cents, "parent": ""}
            yield Story(FUND, self._first, FINANCE, values, opened, name=name)
        moved: Form = {"why": "活动增加", "amount": 300_000}
        two = {"fund": "设备维护", "to_fund": "活动经费"}
        yield Story(
            TRANSFER, self._first + timedelta(days=20), FINANCE, moved, (Doing(1, DIRECTOR, "approve"),), about=two
        )
        for month in range(12):
            day = self._first + timedelta(days=30 * month + 4)
            for what, name, most in (("月度购书", "图书经费", 1_200_000), ("海报印刷", "活动经费", 120_000)):
                cents = self._chance.randint(most // 3, most)
                asked: Form = {"what": what, "amount": cents, "supplier": "本地供应商", "about": ""}
                bill: Form = {
                    "paid": cents,
                    "paid_on": day + timedelta(days=10),
                    "invoice": f"FP-{year}-{month + 1:02d}",
                }
                steps = (Doing(2, DIRECTOR, "approve"), Doing(10, FINANCE, "pay", bill))
                yield Story(EXPENSE, day, EVENTS, asked, steps, about={"fund": name})

    def _week(self, monday: date, week: int) -> Iterator[Story]:
        harm = self._chance.choice(("torn", "loose", "spine", "cover", "water"))
        values: Form = {
            "item": self._chance.choice(self._items),
            "harm": harm,
            "found": "return",
            "note": "",
        }
        cost = self._chance.choice((500, 1_200, 2_500, 6_800))
        doings = [Doing(1, COLLECTIONS, "assess", {"treatment": "修补", "cost": cost})]
        doings += [Doing(2, DIRECTOR, "approve")] if cost > 5_000 else []
        doings += [
            Doing(4, COLLECTIONS, "start"),
            Doing(7, COLLECTIONS, "check", {"material": "纸、胶", "minutes": 30 + week, "paid": cost}),
            Doing(8, COLLECTIONS, "shelve"),
        ]
        yield Story(REPAIR, monday + timedelta(days=week % 5), DESK, values, doings)
        if week % 2 == 0:
            fault = self._chance.choice(("收据卡纸", "屏幕不亮", "读写器读不到", "网络时断时续"))
            ticket: Form = {"fault": fault, "place": "一楼大厅", "note": ""}
            fixed: Form = {
                "remedy": "已更换并测试",
                "minutes": 25,
                "spent": self._chance.choice((None, 4_500)),
            }
            steps = (
                Doing(0, TECHNICIAN, "assign", {"who_works": TECHNICIAN}),
                Doing(1, TECHNICIAN, "fix", fixed),
                Doing(1, DESK, "confirm"),
                Doing(2, TECHNICIAN, "close"),
            )
            yield Story(TICKET, monday + timedelta(days=1), DESK, ticket, steps, about={"asset": "收据打印机 1"})

    def _month(self, first: date, month: int) -> Iterator[Story]:
        held = first + timedelta(days=20)
        audience = ("children", "all", "adults", "staff")[month % 4]
        title = {"children": "亲子故事会", "all": "古籍导读", "adults": "信息素养讲座", "staff": "消防培训"}[audience]
        values: Form = {
            "title": title,
            "title_en": "",
            "audience": audience,
            "room": "报告厅",
            "cost": 60_000,
        }
        values |= {"begins": self._at(held, 10), "ends": self._at(held, 11, 30), "places": 30, "least_age": None}
        values |= {"about": "欢迎参加"}
        report: Form = {"came": self._chance.randint(12, 30), "spent": 52_000, "learned": "反响良好"}
        steps = [Doing(1, EVENTS, "plan"), Doing(2, DIRECTOR, "approve"), Doing(3, EVENTS, "open")]
        steps += [Doing(19, EVENTS, "close"), Doing(20, EVENTS, "begin"), Doing(20, EVENTS, "end")]
        yield Story(ACTIVITY, first, EVENTS, values, [*steps, Doing(22, EVENTS, "report", report)])
        article: Form = {"title": f"{title}预告", "title_en": "", "activity": "", "text_zh": "详情见海报"}
        article |= {"text_en": "", "until": held}
        told = (Doing(1, EVENTS, "submit"), Doing(2, DIRECTOR, "approve"), Doing(3, EVENTS, "publish"))
        yield Story(ARTICLE, first, EVENTS, article, (*told, Doing(21, EVENTS, "withdraw", reason="活动已结束")))
        if month % 3 == 0:
            drill: Form = {"title": "疏散演练", "sort": "fire", "day": first + timedelta(days=12)}
            drill |= {"scenario": "二楼书库起火", "roles": "引导、清点、联络"}
            count: Form = {"inside": 64, "outside": 64}
            count |= {
                "began": self._at(first + timedelta(days=12), 15),
                "ended": self._at(first + timedelta(days=12), 15, 9),
            }
            steps = [Doing(12, HOUSE, "hold", count), Doing(13, HOUSE, "evaluate", {"learned": "东侧楼梯拥挤"})]
            yield Story(DRILL, first, HOUSE, drill, [*steps, Doing(15, DIRECTOR, "close")])
            training: Form = {
                "subject": "标签写入",
                "holder": COLLECTIONS,
                "day": first + timedelta(days=5),
            }
            passed: Form = {"trainer": TECHNICIAN, "valid_until": first + timedelta(days=730)}
            yield Story(TRAINING, first, "admin", training, (Doing(5, "admin", "pass", passed),))
        if month % 4 == 1:
            incident: Form = {"title": "空调漏水", "sort": "water", "place": "阅览室", "told_whom": "物业"}
            incident |= {"at": self._at(first, 9), "happened": "地面积水，无人受伤"}
            follow = (Doing(0, HOUSE, "follow-up", {"measures": "已清理并报修"}), Doing(3, DIRECTOR, "close"))
            yield Story(INCIDENT, first, HOUSE, incident, follow)
            copying: Form = {"title": "地方志 卷一", "item": "", "pages": 240, "why": "孤本，读者常用"}
            rights: Form = {"rights": "open", "rights_note": "公有领域"}
            scan: Form = {"scanned": 240, "dpi": 400}
            steps = [Doing(2, COLLECTIONS, "check-rights", rights), Doing(4, DIRECTOR, "approve")]
            steps += [Doing(10, COLLECTIONS, "scan", scan), Doing(12, COLLECTIONS, "check")]
            steps += [Doing(14, COLLECTIONS, "describe", {"subject": "地方志", "described": "清刻本"})]
            yield Story(DIGITISATION, first, COLLECTIONS, copying, [*steps, Doing(16, DIRECTOR, "publish")])
        if month % 6 == 0:
            # Planned only: what wands would see in somebody's library is not for a story to say.
            count_it: Form = {
                "title": "书库半年清点",
                "branch": "",
                "from_number": "",
                "to_number": "",
                "security_byte": "07",
            }
            put_off = (Doing(2, COLLECTIONS, "cancel", reason="盘点器送修，改期"),) if month == 0 else ()
            yield Story(STOCKTAKING, first, COLLECTIONS, count_it, put_off)
        if month % 2:
            away: Form = {"holder": DESK, "deputy": COLLECTIONS, "since": first + timedelta(days=6)}
            away |= {"until": first + timedelta(days=9)}
            yield Story(ABSENCE, first, DESK, away, (Doing(1, DIRECTOR, "grant"), Doing(10, DIRECTOR, "end")))
