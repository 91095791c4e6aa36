"""By which lines a Cisco configuration is known, and how much each of them says."""

from kakehashi.dialects.recognition import PROMPT, Sign, sign


def _short(word: str, least: int) -> str:
    """A keyword, or as much of its beginning as is still unlike others."""
    return word[:least] + "".join(f"(?:{letter}" for letter in word[least:]) + ")?" * (len(word) - least)


_CRYPTO, _ISAKMP = _short("crypto", 3), _short("isakmp", 3)

SIGNS: tuple[Sign, ...] = (
    sign(r"^Current configuration ?: \d+ bytes", 0.5, "the header `Current configuration : ... bytes`"),
    # AlliedWare Plus has keys, profiles and peers, too, and no policies.
    sign(PROMPT + rf"{_CRYPTO} {_ISAKMP} (key|profile|peer) ", 0.4, "`crypto isakmp key`"),
    sign(PROMPT + rf"{_CRYPTO} {_ISAKMP} (?!(key|profile|peer) )", 0.9, "`crypto isakmp policy`"),
    sign(PROMPT + rf"{_CRYPTO} ikev2 ", 0.8, "`crypto ikev2`"),
    sign(
        PROMPT + rf"{_CRYPTO} (map \S+ \d|{_short('dynamic-map', 2)} )",
        0.9,
        "`crypto map`",
    ),
    sign(PROMPT + rf"{_CRYPTO} {_short('ipsec', 3)} trans", 0.9, "`crypto ipsec transform-set`"),
    sign(
        PROMPT
        + rf"{_short('tunnel', 3)} {_short('protection', 4)} {_short('ipsec', 3)} {_short('profile', 4)} \S",
        0.5,
        "`tunnel protection ipsec profile`",
    ),
    sign(PROMPT + r"tunnel mode ipsec ipv[46][ \t]*\r?$", 0.3, "`tunnel mode ipsec ipv4`"),
    sign(
        PROMPT + r"interface ((GigabitEthernet|FastEthernet|TenGigabitEthernet|Dialer) ?\d+(/\d+)*"
        r"|Ethernet ?\d+/\d+)(\.\d+)?[ \t]*\r?$",
        0.4,
        "interfaces such as `GigabitEthernet0/0`",
    ),
    sign(
        PROMPT + rf"ip {_short('address', 3)} (\d+\.){{3}}\d+ 255\.(\d+\.){{2}}\d+",
        0.5,
        "addresses with masks (255.255.255.0)",
    ),
    sign(PROMPT + r"ip access-list (extended|standard) \S+", 0.4, "`ip access-list extended`"),
    sign(PROMPT + r"access-list \d+ (permit|deny|remark) ", 0.4, "numbered access lists (`access-list 101`)"),
    sign(PROMPT + r"service timestamps (debug|log) ", 0.4, "`service timestamps`"),
    sign(PROMPT + r"ip nat inside source ", 0.3, "`ip nat inside source`"),
    sign(PROMPT + r"ip route (\d+\.){3}\d+ (\d+\.){3}\d+ \S", 0.3, "routes with masks"),
)
