"""`firmware-sim`: devices without hardware, on pseudo-terminals, sockets and a virtual card reader."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from firmware_sim.catalogue import CATALOGUE, GATES, SIGNALS, DeviceName, Simulated
from firmware_sim.profiles import OURS, PROFILED, known

if TYPE_CHECKING:
    from firmware_sim.bench.server import Guarded
    from firmware_sim.workbench import Workbench

DONE, REFUSED = 0, 1
CARD_PORT = 36097
"""Where the virtual card of vsmartcard listens by default (0x8D01)."""
LOOPBACK = "127.0.0.1"
PADS = tuple(one.protocol for one in CATALOGUE[DeviceName.PAD])
PAPER = ("ok", "near-end", "out")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused, 2 usage."""
    options = parser().parse_args(argv)
    match options.command:
        case "serve":
            return _serve(options)
        case "run":
            return _hand_over(["demo", "--headless", "--scenario", str(options.scenario), *options.rest])
        case "fleet":
            return _fleet(options)
        case "day":
            return _hand_over(["day", *options.rest])
        case _:
            return _devices(as_json=options.json)


def parser() -> argparse.ArgumentParser:
    """The command line; README's table is made from it."""
    whole = argparse.ArgumentParser(prog="firmware-sim", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="simulate the devices of a configuration file until the end is asked for (SIGTERM, Ctrl-C)",
        description="Simulates the devices of a configuration file. One line on standard output says when all is "
        "ready, and where.",
    )
    serve.add_argument("config", type=Path, metavar="CONFIG", help="TOML file: devices, books, cards")
    serve.add_argument(
        "--folder", type=Path, required=True, metavar="DIR", help="folder for the devices' addresses: DIR/pad and so on"
    )
    serve.add_argument("--bench-port", type=_port, default=0, metavar="N", help="port of the bench (default: any free)")
    serve.add_argument(
        "--card-port",
        type=_port,
        default=CARD_PORT,
        metavar="N",
        help=f"port of the virtual card (default {CARD_PORT})",
    )
    serve.add_argument(
        "--host",
        type=_ip,
        default=LOOPBACK,
        metavar="ADDRESS",
        help="listen for others than this machine; needs --token-file",
    )
    serve.add_argument("--token-file", type=Path, metavar="FILE", help="what others have to know (mode 600)")
    serve.add_argument("--broker", type=_address, metavar="HOST:PORT", help="show what goes over this MQTT broker")
    serve.add_argument("--mirror-port", type=_port, metavar="N", help="port of the kiosk's mirror: shows its screen")
    serve.add_argument(
        "--house-port", type=_port, metavar="N", help="port of `kiosk demo`'s control socket: the faults of the world"
    )
    serve.add_argument(
        "--on-pad",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help="books that lie on the pad at the start",
    )
    serve.add_argument(
        "--on-loan", action="extend", nargs="+", default=[], metavar="NUMBER", help="books whose tags say C2, on loan"
    )
    serve.add_argument("--pad", choices=PADS, help="the pad's maker, at its usual speed, in place of the file's")
    serve.add_argument("--seed", type=int, default=1, metavar="N", help="of everything random in the room (1)")
    serve.add_argument("--paper", choices=PAPER, default=PAPER[0], help="paper in the printer at the start")
    run = commands.add_parser(
        "run",
        help="play a scenario file against all processes of the demo, and tell what happened",
        description="Hands over to `kiosk demo --headless --scenario FILE`, which needs the kiosk's own program beside "
        "this one; what follows the file goes to it as it is (--json, --keep DIR, …).",
    )
    run.add_argument("scenario", type=Path, metavar="SCENARIO", help="a file as in docs/scenarios.md")
    run.add_argument("rest", nargs=argparse.REMAINDER, metavar="…", help="options of `kiosk demo`")
    day = commands.add_parser(
        "day",
        help="live days of a made-up branch in virtual time, and draw up the balance",
        description="Hands over to `kiosk day`, which needs the kiosk's own program beside this one.",
        add_help=False,
        prefix_chars="\0",
    )
    day.add_argument(
        "rest", nargs=argparse.REMAINDER, metavar="…", help="options of `kiosk day`: --seed N, --days N, …"
    )
    _fleet_words(commands)
    _devices_words(commands)
    return whole


