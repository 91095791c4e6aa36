"""The laptop's halves of L2TP and PPP beside a server that they do not know, in virtual time; its ESP beside itself."""

import asyncio
import random
from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.dataplane.protocol import L2tpMessage
from kakehashi.gateway.dialer.client import Client
from kakehashi.gateway.dialer.esp import Esp
from kakehashi.gateway.dialer.lac import Lac, in_udp
from kakehashi.gateway.dialer.office import TUNNEL, NobodyDialsError, office
from kakehashi.ike.endpoint import Endpoint
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import EspKeys
from kakehashi.model.l2tp_server import LoginMethod
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.gateway.access.office import OFFICE, Office, gateway
from tests.gateway.access.office import TUNNEL as SERVER
from tests.gateway.builders import child_sa
from tests.gateway.virtual import play

LAPTOP = ip_address("203.0.113.9")
PATH = Path(SocketAddress(OFFICE, 1701), SocketAddress(LAPTOP, 1701))


async def dialed(building: Office, password: bytes, secret: bytes = b"", lost: float = 0.0) -> Lac:
    """Some seconds of a laptop with the office. `lost`: how many of the messages are."""
    chance = random.Random(5)
    lac = Lac(Client("ada", password, chance.randbytes), "laptop", secret)
    building.access.installed(replace(child_sa(spi_in=1), tunnel=SERVER, peer="one"))
    lac.begin()
    for step in range(400):
        sent, building.plane.sent_l2tp = building.plane.sent_l2tp, []
        for payload, _, _ in sent:
            if chance.random() >= lost:
                lac.receive(payload)
        if step % 10 == 9:
            lac.tick()
        out, lac.out = lac.out, []
        for payload in out:
            if chance.random() >= lost:
                building.access.message(L2tpMessage(SERVER, payload, PATH, "one"))
        await asyncio.sleep(0.1)
    return lac


@pytest.mark.parametrize("method", list(LoginMethod))
@pytest.mark.parametrize("lost", [0.0, 0.2])
def test_a_laptop_gets_an_address_whatever_login_it_is_asked_for(method: LoginMethod, lost: float) -> None:
    async def story() -> None:
        lac = await dialed(Office(methods=(method,)), b"Enigma-7", lost=lost)
        ppp = lac.ppp
        assert (str(ppp.address), ppp.method) == ("192.168.30.30", method.value)
        assert [str(a) for a in ppp.dns] == ["192.168.30.1", "192.0.2.53"]
        assert ppp.mtu == 1400

    play(story)


def test_a_wrong_password_is_told() -> None:
    async def story() -> None:
        lac = await dialed(Office(), b"Guess-1")
        assert lac.ppp.address is None
        assert "the login is refused" in lac.ppp.failure

    play(story)


def test_the_tunnel_has_a_password_of_its_own() -> None:
    async def story() -> None:
        assert (await dialed(Office(secret=Secret(b"between-us")), b"Enigma-7", b"between-us")).ppp.address
        wrong = await dialed(Office(secret=Secret(b"between-us")), b"Enigma-7", b"guess")
        assert wrong.ppp.address is None
        assert wrong.failure

    play(story)


def test_it_hangs_up_in_words() -> None:
    async def story() -> None:
        building = Office()
        lac = await dialed(building, b"Enigma-7")
        assert building.access.addresses(SERVER)
        lac.end()
        for payload in lac.out:
            building.access.message(L2tpMessage(SERVER, payload, PATH, "one"))
        await asyncio.sleep(1)
        assert not building.access.addresses(SERVER)

    play(story)


@pytest.mark.parametrize(
    ("cipher", "keys", "integrity"),
    [
        (Cipher(EncryptionId.ENCR_AES_CBC, 256), 32, IntegrityId.AUTH_HMAC_SHA1_96),
        (Cipher(EncryptionId.ENCR_3DES), 24, IntegrityId.AUTH_HMAC_MD5_96),
        (Cipher(EncryptionId.ENCR_AES_GCM_16, 128), 20, IntegrityId.NONE),
    ],
)
def test_what_one_end_seals_the_other_opens_and_nobody_else(
    cipher: Cipher, keys: int, integrity: IntegrityId
) -> None:
    chance = random.Random(3)
    length = {IntegrityId.AUTH_HMAC_SHA1_96: 20, IntegrityId.AUTH_HMAC_MD5_96: 16}.get(integrity, 0)
    one, two = (
        EspKeys(encryption=Secret(chance.randbytes(keys)), integrity=Secret(chance.randbytes(length)))
        for _ in range(2)
    )
    about = {"cipher": cipher, "integrity": integrity}
    here = Esp(replace(child_sa(), spi_in=7, spi_out=9, keys_in=one, keys_out=two, **about), chance.randbytes)
    there = Esp(
        replace(child_sa(), spi_in=9, spi_out=7, keys_in=two, keys_out=one, **about), chance.randbytes
    )
    for size in range(40):
        datagram = in_udp(chance.randbytes(size), 1701)
        packet = here.seal(datagram)
        assert there.open(packet) == datagram
        assert here.open(packet) is None
        at = chance.randrange(len(packet))
        assert there.open(packet[:at] + bytes((packet[at] ^ 1,)) + packet[at + 1 :]) is None
        assert there.open(packet[:at]) is None


def test_nobody_dials_without_a_user_or_a_key() -> None:
    with pytest.raises(NobodyDialsError, match="no user"):
        office(gateway(callers=()), SERVER, LAPTOP, OFFICE)
    with pytest.raises(NobodyDialsError, match="no pre-shared key"):
        office(replace(gateway(), ikev1_peers=()), SERVER, LAPTOP, OFFICE)
    with pytest.raises(NobodyDialsError, match="no server"):
        office(gateway(), "Tunnel7.0", LAPTOP, OFFICE)


def test_it_asks_for_port_1701_of_both_ends() -> None:
    found = office(gateway(), SERVER, LAPTOP, OFFICE)
    endpoint = Endpoint(found.laptop, random.Random(1).randbytes)
    begun = Path(SocketAddress(LAPTOP, 500), SocketAddress(OFFICE, 500))
    assert endpoint.initiate(TUNNEL, begun, 0.0)
    (tunnel,) = found.laptop.tunnels
    assert [str(s) for s in tunnel.ipsec.local_selectors] == ["203.0.113.9/32 protocol 17 port 1701"]
    assert [str(s) for s in tunnel.ipsec.remote_selectors] == ["192.0.2.2/32 protocol 17 port 1701"]
    assert "Enigma" not in repr(found)
