"""Looks at everything that is plugged in, and asks who sits behind each port (`kiosk doctor`).

Nothing is switched, written or configured. A port that somebody else has open is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import assert_never

from drivers.cards.service import Service, ServiceGone
from drivers.discovery.asking import Answerer, Found, ask_serial, ask_tcp
from drivers.discovery.input_devices import InputDevice, typing_devices
from drivers.discovery.serial_ports import SerialPort, serial_ports
from drivers.hardware import declared
from kiosk.technician.findings import GATE_FILE, KIOSK_FILE, Finding, State, Sure, settings_text

USB_PRINTERS = Path("/dev/usb")
DESK_PADS = ("ACR1552",)
"""Readers by a piece of their name that read ISO 15693 tags in a transparent session (`drivers/pads/pcsc`)."""
AskSerial = Callable[[str], Answerer]
AskTcp = Callable[[str, int], Answerer]


def look(tcp: Sequence[tuple[str, int]] = (), extra_ports: Sequence[str] = ()) -> list[Finding]:
    """Everything of this machine, and the devices at these addresses. Takes some seconds a port that is silent."""
    ports = serial_ports()
    known = {port.path for port in ports} | {port.name for port in ports}
    named = [str(Path(path).absolute()) for path in extra_ports]
    ports += [SerialPort(path, path, words="named by you") for path in named if path not in known and _is_there(path)]
    return [
        *not_there(named),
        *at_serial_ports(ports, ask_serial),
        *at_addresses(tcp, ask_tcp),
        *at_usb_printers(USB_PRINTERS),
        *at_readers(),
        *at_inputs(typing_devices()),
    ]


def _is_there(path: str) -> bool:
    return os.path.lexists(path)  # pathlib raises for names that no file can have


def not_there(paths: Iterable[str]) -> Iterator[Finding]:
    """One finding for each port that somebody named and this machine does not have."""
    for path in paths:
        if not _is_there(path):
            mend = "is it plugged in? ls -l /dev/serial/by-id"
            yield Finding(State.FAULT, path, "this machine has no such port", mend=mend)


def at_serial_ports(ports: Sequence[SerialPort], ask: AskSerial) -> Iterator[Finding]:
    """One finding a port."""
    if not ports:
        yield Finding(
            State.NOTE, "serial ports", "this machine has none", mend="plug the USB cable in; then: lsusb, dmesg | tail"
        )
    for port in ports:
        yield _of_port(port, ask(port.name))


def _of_port(port: SerialPort, heard: Answerer) -> Finding:
    about = f" [{port.words}]" if port.words else ""
    match heard.found:
        case Found.ANSWERED:
            return _of_answer(heard, port.name, about, port.udev_rule(heard.question.kind) if heard.question else None)
        case Found.NOT_OPENED:
            return Finding(
                State.NOTE,
                port.name,
                f"{heard.detail}{about}",
                mend="if the kiosk has it open, all is well; else: ls -l the port; add the user to its group (dialout)",
            )
        case Found.SILENT:
            likely = port.suits(declared())
            names = ", ".join(f"{each.make} {each.kind}" for each in likely) or "a scanner, or a device that is off"
            remark = "Nobody answers; a scanner speaks only when it reads a code. If it is one:"
            return Finding(
                State.NOTE,
                port.name,
                f"{heard.detail}{about}; it may be: {names}",
                Sure.LIKELY,
                mend=f"scan something: kiosk device watch scanner --port {port.name}",
                settings=settings_text("scanner", {"port": port.name, "baud": 9_600}, remark),
                udev=port.udev_rule("scanner") or "",
            )
        case Found.NOT_UNDERSTOOD:
            return Finding(
                State.FAULT,
                port.name,
                f"{heard.detail}{about}",
                mend="see docs/hardware.md for what is known of the device",
            )
        case _:
            assert_never(heard.found)


def _of_answer(heard: Answerer, name: str, about: str, udev: str | None) -> Finding:
    question = heard.question
    assert question is not None
    values: dict[str, str | int] = {"driver": question.driver, "port": name}
    if question.kind == "printer":
        del values["driver"]
    if heard.line is not None:
        values["baud"] = heard.line.speed_baud
    mend = ""
    if question.driver == "lsp2":
        values["first_index"] = 0
        mend = "is its first record 0 or 1? compare with the gate's own list, and set first_index"
    model = f" ({heard.model})" if heard.model else ""
    return Finding(
        State.OK,
        name,
        f"{question.kind}, driver {question.driver}{model}{about}",
        mend=mend,
        settings=settings_text(question.kind, values),
        udev=udev or "",
        file=GATE_FILE if question.kind == "gate" else KIOSK_FILE,
    )


def at_addresses(addresses: Iterable[tuple[str, int]], ask: AskTcp) -> Iterator[Finding]:
    """One finding an address."""
    for host, port in addresses:
        heard = ask(host, port)
        match heard.found:
            case Found.ANSWERED:
                yield _of_answer(heard, heard.address, "", None)
            case Found.NOT_OPENED:
                yield Finding(
                    State.FAULT, heard.address, heard.detail, mend=f"is it on? ping {host}; is the port right?"
                )
            case Found.SILENT | Found.NOT_UNDERSTOOD:
                yield Finding(
                    State.FAULT, heard.address, heard.detail, mend="another host may be connected: most allow only one"
                )
            case _:
                assert_never(heard.found)


def at_usb_printers(folder: Path) -> Iterator[Finding]:
    """Printers that the kernel shows as a device of their own."""
    for path in sorted(folder.glob("lp*")) if folder.is_dir() else []:
        yield Finding(
            State.OK,
            str(path),
            "a USB printer",
            Sure.LIKELY,
            mend=f"see whether it answers: kiosk device watch printer --port {path}",
            settings=settings_text("printer", {"port": str(path)}),
        )


def at_readers() -> Iterator[Finding]:
    """Card readers of the PC/SC service."""
    try:
        with Service() as service:
            names = service.readers()
    except ServiceGone as gone:
        yield Finding(
            State.FAULT,
            "card readers",
            f"the PC/SC service (pcscd) does not answer: {gone}",
            mend="systemctl enable --now pcscd.socket",
        )
        return
    if not names:
        yield Finding(State.NOTE, "card readers", "the PC/SC service knows none", mend="plug one in; then: lsusb")
    for name in names:
        yield _of_reader(name)


def _of_reader(name: str) -> Finding:
    if any(model in name for model in DESK_PADS):
        return Finding(
            State.OK,
            name,
            "a PC/SC reader that also reads books, one at a time",
            Sure.LIKELY,
            settings=settings_text("pad", {"driver": "pcsc", "port": f"pcsc:{name}"}),
        )
    return Finding(State.OK, name, "a PC/SC card reader", settings=settings_text("cards", {"reader": name}))


def at_inputs(devices: Sequence[InputDevice]) -> Iterator[Finding]:
    """Devices that type: a scanner that is a keyboard, or a keyboard."""
    for device in devices:
        remark = "If this is the scanner and not a keyboard:"
        yield Finding(
            State.NOTE,
            device.name,
            f"types as a keyboard: {device.words}",
            Sure.LIKELY,
            mend=f"scan something: kiosk device watch scanner --driver evdev --port {device.name}",
            settings=settings_text("scanner", {"driver": "evdev", "port": device.name}, remark),
        )
