"""A broker for the demo and the tests: mosquitto where it is installed, else the embedded one of `iotcore`.

`python -m kiosk.demo.broker --port N --data DIR [--kind best|mosquitto|iotcore]` becomes that broker, on loopback
only, and prints one line `{"ready": …}` once it takes connections. Whoever ends the process ends the broker.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import pwd
import shutil
import socket
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

KINDS = ("best", "mosquitto", "iotcore")
LARGEST_PAYLOAD = 256 * 1024
"""Above the 64 kB of the contract, so that what is too large is refused by us and not by a cut line."""
READY_S = 15.0
POLL_S = 0.02

MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_packet_size {largest}
persistence true
persistence_location {data}/
user {user}
"""

RUMQTTD = """\
id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v5.1]
name = "loopback"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = {largest}
max_inflight_count = 200
dynamic_filters = true
"""


def mosquitto() -> str | None:
    """The installed mosquitto, also where sbin is not on the path."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kiosk.demo.broker", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that the broker may write to")
    parser.add_argument("--kind", choices=KINDS, default="best")
    arguments = parser.parse_args(argv)
    program = mosquitto()
    if arguments.kind == "mosquitto" and program is None:
        print("mosquitto is not installed: apt-get install mosquitto, or --kind iotcore", file=sys.stderr)
        return 1
    arguments.data.mkdir(parents=True, exist_ok=True)
    if program is not None and arguments.kind != "iotcore":
        become_mosquitto(program, arguments.port, arguments.data.resolve())
    return run_iotcore(arguments.port, arguments.data)


def become_mosquitto(program: str, port: int, data: Path) -> NoReturn:
    """Replace this process by mosquitto, so that signals reach the broker itself. A child tells when it is ready."""
    config = data / "mosquitto.conf"
    user = pwd.getpwuid(os.geteuid()).pw_name
    config.write_text(MOSQUITTO.format(port=port, data=data, largest=LARGEST_PAYLOAD, user=user), encoding="utf-8")
    broker = os.getpid()
    if os.fork() == 0:
        announce("mosquitto", port, broker)
        os._exit(0)
    os.execv(program, [program, "-c", str(config)])


def run_iotcore(port: int, data: Path) -> int:
    """Run the embedded broker in this process, until it is killed."""
    from iotcore.iotcore import IotCoreBroker

    config = data / "rumqttd.toml"
    config.write_text(RUMQTTD.format(port=port, largest=LARGEST_PAYLOAD), encoding="utf-8")
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)  # it logs every packet as an error
    threading.Thread(target=announce, args=("iotcore", port, os.getpid()), daemon=True).start()
    IotCoreBroker(config_path=str(config), listen="127.0.0.1", port=port).run_forever()
    return 0


def announce(kind: str, port: int, broker: int) -> None:
    """Print the ready line when the port takes connections; give up when the broker has ended."""
    end_s = time.monotonic() + READY_S
    while time.monotonic() < end_s and broker in (os.getpid(), os.getppid()):
        try:
            socket.create_connection(("127.0.0.1", port), POLL_S * 10).close()
        except OSError:
            time.sleep(POLL_S)
            continue
        print(json.dumps({"ready": {"kind": kind, "port": port}}), flush=True)
        return


if __name__ == "__main__":
    sys.exit(main())
