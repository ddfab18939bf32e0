"""rfidgeek (PyPI, 2.0.1) without its reader board: its own methods, fed with what the board would have answered."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping

from drivers.codecs.reading import ElementValue

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks `pkg_resources` for its version
        PyRFIDGeek = importlib.import_module("rfidgeek").PyRFIDGeek
except ModuleNotFoundError as missing:
    raise SystemExit(f"{missing}; pip install rfidgeek==2.0.1 'setuptools<81', and try again") from None

UID = "E004010001234567"


class _Board:
    """What stands where the serial port was: answers in the brackets of TI's TRF7970A evaluation board."""

    def __init__(self) -> None:
        self.answer = b""

    def write(self, command: bytes) -> None:
        """Every command is answered in the same way."""

    def readall(self) -> bytes:
        return self.answer


class Geek:
    """Reads and writes one tag of the Danish model."""

    def __init__(self) -> None:
        self._board = _Board()
        self._reader = PyRFIDGeek.__new__(PyRFIDGeek)
        self._reader.sp = self._board

    def read(self, memory: bytes) -> Mapping[str, object]:
        """From the hex that the board sends to fields and a checked CRC."""
        self._board.answer = b"[00" + memory.hex().encode() + b"]"
        fields: Mapping[str, object] = self._reader.read_danish_model_tag(UID)
        return fields

    def write(self, item: Mapping[str, ElementValue]) -> None:
        """From fields to the commands that write eight blocks."""
        self._board.answer = b"[00]"
        owner = str(item["owner_institution"])
        in_set = item["set_information"]
        assert isinstance(in_set, dict)
        fields = {
            "id": item["primary_item_identifier"],
            "partno": in_set["part_number"],
            "nparts": in_set["parts_in_set"],
            "country": owner[:2],
            "library": owner[3:],
        }
        assert self._reader.write_danish_model_tag(UID, fields)
