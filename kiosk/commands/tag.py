"""`kiosk tag`: what stands on a tag, from and to hex; what is printed on a book.

What `decode --json` prints is what `encode` reads from standard input.
"""

from __future__ import annotations

import argparse

from kiosk.commands import tag_barcode, tag_decode, tag_encode


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `tag decode`, `tag encode` and `tag barcode` to the command line."""
    tag = commands.add_parser("tag", help="what stands on a library tag, from and to hex")
    verbs = tag.add_subparsers(dest="tag_command", required=True, metavar="COMMAND")
    tag_decode.register(verbs)
    tag_encode.register(verbs)
    tag_barcode.register(verbs)
