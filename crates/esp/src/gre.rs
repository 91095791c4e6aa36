//! GRE (RFC 2784) with key and sequence number (RFC 2890): the header between a tunnel's packets and the IP header,
//! or ESP, that carries them.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-----------------+-----+-------------------------------+
//! |C|0|K|S|    Reserved     | Ver |         Protocol Type         |
//! +-------------------------------+-------------------------------+
//! |      Checksum (if C)          |           Reserved (if C)     |
//! +---------------------------------------------------------------+
//! |                           Key (if K)                          |
//! +---------------------------------------------------------------+
//! |                    Sequence Number (if S)                     |
//! +---------------------------------------------------------------+
//! ```

use std::net::IpAddr;

use crate::inner_ip::{checksum, u16_at};
use crate::DropReason;

/// GRE's own protocol number.
pub const PROTOCOL: u8 = 47;
/// Octets of the longest header, and of the longest IP header in front of it.
pub const HEADERS_MAX: usize = 16 + 40;
/// The Protocol Type of a keepalive that has come back: nothing is inside.
pub const KEEPALIVE: u16 = 0;

const CHECKSUM: u8 = 0x80;
const KEY: u8 = 0x20;
const SEQUENCE: u8 = 0x10;
/// What RFC 2784 section 2.3 has a receiver refuse: routing (RFC 1701) and reserved bits that count, versions.
const REFUSED: [u8; 2] = [0x4C, 0x07];
const FIELD: usize = 4;
/// No packet takes so long from one end to the other.
const FORGOTTEN_MS: u64 = 10_000;
/// EtherTypes of what is inside.
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86DD;
/// Of the Next Hop Resolution Protocol (RFC 2332), which has no IP header of its own.
pub const NHRP: u16 = 0x2001;
/// What routers give the packets of a tunnel.
pub const TTL: u8 = 255;
/// Class selector 6: what keeps the network itself going (RFC 4594 section 3.1).
const CONTROL_TOS: u8 = 0xC0;

/// How a tunnel's headers look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gre {
    pub key: Option<u32>,
    pub checksum: bool,
    pub sequence: bool,
}

/// A header that was read. Who has not looked at its key does not know whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Octets of the header.
    pub size: usize,
    pub key: Option<u32>,
    pub sequence: Option<u32>,
    /// An EtherType, or another Protocol Type.
    pub protocol: u16,
}

impl Header {
    /// Read the header at the begin of `packet`. A checksum is looked at wherever there is one.
    pub fn of(packet: &[u8]) -> Result<Self, DropReason> {
        let &[flags, version, high, low, ..] = packet else { return Err(DropReason::PacketTruncated) };
        if flags & REFUSED[0] != 0 || version & REFUSED[1] != 0 {
            return Err(DropReason::MiscError);
        }
        let mut size = FIELD;
        let mut field = |is_there: bool| {
            let at = size;
            size += FIELD * usize::from(is_there);
            is_there.then(|| Some(u32::from(u16_at(packet, at)?) << 16 | u32::from(u16_at(packet, at + 2)?)))
        };
        let parts = [field(flags & CHECKSUM != 0), field(flags & KEY != 0), field(flags & SEQUENCE != 0)];
        if packet.len() < size || parts.contains(&Some(None)) {
            return Err(DropReason::PacketTruncated);
        }
        let [sum, key, sequence] = parts.map(Option::flatten);
        if sum.is_some() && checksum(packet) != [0, 0] {
            return Err(DropReason::IntegrityFailure);
        }
        Ok(Header { size, key, sequence, protocol: u16::from_be_bytes([high, low]) })
    }

    /// Is there an IP packet behind it in `packet`, of the version that it says?
    pub fn check_inner(&self, packet: &[u8]) -> Result<(), DropReason> {
        let Some(first) = packet.get(self.size) else { return Err(DropReason::PacketTruncated) };
        match (self.protocol, first >> 4) {
            (IPV4, 4) | (IPV6, 6) => Ok(()),
            _ => Err(DropReason::UnknownProtocol),
        }
    }
}

impl Gre {
    /// Octets of a header.
    pub fn size(&self) -> usize {
        FIELD
            * (1 + usize::from(self.checksum) + usize::from(self.key.is_some()) + usize::from(self.sequence))
    }

