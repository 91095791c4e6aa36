"""NAT traversal as both versions of IKE know it (RFC 3947, RFC 7296 section 2.23)."""

from dataclasses import replace

from kakehashi.model.address import IKE_PORT, NAT_T_PORT, Path, SocketAddress


def floated(path: Path) -> Path:
    """The same path on port 4500, where the initiator goes as soon as a NAT is found (NT-03)."""
    remote = path.remote
    if remote.port == IKE_PORT:
        remote = SocketAddress(remote.ip, NAT_T_PORT)
    return replace(path, local=SocketAddress(path.local.ip, NAT_T_PORT), remote=remote)
