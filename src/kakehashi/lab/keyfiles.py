"""A Wireshark profile with which the lab's captures decrypt."""

import csv
from collections.abc import Iterable
from pathlib import Path

_IKEV1_FILE = "ikev1_decryption_table"
_IKE_FILE = "ikev2_decryption_table"
_ESP_FILE = "esp_sa"
# Captures are of links before and behind a NAT: an SA has other addresses on each. The SPI is enough.
_ANY_ADDRESS = "*"
_PREFERENCES = "esp.enable_encryption_decode: TRUE\nesp.enable_null_encryption_decode_heuristic: FALSE\n"


def write_profile(sources: Iterable[Path], folder: Path) -> None:
    """Merge the key files of all gateways into `folder`, which Wireshark takes as WIRESHARK_CONFIG_DIR."""
    ikev1: dict[str, None] = {}
    ike: dict[str, None] = {}
    esp: dict[str, None] = {}
    for source in sources:
        ikev1 |= dict.fromkeys(_lines(source / _IKEV1_FILE))
        ike |= dict.fromkeys(_lines(source / _IKE_FILE))
        esp |= dict.fromkeys(any_address(line) for line in _lines(source / _ESP_FILE))
    for name, lines in ((_IKEV1_FILE, ikev1), (_IKE_FILE, ike), (_ESP_FILE, esp)):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    (folder / "preferences").write_text(_PREFERENCES, encoding="utf-8")


def any_address(line: str) -> str:
    """A line of `esp_sa` without the addresses of one link."""
    fields = next(csv.reader([line]))
    fields[1:3] = [_ANY_ADDRESS, _ANY_ADDRESS]
    return ",".join(f'"{field}"' for field in fields)


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    except OSError:
        return []