    /// Write the header at the begin of `packet`; the IP packet behind it is there already.
    pub fn write(&self, packet: &mut [u8], sequence: u32) {
        let protocol = ether_type(&packet[self.size()..]);
        self.write_as(packet, protocol, sequence);
    }

    /// Write the header in front of what is of the Protocol Type `protocol`, which may be nothing.
    pub fn write_as(&self, packet: &mut [u8], protocol: u16, sequence: u32) {
        let size = self.size();
        let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
        packet[..size].fill(0);
        packet[0] =
            flag(self.checksum, CHECKSUM) | flag(self.key.is_some(), KEY) | flag(self.sequence, SEQUENCE);
        packet[2..4].copy_from_slice(&protocol.to_be_bytes());
        let mut at = FIELD + usize::from(self.checksum) * FIELD;
        if let Some(key) = self.key {
            packet[at..at + FIELD].copy_from_slice(&key.to_be_bytes());
            at += FIELD;
        }
        if self.sequence {
            packet[at..at + FIELD].copy_from_slice(&sequence.to_be_bytes());
        }
        if self.checksum {
            let sum = checksum(packet);
            packet[4..6].copy_from_slice(&sum);
        }
    }

    /// Read the header at the begin of `packet`, which is to hold an IP packet. Another key than ours, or one where we
    /// have none, is another tunnel's.
    pub fn read(&self, packet: &[u8]) -> Result<Header, DropReason> {
        let header = self.read_any(packet)?;
        header.check_inner(packet)?;
        Ok(header)
    }

    /// [`Self::read`] whatever the packet is to hold.
    pub fn read_any(&self, packet: &[u8]) -> Result<Header, DropReason> {
        let header = Header::of(packet)?;
        if header.key != self.key && packet.len() > header.size {
            return Err(DropReason::TsUnacceptable);
        }
        Ok(header)
    }

    /// The IP packet that a keepalive of the device's makers has inside: GRE around nothing, from the peer to us. The
    /// peer takes its own GRE off and routes what it finds, which so comes back.
    pub fn keepalive(&self, local: IpAddr, remote: IpAddr) -> Vec<u8> {
        // Numbers are of what the peer counts, and the peer does not look at this.
        let header = Gre { sequence: false, ..*self };
        let delivery = delivery_size(local);
        let mut packet = vec![0; delivery + header.size()];
        header.write_as(&mut packet[delivery..], KEEPALIVE, 0);
        write_delivery(&mut packet, remote, local, CONTROL_TOS);
        packet
    }
}

/// The EtherType of an IP packet.
pub fn ether_type(ip: &[u8]) -> u16 {
    if ip[0] >> 4 == 4 {
        IPV4
    } else {
        IPV6
    }
}

/// The GRE header and what is behind it, if the IP packet `inner` is a keepalive of the peer's that is to go back there:
/// one from `local` to `remote`.
pub fn to_return(inner: &[u8], local: IpAddr, remote: IpAddr) -> Option<&[u8]> {
    let size = delivered(inner).ok()?;
    let is_between = match (local, remote) {
        (IpAddr::V4(local), IpAddr::V4(remote)) => {
            inner[0] >> 4 == 4 && inner[12..16] == local.octets() && inner[16..20] == remote.octets()
        }
        (IpAddr::V6(local), IpAddr::V6(remote)) => {
            inner[0] >> 4 == 6 && inner[8..24] == local.octets() && inner[24..40] == remote.octets()
        }
        _ => false,
    };
    let returned = inner.get(size..)?;
    (is_between && Header::of(returned).is_ok_and(|header| header.protocol == KEEPALIVE)).then_some(returned)
}

/// The order of the packets that a tunnel has taken (RFC 2890 section 2.2).
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    /// The highest number, and when it came.
    last: Option<(u32, u64)>,
}

impl Order {
    /// May the packet of this number be taken at `now`, in milliseconds? What was overtaken may not. After a while of
    /// nothing else the peer is believed to have begun anew, of which GRE has no way to tell.
    pub fn take(&mut self, sequence: u32, now: u64) -> bool {
        let is_overtaken = |(last, at): (u32, u64)| {
            sequence.wrapping_sub(last) as i32 <= 0 && now.saturating_sub(at) < FORGOTTEN_MS
        };
        if self.last.is_some_and(is_overtaken) {
            return false;
        }
        self.last = Some((sequence, now));
        true
    }
}

