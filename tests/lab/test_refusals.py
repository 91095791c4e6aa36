import errno

import pytest
from pyroute2 import NetlinkError

from kakehashi.lab.refusals import told


@pytest.mark.parametrize(
    ("error", "command"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n 65536"),
        (OSError(errno.ENOSPC, "No space left on device"), "sysctl -w user.max_net_namespaces=10000"),
        (OSError(errno.EPERM, "Operation not permitted"), "run it with sudo"),
        (NetlinkError(errno.EOPNOTSUPP, "Operation not supported"), "modprobe veth"),
        (NetlinkError(errno.ENOENT, "No such file or directory"), "modprobe veth"),
    ],
)
def test_what_the_kernel_refuses_is_told_with_what_mends_it(error: OSError, command: str) -> None:
    said = told(error, "veth")
    assert said.endswith(command)
    assert "\n" not in said
