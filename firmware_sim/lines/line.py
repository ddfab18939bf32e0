"""One simulated device on one line, step by step. Who runs it, and by which time, is a host (`hosts.py`)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware_sim.changes import What
from firmware_sim.devices.device import Device, MindsConnections, Restarts
from firmware_sim.faults.line_trouble import LineTrouble
from firmware_sim.faults.orders import FaultOrder
from firmware_sim.faults.words import LineFault
from firmware_sim.lines.end import End
from firmware_sim.lines.hosts import Host, HostOf, ThreadHost
from firmware_sim.lines.pace import WirePace
from firmware_sim.lines.wire_log import Direction, WireLog

READ_BYTES = 256
"""Taken from the host at once, and only while no more than that is under way: a full wire makes the host wait."""
HELD_RECHECK_S = 0.05


class Line:
    """A device, its end of a line, and the pace of both directions.

    `lock` guards the device: the line and the bench take it for every call. `clock` gives seconds, monotonic.
    """

    def __init__(
        self,
        name: str,
        device: Device,
        lock: threading.Lock,
        end: End,
        byte_s: float,
        log: WireLog,
        clock: Callable[[], float],
        host_of: HostOf = ThreadHost,
        *,
        trouble: LineTrouble | None = None,
    ) -> None:
        """`trouble`: what may go wrong with it; without one, that of its name."""
        self.name = name
        self._trouble = trouble or LineTrouble(name)
        self._has_speed = byte_s > 0
        self._device = device
        self._minding = device if isinstance(device, MindsConnections) else None
        self._lock = lock
        self._end = end
        self._incoming = WirePace(byte_s)
        self._outgoing = WirePace(byte_s)
        self._log = log
        self._clock = clock
        self._plugged = True
        self._wanted_plugged = True
        self._held = False
        self._hanging_up = False
        self._host_was_there = False
        self._fresh = True
        """No host has been there since it was plugged in."""
        self._news = False
        """What the host said last had not been said just before."""
        self._host: Host = host_of(self)

    @property
    def address(self) -> str:
        """What a host opens: a path, or `tcp://127.0.0.1:PORT`."""
        return self._end.address

    @property
    def host_is_there(self) -> bool:
        """A host has it open, as far as was noticed yet."""
        return self._host_was_there

    def start(self) -> None:
        """Plug it in and serve it; the address can be opened when this returns."""
        self._end.plug_in()
        self._host.start()

    def stop(self) -> None:
        """Pull it out and serve it no more."""
        self._host.stop()
        self._end.pull_out()

    def wake(self) -> None:
        """Something was done to the device: see what it has to say."""
        self._host.wake()

    def unplug(self) -> None:
        """Pull the line out; a host that has it open notices. Returns when it is done."""
        self._obey(plugged=False)

    def plug_in(self) -> None:
        """Plug the line in again under the same address, unless its fault keeps it out. Returns when it is done."""
        if not self._is_out():
            self._obey(plugged=True)

    def lose_power(self) -> None:
        """The line goes as when it is pulled out, and the device forgets what it forgets then."""
        self.unplug()
        if isinstance(self._device, Restarts):
            with self._lock:
                self._device.restart(self._clock())

    @property
    def fault(self) -> LineFault:
        """What is wrong with it now: some faults end by themselves."""
        return self._trouble.fault

    def set_fault(self, order: FaultOrder) -> None:
        """Have this fault of lines instead of any other. Returns when it is so."""
        now_s = self._clock()
        with self._lock:
            self._trouble.begin(order, now_s)
            if order.fault is LineFault.RESET and isinstance(self._device, Restarts):
                self._device.restart(now_s)
        self._obey(plugged=not self._is_out())
        self.wake()

    def _is_out(self) -> bool:
        """By its fault. A device on a socket or at a keyboard's plug is not there while it begins anew."""
        fault = self._trouble.fault
        return fault is LineFault.UNPLUG or (fault is LineFault.RESET and not self._has_speed)

    def hold(self) -> None:
        """Take no more bytes from the host, as with the flow control off for ever."""
        self._held = True
        self.wake()

    def release(self) -> None:
        """Take bytes again."""
        self._held = False
        self.wake()

    def _obey(self, *, plugged: bool) -> None:
        self._wanted_plugged = plugged
        self._host.obey()

    def watched(self) -> list[int] | None:
        """Descriptors that become readable when the host says something; None where a turn is due at once."""
        if self._held or self._incoming.waiting > READ_BYTES or self._trouble.fault is LineFault.STUCK:
            return []
        ends = self._end.watched()
        # Where it left since `_meet`, nothing would ever tell of it again.
        return None if self._host_was_there and not ends else ends

    def plug(self) -> None:
        """Be plugged in, or pulled out, as was ordered last."""
        if self._wanted_plugged and not self._plugged:
            self._end.plug_in()
        elif self._plugged and not self._wanted_plugged:
            self._end.pull_out()
            if self._host_was_there:
                self._disconnected()
            self._host_was_there = False
            self._cut()
            self._fresh = True
        self._plugged = self._wanted_plugged

    def turn(self) -> float | None:
        """Do everything that is due now; returns by when, in seconds of the clock, there will be more."""
        now_s = self._clock()
        if self._trouble.is_over(now_s):
            self._recover(now_s)
        if self._trouble.fault is LineFault.STUCK:
            return self._trouble.until_s
        self._meet(now_s)
        if not self._held and self._incoming.waiting <= READ_BYTES:
            self._hear(now_s)
        passed, passed_s = self._incoming.take(now_s)
        with self._lock:
            passed = self._trouble.heard(passed)
            if passed:
                self._device.receive(passed, passed_s)
            due_s = self._device.due_s()
            if due_s is not None and due_s <= now_s:
                self._device.tick(now_s)
            self._trouble.say(self._device.take_outgoing(), now_s)
            messages = self._trouble.take(now_s)
            due_s = self._device.due_s()
            self._hanging_up |= self._minding is not None and self._minding.hangs_up()
        if passed and self._news:
            self._log.changes.tell(What.ROOM)  # it may have changed a tag
        for said in messages:
            self._log.add(self.name, Direction.FROM_DEVICE, said)
            self._outgoing.push(said, now_s)
        sent, _ = self._outgoing.take(now_s)
        if sent:
            self._end.write(sent)
        if self._hanging_up and not self._outgoing.waiting and not self._trouble.holds_back:
            self._end.forget_host()
            self._disconnected()
            self._cut()
            self._host_was_there = False
        wires_s = (self._incoming.due_s(), self._outgoing.due_s(), self._trouble.due_s())
        times = [time_s for time_s in (due_s, *wires_s) if time_s is not None]
        # By what `_meet` saw: a host that opens the line just after it must not be taken for one that was met.
        unmet_s = None if self._host_was_there else self._end.recheck_s()
        recheck_s = HELD_RECHECK_S if self._held else unmet_s
        if recheck_s is not None:
            times.append(now_s + recheck_s)
        return min(times, default=None)

    def _meet(self, now_s: float) -> None:
        there = self._end.host_is_there()
        if there is not self._host_was_there:
            self._log.changes.tell(What.ROOM)
        if there and not self._host_was_there:
            self._cut()
            with self._lock:
                self._device.connected(now_s)
                if self._fresh:
                    self._trouble.powered(now_s)
                self._fresh = False
        elif self._host_was_there and not there:
            self._part()
        self._host_was_there = there

    def _hear(self, now_s: float) -> None:
        data = self._end.read(READ_BYTES) if self._host_was_there else b""
        if data is None:
            self._part()
            self._host_was_there = False
        elif data:
            self._news = self._log.add(self.name, Direction.FROM_HOST, data)
            self._incoming.push(data, now_s)

    def _part(self) -> None:
        # The next host may be there already: what it has said must not be thrown away with the last one's.
        if not self._end.host_is_there():
            self._end.forget_host()
        self._disconnected()
        self._cut()

    def _disconnected(self) -> None:
        if self._minding is not None:
            with self._lock:
                self._minding.disconnected(self._clock())

    def _recover(self, now_s: float) -> None:
        """What was wrong for a time is over."""
        self._wanted_plugged = True
        self.plug()
        with self._lock:
            self._trouble.end(now_s)

    def _cut(self) -> None:
        self._hanging_up = False
        self._trouble.clear()
        self._incoming.clear()
        self._outgoing.clear()
