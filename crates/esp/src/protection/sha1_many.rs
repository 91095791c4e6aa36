//! SHA-1 (FIPS 180-4 section 6.1.2), a block of each of sixteen messages.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::lanes::logic::{CHOICE, MAJORITY, PARITY};
use super::lanes::{each, Hash, State, Words};

pub(super) struct Sha1;

impl Hash for Sha1 {
    const INITIAL: &'static [u32] = &[0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    const GAINFUL: usize = 5;

    #[target_feature(enable = "avx512f,avx512bw")]
    unsafe fn compress(state: &mut State, block: &mut Words) {
        let (mut now, mut words) = (*state, *block);
        macro_rules! round {
            ($round:literal, ($logic:expr, $constant:expr)) => {
                if $round >= 16 {
                    words[$round % 16] = scheduled(&words, $round);
                }
                now = next::<{ $logic }>(now, words[$round % 16], $constant);
            };
        }
        // FIPS 180-4 sections 4.1.1 and 4.2.1.
        each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 => round!(CHOICE, 0x5A82_7999));
        each!(20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 => round!(PARITY, 0x6ED9_EBA1));
        each!(40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 => round!(MAJORITY, 0x8F1B_BCDC));
        each!(60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 => round!(PARITY, 0xCA62_C1D6));
        for (state, now) in state.iter_mut().zip(now) {
            *state = _mm512_add_epi32(*state, now);
        }
    }
}

/// The state behind a round.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn next<const LOGIC: i32>(state: State, word: __m512i, constant: u32) -> State {
    let [a, b, c, d, e, rest @ ..] = state;
    let mixed = _mm512_ternarylogic_epi32::<LOGIC>(b, c, d);
    let word = _mm512_add_epi32(word, _mm512_set1_epi32(constant as i32));
    let sum = _mm512_add_epi32(_mm512_add_epi32(word, e), mixed);
    let first = _mm512_add_epi32(sum, _mm512_rol_epi32::<5>(a));
    [first, a, _mm512_rol_epi32::<30>(b), c, d, rest[0], rest[1], rest[2]]
}

/// The word of round number `round`, of the sixteen before.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn scheduled(words: &Words, round: usize) -> __m512i {
    let ago = |rounds: usize| words[(round - rounds) % 16];
    let three = _mm512_ternarylogic_epi32::<PARITY>(ago(3), ago(8), ago(14));
    _mm512_rol_epi32::<1>(_mm512_xor_si512(three, ago(16)))
}
