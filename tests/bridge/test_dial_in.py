"""A server that people dial in to, in another language and as a sheet for those who dial."""

import re
from pathlib import Path

import pytest

from kakehashi.bridge.account import Fate
from kakehashi.bridge.laptop import sheet
from kakehashi.bridge.mirror import MirrorError, mirror
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import Translation, translate
from kakehashi.check.japanese.written import known
from kakehashi.dialects.registry import by_name
from kakehashi.model.finding import Severity
from kakehashi.model.l2tp_server import L2tpServer, LoginMethod
from tests.bridge.test_command import run
from tests.dialects.cisco_ios.test_dial_in import LNS as CISCO
from tests.dialects.cisco_ios.test_dial_in import RADIUS
from tests.dialects.nec_ix.test_l2tp import LNS as NEC

MAKERS = [(NEC, "nec-ix", "cisco-ios"), (CISCO, "cisco-ios", "nec-ix")]
SECRETS = ("Enigma-7", "Purple-9", "shared-by-all")


def office(text: str, dialect: str) -> Read:
    return read("office.cfg", text, by_name(dialect))


def the_server(found: Translation) -> L2tpServer:
    lowered = by_name(found.target).lower(found.text, "new.cfg")
    wrong = [f for f in lowered.findings if f.severity is not Severity.INFO]
    assert not wrong, wrong
    (server,) = lowered.gateway.l2tp_servers
    return server


@pytest.mark.parametrize(("text", "source", "target"), MAKERS)
def test_who_dials_in_dials_in_to_the_other_maker_s_device(text: str, source: str, target: str) -> None:
    original = office(text, source)
    (before,) = original.gateway.l2tp_servers
    made = translate(original, target)
    assert made.holds, made.comments()
    after = the_server(made)
    assert after.callers == before.callers
    assert (after.pool, after.dns, after.mru) == (before.pool, before.dns, before.mru)
    assert (after.echo, after.echo_failures) == (before.echo, before.echo_failures)
    assert after.name == before.name
    gateway = by_name(target).lower(made.text, "new.cfg").gateway
    (tunnel,) = gateway.tunnels
    assert tunnel.interface == after.interface
    assert after.lender
    lender = gateway.interface(after.lender)
    assert lender
    assert str(lender.addresses[0]) == "192.168.30.1/24"


def test_what_the_other_device_cannot_say_is_told_with_its_line() -> None:
    made = translate(office(CISCO, "cisco-ios"), "nec-ix")
    assert the_server(made).methods == (LoginMethod.CHAP,)
    told = {x.line: x.reason for x in made.lines if x.reason and x.fate is not Fate.DEFAULT}
    lines = CISCO.splitlines()
    for said, reason in (
        (" session-limit 20", "at most 20 sessions"),
        (" ppp timeout idle 1800", "an idle session ends after 1800 s"),
        (" ppp authentication ms-chap-v2 chap", "login by MS-CHAPv2"),
    ):
        assert reason in made.comments()
        assert any(reason in told.get(n, "") for n in (lines.index(said) + 1, *told)), said


def test_radius_servers_are_told_of_and_their_keys_are_not() -> None:
    made = translate(office(RADIUS + CISCO, "cisco-ios"), "nec-ix")
    assert "RADIUS servers are asked (192.168.30.5, 192.168.30.6)" in made.comments()
    assert "between-us" not in made.text + made.comments()


def test_alliedware_plus_is_no_server_for_them_and_that_is_told() -> None:
    made = translate(office(NEC, "nec-ix"), "awplus")
    assert "1701" not in made.text
    assert "Enigma" not in made.text
    assert (
        "people dial in to Tunnel0.0 by L2TP: users, addresses and PPP are not translated" in made.comments()
    )
    assert not [x for x in made.lines if "no setting" in x.reason], "what nothing is written of lacks none"


def test_alliedware_plus_says_at_each_line_what_it_is_of() -> None:
    made = translate(office(RADIUS + CISCO, "cisco-ios"), "awplus")
    lines = (RADIUS + CISCO).splitlines()
    told = {lines[x.line - 1].strip(): x.reason for x in made.lines if x.fate is Fate.IMPOSSIBLE}
    assert told["vpdn-group L2TP"].startswith(
        "people dial in to OUTSIDE 10 by L2TP: users, addresses and PPP"
    )
    of_it = "it is of what people dial in to, of which nothing is written"
    assert "ダイヤルイン" in (known(of_it) or "")
    for said in ("vpdn enable", "session-limit 20", "username ada password 0 Enigma-7", "group 14"):
        assert told[said] == of_it
    administrator = "username admin privilege 15 secret 9 $9$hidden"
    assert [said for said, reason in told.items() if "not about the VPN" in reason] == [administrator]


