"""Certificates of servers on this machine: true ones, by an authority of the test's own, and false ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the certificate of a server and its key lie."""

    chain: Path
    key: Path


class Authority:
    """Somebody who vouches for servers; whoever trusts the file `trust` believes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of this test")])
        self.trust = folder / "authority.pem"
        made = _made(self.name, self.name, self.key, self.key, ends=DAY, authority=True)
        self.trust.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def true(self) -> Certificate:
        """A good certificate of 127.0.0.1."""
        return self._signed("true")

    def of_another_name(self) -> Certificate:
        """A good certificate of another server."""
        return self._signed("another", address="192.0.2.1")

    def run_out(self) -> Certificate:
        """A certificate of 127.0.0.1 that was good until yesterday."""
        return self._signed("run-out", ends=-DAY)

    def self_signed(self) -> Certificate:
        """A certificate of 127.0.0.1 that nobody vouches for but the server itself."""
        return self._signed("self-signed", by_itself=True)

    def _signed(
        self, called: str, *, address: str = "127.0.0.1", ends: timedelta = DAY, by_itself: bool = False
    ) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, called)])
        by, signs = (name, key) if by_itself else (self.name, self.key)
        made = _made(name, by, key, signs, ends=ends, address=address)
        files = Certificate(chain=self.folder / f"{called}.pem", key=self.folder / f"{called}.key")
        files.chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files


def _made(
    name: x509.Name,
    by: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signs: ec.EllipticCurvePrivateKey,
    *,
    ends: timedelta,
    address: str = "",
    authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    named = [x509.IPAddress(ip_address(address))] if address else [x509.DNSName("authority.invalid")]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * DAY)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(named), critical=False)
        .sign(signs, hashes.SHA256())
    )
