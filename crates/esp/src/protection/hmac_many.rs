//! HMAC (RFC 2104) of sixteen packets side by side, for processors with AVX-512.
//!
//! A hash makes each round wait for the one before it. Rounds of different packets do not wait for each other, and one
//! vector instruction does sixteen of them. Nothing here branches on, or looks up by, what is secret.
#![allow(unsafe_code)]

#[cfg(test)]
mod tests;

use std::marker::PhantomData;

use zeroize::Zeroize;

use super::integrity::{Covered, Icv, Integrity};
use super::lanes::{self, broadcast, choose, transpose, words_of, Hash, State, BLOCK, LANES, STATE_WORDS};

const INNER_PADDING: u8 = 0x36;
const OUTER_PADDING: u8 = 0x5C;
/// Behind a message stand one octet, zeros, and its length in bits (FIPS 180-4 section 5.1.1).
const END_MARK: u8 = 0x80;
const LENGTH_SIZE: usize = 8;

/// One key, for packets one by one by `single`, and for many.
pub(super) struct HmacMany<H> {
    single: Box<dyn Integrity>,
    /// The states behind the key's block, which all packets begin with.
    inner: [u32; STATE_WORDS],
    outer: [u32; STATE_WORDS],
    hash: PhantomData<fn() -> H>,
}

/// `key` is at most a block long; `single` computes the same with it. `single` again: the processor cannot.
pub(super) fn new<H: Hash + 'static>(key: &[u8], single: Box<dyn Integrity>) -> Box<dyn Integrity> {
    if !lanes::is_supported() {
        return single;
    }
    // SAFETY: the processor has the instructions.
    let (inner, outer) = unsafe { (begun::<H>(key, INNER_PADDING), begun::<H>(key, OUTER_PADDING)) };
    Box::new(HmacMany::<H> { single, inner, outer, hash: PhantomData })
}

/// The state behind the block of the padded key.
#[target_feature(enable = "avx512f,avx512bw")]
fn begun<H: Hash>(key: &[u8], padding: u8) -> [u32; STATE_WORDS] {
    let mut block = [padding; BLOCK];
    block.iter_mut().zip(key).for_each(|(octet, key)| *octet ^= key);
    let mut initial = [0; STATE_WORDS];
    initial[..H::INITIAL.len()].copy_from_slice(H::INITIAL);
    let mut state = broadcast(&initial);
    // SAFETY: the caller has seen that the processor has the instructions.
    unsafe { H::compress(&mut state, &mut transpose([&block; LANES])) };
    block.zeroize();
    words_of(&state).map(|lanes| lanes[0])
}

impl<H> Drop for HmacMany<H> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl<H: Hash> Integrity for HmacMany<H> {
    fn icv_size(&self) -> usize {
        self.single.icv_size()
    }

    fn compute(&self, covered: &[u8], high: Option<u32>) -> Icv {
        self.single.compute(covered, high)
    }

    fn is_for_many(&self) -> bool {
        true
    }

