"""The words in which the stories of a visit are told: what is given, what happens, what is then to be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kiosk.model.facts import Fact, item_of
from kiosk.model.ids import ItemId, Uid
from kiosk.model.journal import RowKind
from kiosk.model.reasons import ReasonCode
from kiosk.session.effects import Cue, Effect, Play, PrintReceipt, WriteAfi
from kiosk.session.events import (
    CardLifted,
    CardPresented,
    CodeScanned,
    Event,
    Paper,
    PaperChanged,
    StorageRecovered,
    TagKind,
    Touch,
    Touched,
)
from kiosk.session.state import Borrowing, Closing, Identifying, Policy, Returning, Row, Scene, Stage
from tests.session.room import IN_STOCK, ON_LOAN, Book, Room, a_book, a_patron

Word = Callable[["Playbook"], None]


@dataclass(slots=True)
class Playbook:
    """A conversation with the kiosk, line by line."""

    room: Room = field(default_factory=Room)
    effects: list[Effect] = field(default_factory=list)
    """Of the last `when`."""

    def given(self, *words: Word) -> None:
        """How things stand. What the kiosk does about it is not looked at."""
        self.when(*words)

    def when(self, *words: Word) -> None:
        """What happens, one thing after another; devices and central answer at once unless they are held."""
        self.room.effects.clear()
        for word in words:
            word(self)
            self.room.work()
        self.effects = list(self.room.effects)

    def expect(self, *words: Word) -> None:
        """What is then to be seen."""
        for word in words:
            word(self)

    @property
    def scene(self) -> Scene:
        return self.room.kiosk.scene

    def book(self, title: str) -> Book:
        return self.room.books[title]

    def rows(self) -> tuple[Row, ...]:
        scene = self.scene
        assert isinstance(scene, Borrowing | Returning), f"there is no list on {type(scene).__name__}"
        return scene.rows

    def row(self, title: str) -> Row | None:
        return next((row for row in self.rows() if row.uid == self.book(title).uid), None)

    def journal(self, title: str | None = None) -> list[RowKind]:
        item = None if title is None else self.book(title).item
        return [written.row.kind for written in self.room.rows if item is None or written.row.item == item]

    def facts(self) -> list[Fact]:
        return [written.fact for written in self.room.rows if written.fact is not None]


def books(*titles: str, afi: int | None = IN_STOCK, kind: TagKind = TagKind.LIBRARY) -> Word:
    """These books exist, on no pad."""

    def say(play: Playbook) -> None:
        for title in titles:
            play.room.books[title] = a_book(title, len(play.room.books) + 1, afi, kind)

    return say


def twin_of(title: str, twin: str) -> Word:
    """Another tag with the same item number."""

    def say(play: Playbook) -> None:
        books(twin)(play)
        play.book(twin).item = play.book(title).item

    return say


def patrons(*names: str) -> Word:
    """These patrons have cards named `card-of-NAME`."""

    def say(play: Playbook) -> None:
        for name in names:
            play.room.cards[f"card-of-{name}"] = a_patron(name)

    return say


def refused(title: str, code: ReasonCode) -> Word:
    """Central will refuse this item."""

    def say(play: Playbook) -> None:
        play.room.refusals[ItemId(play.book(title).item)] = code

    return say


def policy(change: Callable[[Policy], Policy]) -> Word:
    """Another policy; the kiosk starts anew with it."""

    def say(play: Playbook) -> None:
        play.room.policy = change(play.room.policy)
        play.room.switch_on()

    return say


def no_lending_offline() -> Word:
    return policy(lambda before: replace(before, offline=replace(before.offline, borrow=False)))


def happens(event: Event) -> Word:
    return lambda play: play.room.happened(event)


def touch(what: Touch, target: str = "") -> Word:
    return happens(Touched(what, target))


def card(name: str) -> Word:
    """A card is tapped: shown and taken away again."""

    def say(play: Playbook) -> None:
        play.room.happened(CardPresented(f"card-of-{name}"))
        play.room.happened(CardLifted())

    return say


def card_left(name: str) -> Word:
    """A card is laid on the reader and stays there."""
    return happens(CardPresented(f"card-of-{name}"))


def scanned(code: str) -> Word:
    return happens(CodeScanned(code))


def scanned_barcode_of(title: str) -> Word:
    return lambda play: play.room.happened(CodeScanned(play.book(title).item))


def laid_down(*titles: str) -> Word:
    return lambda play: play.room.lay_down(*titles)


def pulled_away(*titles: str) -> Word:
    return lambda play: play.room.take_off(*titles)


def seconds_pass(seconds: float) -> Word:
    return lambda play: play.room.passes(seconds)


def paper(state: Paper) -> Word:
    return happens(PaperChanged(state))


def offline(play: Playbook) -> None:
    play.room.online = False


def online(play: Playbook) -> None:
    play.room.online = True


def central_is_slow(play: Playbook) -> None:
    play.room.hold_central = True


def central_answers(play: Playbook) -> None:
    play.room.hold_central = False


def pad_is_slow(play: Playbook) -> None:
    play.room.hold_pad = True


def pad_goes_on(play: Playbook) -> None:
    play.room.hold_pad = False


def pad_unplugged(play: Playbook) -> None:
    play.room.unplug_pad()


def pad_plugged_in(play: Playbook) -> None:
    play.room.plug_pad()


def power_cut(play: Playbook) -> None:
    """The process dies and starts again on what the journal holds."""
    play.room.switch_on()


def disk_full(play: Playbook) -> None:
    play.room.disk_full = True


def disk_freed(play: Playbook) -> None:
    play.room.disk_full = False
    play.room.happened(StorageRecovered())
    play.room.work()


def locked(title: str) -> Word:
    def say(play: Playbook) -> None:
        play.book(title).locked = True

    return say


def stubborn(title: str) -> Word:
    def say(play: Playbook) -> None:
        play.book(title).stubborn = True

    return say


def shows(scene: type[Scene]) -> Word:
    def say(play: Playbook) -> None:
        assert type(play.scene) is scene, f"expected {scene.__name__}, the screen is {play.scene}"

    return say


def stage(title: str, expected: Stage, *reasons: ReasonCode) -> Word:
    """The row of this book, and the reasons it gives."""

    def say(play: Playbook) -> None:
        row = play.row(title)
        assert row is not None, f"no row for {title}: {play.rows()}"
        assert row.stage is expected, f"expected {expected}, {title} is {row}"
        assert tuple(reason.code for reason in row.reasons) == reasons

    return say


def no_row(title: str) -> Word:
    def say(play: Playbook) -> None:
        assert play.row(title) is None

    return say


def notice(code: ReasonCode | None) -> Word:
    def say(play: Playbook) -> None:
        scene = play.scene
        found = scene.problem if isinstance(scene, Identifying) else getattr(scene, "notice", None)
        assert (None if found is None else found.code) == code

    return say


def journalled(title: str, *kinds: RowKind) -> Word:
    """Exactly these rows about this book, in this order."""

    def say(play: Playbook) -> None:
        assert play.journal(title) == list(kinds)

    return say


def afi(title: str, expected: int) -> Word:
    def say(play: Playbook) -> None:
        assert play.book(title).afi == expected

    return say


def lent(*titles: str) -> Word:
    """The screen says lent, the tag says on loan, and central was told of one loan and of the opened tag."""

    def say(play: Playbook) -> None:
        for title in titles:
            stage(title, Stage.DONE)(play)
            afi(title, ON_LOAN)(play)
            told(title, "lk.loan.made", "lk.item.opened")(play)

    return say


def told(title: str, *types: str) -> Word:
    """Exactly these facts about this book, in this order."""

    def say(play: Playbook) -> None:
        item = play.book(title).item
        assert [fact.type for fact in play.facts() if item_of(fact) == item] == list(types)

    return say


def in_doubt(title: str) -> Word:
    def say(play: Playbook) -> None:
        items = [doubt.item for doubt in play.room.kiosk.around.doubts.values()]
        assert items == [play.book(title).item]

    return say


def no_doubts(play: Playbook) -> None:
    assert not play.room.kiosk.around.doubts
    assert not play.room.kiosk.around.mending


def wrote(*writes: tuple[str, int]) -> Word:
    """Exactly these writes were ordered since the last `when` began."""

    def say(play: Playbook) -> None:
        ordered = [(effect.uid, effect.afi) for effect in play.effects if isinstance(effect, WriteAfi)]
        assert ordered == [(play.book(title).uid, value) for title, value in writes]

    return say


def sound(cue: Cue) -> Word:
    def say(play: Playbook) -> None:
        assert Play(cue) in play.effects

    return say


def printed(*, borrowed: tuple[str, ...] = (), returned: tuple[str, ...] = ()) -> Word:
    def say(play: Playbook) -> None:
        receipts = [effect for effect in play.effects if isinstance(effect, PrintReceipt)]
        assert [tuple(entry.title for entry in receipt.borrowed) for receipt in receipts] == [borrowed]
        assert [tuple(entry.title for entry in receipt.returned) for receipt in receipts] == [returned]

    return say


def closes_with(
    *, borrowed: tuple[str, ...] = (), returned: tuple[str, ...] = (), others: tuple[str, ...] = ()
) -> Word:
    """The last screen names these items, by the tags that they have."""

    def say(play: Playbook) -> None:
        scene = play.scene
        assert isinstance(scene, Closing), scene
        assert [row.uid for row in scene.borrowed] == [play.book(title).uid for title in borrowed]
        assert [row.uid for row in scene.returned] == [play.book(title).uid for title in returned]
        assert [row.uid for row in scene.others] == [play.book(title).uid for title in others]

    return say


def uid_of(play: Playbook, title: str) -> Uid:
    return play.book(title).uid
