from collections.abc import Mapping
from typing import Any

import pytest

from kakehashi.lab.blueprint import Plan
from kakehashi.lab.lab import completed_findings, configuration_errors
from kakehashi.lab.outcome import Outcome, ProbeOutcome, failures, hopeless, to_json, tunnel_outcome
from kakehashi.lab.ping import PingResult
from kakehashi.lab.process import Refusal
from tests.lab import ikev1_fragments as ikev1
from tests.lab.conftest import PlanOf
from tests.lab.fragments import CENTRE, KOBE, LEFT, OSAKA, RIGHT, TOKYO

ANSWERED = PingResult(ok=True, rtt_ms=1.25, first_seconds=0.2, sent=4, received=4)
LOST = PingResult(ok=False, rtt_ms=None, first_seconds=None, sent=3, received=0)


def status(
    tunnel: str, *, up: bool = True, nat: list[str] | None = None, failure: str = ""
) -> Mapping[str, Any]:
    """A gateway's status as `kakehashi show --json` gives it, as far as the lab reads it."""
    child = {
        "sa": {
            "cipher": {"id": "ENCR_AES_CBC", "key_bits": 256},
            "integrity": "AUTH_HMAC_SHA1_96",
            "ah": "NONE",
        },
        "key_exchange": "NONE",
    }
    sa = {
        "tunnel": tunnel,
        "state": "established",
        "nat": nat or [],
        "cipher": {"id": "ENCR_AES_CBC", "key_bits": 256},
        "integrity": "AUTH_HMAC_SHA1_96",
        "prf": "PRF_HMAC_SHA1",
        "key_exchange": "MODP_2048",
        "children": [child],
    }
    told = {"name": tunnel, "last_failure": failure, "down_reason": ""}
    return {"ike_sas": [sa] if up else [], "tunnels": [told]}


def ikev1_status(
    tunnel: str, *, up: bool = True, nat: list[str] | None = None, failure: str = "", down: str = ""
) -> dict[str, Any]:
    """The same of a gateway whose tunnel IKEv1 makes. Its newest ISAKMP SA has no part in the tunnel."""
    remote = {"remote": {"ip": "203.0.113.1", "port": 500}}
    cipher = {"id": "ENCR_AES_CBC", "key_bits": 256}
    isakmp = {
        "serial": 1,
        "state": "established",
        "mode": "aggressive",
        "path": remote,
        "cipher": {"id": "ENCR_3DES", "key_bits": 0},
        "hash": "SHA",
        "group": "MODP_768",
        "nat": nat or [],
    }
    newer = isakmp | {"serial": 9, "mode": "main"}
    pair = {
        "sa": {
            "tunnel": tunnel,
            "cipher": cipher,
            "integrity": "AUTH_HMAC_SHA1_96",
            "ah": "NONE",
            "path": remote,
        },
        "isakmp_serial": 1,
        "pfs": "MODP_2048",
    }
    told = {"name": tunnel, "last_failure": failure, "down_reason": down}
    return {"ipsec_sas": [pair] if up else [], "isakmp_sas": [isakmp, newer], "tunnels": [told]}


def outcome_of(plan: Plan, statuses: Mapping[str, Mapping[str, Any]], result: PingResult) -> Outcome:
    tunnels = tuple(tunnel_outcome(pair, statuses) for pair in plan.pairs)
    probes = tuple(ProbeOutcome(probe=probe, result=result) for probe in plan.probes)
    return Outcome(
        plan=plan, tunnels=tunnels, probes=probes, failures=failures(plan, tunnels, probes, statuses, {})
    )


def test_the_json_has_exactly_the_published_keys(plan_of: PlanOf) -> None:
    plan = plan_of("tokyo", tokyo=TOKYO, osaka=OSAKA)
    statuses = {"tokyo": status("Tunnel1.0", nat=["local"]), "osaka": status("Tunnel0.0", nat=["remote"])}
    said = to_json(outcome_of(plan, statuses, ANSWERED))
    assert said == {
        "ok": True,
        "assumed": list(plan.assumed),
        "devices": [
            {"name": "tokyo", "file": "tokyo.cfg", "dialect": "nec-ix"},
            {"name": "osaka", "file": "osaka.cfg", "dialect": "nec-ix"},
        ],
        "tunnels": [
            {
                "a": "tokyo",
                "b": "osaka",
                "up": True,
                "ike": "ENCR_AES_CBC_256 AUTH_HMAC_SHA1_96 PRF_HMAC_SHA1 MODP_2048",
                "esp": "ENCR_AES_CBC_256 AUTH_HMAC_SHA1_96",
                "nat": "tokyo",
            }
        ],
        "probes": [
            {"from": "tokyo", "to": "osaka", "family": "ipv4", "ok": True, "rtt_ms": 1.25},
            {"from": "osaka", "to": "tokyo", "family": "ipv4", "ok": True, "rtt_ms": 1.25},
        ],
        "failures": [],
    }


