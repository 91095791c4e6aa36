"""What the kernel refuses, in one sentence with the one command that mends it."""

import errno

from pyroute2 import NetlinkError

_LACKING = frozenset(
    {errno.EOPNOTSUPP, errno.ENOENT, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ENODEV}
)


def told(error: OSError | NetlinkError, module: str) -> str:
    """Why, and what to do. `module`: of the kernel, without which it cannot be done."""
    number = error.code if isinstance(error, NetlinkError) else error.errno
    if number in (errno.EMFILE, errno.ENFILE):
        return f"too many open files ({error}): ulimit -n 65536"
    if number in (errno.ENOMEM, errno.ENOBUFS):
        return f"not enough memory ({error}): give fewer devices"
    if number == errno.ENOSPC:
        return f"too many namespaces ({error}): sysctl -w user.max_net_namespaces=10000"
    if number in (errno.EPERM, errno.EACCES):
        return f"the system does not let this user do it ({error}): run it with sudo"
    if number in _LACKING:
        return f"this kernel lacks it ({error}): modprobe {module}"
    return str(error)
