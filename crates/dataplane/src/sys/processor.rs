//! Instructions that not every processor has.

use crate::offload::sum_words;

/// `offload::sum_words` with the widest vectors that the processor has.
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
