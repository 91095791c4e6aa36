"""`vpdn-group` and what stands in it.

People dial in by a group with `accept-dialin`, whose lines are then ours; one of PPP over Ethernet is the
host's (CI-11). Which it is only the whole says: `lower/dial_in.py`.
"""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import REST, said, the_hosts
from kakehashi.dialects.grammar import Command, Mode, Support

GROUP = Command(
    key="vpdn-group",
    pattern=(*said("vpdn-group"), REST),
    help="Virtual private dialup network",
    enters="vpdn-group",
    support=Support.THE_HOSTS,
)

_OF_GROUP: tuple[Command, ...] = (
    the_hosts("accept-dialin", "People may dial in", enters="accept-dialin"),
    the_hosts("request-dialin", "This device dials", enters="request-dialin"),
    the_hosts("session-limit", "So many sessions at most"),
    the_hosts("l2tp tunnel authentication", "The two ends of L2TP prove who they are"),
    the_hosts("l2tp tunnel password", "By this password"),
    the_hosts("l2tp tunnel hello", "Seconds of silence before a HELLO"),
    the_hosts("l2tp", "L2TP"),
    the_hosts("local name", "How this device calls itself"),
    the_hosts("source-ip", "Where L2TP comes from"),
    the_hosts("terminate-from hostname", "Only of a peer that calls itself so"),
    the_hosts("lcp renegotiation", "LCP is negotiated anew"),
    the_hosts("description", "A remark"),
)
_OF_DIAL_IN: tuple[Command, ...] = (
    the_hosts("protocol", "By which protocol"),
    the_hosts("virtual-template", "The interface that each session is made after"),
)

MODES = (
    Mode(name="vpdn-group", title="vpdn-group", commands=_OF_GROUP, unknown=Support.THE_HOSTS),
    Mode(name="accept-dialin", title="accept-dialin", commands=_OF_DIAL_IN, unknown=Support.THE_HOSTS),
    Mode(name="request-dialin", title="request-dialin", commands=_OF_DIAL_IN, unknown=Support.THE_HOSTS),
)
