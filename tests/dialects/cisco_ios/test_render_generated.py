"""Whatever a crypto map or a tunnel interface can say is read again as it was meant."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.finding import Severity

FILE = "generated.cfg"

ciphers = st.sampled_from(["des", "3des", "aes", "aes 192", "aes 256"])
hashes = st.sampled_from(["md5", "sha", "sha256", "sha384", "sha512"])
groups = st.sampled_from([1, 2, 5, 14, 15, 16, 19, 20, 21, 24])
transforms = st.sampled_from(
    ["esp-aes esp-sha-hmac", "esp-gcm 256", "esp-3des esp-md5-hmac", "esp-aes 192 esp-sha512-hmac"]
)
keys = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#-_", min_size=2, max_size=20)
entries = st.builds(
    lambda protocol, net, bits, port: (
        f" permit {protocol} 10.{net}.0.0 0.0.{(1 << bits) - 1}.255 "
        f"10.{net + 100}.0.0 0.0.255.255" + (f" eq {port}" if protocol in ("tcp", "udp") else "")
    ),
    st.sampled_from(["ip", "tcp", "udp", "icmp", "gre"]),
    st.integers(0, 99),
    st.integers(0, 8),
    st.integers(0, 65535),
)
seconds = st.integers(120, 86400)


@st.composite
def policies(draw: st.DrawFn) -> str:
    return "".join(
        f"crypto isakmp policy {number}\n encr {draw(ciphers)}\n hash {draw(hashes)}\n"
        f" authentication pre-share\n group {draw(groups)}\n lifetime {draw(seconds)}\n"
        for number in sorted(draw(st.sets(st.integers(1, 10000), min_size=1, max_size=3)))
    )


@st.composite
def configurations(draw: st.DrawFn) -> str:
    common = draw(
        st.sets(
            st.sampled_from(
                [
                    "crypto isakmp keepalive 20 3 periodic",
                    "crypto isakmp nat keepalive 30",
                    "crypto isakmp fragmentation",
                    "crypto isakmp aggressive-mode disable",
                    "crypto ipsec df-bit clear",
                    "crypto ipsec fragmentation after-encryption",
                ]
            )
        )
    )
    address = "0.0.0.0 0.0.0.0" if draw(st.booleans()) else "198.51.100.2"
    dynamic = address != "198.51.100.2" and draw(st.booleans())
    settings_ = f" set transform-set T\n set security-association lifetime seconds {draw(seconds)}\n"
    settings_ += draw(
        st.sampled_from(["", " set pfs group14\n", " set security-association replay disable\n"])
    )
    settings_ += " match address TAKEN\n"
    entry = (
        f"crypto dynamic-map D 10\n{settings_}crypto map M 65000 ipsec-isakmp dynamic D\n"
        if dynamic
        else f"crypto map M 10 ipsec-isakmp\n set peer 198.51.100.2\n{settings_}"
    )
    return (
        f"hostname r\n{draw(policies())}crypto isakmp key {draw(keys)} address {address}\n"
        + "".join(f"{line}\n" for line in sorted(common))
        + f"crypto ipsec transform-set T {draw(transforms)}\n{entry}"
        + "interface GigabitEthernet0/0\n ip address 192.0.2.2 255.255.255.0\n crypto map M\n"
        + "ip route 0.0.0.0 0.0.0.0 192.0.2.1\nip access-list extended TAKEN\n"
        + "\n".join(draw(st.lists(entries, min_size=1, max_size=4, unique=True)))
        + "\n"
    )


@settings(max_examples=60, deadline=None)
@given(configurations())
def test_what_is_written_is_read_as_it_was_meant(text: str) -> None:
    lowered = CiscoIos().lower(text, FILE)
    assert [f for f in lowered.findings if f.severity is Severity.ERROR] == []
    rendered = CiscoIos().render(lowered.gateway)
    assert CiscoIos().lower(rendered.text, FILE).gateway == lowered.gateway
