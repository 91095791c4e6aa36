//! What the sender of a packet that is too large is told, and what nobody is told.

mod common;

use common::ipv4;
use esp::too_big::message;

fn ipv6(protocol: u8, upper: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0, 0, 0, protocol, 64];
    packet.extend([0xFD; 16]);
    packet.extend([0xFE; 16]);
    packet.extend(upper);
    let length = upper.len() as u16;
    packet[4..6].copy_from_slice(&length.to_be_bytes());
    packet
}

#[test]
fn the_number_stands_where_the_sender_looks_for_it() {
    let (sender, told) = message(&ipv4(2000), 1422).unwrap();
    assert_eq!(sender.to_string(), "10.0.0.1");
    assert_eq!((&told[..2], &told[4..8]), (&[3, 4][..], &[0, 0, 5, 142][..]));
    assert_eq!(told[8..], ipv4(2000)[..548]);
    let sum: u32 = told.chunks(2).map(|w| u32::from(w[0]) << 8 | u32::from(w[1])).sum();
    assert_eq!((sum >> 16) + (sum & 0xFFFF), 0xFFFF);

    let packet = ipv6(17, &[7; 2000]);
    let (sender, told) = message(&packet, 1402).unwrap();
    assert_eq!(sender.to_string(), "fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd");
    assert_eq!((&told[..2], &told[4..8]), (&[2, 0][..], &[0, 0, 5, 122][..]));
    assert_eq!(told[8..], packet[..1232]);
}

#[test]
fn short_packets_are_quoted_whole() {
    assert_eq!(message(&ipv4(1), 68).unwrap().1.len(), 8 + 29);
    assert_eq!(message(&ipv6(17, &[7; 9]), 68).unwrap().1.len(), 8 + 49);
}

#[test]
fn nobody_is_told_of_errors_of_later_fragments_and_of_what_many_sent_or_get() {
    let with = |at: usize, octets: &[u8]| {
        let mut packet = ipv4(100);
        packet[at..at + octets.len()].copy_from_slice(octets);
        packet
    };
    for (what, packet) in [
        ("a later fragment", with(6, &[0, 1])),
        ("an ICMP error", {
            let mut packet = with(9, &[1]);
            packet[20] = 11;
            packet
        }),
        ("from nobody", with(12, &[0, 0, 0, 0])),
        ("from this host", with(12, &[127])),
        ("from a group", with(12, &[224])),
        ("to a group", with(16, &[239])),
        ("to all", with(16, &[255; 4])),
        ("cut short", ipv4(100)[..50].to_vec()),
    ] {
        assert!(message(&packet, 1400).is_none(), "{what}");
    }
    assert!(message(&with(6, &[0x20, 0]), 1400).is_some(), "the first fragment");
    assert!(message(&with(9, &[1]), 1400).is_some(), "an echo request or whatever else is no error");

    for (what, packet) in [
        ("an ICMPv6 error", ipv6(58, &[1, 4, 0, 0])),
        ("a redirect", ipv6(58, &[137, 0, 0, 0])),
        ("a later fragment", ipv6(44, &[17, 0, 0, 8, 0, 0, 0, 1, 5, 5])),
    ] {
        assert!(message(&packet, 1400).is_none(), "{what}");
    }
    let mut from_group = ipv6(17, &[7; 9]);
    from_group[8] = 0xFF;
    assert!(message(&from_group, 1400).is_none());
    assert!(message(&ipv6(58, &[128, 0, 0, 0]), 1400).is_some());
}
