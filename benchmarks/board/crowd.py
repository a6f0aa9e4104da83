"""Many people at once, each with a live connection of their own that asks for the page again about once a second."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Mapping
from random import Random
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

COOKIE = "neurolist"
BOARD = "neurolist_board"
LONGEST_WAIT = 60.0
LARGEST_MESSAGE = 64 * 1024 * 1024
FINISHED_WELL = (0, 3)  # the whole page, or a fragment of it, ran to its end


class Person:
    """One open page, which fetches the lists that changed whenever it is told of a later board than it has."""

    def __init__(self, address: str, token: str, live: ClientConnection, query: str) -> None:
        self.live = live
        self.query = query
        self.asked = urllib.request.Request(f"{address}/api/board")
        self.asked.add_header("Cookie", f"{COOKIE}={token}")
        self.asked.add_header("Origin", address)
        self.shown: Mapping[str, object] = {"version": -1, "picture": None}

    async def act(self) -> float:
        """Ask for the page once; gives the seconds until all of it, and what had changed on it, had come."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        began = time.monotonic()
        await self.live.send(asked.SerializeToString())
        async with asyncio.timeout(LONGEST_WAIT):
            while True:
                answer = ForwardMsg()
                answer.ParseFromString(await self.live.recv(decode=False))
                if (board := answer.delta.new_element.bidi_component).component_name == BOARD:
                    await self._catch_up(json.loads(board.json))
                if answer.WhichOneof("type") == "script_finished":
                    if answer.script_finished not in FINISHED_WELL:
                        raise RuntimeError(f"The page did not run to its end: {answer.script_finished}.")
                    return time.monotonic() - began

    async def _catch_up(self, told: Mapping[str, object]) -> None:
        if told["version"] != self.shown["version"]:
            asked = {"looking": told["looking"], "picture": self.shown["picture"]}
            self.asked.data = json.dumps(asked).encode()
            self.shown = json.loads(await asyncio.to_thread(lambda: urllib.request.urlopen(self.asked).read()))


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
        person = Person(address, token, live, query)
        for _ in range(times):
            await person.act()


async def _live(address: str, token: str, until: float, chance: Random, query: str) -> list[float]:
    found: list[float] = []
    async with _open(address, token) as live:
        person = Person(address, token, live, query)
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
