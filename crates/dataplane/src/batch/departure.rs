//! Sealed packets leave: as few send calls as there can be, and what becomes of what the kernel refuses.

use std::sync::Arc;

use esp::{ah, gre, DropReason};

use super::{own_header, Batch, Outer};
use crate::counters::ChildUse;
use crate::egress::Child;
use crate::outer::{self, Cutting, DONT_FRAGMENT, IPV4_HEADER};
use crate::route::{Route, Socket, Sockets};
use crate::shared::TunnelDevice;
use crate::sys::{Header, Piece};

/// UDP_SEGMENT takes as much as one datagram over IPv4 may hold, and so many segments.
const SEGMENTED_SIZE_MAX: usize = 65_507;
const SEGMENTS_MAX: usize = 64;
/// What every IPv4 host takes (RFC 791), where it is not known what the path takes.
const IPV4_MTU_MIN: usize = 576;

/// Whose frames are sent: a Child SA's, behind those of the owner before.
pub(super) struct Owner {
    pub device: Arc<TunnelDevice>,
    pub usage: Arc<ChildUse>,
    /// The number of the first frame that is not.
    pub end: usize,
}

/// By what the frames of a Child SA leave.
pub(super) struct Way {
    route: Route,
    carrier: Carrier,
    /// In front of the frame there is room for a header.
    room: usize,
    /// There is a socket for packets behind headers of ours.
    takes_headers: bool,
    /// UDP_SEGMENT has not been refused.
    pub takes_segments: bool,
    /// Octets of the largest packet, where one has to go in fragments.
    fragment_size: usize,
    /// [`Cutting::by_any_rule`]
    by_any_rule: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Udp,
    Esp,
    Ah,
    Gre,
}

impl Way {
    pub fn of(child: &Child) -> Self {
        let mut route = child.route;
        if !child.in_udp {
            // A raw IPv6 socket takes no port.
            route.remote.set_port(0);
        }
        let carrier = match (child.sa.is_unprotected(), child.sa.has_ah(), child.in_udp) {
            (true, ..) => Carrier::Gre,
            (_, true, _) => Carrier::Ah,
            (.., true) => Carrier::Udp,
            _ => Carrier::Esp,
        };
        let fits = child.fitting < usize::from(u16::MAX);
        let fragment_size = match child.fragment_size() {
            Some(mtu) => mtu,
            None if fits => IPV4_HEADER + child.sa.sealed_size(child.fitting),
            None => IPV4_MTU_MIN,
        };
        Way {
            route,
            carrier,
            room: own_header::room(child),
            takes_headers: false,
            takes_segments: carrier == Carrier::Udp && !child.usage.refuses_segments(),
            fragment_size,
            by_any_rule: child.leaves_by_any_rule(),
        }
    }

    /// May what goes the one way and what goes the other be segments of one send?
    pub fn leads_like(&self, other: &Way) -> bool {
        self.takes_segments && other.takes_segments && self.route == other.route
    }

    fn socket<'a>(&self, sockets: &'a Sockets) -> Option<&'a Socket> {
        match self.carrier {
            Carrier::Udp => sockets.esp(&self.route, true),
            Carrier::Esp => sockets.esp(&self.route, false),
            Carrier::Ah => sockets.ah(&self.route),
            Carrier::Gre => sockets.plain_gre(&self.route),
        }
    }
}

impl Batch {
    /// Send the first `end` frames, which are sealed, and forget them.
    pub(super) fn depart_to(&mut self, end: usize) {
        if let Some(mut way) = self.way.take() {
            self.transmit(&mut way, end);
        }
        self.frames.drain(..end);
        self.outers.drain(..end);
        self.owners.clear();
        self.sealed = 0;
    }

