"""Every screen in every state, with made-up patrons and well-known books: for pictures and for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from kiosk.model.circulation import Item, Language, Patron, Purpose
from kiosk.model.facts import Found
from kiosk.model.ids import AskId, IdSource, ItemId, PatronRef, SessionId, Uid
from kiosk.model.opening import Announcement, Opening, Week
from kiosk.model.questions import AccountCharge, AccountHold, AccountLoan, AccountTold
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.screens import find_samples, form_samples, pay_samples
from kiosk.screens.samples_staff import staff_samples
from kiosk.screens.settings import ScreenSettings
from kiosk.session.call_parts import Call, CallStage
from kiosk.session.events import Paper, TagKind
from kiosk.session.receipt_parts import MailTrouble, ReceiptStage
from kiosk.session.state import (
    Access,
    Account,
    Attract,
    Borrowing,
    Closing,
    Home,
    Identifying,
    Idle,
    Kiosk,
    LoanRow,
    OnPad,
    OutCause,
    OutOfService,
    Panel,
    Part,
    Policy,
    RenewStage,
    Returning,
    Row,
    Scene,
    Stage,
    Surroundings,
)

SETTINGS = ScreenSettings("城市图书馆", "City Library", floor=find_samples.FLOOR)
TELLING = replace(
    SETTINGS,
    opening=Opening(Week(tue="09:00-21:00")),
    announcements=(
        Announcement(
            zh="周日下午两点，绘本故事会在二楼",
            zh_hant="週日下午兩點，繪本故事時間在二樓",
            en="Story time on Sunday at two, second floor",
            ar="ساعة القصة يوم الأحد عند الثانية في الطابق الثاني",
            de="Vorlesestunde am Sonntag um zwei, zweiter Stock",
            ja="日曜日の午後2時、2階でおはなし会",
        ),
    ),
)
"""A library that tells its hours and what is on."""
NOW_S = 1000.0
UTC_NOW = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
DUE = datetime(2026, 12, 22, 15, 59, tzinfo=UTC)
SESSION = SessionId("01930000-0000-7000-8000-000000000001")
IDLE = Idle(active_s=NOW_S)
WARNED = Idle(active_s=NOW_S - 60, warned_s=NOW_S - 5)
WEI = Patron(PatronRef("P1"), "伟", may_borrow=15)
AMELIE = Patron(PatronRef("P2"), "Amélie", may_borrow=0)
NAMELESS = Patron(PatronRef("card:04A1B2C3"), "", may_borrow=None, provisional=True)
TITLES = (
    "深入理解计算机系统（原书第三版）",
    "三体",
    "Le Zahir",
    "The Cat in the Hat",
    "怪物大师（12）",
    "百年孤独",
    "Structure and Interpretation of Computer Programs",
    "活着",
    "The Curious Incident of the Dog in the Night-Time: a novel that goes on and on in its title, volume one",
    "小王子",
    "红楼梦（程乙本，套装上中下三册，启功注释，人民文学出版社典藏版）",
    "Harry Potter and the Philosopher's Stone",
    "围城",
    "Ficciones",
    "平凡的世界（全三册）",
    "Sofies verden",
    "城南旧事",
    "Momo",
)


def row(number: int, stage: Stage, *codes: ReasonCode, known: bool = True) -> Row:
    """The book `TITLES[number - 1]` at this stage."""
    item = Item(ItemId(f"3555500001{number:04d}"), TITLES[(number - 1) % len(TITLES)]) if known else None
    done = stage is Stage.DONE
    return Row(
        uid=Uid(f"E00401000000{number:04X}"),
        stage=stage,
        since_s=NOW_S,
        item=item,
        due=DUE if done else None,
        reasons=tuple(Reason(code) for code in codes),
    )


def around(**changes: object) -> Surroundings:
    """A well kiosk on line, 24 November 10:42 in Shanghai."""
    plain = Surroundings(
        policy=Policy(languages=tuple(Language), joins=True),
        ids=IdSource(b"samples-of-screens"),
        language=Language.ZH,
        now_s=NOW_S,
        utc=UTC_NOW,
        online=True,
        paper=Paper.OK,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # names are checked where `replace` runs


def samples() -> Mapping[str, Kiosk]:
    """Name → state, in the order in which a patron would meet them."""
    found: dict[str, Kiosk] = {}
    for group in (
        _welcome(),
        _lists("borrow"),
        _lists("return"),
        _accounts(),
        _forms(),
        _found(),
        _receipts(),
        _out(),
        staff_samples(_shown, IDLE, WARNED),
    ):
        found.update(group)
    return found


def in_language(state: Kiosk, language: Language) -> Kiosk:
    """The same state, shown in another language."""
    return replace(state, around=replace(state.around, language=language))


def _shown(scene: Scene, **changes: object) -> Kiosk:
    return Kiosk(around(**changes), scene)


def _on_pad(count: int) -> Mapping[Uid, OnPad]:
    uids = [Uid(f"E00401000000{number:04X}") for number in range(1, count + 1)]
    return MappingProxyType({uid: OnPad(uid, TagKind.LIBRARY, ItemId("35555000010001"), "三体", 0x07) for uid in uids})


def _welcome() -> dict[str, Kiosk]:
    foreign = Reason(ReasonCode.FOREIGN)
    unknown = Reason(ReasonCode.UNKNOWN_PATRON)
    return {
        "attract": _shown(Attract()),
        "attract-offline": _shown(Attract(), online=False),
        "attract-notice": _shown(Attract(notice=foreign, notice_until_s=NOW_S + 6)),
        "attract-settled": _shown(
            Attract(), online=False, settled=(ItemId("35555000010001"), ItemId("35555000010002"))
        ),
        "attract-help": _shown(Attract(help=True)),
        "attract-help-calling": _shown(Attract(help=True), call=Call(AskId("c"))),
        "attract-help-heard": _shown(Attract(help=True), call=Call(AskId("c"), CallStage.HEARD)),
        "attract-help-unheard": _shown(Attract(help=True), call=Call(AskId("c"), CallStage.UNHEARD)),
        "attract-help-offline": _shown(Attract(help=True), online=False),
        "attract-news": _shown(Attract(), board=find_samples.BOARD),
        "attract-news-offline": _shown(Attract(), board=find_samples.BOARD, online=False),
        "attract-new-books": _shown(Attract(), board=find_samples.NEW_BOOKS),
        "attract-two-languages": _shown(Attract(), policy=Policy()),
        "languages": _shown(Attract(), panel=Panel.LANGUAGES),
        "access": _shown(Attract(), panel=Panel.ACCESS, access=frozenset({Access.CALM, Access.TIME})),
        "identify": _shown(Identifying(IDLE, Purpose.BORROW)),
        "identify-books": _shown(Identifying(IDLE, None), pad=_on_pad(3)),
        "identify-looking": _shown(Identifying(IDLE, Purpose.BORROW, "card", AskId("a"))),
        "identify-unknown": _shown(Identifying(IDLE, Purpose.BORROW, problem=unknown), online=False),
        "identify-timeout": _shown(Identifying(WARNED, Purpose.BORROW)),
        "identify-help": _shown(Identifying(IDLE, Purpose.BORROW, help=True)),
        "home": _shown(Home(IDLE, SESSION, WEI, "card")),
        "home-none-left": _shown(Home(IDLE, SESSION, AMELIE, "card", notice=Reason(ReasonCode.CODE_NOT_READ))),
        "home-nameless-offline": _shown(Home(IDLE, SESSION, NAMELESS, "card"), online=False),
        "home-timeout": _shown(Home(WARNED, SESSION, WEI, "card")),
        "home-help": _shown(Home(IDLE, SESSION, WEI, "card", help=True)),
    }


def _mixed() -> tuple[Row, ...]:
    return (
        row(1, Stage.DONE),
        row(2, Stage.DONE),
        row(3, Stage.WRITING),
        row(4, Stage.REFUSED, ReasonCode.ON_HOLD),
        row(5, Stage.PUT_BACK),
    )


def _troubled() -> tuple[Row, ...]:
    return (
        row(6, Stage.UNREADABLE, known=False),
        row(7, Stage.UNDONE, ReasonCode.TAG_LOCKED),
        row(8, Stage.DOUBTFUL),
        row(9, Stage.REFUSED, ReasonCode.NOT_FOR_LOAN, ReasonCode.OFFLINE_LIMIT),
    )


def _every_stage(count: int) -> tuple[Row, ...]:
    stages = (Stage.DONE, Stage.DONE, Stage.WRITING, Stage.REFUSED, Stage.DONE, Stage.ASKING, Stage.UNREADABLE)
    return tuple(row(number, stages[number % len(stages)]) for number in range(1, count + 1))


def _lists(kind: str) -> dict[str, Kiosk]:
    def scene(rows: tuple[Row, ...], **changes: object) -> Scene:
        if kind == "borrow":
            listed: Borrowing | Returning = Borrowing(IDLE, SESSION, WEI, "card", rows)
        else:
            listed = Returning(IDLE, SESSION, None, None, rows)
        return replace(listed, **changes)  # type: ignore[arg-type]  # names are checked where `replace` runs

    yours = (row(2, Stage.REFUSED, ReasonCode.LENT_TO_YOU), row(10, Stage.DONE))
    not_lent = (row(1, Stage.DONE), replace(row(2, Stage.DONE), found=Found.NOT_LENT))
    finishing = (row(1, Stage.DONE), row(3, Stage.WRITING), row(5, Stage.ASKING))
    late = (replace(row(1, Stage.DONE), provisional=True, due=DUE + timedelta(days=30)), row(12, Stage.READING))
    return {
        f"{kind}-empty": _shown(scene(())),
        f"{kind}-reading": _shown(scene((row(1, Stage.READING, known=False), row(2, Stage.READING)))),
        f"{kind}-mixed": _shown(scene(_mixed())),
        f"{kind}-troubled": _shown(scene(_troubled(), notice=Reason(ReasonCode.SAME_NUMBER)), online=False),
        f"{kind}-all-done": _shown(scene(tuple(row(number, Stage.DONE) for number in range(1, 6)))),
        f"{kind}-yours": _shown(scene(yours if kind == "borrow" else not_lent)),
        f"{kind}-offline": _shown(scene(late), online=False),
        f"{kind}-seven": _shown(scene(_every_stage(7))),
        f"{kind}-many": _shown(scene(_every_stage(18))),
        f"{kind}-finishing": _shown(scene(finishing, finishing_s=NOW_S - 1)),
        f"{kind}-timeout": _shown(scene(_mixed(), idle=WARNED)),
        f"{kind}-help": _shown(scene(_mixed()[:2], help=True)),
    }


def _loan(number: int, days: int, *, provisional: bool = False) -> LoanRow:
    """The book `TITLES[number - 1]`, due in so many days."""
    item = Item(ItemId(f"3555500001{number:04d}"), TITLES[(number - 1) % len(TITLES)])
    return LoanRow(AccountLoan(item, UTC_NOW + timedelta(days=days), 0, provisional))


HOLDS = (
    AccountHold(TITLES[9], True, date(2026, 11, 30), "h1", None, ""),
    AccountHold(TITLES[11], False, None, "h2", 1, ""),
    AccountHold(TITLES[8], False, None, "h3", 4, ""),
    AccountHold(TITLES[5], False, None, "", None, ""),
)
CHARGES = (
    AccountCharge("overdue", TITLES[2], 350, date(2026, 11, 3)),
    AccountCharge("lost", TITLES[10], 8800, date(2026, 10, 12)),
    AccountCharge("carried-over", "", 500, date(2025, 6, 30)),
)


def _account(
    loans: tuple[LoanRow, ...],
    holds: tuple[AccountHold, ...] = (),
    charges: tuple[AccountCharge, ...] = (),
) -> Account:
    owes = sum(charge.owed_cents for charge in charges)
    told = AccountTold(tuple(row.loan for row in loans), holds, owes, 7, charges)
    return Account(IDLE, SESSION, WEI, "card", told=told, told_at=UTC_NOW, loans=loans)


def _accounts() -> dict[str, Kiosk]:
    three = (_loan(1, -5), _loan(2, 0), _loan(4, 22))
    renewed = (
        replace(_loan(1, -5), stage=RenewStage.REFUSED, reasons=(Reason(ReasonCode.ON_HOLD),)),
        replace(_loan(2, 28), stage=RenewStage.RENEWED),
        replace(_loan(9, 28, provisional=True), stage=RenewStage.RENEWED),
    )
    silent = tuple(
        replace(row, stage=RenewStage.REFUSED, reasons=(Reason(ReasonCode.NO_ANSWER),)) for row in (_loan(9, -1),)
    )
    busy = (
        replace(_loan(1, -5), stage=RenewStage.ASKING),
        replace(_loan(2, 0), stage=RenewStage.WAITING),
        _loan(4, 2, provisional=True),
    )
    many = tuple(_loan(number, number // 2 - 3) for number in range(1, 61))
    full = _account(three, HOLDS, CHARGES)
    beyond = _account(many, HOLDS).told
    assert beyond is not None
    holds, charges = replace(full, part=Part.HOLDS), replace(full, part=Part.CHARGES)
    nothing = _account(())
    unknown = Account(IDLE, SESSION, NAMELESS, "card")
    return {
        "account": _shown(full),
        "account-looking": _shown(replace(unknown, ask=AskId("a"))),
        "account-empty": _shown(nothing),
        "account-empty-holds": _shown(replace(nothing, part=Part.HOLDS)),
        "account-empty-charges": _shown(replace(nothing, part=Part.CHARGES)),
        "account-many": _shown(_account(many, HOLDS)),
        "account-more": _shown(replace(_account(many, HOLDS), told=replace(beyond, more_loans=12))),
        "account-renewing": _shown(_account(busy)),
        "account-renewed": _shown(_account(renewed)),
        "account-all-renewed": _shown(_account(renewed[1:])),
        "account-no-answer": _shown(_account(silent), online=False),
        "account-holds": _shown(holds),
        "account-giving-up": _shown(replace(holds, giving_up="h2", given_up=frozenset({"h3"}))),
        "account-charges": _shown(charges),
        "account-details": _shown(replace(full, part=Part.DETAILS)),
        "account-charges-by-phone": _shown(pay_samples.by_phone(charges)),
        "account-charges-by-phone-offline": _shown(pay_samples.by_phone(charges), online=False),
        "account-offline": _shown(full, online=False),
        "account-offline-holds": _shown(holds, online=False),
        "account-offline-unknown": _shown(unknown, online=False),
        "account-silent": _shown(replace(unknown, notice=Reason(ReasonCode.ONE_CARD_AT_A_TIME))),
        "account-timeout": _shown(replace(full, idle=WARNED)),
        "account-help": _shown(replace(full, help=True)),
        **{name: _shown(scene, online=online) for name, scene, online in pay_samples.scenes(charges, WARNED)},
    }


def _forms() -> dict[str, Kiosk]:
    return {name: _shown(scene) for name, scene in form_samples.scenes(IDLE, WARNED, SESSION, WEI).items()}


def _found() -> dict[str, Kiosk]:
    found = find_samples.scenes(IDLE, WARNED, SESSION, WEI, TITLES)
    shown = {name: _shown(scene) for name, scene in found.items()}
    return shown | {name: _shown(scene, online=False) for name, scene in find_samples.offline(found).items()}


def _closing(
    receipt: ReceiptStage,
    borrowed: tuple[Row, ...] = (),
    returned: tuple[Row, ...] = (),
    others: tuple[Row, ...] = (),
) -> Closing:
    purpose = Purpose.BORROW if borrowed or not returned else Purpose.RETURN
    return Closing(SESSION, purpose, WEI, "card", borrowed, returned, receipt, NOW_S + 8, others=others)


def _receipts() -> dict[str, Kiosk]:
    lent = tuple(row(number, Stage.DONE) for number in (1, 2, 3))
    back = tuple(replace(row(number, Stage.DONE), due=None) for number in (4, 5))
    left = (row(8, Stage.DOUBTFUL), row(9, Stage.REFUSED, ReasonCode.ON_HOLD))
    early = (replace(lent[0], due=DUE - timedelta(days=7)), *lent[1:])
    offered = ReceiptStage.OFFERED
    return {
        "receipt": _shown(_closing(offered, lent)),
        "receipt-one": _shown(_closing(offered, lent[:1])),
        "receipt-both": _shown(_closing(offered, early, back, left)),
        "receipt-returned": _shown(_closing(offered, (), back)),
        "receipt-no-paper": _shown(_closing(offered, lent), paper=Paper.NONE),
        "receipt-nothing": _shown(_closing(offered)),
        "receipt-nothing-done": _shown(_closing(offered, others=left)),
        "receipt-printing": _shown(_closing(ReceiptStage.PRINTING, lent)),
        "receipt-printed": _shown(_closing(ReceiptStage.PRINTED, lent)),
        "receipt-failed": _shown(_closing(ReceiptStage.FAILED, lent, others=left), paper=Paper.NONE),
        "receipt-declined": _shown(_closing(ReceiptStage.DECLINED, lent)),
        "receipt-one-left": _shown(_closing(offered, lent[:1], others=left[1:])),
        "receipt-phone": _shown(_closing(ReceiptStage.SHOWN, lent, back)),
        "receipt-phone-many": _shown(_closing(ReceiptStage.SHOWN, tuple(row(n, Stage.DONE) for n in range(1, 61)))),
        "receipt-mailing": _shown(_closing(ReceiptStage.MAILING, lent)),
        "receipt-mailed": _shown(_closing(ReceiptStage.MAILED, lent)),
        "receipt-no-address": _shown(replace(_closing(offered, lent), no_mail=MailTrouble.NO_ADDRESS)),
        "receipt-no-answer": _shown(replace(_closing(offered, lent), no_mail=MailTrouble.NO_ANSWER), online=False),
        "receipt-help": _shown(replace(_closing(offered, lent), help=True)),
    }


def _out() -> dict[str, Kiosk]:
    return {
        "starting": _shown(OutOfService((OutCause.STARTING,)), online=False),
        "out-pad": _shown(OutOfService((OutCause.PAD,))),
        "out-storage-session": _shown(OutOfService((OutCause.STORAGE, OutCause.PAD), SESSION), online=False),
        "out-help": _shown(OutOfService((OutCause.PAD,), help=True)),
    }
