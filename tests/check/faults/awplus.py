"""What goes wrong in an AlliedWare Plus router."""

from tests.check.faults.fault import Edit, Found, Outcome

_DOWN, _MUTE = Outcome.NO_TUNNEL, Outcome.NO_TRAFFIC
_DIES, _UP = Outcome.DIES_AT_REKEY, Outcome.COMES_UP

_KEY, _TUNNEL, _ETH, _VLAN = "crypto isakmp key", "interface tunnel0", "interface eth1", "interface vlan1"
_P1, _P2 = " transform 1 integrity", " transform 1 protocol"

_BOTH = (
    Edit("cipher", "encryption aes256 group", "encryption aes192 group", Found("mismatch-encryption", _P1, _DOWN)),
    Edit("shorter key", "encryption aes256 group", "encryption aes128 group", Found("mismatch-encryption", _P1, _DOWN)),
    Edit("group", "group 14", "group 15", Found("mismatch-dh-group", _P1, _DOWN)),
    Edit("another group", "group 14", "group 16", Found("mismatch-dh-group", _P1, _DOWN)),
    Edit("group that the device lacks", "group 14", "group 19", Found("invalid-value", _P1, _DOWN)),
    Edit("no transform", " transform 1 integrity sha256 encryption aes256 group 14\n", "", Found("no-transform", "crypto isakmp profile", _DOWN)),
    Edit("digit of the key", "melon-2024", "melon-2025", Found("mismatch-pre-shared-key", _KEY, _DOWN)),
    Edit("letter of the key", "bitter-melon", "Bitter-melon", Found("mismatch-pre-shared-key", _KEY, _DOWN)),
    Edit("short of a digit", "melon-2024", "melon-202", Found("mismatch-pre-shared-key", _KEY, _DOWN)),
    Edit("key for another address", "2024 address $peer", "2024 address $wrong", Found("undefined-key", " tunnel destination", _DOWN)),
    Edit("no key", "crypto isakmp key bitter-melon-2024 address $peer\n", "", Found("undefined-key", " tunnel destination", _DOWN)),
    Edit("lifetime of phase 1", " lifetime 28800", " lifetime 3600", Found("different-lifetime", " lifetime", _UP)),
    Edit("name of the profile for the peer", "profile usual\n!\ninterface", "profile usaul\n!\ninterface", Found("undefined-isakmp-profile", "crypto isakmp peer", _DOWN)),
    Edit("ESP cipher", "sha256 encryption aes256\n", "sha256 encryption aes192\n", Found("mismatch-encryption", _P2, _DOWN)),
    Edit("shorter ESP key", "sha256 encryption aes256\n", "sha256 encryption aes128\n", Found("mismatch-encryption", _P2, _DOWN)),
    Edit("ESP hash", "esp integrity sha256", "esp integrity sha512", Found("mismatch-authentication", _P2, _DOWN)),
    Edit("no ESP transform", " transform 1 protocol esp integrity sha256 encryption aes256\n", "", Found("no-transform", "crypto ipsec profile", _DOWN)),
    Edit("lifetime of phase 2", "lifetime seconds 3600", "lifetime seconds 7200", Found("different-lifetime", " lifetime seconds", _UP)),
    Edit("name of the IPsec profile", "protection ipsec profile child", "protection ipsec profile chidl", Found("undefined-ipsec-profile", " tunnel protection", _DOWN)),
    Edit("no protection", " tunnel protection ipsec profile child\n", "", Found("tunnel-incomplete", _TUNNEL, _DOWN)),
    Edit("no mode", " tunnel mode ipsec $ip\n", "", Found("tunnel-incomplete", _TUNNEL, _DOWN)),
    Edit("no source", " tunnel source $own\n", "", Found("tunnel-incomplete", _TUNNEL, _DOWN)),
    Edit("another source", "tunnel source $own", "tunnel source $wrong", Found("source-address", " tunnel source", _DOWN)),
    Edit("no destination", " tunnel destination $peer\n", "", Found("tunnel-incomplete", _TUNNEL, _DOWN)),
    Edit("address of the peer", "tunnel destination $peer", "tunnel destination $wrong", Found("mismatch-peer-address", " tunnel destination", _DOWN)),
    Edit("tunnel shut down", " tunnel protection ipsec profile child\n", " tunnel protection ipsec profile child\n shutdown\n", Found("shutdown", _TUNNEL, _DOWN)),
    Edit("WAN shut down", "address $own/$length\n", "address $own/$length\n shutdown\n", Found("interface-down", _ETH, _DOWN)),
    Edit("own address", "address $own/", "address ${own}9/", Found("source-address", " tunnel source", _DOWN)),
    Edit("no route into the tunnel", "ip route $far_lan tunnel0\n", "", Found("no-route", _TUNNEL, _MUTE)),
    Edit("wrong route into the tunnel", "ip route $far_lan", "ip route 192.168.140.0/24", Found("no-route", "ip route 192.168.140.0", _MUTE)),
    Edit("route into another tunnel", "$far_lan tunnel0", "$far_lan tunnel1", Found("undefined-interface", "ip route", _MUTE)),
    Edit("no default route", "$awplus_default $gateway\n", "", Found("no-route-to-peer", _TUNNEL, _DOWN)),
    Edit("MSS", "adjust-mss pmtu", "adjust-mss 1460", Found("mss-too-large", _TUNNEL, _UP)),
    Edit("same network", "ip address $lan_address/24", "ip address $far_lan_net/16", Found("overlapping-subnets", _VLAN, _MUTE)),
    Edit("misspelt", " transform 1 integrity", " transfrom 1 integrity", Found("unknown-command", " transfrom", _DOWN)),
    Edit("own name", " tunnel protection", " tunnel local name naha.example\n tunnel protection", Found("mismatch-identity", " tunnel local name", _DOWN), {"cisco-ikev1": None}),
    Edit("expected name", " tunnel protection", " tunnel remote name nago.example\n tunnel protection", Found("mismatch-identity", " tunnel remote name", _DOWN)),
)  # fmt: skip