    fn transmit(&mut self, way: &mut Way, end: usize) {
        let shared = self.shared.clone();
        let Some(usual) = way.socket(&shared.sockets) else {
            return self.settle(0, end, Some(DropReason::MiscError));
        };
        let is_ah = way.carrier == Carrier::Ah;
        let by_own_headers = (way.room > 0 && self.takes_headers && !is_ah)
            .then(|| shared.sockets.esp_with_header(&way.route))
            .flatten();
        way.takes_headers = by_own_headers.is_some();
        let bare = way.route.without_source();
        let mut sent = 0;
        self.cut(way, sent, end);
        let mut piece = 0;
        while piece < self.pieces.len() {
            let Header { dont_fragment, in_fragments, is_there, .. } = self.pieces[piece].header;
            if in_fragments {
                let refused = match self.send_in_fragments(way, piece) {
                    // The kernel knows what the device takes.
                    Err(DropReason::TooLarge) if !is_there => {
                        self.pieces[piece].header.in_fragments = false;
                        continue;
                    }
                    result => result.err(),
                };
                self.settle(sent, sent + 1, refused);
                sent += 1;
                piece += 1;
                continue;
            }
            let is_other = |Piece { header, .. }: &Piece| {
                (header.dont_fragment, header.is_there) != (dont_fragment, is_there) || header.in_fragments
            };
            let other = self.pieces[piece..].iter().position(is_other);
            let alike = &self.pieces[piece..other.map_or(self.pieces.len(), |count| piece + count)];
            let (sender, buffer) = (&mut self.sender, &self.buffer);
            let (socket, route) = match by_own_headers.as_deref().filter(|_| is_there) {
                Some(socket) => (socket, &bare),
                None => (usual, &way.route),
            };
            let mut send = |may_wait| {
                let send = || sender.send(&socket.fd, route, buffer, alike, may_wait);
                socket.with_dont_fragment(dont_fragment, send)
            };
            let mut result = send(false);
            if result.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock) {
                self.has_waited = true;
                result = send(true);
            }
            let number = |error: &std::io::Error| error.raw_os_error();
            match result {
                Ok(count) => {
                    let frames =
                        self.pieces[piece..piece + count].iter().map(|piece| piece.count).sum::<usize>();
                    self.settle(sent, sent + frames, None);
                    sent += frames;
                    piece += count;
                }
                Err(error) if self.pieces[piece].segment_size != 0 && refuses_segments(&error) => {
                    way.takes_segments = false;
                    self.owners.iter().for_each(|owner| owner.usage.set_refuses_segments(true));
                    self.cut(way, sent, end);
                    piece = 0;
                }
                // The device takes less than is known. It has been judged before that it may be fragmented.
                Err(error) if number(&error) == Some(libc::EMSGSIZE) && (is_there || dont_fragment) => {
                    let Piece { range, header, .. } = &mut self.pieces[piece];
                    (header.dont_fragment, header.in_fragments) = (false, is_ah);
                    if is_there && !is_ah {
                        header.is_there = false;
                        range.start += way.room;
                    }
                }
                Err(error) if number(&error) == Some(libc::EINVAL) && is_there && !is_ah => {
                    (self.takes_headers, way.takes_headers) = (false, false);
                    self.cut(way, sent, end);
                    piece = 0;
                }
                Err(_) => {
                    let count = self.pieces[piece].count;
                    self.settle(sent, sent + count, Some(DropReason::MiscError));
                    sent += count;
                    piece += 1;
                }
            }
        }
    }

    /// Make pieces of the frames from `first` to before `end`: runs of one size for UDP_SEGMENT, else single ones.
    fn cut(&mut self, way: &Way, first: usize, end: usize) {
        self.pieces.clear();
        // The size of the last piece's segments.
        let mut segment = 0;
        let mut is_open = false;
        for (frame, &Outer { header, size, may_be_segment, .. }) in
            self.frames[..end].iter().zip(&self.outers).skip(first)
        {
            let range = frame.start..frame.start + size;
            let own_header = match way.carrier {
                Carrier::Ah if way.room > 0 => Some(own_header::in_ah(way.room, range.clone(), header)),
                Carrier::Esp | Carrier::Udp if way.takes_headers && may_be_segment => {
                    let shared = &self.shared;
                    let (room, told) = (way.room, (shared.identification() as u16, shared.sockets.ttl));
                    own_header::around_esp(&mut self.buffer, room, range.clone(), header, &way.route, told)
                }
                _ => None,
            };
            if let Some((range, header)) = own_header {
                self.pieces.push(Piece { range, segment_size: 0, count: 1, header });
                continue;
            }
            if let Some(last) = self.pieces.last_mut().filter(|_| is_open) {
                let is_next = header == last.header && header.options == 0 && range.start == last.range.end;
                if size <= segment && is_next && range.end - last.range.start <= SEGMENTED_SIZE_MAX {
                    last.segment_size = segment as u16;
                    last.count += 1;
                    last.range.end = range.end;
                    is_open = size == segment && last.count < SEGMENTS_MAX;
                    continue;
                }
            }
            self.pieces.push(Piece { range, segment_size: 0, count: 1, header });
            segment = size;
            is_open = way.takes_segments && may_be_segment;
        }
    }

    /// Count the frames from `first` to before `end`, each for its owner, as sent, or as dropped for a reason.
    fn settle(&self, first: usize, end: usize, refused: Option<DropReason>) {
        let mut begin = first;
        for owner in self.owners.iter().filter(|owner| owner.end > first) {
            let frames = &self.outers[begin..owner.end.min(end)];
            let (packets, counters) = (frames.len() as u64, &owner.device.counters.outbound);
            begin += frames.len();
            if let Some(reason) = refused {
                counters.drop(reason, packets);
            } else {
                let octets = frames.iter().map(|outer| outer.octets).sum();
                counters.packets.add(packets);
                counters.octets.add(octets);
                owner.usage.carried_out.add(packets, octets);
            }
            if begin >= end {
                return;
            }
        }
    }

    /// Send the piece `number` as the path takes it. The kernel would cut it as the device does.
    fn send_in_fragments(&mut self, way: &Way, number: usize) -> Result<(), DropReason> {
        let Piece { range, header, .. } = self.pieces[number].clone();
        let identification = self.shared.identification();
        let payload = &self.buffer[range.clone()];
        let mut packet = if header.is_there {
            payload.to_vec()
        } else {
            let options = &self.buffer[range.start - header.options..range.start];
            let datagram = (way.carrier == Carrier::Udp).then(|| outer::datagram(&way.route, payload));
            let payload = datagram.as_deref().unwrap_or(payload);
            let protocol = match way.carrier {
                Carrier::Udp => outer::UDP,
                Carrier::Esp => outer::ESP,
                Carrier::Ah => ah::PROTOCOL,
                Carrier::Gre => gre::PROTOCOL,
            };
            let (size, name) = (payload.len(), identification as u16);
            let mut packet = outer::front(&way.route, header, options, size, protocol, name)?;
            packet.extend_from_slice(payload);
            packet
        };
        if packet[0] >> 4 == 4 {
            // With DF it would get another identification, which AH covers.
            packet[6] &= !DONT_FRAGMENT;
        }
        let Way { fragment_size: mtu, by_any_rule, .. } = *way;
        let cutting = Cutting { mtu, identification, by_any_rule, may_wait: true };
        self.shared.fragments.send(&mut self.sender, &way.route, &packet, &cutting)
    }
}

/// The path's MTU is too small for the segments, or a device on it or the kernel cannot do it. GSO cannot fragment,
/// but the kernel does so for single datagrams.
pub fn refuses_segments(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMSGSIZE | libc::EINVAL | libc::EIO | libc::EOPNOTSUPP))
}
