//! How large the packets of a tunnel may be, and what becomes of those that are larger (RFC 4301 section 8).

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The DF bit of an outer IPv4 header (RFC 4301 section 8.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DfBit {
    /// As the packet inside has it. IPv6 has no bit for it, and is never fragmented on its way.
    #[default]
    Copy,
    Clear,
    Set,
}

/// What the gateway says of a tunnel's packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Octets of the largest packet that needs no fragments.
    pub mtu: u16,
    /// Fragment before encryption, not after it.
    pub pre_fragment: bool,
    /// Fragment even what forbids it.
    pub mtu_ignore: bool,
    pub df_bit: DfBit,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is sealed as it is. If that is too large for the path, the kernel fragments it.
    Whole,
    /// It is cut into fragments of at most so many octets, each of which is sealed.
    Fragments(usize),
    /// It is dropped, and its sender is told this MTU.
    TooLarge(usize),
}

/// Every link takes as much IPv6, if need be with fragments below it (RFC 8200 section 5).
pub const IPV6_MTU_MIN: u16 = 1280;
/// In the seventh octet of an IPv4 header.
const DONT_FRAGMENT: u8 = 0x40;

impl Default for Sizes {
    /// Whatever the device gives is sent.
    fn default() -> Self {
        Sizes { mtu: u16::MAX, pre_fragment: false, mtu_ignore: false, df_bit: DfBit::Copy }
    }
}

impl DfBit {
    /// Shall the IPv4 packet around `inner` have DF?
    #[inline]
    pub fn around(self, inner: &[u8]) -> bool {
        match self {
            DfBit::Copy => inner[0] >> 4 == 6 || inner[6] & DONT_FRAGMENT != 0,
            DfBit::Clear => false,
            DfBit::Set => true,
        }
    }
}

impl Sizes {
    /// The most octets that a packet may have which begins as `ip` does.
    #[inline]
    pub fn limit(&self, ip: &[u8]) -> usize {
        let is_v6 = ip[0] >> 4 == 6;
        usize::from(if is_v6 { self.mtu.max(IPV6_MTU_MIN) } else { self.mtu })
    }

    /// What becomes of the packet `ip`. `is_own`: this host has made it. `may_split`: an SA takes its fragments.
    ///
    /// Packets of the host itself are always fragmented, and before encryption.
    pub fn judge(&self, ip: &[u8], is_own: bool, may_split: bool) -> Verdict {
        let limit = self.limit(ip);
        if ip.len() <= limit {
            return Verdict::Whole;
        }
        let is_permitted = ip[0] >> 4 == 4 && ip[6] & DONT_FRAGMENT == 0;
        if !(is_own || is_permitted || self.mtu_ignore) {
            return Verdict::TooLarge(limit);
        }
        if may_split && (is_own || self.pre_fragment) {
            return Verdict::Fragments(usize::from(self.mtu));
        }
        Verdict::Whole
    }
}

/// The sizes of one tunnel, which the gateway may change at any time.
pub struct SharedSizes(AtomicU64);

impl SharedSizes {
    pub fn set(&self, sizes: Sizes) {
        self.0.store(packed(sizes), Relaxed);
    }

    #[inline]
    pub fn get(&self) -> Sizes {
        let packed = self.0.load(Relaxed);
        Sizes {
            mtu: packed as u16,
            pre_fragment: packed & 1 << 16 != 0,
            mtu_ignore: packed & 1 << 17 != 0,
            df_bit: match packed >> 18 {
                0 => DfBit::Copy,
                1 => DfBit::Clear,
                _ => DfBit::Set,
            },
        }
    }
}

impl Default for SharedSizes {
    fn default() -> Self {
        SharedSizes(AtomicU64::new(packed(Sizes::default())))
    }
}

fn packed(sizes: Sizes) -> u64 {
    u64::from(sizes.mtu)
        | u64::from(sizes.pre_fragment) << 16
        | u64::from(sizes.mtu_ignore) << 17
        | (sizes.df_bit as u64) << 18
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(version: u8, size: usize, df: bool) -> Vec<u8> {
        let mut packet = vec![0; size];
        packet[0] = version << 4 | 5;
        packet[6] = if df { DONT_FRAGMENT } else { 0 };
        packet
    }

    #[test]
    fn what_is_set_is_got() {
        let shared = SharedSizes::default();
        assert_eq!(shared.get(), Sizes::default());
        for df_bit in [DfBit::Copy, DfBit::Clear, DfBit::Set] {
            for (pre_fragment, mtu_ignore) in [(true, false), (false, true), (true, true)] {
                let sizes = Sizes { mtu: 1422, pre_fragment, mtu_ignore, df_bit };
                shared.set(sizes);
                assert_eq!(shared.get(), sizes);
            }
        }
    }

    #[test]
    fn what_becomes_of_what_is_too_large() {
        use Verdict::{Fragments, TooLarge, Whole};
        let post = Sizes { mtu: 1400, ..Sizes::default() };
        let pre = Sizes { pre_fragment: true, ..post };
        for (sizes, df, free) in [
            (post, TooLarge(1400), Whole),
            (pre, TooLarge(1400), Fragments(1400)),
            (Sizes { mtu_ignore: true, ..post }, Whole, Whole),
            (Sizes { mtu_ignore: true, ..pre }, Fragments(1400), Fragments(1400)),
        ] {
            assert_eq!(sizes.judge(&packet(4, 1400, true), false, true), Whole);
            assert_eq!(sizes.judge(&packet(4, 1401, true), false, true), df);
            assert_eq!(sizes.judge(&packet(6, 1401, false), false, true), df);
            assert_eq!(sizes.judge(&packet(4, 1401, false), false, true), free);
            for (version, forbids) in [(4, true), (4, false), (6, false)] {
                let own = packet(version, 1401, forbids);
                assert_eq!(sizes.judge(&own, true, true), Fragments(1400), "always, and before encryption");
                assert_eq!(sizes.judge(&own, true, false), Whole, "an SA for ports takes no fragments");
            }
        }
    }

    #[test]
    fn ipv6_is_never_told_less_than_every_link_takes() {
        let sizes = Sizes { mtu: 1000, ..Sizes::default() };
        assert_eq!(sizes.judge(&packet(6, 1280, false), false, true), Verdict::Whole);
        assert_eq!(sizes.judge(&packet(6, 1281, false), false, true), Verdict::TooLarge(1280));
        assert_eq!(sizes.judge(&packet(4, 1280, true), false, true), Verdict::TooLarge(1000));
    }

    #[test]
    fn the_df_bit_outside() {
        let (free, df, v6) = (packet(4, 40, false), packet(4, 40, true), packet(6, 40, false));
        let around = |bit: DfBit| [&free, &df, &v6].map(|inner| bit.around(inner));
        assert_eq!(around(DfBit::Copy), [false, true, true]);
        assert_eq!(around(DfBit::Clear), [false; 3]);
        assert_eq!(around(DfBit::Set), [true; 3]);
    }
}
