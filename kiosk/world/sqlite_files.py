"""SQLite's view of a disk: the structures of a VFS, so that a simulated disk can stand between SQLite and its files.

Only what has to be simulated is put in another's place; reading, locking and shared memory stay those of SQLite's own
VFS. Source: sqlite3.h, "OS Interface Object" and "OS Interface File Virtual Methods Object" (version 3.40).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p
from typing import Protocol

OK, FULL = 0, 13
IOERR_WRITE = 10 | 3 << 8
IOERR_FSYNC = 10 | 4 << 8
SHORT_READ = 10 | 2 << 8
"""All of the bytes were given, as far as there were any; the rest is zeros."""

_CLOSE = ctypes.CFUNCTYPE(c_int, c_void_p)
_WRITE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = ctypes.CFUNCTYPE(c_int, c_void_p, c_int)
_OPEN = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)


class _Methods(ctypes.Structure):
    _fields_ = [
        ("version", c_int),
        ("close", _CLOSE),
        ("read", c_void_p),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        ("others", c_void_p * 13),
    ]


class _File(ctypes.Structure):
    _fields_ = [("methods", POINTER(_Methods))]


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("version", c_int),
        ("file_bytes", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("own", c_void_p),
        ("open", _OPEN),
        ("delete", _DELETE),
        ("others", c_void_p * 14),
    ]


class Disk(Protocol):
    """Who is asked before SQLite changes a file. Each returns a result code; anything but `OK` is what SQLite hears,
    and the file stays as it is. `path` is the file's whole path."""

    def holds(self, path: str) -> bool:
        """Whether the file lies on this disk."""
        ...

    def opened(self, path: str) -> None: ...

    def write(self, path: str, data: bytes, at: int) -> int: ...

    def truncate(self, path: str, size: int) -> int: ...

    def sync(self, path: str) -> int: ...

    def deleted(self, path: str) -> None: ...


class SqliteFiles:
    """The VFS of this process, in front of SQLite's own. Made once: SQLite never lets go of a default VFS safely."""

    def __init__(self) -> None:
        self._disks: list[Disk] = []
        self._files: dict[int, tuple[Disk, str, _Methods]] = {}
        """By the address of SQLite's own structure of an open file."""
        library = ctypes.CDLL("libsqlite3.so.0")  # the one that Python's module uses
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self._base = library.sqlite3_vfs_find(None)
        self._vfs = _Vfs.from_buffer_copy(self._base.contents)
        self._vfs.name, self._vfs.next = b"kiosk-world", None
        self._vfs.open, self._vfs.delete = _OPEN(self._open), _DELETE(self._delete)
        self._instead: dict[int, _Methods] = {}
        """Our table of methods for each of SQLite's own."""
        library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)

    def attach(self, disk: Disk) -> None:
        """From now on the disk is asked about its files; those that are open already are not seen."""
        self._disks.append(disk)

    def detach(self, disk: Disk) -> None:
        """Every file of it is closed: SQLite would take another file that gets its number for the same one."""
        self._disks.remove(disk)
        left = [path for other, path, _ in self._files.values() if other is disk]
        assert not left, f"still open: {left}"

    def _open(self, _: int, name: int | None, file: int, flags: int, told: ctypes._Pointer[c_int]) -> int:
        # The name is handed on as it is: SQLite's own VFS keeps the pointer, and looks for parameters behind its end.
        code = self._base.contents.open(ctypes.cast(self._base, c_void_p), name, file, flags, told)
        path = "" if name is None else ctypes.string_at(name).decode(errors="surrogateescape")
        disk = next((one for one in self._disks if path and one.holds(path)), None)
        opened = ctypes.cast(file, POINTER(_File))
        if code == OK and disk is not None and opened.contents.methods:
            own = opened.contents.methods
            self._files[file] = disk, path, own.contents
            opened.contents.methods = ctypes.pointer(self._in_place_of(own.contents))
            disk.opened(path)
        return int(code)

    def _in_place_of(self, own: _Methods) -> _Methods:
        address = ctypes.addressof(own)
        if address not in self._instead:
            table = _Methods.from_buffer_copy(own)
            table.close, table.write = _CLOSE(self._close), _WRITE(self._write)
            table.truncate, table.sync = _TRUNCATE(self._truncate), _SYNC(self._sync)
            self._instead[address] = table
        return self._instead[address]

    def _delete(self, _: int, name: bytes, sync: int) -> int:
        code = self._base.contents.delete(ctypes.cast(self._base, c_void_p), name, sync)
        path = name.decode(errors="surrogateescape")
        for disk in self._disks:
            if code == OK and disk.holds(path):
                disk.deleted(path)
        return int(code)

    def _close(self, file: int) -> int:
        _, _, own = self._files.pop(file)
        return int(own.close(file))

    def _write(self, file: int, data: int, length: int, at: int) -> int:
        return self._asked(
            file,
            lambda disk, path: disk.write(path, ctypes.string_at(data, length), at),
            lambda own: own.write(file, data, length, at),
        )

    def _truncate(self, file: int, size: int) -> int:
        return self._asked(file, lambda disk, path: disk.truncate(path, size), lambda own: own.truncate(file, size))

    def _sync(self, file: int, flags: int) -> int:
        return self._asked(file, lambda disk, path: disk.sync(path), lambda _: OK)

    def _asked(self, file: int, ask: Callable[[Disk, str], int], do: Callable[[_Methods], int]) -> int:
        disk, path, own = self._files[file]
        code = ask(disk, path)
        return int(do(own)) if code == OK else code
