"""What the machine shows of serial ports and of devices that type."""

from __future__ import annotations

from pathlib import Path

from serial.tools.list_ports_common import ListPortInfo

from drivers.discovery.input_devices import typing_devices
from drivers.discovery.serial_ports import told

LISTED = """I: Bus=0019 Vendor=0000 Product=0001 Version=0000
N: Name="Power Button"
P: Phys=PNP0C0C/button/input0
H: Handlers=kbd event0
B: EV=3
B: KEY=10000000000000 0

I: Bus=0003 Vendor=0c2e Product=0b61 Version=0111
N: Name="Honeywell Scanner 1900 "2D""
H: Handlers=sysrq kbd leds event5
B: EV=120013
B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe

I: Bus=0003 Vendor=046d Product=c077 Version=0111
N: Name="Logitech USB Optical Mouse"
H: Handlers=mouse0 event3
B: KEY=ff0000 0 0 0 0
"""


def test_a_scanner_that_types_is_found_and_buttons_and_mice_are_not(tmp_path: Path) -> None:
    (listed := tmp_path / "devices").write_text(LISTED)
    (device,) = typing_devices(listed, tmp_path / "nothing")
    assert (device.name, device.usb) == ("/dev/input/event5", "0c2e:0b61")
    assert "1900" in device.words


def test_what_is_no_list_tells_nothing(tmp_path: Path) -> None:
    (listed := tmp_path / "devices").write_bytes(b"\xff\xfeB: KEY=zz\n\n\nH: Handlers=event1")
    assert typing_devices(listed) == []
    assert typing_devices(tmp_path / "nothing") == []


def a_port(path: str, **usb: object) -> ListPortInfo:
    port = ListPortInfo(path)
    for name, value in usb.items():
        setattr(port, name, value)
    return port


def test_a_serial_port_keeps_its_name_and_gets_a_rule_of_its_own() -> None:
    ports = told(
        [
            a_port("/dev/ttyUSB10", vid=0x0403, pid=0x6001, serial_number="A50285BI", manufacturer="FTDI"),
            a_port("/dev/ttyUSB2", vid=0x1A86, pid=0x7523),
            a_port("/dev/ttyS0"),
        ],
        {"/dev/ttyUSB10": "/dev/serial/by-id/usb-FTDI_A50285BI"},
    )
    assert [port.path for port in ports] == ["/dev/ttyS0", "/dev/ttyUSB2", "/dev/ttyUSB10"]
    onboard, nameless, named = ports
    assert onboard.udev_rule("pad") is None
    assert named.name == "/dev/serial/by-id/usb-FTDI_A50285BI"
    assert named.udev_rule("pad") == (
        'SUBSYSTEM=="tty", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", ATTRS{serial}=="A50285BI", '
        'SYMLINK+="kiosk/pad"'
    )
    assert "WCH" in nameless.words
