"""What a laptop or a phone must be told to dial in: it has no configuration of a router, but a sheet.

Keys and passwords are not in it: it goes by mail. The line that has them is named instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from kakehashi.bridge.abilities import TITLES
from kakehashi.bridge.far_end import NoFarEndError, far_end
from kakehashi.bridge.places import places
from kakehashi.bridge.prove import Proof, negotiate
from kakehashi.bridge.reading import Read
from kakehashi.check.device import Device
from kakehashi.model.algorithms import Cipher
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel, Phase1Proposal, Phase2Proposal
from kakehashi.model.l2tp_server import L2tpServer, LoginMethod
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Tunnel
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId

MASK = "***"
_AES_256, _AES_128 = Cipher(EncryptionId.ENCR_AES_CBC, 256), Cipher(EncryptionId.ENCR_AES_CBC, 128)
_3DES = Cipher(EncryptionId.ENCR_3DES)
# What Windows 10 and 11 offer for L2TP unless somebody changes it, as their peers' logs show it.
_WINDOWS_1 = tuple(
    Phase1Proposal(cipher=cipher, hash=HashAlgorithm.SHA, group=group, lifetime=28800)
    for cipher, group in (
        (_AES_256, KeyExchangeId.ECP_384),
        (_AES_128, KeyExchangeId.ECP_256),
        (_AES_256, KeyExchangeId.MODP_2048),
        (_3DES, KeyExchangeId.MODP_2048),
        (_3DES, KeyExchangeId.MODP_1024),
    )
)
_WINDOWS_2 = tuple(
    Phase2Proposal(cipher=cipher, integrity=IntegrityId.AUTH_HMAC_SHA1_96, lifetime=3600, kilobytes=250000)
    for cipher in (_AES_256, _AES_128, _3DES)
)
_OF_WINDOWS = {
    LoginMethod.MS_CHAP_V2: "MSChapv2",
    LoginMethod.CHAP: "Chap",
    LoginMethod.PAP: "Pap",
}
_OF_PPPD = {
    LoginMethod.MS_CHAP_V2: "mschap-v2",
    LoginMethod.CHAP: "chap",
    LoginMethod.PAP: "pap",
}
_CIPHERS = {EncryptionId.ENCR_AES_CBC: "aes", EncryptionId.ENCR_3DES: "3des", EncryptionId.ENCR_DES: "des"}
_HASHES = {
    HashAlgorithm.MD5: "md5",
    HashAlgorithm.SHA: "sha1",
    HashAlgorithm.SHA2_256: "sha256",
    HashAlgorithm.SHA2_384: "sha384",
    HashAlgorithm.SHA2_512: "sha512",
}
_INTEGRITIES = {
    IntegrityId.AUTH_HMAC_MD5_96: "md5",
    IntegrityId.AUTH_HMAC_SHA1_96: "sha1",
    IntegrityId.AUTH_HMAC_SHA2_256_128: "sha256",
    IntegrityId.AUTH_HMAC_SHA2_384_192: "sha384",
    IntegrityId.AUTH_HMAC_SHA2_512_256: "sha512",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How to dial in to one server. `rows`: what there is to be typed, a title in both languages and a value;
    `windows`: does Windows as it comes meet the server? `problems`: why nobody can, as far as is seen here.
    """

    file: str
    dialect: str
    tunnel: str
    rows: tuple[tuple[str, str], ...]
    windows: Proof
    linux: str
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Is there nothing in the way?"""
        return not self.problems

    def text(self) -> str:
        """For paper or mail; what a computer may read stands in blocks."""
        width = max(_columns(title) for title, _ in self.rows)
        lines = [
            f"How to dial in to {self.tunnel} of {self.file} ({TITLES[self.dialect]}) by L2TP/IPsec.",
            f"Keys and passwords are not shown ({MASK}).",
            "",
            *(f"{title}{' ' * (width - _columns(title))}  {value}" for title, value in self.rows),
            "",
            f"Windows 10 and 11 as they come: {_verdict(self.windows)}",
        ]
        lines += [f"PROBLEM: {text}" for text in self.problems]
        return "\n".join([*lines, "", _windows_lines(self.rows), "", self.linux])


def sheet(read: Read, tunnel: Tunnel, server: L2tpServer) -> Sheet:
    """Of a server of a file that was read."""
    gateway = read.gateway
    at = places(tunnel, Device("here", gateway))
    address = str(at.own) if at.own else "the address that this router has on the internet"
    peers = Device("here", gateway).peers_of(tunnel) if isinstance(tunnel, Ikev1Tunnel) else ()
    key = _where(next((p.source for p in peers), None))
    users = [c.name for c in server.callers]
    elsewhere = " and those of the RADIUS server" if server.radius else ""
    methods = [_OF_WINDOWS[m] for m in server.methods]
    rows = (
        ("Kind (種類)", "L2TP/IPsec with pre-shared key"),
        ("Server (サーバ)", address),
        ("Pre-shared key (事前共有鍵)", f"{MASK} ({key})"),
        ("User names (利用者)", ", ".join(users) + elsewhere if users else "those of the RADIUS server"),
        ("Passwords (パスワード)", f"{MASK} ({_lines_of(server)})"),
        ("Login (認証方式)", ", else ".join(m.value for m in server.methods)),
        ("Windows' name of it", ", ".join(methods)),
        ("Address (アドレス)", f"one from {server.pool}" if server.pool else "one of its own for each user"),
        ("Name servers (DNS)", ", ".join(map(str, server.dns)) or "none is told"),
        ("MTU", str(server.mru)),
        ("L2TP password (L2TPトンネル認証)", MASK if server.secret else "none"),
    )
    return Sheet(
        file=read.file,
        dialect=read.dialect,
        tunnel=tunnel.interface,
        rows=rows,
        windows=_meets_windows(gateway, tunnel),
        linux=_linux(tunnel, server, peers, address),
        problems=tuple(_problems(tunnel, server)),
    )


def _columns(text: str) -> int:
    """Of a terminal: a sign of Japanese takes two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _meets_windows(gateway: Gateway, tunnel: Tunnel) -> Proof:
    """The far end with Windows' proposals negotiates with this one."""
    try:
        far = far_end(gateway, tunnel)
    except NoFarEndError as error:
        return Proof(tunnel.interface, False, False, str(error))
    theirs = far.gateway.tunnel(far.tunnel)
    if not isinstance(theirs, Ikev1Tunnel):
        return Proof(tunnel.interface, False, False, "Windows speaks IKEv1 for L2TP")
    # RFC 3193 section 4: the ports are said, and the SAs renewed as they are.
    ipsec = replace(theirs.ipsec, proposals=_WINDOWS_2, sends_identities=True)
    windows = replace(
        far.gateway,
        tunnels=(replace(theirs, ipsec=ipsec),),
        ikev1_peers=tuple(
            replace(p, proposals=_WINDOWS_1, nat_traversal=True) for p in far.gateway.ikev1_peers
        ),
    )
    return negotiate((gateway, tunnel.interface), (windows, far.tunnel))


