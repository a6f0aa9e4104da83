"""Many people at once, each with a live connection of their own that asks for the page again about once a second."""

from __future__ import annotations

import asyncio
import time
from random import Random
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

COOKIE = "neurolist"
LONGEST_WAIT = 60.0
LARGEST_MESSAGE = 64 * 1024 * 1024
FINISHED_WELL = (0, 3)  # the whole page, or a fragment of it, ran to its end


class Person:
    """One open page."""

    def __init__(self, live: ClientConnection, query: str) -> None:
        self.live = live
        self.query = query

    async def act(self) -> float:
        """Ask for the page once; gives the seconds until all of it had come."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        began = time.monotonic()
        await self.live.send(asked.SerializeToString())
        async with asyncio.timeout(LONGEST_WAIT):
            while True:
                answer = ForwardMsg()
                answer.ParseFromString(await self.live.recv(decode=False))
                if answer.WhichOneof("type") == "script_finished":
                    if answer.script_finished not in FINISHED_WELL:
                        raise RuntimeError(f"The page did not run to its end: {answer.script_finished}.")
                    return time.monotonic() - began


async def crowd(address: str, tokens: list[str], *, seconds: float, query: str = "") -> list[float]:
    """Let each token's person act about once a second for so long; gives how long every action took."""
    began = time.monotonic()
    found = await asyncio.gather(
        *(_live(address, token, began + seconds, Random(at), query) for at, token in enumerate(tokens))
    )
    return [each for one in found for each in one]


async def repeat(address: str, token: str, *, times: int, query: str = "") -> None:
    """Ask for the page so many times on one connection."""
    async with _open(address, token) as live:
        person = Person(live, query)
        for _ in range(times):
            await person.act()


async def _live(address: str, token: str, until: float, chance: Random, query: str) -> list[float]:
    found: list[float] = []
    async with _open(address, token) as live:
        person = Person(live, query)
        await person.act()  # the first page of a session is not an action
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(0.5, 1.5))
            found.append(await person.act())
    return found


def _open(address: str, token: str) -> connect:
    return connect(
        address.replace("http", "ws", 1) + "/_stcore/stream",
        origin=f"http://{urlsplit(address).netloc}",  # type: ignore[arg-type]  # its own name for text
        additional_headers={"Cookie": f"{COOKIE}={token}"},
        max_size=LARGEST_MESSAGE,
        proxy=None,
    )
