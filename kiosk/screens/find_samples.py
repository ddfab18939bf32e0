"""Scenes of looking for a title, for pictures and tests: well-known books on a made-up floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from kiosk.model.circulation import Patron
from kiosk.model.finding import FoundCopy, FoundTitle, How, TitlesFound, TitleTold, Whereabouts
from kiosk.model.floor import Area, Floor, Shelf
from kiosk.model.ids import AskId, SessionId
from kiosk.model.news import Happening, NewsTold
from kiosk.model.opening import Announcement
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session.board import Board
from kiosk.session.opened import HoldStage, Keys, Opened
from kiosk.session.state import Finding, Idle

TOLD_AT = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
FLOOR = Floor(
    width=44,
    height=30,
    here_x=4,
    here_y=27,
    name_zh="一楼",
    name_en="Ground floor",
    shelf=tuple(
        Shelf(f"1-{letter}-{row + 1:02d}", begins, 10 + 16 * column, 2 + 3 * row, 13, 1)
        for column, (letter, beginnings) in enumerate(
            (("A", ("A", "B", "D", "F", "G", "H", "I")), ("B", ("I3", "J", "K", "N", "Q", "TP", "TP39")))
        )
        for row, begins in enumerate(beginnings)
    ),
    wall=(Area(0, 22, 7, 1),),
    place=(
        Area(17, 25, 10, 4, "服务台", "Desk"),
        Area(34, 24, 9, 5, "阅览区", "Reading"),
        Area(1, 2, 6, 8, "楼梯", "Stairs"),
    ),
)
DUE = date(2026, 12, 8)
_CALL_NUMBERS = ("TP301/142", "I247.55/88", "I565.45/39", "I712.84/7", "I287.47/12", "I775.45/61", "TP311.1/5")
_AUTHORS = ("Randal E. Bryant", "刘慈欣", "Paulo Coelho", "Dr. Seuss", "雷欧幻像", "加西亚·马尔克斯", "Harold Abelson")
_WHERE = (
    Whereabouts.HERE,
    Whereabouts.HERE,
    Whereabouts.ELSEWHERE,
    Whereabouts.READING,
    Whereabouts.LENT,
    Whereabouts.KEPT,
    Whereabouts.NOWHERE,
)

NEW_TITLES = ("长安的荔枝", "云边有个小卖部", "Klara and the Sun", "太白金星有点烦", "The Overstory", "望江南")
NEW_BOOKS = Board(
    NewsTold(
        books=tuple(
            FoundTitle(f"new-{number}", title, "", "I247.57/9", Whereabouts.HERE)
            for number, title in enumerate(NEW_TITLES, 1)
        )
    )
)
STORIES = Announcement(
    zh="绘本故事会，二楼儿童区",
    zh_hant="繪本故事時間，二樓兒童區",
    en="Story time, second floor",
    ar="ساعة القصة في الطابق الثاني",
    de="Vorlesestunde im zweiten Stock",
    ja="おはなし会、2階児童コーナー",
)
LIFT = Announcement(
    zh="电梯正在检修，请走东侧楼梯",
    zh_hant="電梯正在檢修，請走東側樓梯",
    en="The lift is being repaired. Please take the stairs on the east side",
    ar="المصعد قيد الإصلاح. استعمل الدرج الشرقي من فضلك",
    de="Der Aufzug wird repariert. Bitte nehmen Sie die Treppe im Osten",
    ja="エレベーターは点検中です。東側の階段をご利用ください",
)
BOARD = replace(
    NEW_BOOKS,
    told=replace(NEW_BOOKS.told, announcements=(LIFT,), happenings=(Happening(STORIES, date(2026, 11, 29), "14:00"),)),
)
"""What central tells everybody."""


def scenes(
    idle: Idle, warned: Idle, session: SessionId, patron: Patron, titles: tuple[str, ...]
) -> Mapping[str, Finding]:
    """Name → scene."""
    some = tuple(_found(titles, n) for n in range(7))
    many = tuple(_found(titles, n) for n in range(18))
    plain = Finding(idle)
    typed = replace(plain, typed="slrj", found=TitlesFound(some[:3], 3), found_of="slrj", told_at=TOLD_AT)
    hers = replace(typed, session=session, patron=patron, token="card")
    here, lent = Opened(some[0]), Opened(some[4])
    told_here = TitleTold(some[0], (FoundCopy("TP301/142", "", Whereabouts.HERE),), 0, some[1:4], "9787111544937")
    lent_copies = (
        FoundCopy("I287.47/12", "", Whereabouts.LENT, DUE),
        FoundCopy("I287.47/12", "城东分馆", Whereabouts.LENT, DUE),
        FoundCopy("I287.47/12", "", Whereabouts.KEPT),
    )
    told_lent = TitleTold(some[4], lent_copies, 2, some[1:3])
    wanted = replace(hers, opened=replace(lent, told=told_lent))
    assert wanted.opened is not None
    return _lists(plain, typed, hers, some, many) | {
        "item": replace(typed, opened=replace(here, told=told_here)),
        "item-signed-in": replace(hers, opened=replace(here, told=told_here)),
        "item-looking": replace(typed, opened=here),
        "item-lent": replace(typed, opened=replace(lent, told=told_lent)),
        "item-reserve": wanted,
        "item-reserving": replace(wanted, opened=replace(wanted.opened, stage=HoldStage.ASKING)),
        "item-reserved": replace(wanted, opened=replace(wanted.opened, stage=HoldStage.PLACED, place=3)),
        "item-reserved-next": replace(wanted, opened=replace(wanted.opened, stage=HoldStage.PLACED, place=1)),
        "item-refused": replace(wanted, opened=_refused(wanted.opened, ReasonCode.DEBT, ReasonCode.TOO_MANY_HOLDS)),
        "item-no-answer": replace(wanted, opened=_refused(wanted.opened, ReasonCode.NO_ANSWER)),
        "item-elsewhere": replace(typed, opened=Opened(some[2])),
        "item-reading": replace(hers, opened=Opened(some[3])),
        "item-kept": replace(typed, opened=Opened(some[5])),
        "item-nowhere": replace(typed, opened=Opened(some[6])),
        "item-gone": replace(hers, opened=replace(here, gone=True)),
        "item-long": replace(typed, opened=Opened(_found(titles, 8))),
        "item-timeout": replace(wanted, idle=warned),
        "item-help": replace(wanted, help=True),
    }


def _lists(
    plain: Finding, typed: Finding, hers: Finding, some: tuple[FoundTitle, ...], many: tuple[FoundTitle, ...]
) -> dict[str, Finding]:
    def found(words: str, result: TitlesFound) -> Finding:
        return replace(typed, typed=words, found=result, found_of=words)

    notice = Reason(ReasonCode.UNKNOWN_PATRON)
    return {
        "find": plain,
        "find-digits": replace(plain, keys=Keys.DIGITS, typed="9787", ask=AskId("a")),
        "find-few": typed,
        "find-signed-in": hers,
        "find-seven": found("s", TitlesFound(some, 7)),
        "find-many": found("s", TitlesFound(many, 2_000, more=True)),
        "find-none": found("qqqqq", TitlesFound((), 0)),
        "find-spelled": found("zahri", TitlesFound(some[2:3], 1, how=How.SPELLED, meant="zahir")),
        "find-sounding": found("三提", TitlesFound(some[1:2], 1, how=How.SOUNDING, meant="santi")),
        "find-fewer": found("cat in a boat", TitlesFound(some[3:4], 1, how=How.FEWER, meant="cat in a")),
        "find-words": replace(plain, typed="三ti", row=1, ask=AskId("a")),
        "find-silent": replace(plain, typed="slrj", silent=True),
        "find-notice": replace(typed, notice=notice, notice_until_s=float("inf")),
        "find-help": replace(plain, help=True),
    }


def offline(found: Mapping[str, Finding]) -> dict[str, Finding]:
    """Those that look otherwise without a line."""
    return {
        "find-offline": found["find-signed-in"],
        "find-offline-empty": found["find"],
        "item-offline": found["item-reserve"],
    }


def _found(titles: tuple[str, ...], number: int) -> FoundTitle:
    where = _WHERE[number % len(_WHERE)]
    return FoundTitle(
        key=f"00{number:06d}",
        title=titles[number % len(titles)],
        author=_AUTHORS[number % len(_AUTHORS)],
        call_number=_CALL_NUMBERS[number % len(_CALL_NUMBERS)],
        whereabouts=where,
        branch="城东分馆" if where is Whereabouts.ELSEWHERE else "",
        due=DUE if where is Whereabouts.LENT else None,
    )


def _refused(opened: Opened, *codes: ReasonCode) -> Opened:
    return replace(opened, stage=HoldStage.REFUSED, reasons=tuple(map(Reason, codes)))