def _verdict(proof: Proof) -> str:
    if proof.comes_up:
        return "IPsec comes up with what they offer."
    return f"IPsec does NOT come up with what they offer: {proof.reason}"


def _problems(tunnel: Tunnel, server: L2tpServer) -> Iterator[str]:
    if not tunnel.enabled:
        yield "the tunnel is shut down"
    if not server.callers and not server.radius:
        yield "no user is known"
    if server.pool is None and not any(c.address for c in server.callers):
        yield "there are no addresses to lend"


def _where(source: Source | None) -> str:
    return f"line {source.line} of {source.file}" if source else "ask who runs the router"


def _lines_of(server: L2tpServer) -> str:
    lines = [str(c.source.line) for c in server.callers if c.source]
    file = next((c.source.file for c in server.callers if c.source), "")
    if not lines:
        return "of each user"
    return (
        f"line{'' if len(lines) == 1 else 's'} {', '.join(lines[:8])}{' ...' if lines[8:] else ''} of {file}"
    )


def _windows_lines(rows: Sequence[tuple[str, str]]) -> str:
    """A line for Windows' PowerShell, and what it needs behind a NAT (the server's, or the laptop's)."""
    values = dict(rows)
    server, methods = values["Server (サーバ)"], values["Windows' name of it"]
    return (
        "# Windows (PowerShell)\n"
        f"Add-VpnConnection -Name office -ServerAddress '{server}' -TunnelType L2tp -L2tpPsk '{MASK}' "
        f"-AuthenticationMethod {methods} -EncryptionLevel Optional -Force\n"
        "# Where the server is behind a NAT (then start Windows anew):\n"
        "Set-ItemProperty -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent "
        "-Name AssumeUDPEncapsulationContextOnSendRule -Type DWord -Value 2"
    )


