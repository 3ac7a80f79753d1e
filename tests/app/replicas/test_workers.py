"""Workers: real processes behind one socket, begun again when they die, ended together."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

WORKER = """
import os, socket, sys
sock = socket.socket(fileno=int(sys.argv[-1]))
while True:
    connection, _ = sock.accept()
    said = connection.recv(9)
    if said == b"end":
        os._exit(3)
    connection.sendall(b"%d %s" % (os.getpid(), os.environ["FIRST_WORKER_OF_PENCHANT"].encode()))
    connection.close()
"""
PARENT = """
import sys
from app.replicas.workers import Workers, listening
from app.settings import HttpSettings
sock = listening(HttpSettings(port=0))
print(sock.getsockname()[1], flush=True)
sys.exit(Workers([sys.executable, "-c", sys.argv[1]], 3, sock).run())
"""


@pytest.fixture
def parent():
    """The process whose workers they are, and the port."""
    with subprocess.Popen([sys.executable, "-c", PARENT, WORKER], stdout=subprocess.PIPE, text=True) as process:
        yield process, int(process.stdout.readline())
        process.kill()


def asked(port, said=b"who"):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(said)
        return connection.recv(99).decode()


def everybody(port, count=3):
    """What each of the workers says of itself."""
    found, deadline = set(), time.monotonic() + 60
    while len(found) < count and time.monotonic() < deadline:
        found.add(asked(port))
    return found


def test_who_is_killed_is_begun_again_in_their_place_and_all_end_with_their_parent(parent):
    process, port = parent
    before = everybody(port)
    assert sorted(each.split()[1] for each in before) == ["no", "no", "yes"]
    (first,) = (int(each.split()[0]) for each in before if each.endswith("yes"))
    os.kill(first, signal.SIGKILL)
    after = before
    while f"{first} yes" in after or sum(each.endswith("yes") for each in after) != 1:
        after = {asked(port) for _ in range(30)}
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    with pytest.raises(ConnectionRefusedError):
        asked(port)


def test_who_cannot_go_on_ends_all_with_its_reason(parent):
    process, port = parent
    everybody(port)
    asked(port, b"end")
    assert process.wait(30) == 3
