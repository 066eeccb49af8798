"""A mail server for tests, on 127.0.0.1: it speaks as much of SMTP (RFC 5321) as a client that hands in mail needs."""

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Self


@dataclass(frozen=True)
class Mail:
    """One mail as it was handed in."""

    greeted_as: str
    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> Message:
        """The mail, taken apart."""
        return message_from_bytes(self.raw)

    @property
    def text(self) -> str:
        """What it says."""
        payload = self.message.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode()


@dataclass
class MailHouse:
    """Takes mail and keeps it; `refuses` names commands that it answers with an error of its own."""

    mails: list[Mail] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    _server: socketserver.ThreadingTCPServer | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port: int = self._server.server_address[1]
        return port

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a portal that sends its mail here."""
        return {
            "mail_host": "127.0.0.1",
            "mail_port": str(self.port),
            "mail_from": "portal@havblik.example",
            "mail_tls": "none",
        }

    def __enter__(self) -> Self:
        house = self

        class Visit(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Talk(house, self).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Visit)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_raised: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()


@dataclass
class _Talk:
    house: MailHouse
    line: socketserver.StreamRequestHandler
    greeted_as: str = ""
    sender: str = ""
    to: str = ""

    def run(self) -> None:
        self.say("220 mail.example ready")
        while command := self.line.rfile.readline().decode().strip():
            word = command.split(" ")[0].upper()
            self.house.commands.append(word)
            if word in self.house.refuses:
                self.say(self.house.refuses[word])
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.answer(word, command)

    def answer(self, word: str, command: str) -> None:
        if word == "EHLO":
            self.greeted_as = command.partition(" ")[2]
            self.say("250-mail.example", "250 AUTH PLAIN")
        elif word == "DATA":
            self.say("354 go on")
            self.take()
        else:
            if word == "MAIL":
                self.sender = command.partition("<")[2].partition(">")[0]
            elif word == "RCPT":
                self.to = command.partition("<")[2].partition(">")[0]
            self.say("235 signed in" if word == "AUTH" else "250 fine")

    def take(self) -> None:
        lines = []
        while (line := self.line.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.house.mails.append(Mail(self.greeted_as, self.sender, self.to, b"".join(lines)))
        self.say("250 taken")

    def say(self, *lines: str) -> None:
        self.line.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