def _linux(tunnel: Tunnel, server: L2tpServer, peers: Sequence[Ikev1Peer], address: str) -> str:
    """swanctl.conf of strongSwan, xl2tpd.conf, and pppd's options."""
    proposals = [text for p in peers[:1] for x in p.proposals if (text := _phase1(x))]
    transforms: list[str] = []
    if isinstance(tunnel, Ikev1Tunnel):
        transforms = [text for x in tunnel.ipsec.proposals if (text := _phase2(x, tunnel.ipsec.pfs))]
    refused = [f"refuse-{word}" for method, word in _OF_PPPD.items() if method not in server.methods]
    return "\n".join(
        [
            "# Linux: /etc/swanctl/conf.d/office.conf",
            "connections { office {",
            "  version = 1",
            f"  remote_addrs = {address}",
            *([f"  proposals = {','.join(proposals)}"] if proposals else []),
            "  local { auth = psk }",
            "  remote { auth = psk }",
            "  children { l2tp {",
            "    mode = transport",
            "    local_ts = dynamic[udp]",
            "    remote_ts = dynamic[udp/l2tp]",
            *([f"    esp_proposals = {','.join(transforms)}"] if transforms else []),
            "  } }",
            "} }",
            f'secrets {{ ike {{ secret = "{MASK}" }} }}',
            "# /etc/xl2tpd/xl2tpd.conf",
            "[lac office]",
            f"lns = {address}",
            "pppoptfile = /etc/ppp/options.office",
            "# /etc/ppp/options.office",
            f"name {server.callers[0].name if server.callers else 'USER'}",
            f"password {MASK}",
            "noauth",
            "refuse-eap",
            *refused,
            f"mtu {server.mru}",
            f"mru {server.mru}",
            *(["usepeerdns"] if server.dns else []),
            "",
        ]
    )


def _phase1(proposal: Phase1Proposal) -> str:
    cipher = _cipher(proposal.cipher)
    group = proposal.group.name.lower().replace("_", "")
    hashed = _HASHES.get(proposal.hash, "")
    return f"{cipher}-{hashed}-{group}" if cipher and hashed else ""


def _phase2(proposal: Phase2Proposal, pfs: KeyExchangeId) -> str:
    cipher = _cipher(proposal.cipher)
    integrity = _INTEGRITIES.get(proposal.integrity, "")
    group = "" if pfs == KeyExchangeId.NONE else f"-{pfs.name.lower().replace('_', '')}"
    return f"{cipher}-{integrity}{group}" if cipher and integrity else ""


def _cipher(cipher: Cipher | None) -> str:
    word = _CIPHERS.get(cipher.id, "") if cipher else ""
    return f"{word}{cipher.key_bits or ''}" if cipher and word else ""
