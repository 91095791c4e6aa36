"""`kakehashi explain` on two running routers: one thing is broken at a time, and it names that."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kakehashi.gateway import client
from kakehashi.gateway.control import Request
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(240),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]


def explained(router: Router, lang: str = "en") -> dict[str, Any]:
    """The last step of its one tunnel."""
    answer = client.ask(router.state_dir / f"{router.name}.sock", Request("explain", text=lang))
    (found,) = answer["explanations"]
    return dict(found["steps"][-1]) | {"up": found["up"], "text": answer["text"]}


def names(router: Router, look: str, words: str) -> None:
    """Sooner or later the explanation ends there, and tells a line of this router's file."""

    step: dict[str, Any] = {}

    def true() -> bool:
        step.update(explained(router))
        return step["look"] == look and words in f"{step['sentence']} {step['log']}" and not step["good"]

    until(true, f"{look}: {words}")
    assert str(router.file) in step["line"]
    assert step["remedy"] in step["text"]
    assert step["remedy"] not in explained(router, "ja")["text"]


@pytest.fixture
def routers(tmp_path: Path) -> Iterator[TwoRouters]:
    with TwoRouters(tmp_path) as made:
        yield made


def test_a_tunnel_that_works_is_told_as_working_and_then_each_thing_breaks(routers: TwoRouters) -> None:
    """The peer is gone, the interface is down, the route to the peer, the packets back."""
    tokyo, osaka = routers.tokyo, routers.osaka
    until(lambda: tokyo.ping("192.168.20.10", 1, host=True), "the tunnel", 60)
    # A packet may be through before the gateway has put its interface up.
    until(lambda: (told := explained(tokyo))["up"] and told["good"], "it to be told as up")
    done = subprocess.run(
        [sys.executable, "-m", "kakehashi.cli", "explain", "tunnel0.0", "--json", "--state-dir", str(tokyo.state_dir)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["up"]

    # Nothing comes back: the hosts behind osaka do not answer.
    tokyo.command("clear", "ikev2", "sa")
    osaka.host.ip("route del default")
    until(lambda: bool(tokyo.spis()), "the tunnel again", 60)
    for _ in range(3):
        tokyo.ping("192.168.20.10", 1, host=True)
    names(tokyo, "traffic", "none came back")

    # The cable, not the device: that the gateway would put up again.
    routers.internet.ip("link set to-tokyo down")
    names(tokyo, "interface", "is down")
    routers.internet.ip("link set to-tokyo up")

    # The other router is gone, and says goodbye.
    until(lambda: explained(tokyo)["look"] != "interface", "the interface", 30)
    osaka.end()
    names(tokyo, "answer", "")


WALL = """
ip access-list wall permit icmp src any dest any
interface GigaEthernet0.0
  ip filter wall 10 in
"""
SAYS = "\nikev2 default-profile\n  {}\n"
KEYS = ("key char ", "key char not-")  # of both identities
# What is another thing in osaka's configuration, what it has besides, and what tokyo's has.
BROKEN = {
    "a wrong key": (KEYS, "", "", "authentication", "AUTHENTICATION_FAILED"),
    "another group": (None, SAYS.format("sa-proposal dh 1024-bit"), "", "phase1", "NO_PROPOSAL_CHOSEN"),
    "another cipher": (None, SAYS.format("child-proposal enc aes-cbc-128"), "", "phase2", "NO_PROPOSAL"),
    "another identity": (("keyid tokyo", "keyid edo"), "", "", "authentication", "AUTHENTICATION_FAILED"),
    "a filter of our own": (None, "", WALL, "filter", "lets no"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_named(tmp_path: Path, what: str) -> None:
    replaced, there, here, look, words = BROKEN[what]

    def change(name: str, text: str) -> str:
        if name == "tokyo":
            return text + here
        if replaced:
            assert replaced[0] in text
            text = text.replace(*replaced)
        return text + there

    with TwoRouters(tmp_path, change) as routers:
        names(routers.tokyo, look, words)
        if what == "another group":
            # The responder knows what was offered and what its own lines allow.
            names(routers.osaka, "phase1", "key exchange offered MODP-2048, allowed MODP-1024")


def test_nobody_listens_at_the_other_end(tmp_path: Path) -> None:
    with TwoRouters(tmp_path) as routers:
        for router in (routers.osaka, routers.tokyo):
            router.end(9)
        routers.tokyo.start()
        names(routers.tokyo, "answer", "nothing answers at UDP port 500")
        routers.internet.ip("link set to-tokyo down")
        names(routers.tokyo, "interface", "is down")
