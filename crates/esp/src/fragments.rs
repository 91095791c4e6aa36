//! Whole datagrams out of fragments (RFC 791 section 3.2, RFC 8200 section 4.5).
//!
//! Who needs them: transport mode, which protects nothing less (RFC 4303 section 3.3.4), and SAs that are chosen by
//! ports, which only a datagram's first fragment shows (RFC 4301 section 7).
//!
//! Fragments come in any order. Those that overlap end their datagram, with everything that is still to come of it
//! (RFC 5722 section 4, RFC 1858): nobody honest sends them, and two readers could make two different datagrams of
//! them. Memory and time are bounded; the oldest datagram gives way.

use zeroize::Zeroizing;

use crate::inner_ip::{checksum, extension_size, stated_length, u16_at, EXTENSION_HEADERS_MAX, FRAGMENT};
use crate::DropReason;

/// So many datagrams are put together at the same time.
pub const DATAGRAMS_MAX: usize = 64;
/// What all of them together hold, with [`PIECE_COST`] for each fragment.
pub const OCTETS_MAX: usize = 1 << 20;
/// What comes this long after the first fragment finds nothing to go with any more.
pub const TIMEOUT_MS: u64 = 30_000;
/// More than an honest datagram has: 65,535 octets in packets of 576, which every host takes, are 118.
const PIECES_MAX: usize = 128;
const PIECE_COST: usize = 64;
const DATAGRAM_SIZE_MAX: usize = 65_535;
const IPV6_HEADER: usize = 40;
pub(crate) const MORE_FRAGMENTS: u16 = 0x2000;
pub(crate) const OFFSET: u16 = 0x1FFF;

/// What the headers of a fragment say.
#[derive(Clone, Copy)]
pub(crate) struct Fragment {
    /// Octets in front of what is fragmented, without IPv6's fragment header.
    pub header: usize,
    /// Where what this one has of it begins in the packet: behind IPv6's fragment header.
    pub payload: usize,
    pub identification: u32,
    /// The octets of the datagram's payload in front of this fragment.
    pub offset: usize,
    pub is_last: bool,
    /// IPv6: the field that names the fragment header, and what it shall name afterwards.
    pub next_header: Option<(usize, u8)>,
}

/// The same addresses, identification and, of IPv4, protocol (RFC 791 section 3.2, RFC 8200 section 4.5).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Name {
    version: u8,
    protocol: u8,
    identification: u32,
    addresses: [u8; 32],
}

struct Piece {
    offset: usize,
    octets: Zeroizing<Vec<u8>>,
}

struct Datagram {
    name: Name,
    begun: u64,
    /// In the order of their offsets, none of which overlap.
    pieces: Vec<Piece>,
    /// The header of the first fragment, as it is without fragmentation.
    header: Option<Zeroizing<Vec<u8>>>,
    /// The size of the payload, once the last fragment has told it.
    end: Option<usize>,
    /// Fragments contradicted each other: nothing comes of it any more.
    is_spoiled: bool,
    held: usize,
}

/// Datagrams that are not complete yet, oldest first.
#[derive(Default)]
pub struct Reassembly {
    datagrams: Vec<Datagram>,
    held: usize,
    lost: Lost,
}

/// Fragments whose datagram was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// The others did not come in time.
    pub too_late: u64,
    /// There was no room for it.
    pub no_room: u64,
}

/// Is `packet` a fragment?
#[inline]
pub fn is_fragment(packet: &[u8]) -> bool {
    Fragment::of(packet).is_some()
}

impl Reassembly {
    /// Take the fragment `packet` at the time `now`, in milliseconds. Gives the datagram that it completes, with the
    /// header of its first fragment. A reason: this fragment serves no datagram. Others may be lost by the way.
    pub fn take(&mut self, packet: &[u8], now: u64) -> Result<Option<Zeroizing<Vec<u8>>>, DropReason> {
        let size = stated_length(packet).ok_or(DropReason::Malformed)?;
        let packet = &packet[..size];
        let fragment = Fragment::of(packet).ok_or(DropReason::Malformed)?;
        let payload = &packet[fragment.payload..];
        let is_v6 = fragment.next_header.is_some();
        let in_front = if is_v6 { fragment.header - IPV6_HEADER } else { fragment.header };
        let is_cut_well = !payload.is_empty() && (fragment.is_last || payload.len().is_multiple_of(8));
        if !is_cut_well || in_front + fragment.offset + payload.len() > DATAGRAM_SIZE_MAX {
            return Err(DropReason::BadFragment);
        }
        self.forget(now);
        if fragment.offset == 0 && fragment.is_last {
            // Alone, whatever else has its name (RFC 6946 section 4).
            let whole = rebuild(&header_of(&fragment, packet), [payload].into_iter(), payload.len());
            return Ok(Some(whole));
        }
        let name = Name::of(&fragment, packet);
        let mut datagram = match self.datagrams.iter().position(|datagram| datagram.name == name) {
            Some(known) => self.remove(known),
            None => Datagram::new(name, now),
        };
        let taken = datagram.take(&fragment, packet);
        if taken.is_ok() && datagram.is_complete() {
            return Ok(Some(datagram.rebuild()));
        }
        self.keep(datagram);
        taken.map(|()| None)
    }

    /// Octets that are held, counted with what holding them costs.
    pub fn held(&self) -> usize {
        self.held
    }

    /// What was lost since this was last asked.
    pub fn take_lost(&mut self) -> Lost {
        std::mem::take(&mut self.lost)
    }

    fn forget(&mut self, now: u64) {
        while self.datagrams.first().is_some_and(|oldest| now.saturating_sub(oldest.begun) >= TIMEOUT_MS) {
            self.lost.too_late += self.remove(0).pieces.len() as u64;
        }
    }

