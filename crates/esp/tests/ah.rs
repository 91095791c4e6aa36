//! AH: what its ICV covers, what it lets change, and packets that are none at every length.

use esp::ah::{size_of_header, AhInbound, AhOutbound, Verified, PROTOCOL};
use esp::{DropReason, Unusable};

const SPI: u32 = 0x1234_5678;
const TCP: u8 = 6;
/// By the numbers of IANA: octets of the key and of the ICV.
const ALGORITHMS: [(u16, usize, usize); 7] =
    [(1, 16, 12), (2, 20, 12), (5, 16, 12), (8, 16, 12), (12, 32, 16), (13, 48, 24), (14, 64, 32)];

fn key(size: usize) -> Vec<u8> {
    (0..size as u8).collect()
}

fn ipv4(options: &[u8]) -> Vec<u8> {
    let words = 5 + options.len() / 4;
    let mut header = vec![0x40 | words as u8, 0xB8, 0, 99, 7, 7, 0x40, 0, 61, PROTOCOL, 1, 2];
    header.extend([192, 0, 2, 1, 192, 0, 2, 2]);
    header.extend(options);
    header
}

fn ipv6(first: u8, extensions: &[u8]) -> Vec<u8> {
    let mut header = vec![0x6B, 0x8A, 1, 2, 0, 99, first, 61];
    header.extend([0xFD; 16]);
    header.extend([0xFE; 16]);
    header.extend(extensions);
    header
}

fn protected(front: &[u8], integrity: u16, key: &[u8], esn: bool, sequence: u64) -> Vec<u8> {
    let mut sa = AhOutbound::new(SPI, integrity, key, front[0] >> 4 == 6).unwrap();
    let mut packet = vec![0x55; sa.size() + 40];
    sa.write(&mut packet, TCP, sequence);
    sa.seal(front, &mut packet, esn.then_some((sequence >> 32) as u32)).unwrap();
    packet
}

fn verify(front: &[u8], packet: &[u8]) -> Result<Verified, DropReason> {
    AhInbound::new(2, &key(20), false, 64).unwrap().verify(front, packet)
}

#[test]
fn each_algorithm_over_each_version_with_and_without_esn() {
    for (integrity, key_size, icv) in ALGORITHMS {
        for (front, alignment) in [(ipv4(&[]), 4), (ipv6(PROTOCOL, &[]), 8)] {
            for esn in [false, true] {
                let packet = protected(&front, integrity, &key(key_size), esn, 1);
                let size = (12 + icv).next_multiple_of(alignment);
                assert_eq!(size, size_of_header(icv, alignment == 8));
                assert_eq!(usize::from(packet[1]) * 4 + 8, size);
                let mut sa = AhInbound::new(integrity, &key(key_size), esn, 64).unwrap();
                assert_eq!(sa.verify(&front, &packet), Ok(Verified { size, next_header: TCP }));
                assert_eq!(sa.verify(&front, &packet), Err(DropReason::ReplayDetected));
                assert_eq!(sa.highest_sequence(), 1);
            }
        }
    }
}

#[test]
fn the_high_half_of_the_sequence_number_is_covered() {
    let front = ipv4(&[]);
    let number = (1 << 32) + 5;
    let mut sa = AhInbound::new(2, &key(20), true, 64).unwrap();
    for before in [1 << 31, u64::from(u32::MAX)] {
        sa.verify(&front, &protected(&front, 2, &key(20), true, before)).unwrap();
    }
    sa.verify(&front, &protected(&front, 2, &key(20), true, number)).unwrap();
    assert_eq!(sa.highest_sequence(), number);
}

#[test]
fn what_hops_may_change_is_not_covered_and_all_else_is() {
    let changeable_v4 = [1, 6, 7, 8, 10, 11];
    let changeable_v6 = [1, 2, 3, 7];
    for (front, changeable, first) in
        [(ipv4(&[]), &changeable_v4[..], 0), (ipv6(PROTOCOL, &[]), &changeable_v6, 1)]
    {
        let packet = protected(&front, 2, &key(20), false, 1);
        for place in first..front.len() {
            let mut other = front.clone();
            other[place] ^= 1;
            let may_change = changeable.contains(&place);
            assert_eq!(verify(&other, &packet).is_ok(), may_change, "octet {place} of the header");
        }
        for place in 0..packet.len() {
            let mut other = packet.clone();
            other[place] ^= 1;
            // The SPI is what the SA was found by; padding is covered like the rest.
            assert!(verify(&front, &other).is_err(), "octet {place} of the packet");
        }
    }
}

