//! Beside AWS-LC's HMAC, which has no part in the rest. Where the processor cannot, packets go one by one.

use aws_lc_rs::hmac;

use super::super::integrity::{hmac_sha1_96, hmac_sha2_256_128};
use super::super::ICV_SIZE_MAX;
use super::*;

const LENGTH_MAX: usize = 2_100;
const COUNT_MAX: usize = 40;

/// Both algorithms, each with AWS-LC's own.
fn both() -> [(Box<dyn Integrity>, hmac::Key); 2] {
    let key: Vec<u8> = (0x80..0xA0).collect();
    [
        (hmac_sha1_96(&key[..20]), hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key[..20])),
        (hmac_sha2_256_128(&key), hmac::Key::new(hmac::HMAC_SHA256, &key)),
    ]
}

/// `count` packets, of which number n has `size(n)` octets.
fn packets(count: usize, size: impl Fn(usize) -> usize, next: &mut impl FnMut() -> u64) -> Vec<Vec<u8>> {
    (0..count).map(|number| (0..size(number)).map(|_| next() as u8).collect()).collect()
}

/// Numbers that look random, always the same ones.
fn numbers(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 11
    }
}

/// Every packet has the ICV that AWS-LC gives it; number n has the high half of an ESN that `high` says.
fn check(packets: &[Vec<u8>], high: impl Fn(usize) -> Option<u32>) {
    let covered: Vec<_> =
        packets.iter().enumerate().map(|(n, octets)| Covered { octets, high: high(n) }).collect();
    for (integrity, key) in both() {
        let mut icvs = vec![[0xEE; ICV_SIZE_MAX]; packets.len()];
        integrity.compute_many(&covered, &mut icvs);
        for (number, (Covered { octets, high }, icv)) in covered.iter().zip(icvs).enumerate() {
            let mut expected = hmac::Context::with_key(&key);
            expected.update(octets);
            if let Some(high) = high {
                expected.update(&high.to_be_bytes());
            }
            let size = integrity.icv_size();
            assert_eq!(
                icv[..size],
                expected.sign().as_ref()[..size],
                "number {number} of {}, {} octets",
                packets.len(),
                octets.len()
            );
        }
    }
}

#[test]
fn every_length_is_as_one_by_one() {
    let mut next = numbers(1);
    for size in 0..=LENGTH_MAX {
        let packets = packets(LANES, |_| size, &mut next);
        check(&packets, |_| None);
        check(&packets, |number| (number % 3 > 0).then_some(0x1234_5678 + number as u32));
    }
}

#[test]
fn every_count_is_as_one_by_one() {
    let mut next = numbers(2);
    for count in 1..=COUNT_MAX {
        for size in [0, 1, 51, 52, 55, 56, 63, 64, 119, 120, 127, 128, 1_448] {
            let packets = packets(count, |_| size, &mut next);
            check(&packets, |_| Some(1));
            check(&packets, |_| None);
        }
    }
}

#[test]
fn lengths_may_be_any_together() {
    let mut next = numbers(3);
    for round in 0..600 {
        let count = 1 + next() as usize % COUNT_MAX;
        let sizes: Vec<_> = (0..count).map(|_| next() as usize % (LENGTH_MAX + 1)).collect();
        // The last of what the kernel joined may be shorter; or all differ, or little.
        let size = |number: usize| match round % 3 {
            0 => sizes[0] - usize::from(number + 1 == count) * (sizes[number] % (sizes[0] + 1)),
            1 => sizes[number],
            _ => sizes[0].saturating_sub(sizes[number] % 130),
        };
        let packets = packets(count, size, &mut next);
        let esn = next();
        check(&packets, |number| (esn >> (number % 16) & 1 == 1).then_some(esn as u32));
    }
}

/// Whatever is gainful here.
#[test]
fn any_number_goes_side_by_side() {
    fn each<H: Hash + 'static>(integrity: &dyn Integrity, key: &[u8]) {
        // SAFETY: only where the processor has the instructions.
        let (inner, outer) = unsafe { (begun::<H>(key, INNER_PADDING), begun::<H>(key, OUTER_PADDING)) };
        let many = HmacMany::<H> { single: hmac_sha1_96(key), inner, outer, hash: PhantomData };
        let mut next = numbers(4);
        for count in 0..=LANES {
            let packets = packets(count, |number| 40 * number, &mut next);
            let covered: Vec<_> = packets.iter().map(|octets| Covered { octets, high: None }).collect();
            let mut icvs = vec![[0; ICV_SIZE_MAX]; count];
            // SAFETY: as above.
            unsafe { many.compute_lanes(&covered, &mut icvs) };
            for (packet, icv) in packets.iter().zip(icvs) {
                let size = integrity.icv_size();
                assert_eq!(icv[..size], integrity.compute(packet, None)[..size]);
            }
        }
    }
    if lanes::is_supported() {
        let key: Vec<u8> = (0..32).collect();
        each::<super::super::sha1_many::Sha1>(&*hmac_sha1_96(&key[..20]), &key[..20]);
        each::<super::super::sha256_many::Sha256>(&*hmac_sha2_256_128(&key), &key);
    }
}
