"""The real web server cuts requests apart in one way, and closes the line where two ways are possible."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.home import free_port
from flows.prefect_home import answers

ROOT = Path(__file__).resolve().parents[2]
STARTING_SECONDS = 120
# What a stranger is answered with 200: were it read as a request of its own, there would be a second answer.
HIDDEN = b"GET /icon.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
IN_PIECES = b"0\r\n\r\n"
LENGTH = str(len(HIDDEN)).encode()


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of the web process, started by the same function as in a hospital, over a desk without a memory."""
    free = free_port("127.0.0.1", 0)
    told = {**os.environ, "PYTHONPATH": str(ROOT), "NEUROLIST_HOSTS": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.builders.screen_server", str(free)],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env={name: value for name, value in told.items() if name != "NEUROLIST_TLS"},
    )
    end = time.monotonic() + STARTING_SECONDS
    while not answers(f"http://127.0.0.1:{free}/healthz"):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    yield free
    process.terminate()
    process.wait(15)


def a_request(*headers, method=b"POST", path=b"/login", after=b""):
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *headers]
    return b"\r\n".join([*lines, b"", after])


def said_back(port, sent):
    """Send these bytes and read until the server closes the line, as it also does after five seconds of nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(sent)
        found = b""
        while piece := line.recv(65536):
            found += piece
    return found


def statuses(found):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", found)]


def test_two_plain_requests_on_one_line_have_two_answers(port):
    assert statuses(said_back(port, HIDDEN + HIDDEN)) == [200, 200]
    plain = a_request(b"Content-Length: 4", after=b"a=b&")
    assert statuses(said_back(port, plain + HIDDEN)) == [403, 200]


def test_what_a_length_covers_is_never_read_as_a_request(port):
    assert statuses(said_back(port, a_request(b"Content-Length: " + LENGTH, after=HIDDEN))) == [403]
    in_pieces = b"%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n" + IN_PIECES
    assert statuses(said_back(port, a_request(b"Transfer-Encoding: chunked", after=in_pieces))) == [403]


UNCLEAR = {
    "a length and pieces": a_request(b"Content-Length: 5", b"Transfer-Encoding: chunked", after=IN_PIECES + HIDDEN),
    "pieces and a length": a_request(b"Transfer-Encoding: chunked", b"Content-Length: 5", after=IN_PIECES + HIDDEN),
    "pieces and a length of none": a_request(
        b"Transfer-Encoding: chunked", b"Content-Length: 0", after=IN_PIECES + HIDDEN
    ),
    "a length and pieces on another line": a_request(
        b"Content-Length: 5", b"Transfer-Encoding:\r\n chunked", after=IN_PIECES + HIDDEN
    ),
    "two lengths": a_request(b"Content-Length: 0", b"Content-Length: " + LENGTH, after=HIDDEN),
    "two lengths in one line": a_request(b"Content-Length: 0, " + LENGTH, after=HIDDEN),
    "a length that goes on in the next line": a_request(b"Content-Length: 0\r\n " + LENGTH, after=HIDDEN),
    "a length with a sign": a_request(b"Content-Length: +" + LENGTH, after=HIDDEN),
    "a length below nothing": a_request(b"Content-Length: -1", after=HIDDEN),
    "a length in another way of counting": a_request(b"Content-Length: 0x2b", after=HIDDEN),
    "a length of nothing at all": a_request(b"Content-Length:", after=HIDDEN),
    "a length of too many digits": a_request(b"Content-Length: " + b"0" * 30, after=HIDDEN),
    "a blank before the colon": a_request(b"Content-Length : " + LENGTH, after=HIDDEN),
    "pieces with a blank before the colon": a_request(b"Transfer-Encoding : chunked", after=IN_PIECES + HIDDEN),
    "pieces of another kind": a_request(b"Transfer-Encoding: xchunked", after=IN_PIECES + HIDDEN),
    "pieces in two ways": a_request(b"Transfer-Encoding: chunked, identity", after=IN_PIECES + HIDDEN),
    "pieces twice": a_request(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", after=IN_PIECES + HIDDEN),
    "pieces whose word goes on in the next line": a_request(
        b"Transfer-Encoding: chun\r\n ked", after=IN_PIECES + HIDDEN
    ),
    "a header in a header": a_request(b"X-Note: a\rTransfer-Encoding: chunked", after=IN_PIECES + HIDDEN),
    "a header with a zero byte": a_request(b"X-Note: a\x00b", after=HIDDEN),
    "a header without a colon": a_request(b"Transfer-Encoding chunked", after=IN_PIECES + HIDDEN),
    "a first line that goes on": a_request(b"", method=b"GET /icon.png HTTP/1.1\r\n GET", after=HIDDEN),
    "two host names": a_request(b"Host: evil.test", after=HIDDEN),
    "a piece whose size is no number": a_request(b"Transfer-Encoding: chunked", after=b"zz\r\n" + HIDDEN),
    "a piece whose size has a sign": a_request(
        b"Transfer-Encoding: chunked", after=b"+2\r\nab\r\n" + IN_PIECES + HIDDEN
    ),
    "a piece that is longer than it says": a_request(
        b"Transfer-Encoding: chunked", after=b"2\r\nabcd\r\n" + IN_PIECES + HIDDEN
    ),
}


@pytest.mark.parametrize("sent", UNCLEAR.values(), ids=UNCLEAR)
def test_a_request_that_can_be_cut_in_two_ways_is_refused_and_ends_the_line(port, sent):
    found = said_back(port, sent)
    assert statuses(found) == [400]
    assert b"connection: close" in found.lower()


def test_a_path_that_climbs_out_of_the_folder_reads_no_file(port):
    for path in (
        b"/../pyproject.toml",
        b"/static/../../../pyproject.toml",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"//etc/passwd",
    ):
        [status] = statuses(said_back(port, a_request(b"Connection: close", method=b"GET", path=path)))
        assert status == 401, path
