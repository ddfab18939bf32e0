"""`kiosk fleet keys`: the key by which stations believe the fleet."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `fleet keys` to the command line."""
    parser = verbs.add_parser(
        "keys",
        help="make the key that signs commands, and print its name",
        description="Makes signing.key (for its owner alone) and signing.pub in DIR where they are not there yet. "
        "Stations name signing.pub under [fleet] public_keys.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the key's name in commands, and where its public part lies."""
    from kiosk.wire import key_id_of
    from kiosk.wire.signing import PUBLIC_KEY, BadKey, own_key

    try:
        key = own_key(arguments.folder)
    except (BadKey, OSError) as bad:
        print(f"kiosk fleet keys: {bad}", file=sys.stderr)
        return 1
    print(f"{key_id_of(key.public_key())}  {arguments.folder / PUBLIC_KEY}")
    return 0
