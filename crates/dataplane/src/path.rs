//! What a way takes, and so how large the packets may be that go by it: those of a Child SA (RFC 4301 section 8.2), and
//! what goes in the clear.

use crate::egress::{Child, Mode};
use crate::outer::{IPV4_HEADER, IPV6_HEADER, UDP_HEADER};
use crate::sizes::Sizes;

/// What every IPv4 host puts together (RFC 791 section 3.1); links may take as little as 68. No fragments are made here
/// that are smaller, so that whoever sees a packet of ours cannot make a hundred of each. Without DF routers on the
/// way make them.
const IPV4_HOST_MIN: u16 = 576;

/// Octets of the largest packet that is made for a way, as far as something is known of it.
pub fn fragment_size(path_mtu: Option<u16>) -> Option<usize> {
    path_mtu.map(|mtu| mtu.max(IPV4_HOST_MIN).into())
}

impl Child {
    /// Octets in front of ESP and AH, without options.
    pub fn headers(&self) -> usize {
        let ip = if self.route.remote.is_ipv4() { IPV4_HEADER } else { IPV6_HEADER };
        ip + if self.in_udp { UDP_HEADER } else { 0 }
    }

    /// Does the way take its packet around `inner_size` octets, with so many of options, in one piece?
    #[inline]
    pub fn takes_whole(&self, inner_size: usize, options: usize) -> bool {
        self.fragment_size()
            .is_none_or(|mtu| self.headers() + options + self.sa.sealed_size(inner_size) <= mtu)
    }

    /// [`fragment_size`] of its way.
    pub fn fragment_size(&self) -> Option<usize> {
        fragment_size(self.path_mtu)
    }

    /// Does the way take so little that routers on it have to make fragments?
    pub fn needs_routers(&self) -> bool {
        self.path_mtu.is_some_and(|mtu| mtu < IPV4_HOST_MIN)
    }

    /// May its fragments leave where the host's rules cannot know them? In transport mode they would lead them back into
    /// the tunnel. Then the kernel fragments as the device takes it, and over IPv4 routers on the way do; but AH over
    /// IPv4 is not for the rules to know in any case.
    pub fn leaves_by_any_rule(&self) -> bool {
        self.mode == Mode::Tunnel || (self.sa.has_ah() && self.route.remote.is_ipv4())
    }

    /// `overhead`: what stands between ESP and the tunnel's packets.
    pub fn follow_path(&mut self, overhead: usize) {
        self.mtu = self.fragment_size().map_or(u16::MAX, |mtu| {
            let room = mtu.saturating_sub(self.headers());
            self.sa.largest_within(room).saturating_sub(overhead) as u16
        });
    }

    /// `sizes`, or less where its way takes less.
    #[inline]
    pub fn narrowed(&self, sizes: &Sizes) -> Sizes {
        Sizes { mtu: sizes.mtu.min(self.mtu), ..*sizes }
    }
}
