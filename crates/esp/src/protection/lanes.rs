//! Sixteen messages side by side in AVX-512: a vector has the same word of each.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

/// How many messages go side by side: each has a lane of 32 bits.
pub(crate) const LANES: usize = 16;
/// Octets of a block of SHA-1 and SHA-256.
pub(super) const BLOCK: usize = 64;
/// Words of the longest state; SHA-1's has fewer.
pub(super) const STATE_WORDS: usize = 8;

/// Word after word of a state, of all messages.
pub(super) type State = [__m512i; STATE_WORDS];
/// Word after word of a block, of all messages.
pub(super) type Words = [__m512i; BLOCK / 4];

/// Does the processor have what is needed?
pub(crate) fn is_supported() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

/// A hash function whose blocks have 64 octets, and whose words 32 bits.
pub(super) trait Hash {
    /// What a message begins with (FIPS 180-4 section 5.3).
    const INITIAL: &'static [u32];
    /// Hashed side by side, so many messages of one size take less time than one after the other.
    const GAINFUL: usize;

    /// Go on from `state` by a block of each message. What `block` then holds is of no use.
    ///
    /// # Safety
    /// Only where [`is_supported`].
    unsafe fn compress(state: &mut State, block: &mut Words);
}

/// The same state for all messages.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn broadcast(state: &[u32; STATE_WORDS]) -> State {
    state.map(|word| _mm512_set1_epi32(word as i32))
}

/// The states of all messages, the words of one behind each other.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn words_of(state: &State) -> [[u32; LANES]; STATE_WORDS] {
    state.map(|words| {
        let mut lanes = [0; LANES];
        // SAFETY: a vector is as large as its lanes.
        unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), words) };
        lanes
    })
}

/// The words of sixteen blocks, whose octets are the highest first: sixteen rows become sixteen columns.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn transpose(blocks: [&[u8; BLOCK]; LANES]) -> Words {
    // In each word the octets in reverse order.
    let reverse = _mm512_set4_epi32(0x0C0D_0E0F, 0x0809_0A0B, 0x0405_0607, 0x0001_0203);
    let rows = blocks.map(|block| {
        // SAFETY: a block is as large as a vector.
        let row = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
        _mm512_shuffle_epi8(row, reverse)
    });
    let mut words = [_mm512_setzero_si512(); LANES];
    // Four rows at a time: number `part` of a group has the words 4 * n + part of its rows, n being the quarter of the
    // vector.
    let mut groups = [[_mm512_setzero_si512(); 4]; 4];
    for (group, rows) in groups.iter_mut().zip(rows.chunks_exact(4)) {
        let (low, high) = (_mm512_unpacklo_epi32(rows[0], rows[1]), _mm512_unpackhi_epi32(rows[0], rows[1]));
        let (low2, high2) =
            (_mm512_unpacklo_epi32(rows[2], rows[3]), _mm512_unpackhi_epi32(rows[2], rows[3]));
        *group = [
            _mm512_unpacklo_epi64(low, low2),
            _mm512_unpackhi_epi64(low, low2),
            _mm512_unpacklo_epi64(high, high2),
            _mm512_unpackhi_epi64(high, high2),
        ];
    }
    // Then quarters: those of the same number in all groups come together.
    for part in 0..4 {
        let [a, b, c, d] = groups.map(|group| group[part]);
        let (front, front2) = (_mm512_shuffle_i32x4::<0x44>(a, b), _mm512_shuffle_i32x4::<0x44>(c, d));
        let (back, back2) = (_mm512_shuffle_i32x4::<0xEE>(a, b), _mm512_shuffle_i32x4::<0xEE>(c, d));
        words[part] = _mm512_shuffle_i32x4::<0x88>(front, front2);
        words[4 + part] = _mm512_shuffle_i32x4::<0xDD>(front, front2);
        words[8 + part] = _mm512_shuffle_i32x4::<0x88>(back, back2);
        words[12 + part] = _mm512_shuffle_i32x4::<0xDD>(back, back2);
    }
    words
}

/// `a` where `mask` has a bit, else `b`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn choose(mask: u16, a: &State, b: &State) -> State {
    std::array::from_fn(|index| _mm512_mask_mov_epi32(b[index], mask, a[index]))
}

/// `round!(N, (...))` for each N: in a loop, the words of the message would not stay in registers.
macro_rules! each {
    ($($number:literal)* => $round:ident!$arguments:tt) => {
        $($round!($number, $arguments);)*
    };
}
pub(super) use each;

/// Functions of three words, bit by bit, as `_mm512_ternarylogic_epi32` wants them (FIPS 180-4 section 4.1).
pub(super) mod logic {
    /// x and y, or not x and z.
    pub const CHOICE: i32 = 0xCA;
    pub const MAJORITY: i32 = 0xE8;
    pub const PARITY: i32 = 0x96;
}
