//! Fragments become datagrams again.

mod common;

use common::ipv4;
use esp::fragments::{is_fragment, Lost, Reassembly, DATAGRAMS_MAX, OCTETS_MAX, TIMEOUT_MS};
use esp::DropReason;

const REFUSED: Result<Option<Vec<u8>>, DropReason> = Err(DropReason::BadFragment);

/// `packet` in fragments of `size` octets of payload, a multiple of 8.
fn fragments_v4(packet: &[u8], size: usize) -> Vec<Vec<u8>> {
    let payload = &packet[20..];
    let count = payload.len().div_ceil(size);
    let one = |(index, piece): (usize, &[u8])| {
        let mut fragment = [&packet[..20], piece].concat();
        let more = if index + 1 < count { 0x2000 } else { 0 };
        let fields = (index * size / 8) as u16 | more;
        fragment[6..8].copy_from_slice(&fields.to_be_bytes());
        fragment[2..4].copy_from_slice(&((20 + piece.len()) as u16).to_be_bytes());
        fragment
    };
    payload.chunks(size).enumerate().map(one).collect()
}

fn take(reassembly: &mut Reassembly, packet: &[u8]) -> Result<Option<Vec<u8>>, DropReason> {
    Ok(reassembly.take(packet, 0)?.map(|whole| whole.to_vec()))
}

/// Everything but the checksum, which is right now.
fn assert_same(whole: &[u8], packet: &[u8]) {
    assert_eq!(whole[12..], packet[12..]);
    assert_eq!(whole[..10], packet[..10]);
    let sum: u32 = whole[..20].chunks(2).map(|w| u32::from(w[0]) << 8 | u32::from(w[1])).sum();
    assert_eq!((sum >> 16) + (sum & 0xFFFF), 0xFFFF);
}

#[test]
fn fragments_in_their_order_make_the_datagram() {
    let packet = ipv4(3000);
    let mut reassembly = Reassembly::default();
    let fragments = fragments_v4(&packet, 1480);
    assert_eq!(fragments.len(), 3);
    assert!(fragments.iter().all(|fragment| is_fragment(fragment)));
    assert!(!is_fragment(&packet));
    assert_eq!(take(&mut reassembly, &fragments[0]), Ok(None));
    assert_eq!(take(&mut reassembly, &fragments[1]), Ok(None));
    assert_same(&take(&mut reassembly, &fragments[2]).unwrap().unwrap(), &packet);
    assert_eq!(reassembly.held(), 0);
}

#[test]
fn datagrams_may_be_interleaved() {
    let mut reassembly = Reassembly::default();
    let packets = [1u8, 2, 3].map(|number| {
        let mut packet = ipv4(2000);
        packet[5] = number;
        packet[40] = number;
        packet
    });
    let fragments = packets.each_ref().map(|packet| fragments_v4(packet, 1480));
    for fragments in &fragments {
        assert_eq!(take(&mut reassembly, &fragments[0]), Ok(None));
    }
    for (fragments, packet) in fragments.iter().zip(&packets) {
        assert_same(&take(&mut reassembly, &fragments[1]).unwrap().unwrap(), packet);
    }
}

#[test]
fn the_order_does_not_matter_and_what_comes_twice_does_no_harm() {
    let packet = ipv4(3000);
    let fragments = fragments_v4(&packet, 1480);
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut reassembly = Reassembly::default();
        for index in &order[..2] {
            assert_eq!(take(&mut reassembly, &fragments[*index]), Ok(None));
            assert_eq!(take(&mut reassembly, &fragments[*index]), Ok(None), "the same again");
        }
        assert_same(&take(&mut reassembly, &fragments[order[2]]).unwrap().unwrap(), &packet);
    }
}

/// One fragment of a datagram, by hand: its offset, its size, and whether more follow.
fn piece(offset: usize, size: usize, more: bool, octet: u8) -> Vec<u8> {
    let mut packet = ipv4(size - 8);
    packet[20..].fill(octet);
    let fields = (offset / 8) as u16 | if more { 0x2000 } else { 0 };
    packet[6..8].copy_from_slice(&fields.to_be_bytes());
    packet
}

#[test]
fn what_overlaps_or_contradicts_ends_the_datagram_and_all_that_is_still_to_come() {
    let (first, last) = (piece(0, 64, true, 1), piece(64, 40, false, 2));
    for (what, wrong) in [
        ("over the first", piece(56, 16, true, 9)),
        ("over the begin, other octets", piece(0, 64, true, 9)),
        ("over all", piece(0, 128, true, 9)),
        ("within", piece(8, 8, true, 9)),
    ] {
        let mut reassembly = Reassembly::default();
        assert_eq!(take(&mut reassembly, &first), Ok(None));
        assert_eq!(take(&mut reassembly, &wrong), REFUSED, "{what}");
        assert_eq!(take(&mut reassembly, &last), REFUSED, "{what}");
        assert_eq!(take(&mut reassembly, &first), REFUSED, "{what}: it is not begun anew");
        assert!(reassembly.held() < 100);
    }
    for (what, wrong) in [
        ("another end", piece(128, 8, false, 9)),
        ("behind the end", piece(128, 8, true, 9)),
        ("as far as the end, and more to follow", piece(96, 8, true, 9)),
        ("an earlier end", piece(32, 8, false, 9)),
    ] {
        let mut reassembly = Reassembly::default();
        assert_eq!(take(&mut reassembly, &last), Ok(None));
        assert_eq!(take(&mut reassembly, &wrong), REFUSED, "{what}");
        assert_eq!(take(&mut reassembly, &first), REFUSED, "{what}");
    }
}