def test_a_tunnel_that_only_one_side_believes_in_is_not_up(plan_of: PlanOf) -> None:
    plan = plan_of(tokyo=TOKYO, osaka=OSAKA)
    statuses = {"tokyo": status("Tunnel1.0"), "osaka": status("Tunnel0.0", up=False)}
    assert not tunnel_outcome(plan.pairs[0], statuses).up


def test_a_tunnel_that_is_down_says_what_both_gateways_say_of_it(plan_of: PlanOf) -> None:
    plan = plan_of(tokyo=TOKYO, osaka=OSAKA)
    statuses = {
        "tokyo": status("Tunnel1.0", up=False, failure="AUTHENTICATION_FAILED from the peer"),
        "osaka": status("Tunnel0.0", up=False, failure="the key of keyid tokyo does not fit"),
    }
    outcome = outcome_of(plan, statuses, LOST)
    assert not outcome.ok
    tunnel, *probes = outcome.failures
    assert tunnel.where == "tokyo Tunnel1.0 - osaka Tunnel0.0"
    assert "AUTHENTICATION_FAILED from the peer" in tunnel.reason
    assert "the key of keyid tokyo does not fit" in tunnel.reason
    assert [failure.where for failure in probes] == ["tokyo > osaka ipv4", "osaka > tokyo ipv4"]


def test_a_tunnel_that_is_shut_down_names_the_line(plan_of: PlanOf) -> None:
    plan = plan_of(tokyo=TOKYO.replace("  no shutdown\n", "  shutdown\n"), osaka=OSAKA)
    statuses = {"tokyo": status("Tunnel1.0", up=False), "osaka": status("Tunnel0.0", up=False)}
    reason = outcome_of(plan, statuses, LOST).failures[0].reason
    assert "tokyo Tunnel1.0 is shut down (tokyo.cfg:" in reason


def test_a_peer_that_is_looked_for_in_the_wrong_place_is_told(plan_of: PlanOf) -> None:
    settled = CENTRE.split("interface Tunnel2.0")[0] + "interface GigaEthernet0.0\n  ip address 10.0.0.2/24\n"
    plan = plan_of(centre=settled, kobe=KOBE)
    statuses = {"centre": status("Tunnel1.0", up=False), "kobe": status("Tunnel0.0", up=False)}
    reason = outcome_of(plan, statuses, LOST).failures[0].reason
    assert "kobe Tunnel0.0 looks for its peer at 10.0.0.1" in reason
    assert "but centre is at 10.0.0.2" in reason


def test_a_gateway_that_does_not_run_is_the_one_failure_told_of_its_tunnels(plan_of: PlanOf) -> None:
    plan = plan_of(tokyo=TOKYO, osaka=OSAKA)
    tunnels = tuple(tunnel_outcome(pair, {}) for pair in plan.pairs)
    said = failures(plan, tunnels, (), {"osaka": status("Tunnel0.0", up=False)}, {"tokyo": ["no TUN here"]})
    assert [(f.where, f.reason) for f in said] == [("tokyo", "the gateway does not run: no TUN here")]


def test_a_tunnel_in_reserve_may_be_down(plan_of: PlanOf) -> None:
    routes = "ip route 192.168.{0}.0/24 Tunnel0.0\nip route 192.168.{0}.0/24 Tunnel1.0 metric 100\n"
    plan = plan_of(left=LEFT + routes.format(2), right=RIGHT + routes.format(1))
    statuses = {name: status("Tunnel0.0") for name in ("left", "right")}
    assert outcome_of(plan, statuses, ANSWERED).ok


def test_files_of_which_no_tunnels_meet_are_a_failure(plan_of: PlanOf) -> None:
    plan = plan_of(a="hostname a\n" + KOBE.split("interface")[0], b=OSAKA)
    statuses = {"a": {"ike_sas": [], "tunnels": []}, "b": status("Tunnel0.0", up=False)}
    assert [failure.where for failure in outcome_of(plan, statuses, ANSWERED).failures] == ["lab"]