def test_what_another_tunnel_needs_too_is_written_though_people_dial_in() -> None:
    site = """\
crypto isakmp key between-us address 198.51.100.2
crypto ipsec transform-set SITES esp-aes 256 esp-sha-hmac
crypto ipsec profile SITES
 set transform-set SITES
interface Tunnel5
 ip address 172.16.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel destination 198.51.100.2
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile SITES
ip route 192.168.50.0 255.255.255.0 Tunnel5
"""
    made = translate(office(CISCO + site, "cisco-ios"), "awplus")
    assert made.proofs
    assert not [proof for proof in made.proofs if not proof.holds]
    fates = {(CISCO + site).splitlines()[x.line - 1].strip(): x.fate for x in made.lines}
    assert fates["crypto isakmp key between-us address 198.51.100.2"] is Fate.CARRIED
    assert fates["crypto isakmp key shared-by-all address 0.0.0.0 0.0.0.0"] is Fate.IMPOSSIBLE


def test_from_cisco_to_itself_no_line_is_written_twice() -> None:
    made = translate(office(RADIUS + CISCO, "cisco-ios"), "cisco-ios")
    for line in ("vpdn enable", "username ada password 0 Enigma-7", " ppp authentication ms-chap-v2 chap"):
        assert made.text.splitlines().count(line) == 1
    assert "people dial in to OUTSIDE 10" in made.comments()


@pytest.mark.parametrize(("text", "dialect"), [(NEC, "nec-ix"), (CISCO, "cisco-ios")])
def test_a_laptop_has_a_sheet_and_no_key_is_in_it(text: str, dialect: str) -> None:
    original = office(text, dialect)
    with pytest.raises(MirrorError, match="laptops and phones"):
        mirror(original, "cisco-ios")
    (server,) = original.gateway.l2tp_servers
    tunnel = original.gateway.tunnel(server.interface)
    assert tunnel
    found = sheet(original, tunnel, server)
    assert found.holds
    rows = dict(found.rows)
    assert rows["Server (サーバ)"] == "192.0.2.2"
    assert rows["User names (利用者)"] == "ada, bob"
    key = next(n for n, line in enumerate(text.splitlines(), start=1) if "shared-by-all" in line)
    assert rows["Pre-shared key (事前共有鍵)"] == f"*** (line {key} of office.cfg)"
    shown = found.text()
    assert not [secret for secret in SECRETS if secret in shown + repr(found)]
    assert "lns = 192.0.2.2" in shown
    assert "refuse-pap" in shown
    assert (
        "-AuthenticationMethod "
        + ", ".join({LoginMethod.MS_CHAP_V2: "MSChapv2", LoginMethod.CHAP: "Chap"}[m] for m in server.methods)
        in shown
    )


def verdict_on_windows(text: str, dialect: str) -> str:
    original = office(text, dialect)
    (server,) = original.gateway.l2tp_servers
    tunnel = original.gateway.tunnel(server.interface)
    assert tunnel
    found = re.search("Windows 10 and 11 as they come: (.*)", sheet(original, tunnel, server).text())
    assert found
    return found[1]


def test_the_sheet_says_whether_windows_as_it_comes_gets_in() -> None:
    others = (("hash sha\n", "hash sha512\n"), ("esp-sha-hmac", "esp-sha512-hmac"))
    assert verdict_on_windows(CISCO, "cisco-ios").startswith("IPsec comes up")
    for words, instead in others:
        refused = verdict_on_windows(CISCO.replace(words, instead), "cisco-ios")
        assert refused.startswith("IPsec does NOT come up")


def test_windows_as_it_comes_gets_in_to_the_example() -> None:
    kobe = Path(__file__).parents[2] / "examples" / "nec-ix-l2tp" / "kobe.cfg"
    assert verdict_on_windows(kobe.read_text(), "nec-ix").startswith("IPsec comes up")


def test_the_command_prints_the_sheet(tmp_path: Path) -> None:
    file = tmp_path / "office.cfg"
    file.write_text(NEC)
    done = run("mirror", "--to", "cisco", str(file))
    assert done.exit_code == 0, done.output
    assert "How to dial in to Tunnel0.0" in done.output
    file.write_text(NEC.replace("  ipcp provide-ip-address range 192.168.30.30 192.168.30.50\n", ""))
    done = run("mirror", "--to", "cisco", str(file))
    assert done.exit_code == 1
    assert "there are no addresses to lend" in done.output
