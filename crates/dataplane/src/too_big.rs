//! Telling senders that a packet was too large for its tunnel (RFC 1191, RFC 8201), as any router does: by ICMP and
//! ICMPv6, from the address that the host itself would choose.

use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

use esp::too_big::message;

use crate::bucket::Bucket;
use crate::sys;

/// Errors are limited (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4 (f)): of each tunnel so many at once, and so many
/// a second.
const BURST: u64 = 500;
const A_SECOND: u64 = 500;

pub struct TooBig {
    /// None: the host has no such family.
    v4: Option<OwnedFd>,
    v6: Option<OwnedFd>,
}

/// How many senders of one tunnel are told.
pub fn limit() -> Bucket {
    Bucket::new(BURST, A_SECOND)
}

impl TooBig {
    /// The error is that of permissions; a family that the host does not have is left out.
    pub fn new() -> io::Result<Self> {
        let open = |is_v6| match sys::icmp_socket(is_v6) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
            opened => Ok(opened.ok()),
        };
        Ok(TooBig { v4: open(false)?, v6: open(true)? })
    }

    /// Tell the sender of `packet` that no more than `mtu` octets pass, if `limit` lets it. `now`: in milliseconds of the
    /// plane's clock.
    pub fn tell(&self, packet: &[u8], mtu: usize, limit: &mut Bucket, now: u64) {
        let Some((sender, message)) = message(packet, mtu) else { return };
        let socket = match sender {
            IpAddr::V4(_) => &self.v4,
            IpAddr::V6(_) => &self.v6,
        };
        let Some(socket) = socket.as_ref().filter(|_| limit.take(now)) else { return };
        // Where it cannot be sent, the sender goes on as if it had been lost.
        let _ = sys::send_to(socket, &message, sender);
    }
}