def test_waiting_ends_when_a_negotiation_was_refused(plan_of: PlanOf) -> None:
    plan = plan_of(tokyo=TOKYO, osaka=OSAKA)
    trying = {"tokyo": status("Tunnel1.0", up=False), "osaka": status("Tunnel0.0", up=False)}
    refused = trying | {"osaka": status("Tunnel0.0", up=False, failure="NO_PROPOSAL_CHOSEN")}
    ends = plan.probes[0].by
    assert not hopeless(ends, plan.pairs, trying)
    assert hopeless(ends, plan.pairs, refused)


@pytest.mark.parametrize("line", ["  ikev2 dpd interval soon", "  ikev2 local-ts ipv4 everything"])
def test_a_file_with_an_error_is_told_with_its_line_before_anything_is_built(
    plan_of: PlanOf, line: str
) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE + line + "\n")
    told = configuration_errors(completed_findings(plan))
    number = len(KOBE.splitlines()) + 1
    assert [failure.where for failure in told] == [f"kobe.cfg:{number}"]


def test_a_tunnel_of_ikev1_tells_its_mode_and_what_was_agreed(plan_of: PlanOf) -> None:
    plan = plan_of("kobe", centre=ikev1.CENTRE, kobe=ikev1.KOBE)
    statuses = {"centre": ikev1_status("Tunnel0.0", nat=["remote"]), "kobe": ikev1_status("Tunnel0.0")}
    found = tunnel_outcome(plan.pairs[0], statuses)
    assert (found.up, found.nat) == (True, ("kobe",))
    assert found.ike == "IKEv1 aggressive ENCR_3DES SHA MODP_768"
    assert found.esp == "ENCR_AES_CBC_256 AUTH_HMAC_SHA1_96 MODP_2048"


def test_a_pair_of_ipsec_sas_may_outlive_its_isakmp_sa(plan_of: PlanOf) -> None:
    plan = plan_of(centre=ikev1.CENTRE, kobe=ikev1.KOBE)
    orphans = {name: ikev1_status("Tunnel0.0") for name in ("centre", "kobe")}
    for status_of in orphans.values():
        del status_of["isakmp_sas"][0]
    found = tunnel_outcome(plan.pairs[0], orphans)
    assert found.up
    assert found.ike == "IKEv1 main ENCR_3DES SHA MODP_768", "the newest with the same peer"
    for status_of in orphans.values():
        status_of["isakmp_sas"].clear()
    assert tunnel_outcome(plan.pairs[0], orphans).ike is None


def test_a_negotiation_refused_before_its_tunnel_was_known_is_told_with_that_tunnel(plan_of: PlanOf) -> None:
    plan = plan_of(centre=ikev1.CENTRE, kobe=ikev1.KOBE)
    waiting = ikev1_status("Tunnel0.0", up=False, down="no SA yet: the peer has to begin")
    statuses = {"centre": waiting, "kobe": ikev1_status("Tunnel0.0", up=False, failure="refused")}
    tunnels = tuple(tunnel_outcome(pair, statuses) for pair in plan.pairs)
    refusals = {
        "centre": [Refusal("198.18.2.1", "keyid nobody is not known"), Refusal("192.0.2.9", "a stranger")]
    }
    (failure,) = failures(plan, tunnels, (), statuses, {}, refusals)
    assert failure.reason == "kobe Tunnel0.0: refused; centre: keyid nobody is not known"
    told = failures(plan, tunnels, (), statuses | {"kobe": ikev1_status("Tunnel0.0", up=False)}, {})
    assert "no SA yet: the peer has to begin" in told[0].reason


def test_two_ends_of_different_versions_of_ike_are_told(plan_of: PlanOf) -> None:
    plan = plan_of(centre=ikev1.CENTRE, kobe=KOBE.replace("10.0.0.1", "203.0.113.1"))
    statuses = {"centre": ikev1_status("Tunnel0.0", up=False), "kobe": status("Tunnel0.0", up=False)}
    reason = outcome_of(plan, statuses, LOST).failures[0].reason
    assert "different versions of IKE: centre Tunnel0.0 IKEv1 and kobe Tunnel0.0 IKEv2" in reason
