"""Two ends that know each other by certificates: a NEC IX of ours, and strongSwan, each with its own folder."""

from datetime import UTC, datetime
from pathlib import Path

from tests.interop.network import Network
from tests.pki.authority import Authority, Issued, pem

OURS, PEER = "ours.example.com", "peer.example.com"


def now() -> datetime:
    return datetime.now(UTC)


def files_of_strongswan(
    folder: Path, own: Issued | None, trusted: Authority | None, *through: Authority
) -> None:
    """What swanctl loads from its folder."""
    for name in ("x509", "x509ca", "private"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, authority in enumerate([trusted, *through] if trusted else through):
        (folder / "x509ca" / f"{number}.pem").write_bytes(pem(authority.certificate))
    if own:
        (folder / "x509" / "own.pem").write_bytes(pem(own.certificate))
        (folder / "private" / "own.pem").write_bytes(own.key_pem)


def strongswan(
    network: Network,
    *,
    local: str = "pubkey",
    remote: str = "pubkey",
    version: int = 2,
    ike: str = "aes256-sha256-modp2048",
    options: str = "",
    remote_options: str = "",
    aggressive: bool = False,
    ends: tuple[str, str] = (Network.PEER, Network.OURS),
) -> str:
    """Its swanctl.conf: `local` and `remote` are its words for how each side proves itself. `ends`: it, and we."""
    certificate = "certs = own.pem" if local != "psk" else ""
    return f"""connections {{ kkt {{
  version = {version}
  {"aggressive = yes" if aggressive else ""}
  local_addrs = {ends[0]}
  remote_addrs = {ends[1]}
  proposals = {ike}
  {options}
  local {{
    auth = {local}
    id = {PEER}
    {certificate}
  }}
  remote {{
    auth = {remote}
    id = {OURS}
    {remote_options}
  }}
  children {{ net {{
    local_ts = 192.168.20.0/24
    remote_ts = 192.168.10.0/24
    esp_proposals = aes256-sha256
  }} }}
}} }}
secrets {{ ike-kkt {{
  id-1 = {OURS}
  id-2 = {PEER}
  secret = "one-secret-for-both"
}} }}
"""


def nec(
    *,
    local: str = "rsa",
    peer: str = "rsa",
    names: tuple[str, str] = (OURS, PEER),
    at: str = Network.PEER,
    nat_traversal: bool = True,
) -> str:
    """Ours, with the lines of the manual; the files lie beside the configuration. `at`: where the peer is."""
    lines = []
    if local == "rsa":
        lines.append("pki cert import pem name myCert url file:own.pem")
    if peer == "rsa":
        lines.append("pki cert import pem name caCert url file:ca.pem")
    lines += [
        f"ikev2 authentication psk id fqdn {name} key char one-secret-for-both"
        for name, method in zip(names, (local, peer), strict=True)
        if method == "psk"
    ]
    return "\n".join(
        [
            "hostname ours",
            *lines,
            "interface GigaEthernet0.0",
            "  ip address 198.51.100.1/24",
            "  ipv6 enable",
            "  ipv6 address 2001:db8:a::1/64",
            "  no shutdown",
            "interface GigaEthernet1.0",
            "  ip address 192.168.10.1/24",
            "  no shutdown",
            "interface Tunnel0.0",
            "  tunnel mode ipsec-ikev2",
            "  ip unnumbered GigaEthernet1.0",
            *(["  ikev2 cert mycert name myCert"] if local == "rsa" else []),
            *(["  ikev2 cert cacert name caCert"] if peer == "rsa" else []),
            f"  ikev2 local-authentication {local} id fqdn {names[0]}",
            *([] if nat_traversal else ["  no ikev2 nat-traversal"]),
            f"  ikev2 peer {at} authentication {peer} id fqdn {names[1]}",
            "  no shutdown",
            "ip route 192.168.20.0/24 Tunnel0.0",
            "",
        ]
    )


def files_of_ours(folder: Path, own: Issued | None, trusted: Authority | None, *through: Authority) -> None:
    """What the `pki` lines of `nec` load."""
    folder.mkdir(parents=True, exist_ok=True)
    if own:
        chain = b"".join(pem(a.certificate) for a in through)
        (folder / "own.pem").write_bytes(own.pem + chain)
    if trusted:
        (folder / "ca.pem").write_bytes(trusted.pem)
