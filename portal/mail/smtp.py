"""One short text to one address, by SMTP (RFC 5321, RFC 5322).

What is sent has the same size whatever it says: a mail provider sees sender, receiver, size and time. The name that
greets the server is the sender's domain, not this machine's.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from secrets import token_hex
from typing import Literal

BODY_BYTES = 700
TIMEOUT_SECONDS = 20.0
Tls = Literal["starttls", "tls", "none"]
TLS: tuple[Tls, ...] = ("starttls", "tls", "none")


class MailFailed(Exception):
    """Nothing was sent. `code`: connection, tls, sign_in, sender, address or refused; no word of the server's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `tls` is starttls, tls or none; without `user` nobody signs in."""

    host: str
    port: int
    sender: str
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def domain(self) -> str:
        """The part of the sender's address after the @."""
        return self.sender.rpartition("@")[2]


def message(server: MailServer, to: str, subject: str, body: str, at: datetime) -> EmailMessage:
    """The mail, its text padded to 700 bytes. Raises ValueError for a text that is longer."""
    size = len(body.encode())
    if size > BODY_BYTES:
        raise ValueError(f"a notice of {size} bytes, where all have {BODY_BYTES}")
    mail = EmailMessage()
    mail["From"] = server.sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at.replace(microsecond=0))
    mail["Message-ID"] = f"<{token_hex(16)}@{server.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body + "\n" * (BODY_BYTES - size), cte="base64")
    return mail


def send(server: MailServer, mail: EmailMessage) -> None:
    """The server has taken the mail. Raises MailFailed."""
    try:
        with _connected(server) as connection:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(mail)
    except smtplib.SMTPException as error:
        raise MailFailed(_code_of(error)) from None
    except ssl.SSLError:
        raise MailFailed("tls") from None
    except OSError:
        raise MailFailed("connection") from None


def _connected(server: MailServer) -> smtplib.SMTP:
    """A greeted server, the line sealed unless the settings say otherwise. Fails closed: no TLS, no mail."""
    if server.tls == "tls":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=server.domain,
            timeout=TIMEOUT_SECONDS,
            context=ssl.create_default_context(),
        )
    connection = smtplib.SMTP(server.host, server.port, local_hostname=server.domain, timeout=TIMEOUT_SECONDS)
    if server.tls == "starttls":
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection


def _code_of(error: smtplib.SMTPException) -> str:
    codes = (
        (smtplib.SMTPAuthenticationError, "sign_in"),
        (smtplib.SMTPRecipientsRefused, "address"),
        (smtplib.SMTPSenderRefused, "sender"),
        (smtplib.SMTPServerDisconnected, "connection"),
        (smtplib.SMTPConnectError, "connection"),
        (smtplib.SMTPNotSupportedError, "tls"),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), "refused")
