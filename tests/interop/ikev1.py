"""The two ends of an IKEv1 tunnel: a NEC IX of ours, and strongSwan."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.interop.network import Network
from tests.interop.strongswan import connection

KEY = "one-secret-for-both"
CIPHERS = {
    "des": "des", "3des": "3des", "aes": "aes128", "aes-192": "aes192", "aes-256": "aes256",
}  # fmt: skip
HASHES = {
    "md5": "md5", "sha": "sha1", "sha2-256": "sha256", "sha2-384": "sha384", "sha2-512": "sha512",
}  # fmt: skip
GROUPS = {
    "768-bit": "modp768", "1024-bit": "modp1024", "1536-bit": "modp1536", "2048-bit": "modp2048",
    "3072-bit": "modp3072",
}  # fmt: skip


@dataclass(frozen=True)
class Suite:
    """Both phases in the words of the NEC IX; `pfs` "" is off."""

    cipher: str = "aes-256"
    hash: str = "sha2-256"
    group: str = "2048-bit"
    esp_cipher: str = "aes-256"
    esp_hash: str = "sha2-256"
    pfs: str = ""

    def __str__(self) -> str:
        esp = f"{self.esp_cipher}+{self.esp_hash}" + (f"+pfs-{self.pfs}" if self.pfs else "")
        return f"{self.cipher}+{self.hash}+{self.group}+{esp}"

    @property
    def ike(self) -> str:
        """Phase 1 as a swanctl proposal."""
        return f"{CIPHERS[self.cipher]}-{HASHES[self.hash]}-{GROUPS[self.group]}"

    @property
    def esp(self) -> str:
        """Phase 2 as a swanctl proposal."""
        pfs = f"-{GROUPS[self.pfs]}" if self.pfs else ""
        return f"{CIPHERS[self.esp_cipher]}-{HASHES[self.esp_hash]}{pfs}"

    @property
    def proposals(self) -> str:
        """Both phases as lines of the NEC IX."""
        return (
            f"ike proposal p1 encryption {self.cipher} hash {self.hash} group {self.group}\n"
            f"ipsec autokey-proposal p2 esp-{self.esp_cipher} esp-{self.esp_hash}"
        )


DEFAULT = Suite()


def configuration(
    suite: Suite = DEFAULT,
    *,
    mode: str = "main",
    peer: str = Network.PEER,
    key: str = KEY,
    local: str = "192.168.10.0/24",
    remote: str = "192.168.20.0/24",
    map_line: str = "",
    policy: str = " pre-fragment",
    wan: str = f"{Network.OURS}/24",
    lan: str = f"{Network.OUR_LAN}/24",
    lines: Sequence[str] = (),
) -> str:
    """A NEC IX with one IKEv1 tunnel: the policy `pol`, the map `map`; `lines` are added at the end.

    In aggressive mode the ends are called `ours` and `peer`, else by their addresses.
    """
    names = ["ike local-id pol keyid ours", "ike remote-id pol keyid peer"] if mode == "aggressive" else []
    pfs = f" pfs {suite.pfs}" if suite.pfs else ""
    return "\n".join(
        [
            "hostname ours",
            "ike nat-traversal",
            suite.proposals,
            f"ike policy pol peer {peer} key {key} mode {mode} p1",
            *names,
            map_line or f"ipsec autokey-map map ipv4 peer {peer} p2{pfs}",
            f"ipsec local-id map {local}",
            f"ipsec remote-id map {remote}",
            "interface GigaEthernet0.0",
            f"  ip address {wan}",
            "  no shutdown",
            "interface GigaEthernet1.0",
            f"  ip address {lan}",
            "  no shutdown",
            "interface Tunnel0.0",
            "  tunnel mode ipsec",
            "  ip unnumbered GigaEthernet1.0",
            f"  ipsec policy tunnel map{policy}",
            "  no shutdown",
            f"ip route {remote} Tunnel0.0",
            *lines,
            "",
        ]
    )


def strongswan(
    network: Network,
    suite: Suite = DEFAULT,
    *,
    mode: str = "main",
    options: str = "",
    remote: str | None = None,
    **words: str,
) -> str:
    """Its swanctl.conf. In aggressive mode the ends are called `ours` and `peer`, else by their addresses."""
    if mode == "aggressive":
        names = {"local_id": "keyid:peer", "remote_id": "keyid:ours"}
    else:
        names = {"local_id": network.PEER, "remote_id": network.OURS}
    aggressive = "aggressive = yes\n" if mode == "aggressive" else ""
    words = {"ike": suite.ike, "esp": suite.esp, "key": KEY} | names | words
    return connection(
        network,
        version=1,
        options=f"{aggressive}  {options}",
        remote=remote,
        **words,  # type: ignore[arg-type]
    )
