"""Vendor IDs, octet for octet as captures of other implementations have them."""

import pytest

from kakehashi.wire.v1 import VendorId, vendor_ids
from kakehashi.wire.v1.vendor_ids import Capability, capability
from tests.crypto.ikev1.sessions import SESSIONS, read


@pytest.mark.parametrize(
    ("ours", "octets", "meaning"),
    [
        (vendor_ids.NAT_T_RFC3947, "4a131c81070358455c5728f20e95452f", Capability.NAT_T_RFC3947),
        (vendor_ids.NAT_T_DRAFT_03, "7d9419a65310ca6f2c179d9215529d56", Capability.NAT_T_DRAFT_03),
        (vendor_ids.NAT_T_DRAFT_02, "cd60464335df21f87cfdb2fc68b6a448", Capability.NAT_T_DRAFT_02),
        (vendor_ids.NAT_T_DRAFT_02_N, "90cb80913ebb696e086381b5ec427b1f", Capability.NAT_T_DRAFT_02_N),
        (vendor_ids.NAT_T_DRAFT_00, "4485152d18b6bbcd0be8a8469579ddcc", Capability.NAT_T_DRAFT_00),
        (vendor_ids.DPD, "afcad71368a1f1c96b8696fc77570100", Capability.DPD),
        (vendor_ids.XAUTH, "09002689dfd6b712", Capability.XAUTH),
        (vendor_ids.CISCO_UNITY, "12f5f28c457168a9702d9fe274cc0100", Capability.CISCO_UNITY),
        (vendor_ids.FRAGMENTATION, "4048b7d56ebce88525e7de7f00d6c2d3", Capability.FRAGMENTATION),
        (
            vendor_ids.FRAGMENTATION_CAPABILITIES,
            "4048b7d56ebce88525e7de7f00d6c2d380000000",
            Capability.FRAGMENTATION,
        ),
    ],
)
def test_each_is_what_its_owner_sends(ours: bytes, octets: str, meaning: Capability) -> None:
    assert ours.hex() == octets
    assert capability(ours) is meaning


@pytest.mark.parametrize(
    ("octets", "meaning"),
    [
        ("afcad71368a1f1c96b8696fc77570103", Capability.DPD),  # another minor version
        ("12f5f28c457168a9702d9fe274cc0204", Capability.CISCO_UNITY),
        ("4048b7d56ebce88525e7de7f00d6c2d3c0000000", Capability.FRAGMENTATION),
        ("4048b7d56ebce88525e7de7f00d6c2d380", Capability.FRAGMENTATION),
        ("4a131c81070358455c5728f20e95452f00", None),  # a digest has no versions
        ("4048b7d56ebce88525e7de7f00d6c2", None),
        ("09002689dfd6b71200", None),
        ("", None),
    ],
)
def test_versions_and_capabilities_behind_them_do_not_matter(octets: str, meaning: Capability | None) -> None:
    assert capability(bytes.fromhex(octets)) is meaning


def test_strongswan_says_what_it_can() -> None:
    said = {
        capability(payload.data)
        for one in read(SESSIONS["xauth"])
        for payload in one.decoded.payloads
        if isinstance(payload, VendorId)
    }
    assert said == {
        Capability.XAUTH,
        Capability.DPD,
        Capability.CISCO_UNITY,
        Capability.FRAGMENTATION,
        Capability.NAT_T_RFC3947,
        Capability.NAT_T_DRAFT_02_N,
    }
