//! What one SA seals, its other half opens.

mod common;

use common::{all_algorithms, ipv4, pair, GCM};
use esp::{next_header, Algorithms, DropReason, Frame, InboundSa, Keys, Opened, Unusable, OVERHEAD_MAX};

#[test]
fn every_algorithm_gives_back_what_it_was_given() {
    for algorithms in all_algorithms() {
        for esn in [false, true] {
            let mut pair = pair(algorithms, esn, 64);
            for payload in (0..40).chain([1000, 1472]) {
                let packet = ipv4(payload);
                let sealed = pair.seal(&packet).unwrap();
                assert_eq!(
                    pair.open(&sealed),
                    Ok(Some(packet)),
                    "{algorithms:?}, ESN {esn}, payload {payload}"
                );
            }
        }
    }
}

#[test]
fn the_text_ends_on_the_boundary_that_cipher_and_header_need() {
    for algorithms in all_algorithms() {
        let mut pair = pair(algorithms, false, 64);
        let block = match algorithms.encryption {
            12 => 16,
            2 | 3 => 8,
            _ => 4,
        };
        for payload in 0..32 {
            let sealed = pair.seal(&ipv4(payload)).unwrap();
            assert_eq!(sealed.len(), pair.outbound.sealed_size(28 + payload));
            let icv =
                sealed.len() - pair.outbound.inner_offset() - (28 + payload + 2).next_multiple_of(block);
            assert_eq!(icv, icv_size(algorithms), "{algorithms:?}");
        }
    }
}

fn icv_size(algorithms: Algorithms) -> usize {
    match (algorithms.encryption, algorithms.integrity) {
        (14 | 18, _) => 8,
        (15 | 19, _) | (_, 1 | 2 | 5 | 8) => 12,
        (16 | 20 | 28, _) | (_, 12) => 16,
        (_, 13) => 24,
        _ => 32,
    }
}

#[test]
fn a_batch_equals_its_packets_one_by_one() {
    for algorithms in all_algorithms() {
        let (mut single, mut batched) = (pair(algorithms, false, 64), pair(algorithms, false, 64));
        let sizes = [28, 29, 44, 60, 1400, 1400, 1400, 700, 28, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 1399];
        let mut buffer = Vec::new();
        let mut frames = Vec::new();
        let mut expected = Vec::new();
        for size in sizes {
            let packet = ipv4(size - 28);
            let start = buffer.len();
            frames.push(Frame { start, inner_size: size, next_header: next_header::IPV4 });
            buffer.resize(start + batched.outbound.sealed_size(size), 0);
            let inner = start + batched.outbound.inner_offset();
            buffer[inner..inner + size].copy_from_slice(&packet);
            expected.extend(single.seal(&packet).unwrap());
        }
        assert_eq!(batched.outbound.seal_batch(&mut buffer, &frames), frames.len());
        assert!(buffer == expected, "{algorithms:?}");
    }
}

#[test]
fn a_changed_bit_anywhere_is_an_integrity_failure() {
    for algorithms in all_algorithms() {
        let mut pair = pair(algorithms, false, 64);
        let sealed = pair.seal(&ipv4(20)).unwrap();
        // The SPI is what found the SA, and the sequence number must stay a new one.
        for at in (0..sealed.len()).filter(|at| !(4..7).contains(at)) {
            let mut forged = sealed.clone();
            forged[at] ^= 0x40;
            assert_eq!(pair.open(&forged), Err(DropReason::IntegrityFailure), "{algorithms:?}, octet {at}");
        }
        assert!(pair.open(&sealed).is_ok(), "a forgery has used up the sequence number");
    }
}

#[test]
fn cbc_initialization_vectors_do_not_count() {
    let algorithms = Algorithms { encryption: 12, key_bits: 256, integrity: 12 };
    let mut pair = pair(algorithms, false, 64);
    let ivs: Vec<_> = (0..3).map(|_| pair.seal(&ipv4(0)).unwrap()[8..24].to_vec()).collect();
    let differing = |a: &[u8], b: &[u8]| a.iter().zip(b).filter(|(a, b)| a != b).count();
    assert!(differing(&ivs[0], &ivs[1]) > 8);
    assert!(differing(&ivs[1], &ivs[2]) > 8);
}

#[test]
fn counter_ciphers_never_repeat_an_initialization_vector() {
    let mut pair = pair(GCM, false, 64);
    let first = pair.seal(&ipv4(0)).unwrap();
    let second = pair.seal(&ipv4(0)).unwrap();
    assert_eq!(first[8..16], 1u64.to_be_bytes());
    assert_eq!(second[8..16], 2u64.to_be_bytes());
}

