//! AES-GCM (RFC 4106) for processors with VAES, VPCLMULQDQ and AVX-512: four blocks an instruction, and no more work
//! a packet than the packet needs.
//!
//! What a general library does before and after each text costs as much as half the text of a packet of 1,400 octets;
//! here everything that depends on the key alone is made when the SA is.
//!
//! GHASH is computed as POLYVAL with the octets of each block in reverse order (RFC 8452 appendix A), which is what
//! the multiplication of the processor wants. Sixteen blocks are multiplied by powers 16 to 1 of the key before their
//! sum is reduced. There are no tables of secrets and no branches on secrets.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::marker::PhantomData;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::Zeroize;

use super::aead::nonce;
use super::{AdditionalData, Protection};
use crate::{DropReason, HEADER_SIZE};

const IV_SIZE: usize = 8;
const TEXT_OFFSET: usize = HEADER_SIZE + IV_SIZE;
const BLOCK: usize = 16;
/// Octets of a vector, and of a group: so much is multiplied before it is reduced.
const VECTOR: usize = 64;
const GROUP: usize = 4 * VECTOR;
/// A group's powers of the hash key; one more for the block of lengths behind the last blocks; and one for the
/// additional data in front of the first.
const POWERS: usize = 18;
/// Zeros behind them, so that a whole vector can be loaded anywhere.
const PADDED_POWERS: usize = POWERS + 3;
const ROUND_KEYS_MAX: usize = 15;
/// x^128 + x^127 + x^126 + x^121 + 1 without its highest term (RFC 8452 section 3).
const POLYNOMIAL: u128 = 0xC200_0000_0000_0000_0000_0000_0000_0001;

/// The keys of one SA.
struct VaesGcm<const ROUNDS: usize> {
    round_keys: [u128; ROUND_KEYS_MAX],
    /// Powers 18 to 1 of the hash key, in POLYVAL's field.
    powers: [u128; PADDED_POWERS],
    salt: [u8; 4],
    icv_size: usize,
}

/// Does the processor have what is needed?
pub(crate) fn is_supported() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("vaes")
        && is_x86_feature_detected!("vpclmulqdq")
        && is_x86_feature_detected!("aes")
}

/// `key` has 16, 24 or 32 octets, `salt` 4. None: the processor cannot.
pub(crate) fn new(key: &[u8], salt: &[u8], icv_size: usize) -> Option<Box<dyn Protection>> {
    if !is_supported() {
        return None;
    }
    let salt = salt.try_into().expect("the salt's size was checked");
    Some(match key.len() {
        16 => Box::new(VaesGcm::<10>::new(key, salt, icv_size)),
        24 => Box::new(VaesGcm::<12>::new(key, salt, icv_size)),
        _ => Box::new(VaesGcm::<14>::new(key, salt, icv_size)),
    })
}

impl<const ROUNDS: usize> Protection for VaesGcm<ROUNDS> {
    fn iv_size(&self) -> usize {
        IV_SIZE
    }

    fn icv_size(&self) -> usize {
        self.icv_size
    }

    fn block_size(&self) -> usize {
        1
    }

    fn seal(&self, packet: &mut [u8], high: Option<u32>) {
        let (packet, icv) = packet.split_at_mut(packet.len() - self.icv_size);
        let (head, text) = packet.split_at_mut(TEXT_OFFSET);
        // SAFETY: there is no VaesGcm where the processor lacks the instructions.
        let tag = unsafe { self.crypt::<true>(head, high, Text::in_place(text)) };
        match <&mut [u8; BLOCK]>::try_from(&mut *icv) {
            Ok(whole) => *whole = tag,
            Err(_) => icv.copy_from_slice(&tag[..icv.len()]),
        }
    }

