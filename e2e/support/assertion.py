"""Client assertions in the two styles that real clients sign."""

import base64
import time
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from support.server import Demo

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def certificate(demo: Demo) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate_pem(demo).encode())


def private_key_pem(demo: Demo) -> str:
    return next(block for block in pem_blocks(demo) if "PRIVATE KEY" in block)


def certificate_pem(demo: Demo) -> str:
    return next(block for block in pem_blocks(demo) if "BEGIN CERTIFICATE" in block)


def pem_blocks(demo: Demo) -> list[str]:
    text = demo.client_certificate.read_text(encoding="ascii")
    return ["-----BEGIN " + part for part in text.split("-----BEGIN ")[1:]]


def thumbprint(demo: Demo, algorithm: hashes.HashAlgorithm, padded: bool) -> str:
    text = base64.urlsafe_b64encode(certificate(demo).fingerprint(algorithm)).decode()
    return text if padded else text.rstrip("=")


def sha1_style(demo: Demo) -> str:
    """RS256 with `x5t`, padded, and times as fractions, as Python's azure-identity sends it."""
    header = {"x5t": thumbprint(demo, hashes.SHA1(), padded=True)}
    now = time.time()
    claims = claims_of(demo) | {"iat": now, "exp": now + 600}
    return jwt.encode(claims, private_key_pem(demo), algorithm="RS256", headers=header)


def sha256_style(demo: Demo) -> str:
    """PS256 with `x5t#S256`, not padded, and `nbf`, as msal-node sends it."""
    header = {"x5t#S256": thumbprint(demo, hashes.SHA256(), padded=False)}
    now = int(time.time())
    claims = claims_of(demo) | {"nbf": now, "exp": now + 600}
    return jwt.encode(claims, private_key_pem(demo), algorithm="PS256", headers=header)


def claims_of(demo: Demo) -> dict:
    return {"aud": demo.token_url, "iss": demo.client_id, "sub": demo.client_id, "jti": str(uuid.uuid4())}
