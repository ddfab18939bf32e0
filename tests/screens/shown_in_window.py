"""Shows each sample named on standard input in a real window: a process of its own, for SDL has one display."""

from __future__ import annotations

import sys

from kiosk.screens.frame import Size
from kiosk.screens.samples import NOW_S, SETTINGS, samples
from kiosk.screens.screen import Screen
from kiosk.screens.window import Mode


def main() -> int:
    screen = Screen(Size(1080, 1920), Mode.WINDOW, SETTINGS)
    now_s = NOW_S
    for line in sys.stdin:
        state = samples()[line.strip()]
        screen.show(state, NOW_S)
        while (due_s := screen.next_frame_s(now_s)) is not None and due_s - now_s < 1 / 50:  # until it stands
            now_s = due_s
            screen.show(state, now_s)
        screen.show(state, NOW_S)
        screen.poll()
        sys.stdout.write(line)
        sys.stdout.flush()
    screen.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