/// Octets of the IP header that carries GRE from `source`.
pub fn delivery_size(source: IpAddr) -> usize {
    if source.is_ipv4() {
        20
    } else {
        40
    }
}

/// Write the IP header that carries GRE, in ESP's tunnel mode or in GRE, at the begin of `packet`, which it fills. Both addresses
/// are of one version.
pub fn write_delivery(packet: &mut [u8], source: IpAddr, destination: IpAddr, tos: u8) {
    write_delivery_of(PROTOCOL, packet, source, destination, tos);
}

/// [`write_delivery`] of another protocol.
pub fn write_delivery_of(protocol: u8, packet: &mut [u8], source: IpAddr, destination: IpAddr, tos: u8) {
    let size = packet.len();
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let [high, low] = (size as u16).to_be_bytes();
            // An atomic datagram, whose identification means nothing (RFC 6864 section 4.1).
            packet[..12].copy_from_slice(&[0x45, tos, high, low, 0, 0, 0x40, 0, TTL, protocol, 0, 0]);
            packet[12..16].copy_from_slice(&source.octets());
            packet[16..20].copy_from_slice(&destination.octets());
            let sum = checksum(&packet[..20]);
            packet[10..12].copy_from_slice(&sum);
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            let [high, low] = ((size - 40) as u16).to_be_bytes();
            packet[..8].copy_from_slice(&[0x60 | tos >> 4, tos << 4, 0, 0, high, low, protocol, TTL]);
            packet[8..24].copy_from_slice(&source.octets());
            packet[24..40].copy_from_slice(&destination.octets());
        }
        _ => packet.fill(0),
    }
}

