//! Packets that no honest peer sends, and odd ones that an honest peer may send.

mod common;

use common::{all_algorithms, ipv4, pair, Pair, GCM, NULL, SPI};
use esp::fragments::Reassembly;
use esp::{next_header, DropReason, InboundSa, Keys, Selector, TrafficSelectors};

#[test]
fn a_packet_cut_anywhere_is_dropped_with_a_reason() {
    for algorithms in all_algorithms() {
        let mut pair = pair(algorithms, false, 64);
        let sealed = pair.seal(&ipv4(9)).unwrap();
        for size in 8..sealed.len() {
            let reason = pair.open(&sealed[..size]).unwrap_err();
            let expected = [DropReason::PacketTruncated, DropReason::IntegrityFailure];
            assert!(expected.contains(&reason), "{algorithms:?}, {size} octets: {reason:?}");
        }
        assert!(pair.open(&sealed).is_ok());
    }
}

#[test]
fn octets_without_meaning_are_dropped_with_a_reason() {
    for algorithms in all_algorithms() {
        let mut pair = pair(algorithms, true, 64);
        for size in 0..200 {
            let noise: Vec<u8> =
                (0..size).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            assert!(pair.open(&noise).is_err());
        }
    }
}

/// Seal a text of our own choice: with the NULL cipher, sealing a packet and replacing its end says everything.
fn open_text(text: &[u8]) -> Result<Option<Vec<u8>>, DropReason> {
    let mut pair = pair(NULL, false, 64);
    // Length and padding of an inner packet of this size: text of 4n octets ends with Pad Length, Next Header.
    assert_eq!(text.len() % 4, 0);
    let inner = &text[..text.len() - 2];
    assert_eq!(text[text.len() - 2], 0, "this helper writes no padding of its own");
    let sealed = pair.seal_as(inner, text[text.len() - 1]).unwrap();
    pair.open(&sealed)
}

#[test]
fn tfc_padding_behind_the_inner_packet_is_cut_off() {
    let packet = ipv4(10);
    let mut text = packet.clone();
    text.resize(98, 0xAB);
    text.extend([0, next_header::IPV4]);
    assert_eq!(open_text(&text), Ok(Some(packet)));
}

#[test]
fn dummy_packets_vanish() {
    let mut pair = pair(GCM, false, 64);
    let sealed = pair.seal_as(&[1, 2, 3, 4, 5], next_header::NONE).unwrap();
    assert_eq!(pair.open(&sealed), Ok(None));
    assert_eq!(pair.open(&sealed), Err(DropReason::ReplayDetected));
}

#[test]
fn an_inner_packet_longer_than_the_payload_is_truncated() {
    let mut packet = ipv4(10);
    packet[3] += 1;
    assert_eq!(pair(GCM, false, 64).round(&packet, next_header::IPV4), Err(DropReason::PacketTruncated));
    assert_eq!(pair(GCM, false, 64).round(&[], next_header::IPV4), Err(DropReason::PacketTruncated));
}

#[test]
fn next_header_and_inner_version_must_agree() {
    let packet = ipv4(10);
    for wrong in [next_header::IPV6, 6, 0, 255] {
        let mut pair = pair(GCM, false, 64);
        assert_eq!(pair.round(&packet, wrong), Err(DropReason::UnknownProtocol), "next header {wrong}");
    }
}

impl Pair {
    fn round(&mut self, packet: &[u8], next_header: u8) -> Result<Option<Vec<u8>>, DropReason> {
        let sealed = self.seal_as(packet, next_header).unwrap();
        self.open(&sealed)
    }
}

/// An SA with HMAC-SHA2-256 and no encryption, and the packet that has `text` in it.
fn authentic(text: &[u8]) -> (InboundSa, Vec<u8>) {
    use hmac::{Hmac, KeyInit, Mac};
    let key = [9; 32];
    let mut packet = [&SPI.to_be_bytes()[..], &1u32.to_be_bytes(), text].concat();
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    mac.update(&packet);
    packet.extend(&mac.finalize().into_bytes()[..16]);
    let keys = Keys { encryption: &[], integrity: &key };
    (InboundSa::new(SPI, NULL, keys, false, 64).unwrap(), packet)
}

#[test]
fn padding_must_be_one_two_three() {
    let good = [&ipv4(10)[..], &[1, 2, 3, 4], &[4, next_header::IPV4]].concat();
    let (mut sa, mut packet) = authentic(&good);
    assert!(sa.open(&mut packet).is_ok());

    for wrong in [[1, 2, 3, 5], [0, 1, 2, 3], [0, 0, 0, 0]] {
        let text = [&ipv4(10)[..], &wrong, &[4, next_header::IPV4]].concat();
        let (mut sa, mut packet) = authentic(&text);
        assert_eq!(sa.open(&mut packet), Err(DropReason::InvalidPadding), "{wrong:?}");
    }
}

