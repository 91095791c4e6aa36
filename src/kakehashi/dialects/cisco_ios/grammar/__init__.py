"""The device's command tree, as data."""

from kakehashi.dialects.cisco_ios.grammar import (
    access_list,
    dial_in,
    ikev2,
    interface,
    ipsec,
    isakmp,
    nat,
    pki,
    pseudowire,
    track,
)
from kakehashi.dialects.cisco_ios.grammar.root import ROOT
from kakehashi.dialects.grammar import Grammar, Mode, Support

# Modes in which a line that is not known is a line of the VPN.
CRYPTO_MODES = frozenset(
    {
        "isakmp policy",
        "isakmp profile",
        "isakmp peer",
        "keyring",
        "transform-set",
        "crypto map",
        "ipsec profile",
        "ikev2 proposal",
        "ikev2 policy",
        "ikev2 keyring",
        "ikev2 peer",
        "ikev2 profile",
    }
)
ACCESS_LIST_MODES = frozenset(
    {"access-list extended", "access-list standard", "access-list ipv6", "object-group", "service-group"}
)

GRAMMAR = Grammar(
    root=Mode(name="root", title="the configuration", commands=ROOT),
    modes=(
        Mode(name="interface", title="interface", commands=interface.INTERFACE),
        Mode(name="isakmp policy", title="crypto isakmp policy", commands=isakmp.POLICY),
        Mode(name="isakmp profile", title="crypto isakmp profile", commands=isakmp.PROFILE),
        Mode(name="isakmp peer", title="crypto isakmp peer", commands=isakmp.PEER),
        Mode(name="keyring", title="crypto keyring", commands=isakmp.KEYRING),
        Mode(name="transform-set", title="crypto ipsec transform-set", commands=ipsec.TRANSFORM_SET),
        Mode(name="crypto map", title="crypto map", commands=ipsec.MAP),
        Mode(name="ipsec profile", title="crypto ipsec profile", commands=ipsec.PROFILE),
        Mode(name="ikev2 proposal", title="crypto ikev2 proposal", commands=ikev2.PROPOSAL),
        Mode(name="ikev2 policy", title="crypto ikev2 policy", commands=ikev2.POLICY),
        Mode(name="ikev2 keyring", title="crypto ikev2 keyring", commands=ikev2.KEYRING),
        Mode(name="ikev2 peer", title="peer of crypto ikev2 keyring", commands=ikev2.KEYRING_PEER),
        Mode(name="ikev2 profile", title="crypto ikev2 profile", commands=ikev2.PROFILE),
        Mode(name="access-list extended", title="ip access-list extended", commands=access_list.EXTENDED),
        Mode(name="access-list standard", title="ip access-list standard", commands=access_list.STANDARD),
        Mode(name="access-list ipv6", title="ipv6 access-list", commands=access_list.EXTENDED6),
        Mode(name="object-group", title="object-group network", commands=access_list.GROUP),
        Mode(name="service-group", title="object-group service", commands=access_list.SERVICE),
        Mode(name="route-map", title="route-map", commands=nat.OF_ROUTE_MAP, unknown=Support.NOT_OURS),
        Mode(name="ip sla", title="ip sla", commands=track.OPERATION),
        Mode(name="track", title="track", commands=track.OBJECT),
        *dial_in.MODES,
        Mode(name="foreign", title="a mode that is not ours", commands=(), unknown=Support.NOT_OURS),
        Mode(name="trustpoint", title="trustpoint", commands=pki.TRUSTPOINT),
        Mode(name="certificate chain", title="crypto pki certificate chain", commands=pki.CHAIN),
        Mode(name="certificate", title="certificate of a chain", commands=pki.OCTETS),
        Mode(name="certificate map", title="crypto pki certificate map", commands=pki.MAP),
        Mode(name="l2tp-class", title="l2tp-class", commands=pseudowire.L2TP_CLASS, unknown=Support.NOT_OURS),
        Mode(
            name="pseudowire-class",
            title="pseudowire-class",
            commands=pseudowire.PSEUDOWIRE_CLASS,
            unknown=Support.NOT_OURS,
        ),
        Mode(name="xconnect", title="xconnect", commands=pseudowire.OF_XCONNECT, unknown=Support.NOT_YET),
        Mode(name="later", title="a mode that is not there yet", commands=(), unknown=Support.NOT_YET),
    ),
)