    fn compute_many(&self, packets: &[Covered<'_>], icvs: &mut [Icv]) {
        for (packets, icvs) in packets.chunks(LANES).zip(icvs.chunks_mut(LANES)) {
            let blocks = || packets.iter().map(|packet| packet.octets.len() / BLOCK + 2);
            if blocks().sum::<usize>() < H::GAINFUL * blocks().max().unwrap_or(0) {
                self.single.compute_many(packets, icvs);
            } else {
                // SAFETY: there is no HmacMany where the processor lacks the instructions.
                unsafe { self.compute_lanes(packets, icvs) };
            }
        }
    }
}

impl<H: Hash> HmacMany<H> {
    /// At most [`LANES`] packets.
    #[target_feature(enable = "avx512f,avx512bw")]
    fn compute_lanes(&self, packets: &[Covered<'_>], icvs: &mut [Icv]) {
        let mut messages = [Message::default(); LANES];
        for (message, packet) in messages.iter_mut().zip(packets) {
            *message = Message::new(packet);
        }
        let mut state = broadcast(&self.inner);
        let present = &messages[..packets.len()];
        let whole = present.iter().map(|message| message.whole.len()).min().unwrap_or(0);
        let longest = present.iter().map(Message::blocks).max().unwrap_or(0);
        for at in 0..whole {
            let blocks: [&[u8; BLOCK]; LANES] =
                std::array::from_fn(|lane| messages[lane].whole.get(at).unwrap_or(&NO_BLOCK));
            // SAFETY: as for the whole function.
            unsafe { H::compress(&mut state, &mut transpose(blocks)) };
        }
        for at in whole..longest {
            let before = state;
            let blocks = std::array::from_fn(|lane| messages[lane].block(at));
            // SAFETY: as for the whole function.
            unsafe { H::compress(&mut state, &mut transpose(blocks)) };
            let running =
                messages.iter().rev().fold(0, |mask, message| mask << 1 | u16::from(at < message.blocks()));
            state = choose(running, &state, &before);
        }
        let words = words_of(&self.finish(&state));
        for (lane, icv) in icvs.iter_mut().enumerate() {
            for (octets, lanes) in icv.chunks_exact_mut(4).zip(&words) {
                octets.copy_from_slice(&lanes[lane].to_be_bytes());
            }
        }
    }

    /// The outer hash, of the inner ones in `digests`: one more block.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn finish(&self, digests: &State) -> State {
        use std::arch::x86_64::{_mm512_set1_epi32, _mm512_setzero_si512};
        let words = H::INITIAL.len();
        let mut block = [_mm512_setzero_si512(); BLOCK / 4];
        block[..words].copy_from_slice(&digests[..words]);
        block[words] = _mm512_set1_epi32(i32::from_be_bytes([END_MARK, 0, 0, 0]));
        block[BLOCK / 4 - 1] = _mm512_set1_epi32((BLOCK + 4 * words) as i32 * 8);
        let mut state = broadcast(&self.outer);
        // SAFETY: the caller has seen that the processor has the instructions.
        unsafe { H::compress(&mut state, &mut block) };
        state
    }
}

const NO_BLOCK: [u8; BLOCK] = [0; BLOCK];

/// What is hashed behind the key's block.
#[derive(Clone, Copy)]
struct Message<'a> {
    /// The packet's whole blocks.
    whole: &'a [[u8; BLOCK]],
    /// The rest of it, the high half of the ESN, and the end of the message.
    tail: [[u8; BLOCK]; 2],
    /// Blocks of that.
    tail_blocks: usize,
}

impl Default for Message<'_> {
    /// None at all.
    fn default() -> Self {
        Message { whole: &[], tail: [NO_BLOCK; 2], tail_blocks: 0 }
    }
}

impl<'a> Message<'a> {
    fn new(packet: &Covered<'a>) -> Self {
        let (whole, rest) = packet.octets.as_chunks();
        let mut tail = [NO_BLOCK; 2];
        let octets = tail.as_flattened_mut();
        octets[..rest.len()].copy_from_slice(rest);
        let mut size = rest.len();
        if let Some(high) = packet.high {
            octets[size..size + 4].copy_from_slice(&high.to_be_bytes());
            size += 4;
        }
        octets[size] = END_MARK;
        let tail_blocks = (size + 1 + LENGTH_SIZE).div_ceil(BLOCK);
        let bits = 8 * (BLOCK * (1 + whole.len()) + size) as u64;
        let end = tail_blocks * BLOCK;
        octets[end - LENGTH_SIZE..end].copy_from_slice(&bits.to_be_bytes());
        Message { whole, tail, tail_blocks }
    }

    fn blocks(&self) -> usize {
        self.whole.len() + self.tail_blocks
    }

    /// Block number `at`; any, if there are not so many.
    fn block(&self, at: usize) -> &[u8; BLOCK] {
        let behind = || self.tail.get(at - self.whole.len()).unwrap_or(&NO_BLOCK);
        self.whole.get(at).unwrap_or_else(behind)
    }
}