#[test]
fn padding_of_255_octets_is_good_and_longer_than_the_packet_is_not() {
    let padding: Vec<u8> = (1..=255).collect();
    let text = [&ipv4(10)[..], &padding, &[255, next_header::IPV4]].concat();
    let (mut sa, mut packet) = authentic(&text);
    assert!(sa.open(&mut packet).is_ok());

    let text = [&padding[..254], &[255, next_header::IPV4]].concat();
    let (mut sa, mut packet) = authentic(&text);
    assert_eq!(sa.open(&mut packet), Err(DropReason::InvalidPadding));
}

/// A fragment of 1,480 octets of datagram 7, with others to follow.
fn fragment(offset: u16) -> Vec<u8> {
    let mut packet = ipv4(1472);
    packet[4..8].copy_from_slice(&[0, 7, 0x20 | (offset >> 11) as u8, (offset >> 3) as u8]);
    packet
}

#[test]
fn every_kind_of_malformed_packet_has_a_name() {
    use DropReason::*;
    let open = |text: &[u8]| {
        let (mut sa, mut packet) = authentic(text);
        sa.open(&mut packet).err()
    };
    let ends = |octets: &[u8], next_header| open(&[octets, &[0, next_header]].concat());
    let mut longer = ipv4(6);
    longer[3] += 1;
    let again = || {
        let (mut sa, packet) = authentic(&[&ipv4(6)[..], &[0, next_header::IPV4]].concat());
        let _ = sa.open(&mut packet.clone());
        sa.open(&mut packet.clone()).err()
    };
    let changed = || {
        let (mut sa, mut packet) = authentic(&[&ipv4(6)[..], &[0, next_header::IPV4]].concat());
        packet[20] ^= 1;
        sa.open(&mut packet).err()
    };
    let no_block = || {
        use hmac::{Hmac, KeyInit, Mac};
        let (key, mut packet) = ([9; 32], [&SPI.to_be_bytes()[..], &[0, 0, 0, 1], &[0; 16 + 15]].concat());
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(&key).unwrap();
        mac.update(&packet);
        packet.extend(&mac.finalize().into_bytes()[..16]);
        let cbc = esp::Algorithms { encryption: 12, key_bits: 128, integrity: 12 };
        let keys = Keys { encryption: &[1; 16], integrity: &key };
        InboundSa::new(SPI, cbc, keys, false, 64).unwrap().open(&mut packet).err()
    };
    let two = |first, second| {
        let mut reassembly = Reassembly::default();
        let _ = reassembly.take(&fragment(first), 0);
        reassembly.take(&fragment(second), 0).err()
    };
    let narrow = Selector { end: 0, ..Selector::any(4) };
    let selectors = TrafficSelectors::new(&[narrow], &[narrow]);
    let mut options = ipv4(6);
    options[0] = 0x4F;
    let table = [
        ("seen before", again(), ReplayDetected),
        ("a bit changed", changed(), IntegrityFailure),
        ("no whole block", no_block(), CipherFailure),
        ("no ESP header", InboundSa::open(&mut authentic(&[]).0, &mut [0; 7]).err(), PacketTruncated),
        ("nothing inside", ends(&[], next_header::IPV4), PacketTruncated),
        ("an inner header cut off", ends(&ipv4(6)[..19], next_header::IPV4), PacketTruncated),
        ("an inner length beyond the end", ends(&longer, next_header::IPV4), PacketTruncated),
        ("more padding than packet", open(&[1, 2, 9, next_header::IPV4]), InvalidPadding),
        ("padding that does not count", open(&[7, 7, 2, next_header::IPV4]), InvalidPadding),
        ("neither IPv4 nor IPv6", ends(&ipv4(6), 6), UnknownProtocol),
        ("another version than was said", ends(&ipv4(6), next_header::IPV6), UnknownProtocol),
        ("outside the selectors", selectors.check_inbound(&ipv4(6)).err(), TsUnacceptable),
        ("overlapping fragments", two(0, 8), BadFragment),
        ("a header longer than the packet", selectors.check_inbound(&options[..24]).err(), Malformed),
    ];
    for (what, reason, expected) in &table {
        assert_eq!(reason.map(DropReason::name), Some(expected.name()), "{what}");
    }
    // What only the data plane knows of: its tests have them.
    let elsewhere = [InvalidSa, OutOfMemory, TooLarge, Congestion, MiscError];
    for reason in DropReason::ALL {
        let is_here = table.iter().any(|row| row.2 == reason);
        assert!(is_here != elsewhere.contains(&reason), "{}", reason.name());
    }
}
