"""By which lines an AlliedWare Plus configuration is known, and how much each of them says."""

from kakehashi.dialects.recognition import PROMPT, Sign, sign

SIGNS: tuple[Sign, ...] = (
    sign(r"^[ \t]*awplus(\([\w-]+\))?[>#]", 0.8, "the prompt `awplus`"),
    sign(
        PROMPT + r"crypto isakmp peer (address \S+|hostname \S+|dynamic|policy \S+) profile ",
        0.8,
        "`crypto isakmp peer ... profile`",
    ),
    sign(PROMPT + r"transform \d+ (protocol esp )?(integrity|encryption) ", 0.8, "`transform N integrity`"),
    sign(PROMPT + r"tunnel protection ipsec[ \t]*\r?$", 0.6, "`tunnel protection ipsec` without a profile"),
    sign(PROMPT + r"ip address (\d+\.){3}\d+/\d+", 0.6, "addresses with prefix lengths (192.0.2.1/24)"),
    sign(PROMPT + r"ip route (\d+\.){3}\d+/\d+ ", 0.4, "routes with prefix lengths (192.0.2.0/24)"),
    # Other makers' devices write their interfaces with capitals.
    sign(
        PROMPT + r"interface tunnel\d+[ \t]*\r?$",
        0.3,
        "`interface tunnel0` in small letters",
        any_case=False,
    ),
    sign(
        PROMPT + r"interface (eth\d+(\.\d+)?|vlan\d+|ppp\d+|port\d\.\d\.\d\S*)[ \t]*\r?$",
        0.5,
        "interfaces such as `eth1`, `vlan1`, `ppp0`, `port1.0.1`",
        any_case=False,
    ),
    sign(PROMPT + r"tunnel (local|remote) (name|selector) ", 0.5, "`tunnel local name`"),
    sign(PROMPT + r"crypto isakmp key \S+( \S+)? (address|hostname|policy) ", 0.3, "`crypto isakmp key`"),
    sign(PROMPT + r"crypto pki trustpoint ", 0.1, "`crypto pki trustpoint`"),
    sign(PROMPT + r"subject-alt-name ", 0.4, "`subject-alt-name`"),
    sign(PROMPT + r"(dpd-interval|dpd-timeout) \d+[ \t]*\r?$", 0.5, "`dpd-interval`"),
    sign(PROMPT + r"(ip|ipv6) tcp adjust-mss pmtu", 0.5, "`adjust-mss pmtu`"),
    sign(r"^(atmf |vlan database|ssh server allow-users|autoboot )", 0.4, "`vlan database`, `atmf`"),
)
