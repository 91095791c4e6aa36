//! SHA-256 (FIPS 180-4 section 6.2.2), a block of each of sixteen messages.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::lanes::logic::{CHOICE, MAJORITY, PARITY};
use super::lanes::{each, Hash, State, Words};

pub(super) struct Sha256;

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 section 4.2.2).
#[rustfmt::skip]
const CONSTANTS: [[u32; 16]; 4] = [
    [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5,
        0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
        0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3,
        0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
    ],
    [
        0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC,
        0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
        0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7,
        0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
    ],
    [
        0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13,
        0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
        0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3,
        0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
    ],
    [
        0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5,
        0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208,
        0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
    ],
];

impl Hash for Sha256 {
    const INITIAL: &'static [u32] = &[
        0x6A09_E667,
        0xBB67_AE85,
        0x3C6E_F372,
        0xA54F_F53A,
        0x510E_527F,
        0x9B05_688C,
        0x1F83_D9AB,
        0x5BE0_CD19,
    ];
    const GAINFUL: usize = 8;

    #[target_feature(enable = "avx512f,avx512bw")]
    unsafe fn compress(state: &mut State, block: &mut Words) {
        let (mut now, mut words) = (*state, *block);
        macro_rules! round {
            ($round:literal, ($constants:expr)) => {
                now = next(now, words[$round], $constants[$round]);
            };
        }
        macro_rules! word {
            ($round:literal, ()) => {
                words[$round] = scheduled(&words, $round);
            };
        }
        each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => round!(CONSTANTS[0]));
        for constants in &CONSTANTS[1..] {
            each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => word!());
            each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => round!(constants));
        }
        for (state, now) in state.iter_mut().zip(now) {
            *state = _mm512_add_epi32(*state, now);
        }
    }
}

/// The state behind a round.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn next([a, b, c, d, e, f, g, h]: State, word: __m512i, constant: u32) -> State {
    let word = _mm512_add_epi32(word, _mm512_set1_epi32(constant as i32));
    let mixed = _mm512_add_epi32(big_sigma::<6, 11, 25>(e), _mm512_ternarylogic_epi32::<CHOICE>(e, f, g));
    let first = _mm512_add_epi32(_mm512_add_epi32(h, word), mixed);
    let second = _mm512_add_epi32(big_sigma::<2, 13, 22>(a), _mm512_ternarylogic_epi32::<MAJORITY>(a, b, c));
    [_mm512_add_epi32(first, second), a, b, c, _mm512_add_epi32(d, first), e, f, g]
}

/// The word that is sixteen rounds behind number `round`, whose place it takes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn scheduled(words: &Words, round: usize) -> __m512i {
    let ago = |rounds: usize| words[(16 + round - rounds) % 16];
    let old = _mm512_add_epi32(ago(16), small_sigma::<7, 18, 3>(ago(15)));
    let new = _mm512_add_epi32(ago(7), small_sigma::<17, 19, 10>(ago(2)));
    _mm512_add_epi32(old, new)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn big_sigma<const A: i32, const B: i32, const C: i32>(word: __m512i) -> __m512i {
    let (a, b, c) = (_mm512_ror_epi32::<A>(word), _mm512_ror_epi32::<B>(word), _mm512_ror_epi32::<C>(word));
    _mm512_ternarylogic_epi32::<PARITY>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn small_sigma<const A: i32, const B: i32, const SHIFT: u32>(word: __m512i) -> __m512i {
    let (a, b, c) =
        (_mm512_ror_epi32::<A>(word), _mm512_ror_epi32::<B>(word), _mm512_srli_epi32::<SHIFT>(word));
    _mm512_ternarylogic_epi32::<PARITY>(a, b, c)
}
