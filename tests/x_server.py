"""A real X server without a monitor: Debian's Xvfb. What it shows is read from its memory; its pointer touches."""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
from pathlib import Path
from types import TracebackType

from PIL import Image

HEADER = struct.Struct(">25I")
"""Of an XWD file (X11/XWDFile.h), version 7; colours of 12 bytes each follow it, and then the picture."""
HEADER_SIZE, WIDTH, HEIGHT, BYTES_A_LINE, COLOURS = 0, 4, 5, 12, 19
BYTES_A_COLOUR = 12
LEFT_BUTTON = 1
AT_ONCE = 0


class XServer:
    """One screen. `folder` is for its memory; a missing Xvfb fails the test that wants one."""

    def __init__(self, folder: Path, width: int, height: int, display: str = "") -> None:
        """`display` as `:7`; the first that is free where it is not given."""
        xvfb = shutil.which("Xvfb")
        assert xvfb is not None, "no Xvfb on this machine: apt-get install xvfb"
        folder.mkdir(parents=True, exist_ok=True)
        self._memory = folder / "Xvfb_screen0"
        told, tells = os.pipe()
        words = [xvfb, *filter(None, (display,)), "-displayfd", str(tells), "-screen", "0", f"{width}x{height}x24"]
        words += ["-fbdir", str(folder), "-nolisten", "tcp", "-ac", "-noreset"]
        self._process = subprocess.Popen(words, pass_fds=(tells,), stderr=subprocess.DEVNULL)
        os.close(tells)
        with os.fdopen(told) as reader:
            number = reader.readline().strip()
        assert number, "Xvfb has ended before it was ready"
        self.display = f":{number}"

    def __enter__(self) -> XServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def kill(self) -> None:
        """As if the graphics had crashed."""
        self._process.kill()
        self._process.wait()

    def picture(self) -> Image.Image:
        """What is on the screen now."""
        data = self._memory.read_bytes()
        header = HEADER.unpack_from(data)
        width, height, line = header[WIDTH], header[HEIGHT], header[BYTES_A_LINE]
        pixels = data[header[HEADER_SIZE] + BYTES_A_COLOUR * header[COLOURS] :]
        return Image.frombuffer("RGB", (width, height), pixels[: line * height], "raw", "BGRX", line, 1)

    def touch(self, x: int, y: int) -> None:
        """The pointer goes there and its button is pressed and let go, as a touch screen without fingers does it."""
        x11, xtest = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        address = x11.XOpenDisplay(self.display.encode())
        assert address is not None, f"nobody answers on {self.display}"
        opened = ctypes.c_void_p(address)
        xtest.XTestFakeMotionEvent(opened, -1, x, y, AT_ONCE)
        for down in (1, 0):
            xtest.XTestFakeButtonEvent(opened, LEFT_BUTTON, down, AT_ONCE)
        x11.XSync(opened, 0)
        x11.XCloseDisplay(opened)
