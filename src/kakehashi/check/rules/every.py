"""All rules, in the order in which they are asked."""

from kakehashi.check.rules.filters import check_filters
from kakehashi.check.rules.keys import check_keys, check_main_mode
from kakehashi.check.rules.lifetimes import check_commit_bit, check_rekey, check_send_delete
from kakehashi.check.rules.mss import check_mss
from kakehashi.check.rules.napt import check_napt
from kakehashi.check.rules.reach import check_reach
from kakehashi.check.rules.subject import Rule
from kakehashi.check.rules.weak import check_algorithms

RULES: tuple[Rule, ...] = (
    check_reach,
    check_filters,
    check_napt,
    check_mss,
    check_main_mode,
    check_keys,
    check_algorithms,
    check_rekey,
    check_send_delete,
    check_commit_bit,
)
