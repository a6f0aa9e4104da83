"""A mail server of a few lines on this machine, which can be told to refuse, to break off or to stay silent."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.builders.certificates import Certificate


@dataclass
class MailServer:
    """What it took, and how it behaves: the answers to RCPT and to the letter itself, and when it breaks off."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    to_rcpt: str = "250 ok"
    to_letter: str = "250 2.0.0 queued as A1"
    breaks_before_answer: bool = False
    silent_before_answer: bool = False
    sign_ins: int = 0
    certificate: Certificate | None = None  # for a line that it protects when asked, or from the start
    protected_from_the_start: bool = False

    @property
    def heard(self) -> list[object]:
        """Everything of ours that it was told: letters, who they are for, and that somebody signed in."""
        return [*self.letters, *self.recipients, *["somebody signed in"] * self.sign_ins]

    def protection(self) -> ssl.SSLContext | None:
        """What protects its lines, where it has a certificate."""
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.chain, self.certificate.key)
        return context

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""

        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        protection = self.protection()
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await say("220 here")
            while line := (await reader.readline()).decode().strip():
                verb = line.split(":")[0].split(" ")[0].upper()
                if verb == "EHLO":
                    offered = "250-STARTTLS\r\n" if protection else ""
                    await say(f"250-here\r\n{offered}250-AUTH PLAIN\r\n250 8BITMIME")
                elif verb == "STARTTLS" and protection:
                    await say("220 go on")
                    await writer.start_tls(protection)
                elif verb == "RCPT":
                    self.recipients.append(line.partition("<")[2].rstrip(">"))
                    await say(self.to_rcpt)
                elif verb == "DATA":
                    await say("354 go on")
                    letter = await reader.readuntil(b"\r\n.\r\n")
                    if self.to_letter.startswith("250"):
                        self.letters.append(letter.removesuffix(b".\r\n"))
                    if self.silent_before_answer:
                        await asyncio.sleep(5)
                    if self.breaks_before_answer:
                        break
                    await say(self.to_letter)
                elif verb == "QUIT":
                    await say("221 bye")
                    break
                else:
                    self.sign_ins += verb == "AUTH"
                    await say("235 in" if verb == "AUTH" else "250 ok")
        writer.close()


@contextmanager
def a_mail_server(**how: object) -> Iterator[MailServer]:
    """Run a mail server on a free port until the block ends."""
    kept = MailServer(**how)  # type: ignore[arg-type]  # the test names real fields
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def run() -> None:
        tls = kept.protection() if kept.protected_from_the_start else None
        server = await asyncio.start_server(kept.serve, "127.0.0.1", 0, ssl=tls)
        kept.port = server.sockets[0].getsockname()[1]
        ready.set()
        with suppress(asyncio.CancelledError):
            await server.serve_forever()

    task = loop.create_task(run())
    thread = threading.Thread(target=lambda: loop.run_until_complete(task), daemon=True)
    thread.start()
    ready.wait(10)
    yield kept
    loop.call_soon_threadsafe(task.cancel)
    thread.join(10)
    loop.close()
