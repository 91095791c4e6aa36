//! Congestion marks of the outer header on their way to the inner one (RFC 6040 section 4.2).

use crate::offload::sum;

const NOT_ECT: u8 = 0;
const CE: u8 = 3;

/// Bring a CE mark of `outer_tos` into the IP packet `inner`. False: the packet must be dropped, because its sender
/// would not understand the mark.
pub fn decapsulate(outer_tos: u8, inner: &mut [u8]) -> bool {
    if outer_tos & CE != CE {
        return true;
    }
    let is_v4 = inner[0] >> 4 == 4;
    let ecn = if is_v4 { inner[1] & CE } else { inner[1] >> 4 & CE };
    if ecn == NOT_ECT {
        return false;
    }
    if is_v4 {
        inner[1] |= CE;
        inner[10..12].fill(0);
        let header = usize::from(inner[0] & 15) * 4;
        let checksum = crate::offload::finish(sum(&inner[..header], 0));
        inner[10..12].copy_from_slice(&checksum);
    } else {
        inner[1] |= CE << 4;
    }
    true
}
