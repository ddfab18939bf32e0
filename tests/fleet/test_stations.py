"""What becomes of messages that no honest machine sends, and of machines that share a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.fleet.conditions import Bounds, Kind, Level, conditions
from kiosk.fleet.stations import BURST, Happened, Known, heard, newly
from kiosk.fleet.strips import CELLS, marked, runs
from kiosk.wire import Channel, Station
from tests.fleet.house import message

START = datetime(2026, 11, 27, 10, tzinfo=UTC)
KIOSK = Station("main", "kiosk-1")
HEALTH = {"boot": "b1", "mono_ms": 1, "devices": {"pad": "ok"}, "paper": "ok", "outbox": 0, "refused": 0}
HEALTH |= {"disk_free_kb": 9_000_000, "clock_offset_ms": 0, "temperature_c": 40}


def after(
    *told: tuple[Channel, bytes], known: Known | None = None, apart_s: float = 10
) -> tuple[Known, list[Happened]]:
    known, happened = known or newly(KIOSK, START), []
    for number, (channel, payload) in enumerate(told):
        known, events = heard(known, channel, payload, START + timedelta(seconds=apart_s * number))
        happened += [event.kind for event in events]
    return known, happened


def kinds(known: Known, at: datetime = START) -> set[Kind]:
    return {one.kind for one in conditions(known, at, Bounds(), START)}


def health(**more: object) -> tuple[Channel, bytes]:
    return Channel.HEALTH, message("kiosk-1", "lk.station.health", HEALTH | more)


def born(boot: str, since: str = "2026-11-27T10:00:00Z") -> tuple[Channel, bytes]:
    data = {"state": "alive", "boot": boot, "session": 1, "software": "1", "since": since, "clean": False}
    return Channel.STATUS, message("kiosk-1", "lk.station.status", data)


@given(st.lists(st.tuples(st.sampled_from(list(Channel)), st.binary(max_size=200)), max_size=20))
def test_no_bytes_end_it(told: list[tuple[Channel, bytes]]) -> None:
    known, _ = after(*told)
    assert known.station == KIOSK


def test_an_impossible_temperature_is_left_out_and_said() -> None:
    known, happened = after(health(temperature_c=999))
    assert (happened, kinds(known)) == ([Happened.IMPOSSIBLE], {Kind.IMPOSSIBLE})
    assert known.health is not None
    assert known.health.temperature_c is None


def test_a_clock_that_is_years_off_is_a_fault_of_the_clock_and_of_nothing_else() -> None:
    known, _ = after(born("b1", "1999-01-01T00:00:00Z"), health(clock_offset_ms=-880_000_000_000))
    assert kinds(known, START + timedelta(seconds=20)) == {Kind.CLOCK}


def test_an_unknown_version_is_counted_and_said_once() -> None:
    strange = Channel.HEALTH, message("kiosk-1", "lk.station.health", HEALTH, "lk/9")
    known, happened = after(strange, strange, strange)
    assert (known.set_aside, happened, kinds(known)) == (3, [Happened.SET_ASIDE], {Kind.STRANGE})


def test_a_device_that_floods_is_heard_no_more_than_its_share() -> None:
    known, happened = after(*[health()] * 500, apart_s=0.001)
    assert known.dropped > 500 - BURST - 5
    assert happened == [Happened.FLOOD]
    assert Kind.FLOOD in kinds(known)


def test_two_machines_with_one_name_are_seen_by_their_turns() -> None:
    _, restarts = after(born("b1"), born("b2"), born("b3"), born("b4"))
    assert Happened.TAKEOVER not in restarts
    known, turns = after(born("b1"), born("b2"), born("b1"))
    assert turns[-1] is Happened.TAKEOVER
    assert Kind.TAKEOVER in kinds(known)


def test_the_will_of_an_old_connection_does_not_end_the_new_one() -> None:
    data = {
        "state": "gone",
        "boot": "b1",
        "session": 1,
        "software": "1",
        "since": "2026-11-27T10:00:00Z",
        "clean": False,
    }
    will = Channel.STATUS, message("kiosk-1", "lk.station.status", data)
    known, _ = after(born("b1"), born("b2"), will)
    assert Kind.GONE not in kinds(known)
    known, happened = after(born("b1"), will, will)
    assert happened == [Happened.BORN, Happened.VANISHED]
    assert kinds(known) == {Kind.GONE}


def test_who_cannot_hear_says_of_nobody_that_they_are_silent() -> None:
    known, _ = after(born("b1"), health())
    late = START + timedelta(hours=1)
    assert conditions(known, late, Bounds(), None) == ()
    assert kinds(known, late) == {Kind.SILENT}
    assert conditions(known, late, Bounds(), late) == ()


def test_a_new_journal_is_told() -> None:
    def sync(epoch: str) -> tuple[Channel, bytes]:
        return health(sync={"epoch": epoch, "last": 5, "acked": 5, "oldest": None})

    known, happened = after(sync("e1"), sync("e1"), sync("e2"))
    assert (happened, kinds(known)) == ([Happened.EPOCH], {Kind.EPOCH})


@given(st.lists(st.tuples(st.integers(0, 200_000), st.sampled_from(list(Level))), max_size=30))
def test_a_strip_has_a_letter_for_each_quarter_of_a_day(told: list[tuple[int, Level]]) -> None:
    strip, last, now = "", 0, START
    for seconds, level in told:
        now += timedelta(seconds=seconds)
        strip, last = marked(strip, last, level, now)
        assert len(strip) == CELLS
        assert runs(strip)
