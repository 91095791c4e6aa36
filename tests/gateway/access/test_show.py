"""What `show` tells of those who have dialed in, from the running sessions to each device's words."""

from dataclasses import replace
from datetime import UTC, datetime

from kakehashi.dialects.base import Clear
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.gateway.access.status import callers_of, drops_of, tunnels_of
from kakehashi.model.status import Status
from tests.gateway.access.office import TUNNEL, Office, gateway
from tests.gateway.virtual import play


def test_who_has_dialed_in_is_shown_in_the_words_of_the_device() -> None:
    async def story() -> None:
        office = Office()
        ada = office.dial("ada", "Enigma-7")
        office.dial("eve", "Guess-1", "two")
        await office.run(10)
        ada.packets(idle=3.0, inbound=12)
        now = 10.0
        status = Status(
            hostname="office",
            time=datetime(2026, 1, 2, tzinfo=UTC),
            l2tp_tunnels=tuple(tunnels_of(office.access.look(), now)),
            callers=tuple(callers_of(office.access.look(), now)),
            l2tp_drops=drops_of(office.access, {"unknown session": 2}),
        )
        (caller,) = status.callers
        assert (caller.interface, caller.user, str(caller.address)) == (TUNNEL, "ada", "192.168.30.30")
        assert (caller.inbound_packets, caller.idle, caller.mtu) == (12, 3.0, 1380)
        assert status.l2tp_drops["login-refused"] == 1
        assert status.l2tp_drops["unknown session"] == 2
        nec = NecIx()
        ppp = nec.show(["ppp"], status, gateway())
        assert "User ada, authentication CHAP-MD5" in ppp
        assert "Remote address 192.168.30.30" in ppp
        assert "Remote name laptop, address 203.0.113.9:1701" in nec.show(["l2tp"], status, gateway())
        cisco = CiscoIos()
        sessions = cisco.show(["vpdn", "session"], status, gateway())
        assert "ada, Vi2.1" in sessions
        assert "laptop        est    203.0.113.9" in cisco.show(["vpdn"], status, gateway())
        assert "Vi2.1" in cisco.show(["users"], status, gateway())
        assert cisco.clear(["vpdn", "tunnel", "l2tp", "all"], status) == Clear(None, callers=True)
        assert cisco.clear(["l2tp", "all"], status).callers
        assert not cisco.clear(["crypto", "isakmp"], status).callers
        nobody = replace(status, callers=(), l2tp_tunnels=())
        assert cisco.show(["vpdn"], nobody, gateway()) == "%No active L2TP tunnels\n"

    play(story)