#[test]
fn options_of_ipv4_by_appendix_a1_of_rfc_4302() {
    let (router_alert, record_route, timestamp) = ([148, 4, 0, 0], [7, 7, 8, 1, 2, 3, 4], [68, 4, 5, 0]);
    let options = [&router_alert[..], &record_route, &[1], &timestamp].concat();
    let front = ipv4(&options);
    let packet = protected(&front, 2, &key(20), false, 1);
    let changed = |place: usize| {
        let mut other = front.clone();
        other[20 + place] ^= 1;
        verify(&other, &packet)
    };
    assert!(changed(2).is_err(), "router alert stays as it is");
    assert!(changed(4 + 4).is_ok(), "a recorded route grows on the way");
    assert!(changed(12 + 2).is_ok(), "so do time stamps");
}

#[test]
fn options_of_ipv6_say_of_themselves_whether_they_change() {
    let (hop_by_hop, routing, destination) = (0, 43, 60);
    // Of the type 0x1E, which does not change, and of 0x3E, which does, with two octets each.
    let options = [PROTOCOL, 0, 0x3E, 2, 9, 9, 0, 0];
    let chain = [&[destination, 0, 0x1E, 2, 9, 9, 0, 0][..], &options].concat();
    let front = ipv6(hop_by_hop, &chain);
    let packet = protected(&front, 2, &key(20), false, 1);
    let changed = |place: usize| {
        let mut other = front.clone();
        other[40 + place] ^= 1;
        verify(&other, &packet)
    };
    assert!(verify(&front, &packet).is_ok());
    assert!(changed(4).is_err());
    assert!(changed(8 + 4).is_ok());
    // A routing header has come to its end.
    let routed = |left| ipv6(routing, &[PROTOCOL, 0, 0, left, 0, 0, 0, 0]);
    let packet = protected(&routed(0), 2, &key(20), false, 1);
    assert!(verify(&routed(0), &packet).is_ok());
    assert_eq!(verify(&routed(1), &packet), Err(DropReason::Malformed));
}

#[test]
fn more_padding_than_the_version_wants_is_taken() {
    let front = ipv4(&[]);
    let mut sa = AhOutbound::new(SPI, 12, &key(32), true).unwrap();
    assert_eq!(sa.size(), 32, "aligned to 8 octets");
    let mut packet = vec![0; 60];
    sa.write(&mut packet, TCP, 1);
    sa.seal(&front, &mut packet, None).unwrap();
    let mut inbound = AhInbound::new(12, &key(32), false, 64).unwrap();
    assert_eq!(inbound.verify(&front, &packet).map(|verified| verified.size), Ok(32));
}

#[test]
fn nothing_shorter_than_its_headers_passes_at_any_length() {
    for front in
        [ipv4(&[]), ipv4(&[1, 1, 1, 0]), ipv6(PROTOCOL, &[]), ipv6(0, &[PROTOCOL, 0, 1, 4, 0, 0, 0, 0])]
    {
        let packet = protected(&front, 2, &key(20), false, 1);
        for size in 0..packet.len() {
            let reason = verify(&front, &packet[..size]).unwrap_err();
            let expected = if size < 24 { DropReason::PacketTruncated } else { DropReason::IntegrityFailure };
            assert_eq!(reason, expected, "{size} octets");
        }
        for size in 0..front.len() {
            assert_eq!(verify(&front[..size], &packet), Err(DropReason::Malformed), "{size} octets in front");
        }
        for length in 0..=u8::MAX {
            let mut other = packet.clone();
            other[1] = length;
            assert_eq!(verify(&front, &other).is_ok(), length == packet[1], "Payload Len {length}");
        }
    }
}

#[test]
fn options_that_end_beyond_the_header_are_malformed() {
    for options in [[7, 0, 0, 0], [7, 1, 0, 0], [7, 5, 0, 0], [1, 1, 1, 7]] {
        let packet = protected(&ipv4(&[]), 2, &key(20), false, 1);
        assert_eq!(verify(&ipv4(&options), &packet), Err(DropReason::Malformed), "{options:?}");
    }
    for extension in [[PROTOCOL, 1, 0, 0, 0, 0, 0, 0], [PROTOCOL, 0, 1, 9, 0, 0, 0, 0]] {
        let packet = protected(&ipv6(PROTOCOL, &[]), 2, &key(20), false, 1);
        assert_eq!(verify(&ipv6(0, &extension), &packet), Err(DropReason::Malformed));
    }
}

#[test]
fn keys_must_fit() {
    let sa = |integrity, size| AhInbound::new(integrity, &key(size), false, 64).err();
    assert_eq!(sa(0, 0), Some(Unusable::NoIntegrity));
    assert_eq!(sa(2, 16), Some(Unusable::IntegrityKeySize { expected: 20, given: 16 }));
    assert_eq!(sa(99, 16), Some(Unusable::Integrity(99)));
}
