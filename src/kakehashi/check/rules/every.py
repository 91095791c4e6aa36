"""All rules, in the order in which they are asked."""

from kakehashi.check.rules.dial_in import check_dial_in
from kakehashi.check.rules.filters import check_filters
from kakehashi.check.rules.inner_addresses import check_inner_addresses
from kakehashi.check.rules.keys import check_keys, check_main_mode
from kakehashi.check.rules.lifetimes import check_commit_bit, check_rekey, check_send_delete
from kakehashi.check.rules.mss import check_mss
from kakehashi.check.rules.napt import check_napt
from kakehashi.check.rules.nat_traversal import check_nat_traversal
from kakehashi.check.rules.overlap import check_overlap
from kakehashi.check.rules.plain import check_plain
from kakehashi.check.rules.pseudowires import check_pseudowires
from kakehashi.check.rules.reach import check_reach
from kakehashi.check.rules.routes import check_carried, check_routes
from kakehashi.check.rules.subject import Rule, RuleOfPairs
from kakehashi.check.rules.version import check_version
from kakehashi.check.rules.way import check_way
from kakehashi.check.rules.weak import check_algorithms

RULES: tuple[Rule, ...] = (
    check_reach,
    check_way,
    check_carried,
    check_filters,
    check_napt,
    check_nat_traversal,
    check_mss,
    check_main_mode,
    check_keys,
    check_version,
    check_algorithms,
    check_plain,
    check_rekey,
    check_send_delete,
    check_commit_bit,
    check_dial_in,
)

RULES_OF_PAIRS: tuple[RuleOfPairs, ...] = (
    check_overlap,
    check_routes,
    check_inner_addresses,
    check_pseudowires,
)
