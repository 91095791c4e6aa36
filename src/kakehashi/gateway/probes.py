"""`ping` and `traceroute`, by the host's own programs, from an address of the gateway."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address

from kakehashi.model.address import is_address
from kakehashi.model.gateway import Gateway, Interface

_NAME = re.compile(r"([a-z-]+) ?(\d[\d/.:]*)")
_PACKAGES = {"ping": "iputils-ping", "traceroute": "traceroute"}
_ENDING = 1.0  # seconds that a program has to end


async def probe(
    command: str, words: Sequence[str], gateway: Gateway, devices: Mapping[str, str]
) -> AsyncIterator[str]:
    """Its lines. `words`: the target, then `source S`, `repeat N`, `size N` in pairs; S is an interface or an
    address. Never raises for what the words say.
    """
    target, settings = words[0] if words else "", dict(zip(words[1::2], words[2::2], strict=False))
    if not target or target.startswith("-"):
        yield f"% {command}: to whom?"
        return
    source = source_of(settings.get("source", ""), target, gateway, devices)
    if source is None:
        yield f"% {settings['source']} is no address and no interface with one"
        return
    arguments = _ping(target, source, settings) if command == "ping" else _traceroute(target, source)
    if shutil.which(arguments[0]) is None:
        yield f"% this host has no {arguments[0]} (`apt-get install {_PACKAGES[arguments[0]]}` brings it)"
        return
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        if process.stdout is not None:
            async for line in process.stdout:
                yield line.decode(errors="replace").rstrip("\n")
        await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(TimeoutError):
                async with asyncio.timeout(_ENDING):
                    await process.wait()


def source_of(text: str, target: str, gateway: Gateway, devices: Mapping[str, str]) -> str | None:
    """An address or a device, "" for none given; None if it is neither."""
    if not text:
        return ""
    with suppress(ValueError):
        return str(ip_address(text))
    found = _interface(text, gateway)
    if found is None:
        return None
    lender = gateway.interface(found.unnumbered) if found.unnumbered else None
    addresses = found.addresses or (lender.addresses if lender else ())
    version = 6 if ":" in target else 4
    address = next((a.ip for a in addresses if a.version == version), None)
    return str(address) if address else devices.get(found.name)


def _interface(text: str, gateway: Gateway) -> Interface | None:
    """By its name, or as it is shortened: `gi0/0`."""
    named = next((i for i in gateway.interfaces if i.name.lower() == text.lower()), None)
    short = _NAME.fullmatch(text.lower())
    if named is not None or short is None:
        return named
    alike = [
        interface
        for interface in gateway.interfaces
        if (whole := _NAME.fullmatch(interface.name.lower()))
        and whole[1].startswith(short[1])
        and whole[2] == short[2]
    ]
    return alike[0] if len(alike) == 1 else None


def _ping(target: str, source: str, settings: Mapping[str, str]) -> list[str]:
    count, size = settings.get("repeat", "5"), settings.get("size", "100")
    numbers = count.isdigit() and size.isdigit()
    headers = 48 if ":" in target else 28
    data = str(max(0, int(size) - headers)) if numbers else "72"
    # As a router: the next when the answer has come, or when it is waited for no more.
    arguments = ["ping", "-c", count if numbers else "5", "-W", "2", "-A", "-O", "-s", data]
    return [*arguments, *(["-I", source] if source else []), "--", target]


def _traceroute(target: str, source: str) -> list[str]:
    """`source`: an address, or a device that has none."""
    arguments = ["traceroute", "-n", "-w", "2", "-m", "20"]
    if source:
        arguments += ["-s" if is_address(source) else "-i", source]
    return [*arguments, "--", target]