    fn open(&self, packet: &mut [u8], high: Option<u32>) -> Result<(), DropReason> {
        let (packet, icv) = packet.split_at_mut(packet.len() - self.icv_size);
        let (head, text) = packet.split_at_mut(TEXT_OFFSET);
        // SAFETY: there is no VaesGcm where the processor lacks the instructions.
        let tag = unsafe { self.crypt::<false>(head, high, Text::in_place(text)) };
        is_tag(&tag, icv).then_some(()).ok_or_else(|| {
            // What was decrypted is nobody's to see.
            text.fill(0);
            DropReason::IntegrityFailure
        })
    }

    fn open_to(&self, packet: &mut [u8], high: Option<u32>, target: &mut [u8]) -> Result<(), DropReason> {
        let (packet, icv) = packet.split_at(packet.len() - self.icv_size);
        let (head, text) = packet.split_at(TEXT_OFFSET);
        // SAFETY: there is no VaesGcm where the processor lacks the instructions.
        let tag = unsafe { self.crypt::<false>(head, high, Text::between(text, target)) };
        is_tag(&tag, icv).then_some(()).ok_or_else(|| {
            target.fill(0);
            DropReason::IntegrityFailure
        })
    }
}

/// Does `icv` begin `tag`? Takes the same time whatever they hold.
#[inline]
fn is_tag(tag: &[u8; BLOCK], icv: &[u8]) -> bool {
    match <&[u8; BLOCK]>::try_from(icv) {
        // One comparison of the difference of all octets.
        Ok(whole) => u128::from_ne_bytes(*tag) ^ u128::from_ne_bytes(*whole) == 0,
        Err(_) => verify_slices_are_equal(&tag[..icv.len()], icv).is_ok(),
    }
}

/// A text, and where what becomes of it goes: into its own place, or into another that does not overlap it.
struct Text<'a> {
    source: *const u8,
    target: *mut u8,
    size: usize,
    octets: PhantomData<&'a mut [u8]>,
}

impl<'a> Text<'a> {
    #[inline]
    fn in_place(text: &'a mut [u8]) -> Self {
        let target = text.as_mut_ptr();
        Text { source: target, target, size: text.len(), octets: PhantomData }
    }

    #[inline]
    fn between(source: &'a [u8], target: &'a mut [u8]) -> Self {
        assert_eq!(source.len(), target.len(), "a text keeps its size");
        let (source, target, size) = (source.as_ptr(), target.as_mut_ptr(), target.len());
        Text { source, target, size, octets: PhantomData }
    }

    /// Octets at `at`, a whole vector's.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(&self, at: usize) -> __m512i {
        debug_assert!(at + VECTOR <= self.size);
        // SAFETY: the caller stays within the text, whose octets are readable.
        unsafe { _mm512_loadu_si512(self.source.add(at).cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn store(&mut self, at: usize, vector: __m512i) {
        debug_assert!(at + VECTOR <= self.size);
        // SAFETY: the caller stays within the text, and the target is as large, writable, and nobody else's.
        unsafe { _mm512_storeu_si512(self.target.add(at).cast(), vector) };
    }

    /// Which octets of the vector at `at` there are; `at` is within the text or at its end.
    #[inline]
    fn mask(&self, at: usize) -> u64 {
        match self.size - at {
            rest if rest < VECTOR => (1 << rest) - 1,
            _ => u64::MAX,
        }
    }

    /// The octets at `at`, zeros where there are fewer than a vector's.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn load_part(&self, at: usize) -> __m512i {
        // SAFETY: the mask leaves out what is not readable.
        unsafe { _mm512_maskz_loadu_epi8(self.mask(at), self.source.add(at).cast()) }
    }

    /// As many of a vector's octets as there is room for. Gives them with zeros behind them.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn store_part(&mut self, at: usize, vector: __m512i) -> __m512i {
        let mask = self.mask(at);
        // SAFETY: the mask leaves out what is not writable.
        unsafe { _mm512_mask_storeu_epi8(self.target.add(at).cast(), mask, vector) };
        _mm512_maskz_mov_epi8(mask, vector)
    }
}

impl<const ROUNDS: usize> Drop for VaesGcm<ROUNDS> {
    fn drop(&mut self) {
        self.round_keys.zeroize();
        self.powers.zeroize();
    }
}

