"""Packets that come at once are hashed side by side (AES-CBC with HMAC); each is judged for itself all the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from kakehashi.model.algorithms import Cipher
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.dataplane import many
from tests.dataplane.world import Pair, child_pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

PROGRAM = str(Path(many.__file__))
CBC_128 = Cipher(EncryptionId.ENCR_AES_CBC, 128)
SHA1 = (CBC_128, IntegrityId.AUTH_HMAC_SHA1_96, 16, 20)
SHA256 = (CBC_128, IntegrityId.AUTH_HMAC_SHA2_256_128, 16, 32)


@pytest.mark.parametrize("suite", [SHA1, SHA256], ids=["sha1", "sha256"])
@pytest.mark.parametrize("how", ["segments", "datagrams", "esp"])
def test_a_forgery_and_a_copy_are_dropped_alone(
    pair: Pair, how: str, suite: tuple[Cipher, IntegrityId, int, int]
) -> None:
    right = pair.right
    right.add_tunnel("tun0", "10.9.0.2/24")
    _, child = child_pair(pair, encapsulation=how != "esp", suite=suite)
    right.call("install", child, True)
    words = ["ip", "netns", "exec", right.namespace, sys.executable, PROGRAM, "receive", "10.9.0.2"]
    with subprocess.Popen([*words, str(many.COUNT)], stdout=subprocess.PIPE) as receiver:
        assert receiver.stdout is not None
        assert receiver.stdout.readline() == b"listening\n"
        with right.stopped():
            pair.left.run(sys.executable, PROGRAM, "send", how, "192.0.2.2", str(int(suite[1])))
        came = receiver.stdout.readline().split()
    expected = [number for number in range(many.COUNT + 1) if number != many.FORGED]
    assert [int(number) for number in came] == expected

    def dropped() -> bool:
        into = right.call("counters").tunnels["tun0"][1]
        return (into.packets, into.integrity_failure, into.replay_detected) == (many.COUNT, 1, 1)

    wait_for(dropped)
