//! Traffic selectors and the inner packets that they judge.

mod common;

use common::ipv4;
use esp::inner_ip::{flow, stated_length};
use esp::{DropReason, Selector, TrafficSelectors};

fn v4(a: u8, b: u8, c: u8, d: u8) -> u128 {
    u32::from_be_bytes([a, b, c, d]).into()
}

fn net(start: u128, end: u128) -> Selector {
    Selector { version: 4, start, end, protocol: 0, start_port: 0, end_port: u16::MAX }
}

/// Our end is 10.0.0.0/24, the remote end 10.0.1.0/24; `narrow` changes both.
fn selectors(narrow: impl Fn(Selector, bool) -> Selector) -> TrafficSelectors {
    let local = net(v4(10, 0, 0, 0), v4(10, 0, 0, 255));
    let remote = net(v4(10, 0, 1, 0), v4(10, 0, 1, 255));
    TrafficSelectors::new(&[narrow(local, true)], &[narrow(remote, false)])
}

/// From 10.0.0.1 port 12345 to 10.0.1.1 port 53.
fn outbound(protocol: u8) -> Vec<u8> {
    let mut packet = ipv4(8);
    packet[9] = protocol;
    packet[18] = 1;
    packet[19] = 1;
    packet
}

fn reversed(packet: &[u8]) -> Vec<u8> {
    let mut packet = packet.to_vec();
    let (source, destination) = (packet[12..16].to_vec(), packet[16..20].to_vec());
    packet[12..16].copy_from_slice(&destination);
    packet[16..20].copy_from_slice(&source);
    packet[20..24].rotate_left(2);
    packet
}

const REFUSED: Result<(), DropReason> = Err(DropReason::TsUnacceptable);

#[test]
fn each_direction_is_judged_from_our_end() {
    let selectors = selectors(|selector, _| selector);
    let packet = outbound(17);
    assert_eq!(selectors.check_outbound(&packet), Ok(()));
    assert_eq!(selectors.check_inbound(&packet), REFUSED);
    assert_eq!(selectors.check_inbound(&reversed(&packet)), Ok(()));
    assert_eq!(selectors.check_outbound(&reversed(&packet)), REFUSED);
}

#[test]
fn protocol_and_ports_narrow() {
    let dns = selectors(|selector, is_local| match is_local {
        true => Selector { protocol: 17, ..selector },
        false => Selector { protocol: 17, start_port: 53, end_port: 53, ..selector },
    });
    assert_eq!(dns.check_outbound(&outbound(17)), Ok(()));
    assert_eq!(dns.check_inbound(&reversed(&outbound(17))), Ok(()));
    assert_eq!(dns.check_outbound(&outbound(6)), REFUSED);
    let mut other_port = outbound(17);
    other_port[23] = 54;
    assert_eq!(dns.check_outbound(&other_port), REFUSED);
}

#[test]
fn icmp_type_and_code_stand_in_for_ports() {
    let echo =
        selectors(|selector, _| Selector { protocol: 1, start_port: 0x0800, end_port: 0x08FF, ..selector });
    let mut packet = outbound(1);
    packet[20..22].copy_from_slice(&[8, 0]);
    assert_eq!(echo.check_outbound(&packet), Ok(()));
    packet[20] = 0;
    assert_eq!(echo.check_outbound(&packet), REFUSED);
}

#[test]
fn later_fragments_fit_only_selectors_that_ask_for_no_port() {
    let mut fragment = outbound(17);
    fragment[7] = 1;
    assert_eq!(selectors(|selector, _| selector).check_outbound(&fragment), Ok(()));
    let opaque = selectors(|selector, _| Selector { start_port: 65535, end_port: 0, ..selector });
    assert_eq!(opaque.check_outbound(&fragment), Ok(()));
    assert_eq!(opaque.check_outbound(&outbound(17)), REFUSED, "its ports are there to be seen");
    let dns = selectors(|selector, is_local| match is_local {
        true => selector,
        false => Selector { start_port: 53, end_port: 53, ..selector },
    });
    assert_eq!(dns.check_outbound(&fragment), REFUSED);
}

#[test]
fn everything_takes_everything_of_its_ip_version() {
    let any = TrafficSelectors::new(&[Selector::any(4)], &[Selector::any(4)]);
    assert_eq!(any.check_outbound(&outbound(17)), Ok(()));
    assert_eq!(any.check_inbound(&ipv6(59, &[])), REFUSED);
    assert_eq!(any.check_inbound(&[0x50; 40]), Err(DropReason::Malformed));
    assert_eq!(any.check_inbound(&[]), Err(DropReason::Malformed));
    let both = [Selector::any(4), Selector::any(6)];
    assert_eq!(TrafficSelectors::new(&both, &both).check_inbound(&ipv6(59, &[])), Ok(()));
}

fn ipv6(next: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0, 0, rest.len() as u8, next, 64];
    packet.extend([0xFD; 16]);
    packet.extend([0xFE; 16]);
    packet.extend(rest);
    packet
}

#[test]
fn ports_are_found_behind_extension_headers() {
    let hop_by_hop = [60, 0, 0, 0, 0, 0, 0, 0];
    let destination_options = [6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let packet = ipv6(0, &[&hop_by_hop[..], &destination_options, &[0x30, 0x39, 0, 80]].concat());
    let found = flow(&packet).unwrap();
    assert_eq!((found.protocol, found.source_port, found.destination_port), (6, Some(12345), Some(80)));
}

#[test]
fn ipv6_fragments_show_ports_only_in_the_first() {
    let fragment = |offset: u8| ipv6(44, &[17, 0, 0, offset, 0, 0, 0, 1, 0x30, 0x39, 0, 80]);
    let first = flow(&fragment(1)).unwrap();
    assert_eq!((first.protocol, first.destination_port), (17, Some(80)));
    let later = flow(&fragment(8)).unwrap();
    assert_eq!((later.protocol, later.destination_port), (17, None));
}

#[test]
fn every_packet_cut_anywhere_has_no_flow_or_a_shorter_one() {
    let chained =
        ipv6(0, &[&[44, 0, 0, 0, 0, 0, 0, 0][..], &[51, 0, 0, 0, 0, 0, 0, 0], &[6, 1], &[0; 30]].concat());
    for packet in [outbound(6), chained] {
        for size in 0..packet.len() {
            assert_eq!(stated_length(&packet[..size]), None);
            assert_eq!(flow(&packet[..size]), None);
            // The same, with a length field that agrees.
            let mut cut = packet[..size].to_vec();
            let at = if packet[0] >> 4 == 4 { 3 } else { 5 };
            if size > at {
                cut[at] = if at == 3 { size as u8 } else { (size as u8).wrapping_sub(40) };
                let _ = flow(&cut);
            }
        }
    }
}