    fn remove(&mut self, index: usize) -> Datagram {
        let datagram = self.datagrams.remove(index);
        self.held -= datagram.held;
        datagram
    }

    fn keep(&mut self, datagram: Datagram) {
        while !self.datagrams.is_empty()
            && (self.datagrams.len() >= DATAGRAMS_MAX || self.held + datagram.held > OCTETS_MAX)
        {
            self.lost.no_room += self.remove(0).pieces.len() as u64;
        }
        self.held += datagram.held;
        let place = self.datagrams.partition_point(|other| other.begun <= datagram.begun);
        self.datagrams.insert(place, datagram);
    }
}

impl Datagram {
    fn new(name: Name, now: u64) -> Datagram {
        let (pieces, held) = (Vec::new(), PIECE_COST);
        Datagram { name, begun: now, pieces, header: None, end: None, is_spoiled: false, held }
    }

    fn take(&mut self, fragment: &Fragment, packet: &[u8]) -> Result<(), DropReason> {
        if self.is_spoiled {
            return Err(DropReason::BadFragment);
        }
        let payload = &packet[fragment.payload..];
        let place = self.pieces.partition_point(|piece| piece.offset < fragment.offset);
        let is_again = |piece: &Piece| piece.offset == fragment.offset && *piece.octets == payload;
        if self.pieces.get(place).is_some_and(is_again) {
            // The network has doubled it, which is no overlap (RFC 8200 section 4.5).
            return Ok(());
        }
        if self.pieces.len() == PIECES_MAX || !self.fits(fragment, place, payload.len()) {
            self.spoil();
            return Err(DropReason::BadFragment);
        }
        if fragment.offset == 0 {
            let header = header_of(fragment, packet);
            self.held += header.len();
            self.header = Some(header);
        }
        if fragment.is_last {
            self.end = Some(fragment.offset + payload.len());
        }
        self.held += payload.len() + PIECE_COST;
        let octets = Zeroizing::new(payload.to_vec());
        self.pieces.insert(place, Piece { offset: fragment.offset, octets });
        Ok(())
    }

    /// Does the fragment agree with all others?
    fn fits(&self, fragment: &Fragment, place: usize, size: usize) -> bool {
        let end = fragment.offset + size;
        let begin_is_free = place == 0 || self.pieces[place - 1].end() <= fragment.offset;
        let end_is_free = self.pieces.get(place).is_none_or(|next| end <= next.offset);
        let last_agrees = match (self.end, fragment.is_last) {
            (Some(known), true) => end == known,
            (Some(known), false) => end < known,
            (None, true) => self.pieces.last().is_none_or(|last| last.end() < end),
            (None, false) => true,
        };
        begin_is_free && end_is_free && last_agrees
    }

    /// Remember only that nothing may come of it.
    fn spoil(&mut self) {
        *self = Datagram { begun: self.begun, is_spoiled: true, ..Datagram::new(self.name, 0) };
    }

    fn is_complete(&self) -> bool {
        let has: usize = self.pieces.iter().map(|piece| piece.octets.len()).sum();
        self.end == Some(has) && self.header.is_some()
    }

    fn rebuild(&self) -> Zeroizing<Vec<u8>> {
        let header = self.header.as_deref().map_or(&[][..], Vec::as_slice);
        rebuild(header, self.pieces.iter().map(|piece| piece.octets.as_slice()), self.end.unwrap_or(0))
    }
}

impl Piece {
    fn end(&self) -> usize {
        self.offset + self.octets.len()
    }
}

impl Name {
    fn of(fragment: &Fragment, packet: &[u8]) -> Name {
        let mut addresses = [0; 32];
        let (version, ends) = (packet[0] >> 4, if packet[0] >> 4 == 4 { 12..20 } else { 8..40 });
        addresses[..ends.len()].copy_from_slice(&packet[ends]);
        let protocol = if version == 4 { packet[9] } else { 0 };
        Name { version, protocol, identification: fragment.identification, addresses }
    }
}

/// The header of a first fragment, as it is without fragmentation but for its length and checksum. DF is off: who
/// sent fragments does not mind them.
fn header_of(fragment: &Fragment, packet: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut header = Zeroizing::new(packet[..fragment.header].to_vec());
    match fragment.next_header {
        None => header[6..8].fill(0),
        Some((at, next_header)) => header[at] = next_header,
    }
    header
}

/// One allocation, so that no copy of it stays behind in memory.
fn rebuild<'a>(header: &[u8], pieces: impl Iterator<Item = &'a [u8]>, size: usize) -> Zeroizing<Vec<u8>> {
    let mut whole = Zeroizing::new(Vec::with_capacity(header.len() + size));
    whole.extend_from_slice(header);
    pieces.for_each(|piece| whole.extend_from_slice(piece));
    set_length(&mut whole, header.len());
    whole
}

/// Make length and, of IPv4, checksum right in `packet`, whose IPv4 header has `header` octets.
pub(crate) fn set_length(packet: &mut [u8], header: usize) {
    if packet[0] >> 4 == 4 {
        let length = packet.len() as u16;
        packet[2..4].copy_from_slice(&length.to_be_bytes());
        packet[10..12].fill(0);
        let sum = checksum(&packet[..header]);
        packet[10..12].copy_from_slice(&sum);
    } else {
        let length = (packet.len() - IPV6_HEADER) as u16;
        packet[4..6].copy_from_slice(&length.to_be_bytes());
    }
}

impl Fragment {
    pub(crate) fn of(packet: &[u8]) -> Option<Fragment> {
        match packet.first()? >> 4 {
            4 => Fragment::of_v4(packet),
            6 => Fragment::of_v6(packet),
            _ => None,
        }
    }

    #[inline]
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
        let (mut at, mut header) = (6, IPV6_HEADER);
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
