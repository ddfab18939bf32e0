"""`kiosk sip2 parse`: SIP2 messages from standard input, one a line, as fields and findings."""

from __future__ import annotations

import argparse
import codecs
import os
import sys

from kiosk.commands.json_text import json_text
from kiosk.commands.sip2_told import told
from kiosk.wire.sip2 import Dialect, Direction, Framer, Message, parse

PIECE = 64 * 1024


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser(
        "sip2", help="read messages of SIP2, the protocol between self-checks and library systems"
    )
    verbs = group.add_subparsers(title="verbs", dest="verb", required=True, metavar="VERB")
    parsing = verbs.add_parser(
        "parse",
        help="messages from standard input, one a line, as fields and findings",
        description="Reads messages, one a line (CR, LF or CRLF), and tells what stands in each. Nothing is an error: "
        "what is wrong with a message is among its findings.",
    )
    parsing.add_argument("--encoding", type=_encoding, default="utf-8", metavar="E", help="of the bytes (utf-8)")
    parsing.add_argument("--delimiter", type=_delimiter, default="|", metavar="D", help="between fields (|)")
    parsing.add_argument(
        "--direction",
        type=Direction,
        choices=tuple(Direction),
        help="who sent them; a message of the other side is then unknown (either side)",
    )
    parsing.add_argument("--json", action="store_true", help="print one JSON object a message")
    parsing.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read and tell, message by message."""
    dialect = Dialect(arguments.encoding, arguments.delimiter)
    framer = Framer()
    while piece := os.read(sys.stdin.fileno(), PIECE):
        for message in framer.feed(piece):
            _tell(parse(message, dialect, arguments.direction), as_json=arguments.json)
    if rest := framer.rest():
        _tell(parse(rest, dialect, arguments.direction), as_json=arguments.json)
    if framer.dropped:
        print(f"kiosk sip2: {framer.dropped} lines are longer than any message (64 kB): left out", file=sys.stderr)
        return 1
    return 0


def _tell(message: Message, *, as_json: bool) -> None:
    said = told(message)
    if as_json:
        print(json_text(said))
        return
    print(f"{message.code} {said['message'] or 'unknown message'}")
    for name, text in message.fixed.items():
        print(f"  {name} {text!r}")
    for name, values in message.fields.items():
        for value in values:
            print(f"  {name} {value}")
    if message.findings:
        print(f"  findings: {', '.join(message.findings)}")


def _encoding(name: str) -> str:
    """One whose ASCII letters are ASCII bytes: the trailer is cut off as such."""
    try:
        known = codecs.lookup(name)
        plain = known.encode("AY0AZ|", "strict")[0] == b"AY0AZ|"
    except (LookupError, UnicodeError, ValueError):
        plain = False
    if not plain:
        raise argparse.ArgumentTypeError(f"expected an encoding such as utf-8, cp850 or gb18030, found '{name}'")
    return name


def _delimiter(text: str) -> str:
    if len(text) != 1 or text.isalnum() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"expected one character such as | or ^, found '{text}'")
    return text
