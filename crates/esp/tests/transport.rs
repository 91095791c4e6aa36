//! Transport mode: an IP packet gets ESP behind its own headers, and comes out of it as it was.

mod common;

use std::net::IpAddr;

use common::{all_algorithms, ipv4, pair, GCM};
use esp::transport::{rebuild, Cut, Front};
use esp::{DropReason, PROTOCOL};

const TCP: u8 = 6;
const UDP: u8 = 17;

fn ipv6(next: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x6A, 0xB0, 0, 0, 0, rest.len() as u8, next, 61];
    packet.extend([0xFD; 16]);
    packet.extend([0xFE; 16]);
    packet.extend(rest);
    packet
}

/// An extension header of eight octets.
fn extension(next: u8) -> [u8; 8] {
    [next, 0, 1, 4, 0, 0, 0, 0]
}

fn cut(packet: &[u8]) -> (usize, u8) {
    let cut = Cut::of(packet).unwrap();
    (cut.header, cut.next_header)
}

fn header_sum(header: &[u8]) -> u32 {
    let sum = header.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(word[1])).sum::<u32>();
    (sum >> 16) + (sum & 0xFFFF)
}

#[test]
fn esp_goes_behind_the_header_of_ipv4_and_its_options() {
    let mut packet = ipv4(30);
    assert_eq!(cut(&packet), (20, UDP));
    assert_eq!(Cut::of(&packet).unwrap().options(), 0);

    packet[0] = 0x46;
    let with_options = Cut::of(&packet).unwrap();
    assert_eq!((with_options.header, with_options.basic_header(), with_options.options()), (24, 20, 4));
}

#[test]
fn esp_goes_behind_what_the_hops_of_ipv6_read_and_in_front_of_the_rest() {
    let (hop_by_hop, routing, fragment, destination) = (0, 43, 44, 60);
    let upper = [0; 20];
    assert_eq!(cut(&ipv6(TCP, &upper)), (40, TCP));
    let packet = ipv6(hop_by_hop, &[&extension(TCP)[..], &upper].concat());
    assert_eq!(cut(&packet), (48, TCP));
    assert_eq!(Cut::of(&packet).unwrap().options(), 8);
    let packet = ipv6(destination, &[&extension(TCP)[..], &upper].concat());
    assert_eq!(cut(&packet), (40, destination), "only the destination reads it");
    let chain = [extension(destination), extension(routing), extension(destination), extension(TCP)].concat();
    assert_eq!(cut(&ipv6(hop_by_hop, &[&chain[..], &upper].concat())), (64, destination));
    let packet = ipv6(hop_by_hop, &[&extension(fragment)[..], &extension(TCP), &upper].concat());
    assert_eq!(Cut::of(&packet), Err(DropReason::MiscError));
}

#[test]
fn esp_that_is_there_already_is_found_behind_whatever_the_peer_put_in_front() {
    let chain = [extension(60), extension(PROTOCOL)].concat();
    assert_eq!(cut(&ipv6(0, &[&chain[..], &[0; 20]].concat())), (56, PROTOCOL));
    let mut packet = ipv4(30);
    packet[9] = PROTOCOL;
    assert_eq!(cut(&packet), (20, PROTOCOL));
}

#[test]
fn a_fragment_is_refused() {
    for (at, bits) in [(6, 0x20), (6, 0x01), (7, 0x01)] {
        let mut packet = ipv4(30);
        packet[at] |= bits;
        assert_eq!(Cut::of(&packet), Err(DropReason::MiscError));
    }
    let mut packet = ipv4(30);
    packet[6] = 0x40;
    assert!(Cut::of(&packet).is_ok(), "it only asks not to be fragmented");
}

#[test]
fn a_packet_cut_anywhere_gives_a_cut_within_it_or_none() {
    let chain = [extension(60), extension(43), extension(TCP)].concat();
    let with_esp = [extension(60), extension(PROTOCOL)].concat();
    for packet in
        [ipv4(30), ipv6(0, &[&chain[..], &[0; 20]].concat()), ipv6(0, &[&with_esp[..], &[0; 20]].concat())]
    {
        for size in 0..packet.len() {
            if let Ok(cut) = Cut::of(&packet[..size]) {
                assert!(cut.header <= size);
            }
        }
    }
}

