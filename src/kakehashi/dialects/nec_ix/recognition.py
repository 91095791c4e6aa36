"""By which lines an NEC UNIVERGE IX configuration is known, and how much each of them says."""

from kakehashi.dialects.recognition import PROMPT, Sign, sign

SIGNS: tuple[Sign, ...] = (
    sign(r"^! NEC Portable Internetwork", 1.0, "the header `NEC Portable Internetwork ...`", any_case=False),
    sign(
        PROMPT + r"tunnel mode (ipsec|ipsec-ikev2|map-e.*|4-over-6|l2tp-lns ipsec|ether-ip .*)\s*$",
        0.6,
        "`tunnel mode ipsec`",
    ),
    sign(
        PROMPT + r"ikev2 (authentication psk id|peer|default-profile|binding)\b",
        0.6,
        "`ikev2 authentication`, `ikev2 peer`",
    ),
    sign(
        PROMPT + r"(no )?ike (proposal|policy|keepalive|local-id|nat-traversal|retransmit-)",
        0.5,
        "`ike proposal`, `ike policy`",
    ),
    sign(
        PROMPT + r"(no )?ipsec (autokey-|dynamic-|policy|rekey|commit-bit|anti-replay|delete-)",
        0.5,
        "`ipsec autokey-map`",
    ),
    sign(
        # Nobody else's are called so; the addresses below them are written as AlliedWare Plus writes them.
        PROMPT + r"interface GigaEthernet\d+(/\d+)?\.\d+\s*$",
        0.8,
        "interfaces such as `GigaEthernet0.0`",
    ),
    # Cisco's subinterfaces are, with masks.
    sign(
        PROMPT + r"interface FastEthernet\d+(/\d+)?\.\d+\s*$", 0.65, "interfaces such as `FastEthernet0/0.0`"
    ),
    sign(PROMPT + r"interface Tunnel\d+\.\d+\s*$", 0.4, "tunnels such as `Tunnel0.0`"),
    sign(PROMPT + r"pki (cert|pkcs12) (import|erase) ", 0.4, "`pki cert import`"),
    sign(PROMPT + r"ip napt ", 0.4, "`ip napt`"),
    sign(PROMPT + r"(ip|ipv6) ufs-cache ", 0.4, "`ip ufs-cache`"),
    sign(
        r"^[\w.-]+\(config-(Giga|Fast|Tunnel|dhcp|ppp|Mobile|BVI|Loopback)[\w./-]*\)[#%]", 0.6, "its prompts"
    ),
    sign(
        PROMPT + r"(ip|ipv6) access-list \S+ (permit|deny) \S+ (src|dest|type|sport|dport) ",
        0.6,
        "`ip access-list NAME permit ip src`",
    ),
    sign(PROMPT + r"device (Giga|Fast|TenGiga)Ethernet\d+", 0.5, "`device GigaEthernet0`"),
    sign(PROMPT + r"(ip address ipcp|ppp binding \S+)\s*$", 0.4, "`ppp binding`, `ip address ipcp`"),
    sign(PROMPT + r"ip route default ", 0.3, "`ip route default`"),
    sign(
        PROMPT + r"(proxy-dns|telnet-server|ssh-server|http-server|ntp|snmp-agent) ip ",
        0.3,
        "`proxy-dns ip`, `ssh-server ip`",
    ),
    sign(PROMPT + r"timezone [+-]\d\d \d\d", 0.3, "`timezone +09 00`"),
)
