//! The replay window against a list of everything seen, and extended sequence numbers around their wrap.

mod common;

use std::collections::HashSet;

use common::{ipv4, pair, CBC, GCM};
use esp::{DropReason, ReplayWindow};

/// RFC 4303 section 3.4.3, in so many words.
struct Model {
    size: u64,
    top: u64,
    seen: HashSet<u64>,
}

impl Model {
    fn is_new(&self, sequence: u64) -> bool {
        sequence != 0 && sequence + self.size > self.top && !self.seen.contains(&sequence)
    }

    fn commit(&mut self, sequence: u64) {
        self.seen.insert(sequence);
        self.top = self.top.max(sequence);
    }
}

/// Numbers without system that are the same in every run.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn the_window_agrees_with_a_list_of_everything_seen() {
    for size in [32, 33, 63, 64, 65, 127, 128, 1000, 1024, 8192] {
        let mut window = ReplayWindow::new(size);
        let mut model = Model { size: size.into(), top: 0, seen: HashSet::new() };
        let mut noise = Noise(size.into());
        for _ in 0..20_000 {
            let reach = match noise.below(20) {
                0 => 3 * u64::from(size) + 200,
                1..=9 => u64::from(size) + 2,
                _ => 8,
            };
            let sequence = (model.top + noise.below(reach)).saturating_sub(noise.below(reach));
            assert_eq!(window.is_new(sequence), model.is_new(sequence), "size {size}, number {sequence}");
            if model.is_new(sequence) && noise.below(4) > 0 {
                window.commit(sequence);
                model.commit(sequence);
            }
            assert_eq!(window.top(), model.top);
        }
    }
}

#[test]
fn a_leap_forgets_everything_before_it() {
    let mut window = ReplayWindow::new(64);
    (1..=64).for_each(|sequence| window.commit(sequence));
    window.commit(1 << 40);
    assert!(((1 << 40) - 63..1 << 40).all(|sequence| window.is_new(sequence)));
    assert!(!window.is_new((1 << 40) - 64));
}

#[test]
fn window_zero_detects_nothing() {
    let mut pair = pair(GCM, false, 0);
    let sealed = pair.seal(&ipv4(0)).unwrap();
    assert!(pair.open(&sealed).is_ok());
    assert!(pair.open(&sealed).is_ok());
}

#[test]
fn a_packet_comes_once() {
    let mut pair = pair(CBC, false, 64);
    let sealed: Vec<_> = (0..100).map(|_| pair.seal(&ipv4(0)).unwrap()).collect();
    assert!(pair.open(&sealed[99]).is_ok());
    assert_eq!(pair.open(&sealed[99]), Err(DropReason::ReplayDetected));
    assert!(pair.open(&sealed[36]).is_ok());
    assert_eq!(pair.open(&sealed[35]), Err(DropReason::ReplayDetected), "it is left of the window");
}

#[test]
fn extended_sequence_numbers_go_on_behind_32_bits() {
    for algorithms in [GCM, CBC] {
        for window in [0, 64, 1024] {
            let mut pair = pair(algorithms, true, window);
            // From number 0 the receiver sees no further than 2^32 numbers less a window.
            pair.outbound.set_sequence(1 << 31);
            let half_way = pair.seal(&ipv4(0)).unwrap();
            assert!(pair.open(&half_way).is_ok());
            pair.outbound.set_sequence((1 << 32) - 3);
            let sealed: Vec<_> = (0..6).map(|_| pair.seal(&ipv4(0)).unwrap()).collect();
            // In the order 2^32 - 1, 2^32 + 2, then those between and before.
            for index in [1, 4, 2, 3, 0, 5] {
                assert!(pair.open(&sealed[index]).is_ok(), "{algorithms:?}, window {window}, packet {index}");
            }
            assert_eq!(pair.outbound.sequence(), (1 << 32) + 3);
            if window > 0 {
                assert_eq!(pair.open(&sealed[2]), Err(DropReason::ReplayDetected));
            }
        }
    }
}

#[test]
fn the_high_half_is_authenticated() {
    for algorithms in [GCM, CBC] {
        let mut pair = pair(algorithms, true, 64);
        pair.outbound.set_sequence(5 << 32);
        let sealed = pair.seal(&ipv4(0)).unwrap();
        assert_eq!(pair.open(&sealed), Err(DropReason::IntegrityFailure), "the receiver is still in half 0");
    }
}

/// RFC 4303 appendix A2.2, by search: the number with this low half that is next to the window.
#[test]
fn the_high_half_is_that_which_is_nearest_to_the_window() {
    let half = 1u64 << 32;
    for size in [32u64, 64, 8192] {
        for top in [1, size - 2, size - 1, size, half - 1, half, half + 5, half + size - 2, 7 * half + 1000] {
            let mut window = ReplayWindow::new(size as u32);
            window.commit(top);
            let bottom = top.wrapping_sub(size - 1);
            for low in [0, 1, 5, 63, 64, 65, u32::MAX, u32::MAX - 40, 0x8000_0000, bottom as u32, top as u32]
            {
                // Exactly one number with this low half lies in the 2^32 numbers from the window's bottom on.
                let distance = u64::from(low.wrapping_sub(bottom as u32));
                let expected = bottom.checked_add(distance).filter(|number| *number < u64::MAX - half);
                let expected = if bottom > top { bottom.wrapping_add(distance) } else { expected.unwrap() };
                let expected = (expected < u64::MAX - half).then_some(expected);
                assert_eq!(window.extend(low), expected, "size {size}, top {top}, low {low}");
            }
        }
    }
}
