"""What `show` tells of those who have dialed in, from the running sessions to each device's words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.gateway.access.status import callers_of, drops_of, tunnels_of
from kakehashi.model.status import InterfaceStatus, Status, TunnelStatus
from tests.gateway.access.office import TUNNEL, Office, gateway
from tests.gateway.virtual import play

TUNNEL_STATUS = TunnelStatus(name=TUNNEL, up=True)


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
        assert "LCP+ CHAP+ IPCP+" in cisco.show(["ppp", "all"], status, gateway())
        assert "ada                PPP   L2TP" in cisco.show(["caller"], status, gateway())
        assert sessions == cisco.show(["l2tp", "session"], status, gateway())
        link = cisco.show(["interfaces", "Vi2.1"], status, gateway())
        assert "Virtual-Access2.1 is up, line protocol is up" in link
        assert "     12 packets input" in link
        assert link in cisco.show(["interfaces"], status, gateway())
        ended = Clear(None, callers=True, l2tp_tunnels=frozenset({(TUNNEL, caller.tunnel_id)}))
        for which in (["id", str(caller.tunnel_id)], ["hostname", "laptop"], ["ip", "remote", "203.0.113.9"]):
            assert ended.l2tp_tunnels <= cisco.clear(["vpdn", "tunnel", "l2tp", *which], status).l2tp_tunnels
            assert ended.l2tp_tunnels <= cisco.clear(["l2tp", "tunnel", *which], status).l2tp_tunnels
        (session,) = cisco.clear(["interface", "Virtual-Access2.1"], status).l2tp_sessions
        assert session == (TUNNEL, caller.tunnel_id, caller.session_id)
        with pytest.raises(ShowError, match=r"no session of Virtual-Access2\.9"):
            cisco.clear(["interface", "Vi2.9"], status)
        assert not cisco.clear(["crypto", "isakmp"], status).callers
        assert nec.clear(["ppp"], status) == Clear(None, callers=True)
        assert nec.clear(["ppp", TUNNEL], replace(status, tunnels=(TUNNEL_STATUS,))).tunnel == TUNNEL
        ids = caller.tunnel_id, caller.session_id
        ended = nec.clear(["l2tp", "session", str(ids[1])], status)
        assert ended == Clear(None, callers=True, l2tp_sessions=frozenset({(TUNNEL, *ids)}))
        ended = nec.clear(["l2tp", "tunnel", str(ids[0])], status)
        assert ended == Clear(None, callers=True, l2tp_tunnels=frozenset({(TUNNEL, ids[0])}))
        assert ended == nec.clear(["l2tp", "tunnel"], replace(status, l2tp_tunnels=status.l2tp_tunnels[:1]))
        with pytest.raises(ShowError, match=f"no session 1; the IDs of the sessions are: {ids[1]}"):
            nec.clear(["l2tp", "session", "1"], status)
        up = replace(status, interfaces=(InterfaceStatus(name=TUNNEL, up=True),))
        shown = nec.show(["interfaces", TUNNEL], up, gateway())
        assert "Tunnel mode is l2tp-lns ipsec" in shown
        assert f"Session ID {ids[1]}, user ada, remote address 192.168.30.30, from 203.0.113.9" in shown
        nobody = replace(status, callers=(), l2tp_tunnels=())
        assert cisco.show(["vpdn"], nobody, gateway()) == "%No active L2TP tunnels\n"

    play(story)