#[test]
fn the_headers_say_what_follows_and_nothing_else_changes() {
    let mut packet = ipv4(30);
    (packet[1], packet[5], packet[6], packet[8]) = (0xB9, 77, 0x40, 33);
    let cut = Cut::of(&packet).unwrap();
    let mut header = packet[..20].to_vec();
    cut.close(&mut header, PROTOCOL, 100);
    assert_eq!(header_sum(&header), 0xFFFF);
    assert_eq!(header[..10], [0x45, 0xB9, 0, 120, 0, 77, 0x40, 0, 33, 50]);
    assert_eq!(header[12..], packet[12..20]);

    let packet = ipv6(0, &[&extension(TCP)[..], &[0; 20]].concat());
    let mut header = packet[..48].to_vec();
    Cut::of(&packet).unwrap().close(&mut header, PROTOCOL, 100);
    assert_eq!(header[..8], [0x6A, 0xB0, 0, 0, 0, 108, 0, 61]);
    assert_eq!(header[8..40], packet[8..40]);
    assert_eq!(header[40..], extension(PROTOCOL));
}

#[test]
fn every_algorithm_gives_back_the_packet() {
    for algorithms in all_algorithms() {
        let mut pair = pair(algorithms, true, 64);
        for payload in [0, 1, 7, 30, 1400] {
            let mut packet = ipv4(payload);
            let cut = Cut::of(&packet).unwrap();
            cut.close(&mut packet[..20], UDP, 8 + payload);
            let mut sealed = pair.seal_as(&packet[20..], UDP).unwrap();
            let opened = pair.inbound.open_transport(&mut sealed).unwrap().unwrap();
            assert_eq!(opened.next_header, UDP);
            let mut header = packet[..20].to_vec();
            cut.close(&mut header, PROTOCOL, sealed.len());
            let mut rebuilt = vec![0xEE];
            rebuild(&mut rebuilt, Front::Header(&header), UDP, &sealed[opened.range]).unwrap();
            assert_eq!(rebuilt[1..], packet, "{algorithms:?}, payload {payload}");
        }
    }
}

#[test]
fn a_packet_whose_header_the_host_has_taken_off_gets_one() {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let mut rebuilt = Vec::new();
    let (source, destination) = (address("192.0.2.1"), address("192.0.2.2"));
    rebuild(&mut rebuilt, Front::Told { source, destination, tos: 0xB8, ttl: 9 }, UDP, &[1; 8]).unwrap();
    assert_eq!(rebuilt[..10], [0x45, 0xB8, 0, 28, 0, 0, 0x40, 0, 9, 17]);
    assert_eq!(rebuilt[12..], [192, 0, 2, 1, 192, 0, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(header_sum(&rebuilt[..20]), 0xFFFF);

    rebuilt.clear();
    let (source, destination) = (address("2001:db8::1"), address("2001:db8::2"));
    rebuild(&mut rebuilt, Front::Told { source, destination, tos: 0xB8, ttl: 9 }, UDP, &[1; 8]).unwrap();
    assert_eq!(rebuilt[..8], [0x6B, 0x80, 0, 0, 0, 8, 17, 9]);
    assert_eq!(rebuilt.len(), 48);

    let mixed = Front::Told { source, destination: address("192.0.2.2"), tos: 0, ttl: 9 };
    assert_eq!(rebuild(&mut rebuilt, mixed, UDP, &[]), Err(DropReason::MiscError));
    assert_eq!(rebuild(&mut rebuilt, Front::Header(&[0x45; 9]), UDP, &[]), Err(DropReason::MiscError));
    assert_eq!(rebuilt.len(), 48, "a refused packet leaves nothing behind");
}

#[test]
fn dummies_vanish_and_padding_is_looked_at() {
    let mut pair = pair(GCM, false, 64);
    let mut sealed = pair.seal_as(&[1, 2, 3], 59).unwrap();
    assert_eq!(pair.inbound.open_transport(&mut sealed), Ok(None));
    assert_eq!(pair.inbound.open_transport(&mut sealed), Err(DropReason::ReplayDetected));
    let mut empty = pair.seal_as(&[], TCP).unwrap();
    let opened = pair.inbound.open_transport(&mut empty).unwrap().unwrap();
    assert!(opened.range.is_empty());
}
