//! Fragments of what is too large for a tunnel, made before encryption (RFC 791 section 3.2, RFC 8200 section 4.5).
//!
//! Of IPv6 only a packet's source may do so. Here it is done for packets of the host itself, and for others where the
//! configuration asks for it: their destination puts them together as it does any others.

use crate::fragments::{set_length, Fragment, MORE_FRAGMENTS, OFFSET};
use crate::inner_ip::{
    extension_size, stated_length, u16_at, DESTINATION_OPTIONS, EXTENSION_HEADERS_MAX, FRAGMENT, HOP_BY_HOP,
    ROUTING,
};
use crate::DropReason;

const IPV6_HEADER: usize = 40;
const FRAGMENT_HEADER: usize = 8;
const DONT_FRAGMENT: u16 = 0x4000;
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
/// The option is for all fragments, not for the first alone (RFC 791 section 3.1).
const COPIED: u8 = 0x80;

/// Give `packet` to `give` in fragments of at most `mtu` octets. What is a fragment already is cut further.
///
/// `identification` names the fragments where `packet` itself has no name for them: over IPv6, and over IPv4 where
/// DF was set (RFC 6864 section 4.1). A reason: it cannot be cut so small, or is malformed; then nothing was given.
pub fn split(
    packet: &[u8],
    mtu: usize,
    identification: u32,
    give: impl FnMut(&[u8]),
) -> Result<(), DropReason> {
    let size = stated_length(packet).ok_or(DropReason::Malformed)?;
    let packet = &packet[..size];
    let cut = if packet[0] >> 4 == 4 { cut_v4(packet) } else { cut_v6(packet, identification) };
    let cut = cut.ok_or(DropReason::Malformed)?;
    let room = mtu.saturating_sub(cut.header.len()) & !7;
    if room == 0 {
        return Err(DropReason::TooLarge);
    }
    if packet[0] >> 4 == 4 {
        give_v4(&cut, room, identification as u16, give);
    } else {
        give_v6(&cut, room, give);
    }
    Ok(())
}

/// A packet where it is to be cut.
struct Cut<'a> {
    /// The header of each fragment, over IPv6 with its fragment header; the first one's, over IPv4.
    header: Vec<u8>,
    payload: &'a [u8],
    /// Octets in front of the packet's own, where it is a fragment.
    offset: usize,
    /// More fragments follow the last one.
    more: bool,
}

fn cut_v4(packet: &[u8]) -> Option<Cut<'_>> {
    let header = usize::from(packet[0] & 15) * 4;
    let fields = u16_at(packet, 6)?;
    Some(Cut {
        header: packet.get(..header)?.to_vec(),
        payload: &packet[header..],
        offset: usize::from(fields & OFFSET) * 8,
        more: fields & MORE_FRAGMENTS != 0,
    })
}

fn give_v4(cut: &Cut<'_>, room: usize, identification: u16, mut give: impl FnMut(&[u8])) {
    let mut header = cut.header.clone();
    let is_fragment = cut.more || cut.offset > 0;
    if u16_at(&header, 6).is_some_and(|fields| fields & DONT_FRAGMENT != 0) && !is_fragment {
        header[4..6].copy_from_slice(&identification.to_be_bytes());
    }
    let mut fragment = Vec::with_capacity(header.len() + room);
    for (offset, more, payload) in pieces(cut, room) {
        let fields = (offset / 8) as u16 | if more { MORE_FRAGMENTS } else { 0 };
        header[6..8].copy_from_slice(&fields.to_be_bytes());
        fragment.clear();
        fragment.extend_from_slice(&header);
        fragment.extend_from_slice(payload);
        set_length(&mut fragment, header.len());
        give(&fragment);
        if offset == 0 {
            keep_copied_options(&mut header[20..]);
        }
    }
}

/// Blank the options that only the first fragment has. They keep their room, so that all have one header size.
fn keep_copied_options(options: &mut [u8]) {
    let mut at = 0;
    while at < options.len() && options[at] != END_OF_OPTIONS {
        let size = match options[at] {
            NO_OPERATION => 1,
            _ => options.get(at + 1).map_or(0, |&size| usize::from(size)),
        };
        let end = at + size;
        if size == 0 || end > options.len() {
            // Malformed: whatever it is, the first fragment has it.
            options[at..].fill(NO_OPERATION);
            return;
        }
        if options[at] & COPIED == 0 {
            options[at..end].fill(NO_OPERATION);
        }
        at = end;
    }
}

fn cut_v6(packet: &[u8], identification: u32) -> Option<Cut<'_>> {
    if let Some(fragment) = Fragment::of(packet) {
        return Some(Cut {
            header: packet.get(..fragment.payload)?.to_vec(),
            payload: &packet[fragment.payload..],
            offset: fragment.offset,
            more: !fragment.is_last,
        });
    }
    let (named_at, header) = unfragmentable(packet)?;
    let mut front = packet[..header].to_vec();
    let next_header = std::mem::replace(&mut front[named_at], FRAGMENT);
    front.extend_from_slice(&[next_header, 0, 0, 0]);
    front.extend_from_slice(&identification.to_be_bytes());
    Some(Cut { header: front, payload: &packet[header..], offset: 0, more: false })
}

/// The headers that each hop looks at stand in front of the fragment header: hop-by-hop options, routing, and
/// destination options before routing. Gives the field that names what follows them, and their size.
fn unfragmentable(packet: &[u8]) -> Option<(usize, usize)> {
    packet.get(..IPV6_HEADER)?;
    let (mut at, mut header) = (6, IPV6_HEADER);
    let mut end = (at, header);
    for _ in 0..EXTENSION_HEADERS_MAX {
        let kind = packet[at];
        if !matches!(kind, HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS) {
            break;
        }
        let octets = packet.get(header..)?;
        let size = extension_size(kind, octets)??;
        octets.get(..size)?;
        (at, header) = (header, header + size);
        if kind != DESTINATION_OPTIONS {
            end = (at, header);
        }
    }
    Some(end)
}

fn give_v6(cut: &Cut<'_>, room: usize, mut give: impl FnMut(&[u8])) {
    let mut fragment = Vec::with_capacity(cut.header.len() + room);
    for (offset, more, payload) in pieces(cut, room) {
        fragment.clear();
        fragment.extend_from_slice(&cut.header);
        let fields = cut.header.len() - FRAGMENT_HEADER + 2;
        fragment[fields..fields + 2].copy_from_slice(&(offset as u16 | u16::from(more)).to_be_bytes());
        fragment.extend_from_slice(payload);
        set_length(&mut fragment, IPV6_HEADER);
        give(&fragment);
    }
}

/// Offset, whether more follow, and payload of each fragment.
fn pieces<'a>(cut: &'a Cut<'_>, room: usize) -> impl Iterator<Item = (usize, bool, &'a [u8])> {
    let count = cut.payload.len().div_ceil(room);
    cut.payload
        .chunks(room)
        .enumerate()
        .map(move |(index, payload)| (cut.offset + index * room, index + 1 < count || cut.more, payload))
}
