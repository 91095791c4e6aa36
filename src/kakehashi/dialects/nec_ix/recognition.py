"""By which lines an NEC UNIVERGE IX configuration is known, and how much each of them says."""

from kakehashi.dialects.recognition import Sign, sign

SIGNS: tuple[Sign, ...] = (
    sign(r"^! NEC Portable Internetwork", 1.0, "the header `NEC Portable Internetwork ...`", any_case=False),
    sign(r"^\s*tunnel mode ipsec(-ikev2)?\s*$", 0.6, "`tunnel mode ipsec`"),
    sign(
        r"^\s*ikev2 (authentication psk id|peer|default-profile|binding)\b",
        0.6,
        "`ikev2 authentication`, `ikev2 peer`",
    ),
    sign(
        r"^\s*(no )?ike (proposal|policy|keepalive|local-id|nat-traversal|retransmit-)",
        0.5,
        "`ike proposal`, `ike policy`",
    ),
    sign(
        r"^\s*(no )?ipsec (autokey-|dynamic-|policy|rekey|commit-bit|anti-replay|delete-)",
        0.5,
        "`ipsec autokey-map`",
    ),
    sign(r"^interface (Giga|Fast)Ethernet\d+(/\d+)?\.\d+\s*$", 0.4, "interfaces such as `GigaEthernet0.0`"),
    sign(r"^interface Tunnel\d+\.\d+\s*$", 0.4, "tunnels such as `Tunnel0.0`"),
    sign(r"^pki (cert|pkcs12) (import|erase) ", 0.4, "`pki cert import`"),
    sign(r"^\s*ip napt ", 0.4, "`ip napt`"),
    sign(r"^ip ufs-cache ", 0.4, "`ip ufs-cache`"),
)