/// How many octets of headers stand in front of GRE in the IP packet `packet`, whole and of a known version.
pub fn delivered(packet: &[u8]) -> Result<usize, DropReason> {
    let cut = crate::transport::Cut::of(packet)?;
    if cut.next_header == PROTOCOL {
        Ok(cut.header)
    } else {
        Err(DropReason::UnknownProtocol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest IPv4 packet.
    const INNER: [u8; 20] = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];

    fn all() -> impl Iterator<Item = Gre> {
        (0..8).map(|bits| Gre {
            key: (bits & 1 != 0).then_some(0xDEAD_BEEF),
            checksum: bits & 2 != 0,
            sequence: bits & 4 != 0,
        })
    }

    fn written(gre: &Gre) -> Vec<u8> {
        let mut packet = vec![0xFF; gre.size()];
        packet.extend_from_slice(&INNER);
        gre.write(&mut packet, 7);
        packet
    }

    #[test]
    fn what_is_written_is_read() {
        for gre in all() {
            let packet = written(&gre);
            let read = gre.read(&packet).unwrap();
            let (key, sequence) = (gre.key, gre.sequence.then_some(7));
            assert_eq!(read, Header { size: gre.size(), key, sequence, protocol: IPV4 });
            assert_eq!(packet[read.size..], INNER);
        }
    }

    #[test]
    fn the_octets_are_those_of_the_rfc() {
        let gre = Gre { key: Some(0x0102_0304), checksum: false, sequence: true };
        assert_eq!(written(&gre)[..12], [0x30, 0, 8, 0, 1, 2, 3, 4, 0, 0, 0, 7]);
    }

    #[test]
    fn a_packet_that_is_cut_anywhere_is_refused() {
        for gre in all() {
            let packet = written(&gre);
            for size in 0..gre.size() {
                assert_eq!(gre.read(&packet[..size]), Err(DropReason::PacketTruncated));
            }
            // What is gone is missing in the sum.
            let of_empty =
                if gre.checksum { DropReason::IntegrityFailure } else { DropReason::PacketTruncated };
            assert_eq!(gre.read(&packet[..gre.size()]), Err(of_empty));
        }
    }

    #[test]
    fn another_key_is_another_tunnel() {
        let (none, some) = (Gre::default(), Gre { key: Some(1), ..Gre::default() });
        let other = Gre { key: Some(2), ..Gre::default() };
        for (ours, theirs) in [(none, some), (some, none), (some, other)] {
            assert_eq!(ours.read(&written(&theirs)), Err(DropReason::TsUnacceptable));
        }
    }

    #[test]
    fn a_wrong_checksum_is_noticed_where_there_is_one() {
        let gre = Gre { checksum: true, ..Gre::default() };
        let mut packet = written(&gre);
        assert!(Gre::default().read(&packet).is_ok(), "also by one who sends none");
        *packet.last_mut().unwrap() ^= 1;
        assert_eq!(gre.read(&packet), Err(DropReason::IntegrityFailure));
    }

    #[test]
    fn routing_versions_and_other_protocols_are_refused() {
        let gre = Gre::default();
        for (at, octet, reason) in [
            (0, 0x40, DropReason::MiscError),
            (0, 0x08, DropReason::MiscError),
            (1, 0x01, DropReason::MiscError),
            (2, 0x65, DropReason::UnknownProtocol),
        ] {
            let mut packet = written(&gre);
            packet[at] |= octet;
            assert_eq!(gre.read(&packet), Err(reason));
        }
    }

    #[test]
    fn nhrp_is_read_by_who_asks_for_it() {
        for gre in all() {
            let mut packet = vec![0; gre.size()];
            packet.extend_from_slice(&[0, 1, 8, 0]);
            gre.write_as(&mut packet, NHRP, 9);
            let read = gre.read_any(&packet).unwrap();
            assert_eq!((read.size, read.protocol), (gre.size(), NHRP));
            assert_eq!(gre.read(&packet), Err(DropReason::UnknownProtocol));
        }
    }

    #[test]
    fn a_keepalive_comes_back_by_who_only_routes_it() {
        let ends: [(IpAddr, IpAddr); 2] =
            [([192, 0, 2, 1].into(), [192, 0, 2, 2].into()), ([1; 16].into(), [2; 16].into())];
        for gre in all() {
            for (local, remote) in ends {
                let inner = gre.keepalive(local, remote);
                assert_eq!(crate::inner_ip::stated_length(&inner), Some(inner.len()));
                let returned = to_return(&inner, remote, local).unwrap();
                let header = Header::of(returned).unwrap();
                assert_eq!((header.key, header.sequence, header.protocol), (gre.key, None, KEEPALIVE));
                assert_eq!(header.size, returned.len());
                assert_eq!(to_return(&inner, local, remote), None, "from us to the peer");
                for size in 0..inner.len() {
                    assert_eq!(to_return(&inner[..size], remote, local), None);
                }
            }
        }
    }

    #[test]
    fn what_was_overtaken_is_refused_until_the_peer_may_have_begun_anew() {
        let mut order = Order::default();
        let taken = [(u32::MAX, 1), (0, 2), (u32::MAX, 3), (0, 4), (5, 5), (4, 6)];
        assert_eq!(
            taken.map(|(sequence, now)| order.take(sequence, now)),
            [true, true, false, false, true, false]
        );
        assert!(!order.take(0, FORGOTTEN_MS + 4));
        assert!(order.take(0, FORGOTTEN_MS + 5));
    }

    #[test]
    fn what_is_no_keepalive_is_not_sent_back() {
        let (local, remote) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let mut packet = vec![0; 20 + 4];
        packet.extend_from_slice(&INNER);
        Gre::default().write(&mut packet[20..], 0);
        write_delivery(&mut packet, local, remote, 0);
        assert_eq!(to_return(&packet, local, remote), None, "GRE with a packet inside");
        assert_eq!(to_return(&INNER, local, remote), None);
    }

    #[test]
    fn a_header_of_delivery_is_found_again() {
        let ends: [(IpAddr, IpAddr); 2] =
            [([192, 0, 2, 1].into(), [192, 0, 2, 2].into()), ([1; 16].into(), [2; 16].into())];
        for (source, destination) in ends {
            let mut packet = vec![0; delivery_size(source) + 24];
            write_delivery(&mut packet, source, destination, 3);
            assert_eq!(delivered(&packet), Ok(delivery_size(source)));
            assert_eq!(crate::inner_ip::stated_length(&packet), Some(packet.len()));
        }
        assert_eq!(delivered(&INNER), Err(DropReason::UnknownProtocol));
    }
}
