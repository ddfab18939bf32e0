"""Authorities and certificates, made by openssl: what a server shows, and what its client was told to believe."""

from __future__ import annotations

import subprocess
from pathlib import Path

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def two_authorities(folder: Path, server: str) -> Path:
    """`ours.pem`, `theirs.pem`, and the certificate of `server` for `localhost`, which the first has signed."""
    for name in ("ours", "theirs"):
        files = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
        openssl("req", "-x509", *KEY, "-days", "1", "-subj", f"/CN={name}", *files)
    key, request = folder / f"{server}.key", folder / f"{server}.csr"
    openssl("req", *KEY, "-subj", f"/CN={server}", "-keyout", key, "-out", request)
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    by = ("-CA", folder / "ours.pem", "-CAkey", folder / "ours.key", "-CAcreateserial", "-days", "1")
    openssl("x509", "-req", "-in", request, *by, "-extfile", folder / "names", "-out", folder / f"{server}.pem")
    return folder
