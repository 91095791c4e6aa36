"""The keys of an IKE SA (RFC 7296 sections 2.14 and 2.18)."""

from kakehashi.crypto.key_schedule import ike_keys, skeyseed
from kakehashi.crypto.prf import prf
from kakehashi.crypto.sizes import encryption_key_size, integrity_key_size
from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.proposals import IkeSuite, describe_suite
from kakehashi.ike.v2.sealing import Sealer
from kakehashi.model.status import Role

NONCE_SIZE = 32  # at least half the key size of every prf (RFC 7296 section 2.10)


def derive(sa: IkeSa, suite: IkeSuite, shared: bytes, seed: bytes | None = None) -> None:
    """SKEYSEED and the seven keys (RFC 7296 section 2.14). `seed`: the SKEYSEED of a rekey (section 2.18)."""
    function = prf(suite.prf)
    ni, nr = sa.init.ni, sa.init.nr
    sa.suite, sa.prf = suite, function
    sa.keys = ike_keys(
        function,
        seed if seed is not None else skeyseed(function, ni, nr, shared),
        ni,
        nr,
        sa.spi_i,
        sa.spi_r,
        encryption_key_size(suite.cipher.id, suite.cipher.key_bits),
        integrity_key_size(suite.integrity),
    )
    is_initiator = sa.role is Role.INITIATOR
    sa.sealer = Sealer(suite, sa.keys, (sa.spi_i, sa.spi_r), is_initiator, sa.host.entropy)
    sa.host.tell_lazily(Level.DEBUG, lambda: _keys_event(sa, suite))


def _keys_event(sa: IkeSa, suite: IkeSuite) -> Event:
    return Event(
        level=Level.DEBUG,
        name=EventName.KEYS,
        facility="ikev2",
        message=f"keys of the IKE SA with {sa.peer} are derived: {describe_suite(suite)}",
        tunnel=sa.tunnel_name,
        path=sa.path,
        spi_i=sa.spi_i,
        spi_r=sa.spi_r,
    )
