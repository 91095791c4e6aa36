"""Whatever a device can say: its far end is made and its like in another language, or it is told why not."""

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kakehashi.bridge.mirror import mirror
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import translate
from kakehashi.dialects.document import Comment
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.dialects.registry import by_name
from tests.dialects.awplus.test_render_generated import configurations as of_awplus
from tests.dialects.cisco_ios.test_render_generated import configurations as of_cisco
from tests.dialects.nec_ix.test_render_generated import ikev1_gateways, ikev2_gateways

NEC = st.one_of(ikev1_gateways(), ikev2_gateways()).map(lambda gateway: NecIx().render(gateway).text)
TEXTS = {"nec-ix": NEC, "cisco-ios": of_cisco(), "awplus": of_awplus()}

few = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
every_maker = pytest.mark.parametrize("dialect", TEXTS)
every_target = pytest.mark.parametrize("target", TEXTS)


# An SA that ends before the simulation has waited for an answer; a port that means any in IKEv1 (RFC 2407
# section 4.6.2).
STRANGE = re.compile(r"lifetime (time |seconds )?[0-9]{1,3}\b|(eq|port) 0\b")


def a_router(dialect: str, data: st.DataObject) -> Read:
    text = data.draw(TEXTS[dialect])
    assume(not STRANGE.search(text))
    return read("generated.cfg", text, by_name(dialect))


def is_to_blame(source: Read, reason: str) -> bool:
    """Is it the file itself that keeps the tunnel down?"""
    return source.file in reason


@every_maker
@every_target
@given(data=st.data())
@few
def test_a_mirror_is_proved_or_the_file_is_to_blame(dialect: str, target: str, data: st.DataObject) -> None:
    source = a_router(dialect, data)
    for tunnel in source.gateway.tunnels:
        found = mirror(source, target, tunnel.interface)
        assert found.holds or is_to_blame(source, found.proof.reason), (found.proof, found.wrong)


@every_maker
@every_target
@given(data=st.data())
@few
def test_no_line_of_a_router_is_lost_silently(dialect: str, target: str, data: st.DataObject) -> None:
    source = a_router(dialect, data)
    found = translate(source, target)
    assert [x.line for x in found.lines] == [
        item.line for item in source.document.walk() if not isinstance(item, Comment)
    ]
    for proof in found.proofs:
        changed = "the far end must be changed as this end is" in proof.reason
        assert proof.holds or changed or is_to_blame(source, proof.reason), proof
