"""`tunnel mode l2tp-lns ipsec` with the PPP profile that it binds becomes a server to dial in to (V1-15)."""

from collections.abc import Iterable, Iterator, Mapping

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.document import Document, Unknown
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close
from kakehashi.model.gateway import Interface
from kakehashi.model.l2tp_server import AddressRange, Caller, L2tpServer, LoginMethod

MODE = "tunnel mode l2tp-lns ipsec"
MRU = 1400  # so that what IPsec, UDP and L2TP add still fits into 1500 octets
ECHO, ECHO_FAILURES = 30, 4
_ASKED = (["radius", "host"], ["aaa", "authentication"])
_LIMITING = {"idle", "timeout", "radius", "aaa", "limit"}


def read_servers(
    document: Document, blocks: Mapping[str, Block], interfaces: Mapping[str, Interface], report: Report
) -> tuple[L2tpServer, ...]:
    """One for each tunnel interface with that mode. `blocks`: of all interfaces."""
    profiles = read_blocks(document, "ppp profile")
    lines = (_server(block, profiles, interfaces, document, report) for block in blocks.values())
    servers = tuple(server for server in lines if server is not None)
    if servers:
        _tell_unused(document, profiles, {server.name for server in servers}, report)
    _check_bound(profiles, blocks.values(), report)
    return servers


def _server(
    block: Block,
    profiles: Mapping[str, Block],
    interfaces: Mapping[str, Interface],
    document: Document,
    report: Report,
) -> L2tpServer | None:
    mode = block.last(MODE)
    if mode is None or block.name not in interfaces:
        return None
    binding = block.last("ppp binding")
    if binding is None:
        report.error(
            mode.line,
            "no-ppp-profile",
            f"{block.name}: nobody can dial in, for it binds no PPP profile",
            "add `ppp binding NAME`",
        )
        return None
    for earlier in block.all("ppp binding"):
        if earlier is not binding:
            report.warning(
                earlier.line,
                "replaced",
                f"{block.name}: `ppp binding` is set again in line {binding.line}, which holds",
            )
    name = binding.get("profile")
    profile = profiles.get(name)
    if profile is None:
        meant = close(name, profiles)
        report.error(
            binding.line,
            "undefined-ppp-profile",
            f"{block.name} binds the PPP profile `{name}`, and there is no such profile (there are: "
            f"{', '.join(profiles) or 'none'})",
            f"did you mean `{meant}`?" if meant else f"add `ppp profile {name}`",
            name=name,
        )
        return None
    own = interfaces[block.name]
    mru, interval = profile.last("lcp mru"), profile.last("lcp echo-interval")
    retries, dns = profile.last("lcp echo-retry"), profile.last("ipcp provide-remote-dns")
    switched = [line for line in profile.lines if line.key == "echo"]
    silent = bool(switched) and switched[-1].negated
    return L2tpServer(
        interface=block.name,
        methods=_methods(profile, report),
        callers=tuple(_callers(profile, report)),
        pool=_pool(profile, report),
        lender=own.unnumbered,
        dns=tuple(a for a in (dns.get("dns"), dns.get("second")) if a is not None) if dns else (),
        mru=mru.get("mru") if mru else MRU,
        echo=0 if silent else interval.get("seconds") if interval else ECHO,
        echo_failures=retries.get("number") if retries else ECHO_FAILURES,
        host_name=_hostname(document),
        name=name,
        source=report.source(mode.line),
    )


def _methods(profile: Block, report: Report) -> tuple[LoginMethod, ...]:
    line = profile.last("authentication request")
    if line is None:
        report.warning(
            profile.line,
            "no-login",
            f"the PPP profile `{profile.name}` asks nobody who he is; here CHAP is asked for all the same",
            "add `authentication request chap`",
            name=profile.name,
        )
        return (LoginMethod.CHAP,)
    methods: tuple[LoginMethod, ...] = line.get("methods")
    return methods


def _callers(profile: Block, report: Report) -> Iterator[Caller]:
    """The last line for a user holds."""
    lines = {line.get("user"): line for line in profile.all("authentication password")}
    if not lines:
        report.warning(
            profile.line,
            "no-users",
            f"nobody can dial in: the PPP profile `{profile.name}` knows no user",
            "add `authentication password NAME PASSWORD`",
            name=profile.name,
        )
    for name, line in lines.items():
        yield Caller(name=name, password=line.get("password"), source=report.source(line.line))


def _pool(profile: Block, report: Report) -> AddressRange | None:
    line = profile.last("ipcp provide-ip-address")
    if line is None:
        report.warning(
            profile.line,
            "no-pool",
            f"nobody can dial in: the PPP profile `{profile.name}` has no addresses to lend",
            "add `ipcp provide-ip-address range FIRST LAST`",
            name=profile.name,
        )
        return None
    first, last = line.get("first"), line.get("last")
    if first > last:
        report.error(
            line.line,
            "invalid-value",
            f"the range from {first} to {last} holds no address",
            "write the smaller address first",
        )
        return None
    return AddressRange(first, last)


def _check_bound(profiles: Mapping[str, Block], blocks: Iterable[Block], report: Report) -> None:
    """A profile that nothing binds does nothing. That of PPPoE is the host's, which brings it up."""
    bound = set()
    for block in blocks:
        line = block.last("ppp binding")
        if line is None:
            continue
        bound.add(line.get("profile"))
        if block.last(MODE) is None:
            report.info(
                line.line, "the-hosts", f"{block.name}: the host speaks PPP there, and has its settings"
            )
    for name, profile in profiles.items():
        if name not in bound:
            report.info(
                profile.line,
                "unused-ppp-profile",
                f"no interface binds the PPP profile `{name}`",
                f"add `ppp binding {name}` to an interface",
                name=name,
            )


def _tell_unused(document: Document, profiles: Mapping[str, Block], dialed: set[str], report: Report) -> None:
    """The public chapters of the manual print no line by which a PPP profile asks others about its users, and
    none by which an idle session ends: such lines are kept and do nothing.
    """
    for item in document.items:
        if item.text.lower().split()[:2] in _ASKED:
            report.warning(
                item.line,
                "radius-unused",
                "nobody asks that server about who dials in: the users are those of the PPP profile",
                "add `authentication password NAME PASSWORD` to the profile for each user",
            )
            break
    for name in dialed:
        for item in profiles[name].opener.body:
            if isinstance(item, Unknown) and not _LIMITING.isdisjoint(_parts(item.text)):
                report.warning(
                    item.line,
                    "profile-line-unused",
                    f"the line has no effect on who dials in by the PPP profile `{name}`",
                    "take it out, or end sessions by `clear ppp`",
                    name=name,
                )


def _parts(text: str) -> set[str]:
    return set(text.lower().replace("-", " ").split())


def _hostname(document: Document) -> str:
    lines = list(document.statements("hostname"))
    return lines[-1].get("name", "") if lines and not lines[-1].negated else ""