_IKEV1 = (
    Edit("hash", " transform 1 integrity sha256", " transform 1 integrity sha512", Found("mismatch-hash", _P1, _DOWN)),
    Edit("another hash", " transform 1 integrity sha256", " transform 1 integrity sha384", Found("invalid-value", _P1, _DOWN)),
    Edit("version of IKE", "version 1 mode main", "version 2", Found("mismatch-version", " version 2", _DOWN)),
    Edit("aggressive mode", "mode main", "mode aggressive", Found("mismatch-mode", " version 1", _UP), dict.fromkeys(("nec-ikev1", "cisco-ikev1"), Found("aggressive-psk", " version 1", _UP))),
    Edit("no PFS", " pfs 14\n", "", Found("mismatch-pfs", "crypto ipsec profile", _DOWN)),
    Edit("another group for PFS", " pfs 14", " pfs 15", Found("mismatch-pfs", " pfs", _DOWN)),
    Edit("own network", "local selector $lan", "local selector 192.168.130.0/24", Found("mismatch-traffic", " tunnel local selector", _DOWN)),
    Edit("far network", "remote selector $far_lan", "remote selector 192.168.140.0/24", Found("mismatch-traffic", " tunnel local selector", _DOWN)),
    Edit("longer prefix", "remote selector $far_lan", "remote selector $far_lan_net/25", Found("mismatch-traffic", " tunnel local selector", _UP), {"nec-ikev1": Found("mismatch-traffic", " tunnel local selector", _DOWN)}),
    Edit("no selectors", " tunnel local selector $lan\n tunnel remote selector $far_lan\n", "", Found("mismatch-traffic", _TUNNEL, _UP)),
)  # fmt: skip

_IKEV2 = (
    Edit("integrity", " transform 1 integrity sha256", " transform 1 integrity sha512", Found("mismatch-hash", _P1, _DOWN)),
    Edit("version of IKE", " version 2", " version 1 mode main", Found("mismatch-version", " version 1", _DOWN)),
    Edit("no PFS", " pfs 14\n", "", Found("mismatch-pfs", "crypto ipsec profile", _DIES)),
    Edit("another group for PFS", " pfs 14", " pfs 15", Found("mismatch-pfs", " pfs", _DIES)),
    Edit("ESP counter mode", "esp integrity sha256", "esp integrity gcm16", Found("mismatch-encryption", _P2, _DOWN)),
    Edit("the peer is called back", "tunnel destination $peer", "tunnel destination dynamic", Found("no-identity", " tunnel destination", _DOWN)),
)  # fmt: skip

EDITS = {"awplus-ikev1": _BOTH + _IKEV1, "awplus-ikev2": _BOTH + _IKEV2, "awplus-ikev2-ipv6": _BOTH + _IKEV2}
