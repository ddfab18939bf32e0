"""A small certificate authority: signs stations' requests, the broker's own certificate, and the list of the revoked.

X.509 version 3 (RFC 5280), ECDSA with P-256. One authority signs; who holds its key can make stations, so that it lies
in a folder of the fleet's alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY, CERTIFICATE = "authority.key", "authority.pem"
YEARS = timedelta(days=3_650)
BEFORE = timedelta(minutes=5)
"""So much earlier a certificate begins: for clocks that are a little slow."""
CRL_LASTS = timedelta(days=3_650)
"""mosquitto lets nobody in by a list that is out of date; it is written anew with each revocation."""


class End(Enum):
    """Of a line."""

    BROKER = auto()
    USER = auto()


END_USES = {End.BROKER: ExtendedKeyUsageOID.SERVER_AUTH, End.USER: ExtendedKeyUsageOID.CLIENT_AUTH}


class BadRequest(ValueError):
    """A request for a certificate that nothing is signed for; the text says why."""


@dataclass(frozen=True, slots=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def of(cls, folder: Path, name: str, now: datetime) -> Authority:
        """That of a folder, made where there is none. Raises `OSError`, `ValueError` for files of something else."""
        path = folder / KEY
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _belong_like_its_folder(folder)
            made = ec.generate_private_key(ec.SECP256R1())
            put(folder / CERTIFICATE, _pem(_self_signed(made, name, now)), 0o644)
            put(path, _key_pem(made), 0o600)
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{path}: expected a key of an elliptic curve")
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
        if certificate.public_key() != key.public_key():
            raise ValueError(f"{folder / CERTIFICATE}: expected the certificate of {path}, found another key's")
        return cls(key, certificate)

    @property
    def pem(self) -> str:
        return _pem(self.certificate).decode()

    def sign(self, csr: str, site: str, station: str, now: datetime, days: int) -> x509.Certificate:
        """A station's certificate: of its request only the key counts, the name is ours. Raises `BadRequest`."""
        try:
            request = x509.load_pem_x509_csr(csr.encode("utf-8", "replace"))
            key = request.public_key()
            sound = request.is_signature_valid
        except (ValueError, UnsupportedAlgorithm, InvalidSignature):
            raise BadRequest("expected a PKCS #10 request in PEM") from None
        if not sound or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise BadRequest("expected a request signed by its own key, of the curve P-256")
        subject = x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, site), x509.NameAttribute(NameOID.COMMON_NAME, station)]
        )
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self._signed(subject, key, usage, now, timedelta(days=days)).sign(self.key, hashes.SHA256())

    def made_here(self, name: str, now: datetime, days: int, end: End) -> tuple[bytes, bytes]:
        """Key and certificate, in PEM, of the broker (its host's name) or of a user of it who is no station."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.ExtendedKeyUsage([END_USES[end]])
        unsigned = self._signed(subject, key.public_key(), usage, now, timedelta(days=days))
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        return _key_pem(key), _pem(unsigned.add_extension(names, critical=False).sign(self.key, hashes.SHA256()))

    def revoked(self, serials: Iterable[tuple[int, datetime]], now: datetime) -> bytes:
        """The list of certificates that are no longer good (RFC 5280, 5), in PEM."""
        names = self.certificate.subject
        made = x509.CertificateRevocationListBuilder().issuer_name(names).last_update(now).next_update(now + CRL_LASTS)
        for serial, at in serials:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
            made = made.add_revoked_certificate(one)
        return made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        usage: x509.ExtendedKeyUsage,
        now: datetime,
        lasts: timedelta,
    ) -> x509.CertificateBuilder:
        ends = min(now + lasts, self.certificate.not_valid_after_utc)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            _begun(subject, self.certificate.subject, key, now, ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=False)
            .add_extension(issuer, critical=False)
        )


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(ends)
    )


def _self_signed(key: ec.EllipticCurvePrivateKey, name: str, now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Library Kiosk {name}")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    begun = _begun(subject, subject, key.public_key(), now, now + YEARS)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        begun.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(own, critical=False)
        .sign(key, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def put(path: Path, content: bytes, mode: int) -> None:
    """Beside, flushed and renamed: a power cut leaves the old file or the new one."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _belong_like_its_folder(beside)
    beside.replace(path)


def _belong_like_its_folder(path: Path) -> None:
    """What root makes by hand is for the service, whose folder it lies in."""
    if os.geteuid() == 0:
        like = path.parent.stat()
        os.chown(path, like.st_uid, like.st_gid)
