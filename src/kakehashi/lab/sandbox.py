"""A place of its own for the lab: user (unless root), mount, PID and network namespaces.

    caller --fork--> keeper (makes the namespaces) --fork--> the lab, PID 1 of its PID namespace

Whatever ends the caller ends the keeper (PR_SET_PDEATHSIG), that ends the lab, and with its PID 1 the kernel
ends every process of a PID namespace; network namespaces, links and rules go with the last process in them.
So nothing is left behind even by `kill -9`, and the host's own namespaces are never touched.
"""

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from kakehashi.lab import signals
from kakehashi.lab.errors import LabError
from kakehashi.lab.kernel import MS_PRIVATE, MS_REC, Namespace, die_with_parent, mount, unshare

_PLAIN = Namespace.MOUNT | Namespace.PID | Namespace.NETWORK
_REFUSED = 120  # exit status of the keeper: the namespaces were refused


class Stopped(KeyboardInterrupt):
    """The lab was told to stop, by Ctrl-C or a signal; cleaning up is all that is left to do."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def run_in_sandbox(lab: Callable[[], int]) -> int:
    """Run `lab` in the sandbox; its result, or 128 and the signal that stopped it. LabError if there is none.

    Signals to this process stop the lab; `Stopped` is raised in it, once.
    """
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal that comes while nobody is ready for it waits.
    signals.hold()
    keeper = os.fork()
    if keeper == 0:
        os.close(reader)
        _keep(lab, writer)
    os.close(writer)
    code = _outcome(keeper)
    signals.let_through()
    with os.fdopen(reader, encoding="utf-8") as told:
        refusal = told.read()
    if code == _REFUSED:
        raise LabError(refusal)
    return code


def _keep(lab: Callable[[], int], told: int) -> NoReturn:
    code, is_root = 1, os.getuid() == 0  # nobody has a number in a user namespace that was not mapped
    try:
        die_with_parent(signal.SIGKILL)
        _enter()
        os.close(told)
        child = os.fork()
        if child == 0:
            _become_lab(lab)
        code = _outcome(child)
    except OSError as error:
        os.write(told, _refusal(error, is_root).encode())
        code = _REFUSED
    finally:
        os._exit(code)


def _enter() -> None:
    """Make the namespaces: as root directly, else, or where root may not, inside a user namespace."""
    uid, gid = os.getuid(), os.getgid()
    try:
        unshare(_PLAIN)
    except OSError as error:
        if error.errno != errno.EPERM:
            raise
        unshare(_PLAIN | Namespace.USER)
        # user_namespaces(7): without CAP_SETGID outside, gid_map can only be written with setgroups denied.
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    mount("none", "/", MS_REC | MS_PRIVATE)


def _refusal(error: OSError, is_root: bool) -> str:
    """Why the kernel gives no namespaces, with the one command that mends it."""
    if not is_root:
        switches = (
            ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
            ("kernel/unprivileged_userns_clone", "0", "1"),
            ("user/max_user_namespaces", "0", "10000"),
        )
        for name, bad, good in switches:
            switch = Path("/proc/sys") / name
            if switch.exists() and switch.read_text().strip() == bad:
                return (
                    f"this system does not let users make namespaces ({error.strerror}): "
                    f"sudo sysctl -w {name.replace('/', '.')}={good}"
                )
        return f"this system does not let users make namespaces ({error.strerror}): run it with sudo"
    return (
        f"root may not make namespaces here ({error.strerror}); "
        "in a container, start it with --privileged, or with --cap-add SYS_ADMIN --cap-add NET_ADMIN"
    )


def _become_lab(lab: Callable[[], int]) -> NoReturn:
    code = 1
    told: list[Stopped] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if told:
            return
        told.append(Stopped(number))
        signals.hold()  # Python complains of one that comes just when it shall be ignored
        for each in signals.STOPPING:
            signal.signal(each, signal.SIG_IGN)
        signals.let_through()
        raise told[0]

    try:
        # PID 1 of a PID namespace gets no signal without a handler of its own (pid_namespaces(7)).
        for number in signals.STOPPING:
            signal.signal(number, stop)
        signals.let_through()
        die_with_parent(signal.SIGKILL)
        code = lab()
    except Stopped:
        pass
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:  # this is the outermost frame of a process: nobody else could tell
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError):  # nobody reads it any more
            sys.stdout.flush()
            sys.stderr.flush()
        # Python drops what a signal's handler raises in a finalizer; the gateways have ended all the same.
        os._exit(told[0].exit_code if told else code)


def _outcome(child: int) -> int:
    """Wait for `child`: what it exited with, or 128 and the signal that ended it.

    Signals that come here meanwhile go on to it, and it decides what to do about them. The same one may come
    several times: from the terminal to every process of the lab, and from each on to the next. Those that
    come when it has ended wait.
    """

    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    before = {number: signal.signal(number, forward) for number in signals.STOPPING}
    signals.let_through()
    try:
        # Not reaped yet: until signals wait again, its number is nobody else's.
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    finally:
        signals.hold()
        for number, handler in before.items():
            signal.signal(number, handler)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code
