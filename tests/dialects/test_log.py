"""Each device's lines about its log: who is told what, and the same lines back."""

from ipaddress import ip_address

from kakehashi.dialects.registry import by_name
from kakehashi.model.address import Hostname
from kakehashi.model.finding import Severity as Bad
from kakehashi.model.gateway import Gateway
from kakehashi.model.logging import Facility, Logging, LogHost, Severity, Threshold, Transport

_CISCO = """
logging buffered 64000 notifications
logging trap warnings
logging facility local3
logging source-interface GigabitEthernet0/0
logging 192.0.2.1
logging host 192.0.2.2 transport tcp port 1514
logging host log.example.com transport tls
logging host ipv6 2001:db8::9
logging host 192.0.2.5
no logging host 192.0.2.5
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
"""
_NEC = """
syslog facility local3
syslog function all warn
syslog function ikev2 debug
syslog function IPsec notice
syslog id hostname
syslog timestamp datetime
syslog ip source GigaEthernet0.0
syslog ip host 192.0.2.1 port 4514
syslog ip host 192.0.2.2
syslog ip enable
logging buffered 131072
logging subsystem all warn
logging subsystem ikev2 info
logging timestamp datetime
interface GigaEthernet0.0
  ip address 10.0.0.1/24
  no shutdown
"""
_AWPLUS = """
log facility local5
log host source eth1
log trustpoint ca1
log host 192.0.2.1
log host 192.0.2.1 level debugging
log host 192.0.2.1 time utc-offset plus 9
log host 192.0.2.2 secure
log host log.example.com level informational program pluto
log buffered level notices
interface eth1
 ip address 10.0.0.1/24
"""


def lowered(dialect: str, text: str) -> Gateway:
    found = by_name(dialect).lower(text, "r.cfg")
    assert not [f for f in found.findings if f.severity is not Bad.INFO], found.findings
    return found.gateway


def back(dialect: str, gateway: Gateway) -> Logging:
    rendered = by_name(dialect).render(gateway)
    assert not rendered.losses
    return lowered(dialect, rendered.text).logging


def test_cisco_tells_one_level_to_all_its_hosts_by_udp_tcp_and_tls() -> None:
    gateway = lowered("cisco-ios", _CISCO)
    logging = gateway.logging
    assert [(str(h.address), h.transport, h.port) for h in logging.hosts] == [
        ("192.0.2.1", Transport.UDP, 514),
        ("192.0.2.2", Transport.TCP, 1514),
        ("log.example.com", Transport.TLS, 6514),
        ("2001:db8::9", Transport.UDP, 514),
    ]
    assert {(h.threshold, h.facility, h.local) for h in logging.hosts} == {
        (Threshold(Severity.WARNING), Facility.LOCAL3, "GigabitEthernet0/0")
    }
    assert str(logging.hosts[1].source) == "r.cfg:7"
    assert logging.buffer == Threshold(Severity.NOTICE)
    assert back("cisco-ios", gateway) == logging


def test_cisco_without_logging_on_or_trap_tells_nobody() -> None:
    assert lowered("cisco-ios", _CISCO + "no logging on\n").logging == Logging(
        buffer=Threshold(None), monitor=Threshold(None)
    )
    hosts = lowered("cisco-ios", _CISCO + "no logging trap\n").logging.hosts
    assert not any(h.threshold.admits("ikev2", Severity.ERROR) for h in hosts)


def test_nec_tells_each_function_from_its_own_level_on() -> None:
    gateway = lowered("nec-ix", _NEC)
    first, second = gateway.logging.hosts
    assert first == LogHost(
        address=ip_address("192.0.2.1"),
        port=4514,
        threshold=Threshold(Severity.WARNING, (("ikev2", Severity.DEBUG), ("ipsec", Severity.NOTICE))),
        facility=Facility.LOCAL3,
        local="GigaEthernet0.0",
    )
    assert (second.address, second.port) == (ip_address("192.0.2.2"), 514)
    assert first.threshold.admits("ikev2", Severity.DEBUG)
    assert first.threshold.admits("IPsec", Severity.NOTICE)
    assert not first.threshold.admits("gateway", Severity.NOTICE)
    assert gateway.logging.buffer == Threshold(Severity.WARNING, (("ikev2", Severity.INFO),))
    assert back("nec-ix", gateway) == gateway.logging


def test_nec_tells_nobody_without_enable_and_says_so() -> None:
    found = by_name("nec-ix").lower(_NEC.replace("syslog ip enable\n", ""), "r.cfg")
    assert found.gateway.logging.hosts == ()
    (warning,) = [f for f in found.findings if f.code == "syslog-off"]
    assert str(warning.source) == "r.cfg:10"


def test_awplus_tells_a_program_alone_and_by_tls_whom_a_trustpoint_vouches_for() -> None:
    gateway = lowered("awplus", _AWPLUS)
    plain, secure, named = gateway.logging.hosts
    assert (plain.threshold, plain.transport) == (Threshold(Severity.DEBUG), Transport.UDP)
    assert (secure.transport, secure.port, secure.authority) == (Transport.TLS, 6514, "ca1")
    assert named.address == Hostname("log.example.com")
    assert named.threshold.admits("IPsec", Severity.INFO)
    assert not named.threshold.admits("gateway", Severity.ERROR)
    assert gateway.logging.buffer == Threshold(Severity.NOTICE)
    assert {h.local for h in gateway.logging.hosts} == {"eth1"}
    assert back("awplus", gateway) == gateway.logging


def test_what_a_device_cannot_tell_is_told_as_lost() -> None:
    cisco = lowered("cisco-ios", _CISCO)
    # Names of interfaces are translated before; here there is none.
    plain = Gateway(dialect="nec-ix", unknown_peer_policy=cisco.unknown_peer_policy, logging=cisco.logging)
    losses = [str(loss) for loss in by_name("nec-ix").render(plain).losses]
    assert (
        "r.cfg:7: the log host 192.0.2.2 by TCP: the device tells log hosts by IPv4 addresses and UDP"
        in losses
    )
    assert any("log.example.com by TLS" in loss for loss in losses)
