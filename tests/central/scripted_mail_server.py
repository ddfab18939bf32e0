"""A mail server that says at each command what a test tells it; otherwise takes letters on a loopback port."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class MailServer:
    """One connection at a time. `answers`: what it says in place of its usual answer to a command."""

    answers: dict[str, str] = field(default_factory=dict)
    """`hang-up` ends the line without a word."""
    letters: list[str] = field(default_factory=list)
    """What was taken, each with the address that it is for in its head."""
    _listener: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, name="mail server", daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line, line.makefile("rwb", buffering=0) as wire:
                wire.write(b"220 mail.example\r\n")
                while command := wire.readline().decode().strip():
                    verb = command.split()[0].upper()
                    if verb == "DATA" and verb not in self.answers:
                        wire.write(b"354 go on\r\n")
                        text = b""
                        while (one := wire.readline()) not in (b".\r\n", b""):
                            text += one
                        if self.answers.get("TEXT") == "hang-up":
                            break
                        if "TEXT" not in self.answers:
                            self.letters.append(text.decode())
                        verb = "TEXT"
                    said = self.answers.get(verb, "250 mail.example" if verb != "QUIT" else "221 bye")
                    if said == "hang-up":
                        break
                    wire.write(f"{said}\r\n".encode())
