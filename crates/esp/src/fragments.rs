//! Whole datagrams out of fragments, for transport mode, which protects nothing less (RFC 4303 section 3.3.4).
//!
//! The fragments are those of the host itself, fresh from its routing: they come in their order, if others between
//! them. What comes otherwise is refused, which keeps this short and bounded.

use zeroize::Zeroizing;

use crate::inner_ip::{extension_size, u16_at, EXTENSION_HEADERS_MAX, FRAGMENT};
use crate::DropReason;

/// So many datagrams are put together at the same time; the oldest gives way.
const DATAGRAMS_MAX: usize = 8;
const DATAGRAM_SIZE_MAX: usize = 65_535;
const MORE_FRAGMENTS: u16 = 0x2000;
const OFFSET: u16 = 0x1FFF;

/// One fragment of a datagram.
#[derive(Clone, Copy)]
struct Fragment {
    /// Octets in front of what is fragmented.
    header: usize,
    /// Where what this one has of it begins in the packet: behind IPv6's fragment header.
    payload: usize,
    identification: u32,
    /// The octets of the datagram's payload in front of this fragment.
    offset: usize,
    is_last: bool,
    /// IPv6: the field that names the fragment header, and what it shall name afterwards.
    next_header: Option<(usize, u8)>,
}

struct Datagram {
    identification: u32,
    header: usize,
    packet: Zeroizing<Vec<u8>>,
}

/// Datagrams that are not complete yet, oldest first.
#[derive(Default)]
pub struct Reassembly {
    datagrams: Vec<Datagram>,
}

/// Is `packet` a fragment?
pub fn is_fragment(packet: &[u8]) -> bool {
    Fragment::of(packet).is_some()
}

impl Reassembly {
    /// Take the fragment `packet`. Gives the datagram that it completes. A reason: no datagram comes of it.
    pub fn take(&mut self, packet: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, DropReason> {
        let fragment = Fragment::of(packet).ok_or(DropReason::MiscError)?;
        let known = self.datagrams.iter().position(|d| d.is_of(&fragment, packet));
        let mut datagram = match (known, fragment.offset) {
            (known, 0) => {
                if let Some(stale) = known {
                    self.datagrams.remove(stale);
                }
                Datagram::begin(&fragment, packet)
            }
            (Some(known), _) => self.datagrams.remove(known),
            (None, _) => return Err(DropReason::MiscError),
        };
        let payload = &packet[fragment.payload..];
        let is_next = datagram.packet.len() == datagram.header + fragment.offset;
        if !is_next || datagram.packet.len() + payload.len() > DATAGRAM_SIZE_MAX {
            return Err(DropReason::MiscError);
        }
        datagram.packet.extend_from_slice(payload);
        if fragment.is_last {
            return Ok(Some(datagram.packet));
        }
        if self.datagrams.len() == DATAGRAMS_MAX {
            self.datagrams.remove(0);
        }
        self.datagrams.push(datagram);
        Ok(None)
    }
}

impl Datagram {
    /// The headers of the first fragment, as they are without fragmentation. Length and checksum are left to whoever
    /// sends the datagram, who changes both.
    fn begin(fragment: &Fragment, packet: &[u8]) -> Datagram {
        // One allocation, so that no copy of it stays behind in memory.
        let mut whole = Zeroizing::new(Vec::with_capacity(DATAGRAM_SIZE_MAX));
        whole.extend_from_slice(&packet[..fragment.header]);
        match fragment.next_header {
            None => whole[6..8].fill(0),
            Some((at, next_header)) => whole[at] = next_header,
        }
        Datagram { identification: fragment.identification, header: fragment.header, packet: whole }
    }

    /// RFC 791 section 3.2, RFC 8200 section 4.5: the same addresses, protocol and identification.
    fn is_of(&self, fragment: &Fragment, packet: &[u8]) -> bool {
        let version = packet[0] >> 4;
        let ends = if version == 4 { 12..20 } else { 8..40 };
        self.identification == fragment.identification
            && self.packet[0] >> 4 == version
            && self.packet[ends.clone()] == packet[ends]
            && (version == 6 || self.packet[9] == packet[9])
    }
}

impl Fragment {
    fn of(packet: &[u8]) -> Option<Fragment> {
        match packet.first()? >> 4 {
            4 => Fragment::of_v4(packet),
            6 => Fragment::of_v6(packet),
            _ => None,
        }
    }

    fn of_v4(packet: &[u8]) -> Option<Fragment> {
        let header = usize::from(packet[0] & 15) * 4;
        let fields = u16_at(packet, 6)?;
        let is_whole = fields & (MORE_FRAGMENTS | OFFSET) == 0;
        if is_whole || header < 20 || header > packet.len() {
            return None;
        }
        Some(Fragment {
            header,
            payload: header,
            identification: u16_at(packet, 4)?.into(),
            offset: usize::from(fields & OFFSET) * 8,
            is_last: fields & MORE_FRAGMENTS == 0,
            next_header: None,
        })
    }

    fn of_v6(packet: &[u8]) -> Option<Fragment> {
        let (mut at, mut header) = (6, 40);
        for _ in 0..EXTENSION_HEADERS_MAX {
            let octets = packet.get(header..)?;
            if packet[at] == FRAGMENT {
                let fields = u16_at(octets, 2)?;
                let identification = octets.get(4..8)?.try_into().ok()?;
                return Some(Fragment {
                    header,
                    payload: header + 8,
                    identification: u32::from_be_bytes(identification),
                    offset: usize::from(fields & !7),
                    is_last: fields & 1 == 0,
                    next_header: Some((at, octets[0])),
                });
            }
            let size = extension_size(packet[at], octets)??;
            (at, header) = (header, header + size);
        }
        None
    }
}
