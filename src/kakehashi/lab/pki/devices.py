"""The certificates of the devices of a lab: those beside their files, else of an authority of the lab's."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address, ip_interface
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from kakehashi.check.certificates import needed
from kakehashi.dialects.registry import by_name
from kakehashi.lab.blueprint import INTERNET, GatewayPlan, LinkEnd
from kakehashi.lab.device import Device, read_device
from kakehashi.lab.errors import LabError
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.pki.responder import PORT, serving_statements
from kakehashi.lab.pki.statements import Statements
from kakehashi.model.address import IPAddress
from kakehashi.model.certificate import KeyKind
from kakehashi.model.gateway import Gateway
from kakehashi.pki.certificate import Certificate
from kakehashi.pki.files import MAX_FILE
from kakehashi.pki.invented import Authority, Invented
from kakehashi.pki.request import key_pem, make_key

RESPONDER = ip_address("198.18.255.80"), ip_address("2001:db8:ffff:ffff::80")
_CRL, _OCSP = f"http://{RESPONDER[0]}/ca.crl", f"http://{RESPONDER[0]}/ocsp"
_BITS = {KeyKind.RSA: 2048, KeyKind.ECDSA: 256}
_MOST_PLACES = 32  # addresses and ports of configurations that are listened at


@dataclass(slots=True)
class Certified:
    """What was done: `assumed` tells of it, a sentence each that begins with the device."""

    assumed: list[str] = field(default_factory=list)


def responder_names(gateways: Iterable[Gateway]) -> Iterator[tuple[str, IPAddress]]:
    """Host names of the configurations' lists and responders, with the address that the lab gives them."""
    for host in dict.fromkeys(host for gateway in gateways for host, _ in _asked(gateway)):
        if _literal(host) is None:
            yield host, RESPONDER[0]


@contextmanager
def certified(
    plans: Sequence[GatewayPlan], internet: NetworkNamespace, folder: Path, revoked: Iterable[str] = ()
) -> Iterator[Certified]:
    """Give every device its certificates before it starts, and answer meanwhile whether they are revoked.

    `folder`: of the lab; each device has one in it. `revoked`: devices whose certificates are, from the
    beginning. LabError.
    """
    done = Certified()
    gateways = {plan.device.name: _completed(plan) for plan in plans}
    _check_devices(revoked, gateways)
    wanted = {
        name: _Needs(plan.device, gateways[name], folder) for plan in plans if (name := plan.device.name)
    }
    for name in revoked:
        if not wanted[name].own:
            raise LabError(f"--revoked {name}: it has no certificate that the lab's authority has issued")
    if not any(needs.own or needs.trusted for needs in wanted.values()):
        yield done
        return
    authority = Authority(datetime.now(UTC), "the lab's authority", _CRL, _OCSP)
    statements = Statements(authority.certificate, authority.key, folder / "revoked")
    for name, needs in wanted.items():
        for issued in needs.certify(authority, done):
            if name in revoked:
                statements.revoke(issued)
                done.assumed.append(f"{name}: its certificate {issued} is revoked")
    places = _places(gateways.values())
    own = tuple(ip_interface(address) for address in dict.fromkeys(address for address, _ in places))
    internet.complete(LinkEnd(namespace=INTERNET, interface="lo", addresses=own))
    with serving_statements(internet, places, statements):
        yield done


class _Needs:
    """What one device needs and does not bring along."""

    def __init__(self, device: Device, gateway: Gateway, folder: Path) -> None:
        self._name = device.name
        self._folder = folder / device.name
        self._store = self._folder / f"{Path(device.file).stem}.pki"
        brought = set(self._bring(device, gateway))
        own, trusted = needed(gateway)
        self.own = {name: wanted for name, wanted in own.items() if name not in brought}
        self.trusted = tuple(name for name in trusted if name not in brought)

    def certify(self, authority: Authority, done: Certified) -> Iterator[Certificate]:
        """Put into its store what the authority has certified, and the authority."""
        pem = authority.certificate.parsed.public_bytes(Encoding.PEM)
        for name, wanted in self.own.items():
            issued = self._issue(authority, name, wanted)
            done.assumed.append(
                f"{self._name}: the lab's authority has certified {issued} ({name}), which has no file here"
            )
            yield issued
        for name in self.trusted:
            self._write(f"{name}.ca.pem", pem)

    def _issue(self, authority: Authority, name: str, wanted: Invented) -> Certificate:
        key = make_key(wanted.key, _BITS[wanted.key])
        issued = authority.certify(wanted, key)
        self._write(f"{name}.key.pem", key_pem(key))
        self._write(f"{name}.cert.pem", issued.parsed.public_bytes(Encoding.PEM))
        return issued

    def _bring(self, device: Device, gateway: Gateway) -> Iterator[str]:
        """Copy the files that lines name and that lie beside the configuration; by which names."""
        for line in gateway.certificate_imports:
            place = Path(line.file)
            source = Path(device.file).parent / place
            if place.is_absolute() or ".." in place.parts or not source.is_file():
                continue
            with source.open("rb") as file:
                self._put(self._folder / place, file.read(MAX_FILE + 1))
            yield line.name

    def _write(self, name: str, data: bytes) -> None:
        self._put(self._store / name, data)

    def _put(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)


def _completed(plan: GatewayPlan) -> Gateway:
    """As the device will read it: with the addresses that the lab gives."""
    device = plan.device
    return read_device(device.name, device.file, plan.text, by_name(device.gateway.dialect)).gateway


def _check_devices(revoked: Iterable[str], devices: Iterable[str]) -> None:
    there = tuple(devices)
    for name in revoked:
        if name not in there:
            raise LabError(f"--revoked {name}: there is no such device; there are {', '.join(there)}")


def _places(gateways: Iterable[Gateway]) -> list[tuple[IPAddress, int]]:
    """Where there must be an answer: at the lab's own address, and where the configurations ask."""
    found = dict.fromkeys((address, PORT) for address in RESPONDER)
    for gateway in gateways:
        for host, port in _asked(gateway):
            found[_literal(host) or RESPONDER[0], port] = None
    return list(found)[:_MOST_PLACES]


def _asked(gateway: Gateway) -> Iterator[tuple[str, int]]:
    """Hosts and ports of the places at which the configuration says that news of certificates is."""
    for trustpoint in gateway.trustpoints:
        for url in (trustpoint.crl_url, trustpoint.ocsp_url):
            try:
                parts = urlsplit(url)
                host, port = parts.hostname, parts.port or PORT
            except ValueError:
                continue
            if parts.scheme == "http" and host:
                yield host, port


def _literal(host: str) -> IPAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
