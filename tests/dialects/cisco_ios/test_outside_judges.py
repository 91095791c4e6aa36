"""Others' parsers of the device's output take ours for the device's (ntc-templates, if it is installed)."""

from typing import Any

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from tests.dialects.cisco_ios.running import MAP, UP, UP2, VTI

parse = pytest.importorskip("ntc_templates.parse")


def judged(words: str, two: bool = False) -> list[dict[str, Any]]:
    text = CiscoIos().show(words.split(), UP2 if two else UP, VTI if two else MAP)
    rows: list[dict[str, Any]] = parse.parse_output(platform="cisco_ios", command=f"show {words}", data=text)
    return rows


@pytest.mark.parametrize("two", [False, True], ids=["ikev1", "ikev2"])
def test_ipsec_sas(two: bool) -> None:
    inbound, outbound = judged("crypto ipsec sa detail", two)
    assert (inbound["sa_orientation"], outbound["sa_orientation"]) == ("inbound", "outbound")
    assert inbound["sa_transform"] == "esp-256-aes esp-sha256-hmac"
    assert inbound["pkts_encaps"] == ("5" if two else "12")
    assert inbound["remote_ident_addr"] == ("0.0.0.0" if two else "192.168.20.0")


@pytest.mark.parametrize("two", [False, True], ids=["ikev1", "ikev2"])
def test_sessions(two: bool) -> None:
    (session,) = judged("crypto session detail", two)
    assert (session["session_status"], session["active_sa"]) == ("UP-ACTIVE", "2")
    assert session["interface"] == ("Tunnel0" if two else "GigabitEthernet0/0")


def test_routes() -> None:
    rows = judged("ip route")
    assert [(r["network"], r["nexthop_ip"], r["nexthop_if"]) for r in rows] == [
        ("0.0.0.0", "192.0.2.1", ""),
        ("10.2.0.0", "192.168.10.9", "GigabitEthernet0/1"),
        ("10.3.0.0", "", "Tunnel0"),
        ("10.5.0.0", "", "Null0"),
    ]
