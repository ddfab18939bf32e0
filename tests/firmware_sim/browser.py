"""Debian's chromium, driven over its DevTools pipe: messages are JSON, each ended by a NUL byte."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType

from tests.real_parts import PATIENCE_S

READS_FROM, WRITES_TO = 3, 4
"""Descriptors that chromium uses with --remote-debugging-pipe."""
LOOK_AGAIN_S = 0.05


KEY_CODES = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
KEY_CODES |= {"Delete": 46, " ": 32}


class Browser:
    """One page. `folder` is for the profile; a missing chromium fails the test that wants one."""

    def __init__(self, folder: Path, width: int = 1600, height: int = 1000) -> None:
        chromium = shutil.which("chromium")
        assert chromium is not None, "no chromium on this machine: apt-get install chromium"
        their_in, self._to = os.pipe()
        self._from, their_out = os.pipe()
        words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        words += ["--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"]
        words += [f"--user-data-dir={folder / 'profile'}", f"--window-size={width},{height}", "about:blank"]
        # The shell puts the pipes where chromium looks for them.
        plumbing = f'exec "$0" "$@" {READS_FROM}<&{their_in} {WRITES_TO}>&{their_out}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", plumbing, chromium, *words],
            pass_fds=(their_in, their_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_in)
        os.close(their_out)
        self._received = b""
        self._number = 0
        targets = self._ask("Target.getTargets")["targetInfos"]
        assert isinstance(targets, list)
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self._ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self.complaints: list[str] = []
        self.asked: list[str] = []
        """Addresses that the page has asked for."""
        self._ask("Runtime.enable", self._session)
        self._ask("Network.enable", self._session)
        # A headless window is never narrower than 500 pixels, whatever it is asked for: phones are.
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", self._session, **size)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def open(self, url: str) -> None:
        self._ask("Page.navigate", self._session, url=url)

    def value(self, script: str) -> object:
        """What a JavaScript expression gives."""
        answer = self._ask("Runtime.evaluate", self._session, expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def wait_until(self, script: str) -> None:
        """Return as soon as the expression is true."""
        ends_s = time.monotonic() + PATIENCE_S
        while not self._is_true(script):
            assert time.monotonic() < ends_s, f"never true: {script}"
            self._listen(LOOK_AGAIN_S)

    def _is_true(self, script: str) -> bool:
        """A page that is just going to another place is not there yet."""
        try:
            return bool(self.value(script))
        except AssertionError as gone:
            if "navigated or closed" not in str(gone):
                raise
            return False

    def narrow(self, width: int, height: int) -> None:
        """A page of a telephone: no window of chromium is narrower than 500 pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", self._session, **size)

    def picture(self, file: Path) -> None:
        data = self._ask("Page.captureScreenshot", self._session)["data"]
        file.write_bytes(base64.b64decode(str(data)))

    def drag(self, start: tuple[float, float], end: tuple[float, float], *, finger: bool = False) -> None:
        """Press here, move there in steps, and let go: with the mouse, or with a finger."""
        steps = [tuple(a + (b - a) * part / 4 for a, b in zip(start, end, strict=True)) for part in range(1, 5)]
        if finger:
            self._touch("touchStart", start)
            for step in steps:
                self._touch("touchMove", step)
            self._touch("touchEnd", None)
            return
        self._mouse("mousePressed", start)
        for step in steps:
            self._mouse("mouseMoved", step)
        self._mouse("mouseReleased", end)

    def click(self, at: tuple[float, float]) -> None:
        self._mouse("mousePressed", at)
        self._mouse("mouseReleased", at)

    def press(self, *keys: str) -> None:
        """Keys by their names (`Enter`, `Tab`, `ArrowDown`) or letters, one after the other."""
        for key in keys:
            text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
            code = KEY_CODES.get(key, ord(key[0].upper()))
            self._ask(
                "Input.dispatchKeyEvent", self._session, type="keyDown", key=key, windowsVirtualKeyCode=code, **text
            )
            self._ask("Input.dispatchKeyEvent", self._session, type="keyUp", key=key, windowsVirtualKeyCode=code)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where an element is in the window."""
        box = self.value(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            " one.scrollIntoView({block: 'nearest'}); const box = one.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        assert isinstance(box, list), selector
        return box[0], box[1]

    def _mouse(self, kind: str, at: tuple[float, ...]) -> None:
        parameters = {"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}
        self._ask("Input.dispatchMouseEvent", self._session, **parameters, buttons=0 if kind == "mouseReleased" else 1)

    def _touch(self, kind: str, at: tuple[float, ...] | None) -> None:
        points = [] if at is None else [{"x": at[0], "y": at[1]}]
        self._ask("Input.dispatchTouchEvent", self._session, type=kind, touchPoints=points)

    def _ask(self, method: str, session: object = None, **parameters: object) -> dict[str, object]:
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        ends_s = time.monotonic() + PATIENCE_S
        while True:
            for answer in self._listen(ends_s - time.monotonic()):
                if answer.get("id") == self._number:
                    assert "error" not in answer, (method, answer)
                    result = answer["result"]
                    assert isinstance(result, dict)
                    return result
            assert time.monotonic() < ends_s, f"chromium does not answer {method}"

    def _listen(self, wait_s: float) -> list[dict[str, object]]:
        readable, _, _ = select.select([self._from], [], [], max(0.0, wait_s))
        if not readable:
            return []
        self._received += os.read(self._from, 1 << 20)
        *whole, self._received = self._received.split(b"\0")
        messages = [json.loads(one) for one in whole]
        for message in messages:
            if message.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(message["params"]))
            if message.get("method") == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
        return messages
