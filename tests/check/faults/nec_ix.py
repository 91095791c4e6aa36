"""What goes wrong in an NEC IX."""

from tests.check.faults.fault import Edit, Found, Outcome

_DOWN, _MUTE = Outcome.NO_TUNNEL, Outcome.NO_TRAFFIC
_DIES, _UP = Outcome.DIES_AT_REKEY, Outcome.COMES_UP

_P1, _POLICY = "ike proposal usual", "ike policy far"
_P2, _MAP = "ipsec autokey-proposal usual", "ipsec autokey-map to-far"
_IDS = "ipsec local-id to-far"
_TUNNEL, _WAN, _LAN = "interface Tunnel0.0", "interface GigaEthernet0.0", "interface GigaEthernet1.0"


_IKEV1 = (
    Edit("cipher", "encryption aes-256", "encryption aes-192", Found("mismatch-encryption", _P1, _DOWN)),
    Edit("key length left out", "encryption aes-256", "encryption aes", Found("mismatch-encryption", _P1, _DOWN)),
    Edit("hash", "hash sha2-256", "hash sha2-512", Found("mismatch-hash", _P1, _DOWN)),
    Edit("another hash", "hash sha2-256", "hash sha2-384", Found("mismatch-hash", _P1, _DOWN)),
    Edit("group", "group 2048-bit", "group 3072-bit", Found("mismatch-dh-group", _P1, _DOWN)),
    Edit("lifetime of phase 1", "lifetime 28800", "lifetime 3600", Found("different-lifetime", _P1, _UP)),
    Edit("digit of the key", "melon-2024", "melon-2025", Found("mismatch-pre-shared-key", _POLICY, _DOWN)),
    Edit("letter of the key", "bitter-melon", "Bitter-melon", Found("mismatch-pre-shared-key", _POLICY, _DOWN)),
    Edit("short of a digit", "melon-2024", "melon-202", Found("mismatch-pre-shared-key", _POLICY, _DOWN)),
    Edit("address in the policy", "far peer $peer key", "far peer 203.0.113.9 key", Found("no-ike-policy", _MAP, _DOWN)),
    Edit("address in the map", "ipv4 peer $peer", "ipv4 peer 203.0.113.9", Found("mismatch-peer-address", _MAP, _DOWN)),
    Edit("name of the phase 1 proposal", "2024 usual", "2024 usaul", Found("undefined-ike-proposal", _POLICY, _DOWN)),
    Edit("name of the phase 2 proposal", "$peer usual pfs", "$peer usaul pfs", Found("undefined-ipsec-proposal", _MAP, _DOWN)),
    Edit("name of the map", "ipsec policy tunnel to-far", "ipsec policy tunnel to-fra", Found("undefined-map", "  ipsec policy tunnel", _DOWN)),
    Edit("ESP cipher", "esp-aes-256", "esp-aes-192", Found("mismatch-encryption", _P2, _DOWN)),
    Edit("ESP key length left out", "esp-aes-256", "esp-aes", Found("mismatch-encryption", _P2, _DOWN)),
    Edit("ESP hash", "esp-sha2-256", "esp-sha2-512", Found("mismatch-authentication", _P2, _DOWN)),
    Edit("lifetime of phase 2", "lifetime time 3600", "lifetime time 7200", Found("different-lifetime", _P2, _UP)),
    Edit("no PFS", " pfs 2048-bit", "", Found("mismatch-pfs", _MAP, _DOWN)),
    Edit("another group for PFS", "pfs 2048-bit", "pfs 3072-bit", Found("mismatch-pfs", _MAP, _DOWN)),
    Edit("own network", "local-id to-far $lan", "local-id to-far 192.168.130.0/24", Found("mismatch-traffic", _IDS, _DOWN)),
    Edit("far network", "remote-id to-far $far_lan", "remote-id to-far 192.168.140.0/24", Found("mismatch-traffic", _IDS, _DOWN)),
    Edit("longer prefix", "remote-id to-far $far_lan", "remote-id to-far $far_lan_net/25", Found("mismatch-traffic", _IDS, _DOWN), dict.fromkeys(("cisco-ikev1", "awplus-ikev1"), Found("mismatch-traffic", _IDS, _UP))),
    Edit("no far network", "ipsec remote-id to-far $far_lan\n", "", Found("mismatch-traffic", _IDS, _DOWN)),
    Edit("aggressive mode", "$peer key", "$peer mode aggressive key", Found("aggressive-psk", _POLICY, _UP)),
    Edit("identity", "ike keepalive", "ike local-id far fqdn naha.example\nike keepalive", Found("mismatch-identity", "ike local-id", _DOWN), {"cisco-ikev1": None}),
    Edit("expected identity", "ike keepalive", "ike remote-id far fqdn nago.example\nike keepalive", Found("mismatch-identity", "ike remote-id", _DOWN)),
    Edit("no DPD", "ike keepalive far 10 3\n", "", Found("different-keepalive", _POLICY, _UP)),
    Edit("DPD of another policy", "keepalive far", "keepalive fra", Found("undefined-ike-policy", "ike keepalive", _UP)),
    Edit("version of IKE", "tunnel mode ipsec\n", "tunnel mode ipsec-ikev2\n", Found("other-tunnel-mode", "  tunnel mode", _DOWN)),
    Edit("no mode", "  tunnel mode ipsec\n", "", Found("no-tunnel-mode", _TUNNEL, _DOWN)),
    Edit("no policy", "  ipsec policy tunnel to-far\n", "", Found("no-ipsec-policy", "  tunnel mode", _DOWN)),
    Edit("transport mode", "policy tunnel to-far", "policy transport to-far with-id-payload", Found("mismatch-mode", "  ipsec policy", _DOWN)),
    Edit("IPv6 map", "to-far ipv4 peer", "to-far ipv6 peer", Found("map-version", _MAP, _DOWN)),
    Edit("tunnel shut down", "policy tunnel to-far\n  no shutdown\n", "policy tunnel to-far\n", Found("shutdown", _TUNNEL, _DOWN)),
    Edit("WAN shut down", "GigaEthernet0.0 50\n  no shutdown\n", "GigaEthernet0.0 50\n", Found("interface-down", _WAN, _DOWN)),
    Edit("own address", "ip address $own/24", "ip address ${own}9/24", Found("mismatch-peer-address", _WAN, _DOWN)),
    Edit("no route into the tunnel", "ip route $far_lan Tunnel0.0\n", "", Found("no-route", _TUNNEL, _MUTE)),
    Edit("wrong route into the tunnel", "ip route $far_lan", "ip route 192.168.140.0/24", Found("no-route", "ip route 192.168.140.0", _MUTE)),
    Edit("route into another tunnel", "$far_lan Tunnel0.0", "$far_lan Tunnel1.0", Found("undefined-interface", "ip route", _MUTE)),
    Edit("no default route", "ip route default $gateway\n", "", Found("no-route-to-peer", _TUNNEL, _DOWN)),
    Edit("no hole for UDP 500", "  ip napt static GigaEthernet0.0 udp 500\n", "", Found("napt-hole", _WAN, _UP)),
    Edit("no hole for ESP", "  ip napt static GigaEthernet0.0 50\n", "", Found("napt-hole", _WAN, _UP)),
    Edit("MSS", "adjust-mss auto", "adjust-mss 1460", Found("mss-too-large", _TUNNEL, _UP)),
    Edit("same network", "ip address $lan_address/24", "ip address ${far_lan_net}/16", Found("overlapping-subnets", _LAN, _MUTE)),
    Edit("early rekey", "ipsec local-id", "ipsec rekey remaining-lifetime default second 2000\nipsec local-id", Found("rekey-margin", "ipsec rekey", _UP)),
)  # fmt: skip