def _devices_words(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    devices = commands.add_parser("devices", help="list what can be simulated")
    devices.add_argument("--json", action="store_true", help="as JSON")


def _fleet_words(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fleet = commands.add_parser(
        "fleet",
        help="connect many stations to a broker, have them tell returns, and say how long central takes",
        description="Each station has a real MQTT client, a journal of its own and the contract's window of 20 facts. "
        "Ends with 0 when central has acknowledged everything. It tells returns of made-up items: give it a central of "
        "its own.",
    )
    fleet.add_argument("--broker", type=_address, required=True, metavar="HOST:PORT")
    fleet.add_argument("--site", default="main", metavar="NAME", help="(main)")
    fleet.add_argument("--kiosks", type=int, default=100, metavar="N", help="(100)")
    fleet.add_argument("--facts", type=int, default=10, metavar="N", help="that each tells (10)")
    fleet.add_argument("--every", type=float, default=1.0, metavar="S", help="seconds between two of them (1)")
    fleet.add_argument("--patience", type=float, default=60.0, metavar="S", help="for the last acknowledgement (60)")


def _fleet(options: argparse.Namespace) -> int:
    from firmware_sim.fleet.running import Run, run

    told = run(Run(options.broker, options.site, options.kiosks, options.facts, options.every, options.patience))
    print(json.dumps(told))
    return DONE if told["acknowledged"] == told["told"] and told["connected"] == options.kiosks else REFUSED


def _port(word: str) -> int:
    number = int(word)
    if not 0 <= number <= 0xFFFF:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return number


def _ip(word: str) -> str:
    try:
        return str(IPv4Address(word))
    except ValueError:
        raise argparse.ArgumentTypeError(
            "expected an IPv4 address of this machine, or 0.0.0.0 for all of them"
        ) from None


def _address(word: str) -> tuple[str, int]:
    host, _, port = word.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or len(port) > 5:
        raise argparse.ArgumentTypeError("expected HOST:PORT, like 127.0.0.1:1883")
    return host, _port(port)


def _devices(*, as_json: bool) -> int:
    listed = [
        {
            "device": name,
            "what": one.what,
            "protocol": one.protocol,
            "lines": list(one.lines),
            "faults": [fault.value for fault in one.faults],
        }
        for name, one in _simulated()
    ]
    profiles = {device: sorted(known(device, (OURS,))) for device in PROFILED}
    if as_json:
        print(json.dumps({"devices": listed, "profiles": profiles}, indent=2))
        return DONE
    for name, one in _simulated():
        print(f"{name:8} {one.what}")
        print(f"         protocol {one.protocol}, line {' or '.join(one.lines)}")
        print(f"         faults   {', '.join(fault.value for fault in one.faults)}")
    for device, names in profiles.items():
        print(f"profiles of a {device}: {', '.join(names) or 'none'}")
    return DONE


def _simulated() -> list[tuple[str, Simulated]]:
    """Every kind of every device, and of gates."""
    devices = [(name.value, one) for name, kinds in CATALOGUE.items() for one in kinds]
    return devices + [("gate", one) for one in GATES.values()] + [("signal", one) for one in SIGNALS.values()]


def _serve(options: argparse.Namespace) -> int:
    # Imported here: `--help` and `devices` need none of it.
    from firmware_sim.bench.access import BadToken
    from firmware_sim.room.room import UnknownName
    from firmware_sim.settings import BadSettings, PadDriver, load, with_pad
    from firmware_sim.workbench import Beginning, Workbench

    try:
        settings = load(options.config)
        if options.pad is not None:
            settings = with_pad(settings, PadDriver(options.pad))
        beginning = Beginning(tuple(options.on_pad), tuple(options.on_loan), options.paper, options.seed)
        bench = Workbench(settings, options.folder, beginning)
        guarded = _guarded(options)
        listener = socket.create_server((options.host, options.bench_port))
        # asyncio does it only for sockets that name their protocol; without it an answer's second half waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (BadSettings, UnknownName, BadToken) as trouble:
        return _refuse(str(trouble))
    except OSError as trouble:
        return _refuse(f"--bench-port: {options.host}:{options.bench_port} cannot be used: {trouble.strerror}")
    told_to_end = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_end.set())
    try:
        return _run(bench, listener, options, guarded, told_to_end)
    except OSError as trouble:
        return _refuse(f"{options.folder}: {trouble}")
    finally:
        bench.stop()
        listener.close()


def _guarded(options: argparse.Namespace) -> Guarded | None:
    """Whom to let in where the bench listens for others; raises `BadToken`."""
    from firmware_sim.bench.access import BadToken, token_of
    from firmware_sim.bench.server import Guarded

    if options.token_file is not None:
        return Guarded(options.host, token_of(options.token_file))
    if not ip_address(options.host).is_loopback:
        raise BadToken(f"--host {options.host}: others than this machine could use the bench; give --token-file FILE")
    return None


def _run(
    bench: Workbench,
    listener: socket.socket,
    options: argparse.Namespace,
    guarded: Guarded | None,
    told_to_end: Event,
) -> int:
    bench.start(options.card_port)
    from firmware_sim.bench.messages import MessageLog
    from firmware_sim.bench.screen import ScreenMirror
    from firmware_sim.bench.server import BenchServer, serve
    from firmware_sim.bench.world import World
    from firmware_sim.workbench import PLUGGED

    mirror = ScreenMirror(options.mirror_port) if options.mirror_port is not None else None
    world = World(options.house_port) if options.house_port is not None else None
    ready = {
        "bench": listener.getsockname()[1],
        "devices": {name.value: bench.address(name) for name in PLUGGED},
        "gates": {gate.name: gate.line.address for gate in bench.gates},
        "doors": {one.name: one.line.address for one in bench.doors.devices},
        "signals": {board.name: board.address for board in bench.signals},
        "cards": bench.cards.through,
        "pcsc_socket": str(bench.cards.socket_path) if bench.cards.socket_path is not None else None,
        "why": bench.cards.why,
    }
    messages = None if options.broker is None else MessageLog(options.broker, bench.log.changes)
    if messages is not None:
        messages.start()
    try:
        application = BenchServer(bench, mirror, messages, guarded, world).application()
        serve(application, listener, json.dumps({"ready": ready}), told_to_end)
    finally:
        if messages is not None:
            messages.stop()
    return DONE


def _hand_over(words: list[str]) -> int:
    """Become the kiosk's own program: the simulator knows it as a program alone."""
    program = Path(sys.argv[0]).with_name("kiosk")
    if program.exists():
        os.execv(program, [str(program), *words])
    return _refuse(f"{program}: not found; install the kiosk beside the simulator, or give its devices to `serve`")


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return REFUSED
