"""What SIP2 says is tried on SQLite; the counter that it goes through is tried on both in the folder above."""

from __future__ import annotations

from tests.central.console.conftest import url as url