#[test]
fn what_is_cut_where_no_fragment_ends_is_refused_alone() {
    let mut reassembly = Reassembly::default();
    for wrong in [piece(0, 20, true, 9), piece(65_528, 8, true, 9), piece(65_528, 16, false, 9)] {
        assert_eq!(take(&mut reassembly, &wrong), REFUSED);
    }
    let mut empty = piece(64, 8, true, 9)[..20].to_vec();
    empty[3] = 20;
    assert_eq!(take(&mut reassembly, &empty), REFUSED);
    assert_eq!(take(&mut reassembly, &ipv4(20)), Err(DropReason::Malformed), "no fragment at all");
    assert_eq!(reassembly.held(), 0);
}

#[test]
fn what_comes_too_late_finds_nothing_to_go_with() {
    let (first, last) = (piece(0, 64, true, 1), piece(64, 40, false, 2));
    let mut reassembly = Reassembly::default();
    assert_eq!(reassembly.take(&first, 5), Ok(None));
    assert_eq!(reassembly.take(&last, 5 + TIMEOUT_MS), Ok(None));
    assert_eq!(reassembly.take_lost(), Lost { too_late: 1, no_room: 0 });
    assert_eq!(reassembly.take_lost(), Lost::default(), "told once");
    assert!(reassembly.take(&first, 5 + TIMEOUT_MS).unwrap().is_some(), "with the last one");
    assert_eq!(reassembly.take(&first, 5), Ok(None));
    assert!(reassembly.take(&last, 4 + TIMEOUT_MS).unwrap().is_some());
}

#[test]
fn the_oldest_gives_way_and_nothing_grows() {
    let mut reassembly = Reassembly::default();
    let mut begins = Vec::new();
    for number in 0..=DATAGRAMS_MAX {
        let mut packet = ipv4(2000);
        packet[5] = number as u8;
        begins.push(fragments_v4(&packet, 1480));
        assert_eq!(reassembly.take(&begins[number][0], number as u64), Ok(None));
    }
    assert_eq!(reassembly.take_lost(), Lost { too_late: 0, no_room: 1 });
    assert_eq!(take(&mut reassembly, &begins[0][1]), Ok(None), "its begin had to go");
    assert!(take(&mut reassembly, &begins[2][1]).unwrap().is_some());

    for identification in 0..2000u32 {
        for offset in 0..20 {
            let mut packet = piece(8 + offset * 1480, 1480, true, 1);
            packet[4..6].copy_from_slice(&(identification as u16).to_be_bytes());
            let _ = take(&mut reassembly, &packet);
            assert!(reassembly.held() <= OCTETS_MAX);
        }
    }
}

#[test]
fn a_datagram_in_crumbs_is_refused() {
    let mut reassembly = Reassembly::default();
    let refused = (0..8000).find(|index| take(&mut reassembly, &piece(index * 8, 8, true, 1)) == REFUSED);
    assert_eq!(refused, Some(128));
    assert!(reassembly.held() < 100);
}

fn fragment_v6(offset: u16, more: bool, payload: &[u8], with_options: bool) -> Vec<u8> {
    let mut rest = Vec::new();
    if with_options {
        rest.extend([44, 0, 1, 4, 0, 0, 0, 0]);
    }
    rest.extend([17, 0]);
    rest.extend((offset | u16::from(more)).to_be_bytes());
    rest.extend([0, 0, 0, 7]);
    rest.extend(payload);
    let mut packet = vec![0x60, 0, 0, 0, 0, rest.len() as u8, if with_options { 0 } else { 44 }, 64];
    packet.extend([0xFD; 16]);
    packet.extend([0xFE; 16]);
    packet.extend(rest);
    packet
}

#[test]
fn ipv6_loses_the_fragment_header() {
    for with_options in [false, true] {
        let mut reassembly = Reassembly::default();
        let first = fragment_v6(0, true, &[1; 16], with_options);
        assert!(is_fragment(&first));
        assert_eq!(take(&mut reassembly, &first), Ok(None));
        let whole = take(&mut reassembly, &fragment_v6(16, false, &[2; 5], with_options)).unwrap().unwrap();
        let header = if with_options { 48 } else { 40 };
        assert_eq!(whole[6], if with_options { 0 } else { 17 });
        assert_eq!(whole[header..], [&[1u8; 16][..], &[2; 5]].concat());
        if with_options {
            assert_eq!(whole[40], 17);
        }
    }
}

#[test]
fn a_fragment_cut_anywhere_does_no_harm() {
    for packet in [fragments_v4(&ipv4(3000), 1480)[0].clone(), fragment_v6(0, true, &[1; 16], true)] {
        for size in 0..packet.len() {
            let _ = Reassembly::default().take(&packet[..size], 0);
        }
    }
}

#[test]
fn an_ipv6_fragment_that_is_a_whole_datagram_stands_alone() {
    let mut reassembly = Reassembly::default();
    assert_eq!(take(&mut reassembly, &fragment_v6(0, true, &[1; 16], false)), Ok(None));
    let whole = take(&mut reassembly, &fragment_v6(0, false, &[3; 5], false)).unwrap().unwrap();
    assert_eq!((whole[6], whole[5], &whole[40..]), (17, 5, &[3u8; 5][..]));
    assert!(take(&mut reassembly, &fragment_v6(16, false, &[2; 5], false)).unwrap().is_some());
}
