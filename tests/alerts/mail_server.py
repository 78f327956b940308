"""A small mail server on this machine: speaks SMTP with STARTTLS, keeps what it takes."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What the server was given, and how it behaves."""

    tls: ssl.SSLContext | None
    refused: frozenset[str] = frozenset()
    is_full: bool = False
    login: str = ""
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)


class _Session(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.encrypted, self.allowed = False, not self.box.login
        self.say("220 local mail")
        while line := self.rfile.readline().decode().strip():
            if not self.answer(line):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the encrypted one; the server closes the other

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def answer(self, line: str) -> bool:
        verb = line.upper()
        if verb.startswith("EHLO"):
            offers = ["250-STARTTLS"] if self.box.tls and not self.encrypted else []
            self.say("250-local", *offers, "250 AUTH PLAIN")
        elif verb == "STARTTLS" and self.box.tls:
            self.say("220 go on")
            return self.encrypt(self.box.tls)
        elif verb.startswith("AUTH PLAIN"):
            given = base64.b64decode(line.split()[2]).decode().split("\0", 1)[1]
            self.allowed = given == self.box.login
            self.say("235 welcome" if self.allowed else "535 wrong password")
        elif verb.startswith("MAIL FROM"):
            full = "452 no space left" if self.box.is_full else "250 fine"
            self.say(full if self.allowed else "530 log in first")
        elif verb.startswith("RCPT TO"):
            to = line[len("RCPT TO:") :].strip("<> ")
            self.say("550 nobody here" if to in self.box.refused else "250 fine")
            self.box.receivers += [] if to in self.box.refused else [to]
        elif verb == "DATA":
            self.say("354 go on")
            self.take()
        elif verb == "QUIT":
            self.say("221 good bye")
            return False
        else:
            self.say("250 fine")
        return True

    def encrypt(self, context: ssl.SSLContext) -> bool:
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except ssl.SSLError:  # whoever calls does not trust this server
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.encrypted = True
        return True

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        mail = message_from_bytes(b"".join(lines), policy=default)
        self.box.mails.append(cast("EmailMessage", mail))
        self.box.was_encrypted.append(self.encrypted)
        self.say("250 taken")


@contextmanager
def mail_server(box: Mailbox) -> Iterator[Mailbox]:
    """The server of a mailbox, at ``127.0.0.1`` and the port that the mailbox then has."""
    session = type("Session", (_Session,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1, and the file that makes others trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "local mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "mail.crt").write_bytes(made.public_bytes(pem))
    (folder / "mail.key").write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "mail.crt", folder / "mail.key")
    return context, folder / "mail.crt"
