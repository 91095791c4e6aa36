"""`python -m kakehashi.gateway.dialer FILE TUNNEL ADDRESS [HOST...]`: what came of dialing in, as JSON."""

import argparse
import json
import socket
import sys
from dataclasses import asdict
from ipaddress import IPv4Address
from pathlib import Path

from kakehashi.dialects.registry import by_name
from kakehashi.gateway.dialer.laptop import Laptop
from kakehashi.gateway.dialer.office import NobodyDialsError, office


def main() -> int:
    """Dial once; 0 if there was an address and every host answered."""
    parser = argparse.ArgumentParser(prog="dialer", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("tunnel")
    parser.add_argument("address", type=IPv4Address)
    parser.add_argument("host", type=IPv4Address, nargs="*")
    parser.add_argument("--dialect", required=True)
    parser.add_argument("--patience", type=float, default=30.0)
    given = parser.parse_args()
    gateway = by_name(given.dialect).lower(given.file.read_text(encoding="utf-8"), str(given.file)).gateway
    own = _own_address(given.address)
    try:
        found = Laptop(office(gateway, given.tunnel, own, given.address), own, given.address).dial(
            given.host, given.patience
        )
    except (NobodyDialsError, ValueError, OSError) as error:
        json.dump({"failure": str(error)}, sys.stdout)
        return 1
    json.dump(asdict(found), sys.stdout)
    return 0 if not found.failure and not found.silent else 1


def _own_address(towards: IPv4Address) -> IPv4Address:
    """By which the host would speak."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((str(towards), 1))
        return IPv4Address(probe.getsockname()[0])


if __name__ == "__main__":
    raise SystemExit(main())
