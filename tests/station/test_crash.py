"""A programming error ends the process, so that systemd starts it again, and tells no patron's data."""

from __future__ import annotations

import subprocess
import sys

import pytest

ON_A_THREAD = """
import threading
from kiosk.station.crash import end_on_errors

end_on_errors()

def pump():
    raise KeyError("card 04A1B2C3")

threading.Thread(target=pump, name="pad").start()
threading.Event().wait(30)
"""

ON_THE_LOOP = """
from kiosk.station.crash import end_on_errors

end_on_errors()
try:
    {}["card 04A1B2C3"]
except KeyError:
    raise ValueError("card 04A1B2C3")
"""


@pytest.mark.parametrize(("program", "place"), [(ON_A_THREAD, "'pad'"), (ON_THE_LOOP, "which led to ValueError")])
def test_a_programming_error_ends_the_process_and_names_the_lines_alone(program: str, place: str) -> None:
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert place in ended.stderr
    assert "KeyError" in ended.stderr
    assert 'File "<string>"' in ended.stderr
    assert "04A1B2C3" not in ended.stderr
