"""What is left of a scenario that failed: the screen as a picture and in words, the last bytes on the wires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.demo.bench_client import BenchRefused
from kiosk.demo.hands import Eyes, RoomHands
from kiosk.demo.mirror_client import MirrorGone, MirrorRefused, Node

LAST_FRAMES = 40
SHOWN_FRAMES = 12
"""Of them in what is printed: all are in the file."""


@dataclass(frozen=True, slots=True)
class Remains:
    """`picture` is empty, and `screen` says why, where the kiosk was away."""

    picture: bytes
    suffix: str
    """Of the picture's file: `.png` or `.jpg`."""
    screen: tuple[str, ...]
    """The tree, a line a node."""
    wire: tuple[str, ...]
    """The last frames, oldest first; polling left out."""

    def lines(self) -> Iterator[str]:
        """For a terminal."""
        yield "on the screen:"
        yield from (f"  {line}" for line in self.screen)
        yield f"the last of {len(self.wire)} frames on the wires:"
        yield from (f"  {line}" for line in self.wire[-SHOWN_FRAMES:])

    def keep(self, folder: Path) -> list[Path]:
        """Write all of it into `folder`; the files."""
        folder.mkdir(parents=True, exist_ok=True)
        files = {"screen.txt": self.screen, "wire.txt": self.wire}
        kept = []
        for name, lines in files.items():
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
            kept.append(folder / name)
        if self.picture:
            kept.insert(0, folder / f"screen{self.suffix}")
            kept[0].write_bytes(self.picture)
        return kept


def gathered(room: RoomHands, eyes: Eyes) -> Remains:
    """What is there now. A kiosk or a room that has gone is what remains of it."""
    try:
        suffix, picture = eyes.picture()
        view = eyes.view()
        screen = (f"{view.screen} ({view.language})", *_nodes(view.tree, 1))
    except (MirrorGone, MirrorRefused) as gone:
        suffix, picture, screen = "", b"", (f"the kiosk is not there: {gone}",)
    try:
        wire = tuple(room.wire(LAST_FRAMES))
    except BenchRefused as refused:
        wire = (str(refused),)
    return Remains(picture, suffix, screen, wire)


def _nodes(node: Node, depth: int) -> Iterator[str]:
    said = " ".join(filter(None, (node.id, f"[{node.state}]" if node.state else "", node.name, node.value)))
    if said:
        yield "  " * depth + said
    for child in node.children:
        yield from _nodes(child, depth + 1)
