//! The Internet checksum (RFC 1071).

use super::vectors;

/// Add `data` to `sum`, as words in the host's byte order. Only the last piece of a sum may have an odd size.
#[inline]
pub fn sum(data: &[u8], sum: u64) -> u64 {
    if data.len() < SHORT {
        return add_rest(data, sum);
    }
    vectors::sum_vectors(data, sum)
}

/// [`sum`] of `source`, which is copied to `target` by the way. Both have the same size.
#[inline]
pub fn copy_and_sum(target: &mut [u8], source: &[u8], sum: u64) -> u64 {
    vectors::copy_and_sum_vectors(target, source, sum)
}

/// What is shorter is not worth a look at what the processor can do.
const SHORT: usize = 128;
/// Words that are added side by side.
const LANES: usize = 16;
const CHUNK: usize = 4 * LANES;

/// The words are 32 bits wide in an accumulator of 64, which the compiler turns into vector instructions; ones'
/// complement addition does not mind the width (RFC 1071 section 2).
#[inline(always)]
fn add_chunk(lanes: &mut [u64; LANES], chunk: &[u8]) {
    for (lane, word) in lanes.iter_mut().zip(chunk.chunks_exact(4)) {
        *lane += u64::from(u32::from_ne_bytes([word[0], word[1], word[2], word[3]]));
    }
}

/// Without lanes, which are dear to set up: what is left of less than a chunk, and whatever is short.
#[inline(always)]
fn add_rest(rest: &[u8], mut total: u64) -> u64 {
    let mut words = rest.chunks_exact(4);
    for word in &mut words {
        total += u64::from(u32::from_ne_bytes([word[0], word[1], word[2], word[3]]));
    }
    match *words.remainder() {
        [one] => total + u64::from(u16::from_ne_bytes([one, 0])),
        [one, two] => total + u64::from(u16::from_ne_bytes([one, two])),
        [one, two, three] => total + u64::from(u32::from_ne_bytes([one, two, three, 0])),
        _ => total,
    }
}

#[inline(always)]
pub fn sum_words(data: &[u8], sum: u64) -> u64 {
    let mut lanes = [0; LANES];
    let mut chunks = data.chunks_exact(CHUNK);
    for chunk in &mut chunks {
        add_chunk(&mut lanes, chunk);
    }
    add_rest(chunks.remainder(), sum + lanes.iter().sum::<u64>())
}

#[inline(always)]
pub fn copy_and_sum_words(target: &mut [u8], source: &[u8], sum: u64) -> u64 {
    let mut lanes = [0; LANES];
    let (chunks, rest) = source.split_at(source.len() / CHUNK * CHUNK);
    let (targets, target_rest) = target.split_at_mut(chunks.len());
    for (target, chunk) in targets.chunks_exact_mut(CHUNK).zip(chunks.chunks_exact(CHUNK)) {
        target.copy_from_slice(chunk);
        add_chunk(&mut lanes, chunk);
    }
    target_rest.copy_from_slice(rest);
    add_rest(rest, sum + lanes.iter().sum::<u64>())
}

/// The sum in 16 bits, not complemented: what a checksum field holds while the checksum is not finished.
#[inline]
pub fn fold(sum: u64) -> [u8; 2] {
    let mut sum = (sum >> 32) + (sum & 0xFFFF_FFFF);
    sum = (sum >> 32) + (sum & 0xFFFF_FFFF);
    sum = (sum >> 16) + (sum & 0xFFFF);
    sum = (sum >> 16) + (sum & 0xFFFF);
    sum = (sum >> 16) + (sum & 0xFFFF);
    (sum as u16).to_ne_bytes()
}

/// The checksum.
#[inline]
pub fn finish(sum: u64) -> [u8; 2] {
    let [first, second] = fold(sum);
    [!first, !second]
}

/// The sum of TCP's and UDP's pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1). `addresses` are source and
/// destination.
#[inline]
pub fn pseudo_header(addresses: &[u8], protocol: u8, length: usize) -> u64 {
    let words = [protocol.into(), (length >> 16) as u16, length as u16];
    sum(addresses, words.iter().map(|word| u64::from(word.to_be())).sum())
}
