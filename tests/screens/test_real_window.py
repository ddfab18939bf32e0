"""Every screen in a window of a real X server, seen as the server shows it; and a server that goes and comes back."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from kiosk.demo.children import Child
from tests.real_parts import PATIENCE_S, wait_until
from tests.screens.golden_pictures import FEW, LOOKS, difference, kept
from tests.station.quiet_reader import QuietReader
from tests.station.test_process import KIOSK, Started
from tests.x_server import XServer

SIZE = (1080, 1920)
PORTRAIT = LOOKS[0]
OVER = 1
"""The exit code of a process whose X server has gone (XIOErrorHandler of Xlib)."""
Run = Callable[[XServer], Started]


def looks_like(server: XServer, kept_picture: Image.Image) -> bool:
    shown = server.picture().resize(PORTRAIT.small, Image.Resampling.BOX)
    return difference(kept_picture, shown) is None


def test_every_screen_is_seen_in_a_real_window_as_it_is_drawn_in_memory(tmp_path: Path) -> None:
    as_kept = {name: picture for sheet in PORTRAIT.sheets for name, picture in kept(PORTRAIT, sheet)}
    with XServer(tmp_path / "x", *SIZE) as server:
        environment = os.environ | {"DISPLAY": server.display, "SDL_VIDEODRIVER": "x11"}
        words = [sys.executable, "-m", "tests.screens.shown_in_window"]
        with subprocess.Popen(
            words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as showing:
            assert showing.stdin is not None
            assert showing.stdout is not None
            for name in FEW:
                showing.stdin.write(f"{name}\n")
                showing.stdin.flush()
                while (told := showing.stdout.readline().strip()) != name:
                    assert told, "the window has gone"
                picture = as_kept[name]
                wait_until(lambda picture=picture: looks_like(server, picture), f"{name} is not what is seen")  # type: ignore[misc]
            showing.stdin.close()
            assert showing.wait(PATIENCE_S) == 0


@pytest.fixture
def run(tmp_path: Path, fonts_folder: Path) -> Iterator[Run]:
    """Starts a whole kiosk with a window on the server, with a pad that works."""
    (tmp_path / "kiosk.toml").write_text(KIOSK.format(folder=tmp_path), encoding="utf-8")
    pad = QuietReader(tmp_path / "pad")
    children: list[Child] = []

    def started(server: XServer) -> Started:
        words = [sys.executable, "-m", "kiosk", "run", "--config", str(tmp_path), "--set", 'screen.mode="window"']
        environment = {"DISPLAY": server.display, "SDL_VIDEODRIVER": "x11", "KIOSK_FONTS": str(fonts_folder)}
        environment |= {"PCSCLITE_CSOCK_NAME": str(tmp_path / "no-pcscd"), "NOTIFY_SOCKET": ""}
        children.append(Child("kiosk", words, tmp_path / f"kiosk-{len(children)}.log", environment))
        children[-1].start()
        children[-1].wait_ready(PATIENCE_S)
        return Started(children[-1])

    yield started
    for child in children:
        child.kill()
    pad.unplug()


def middle(kiosk: Started, node_id: str) -> tuple[int, int] | None:
    """Where a button is, by the mirror; None where there is none."""
    with socket.create_connection(("127.0.0.1", int(str(kiosk.ready["mirror"])))) as line, line.makefile("rw") as asked:
        asked.write('{"op": "tree"}\n')
        asked.flush()
        waiting = [json.loads(asked.readline())["tree"]]
    while waiting:
        node = waiting.pop()
        if node["id"] == node_id:
            x, y, width, height = node["bounds"]
            return x + width // 2, y + height // 2
        waiting += node["children"]
    return None


def test_a_kiosk_is_walked_through_by_touching_its_window(run: Run, tmp_path: Path) -> None:
    with XServer(tmp_path / "x", *SIZE) as server:
        kiosk = run(server)
        for node, screen in (
            ("attract.find", "find"),
            ("find.back", "attract"),
            ("attract.borrow", "identify"),
            ("identify.back", "attract"),
            ("attract.return", "return"),
        ):
            before = kiosk.mirror.view()
            wait_until(
                lambda node=node, screen=screen: touched(server, kiosk, node, screen),  # type: ignore[misc]
                f"{node} on {before.screen} does not lead to {screen}",
            )


def touched(server: XServer, kiosk: Started, node: str, screen: str) -> bool:
    """Touch it, and look whether that has led there; a touch that comes while the screen changes counts for nothing."""
    view = kiosk.mirror.view()
    if view.screen != screen and (at := middle(kiosk, node)) is not None:
        server.touch(*at)
        view = kiosk.mirror.view(view.number, 0.5)
    return view.screen == screen


def test_a_screen_that_disappears_ends_the_kiosk_and_the_next_start_shows_it_again(run: Run, tmp_path: Path) -> None:
    """The service manager starts it again (Restart=on-failure of kiosk.service), as soon as there is a screen."""
    with XServer(tmp_path / "x", *SIZE) as server:
        kiosk = run(server)
        kiosk.shows("attract")
        server.kill()
        assert kiosk.ends() == OVER
        display = server.display
    with XServer(tmp_path / "again", *SIZE, display) as server:
        kiosk = run(server)
        kiosk.shows("attract")
        wait_until(lambda: touched(server, kiosk, "attract.return", "return"), "the new window is not touched")
