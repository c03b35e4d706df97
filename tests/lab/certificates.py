"""A certificate authority of the lab's own, and leaves for any hostname, made when they are needed."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """``bundle`` is the file to trust. ``context`` makes a server's TLS for a hostname."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._root = self._sign("Lab root", self._key, self._key, None, is_ca=True)
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self.bundle = folder / "ca.pem"
        self.bundle.write_bytes(self._root.public_bytes(serialization.Encoding.PEM))
        (folder / "key.pem").write_bytes(_pem(self._leaf_key))

    def context(self, host: str, kind: str = "good") -> ssl.SSLContext:
        """``kind``: ``good``, ``self_signed``, ``wrong_host`` or ``expired``."""
        name = "somebody-else.example" if kind == "wrong_host" else host
        issuer = None if kind == "self_signed" else self._root
        key = self._leaf_key if kind == "self_signed" else self._key
        leaf = self._sign(name, self._leaf_key, key, issuer, days=-1 if kind == "expired" else 30)
        path = self._folder / f"{kind}-{host.replace('*', '_')}.pem"
        path.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, self._folder / "key.pem")
        return context

    def _sign(self, name, key, by, issuer, *, is_ca=False, days=30) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:60])])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        )
        if is_ca:
            builder = builder.add_extension(_CA_USE, critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return builder.sign(by, hashes.SHA256())


_CA_USE = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
