//! `struct virtio_net_hdr` (linux/virtio_net.h), in the host's byte order.
//!
//! ```text
//! flags u8 | gso_type u8 | hdr_len u16 | gso_size u16 | csum_start u16 | csum_offset u16
//! ```

/// Octets of the header, which precedes every packet of a device.
pub const VNET_HEADER_SIZE: usize = 10;

const NEEDS_CSUM: u8 = 1;
const GSO_NONE: u8 = 0;
const GSO_TCPV4: u8 = 1;
const GSO_TCPV6: u8 = 4;
const GSO_UDP_L4: u8 = 5;
/// A flag in gso_type: the packets have the ECN echo.
const GSO_ECN: u8 = 0x80;

/// How the packet must be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segmentation {
    Tcp,
    Udp,
}

/// What the kernel says of a packet that it gives, or we of one that we give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VnetHeader {
    /// Cut the payload into pieces of this size.
    pub segmentation: Option<(Segmentation, usize)>,
    /// The checksum is not finished: where what it covers begins, and where in that it stands.
    pub checksum: Option<(usize, usize)>,
    /// Octets of all headers; a hint only.
    pub header_size: usize,
}

impl VnetHeader {
    /// None: of a kind that was not asked for.
    pub fn parse(octets: &[u8; VNET_HEADER_SIZE]) -> Option<Self> {
        let field = |at: usize| usize::from(u16::from_ne_bytes([octets[at], octets[at + 1]]));
        let segmentation = match octets[1] & !GSO_ECN {
            GSO_NONE => None,
            GSO_TCPV4 | GSO_TCPV6 => Some((Segmentation::Tcp, field(4))),
            GSO_UDP_L4 => Some((Segmentation::Udp, field(4))),
            _ => return None,
        };
        let checksum = (octets[0] & NEEDS_CSUM != 0).then(|| (field(6), field(8)));
        Some(VnetHeader { segmentation, checksum, header_size: field(2) })
    }

    /// For a TCP packet over IPv4 or IPv6.
    pub fn encode(&self, is_v6: bool) -> [u8; VNET_HEADER_SIZE] {
        let mut octets = [0; VNET_HEADER_SIZE];
        let mut put = |at: usize, value: usize| {
            octets[at..at + 2].copy_from_slice(&(value as u16).to_ne_bytes());
        };
        put(2, self.header_size);
        if let Some((_, size)) = self.segmentation {
            put(4, size);
        }
        if let Some((start, offset)) = self.checksum {
            put(6, start);
            put(8, offset);
            octets[0] = NEEDS_CSUM;
        }
        octets[1] = match self.segmentation {
            None => GSO_NONE,
            Some((Segmentation::Udp, _)) => GSO_UDP_L4,
            Some((Segmentation::Tcp, _)) if is_v6 => GSO_TCPV6,
            Some((Segmentation::Tcp, _)) => GSO_TCPV4,
        };
        octets
    }
}
