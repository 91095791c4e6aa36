"""A capture of a link has all that passed it, also what came while its process had to wait for a processor."""

import io
import os
import socket

import pytest

from kakehashi.lab import capture
from kakehashi.lab.netns import NetworkNamespace

pytestmark = [pytest.mark.root, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]

COUNT, PORT = 2000, 9


def test_a_burst_waits_until_it_is_written() -> None:
    namespace = NetworkNamespace("burst")
    try:
        with namespace.entered():
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sender, capture._tap(namespace, "lo") as tap:
            for number in range(COUNT):
                sender.sendto(number.to_bytes(2) * 700, ("127.0.0.1", PORT))
            file, size = io.BytesIO(), -1
            while size < file.tell():
                size = file.tell()
                capture._write_packets(tap, file)
    finally:
        namespace.close()
    whole = file.getvalue()
    assert [number for number in range(COUNT) if number.to_bytes(2) * 700 not in whole] == []
