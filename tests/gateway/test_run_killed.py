"""`kakehashi run` killed at any moment: a restart leaves nothing astray, and the tunnel comes back.

`KAKEHASHI_KILLS` says how often each is killed; `make kills` does it fifty times.
"""

import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.gateway.test_run_ikev1 import BRANCH, CENTRE, TOKYO_LAN
from tests.gateway.two_routers import EXAMPLES, Router, TwoRouters, until

KILLS = int(os.environ.get("KAKEHASHI_KILLS", "6"))
SEED = int(os.environ.get("KAKEHASHI_SEED", "4500"))
pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120 + 20 * KILLS),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
REST = 2.0  # seconds
# What comes and goes by itself, or counts.
_VOLATILE = re.compile(r" (expires \S+|pref medium|linkdown|cache|metric 0|error \S+|handle \d+)(?= |$)")
LEFT = (
    ("ip", "-o", "link", "show"),
    ("ip", "-o", "-4", "address", "show"),
    ("ip", "-4", "route", "show", "table", "all"),
    ("ip", "-6", "route", "show", "table", "all"),
    ("ip", "-4", "rule", "show"),
    ("ip", "-6", "rule", "show"),
    ("nft", "--stateless", "list", "ruleset"),
)
# Two configurations that want different things of the host: routes, rules and tables of their own, filters.
PINNED = (
    BRANCH.replace("ip route default 198.51.100.1\n", "").replace(
        "  ip address 198.51.100.2/24", "  ip address 198.51.100.2/24\n  ip napt enable"
    )
    + "ip route default 198.51.100.1\nip route 10.77.0.0/16 198.51.100.1\nip route 10.78.0.0/16 Tunnel0.0 metric 7\n"
)
MORE = BRANCH + "ip route 10.79.0.0/16 Tunnel0.0\ninterface Loopback0.0\n  ip address 10.99.0.1/32\n"


def host(router: Router) -> dict[str, list[str]]:
    """What a gateway may leave behind: devices, addresses, routes of every table, rules, filters."""
    found = {}
    for words in LEFT:
        lines = router.namespace.inside(*words).splitlines()
        if words[:3] == ("ip", "-o", "link"):
            lines = [line.split(":")[1].split("@")[0].strip() for line in lines]
        # A device's index is another one each time.
        lines = [re.sub(r"^\d+: ", "", _VOLATILE.sub("", line)).strip() for line in lines]
        # IPv6 of a device that has just come is not settled yet.
        found[" ".join(words)] = sorted(
            line for line in lines if line and "fe80::" not in line and "ff00::" not in line
        )
    return found


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    return [
        f"{what}: {sign} {line}"
        for what in before
        for sign, lines, others in (("-", before[what], after[what]), ("+", after[what], before[what]))
        for line in lines
        if line not in others
    ]


def assert_alike(router: Router, before: dict[str, list[str]], when: str) -> None:
    try:
        until(lambda: host(router) == before, when)
    except AssertionError:
        raise AssertionError(f"{when}: {differences(before, host(router))}") from None


def kill(router: Router, after: float) -> None:
    time.sleep(after)
    router.end(signal.SIGKILL)


@pytest.mark.skipif(not Path("/usr/sbin/nft").exists(), reason="needs nft")
def test_a_gateway_killed_at_any_moment_leaves_nothing_astray(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    texts = {"tokyo": CENTRE, "osaka": BRANCH}
    with TwoRouters(tmp_path, lambda name, _: texts[name]) as routers:
        osaka = routers.osaka
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer", 30)
        osaka.end()
        bare = host(osaka)
        running: dict[str, dict[str, list[str]]] = {}
        for number in range(KILLS):
            text = chance.choice((BRANCH, PINNED, MORE))
            osaka.file.write_text(text)
            if osaka.process and osaka.process.poll() is None:
                os.kill(osaka.process.pid, signal.SIGHUP)
            else:
                osaka.launch()
            if chance.random() < 0.5:
                until(osaka.answers, "the gateway to answer", 60)
                flood(osaka)
            kill(osaka, chance.uniform(0, 1.5))
            then = chance.choice((text, BRANCH, PINNED, MORE))
            osaka.file.write_text(then)
            osaka.start()
            what = f"seed {SEED}, kill {number}"
            if then not in running:
                running[then] = settled(osaka, bare, tmp_path)
            until(lambda: osaka.ping(TOKYO_LAN, wait=1), f"an answer after {what}", 60)
            assert_alike(osaka, running[then], f"running after {what}")
            if chance.random() < 0.3:
                osaka.end()
                assert_alike(osaka, bare, f"ended after {what}")
        if osaka.process and osaka.process.poll() is None:
            osaka.end()
        assert_alike(osaka, bare, "ended")


def settled(router: Router, bare: dict[str, list[str]], folder: Path) -> dict[str, list[str]]:
    """What the host looks like with a gateway that was started on a clean one."""
    router.end()
    assert_alike(router, bare, "the gateway put everything back")
    router.start()
    until(lambda: router.ping(TOKYO_LAN, wait=1), "an answer", 60)
    return at_rest(router)


def at_rest(router: Router) -> dict[str, list[str]]:
    """What the host looks like when nothing has changed for a while."""
    found, since = host(router), time.monotonic()

    def rests() -> bool:
        nonlocal found, since
        if (now := host(router)) != found:
            found, since = now, time.monotonic()
        return time.monotonic() - since > REST

    until(rests, "the host to be at rest")
    return found


def flood(router: Router) -> None:
    words = ["ip", "netns", "exec", router.host.name, "ping", "-q", "-i0.002", "-c200", "-W1", TOKYO_LAN]
    subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.skipif(not Path("/usr/sbin/nft").exists(), reason="needs nft")
def test_ikev2_comes_back_too_whichever_side_is_killed(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    assert (EXAMPLES / "tokyo.cfg").exists()
    with TwoRouters(tmp_path) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer", 30)
        until(lambda: all(r.status()["tunnels"][0]["up"] for r in (tokyo, osaka)), "both interfaces")
        standing = {router.name: at_rest(router) for router in (tokyo, osaka)}
        for number in range(max(2, KILLS // 3)):
            router = chance.choice((tokyo, osaka))
            flood(osaka)
            kill(router, chance.uniform(0, 1))
            router.start()
            what = f"seed {SEED}, kill {number}"
            until(lambda: osaka.ping(TOKYO_LAN, wait=1), f"an answer after {what}", 90)
            assert_alike(router, standing[router.name], what)
