"""The names of our tables of nftables."""

from kakehashi.gateway.host.filters import Filters


def test_two_gateways_never_share_a_table() -> None:
    tables = {Filters(name).table for name in ("a-b", "a.b", "a_b", "ab", "支店")}
    assert len(tables) == 5
    assert all(table.isascii() and table.replace("_", "").replace(" ", "").isalnum() for table in tables)
