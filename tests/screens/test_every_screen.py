"""What must hold of every screen in every state, language and size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest

from kiosk.screens.frame import Frame
from kiosk.screens.lettering import REPLACEMENT
from kiosk.screens.ops import Box, Icon, Picture, Rect, Text, extent
from kiosk.screens.paint import ICONS, PICTURES, Fonts
from kiosk.screens.samples import TITLES
from kiosk.screens.tokens import APART, SMALLEST, TARGET, TARGET_MAIN, VEIL
from kiosk.screens.tree import Node, Role

Frames = dict[str, Frame]


def texts(frame: Frame) -> Iterator[Text]:
    return (op for op in frame.draw_list if isinstance(op, Text))


def touchable(frame: Frame) -> list[Node]:
    return [node for node in frame.tree.walk() if node.action is not None and node.role is Role.BUTTON]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def with_grounds(frame: Frame) -> Iterator[tuple[Text | Icon, str]]:
    """Texts and icons that are not under a veil, each with the colour that it stands on."""
    ops = list(frame.draw_list)
    veils = [number for number, op in enumerate(ops) if isinstance(op, Rect) and op.fill == VEIL]
    start = veils[-1] + 1 if veils else 0
    for number, op in enumerate(ops[start:], start):
        if isinstance(op, Text | Icon):
            middle = (op.box.x + op.box.w // 2, op.box.y + op.box.h // 2)
            under = (rect for rect in reversed(ops[:number]) if isinstance(rect, Rect) and rect.box.contains(*middle))
            yield op, next(under).fill


def test_every_text_fits_its_box_and_has_its_glyphs(every_frame: Frames, measure: Fonts) -> None:
    for name, frame in every_frame.items():
        for op in texts(frame):
            assert measure.width(op.text, op.size, op.weight) <= op.box.w, (name, op)
            assert op.box.h >= op.size, (name, op)
            assert all(map(measure.has_glyph, op.text)), (name, op)
            assert REPLACEMENT not in op.text, (name, op)


def test_nothing_but_a_title_is_ever_cut_off(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        said = [text for node in frame.tree.walk() for text in (node.name, node.value) if text]
        for op in texts(frame):
            if op.text.endswith(("…", "...")) and not op.private:
                whole = op.text.rstrip("….")
                assert any(text.rstrip("….").endswith(whole) for text in said), (name, op)


def test_nothing_leaves_the_screen(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        whole = Box(0, 0, frame.size.width, frame.size.height)
        for op in frame.draw_list:
            assert whole.holds(op.box), (name, op)
        for node in frame.tree.walk():
            assert whole.holds(node.bounds), (name, node)


def test_type_is_never_smaller_than_28_units(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        for op in texts(frame):
            assert op.size * frame.units_per_pixel >= SMALLEST - 1, (name, op)


def test_texts_do_not_run_into_each_other(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        if frame.overlay:
            continue
        for one, other in combinations(list(texts(frame)), 2):
            across = min(one.box.right, other.box.right) - max(one.box.x, other.box.x)
            down = min(one.box.bottom, other.box.bottom) - max(one.box.y, other.box.y)
            assert across <= 0 or down <= 1, (name, one, other)


def test_targets_are_large_and_apart(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        nodes = touchable(frame)
        for node in nodes:
            least = TARGET_MAIN if node.main else TARGET
            assert min(node.bounds.w, node.bounds.h) * frame.units_per_pixel >= least, (name, node)
        for one, other in combinations(nodes, 2):
            across = max(one.bounds.x, other.bounds.x) - min(one.bounds.right, other.bounds.right)
            down = max(one.bounds.y, other.bounds.y) - min(one.bounds.bottom, other.bounds.bottom)
            assert max(across, down) * frame.units_per_pixel >= APART, (name, one, other)


def test_contrast_of_text_is_at_least_4_5_and_of_icons_3(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        for op, ground in with_grounds(frame):
            least = 4.5 if isinstance(op, Text) else 3.0
            assert contrast(op.colour, ground) >= least, (name, op, ground)


def test_there_is_at_most_one_main_action(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        mains = [node.id for node in frame.tree.walk() if node.main]
        assert len(mains) <= 1, (name, mains)


def test_ids_are_unique(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        counted = Counter(node.id for node in frame.tree.walk())
        assert counted.most_common(1)[0][1] == 1, (name, counted.most_common(3))


def test_titles_and_names_are_marked_private(every_frame: Frames) -> None:
    secret = (*TITLES, "伟", "Amélie")
    for name, frame in every_frame.items():
        for node in frame.tree.walk():
            if any(word in node.name or word in node.value for word in secret):
                assert node.private, (name, node)
        letters_on_covers = {op.text for op in texts(frame) if len(op.text) == 1 and op.private}
        keys = {node.name for node in frame.tree.walk() if ".key." in node.id}
        plain = letters_on_covers | keys
        for op in texts(frame):
            if any(op.text in title for title in TITLES) and not op.text.isdigit() and op.text not in plain:
                assert op.private, (name, op)


def test_everything_touchable_is_a_named_button_or_the_dialog(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        for node in frame.tree.walk():
            if node.action is not None:
                assert node.role in (Role.BUTTON, Role.DIALOG), (name, node)
            if node.role is Role.BUTTON:
                assert node.name, (name, node)


def test_reading_goes_from_the_heading_to_the_buttons_and_down_the_list(every_frame: Frames) -> None:
    for name, frame in every_frame.items():
        if frame.overlay:
            assert frame.tree.children[0].role is Role.DIALOG, name
        order = [node.id for node in frame.tree.walk()]
        heading = next(node.id for node in frame.tree.walk() if node.role is Role.HEADING)
        bar = [node_id for node_id in order if node_id in ("help.open", "language.next", "language.open")]
        assert all(order.index(heading) < order.index(node_id) for node_id in bar), name
        shown = [node for node in frame.tree.walk() if node.role is Role.ITEM and node.bounds.h]
        assert [node.bounds.y for node in shown] == sorted(node.bounds.y for node in shown), name


def test_only_known_icons_and_pictures_are_used(every_frame: Frames) -> None:
    for frame in every_frame.values():
        for op in frame.draw_list:
            if isinstance(op, Icon):
                assert (ICONS / f"{op.name}.svg").is_file(), op
            if isinstance(op, Picture):
                assert (PICTURES / f"{op.name}.svg").is_file(), op


def test_every_vendored_icon_is_used(every_frame: Frames) -> None:
    used = {op.name for frame in every_frame.values() for op in frame.draw_list if isinstance(op, Icon)}
    assert {path.stem for path in ICONS.glob("*.svg")} == used


@pytest.mark.parametrize("kind", ["borrow", "return"])
def test_an_item_carries_its_stage_its_number_and_its_words(every_frame: Frames, kind: str) -> None:
    frame = every_frame[f"{kind}-mixed zh 1080x1920"]
    items = [node for node in frame.tree.walk() if node.role is Role.ITEM]
    assert [node.id for node in items] == [f"{kind}.item.{number}" for number in range(1, 6)]
    assert [node.state for node in items] == ["done", "done", "working", "refused", "put-back"]
    assert items[0].value == "35555000010001"
    assert [child.id.rpartition(".")[2] for child in items[3].children] == ["title", "state", "detail", "remove"]


def test_extents_hold_the_boxes(every_frame: Frames) -> None:
    for op in every_frame["borrow-mixed zh 1080x1920"].draw_list:
        assert extent(op).holds(op.box)
