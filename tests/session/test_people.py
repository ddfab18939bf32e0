"""People, devices, disk and power cuts in a room where tags keep what was written to them: nothing is lost
(design, section 4)."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.ledger.verify import FOLLOWS
from kiosk.model.circulation import Item, Purpose
from kiosk.model.ids import IntentId, ItemId, Uid
from kiosk.model.journal import CLOSING, RowKind
from kiosk.model.questions import (
    AccountHold,
    AccountLoan,
    AccountTold,
)
from kiosk.session.events import (
    CardLifted,
    CardPresented,
    CodeScanned,
    LinkChanged,
    Paper,
    PaperChanged,
    StorageRecovered,
    TagKind,
    Touch,
    Touched,
)
from kiosk.session.state import Borrowing, Stage
from tests.session.room import DUE, IN_STOCK, ON_LOAN, START, PowerCut, Room, a_book, a_patron, doubts_of
from tests.session.stories import in_order

TITLES = ["Snow", "Le zahir", "Deep river", "Twin", "Torn tag", "Bank card"]
Deed = tuple[str, int]


def _switch(name: str) -> Callable[[Room, int], None]:
    return lambda room, choice: setattr(room, name, choice % 2 == 0)


def _tap(room: Room, choice: int) -> None:
    room.happened(CardPresented(["card-of-Wei", "card-of-Li"][choice % 2]))
    if choice % 3:
        room.happened(CardLifted())


def _free_disk(room: Room, choice: int) -> None:
    room.disk_full = False
    room.happened(StorageRecovered())


def _cut(room: Room, choice: int) -> None:
    room.cut_in, room.cut_before = choice // 2, choice % 2 == 0


def _scan(room: Room, choice: int) -> None:
    room.happened(CodeScanned(room.books[TITLES[choice % len(TITLES)]].item))


def _replug(room: Room, choice: int) -> None:
    if room.pad_works:
        room.unplug_pad()
    else:
        room.plug_pad()


RENEWALS = [(Touch.RENEW_ALL, ""), (Touch.RENEW, "1"), (Touch.RENEW, "4"), (Touch.GIVE_UP, "1"), (Touch.SHOW, "holds")]
TOUCHES = [Touch.BORROW, Touch.RETURN, Touch.DONE, Touch.PRINT, Touch.BACK, Touch.NO_RECEIPT, Touch.ACCOUNT]
DEEDS: dict[str, Callable[[Room, int], None]] = {
    "lay down": lambda room, choice: room.lay_down(TITLES[choice % len(TITLES)], TITLES[(choice // 2) % len(TITLES)]),
    "take off": lambda room, choice: room.take_off(TITLES[choice % len(TITLES)]),
    "take all off": lambda room, choice: room.take_off(*TITLES),
    "tap card": _tap,
    "touch": lambda room, choice: room.happened(
        Touched(
            [Touch.BORROW, Touch.RETURN, Touch.DONE, Touch.PRINT, Touch.BACK, Touch.NO_RECEIPT, Touch.ACCOUNT][
                choice % 7
            ]
        )
    ),
    "renew": lambda room, choice: room.happened(Touched(*RENEWALS[choice % len(RENEWALS)])),
    "line is": lambda room, choice: room.happened(LinkChanged(choice % 3 > 0)),
    "remove": lambda room, choice: room.happened(Touched(Touch.REMOVE, room.books[TITLES[choice % 6]].uid)),
    "scan": _scan,
    "wait": lambda room, choice: room.passes([1, 5, 21, 90][choice % 4]),
    "hold central": _switch("hold_central"),
    "hold pad": _switch("hold_pad"),
    "pad does one thing": lambda room, choice: room.pad_answers(),
    "central answers once": lambda room, choice: room.central_answers(),
    "lose answers": _switch("lose_answers"),
    "line": _switch("online"),
    "replug pad": _replug,
    "fill disk": lambda room, choice: setattr(room, "disk_full", True),
    "free disk": _free_disk,
    "cut the power soon": _cut,
    "cut the power": lambda room, choice: room.switch_on(),
}
deeds = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 11)), min_size=10, max_size=50)


def a_room() -> Room:
    room = Room()
    for number, title in enumerate(TITLES, 1):
        room.books[title] = a_book(title, number)
    room.books["Twin"].item = room.books["Snow"].item
    room.books["Torn tag"].kind = TagKind.BROKEN
    room.books["Bank card"].kind = TagKind.NOT_LIBRARY
    told = [AccountLoan(Item(ItemId(f"lent-{number}"), "Out"), DUE, 0) for number in range(6)]
    room.accounts = {a_patron("Wei").ref: AccountTold(tuple(told), (AccountHold("Momo", False, None, "h1"),), 0, 5)}
    room.cards = {"card-of-Wei": a_patron("Wei"), "card-of-Li": a_patron("Li")}
    room.happened(PaperChanged(Paper.OK))
    return room


def standing_loans(room: Room) -> set[Uid]:
    """Tags whose item the journal says is lent."""
    standing: set[Uid] = set()
    for written in room.rows:
        of_a_tag = written.row.kind in FOLLOWS and written.row.kind is not RowKind.RENEW_INTENDED
        assert written.row.uid is not None or not of_a_tag
        if written.row.uid is None:
            continue
        if written.row.kind is RowKind.LOAN_MADE:
            standing.add(written.row.uid)
        elif written.row.kind in (RowKind.LOAN_UNDONE, RowKind.RETURN_DONE):
            standing.discard(written.row.uid)
    return standing


def check(room: Room) -> None:
    """I1–I3 as the room shows them, at any moment."""
    doubts = doubts_of(room.rows, START)
    lent = standing_loans(room)
    in_doubt = {doubt.uid for doubt in doubts}
    for book in room.books.values():
        if book.afi == ON_LOAN:
            assert book.uid in lent | in_doubt, f"I2: {book} says on loan, and nobody knows"
        elif book.uid in lent:
            assert book.uid in in_doubt, f"I3: {book} is lent, secured, and nobody mends it"
    stories: dict[IntentId, list[RowKind]] = {}
    for written in room.rows:
        if written.row.intent is not None and (written.row.kind in FOLLOWS or written.row.kind in CLOSING):
            stories.setdefault(written.row.intent, []).append(written.row.kind)
    in_order(stories)


def play(room: Room, deed: Deed) -> None:
    try:
        DEEDS[deed[0]](room, deed[1])
        room.work()
    except PowerCut:
        room.hold_pad = room.hold_central = False
        room.switch_on()
        room.work()


def all_is_well_again(room: Room) -> None:
    """Everything works, everybody has gone home, and every book lies on the pad when the kiosk starts."""
    room.hold_pad = room.hold_central = room.lose_answers = room.disk_full = False
    room.cut_in = None
    room.passes(300)
    for book in room.books.values():
        book.lies = True
    room.switch_on()
    room.passes(60)


@settings(max_examples=150, deadline=None)
@given(deeds)
@example([("lay down", 0), ("hold pad", 0), ("tap card", 1), ("take all off", 0), ("cut the power", 0)])
def test_people_devices_disk_and_power_cuts_lose_nothing(played: list[Deed]) -> None:
    """D01–D13, P02, P05, P06, D14: the journal and the tags agree, and every doubt ends when the book is seen again."""
    room = a_room()
    for deed in played:
        play(room, deed)
        check(room)
    all_is_well_again(room)
    check(room)
    assert not room.kiosk.around.doubts
    assert not [doubt for doubt in doubts_of(room.rows, START) if doubt.purpose is Purpose.BORROW]
    assert {book.uid for book in room.books.values() if book.afi == ON_LOAN} == standing_loans(room)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["borrow", "return"]), st.integers(0, 12), st.booleans(), st.booleans())
def test_a_power_cut_beside_any_commit_leaves_one_loan_or_none(way: str, at: int, before: bool, lost: bool) -> None:
    """D01–D12, I4: each commit of a borrow and of a return, before it and right after it, also with a lost answer."""
    room = a_room()
    snow = room.books["Snow"]
    snow.afi = ON_LOAN if way == "return" else IN_STOCK
    room.lose_answers = lost
    room.cut_in, room.cut_before = at, before
    confirmed = False
    try:
        room.lay_down("Snow", "Le zahir")
        _tap(room, 1)
        room.work()
        scene = room.kiosk.scene
        confirmed = isinstance(scene, Borrowing) and any(
            row.uid == snow.uid and row.stage is Stage.DONE for row in scene.rows
        )
        room.happened(Touched(Touch.DONE))
        room.passes(20)
    except PowerCut:
        room.switch_on()
    all_is_well_again(room)
    loans = [written.row.intent for written in room.rows if written.row.kind is RowKind.LOAN_MADE]
    assert len(loans) == len(set(loans))
    if way == "borrow":
        assert (snow.afi == ON_LOAN) == (snow.uid in standing_loans(room))
        assert not confirmed or snow.afi == ON_LOAN
    assert not room.kiosk.around.doubts
