"""Which device stands for which interface, and what is said where none does."""

from kakehashi.gateway.interfaces import map_interfaces, tunnel_device
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.tunnel import OutgoingInterface
from tests.gateway.builders import facts, gateway, interface, link, tunnel

MAPS = {"gigaethernet0.0": "eth0", "GigaEthernet1.0": "eth1"}


def test_the_operators_map_counts_in_any_case_of_letters() -> None:
    mapped = map_interfaces(gateway(), MAPS, facts().links)
    assert mapped.devices == {"GigaEthernet0.0": "eth0", "GigaEthernet1.0": "eth1", "Tunnel0.0": "Tunnel0.0"}
    assert mapped.findings == ()


def test_the_device_that_has_the_address_already_needs_no_map() -> None:
    links = facts(link("ens3", "10.1.0.1/30"), link("ens4", "192.168.1.1/24")).links
    devices = map_interfaces(gateway(), {}, links).devices
    assert (devices["GigaEthernet0.0"], devices["GigaEthernet1.0"]) == ("ens3", "ens4")


def test_an_interface_without_a_device_is_an_error_that_names_line_and_remedy() -> None:
    links = facts(link("ens3", "10.1.0.1/24")).links
    first = map_interfaces(gateway(), {}, links).findings[0]
    assert first.severity is Severity.ERROR
    assert str(first) == (
        "router.cfg:10: error: GigaEthernet1.0 has an address, but no device of this host stands for it "
        "(say which: --map GigaEthernet1.0=DEVICE)"
    )


def test_what_nobody_needs_needs_no_device() -> None:
    spare = interface("GigaEthernet2.0", "172.16.0.1/24", enabled=False)
    configuration = gateway(interfaces=(*gateway().interfaces, spare, interface("GigaEthernet3.0")))
    mapped = map_interfaces(configuration, MAPS, facts().links)
    assert mapped.findings == ()
    assert "GigaEthernet3.0" not in mapped.devices


def test_a_fragment_that_names_interfaces_without_blocks_can_be_mapped() -> None:
    of = tunnel(outgoing=OutgoingInterface("GigaEthernet0.0"))
    fragment = gateway(of, interfaces=(interface("Tunnel0.0", unnumbered="GigaEthernet1.0"),), routes=())
    assert map_interfaces(fragment, MAPS, facts().links).devices["GigaEthernet0.0"] == "eth0"
    severities = [f.severity for f in map_interfaces(fragment, {}, {}).findings]
    assert severities == [Severity.WARNING, Severity.ERROR]


def test_a_map_to_nowhere_is_told() -> None:
    mapped = map_interfaces(gateway(), MAPS | {"GigaEthernet0.0": "eth7", "Nothing": "eth1"}, facts().links)
    assert [f.code for f in mapped.findings] == ["map-unknown-device", "map-unknown-interface"]


def test_tunnel_devices_keep_their_name_where_linux_has_room() -> None:
    assert tunnel_device("Tunnel0.0") == "Tunnel0.0"
    long = tunnel_device("TunnelInterface123.456")
    assert long == "tun123.456"
    assert len(tunnel_device("Tunnel" + "1" * 40)) <= 15


def test_a_crypto_map_has_a_device_of_its_own_however_long_its_name() -> None:
    assert tunnel_device("M-ipsec 1") == "M-ipsec-1"
    names = ("CUSTOMER-SITES-IN-TOKYO 10", "CUSTOMER-SITES-IN-KYOTO 10", "CUSTOMER-SITES-IN-TOKYO 1")
    devices = {tunnel_device(name) for name in names}
    assert len(devices) == 3
    assert all(len(device) <= 15 and " " not in device for device in devices)


def test_a_line_that_borrows_a_loopbacks_address_is_the_device_that_has_it() -> None:
    loopback = interface("Loopback1", "100.1.1.1/32", kind=InterfaceKind.LOOPBACK)
    dialer = interface("Dialer1", unnumbered="Loopback1")
    of = tunnel(outgoing=OutgoingInterface("Dialer1"))
    configuration = gateway(of, interfaces=(loopback, dialer, interface("Tunnel0.0")), routes=())
    links = facts(link("lo", "100.1.1.1/32"), link("ppp0", "100.1.1.1/32")).links
    assert map_interfaces(configuration, {}, links).devices["Dialer1"] == "ppp0"
    missing = map_interfaces(configuration, {}, facts(link("lo", "100.1.1.1/32")).links).findings
    assert [f.remedy for f in missing] == ["say which: --map Dialer1=DEVICE"]
