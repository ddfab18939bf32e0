"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_config(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """`--config DIR` and `--set KEY=VALUE`."""
    parser.add_argument("--config", type=Path, required=required, metavar="DIR", help="folder with the .toml files")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_pair,
        metavar="KEY=VALUE",
        dest="overrides",
        help="put a value in place of the file's, for example --set broker.port=1884 (may be repeated)",
    )


def overrides(arguments: argparse.Namespace) -> dict[str, str]:
    """Key path → TOML value, from `--set`."""
    return dict(arguments.overrides)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, found {text!r}")
    return key, value