/// The products of blocks and powers, not yet reduced; each lane of 128 bits for itself.
struct Products {
    low: __m512i,
    middle: __m512i,
    high: __m512i,
}

impl<const ROUNDS: usize> VaesGcm<ROUNDS> {
    /// Only where [`is_supported`].
    fn new(key: &[u8], salt: [u8; 4], icv_size: usize) -> Self {
        let mut this =
            VaesGcm { round_keys: [0; ROUND_KEYS_MAX], powers: [0; PADDED_POWERS], salt, icv_size };
        // SAFETY: the caller has seen that the processor has the instructions.
        unsafe { this.expand(key) };
        this
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,vaes,vpclmulqdq,aes")]
    fn expand(&mut self, key: &[u8]) {
        expand_key(key, &mut self.round_keys[..=ROUNDS]);
        let hash_key = u128_of(self.encrypt_block(_mm_setzero_si128())).swap_bytes();
        // RFC 8452 appendix A: mulX_GHASH.
        let first = hash_key << 1 ^ if hash_key >> 127 == 1 { POLYNOMIAL } else { 0 };
        self.powers[POWERS - 1] = first;
        for index in (0..POWERS - 1).rev() {
            let product = Products::of(one_block(self.powers[index + 1]), one_block(first));
            self.powers[index] = u128_of(product.reduce());
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,vaes,vpclmulqdq,aes")]
    fn encrypt_block(&self, block: __m128i) -> __m128i {
        let mut state = _mm_xor_si128(block, block_of(self.round_keys[0]));
        for &key in &self.round_keys[1..ROUNDS] {
            state = _mm_aesenc_si128(state, block_of(key));
        }
        _mm_aesenclast_si128(state, block_of(self.round_keys[ROUNDS]))
    }

    /// Encrypt `text` if SEAL, else decrypt it. Gives the whole tag.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,vaes,vpclmulqdq,aes")]
    fn crypt<const SEAL: bool>(&self, head: &[u8], high: Option<u32>, mut text: Text<'_>) -> [u8; BLOCK] {
        let mut first = [0; BLOCK];
        first[..12].copy_from_slice(&nonce(self.salt, &head[HEADER_SIZE..]));
        first[15] = 1;
        let first = u128::from_ne_bytes(first);
        // NIST SP 800-38D section 7.1: block 1 masks the tag, the text's blocks are counted from 2.
        let mask = self.encrypt_block(block_of(first));
        let keys: [__m512i; ROUND_KEYS_MAX] =
            std::array::from_fn(|index| _mm512_broadcast_i32x4(block_of(self.round_keys[index])));
        let mut counter = Counter::new(first.swap_bytes() >> 32 << 32);
        let reverse = _mm512_broadcast_i32x4(block_of(REVERSE));
        let aad = AdditionalData::new(head, high);
        let lengths = (aad.as_ref().len() as u128) << 67 | (text.size as u128) << 3;
        let mut hash = Hash::Begun(one_block(aad.block()));

        let groups = text.size / GROUP;
        let powers: [__m512i; 4] = std::array::from_fn(|index| self.load_powers(POWERS - 16 + 4 * index));
        for group in 0..groups {
            let mut hashed = [_mm512_setzero_si512(); 4];
            for (index, hashed) in hashed.iter_mut().enumerate() {
                let at = group * GROUP + index * VECTOR;
                let before = text.load(at);
                let after = _mm512_xor_si512(before, key_stream::<ROUNDS>(&keys, counter.next()));
                text.store(at, after);
                *hashed = _mm512_shuffle_epi8(if SEAL { after } else { before }, reverse);
            }
            let mut products = self.begin(hash, &mut hashed[0], 16);
            for (&hashed, &power) in hashed.iter().zip(&powers) {
                products.add(hashed, power);
            }
            hash = Hash::Reduced(products.reduce());
        }

        // The rest, padded with zeros to whole blocks, and the block of lengths behind it.
        let rest = groups * GROUP;
        let blocks = (text.size - rest).div_ceil(BLOCK);
        let start = POWERS - (blocks + 1);
        let mut products: Option<Products> = None;
        for index in 0..=blocks / 4 {
            let at = (rest + index * VECTOR).min(text.size);
            let before = text.load_part(at);
            let mut hashed = before;
            if at < text.size {
                let after = _mm512_xor_si512(before, key_stream::<ROUNDS>(&keys, counter.next()));
                let after = text.store_part(at, after);
                hashed = if SEAL { after } else { before };
            }
            hashed = _mm512_shuffle_epi8(hashed, reverse);
            if index == blocks / 4 {
                let lane = 0b11 << (blocks % 4 * 2);
                let lengths = _mm512_broadcast_i32x4(block_of(lengths));
                hashed = _mm512_mask_mov_epi64(hashed, lane, lengths);
            }
            let mut sum = match products {
                Some(products) => products,
                None => self.begin(hash, &mut hashed, blocks + 1),
            };
            sum.add(hashed, self.load_powers(start + 4 * index));
            products = Some(sum);
        }
        let hash = products.map_or(_mm_setzero_si128(), |products| products.reduce());
        (u128_of(hash).swap_bytes() ^ u128_of(mask)).to_ne_bytes()
    }

    /// What comes before `count` blocks, of which `first` are the first.
    #[inline]
    #[target_feature(enable = "avx512f,vpclmulqdq")]
    fn begin(&self, hash: Hash, first: &mut __m512i, count: usize) -> Products {
        match hash {
            Hash::Begun(block) => Products::of(block, one_block(self.powers[POWERS - 1 - count])),
            Hash::Reduced(hash) => {
                *first = _mm512_xor_si512(*first, _mm512_zextsi128_si512(hash));
                Products::none()
            }
        }
    }

    /// The four powers from number `index` on.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load_powers(&self, index: usize) -> __m512i {
        let powers: &[u128; 4] = self.powers[index..index + 4].try_into().expect("four are four");
        // SAFETY: sixty-four octets are readable there.
        unsafe { _mm512_loadu_si512(powers.as_ptr().cast()) }
    }
}

/// GHASH on its way.
#[derive(Clone, Copy)]
enum Hash {
    /// Of the additional data, which nothing has been multiplied with.
    Begun(__m512i),
    /// Of all groups so far.
    Reduced(__m128i),
}

/// The octets of a block in reverse order.
const REVERSE: u128 = 0x0001_0203_0405_0607_0809_0A0B_0C0D_0E0F;
/// Only the counter's, which are the last four.
const REVERSE_COUNTER: u128 = 0x0C0D_0E0F_0B0A_0908_0706_0504_0302_0100;

/// Four counter blocks at a time, from 2 on.
struct Counter {
    blocks: __m512i,
}

impl Counter {
    /// `first` is a counter block, as a number, whose counter is 0.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn new(first: u128) -> Self {
        // The counter stands in the last octets of a block, here the least significant one first.
        let nonce = _mm512_broadcast_i32x4(block_of(u128::from_ne_bytes(first.to_be_bytes())));
        let numbers = _mm512_set_epi32(5, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0);
        Counter { blocks: _mm512_or_si512(nonce, numbers) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn next(&mut self) -> __m512i {
        let four = _mm512_set_epi32(4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0);
        let blocks = _mm512_shuffle_epi8(self.blocks, _mm512_broadcast_i32x4(block_of(REVERSE_COUNTER)));
        self.blocks = _mm512_add_epi32(self.blocks, four);
        blocks
    }
}

impl Products {
    #[inline]
    #[target_feature(enable = "avx512f,vpclmulqdq")]
    fn of(blocks: __m512i, powers: __m512i) -> Self {
        Products {
            low: _mm512_clmulepi64_epi128::<0x00>(blocks, powers),
            middle: _mm512_xor_si512(
                _mm512_clmulepi64_epi128::<0x01>(blocks, powers),
                _mm512_clmulepi64_epi128::<0x10>(blocks, powers),
            ),
            high: _mm512_clmulepi64_epi128::<0x11>(blocks, powers),
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn none() -> Self {
        let zero = _mm512_setzero_si512();
        Products { low: zero, middle: zero, high: zero }
    }

    #[inline]
    #[target_feature(enable = "avx512f,vpclmulqdq")]
    fn add(&mut self, blocks: __m512i, powers: __m512i) {
        let other = Products::of(blocks, powers);
        self.low = _mm512_xor_si512(self.low, other.low);
        self.middle = _mm512_xor_si512(self.middle, other.middle);
        self.high = _mm512_xor_si512(self.high, other.high);
    }

    /// Montgomery's reduction, half a block at a time, and the sum of the four lanes.
    #[inline]
    #[target_feature(enable = "avx512f,vpclmulqdq")]
    fn reduce(self) -> __m128i {
        let polynomial = _mm512_set1_epi64((POLYNOMIAL >> 64) as i64);
        let folded = |low: __m512i, high: __m512i| {
            let product = _mm512_clmulepi64_epi128::<0x00>(polynomial, low);
            // The halves change places.
            let swapped = _mm512_shuffle_epi32::<0x4E>(low);
            _mm512_xor_si512(high, _mm512_xor_si512(product, swapped))
        };
        let middle = folded(self.low, self.middle);
        let all = folded(middle, self.high);
        let half = _mm256_xor_si256(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64::<1>(all));
        _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256::<1>(half))
    }
}

#[inline]
#[target_feature(enable = "avx512f,vaes")]
fn key_stream<const ROUNDS: usize>(keys: &[__m512i; ROUND_KEYS_MAX], counters: __m512i) -> __m512i {
    let mut state = _mm512_xor_si512(counters, keys[0]);
    for &key in &keys[1..ROUNDS] {
        state = _mm512_aesenc_epi128(state, key);
    }
    _mm512_aesenclast_epi128(state, keys[ROUNDS])
}

/// FIPS 197 section 5.2, for as many words as `round_keys` has.
#[target_feature(enable = "aes")]
fn expand_key(key: &[u8], round_keys: &mut [u128]) {
    let key_words = key.len() / 4;
    let mut words = [0u32; 4 * ROUND_KEYS_MAX];
    for (word, octets) in words.iter_mut().zip(key.chunks_exact(4)) {
        *word = u32::from_le_bytes([octets[0], octets[1], octets[2], octets[3]]);
    }
    let mut round_constant = 1u32;
    for index in key_words..4 * round_keys.len() {
        let mut word = words[index - 1];
        if index % key_words == 0 {
            word = substitute(word).rotate_right(8) ^ round_constant;
            round_constant = round_constant << 1 ^ if round_constant & 0x80 != 0 { 0x11B } else { 0 };
        } else if key_words > 6 && index % key_words == 4 {
            word = substitute(word);
        }
        words[index] = words[index - key_words] ^ word;
    }
    for (round_key, words) in round_keys.iter_mut().zip(words.chunks_exact(4)) {
        *round_key = words.iter().rev().fold(0, |key, &word| key << 32 | u128::from(word));
    }
    words.zeroize();
}

/// The S-box, on each octet.
#[target_feature(enable = "aes")]
fn substitute(word: u32) -> u32 {
    let word = _mm_set1_epi32(word as i32);
    _mm_cvtsi128_si32(_mm_aeskeygenassist_si128::<0>(word)) as u32
}

/// In the first lane, zeros in the others.
#[inline]
#[target_feature(enable = "avx512f")]
fn one_block(block: u128) -> __m512i {
    _mm512_zextsi128_si512(block_of(block))
}

#[inline]
#[target_feature(enable = "sse2")]
fn block_of(number: u128) -> __m128i {
    _mm_set_epi64x((number >> 64) as i64, number as i64)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn u128_of(block: __m128i) -> u128 {
    let (low, high) = (_mm_cvtsi128_si64(block) as u64, _mm_extract_epi64::<1>(block) as u64);
    u128::from(high) << 64 | u128::from(low)
}
