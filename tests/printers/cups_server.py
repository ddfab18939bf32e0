"""Debian's own CUPS as a private server in a folder of the test, with one queue on a printer that obeys files.

The printer is a backend of CUPS, a program that CUPS runs for each job: it says that it has no paper while there is a
file `no-paper`, fails while there is `broken`, and else puts what it was sent into `paper`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

CUPSD = "/usr/sbin/cupsd"
PACKAGES = "install the Debian packages cups-daemon and cups-client"
QUEUE = "office"
START_S = 20.0
_ACCESS = """
Listen {folder}/sock
LogLevel info
DefaultAuthType None
Browsing Off
WebInterface No
PreserveJobFiles No
<Location />
  Order allow,deny
  Allow from all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
_FILES = """
ServerRoot {folder}/root
ServerBin {folder}/bin
CacheDir {folder}/cache
StateDir {folder}/state
RequestRoot {folder}/spool
TempDir {folder}/spool
ErrorLog {folder}/log/error_log
AccessLog {folder}/log/access_log
PageLog {folder}/log/page_log
Printcap
SystemGroup root
"""
_BACKEND = """#!/bin/sh
[ $# = 0 ] && exit 0
trap 'exit 0' TERM
while [ -e {folder}/no-paper ]; do
  echo "STATE: +media-empty-error" >&2
  sleep 0.05
done
echo "STATE: -media-empty-error" >&2
[ -e {folder}/broken ] && exit 1
cat "$6" > {folder}/paper.part && mv {folder}/paper.part {folder}/paper
"""


class CupsServer:
    """Enter it to have it run. The folder lies in /tmp: a socket's path may not be long."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._server: subprocess.Popen[bytes] | None = None
        self.folder = Path()

    def __enter__(self) -> CupsServer:
        assert Path(CUPSD).exists(), PACKAGES
        self.folder = Path(tempfile.mkdtemp(prefix="cups-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        for name in ("root", "cache", "state", "spool", "log", "bin/backend"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "bin" / "daemon").symlink_to("/usr/lib/cups/daemon")
        for name, text in (("cupsd.conf", _ACCESS), ("cups-files.conf", _FILES), ("bin/backend/desk", _BACKEND)):
            (self.folder / name).write_text(text.format(folder=self.folder))
        (self.folder / "bin" / "backend" / "desk").chmod(0o700)  # not for others: CUPS runs it as itself
        self.start()
        self._stack.callback(self.stop)
        self.does("lpadmin", "-p", QUEUE, "-E", "-v", "desk:/here", "-m", "raw")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """For programs of CUPS that shall talk to this server."""
        return {**os.environ, "CUPS_SERVER": str(self.folder / "sock"), "LC_ALL": "C"}

    @property
    def paper(self) -> Path:
        """What came out last."""
        return self.folder / "paper"

    def start(self) -> None:
        """Run it, and wait until it takes connections."""
        (self.folder / "sock").unlink(missing_ok=True)
        self._server = subprocess.Popen(
            [CUPSD, "-f", "-c", str(self.folder / "cupsd.conf"), "-s", str(self.folder / "cups-files.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ends_s = time.monotonic() + START_S
        while not self._is_there():
            assert self._server.poll() is None, (self.folder / "log" / "error_log").read_text()
            assert time.monotonic() < ends_s, "CUPS does not come up"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; what it prints ends with it."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(START_S)
            self._server = None

    def obeys(self, name: str) -> None:
        """Put the printer into a state by a file: `no-paper`, `broken`."""
        (self.folder / name).touch()

    def is_well_again(self, name: str) -> None:
        (self.folder / name).unlink()

    def does(self, *arguments: str) -> str:
        """Run a program of CUPS against this server; what it printed."""
        done = subprocess.run(arguments, env=self.environment, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout

    def _is_there(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(self.folder / "sock"))
            except OSError:
                return False
            return True
