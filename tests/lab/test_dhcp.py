"""The addresses that the lab's internet gives."""

from ipaddress import IPv4Address, IPv4Interface
from typing import Any

import pytest
from pyroute2.dhcp.dhcp4msg import dhcp4msg
from pyroute2.dhcp.enums.dhcp import MessageType

from kakehashi.lab.blueprint import Leased
from kakehashi.lab.dhcp import answer

LEASED = Leased(
    namespace="internet",
    interface="link1",
    address=IPv4Interface("198.18.2.1/24"),
    router=IPv4Address("198.18.2.254"),
)
EVERYBODY = ("255.255.255.255", 68)


def said(kind: MessageType, ciaddr: str = "0.0.0.0", **options: Any) -> bytes:
    content = {"op": 1, "xid": 0x1234, "ciaddr": ciaddr, "chaddr": "02:00:00:00:00:01"}
    return bytes(dhcp4msg({**content, "options": {"message_type": kind, **options}}).encode().buf)


def answered(data: bytes) -> tuple[Any, tuple[str, int]]:
    told = answer(data, LEASED)
    assert told is not None
    return dhcp4msg(buf=told[0]).decode(), told[1]


def test_who_looks_for_an_address_is_offered_the_one_of_the_link_and_may_have_it() -> None:
    for kind, reply in ((MessageType.DISCOVER, MessageType.OFFER), (MessageType.REQUEST, MessageType.ACK)):
        message, to = answered(said(kind, requested_ip="198.18.2.1"))
        assert (message["op"], message["xid"], message["yiaddr"], to) == (2, 0x1234, "198.18.2.1", EVERYBODY)
        assert message["options"] == {
            "message_type": reply,
            "server_id": "198.18.2.254",
            "lease_time": 3600,
            "subnet_mask": "255.255.255.0",
            "router": ["198.18.2.254"],
        }


def test_a_renewal_is_answered_to_the_address_itself() -> None:
    message, to = answered(said(MessageType.REQUEST, ciaddr="198.18.2.1"))
    assert message["options"]["message_type"] is MessageType.ACK
    assert to == ("198.18.2.1", 68)


def test_another_address_is_refused() -> None:
    message, to = answered(said(MessageType.REQUEST, requested_ip="198.18.2.9"))
    assert message["options"]["message_type"] is MessageType.NAK
    assert (message["yiaddr"], to) == ("0.0.0.0", EVERYBODY)


def test_what_needs_no_answer_gets_none() -> None:
    assert answer(said(MessageType.RELEASE, ciaddr="198.18.2.1"), LEASED) is None
    with pytest.raises((ValueError, LookupError)):
        answer(said(MessageType.DISCOVER)[:240], LEASED)
