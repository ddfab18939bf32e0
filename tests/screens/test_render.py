"""The whole way from the state to the frame, with any rows a library could bring."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.circulation import Item, Language, Patron, Purpose
from kiosk.model.facts import Found
from kiosk.model.ids import ItemId, PatronRef, Uid
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.screens.frame import Frame, Size
from kiosk.screens.ops import Box, Text
from kiosk.screens.rows import row_view
from kiosk.screens.samples import (
    DUE,
    IDLE,
    NOW_S,
    SESSION,
    SETTINGS,
    UTC_NOW,
    WARNED,
    around,
    in_language,
    row,
    samples,
)
from kiosk.screens.tree import MASK, Role
from kiosk.session.events import Touch, Touched
from kiosk.session.state import Attract, Borrowing, Kiosk, Policy, Returning, Row, Scene, Stage
from kiosk.words.sentences import words

Draw = Callable[..., Frame]
LANDSCAPE = Size(1920, 1080)
SMALL = Size(1280, 800)
SQUARE = Size(800, 800)

any_text = st.text(max_size=90)
any_reason = st.builds(
    Reason,
    st.sampled_from(ReasonCode),
    st.sampled_from(((), (("until", "2026-12-01"),), (("until", "soon {x}"),), (("limit", "5"), ("count", "5")))),
)
any_row = st.builds(
    Row,
    uid=st.integers(0, 2**32).map(lambda number: Uid(f"E004{number:012X}")),
    stage=st.sampled_from(Stage),
    since_s=st.just(NOW_S),
    item=st.none() | st.builds(Item, any_text.map(ItemId), any_text),
    due=st.none() | st.just(DUE),
    reasons=st.lists(any_reason, max_size=2).map(tuple),
    found=st.none() | st.sampled_from(Found),
    provisional=st.booleans(),
    mending=st.booleans(),
)
any_rows = st.lists(any_row, max_size=24).map(tuple)


def borrowing(rows: tuple[Row, ...], name: str = "Wei", language: Language = Language.ZH) -> Kiosk:
    patron = Patron(PatronRef("P1"), name, may_borrow=3)
    return Kiosk(around(language=language), Borrowing(IDLE, SESSION, patron, "card", rows))


@given(any_rows, any_text, st.sampled_from(Language), st.sampled_from((Size(1080, 1920), LANDSCAPE, SMALL, SQUARE)))
@settings(max_examples=60, deadline=None)
def test_no_title_and_no_number_of_rows_breaks_a_screen(
    draw: Draw, rows: tuple[Row, ...], name: str, language: Language, size: Size
) -> None:
    frame = draw(borrowing(rows, name, language), size)
    whole = Box(0, 0, size.width, size.height)
    assert all(whole.holds(op.box) for op in frame.draw_list)
    assert [node.state for node in frame.tree.walk() if node.role is Role.ITEM] == [
        "working" if one.stage in (Stage.ASKING, Stage.WRITING) else one.stage.value for one in rows
    ]
    assert sum(node.main for node in frame.tree.walk()) == 1
    json.dumps(frame.draw_list_json())
    json.dumps(frame.as_json(show_private=True))


@given(any_rows, st.sampled_from(Language))
@settings(max_examples=25, deadline=None)
def test_the_same_state_gives_the_same_frame(draw: Draw, rows: tuple[Row, ...], language: Language) -> None:
    assert draw(borrowing(rows, language=language)) == draw(borrowing(rows, language=language))


def test_a_reason_is_never_cut(draw: Draw) -> None:
    for language in Language:
        for code in ReasonCode:
            for count in (1, 18):
                rows = tuple(row(number, Stage.REFUSED, code) for number in range(1, count + 1))
                for size in (Size(1080, 1920), LANDSCAPE, SMALL):
                    frame = draw(borrowing(rows, language=language), size)
                    drawn = "".join(op.text for op in frame.draw_list if isinstance(op, Text)).replace(" ", "")
                    said = words(language).say(f"reason.{code.value}").replace(" ", "")
                    assert said in drawn, (code, language, count, size)


def test_many_books_come_on_pages_and_each_is_in_the_tree(draw: Draw) -> None:
    state = samples()["borrow-many"]
    frame = draw(state, page=0)
    shown = {node.id for node in frame.tree.walk() if node.role is Role.ITEM and node.bounds.w}
    second = draw(state, page=1)
    shown_then = {node.id for node in second.tree.walk() if node.role is Role.ITEM and node.bounds.w}
    assert "borrow.item.1" in shown
    assert shown_then
    assert not shown & shown_then
    assert len([node for node in frame.tree.walk() if node.role is Role.ITEM]) == 18


def test_the_page_with_a_book_to_put_back_comes_first(draw: Draw) -> None:
    rows = (row(1, Stage.PUT_BACK), *(row(number, Stage.DONE) for number in range(2, 19)))
    first = draw(borrowing(rows)).tree.find("borrow.item.1")
    assert first is not None
    assert first.bounds.h > 0


def test_under_a_dialog_nothing_else_can_be_touched(draw: Draw) -> None:
    frame = draw(samples()["borrow-timeout"])
    done = frame.tree.find("borrow.done")
    assert done is not None
    assert done.action is None
    assert done.state == "disabled"
    for x, y in ((5, 5), (540, 960), (540, 1800)):
        node = frame.target(x, y)
        assert node is not None
        assert node.action == Touched(Touch.STILL_HERE)


def test_the_seconds_of_the_warning_run_down(draw: Draw) -> None:
    state = samples()["borrow-timeout"]

    def seconds(now_s: float) -> str:
        node = draw(state, now_s=now_s).tree.find("timeout.seconds")
        assert node is not None
        return node.value

    assert [seconds(NOW_S), seconds(NOW_S + 0.5), seconds(NOW_S + 1), seconds(NOW_S + 99)] == ["15", "15", "14", "0"]


def test_the_clock_goes_on_without_an_event(draw: Draw) -> None:
    clock = draw(samples()["attract"], now_s=NOW_S + 60).tree.find("header.clock")
    assert clock is not None
    assert clock.name == "10:43"


def test_a_notice_on_attract_ends_by_itself(draw: Draw) -> None:
    state = samples()["attract-notice"]
    assert draw(state).tree.find("notice") is not None
    assert draw(state, now_s=NOW_S + 7).tree.find("notice") is None


def test_masked_trees_name_no_title_and_no_patron(draw: Draw) -> None:
    for name, state in samples().items():
        masked = json.dumps(draw(state).as_json(show_private=False), ensure_ascii=False)
        for word in ("三体", "Le Zahir", "伟", "Amélie", "35555000010001"):
            assert word not in masked, (name, word)
    assert MASK in json.dumps(draw(samples()["borrow-mixed"]).as_json(show_private=False), ensure_ascii=False)


def test_what_a_restart_settled_is_told_without_titles(draw: Draw) -> None:
    told = draw(samples()["attract-settled"]).tree.find("attract.settled")
    assert told is not None
    assert "2 本书" in told.name
    assert [(item.value, item.state) for item in told.children] == [
        ("35555000010001", "settled"),
        ("35555000010002", "settled"),
    ]


def test_what_did_not_end_well_is_told_to_the_end(draw: Draw) -> None:
    one = draw(samples()["receipt-one-left"]).tree.find("receipt.left-over")
    assert one is not None
    assert "预约" in one.name
    several = draw(samples()["receipt-both"]).tree.find("receipt.left-over")
    assert several is not None
    assert [item.state for item in several.children] == ["doubtful", "refused"]
    assert all(item.private and item.children[0].name for item in several.children)


def test_offline_says_what_still_works(draw: Draw) -> None:
    policy = Policy()
    returns_only = replace(policy, offline=replace(policy.offline, borrow=False))
    for chosen, key in ((policy, "offline.lends"), (returns_only, "offline.returns")):
        banner = draw(Kiosk(around(online=False, policy=chosen), Attract())).tree.find("offline")
        assert banner is not None
        assert banner.name == words(Language.ZH).say(key)


def test_a_kiosk_with_one_language_offers_no_other(draw: Draw) -> None:
    policy = replace(Policy(), languages=(Language.EN,))
    frame = draw(Kiosk(around(policy=policy, language=Language.EN), Attract()))
    assert frame.tree.find("language.next") is None


def test_printing_is_offered_only_where_there_is_paper(draw: Draw) -> None:
    assert draw(samples()["receipt"]).tree.find("receipt.print") is not None
    without = draw(samples()["receipt-no-paper"])
    assert without.tree.find("receipt.print") is None
    assert without.tree.find("receipt.none") is not None


def test_done_waits_while_books_are_under_way(draw: Draw) -> None:
    done = draw(samples()["borrow-finishing"]).tree.find("borrow.done")
    assert done is not None
    assert (done.state, done.action) == ("busy", None)


def test_a_button_under_a_finger_looks_pressed(draw: Draw) -> None:
    state = samples()["attract"]
    assert draw(state, pressed="attract.borrow").draw_list != draw(state).draw_list


def test_without_motion_nothing_turns(draw: Draw, measure: object) -> None:
    from kiosk.screens.paint import Fonts
    from kiosk.screens.render import render

    assert isinstance(measure, Fonts)
    still = replace(SETTINGS, motion=False)
    state = samples()["borrow-mixed"]
    one = render(state, Size(1080, 1920), still, measure, now_s=NOW_S)
    later = render(state, Size(1080, 1920), still, measure, now_s=NOW_S + 0.3)
    assert one == later


def test_returning_needs_no_patron_and_greets_nobody(draw: Draw) -> None:
    scene: Scene = Returning(WARNED, SESSION, None, None, (row(1, Stage.DONE),))
    sentence = draw(Kiosk(around(), scene)).tree.find("return.sentence")
    assert sentence is not None
    assert not sentence.private


def test_a_return_that_did_not_happen_is_not_called_a_loan() -> None:
    for language in Language:
        say = words(language)
        taken = row(1, Stage.UNDONE, ReasonCode.TAKEN_AWAY)
        shown = row_view(taken, Purpose.RETURN, say, UTC_NOW, "Asia/Shanghai")
        assert shown.pill.text == say.say("stage.undone-return")
        plain = row_view(row(1, Stage.UNDONE), Purpose.RETURN, say, UTC_NOW, "Asia/Shanghai")
        assert plain.detail == say.say("detail.undone-return")


def named(state: Kiosk, draw: Draw) -> dict[str, str]:
    """What each node of the English screen says."""
    found: dict[str, str] = {}
    nodes = [draw(in_language(state, Language.EN)).tree]
    while nodes:
        node = nodes.pop()
        found[node.id] = node.name
        nodes += node.children
    return found


def test_books_for_the_desk_are_not_to_be_taken_along_as_well(draw: Draw) -> None:
    take_all = words(Language.EN).say("receipt.take-all")
    assert take_all in named(samples()["receipt-nothing"], draw).values()
    assert take_all not in named(samples()["receipt-nothing-done"], draw).values()


def test_a_failed_receipt_leaves_a_way_on(draw: Draw) -> None:
    node = draw(samples()["receipt-failed"]).tree.find("receipt.none")
    assert node is not None
    assert node.action == Touched(Touch.NO_RECEIPT)


def test_nobody_is_asked_for_the_card_that_is_being_looked_up(draw: Draw) -> None:
    sentence = words(Language.EN).say("identify.sentence")
    assert sentence in named(samples()["identify"], draw).values()
    assert sentence not in named(samples()["identify-looking"], draw).values()


def test_only_what_stands_still_and_is_not_lent_can_be_removed(draw: Draw) -> None:
    rows = tuple(row(number, stage) for number, stage in enumerate(Stage, 1))
    for number in range(0, len(rows), 3):
        shown = rows[number : number + 3]
        tree = draw(borrowing(shown)).tree
        offered = {one.stage for at, one in enumerate(shown, 1) if tree.find(f"borrow.item.{at}.remove") is not None}
        assert offered == {one.stage for one in shown} & {Stage.REFUSED, Stage.UNREADABLE, Stage.UNDONE}
