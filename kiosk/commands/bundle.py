"""`kiosk bundle`: makes, checks and installs signed bundles of software."""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
from pathlib import Path

from kiosk.commands.json_text import json_text


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "bundle", help="make and install signed bundles of software", description="Signed bundles of software."
    )
    verbs = parser.add_subparsers(title="actions", dest="action", required=True, metavar="ACTION")
    making = verbs.add_parser("make", help="pack a folder with bin/start as a signed bundle")
    making.add_argument("folder", type=Path, metavar="DIR")
    making.add_argument("--version", required=True, metavar="V", help="the release's name, such as 0.2.0")
    making.add_argument("--keys", type=Path, required=True, metavar="DIR", help="folder of signing.key")
    making.add_argument("--out", type=Path, required=True, metavar="FILE")
    making.add_argument("--machine", default=platform.machine(), help="as `uname -m` says it, or any (this machine's)")
    making.add_argument("--security", type=int, default=0, metavar="N", help="level below which nothing comes back (0)")
    making.set_defaults(run=_make)
    installing = verbs.add_parser("install", help="check a bundle and put it in force from the next start on")
    installing.add_argument("file", type=Path, metavar="FILE")
    installing.add_argument("--releases", type=Path, required=True, metavar="DIR")
    installing.add_argument("--key", type=Path, required=True, action="append", metavar="FILE", help="who may sign it")
    installing.set_defaults(run=_install)


def _make(arguments: argparse.Namespace) -> int:
    """Print what a `kiosk fleet command update` needs to know of the bundle, as JSON."""
    from kiosk.station.releases.bundle import BadBundle, write_bundle
    from kiosk.wire.signing import BadKey, own_key

    try:
        key = own_key(arguments.keys)
        write_bundle(arguments.folder, arguments.out, arguments.version, arguments.machine, arguments.security, key)
        content = arguments.out.read_bytes()
    except (BadBundle, BadKey, OSError) as bad:
        return _complain(bad)
    told = {"version": arguments.version, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    print(json_text(told))
    return 0


def _install(arguments: argparse.Namespace) -> int:
    from kiosk.station.releases.bundle import BadBundle
    from kiosk.station.releases.folder import Releases
    from kiosk.wire.signing import BadKey, public_key

    releases = Releases(arguments.releases.absolute())
    try:
        releases.folder.mkdir(parents=True, exist_ok=True)
        manifest = releases.install(arguments.file, [public_key(path) for path in arguments.key])
        releases.put(manifest, "")
    except (BadBundle, BadKey, OSError) as bad:
        return _complain(bad)
    print(f"{manifest.version} is in force from the next start on")
    return 0


def _complain(why: Exception) -> int:
    print(f"kiosk bundle: {why}", file=sys.stderr)
    return 1
