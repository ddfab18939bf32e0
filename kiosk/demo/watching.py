"""Whether the screen shows what a step expects, and which part of it is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.demo.mirror_client import Node, View
from kiosk.demo.scenario import ItemExpected, LampExpected, ScreenExpected


def missing(view: View, expected: ScreenExpected) -> list[str]:
    """What the screen does not show of what is expected, in words; empty when all holds."""
    lacking: list[str] = []
    if expected.screen is not None and view.screen != expected.screen:
        lacking.append(f"screen `{expected.screen}`, it shows `{view.screen}`")
    said = "\n".join(view.tree.texts())
    lacking += [f"the words {words!r}" for words in expected.says if words not in said]
    lacking += [f"no word of {words!r}, which is shown" for words in expected.silent_about if words in said]
    nodes = {node.id: node for node in view.tree.walk()}
    for offered in expected.offers:
        node = nodes.get(offered)
        if node is None:
            lacking.append(f"`{offered}`, which is not on the screen")
        elif node.state == "disabled":
            lacking.append(f"`{offered}` enabled")
    for item in expected.items:
        lacking += _missing_of(item, items_shown(view))
    return lacking


def dark(lamps: Mapping[tuple[str, int], bool], expected: Sequence[LampExpected]) -> list[str]:
    """Lamps that are not as they are expected, in words."""
    return [
        f"lamp {one.channel} of `{one.signal}` {'on' if one.on else 'off'}, "
        + ("there is none" if (one.signal, one.channel) not in lamps else "it is not")
        for one in expected
        if lamps.get((one.signal, one.channel)) is not one.on
    ]


def items_shown(view: View) -> list[Node]:
    """The rows of the live list."""
    return [node for node in view.tree.walk() if node.role == "item"]


def _missing_of(expected: ItemExpected, shown: list[Node]) -> list[str]:
    rows = [node for node in shown if node.value == expected.book]
    if not rows:
        return [f"item {expected.book} as `{expected.state}`, there is no row for it"]
    if not any(node.state == expected.state for node in rows):
        return [f"item {expected.book} as `{expected.state}`, it is `{rows[0].state}`"]
    if expected.says is not None and not any(expected.says in " ".join(node.texts()) for node in rows):
        return [f"item {expected.book} with the words {expected.says!r}"]
    return []