_PROFILE, _PEER = "ikev2 default-profile", "  ikev2 peer"

_IKEV2 = (
    Edit("cipher", "sa-proposal enc aes-cbc-256", "sa-proposal enc aes-cbc-192", Found("mismatch-encryption", "  sa-proposal enc", _DOWN)),
    Edit("counter mode", "sa-proposal enc aes-cbc-256", "sa-proposal enc aes-gcm-256-16", Found("mismatch-encryption", "  sa-proposal enc", _DOWN)),
    Edit("integrity", "sa-proposal integrity sha2-256", "sa-proposal integrity sha2-512", Found("mismatch-hash", "  sa-proposal integrity", _DOWN)),
    Edit("PRF", "sa-proposal prf sha2-256", "sa-proposal prf sha2-512", Found("mismatch-prf", "  sa-proposal prf", _DOWN)),
    Edit("group", "sa-proposal dh 2048-bit", "sa-proposal dh 3072-bit", Found("mismatch-dh-group", "  sa-proposal dh", _DOWN)),
    Edit("lifetime of the IKE SA", "  sa-lifetime 28800", "  sa-lifetime 3600", Found("different-lifetime", "  sa-lifetime", _UP)),
    Edit("ESP cipher", "child-proposal enc aes-cbc-256", "child-proposal enc aes-cbc-192", Found("mismatch-encryption", "  child-proposal enc", _DOWN)),
    Edit("ESP counter mode", "child-proposal enc aes-cbc-256", "child-proposal enc aes-gcm-256-16", Found("mismatch-encryption", "  child-proposal enc", _DOWN)),
    Edit("ESP integrity", "child-proposal integrity sha2-256", "child-proposal integrity sha2-512", Found("mismatch-authentication", "  child-proposal integrity", _DOWN)),
    Edit("another group for PFS", "child-pfs 2048-bit", "child-pfs 3072-bit", Found("mismatch-pfs", "  child-pfs", _DIES)),
    Edit("no PFS", "child-pfs 2048-bit", "child-pfs off", Found("mismatch-pfs", "  child-pfs", _DIES)),
    Edit("lifetime of the Child SA", "child-lifetime 3600", "child-lifetime 7200", Found("different-lifetime", "  child-lifetime", _UP)),
    Edit("no DPD", "  dpd interval 10\n", "", Found("different-keepalive", _TUNNEL, _UP)),
    Edit("digit of the key", "id $ip $own key char bitter-melon-2024", "id $ip $own key char bitter-melon-2025", Found("mismatch-pre-shared-key", "ikev2 authentication psk id $ip $own ", _DOWN)),
    Edit("digit of the peer's key", "id $ip $peer key char bitter-melon-2024", "id $ip $peer key char bitter-melon-2025", Found("mismatch-pre-shared-key", "ikev2 authentication psk id $ip $peer ", _DOWN)),
    Edit("letter of the key", "id $ip $own key char bitter", "id $ip $own key char Bitter", Found("mismatch-pre-shared-key", "ikev2 authentication psk id $ip $own ", _DOWN)),
    Edit("key in hexadecimal", "id $ip $own key char bitter-melon-2024", "id $ip $own key hex 6269747465722d6d656c6f6e2d32303235", Found("mismatch-pre-shared-key", "ikev2 authentication psk id $ip $own ", _DOWN)),
    Edit("no key of its own", "ikev2 authentication psk id $ip $own key char bitter-melon-2024\n", "", Found("undefined-key", "  local-authentication", _DOWN)),
    Edit("no key for the peer", "ikev2 authentication psk id $ip $peer key char bitter-melon-2024\n", "", Found("undefined-key", _PEER, _DOWN)),
    Edit("identity", "  local-authentication psk id $ip $own", "  local-authentication psk id fqdn naha.example", Found("undefined-key", "  local-authentication", _DOWN)),
    Edit("expected identity", "authentication psk id $ip $peer\n", "authentication psk id fqdn nago.example\n", Found("undefined-key", _PEER, _DOWN)),
    Edit("address of the peer", "ikev2 peer $peer", "ikev2 peer $wrong", Found("mismatch-peer-address", _PEER, _DOWN)),
    Edit("no peer", "  ikev2 peer $peer authentication psk id $ip $peer\n", "", Found("no-peer", "  tunnel mode", _DOWN)),
    Edit("version of IKE", "tunnel mode ipsec-ikev2", "tunnel mode ipsec", Found("other-tunnel-mode", "  tunnel mode", _DOWN)),
    Edit("no mode", "  tunnel mode ipsec-ikev2\n", "", Found("no-tunnel-mode", _TUNNEL, _DOWN)),
    Edit("profile that is not there", "  ikev2 connect-type auto", "  ikev2 binding nago", Found("undefined-profile", "  ikev2 binding", _DOWN)),
    Edit("tunnel shut down", "id $ip $peer\n  no shutdown\n", "id $ip $peer\n", Found("shutdown", _TUNNEL, _DOWN)),
    Edit("own address", "address $own/", "address ${own}9/", Found("mismatch-peer-address", _WAN, _DOWN)),
    Edit("outgoing interface", "outgoing-interface GigaEthernet0.0", "outgoing-interface GigaEthernet2.0", Found("interface-down", "  ikev2 outgoing", _DOWN)),
    Edit("next hop", "GigaEthernet0.0 $gateway", "GigaEthernet0.0 $wrong", Found("next-hop", "  ikev2 outgoing", _DOWN)),
    Edit("no route into the tunnel", "ip route $far_lan Tunnel0.0\n", "", Found("no-route", _TUNNEL, _MUTE)),
    Edit("wrong route into the tunnel", "ip route $far_lan", "ip route 192.168.140.0/24", Found("no-route", "ip route 192.168.140.0", _MUTE)),
    Edit("route into another tunnel", "$far_lan Tunnel0.0", "$far_lan Tunnel1.0", Found("undefined-interface", "ip route", _MUTE)),
    Edit("MSS", "adjust-mss auto", "adjust-mss 1460", Found("mss-too-large", _TUNNEL, _UP)),
    Edit("same network", "ip address $lan_address/24", "ip address ${far_lan_net}/16", Found("overlapping-subnets", _LAN, _MUTE)),
    Edit("no deletes", "  ikev2 connect-type auto", "  ikev2 connect-type auto\n  ikev2 suppress send-delete", Found("suppress-delete-only", "  ikev2 suppress", _UP)),
    Edit("own traffic", "  ikev2 connect-type auto", "  ikev2 connect-type auto\n  ikev2 local-ts ipv4 192.168.130.0/24", Found("traffic-outside-selectors", "  ikev2 local-ts", _MUTE)),
    Edit("misspelt", "  sa-proposal enc", "  sa-propsal enc", Found("unknown-command", "  sa-propsal", _UP)),
    Edit("value that is not there", "sa-proposal dh 2048-bit", "sa-proposal dh 4096-bit", Found("invalid-value", "  sa-proposal dh", _DOWN)),
)  # fmt: skip

_OVER_IPV4 = (
    Edit("WAN shut down", "GigaEthernet0.0 50\n  no shutdown\n", "GigaEthernet0.0 50\n", Found("interface-down", _WAN, _DOWN)),
    Edit("no hole for UDP 500", "  ip napt static GigaEthernet0.0 udp 500\n", "", Found("napt-hole", _WAN, _UP)),
    Edit("no hole for UDP 4500", "  ip napt static GigaEthernet0.0 udp 4500\n", "", Found("napt-hole", _WAN, _UP)),
    Edit("no hole for ESP", "  ip napt static GigaEthernet0.0 50\n", "", Found("napt-hole", _WAN, _UP)),
)  # fmt: skip

EDITS = {"nec-ikev1": _IKEV1, "nec-ikev2": _IKEV2 + _OVER_IPV4, "nec-ikev2-ipv6": _IKEV2}
