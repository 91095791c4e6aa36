//! Fragments become datagrams again.

mod common;

use common::ipv4;
use esp::fragments::{is_fragment, Reassembly};
use esp::DropReason;

const REFUSED: Result<Option<Vec<u8>>, DropReason> = Err(DropReason::MiscError);

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
    Ok(reassembly.take(packet)?.map(|whole| whole.to_vec()))
}

/// Everything but length and checksum, which the sender sets.
fn assert_same(whole: &[u8], packet: &[u8]) {
    assert_eq!(whole[12..], packet[12..]);
    assert_eq!(whole[4..10], packet[4..10]);
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
    assert_eq!(take(&mut reassembly, &fragments[2]), REFUSED, "it is complete already");
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
fn what_comes_out_of_order_twice_or_without_its_begin_makes_nothing() {
    let fragments = fragments_v4(&ipv4(3000), 1480);
    let mut reassembly = Reassembly::default();
    assert_eq!(take(&mut reassembly, &fragments[1]), REFUSED);
    assert_eq!(take(&mut reassembly, &fragments[0]), Ok(None));
    assert_eq!(take(&mut reassembly, &fragments[2]), REFUSED);
    assert_eq!(take(&mut reassembly, &fragments[1]), REFUSED, "the hole has ended it");
    for round in 0..2 {
        assert_eq!(take(&mut reassembly, &fragments[0]), Ok(None), "begun anew, round {round}");
    }
    assert_eq!(take(&mut reassembly, &fragments[1]), Ok(None));
    assert!(take(&mut reassembly, &fragments[2]).unwrap().is_some());
}

#[test]
fn the_oldest_gives_way_and_nothing_grows() {
    let mut reassembly = Reassembly::default();
    let mut begins = Vec::new();
    for number in 0..=8 {
        let mut packet = ipv4(2000);
        packet[5] = number;
        begins.push(fragments_v4(&packet, 1480));
        assert_eq!(take(&mut reassembly, &begins[usize::from(number)][0]), Ok(None));
    }
    assert_eq!(take(&mut reassembly, &begins[0][1]), REFUSED);
    assert!(take(&mut reassembly, &begins[1][1]).unwrap().is_some());

    let mut endless = fragments_v4(&ipv4(3000), 1480)[1].clone();
    endless[6..8].copy_from_slice(&0x2000u16.to_be_bytes());
    assert_eq!(take(&mut reassembly, &endless), Ok(None));
    let refused = (1..60u16).find_map(|index| {
        endless[6..8].copy_from_slice(&(0x2000 | (index * 185)).to_be_bytes());
        take(&mut reassembly, &endless).err()
    });
    assert_eq!(refused, Some(DropReason::MiscError), "longer than a datagram can be");
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
            let _ = Reassembly::default().take(&packet[..size]);
        }
    }
}
