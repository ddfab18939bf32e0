"""Holds the sizes: files at most 500 lines, functions at most 70, nothing committed above 1 MB."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

LONGEST_FILE = 500
LONGEST_FUNCTION = 70
LARGEST_BYTES = 1_000_000
PACKAGES = ("kiosk", "drivers", "firmware_sim", "docs", "tests")


def complaints(path: Path) -> list[str]:
    """What is too large in one file."""
    found: list[str] = []
    if path.stat().st_size > LARGEST_BYTES:
        found.append(f"{path}: {path.stat().st_size} bytes, at most {LARGEST_BYTES}")
    if path.suffix != ".py" or path.parts[0] not in PACKAGES:
        return found
    source = path.read_text(encoding="utf-8")
    lines = source.count("\n")
    if lines > LONGEST_FILE:
        found.append(f"{path}: {lines} lines, at most {LONGEST_FILE}")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append(f"{path}:{node.lineno}: {node.name} has {length} lines, at most {LONGEST_FUNCTION}")
    return found


def main() -> int:
    """Check every file that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    found = [
        complaint
        for name in listed.split("\0")
        if name and Path(name).is_file()
        for complaint in complaints(Path(name))
    ]
    sys.stdout.writelines(f"{complaint}\n" for complaint in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
