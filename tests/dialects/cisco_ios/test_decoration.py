"""What stands around a configuration that was copied from a terminal."""

import pytest

from tests.dialects.cisco_ios.reading import codes, complaints, found, line, lower

CONFIGURATION = """\
version 15.4
hostname R1
crypto isakmp policy 10
 encr aes
 hash sha256
 authentication pre-share
 group 14
end
"""


def proposals(text: str) -> object:
    key = "crypto isakmp key x address 192.0.2.1\ncrypto map M 1 ipsec-isakmp\n set peer 192.0.2.1\n"
    return lower(text + key).gateway.ikev1_peers


def test_line_ends_and_tabs_do_not_matter() -> None:
    for ending in ("\n", "\r\n", "\r"):
        assert proposals(CONFIGURATION.replace("\n", ending)) == proposals(CONFIGURATION)
    assert proposals(CONFIGURATION.replace("\n ", "\n\t")) == proposals(CONFIGURATION)


def test_a_file_without_indentation_says_the_same() -> None:
    assert proposals(CONFIGURATION.replace("\n ", "\n")) == proposals(CONFIGURATION)


def test_the_headers_of_show_running_config() -> None:
    text = (
        "Building configuration...\n\nCurrent configuration : 6598 bytes\n!\n! Last configuration change at\n"
    )
    lowered = lower(text + CONFIGURATION)
    assert lowered.gateway.hostname == "R1"
    assert complaints(lowered) == []


def test_prompts_of_configuration_mode_are_taken_off() -> None:
    lowered = lower(
        """\
        R1>enable
        Password:
        R1#configure terminal
        Enter configuration commands, one per line.  End with CNTL/Z.
        R1(config)#hostname Tokyo
        Tokyo(config)#crypto isakmp policy 10
        Tokyo(config-isakmp)# encr aes
        Tokyo(config-isakmp)#do show crypto isakmp policy
        Tokyo(config-isakmp)#exit
        Tokyo(config)#interface GigabitEthernet0/0
        Tokyo(config-if)#ip address 192.0.2.2 255.255.255.0
        Tokyo(config-if)#ip adress 192.0.2.2 255.255.255.0
                           ^
        % Invalid input detected at '^' marker.
        Tokyo(config-if)#end
        *Mar  1 00:12:34.567: %SYS-5-CONFIG_I: Configured from console by console
        Tokyo#write memory
        Tokyo#show crypto isakmp sa
        """
    )
    assert lowered.gateway.hostname == "Tokyo"
    assert str(lowered.gateway.interfaces[0].addresses[0]) == "192.0.2.2/24"
    assert codes(lowered) == ["policy-default", "policy-authentication", "unknown-command"]
    assert line(found(lowered, "unknown-command")) == 12
    assert found(lowered, "unknown-command").remedy == "did you mean `address`?"


def test_the_pager_is_wiped_out() -> None:
    lowered = lower(
        "hostname R1\n --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\binterface Vlan1\n"
        " ip address 10.0.0.1 255.0.0.0\n --More-- ip mtu 1400\n\x1b[7m--More--\x1b[m\r\n ip tcp adjust-mss 1300\n"
    )
    (vlan,) = lowered.gateway.interfaces
    assert (vlan.name, vlan.mtu, vlan.adjust_mss) == ("Vlan1", 1400, 1300)
    assert complaints(lowered) == []


@pytest.mark.parametrize(
    "banner",
    [
        "banner motd ^C\nhostname WRONG\ncrypto isakmp enabled\n^C\n",
        "banner login ^C hostname WRONG ^C\n",
        "banner exec \x03\nhostname WRONG\n\x03\n",
        "banner motd #\n! # inside\n",
        "banner # hostname WRONG\nhostname WRONG #\n",
    ],
)
def test_a_banner_says_nothing(banner: str) -> None:
    lowered = lower(banner + "hostname RIGHT\n")
    assert lowered.gateway.hostname == "RIGHT"
    assert complaints(lowered) == []


def test_a_banner_that_never_ends_swallows_nothing() -> None:
    assert lower("banner motd ^C\nhostname RIGHT\n").gateway.hostname == "RIGHT"


def test_certificates_pass() -> None:
    lowered = lower(
        """\
        crypto pki certificate chain TP-self-signed-1
         certificate self-signed 01
          3082024B 308201B4 A0030201 02020101 300D0609 2A864886 F70D0101
          0D2B55AC 5D199F2F 7CB4B355 C555E07B 6D0DECBE 4519B1F0 75B12D6F
          \tquit
        hostname R1
        """
    )
    assert lowered.gateway.hostname == "R1"
    assert codes(lowered) == ["undefined-trustpoint"]


def test_line_numbers_are_those_of_the_file() -> None:
    lowered = lower("R1#show run\r\n\r\n--More--\r\nR1(config)#crypto isakmp polcy 10\r\n")
    assert line(found(lowered, "unknown-command")) == 4