#[test]
fn sequence_numbers_end_and_do_not_begin_anew() {
    let mut pair = pair(GCM, false, 64);
    pair.outbound.set_sequence(u64::from(u32::MAX) - 1);
    assert_eq!(pair.seal(&ipv4(0)).unwrap()[4..8], [0xFF; 4]);
    assert_eq!(pair.seal(&ipv4(0)), Err(DropReason::MiscError));
    assert_eq!(pair.seal(&ipv4(0)), Err(DropReason::MiscError));
}

#[test]
fn a_batch_across_the_last_sequence_number_stops_there() {
    let mut pair = pair(GCM, false, 64);
    pair.outbound.set_sequence(u64::from(u32::MAX) - 2);
    let size = pair.outbound.sealed_size(28);
    let mut buffer = vec![0; 3 * size];
    let frames = [0, 1, 2].map(|n| Frame { start: n * size, inner_size: 28, next_header: next_header::IPV4 });
    assert_eq!(pair.outbound.seal_batch(&mut buffer, &frames), 2);
    assert!(buffer[2 * size..].iter().all(|&octet| octet == 0));
}

#[test]
fn what_makes_no_sa_is_refused_by_name() {
    let make = |encryption, key_bits, integrity, encryption_key: usize, integrity_key: usize| {
        let octets = [0; 64];
        let keys = Keys { encryption: &octets[..encryption_key], integrity: &octets[..integrity_key] };
        let algorithms = Algorithms { encryption, key_bits, integrity };
        InboundSa::new(1, algorithms, keys, false, 64).err()
    };
    assert_eq!(make(99, 0, 2, 0, 20), Some(Unusable::Encryption(99)));
    assert_eq!(make(12, 128, 99, 16, 20), Some(Unusable::Integrity(99)));
    assert_eq!(make(12, 0, 2, 16, 20), Some(Unusable::KeyBits { encryption: 12, key_bits: 0 }));
    assert_eq!(make(11, 0, 0, 0, 0), Some(Unusable::NoIntegrity));
    assert_eq!(make(20, 128, 2, 20, 20), Some(Unusable::IntegrityTwice));
    assert_eq!(make(20, 128, 0, 16, 0), Some(Unusable::EncryptionKeySize { expected: 20, given: 16 }));
    assert_eq!(make(12, 128, 2, 16, 16), Some(Unusable::IntegrityKeySize { expected: 20, given: 16 }));
    assert_eq!(make(3, 0, 2, 24, 20), Some(Unusable::WeakKey));
    assert_eq!(make(2, 0, 2, 8, 20), Some(Unusable::WeakKey));
    assert_eq!(make(2, 56, 2, 8, 20), Some(Unusable::KeyBits { encryption: 2, key_bits: 56 }));
    assert_eq!(make(12, 128, 2, 16, 20), None);
}

#[test]
fn overhead_never_exceeds_what_is_promised() {
    for algorithms in all_algorithms() {
        let pair = pair(algorithms, true, 64);
        assert!((0..64).all(|size| pair.outbound.sealed_size(size) <= size + OVERHEAD_MAX));
    }
}

#[test]
fn what_is_opened_into_another_place_is_the_same() {
    for algorithms in all_algorithms() {
        for esn in [false, true] {
            let (mut here, mut there) = (pair(algorithms, esn, 64), pair(algorithms, esn, 64));
            for payload in (0..40).chain([230, 256, 1000, 1472]) {
                let sealed = here.seal(&ipv4(payload)).unwrap();
                let mut target = vec![0xEE; there.inbound.text_size(sealed.len()).unwrap()];
                let mut changed = sealed.clone();
                *changed.last_mut().unwrap() ^= 1;
                let failure = Err(DropReason::IntegrityFailure);
                assert_eq!(there.inbound.open_to(&mut changed, &mut target), failure);
                assert!(
                    target.iter().all(|&octet| octet == 0 || octet == 0xEE),
                    "{algorithms:?}: nobody's to see"
                );
                let opened = there.inbound.open_to(&mut sealed.clone(), &mut target);
                let Ok(Opened::Inner(range)) = opened else { panic!("{algorithms:?}: {opened:?}") };
                assert_eq!(Ok(Some(target[range].to_vec())), here.open(&sealed), "{algorithms:?}, ESN {esn}");
                let again = there.inbound.open_to(&mut sealed.clone(), &mut target);
                assert_eq!(again, Err(DropReason::ReplayDetected));
            }
            assert_eq!(there.inbound.text_size(11), None);
        }
    }
}
