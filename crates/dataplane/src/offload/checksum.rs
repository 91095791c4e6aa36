//! The Internet checksum (RFC 1071).

use crate::sys;

/// Add `data` to `sum`, as words in the host's byte order. Only the last piece of a sum may have an odd size.
#[inline]
pub fn sum(data: &[u8], sum: u64) -> u64 {
    if data.len() < 128 {
        return sum_words(data, sum);
    }
    sys::sum_vectors(data, sum)
}

/// The words are 32 bits wide in an accumulator of 64, which the compiler turns into vector instructions; ones'
/// complement addition does not mind the width (RFC 1071 section 2).
#[inline(always)]
pub fn sum_words(data: &[u8], sum: u64) -> u64 {
    const LANES: usize = 16;
    let mut lanes = [0u64; LANES];
    let mut chunks = data.chunks_exact(4 * LANES);
    for chunk in &mut chunks {
        for (lane, word) in lanes.iter_mut().zip(chunk.chunks_exact(4)) {
            *lane += u64::from(u32::from_ne_bytes([word[0], word[1], word[2], word[3]]));
        }
    }
    let mut words = chunks.remainder().chunks_exact(2);
    let mut total = sum + lanes.iter().sum::<u64>();
    for word in &mut words {
        total += u64::from(u16::from_ne_bytes([word[0], word[1]]));
    }
    match words.remainder() {
        [last] => total + u64::from(u16::from_ne_bytes([*last, 0])),
        _ => total,
    }
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
