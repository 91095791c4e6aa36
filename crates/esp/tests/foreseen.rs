//! What is computed for many received packets ahead makes no difference to what becomes of each.

mod common;

use common::{all_algorithms, ipv4, pair, Pair, CBC, NULL};
use esp::{Algorithms, DropReason, InboundSa, Opened, MANY};

const CBC_SHA256: Algorithms = Algorithms { encryption: 12, key_bits: 256, integrity: 12 };

/// What becomes of `packets`, which come at once, in an SA that looks ahead.
fn open_ahead(sa: &mut InboundSa, packets: &[Vec<u8>]) -> Vec<Result<Option<Vec<u8>>, DropReason>> {
    let mut packets = packets.to_vec();
    let ahead: Vec<&[u8]> = packets.iter().map(|packet| &packet[..]).collect();
    sa.foresee(&ahead);
    let opened = packets.iter_mut().map(|packet| open(sa, packet)).collect();
    sa.forget();
    opened
}

/// In turn where it stands, and into another place.
fn open(sa: &mut InboundSa, packet: &mut [u8]) -> Result<Option<Vec<u8>>, DropReason> {
    let (opened, octets) = if packet.len().is_multiple_of(2) {
        (sa.open(packet)?, packet.to_vec())
    } else {
        let mut target = vec![0; sa.text_size(packet.len()).ok_or(DropReason::PacketTruncated)?];
        (sa.open_to(packet, &mut target)?, target)
    };
    Ok(match opened {
        Opened::Inner(range) => Some(octets[range].to_vec()),
        Opened::Dummy => None,
    })
}

fn open_each(sa: &mut InboundSa, packets: &[Vec<u8>]) -> Vec<Result<Option<Vec<u8>>, DropReason>> {
    packets.iter().map(|packet| open(sa, &mut packet.clone())).collect()
}

fn sealed(pair: &mut Pair, count: usize, size: impl Fn(usize) -> usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| pair.seal(&ipv4(size(number))).unwrap()).collect()
}

#[test]
fn every_algorithm_opens_many_as_one_by_one() {
    for algorithms in all_algorithms() {
        for esn in [false, true] {
            let mut pair = pair(algorithms, esn, 64);
            for count in [1, 2, 5, 8, MANY, 2 * MANY + 1] {
                let packets = sealed(&mut pair, count, |number| 700 - usize::from(number + 1 == count) * 77);
                for (opened, number) in open_ahead(&mut pair.inbound, &packets).into_iter().zip(0..) {
                    let size = 700 - usize::from(number + 1 == count) * 77;
                    assert_eq!(opened, Ok(Some(ipv4(size))), "{algorithms:?}, {number} of {count}");
                }
            }
        }
    }
}

#[test]
fn a_forgery_among_many_is_dropped_alone() {
    for algorithms in [CBC, CBC_SHA256, NULL] {
        for forged in 0..MANY {
            let mut pair = pair(algorithms, false, 64);
            let mut packets = sealed(&mut pair, MANY, |_| 300);
            packets[forged][100] ^= 1;
            for (opened, number) in open_ahead(&mut pair.inbound, &packets).into_iter().zip(0..) {
                let expected =
                    if number == forged { Err(DropReason::IntegrityFailure) } else { Ok(Some(ipv4(300))) };
                assert_eq!(opened, expected, "{algorithms:?}");
            }
        }
    }
}

#[test]
fn a_copy_among_many_is_a_replay_and_with_other_text_a_forgery() {
    for algorithms in [CBC, CBC_SHA256, NULL] {
        let mut pair = pair(algorithms, false, 64);
        let mut packets = Vec::new();
        for packet in &sealed(&mut pair, 8, |_| 300) {
            // Its number and its ICV, in front of it and behind it.
            let mut forged = packet.clone();
            forged[50] ^= 1;
            packets.extend([forged.clone(), packet.clone(), packet.clone(), forged]);
        }
        let (forgery, replay) = (Err(DropReason::IntegrityFailure), Err(DropReason::ReplayDetected));
        let genuine = Ok(Some(ipv4(300)));
        for (opened, number) in open_ahead(&mut pair.inbound, &packets).into_iter().zip(0..) {
            let expected = [&forgery, &genuine, &replay, &replay][number % 4];
            assert_eq!(&opened, expected, "{algorithms:?}, number {number}");
        }
    }
}

