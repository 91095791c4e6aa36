//! Congestion marks of the outer header on their way to the inner one (RFC 6040 section 4.2).
//!
//! ```text
//! inner \ outer   Not-ECT   ECT(0)    ECT(1)    CE
//! Not-ECT         Not-ECT   Not-ECT   Not-ECT   drop
//! ECT(0)          ECT(0)    ECT(0)    ECT(1)    CE
//! ECT(1)          ECT(1)    ECT(1)    ECT(1)    CE
//! CE              CE        CE        CE        CE
//! ```

use esp::offload::{finish, sum};

const NOT_ECT: u8 = 0;
const ECT_1: u8 = 1;
const ECT_0: u8 = 2;
const CE: u8 = 3;

/// Bring the marks of `outer_tos` into the IP packet `inner`. False: the packet must be dropped, because its sender
/// would not understand that there is congestion.
#[inline]
pub fn decapsulate(outer_tos: u8, inner: &mut [u8]) -> bool {
    let outer = outer_tos & CE;
    if outer == NOT_ECT || outer == ECT_0 {
        return true;
    }
    let ecn = if inner[0] >> 4 == 4 { inner[1] & CE } else { inner[1] >> 4 & CE };
    match (ecn, outer) {
        (NOT_ECT, CE) => return false,
        (ECT_0, ECT_1) => mark(inner, ECT_1),
        (ECT_0 | ECT_1, CE) => mark(inner, CE),
        _ => {}
    }
    true
}

fn mark(inner: &mut [u8], ecn: u8) {
    if inner[0] >> 4 == 4 {
        inner[1] = inner[1] & !CE | ecn;
        inner[10..12].fill(0);
        let header = usize::from(inner[0] & 15) * 4;
        let checksum = finish(sum(&inner[..header], 0));
        inner[10..12].copy_from_slice(&checksum);
    } else {
        inner[1] = inner[1] & !(CE << 4) | ecn << 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the table says, row by row; None: drop.
    const TABLE: [[Option<u8>; 4]; 4] = [
        // outer: Not-ECT, ECT(1), ECT(0), CE
        [Some(0), Some(0), Some(0), None],
        [Some(1), Some(1), Some(1), Some(3)],
        [Some(2), Some(1), Some(2), Some(3)],
        [Some(3), Some(3), Some(3), Some(3)],
    ];

    #[test]
    fn every_pair_of_marks_becomes_what_the_table_says() {
        for (inner, row) in (0u8..).zip(TABLE) {
            for (outer, expected) in (0u8..).zip(row) {
                let mut v4 =
                    vec![0x45, 0xB8 | inner, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
                let checksum = finish(sum(&v4, 0));
                v4[10..12].copy_from_slice(&checksum);
                let mut v6 = vec![0x6B, 0x80 | inner << 4];
                v6.resize(40, 0);
                let stays = decapsulate(0xFC | outer, &mut v4);
                assert_eq!(stays, decapsulate(outer, &mut v6));
                assert_eq!(stays.then_some(v4[1] & CE), expected);
                assert_eq!(stays.then_some(v6[1] >> 4 & CE), expected);
                assert_eq!((v4[1] >> 2, v6[0], v6[1] & 0xCF), (0xB8 >> 2, 0x6B, 0x80), "DSCP stays");
                assert_eq!(finish(sum(&v4, 0)), [0, 0]);
            }
        }
    }
}
