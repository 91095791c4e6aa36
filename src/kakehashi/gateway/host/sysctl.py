"""Settings below /proc/sys. Each read and write is one short system call."""

from pathlib import Path

from kakehashi.gateway.host.items import Sysctl

ROOT = Path("/proc/sys")


def read(key: str) -> str | None:
    """The value, or None where the host has no such setting (a device that is gone, IPv6 switched off)."""
    try:
        return (ROOT / key).read_text().strip()
    except OSError:
        return None


def present(item: Sysctl) -> bool:
    """Is nothing to be done? So it is, too, where the setting does not exist."""
    value = read(item.key)
    if item.key.endswith("/rp_filter") and value == "0":
        # The kernel takes the larger of the device's value and that of `all` (ip-sysctl).
        return read("net/ipv4/conf/all/rp_filter") != "1"
    return value is None or value == item.value or value in item.acceptable


def write(key: str, value: str) -> None:
    """OSError where the host refuses."""
    (ROOT / key).write_text(value)