#[test]
fn the_high_half_that_counts_is_that_of_the_moment_of_opening() {
    for algorithms in [CBC, CBC_SHA256] {
        let mut pair = pair(algorithms, true, 64);
        // Before the first of these, the numbers of the others look like small ones.
        let mut packets = Vec::new();
        for behind in [u64::from(u32::MAX) - 100, 1 << 32] {
            pair.outbound.set_sequence(behind);
            packets.extend(sealed(&mut pair, MANY / 2, |_| 300));
        }
        for opened in open_ahead(&mut pair.inbound, &packets) {
            assert_eq!(opened, Ok(Some(ipv4(300))));
        }
        assert_eq!(pair.inbound.highest_sequence(), (1 << 32) + MANY as u64 / 2);
    }
}

#[test]
fn what_is_forgotten_is_judged_by_what_stands_there() {
    let mut pair = pair(CBC, false, 64);
    let mut packets = sealed(&mut pair, MANY, |_| 300);
    let ahead: Vec<&[u8]> = packets.iter().map(|packet| &packet[..]).collect();
    pair.inbound.foresee(&ahead);
    pair.inbound.forget();
    packets[3][60] ^= 1;
    assert_eq!(pair.inbound.open(&mut packets[3]), Err(DropReason::IntegrityFailure));
    let ahead: Vec<&[u8]> = packets.iter().map(|packet| &packet[..]).collect();
    pair.inbound.foresee(&ahead);
    pair.inbound.foresee(&[]);
    packets[3][60] ^= 1;
    assert!(pair.inbound.open(&mut packets[3]).is_ok());
}

#[test]
fn whatever_comes_becomes_the_same() {
    let mut state = 0x1234_5678_9ABC_DEF1u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    for algorithms in [CBC, CBC_SHA256, NULL] {
        for esn in [false, true] {
            let (mut one, mut other) = (pair(algorithms, esn, 64), pair(algorithms, esn, 64));
            let mut earlier = vec![one.seal(&ipv4(0)).unwrap()];
            let mut reasons = [0; 4];
            for _ in 0..400 {
                let same = next(1500);
                let mut packets: Vec<_> = (0..1 + next(40))
                    .map(|_| match next(12) {
                        0 => earlier[next(earlier.len())].clone(),
                        1 => (0..next(200)).map(|_| next(256) as u8).collect(),
                        2 => {
                            // Some that never come.
                            one.outbound.set_sequence(one.outbound.sequence() + next(100) as u64);
                            one.seal(&ipv4(next(1500))).unwrap()
                        }
                        3 => one.seal(&ipv4(next(1500))).unwrap(),
                        _ => one.seal(&ipv4(same)).unwrap(),
                    })
                    .collect();
                for packet in &mut packets {
                    match next(20) {
                        0 if !packet.is_empty() => {
                            let at = next(packet.len());
                            packet[at] ^= 1 << next(8);
                        }
                        1 => packet.truncate(next(packet.len() + 1)),
                        _ => {}
                    }
                }
                let last = packets.len() - 1;
                packets.swap(next(last + 1), last);
                let ahead = open_ahead(&mut one.inbound, &packets);
                assert_eq!(ahead, open_each(&mut other.inbound, &packets), "{algorithms:?}, ESN {esn}");
                assert_eq!(one.inbound.highest_sequence(), other.inbound.highest_sequence());
                for opened in &ahead {
                    reasons[match opened {
                        Ok(_) => 0,
                        Err(DropReason::IntegrityFailure) => 1,
                        Err(DropReason::ReplayDetected) => 2,
                        Err(_) => 3,
                    }] += 1;
                }
                earlier.extend(packets);
                earlier.drain(..earlier.len().saturating_sub(100));
            }
            assert!(reasons.iter().all(|&count| count > 20), "each comes to pass: {reasons:?}");
        }
    }
}
