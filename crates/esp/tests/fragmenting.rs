//! Packets become fragments, and are the same afterwards.

mod common;

use common::ipv4;
use esp::fragmenting::split;
use esp::fragments::{is_fragment, Reassembly};
use esp::{inner_ip, DropReason};

fn ipv6(payload: usize) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0, 0, 0, 17, 64];
    packet.extend([0xFD; 16]);
    packet.extend([0xFE; 16]);
    packet.extend((0..payload).map(|octet| octet as u8));
    packet[4..6].copy_from_slice(&(payload as u16).to_be_bytes());
    packet
}

fn fragments(packet: &[u8], mtu: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    split(packet, mtu, 0x0A0B_0C0D, |fragment| all.push(fragment.to_vec())).unwrap();
    all
}

fn joined(fragments: &[Vec<u8>]) -> Vec<u8> {
    let mut reassembly = Reassembly::default();
    let mut whole = fragments.iter().filter_map(|fragment| reassembly.take(fragment, 0).unwrap());
    let first = whole.next().expect("they make a datagram").to_vec();
    assert!(whole.next().is_none());
    first
}

fn is_sound(fragment: &[u8], mtu: usize) -> bool {
    let sum = |header: &[u8]| {
        let sum: u32 = header.chunks(2).map(|w| u32::from(w[0]) << 8 | u32::from(w[1])).sum();
        (sum >> 16) + (sum & 0xFFFF)
    };
    fragment.len() <= mtu
        && is_fragment(fragment)
        && inner_ip::stated_length(fragment) == Some(fragment.len())
        && (fragment[0] >> 4 == 6 || sum(&fragment[..usize::from(fragment[0] & 15) * 4]) == 0xFFFF)
}

#[test]
fn every_size_of_both_versions_survives() {
    for size in (1..9000).step_by(97) {
        for (packet, mtu) in [(ipv4(size), 576), (ipv4(size), 1422), (ipv6(size), 1280), (ipv6(size), 1419)] {
            let fragments = fragments(&packet, mtu);
            assert!(fragments.iter().all(|fragment| is_sound(fragment, mtu)) || fragments.len() == 1);
            if fragments.len() > 1 {
                let whole = joined(&fragments);
                let header = if packet[0] >> 4 == 4 { 12 } else { 0 };
                assert_eq!(whole[header..], packet[header..], "{size} octets");
            }
        }
    }
}

#[test]
fn fragments_of_fragments_make_the_datagram_too() {
    for (packet, mtu, narrower) in [(ipv4(6000), 1500, 600), (ipv6(6000), 1500, 1280)] {
        let coarse = fragments(&packet, mtu);
        let fine: Vec<_> = coarse.iter().flat_map(|fragment| fragments(fragment, narrower)).collect();
        assert!(fine.len() > coarse.len());
        assert!(fine.iter().all(|fragment| is_sound(fragment, narrower)));
        assert_eq!(joined(&fine)[20..], packet[20..]);
    }
}

#[test]
fn what_must_not_be_fragmented_gets_a_name_for_it_and_loses_the_bit() {
    let mut packet = ipv4(3000);
    packet[4..8].copy_from_slice(&[0, 0, 0x40, 0]);
    for fragment in fragments(&packet, 1400) {
        assert_eq!((&fragment[4..6], fragment[6] & 0x40), (&[0x0C, 0x0D][..], 0));
    }
    let mut named = ipv4(3000);
    named[4..6].copy_from_slice(&[7, 8]);
    assert!(fragments(&named, 1400).iter().all(|fragment| fragment[4..6] == [7, 8]));
    for fragment in fragments(&ipv6(3000), 1400) {
        assert_eq!(fragment[44..48], [0x0A, 0x0B, 0x0C, 0x0D]);
    }
}

#[test]
fn options_go_where_they_belong() {
    // Loose source routing goes into every fragment, a timestamp into the first alone (RFC 791 section 3.1).
    let mut packet = vec![0x48, 0, 0, 0, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    packet.extend([131, 3, 4, 1, 68, 8, 9, 0, 1, 2, 3, 4]);
    packet.extend([9; 2000]);
    let length = packet.len() as u16;
    packet[2..4].copy_from_slice(&length.to_be_bytes());
    let fragments = fragments(&packet, 800);
    assert_eq!(fragments[0][20..32], packet[20..32]);
    for fragment in &fragments[1..] {
        assert_eq!(fragment[20..32], [131, 3, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    }
}

#[test]
fn headers_for_every_hop_stay_in_front_of_the_fragment_header() {
    let mut packet = ipv6(0);
    packet[6] = 0;
    packet.extend([43, 0, 1, 4, 0, 0, 0, 0]);
    packet.extend([60, 0, 4, 0, 0, 0, 0, 0]);
    packet.extend([17, 0, 1, 4, 0, 0, 0, 0]);
    packet.extend([5; 2000]);
    let payload = (packet.len() - 40) as u16;
    packet[4..6].copy_from_slice(&payload.to_be_bytes());
    let fragments = fragments(&packet, 1280);
    for fragment in &fragments {
        assert_eq!((fragment[6], fragment[40], fragment[48], fragment[56]), (0, 43, 44, 60));
    }
    assert_eq!(joined(&fragments), packet);
}

#[test]
fn what_cannot_be_cut_is_said_to_be_so() {
    assert_eq!(split(&ipv4(100), 27, 0, |_| panic!("nothing fits")), Err(DropReason::TooLarge));
    assert_eq!(split(&ipv6(100), 55, 0, |_| panic!("nothing fits")), Err(DropReason::TooLarge));
    assert_eq!(split(&[], 1400, 0, |_| {}), Err(DropReason::Malformed));
    for packet in [ipv4(100), ipv6(100)] {
        for size in 0..packet.len() {
            let cut = split(&packet[..size], 1400, 0, |_| panic!("it is cut short"));
            assert_eq!(cut, Err(DropReason::Malformed));
        }
    }
    let mut endless = ipv6(100);
    endless[6] = 0;
    endless[41] = 255;
    assert_eq!(split(&endless, 80, 0, |_| {}), Err(DropReason::Malformed));
}
