//! Checksums with instructions that not every processor has.
#![allow(unsafe_code)]

use super::checksum::{copy_and_sum_words, sum_words};

/// What checksums are made with, for people to read.
pub fn checksum_means() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return "AVX2";
    }
    "portable"
}

/// [`sum_words`] with the widest vectors that serve it. AVX-512 does not: unaligned, it takes twice as long.
#[inline]
pub fn sum_vectors(data: &[u8], sum: u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        unsafe fn with_avx2(data: &[u8], sum: u64) -> u64 {
            sum_words(data, sum)
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { with_avx2(data, sum) };
        }
    }
    sum_words(data, sum)
}

/// [`copy_and_sum_words`] likewise.
#[inline]
pub fn copy_and_sum_vectors(target: &mut [u8], source: &[u8], sum: u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        unsafe fn with_avx2(target: &mut [u8], source: &[u8], sum: u64) -> u64 {
            copy_and_sum_words(target, source, sum)
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { with_avx2(target, source, sum) };
        }
    }
    copy_and_sum_words(target, source, sum)
}
