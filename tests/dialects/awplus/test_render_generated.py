"""Whatever profiles and tunnels can say is read again as it was meant."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.dialects.awplus import AwPlus
from kakehashi.model.finding import Severity

FILE = "generated.cfg"
groups = st.sampled_from([2, 5, 14, 15, 16, 18])
isakmp = st.builds(
    lambda i, e, g: f"integrity {i} encryption {e} group {g}",
    st.sampled_from(["sha1", "sha256", "sha512"]),
    st.sampled_from(["aes128", "aes192", "aes256"]),
    groups,
)
ipsec = st.builds(
    lambda i, e: f"protocol esp integrity {i} encryption {e}",
    st.sampled_from(["sha1", "sha256", "sha512", "gcm8", "gcm12", "gcm16"]),
    st.sampled_from(["aes128", "aes192", "aes256"]),
)
keys = st.text("abcdefghijklmnopqrstuvwxyz0123456789#-_", min_size=2, max_size=20)
names = st.sampled_from(["", "here.example", "me@here.example", "203.0.113.9"])


def transforms(several: list[str]) -> str:
    return "".join(f" transform {number} {text}\n" for number, text in enumerate(several, start=1))


@st.composite
def configurations(draw: st.DrawFn) -> str:
    version = draw(st.sampled_from(["2", "1 mode main", "1 mode aggressive"]))
    interval = draw(st.integers(10, 60))
    on_demand = " rekey on-demand\n" if version != "2" and draw(st.booleans()) else ""
    local, remote = draw(names), draw(names)
    selectors = draw(st.integers(0, 3))
    tunnel = "".join(
        f" tunnel local selector {n} 10.{n}.0.0/16\n tunnel remote selector {n} 10.1{n}.0.0/16\n"
        for n in range(1, selectors + 1 if version != "2" else min(selectors, 1) + 1)
    )
    tunnel += f" tunnel local name {local}\n" if local else ""
    tunnel += f" tunnel remote name {remote}\n" if remote else ""
    pfs = draw(st.one_of(st.just(""), groups.map(lambda g: f" pfs {g}\n")))
    return (
        f"hostname r\ncrypto isakmp key {draw(keys)} address 198.51.100.2\n"
        f"crypto ipsec profile p\n lifetime seconds {draw(st.integers(300, 99999))}\n{pfs}"
        f"{transforms(draw(st.lists(ipsec, min_size=1, max_size=4, unique=True)))}"
        f"crypto isakmp profile q\n version {version}\n lifetime {draw(st.integers(300, 99999))}\n"
        f" dpd-interval {interval}\n{on_demand}{transforms(draw(st.lists(isakmp, min_size=1, max_size=4, unique=True)))}"
        "crypto isakmp peer address 198.51.100.2 profile q\n"
        "interface eth1\n ip address 203.0.113.2/30\n"
        "interface tunnel0\n tunnel mode ipsec ipv4\n tunnel source eth1\n tunnel destination 198.51.100.2\n"
        f"{tunnel} tunnel protection ipsec profile p\n ip address 172.31.0.1/30\n mtu 1400\n"
        "ip route 0.0.0.0/0 203.0.113.1\nip route 10.11.0.0/16 tunnel0\nip route 10.11.0.0/16 null 254\n"
    )


@settings(max_examples=60, deadline=None)
@given(configurations())
def test_what_is_written_is_read_as_it_was_meant(text: str) -> None:
    lowered = AwPlus().lower(text, FILE)
    assert [f for f in lowered.findings if f.severity is Severity.ERROR] == []
    rendered = AwPlus().render(lowered.gateway)
    assert AwPlus().lower(rendered.text, FILE).gateway == lowered.gateway
