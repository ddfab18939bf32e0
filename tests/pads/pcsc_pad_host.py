"""A kiosk's desk reader as a process of its own, because libpcsclite looks for its service only once.

Orders come as lines (`write UID AFI`, `read UID`, `forget`), events go out as lines: the event's words.
"""

from __future__ import annotations

import sys

from drivers.pads.pcsc.pad import PcscPad
from drivers.pads.pcsc.settings import PcscPadSettings
from drivers.pads.protocol import ForgetTags, PadCommand, PadEvent, ReadAgain, WriteAfi
from drivers.ports.pcsc import PcscPort
from drivers.ports.pump import Pump


def tell(event: PadEvent) -> None:
    sys.stdout.write(f"{event}\n")
    sys.stdout.flush()


def order_in(words: list[str]) -> PadCommand:
    match words:
        case ["write", uid, afi]:
            return WriteAfi(uid, int(afi, 16))
        case ["read", uid]:
            return ReadAgain(uid)
        case ["forget"]:
            return ForgetTags()
        case _:
            raise AssertionError(words)


def main(reader: str) -> None:
    pump = Pump[PadEvent, PadCommand](
        PcscPad(PcscPadSettings(reader=reader)), PcscPort(reader), tell, name="desk reader"
    )
    pump.start()
    for line in sys.stdin:
        pump.submit(order_in(line.split()))
    pump.stop()
    sys.stdout.write("stopped\n")


if __name__ == "__main__":
    main(sys.argv[1])
