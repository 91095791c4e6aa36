//! Ethernet frames on their way to one send call.

use esp::offload::{finish, pseudo_header, sum};
use esp::pseudowire::Refusal;
use esp::{gre, next_header};

use super::{sum_of, Batch};
use crate::egress::{Child, Mode};
use crate::pseudowire::Protected;
use crate::sys::Header;

const IP_LENGTH_MAX: usize = u16::MAX as usize;

impl Batch {
    /// Add `frame` for `child`: in transport mode what carries it is ESP's payload, in tunnel mode that of an IP packet
    /// between the tunnel's ends. There is room where the batch is not full.
    pub fn add_frame(&mut self, child: &Child, wire: &Protected, frame: &[u8]) -> Result<(), Refusal> {
        let (local, remote) = (child.route.local.ip(), child.route.remote.ip());
        let encapsulation = &wire.encapsulation;
        let delivery = if child.mode == Mode::Tunnel { gre::delivery_size(local) } else { 0 };
        let (udp, header) = (encapsulation.udp(), encapsulation.size());
        let size = delivery + udp + header + frame.len();
        if child.sa.sealed_size(size) + gre::delivery_size(local) > IP_LENGTH_MAX {
            return Err(Refusal::TooLong);
        }
        let begin = self.begin(child);
        let start = begin + child.sa.inner_offset();
        let inner = &mut self.buffer[start..start + size];
        let message = &mut inner[delivery + udp..];
        message[header..].copy_from_slice(frame);
        encapsulation.write(message, wire.numbers.next());
        if udp > 0 {
            let datagram = &mut inner[delivery..];
            encapsulation.write_udp(datagram);
            let ends = sum_of(local) + sum_of(remote);
            let pseudo_header = pseudo_header(&[], encapsulation.protocol(), datagram.len());
            let checksum = finish(sum(datagram, ends + pseudo_header));
            // Zero would say that there is no checksum (RFC 768).
            let checksum = if checksum == [0, 0] { [0xFF, 0xFF] } else { checksum };
            datagram[6..8].copy_from_slice(&checksum);
        }
        if delivery > 0 {
            gre::write_delivery_of(encapsulation.protocol(), inner, local, remote, 0);
        }
        let next_header = match (child.mode, local.is_ipv4()) {
            (Mode::Transport, _) => encapsulation.protocol(),
            (Mode::Tunnel, true) => next_header::IPV4,
            (Mode::Tunnel, false) => next_header::IPV6,
        };
        let sealed = esp::Frame { start: begin, inner_size: size, next_header };
        self.push(child, sealed, Header::default(), frame.len());
        self.used = begin + child.sa.sealed_size(size);
        Ok(())
    }
}
