//! L2TP (RFC 2661) over UDP and PPP in it (RFC 1661): what stands between ESP and the packets of those who dial in.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------------------------------------------------------+
//! |          Source Port          |       Destination Port        |  UDP (RFC 768)
//! |            Length             |           Checksum            |
//! +-+-+---+-+-+-+-+-------+-------+-------------------------------+
//! |T|L|x x|S|x|O|P|x x x x|  Ver  |        Length (if L)          |  L2TP (RFC 2661 section 3.1)
//! |           Tunnel ID           |          Session ID           |
//! |            Ns (if S)          |           Nr (if S)           |
//! |       Offset Size (if O)      |    as much padding (if O)     |
//! +---------------+---------------+-------------------------------+
//! | Address 0xFF  | Control 0x03  |      Protocol, 1 or 2 octets  |  PPP; Address and Control may be left out
//! +---------------+---------------+-------------------------------+
//! ```

use std::ops::Range;

use crate::inner_ip::u16_at;
use crate::DropReason;

/// The UDP port of an L2TP server.
pub const PORT: u16 = 1701;
/// The protocol that carries it.
pub const UDP: u8 = 17;
/// Octets of the longest headers in front of a packet that is sent.
pub const HEADERS_MAX: usize = UDP_HEADER + 12 + 4;
pub const UDP_HEADER: usize = 8;

const CONTROL: u16 = 0x8000;
const LENGTH: u16 = 0x4000;
const SEQUENCE: u16 = 0x0800;
const OFFSET: u16 = 0x0200;
const VERSION_MASK: u16 = 0x000F;
const VERSION: u16 = 2;
/// All stations, unnumbered information (RFC 1662 section 3.1).
const ADDRESS_AND_CONTROL: [u8; 2] = [0xFF, 0x03];
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

/// Why a message, or a packet for a session, goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// ESP holds something else than UDP.
    NotUdp,
    /// UDP's length is less than its header or more than what is there.
    UdpLength,
    /// Another UDP port than L2TP's, or one that the SA was not negotiated for.
    Port,
    /// The message is shorter than its header.
    TooShort,
    /// Not version 2.
    Version,
    /// The length in the header is less than the header or more than what is there.
    Length,
    /// The offset leads out of the message.
    Offset,
    /// No PPP protocol in the frame.
    FrameTooShort,
    /// A PPP protocol number that cannot be.
    ProtocolField,
    /// Not a packet of the IP version that PPP says, or shorter than it says itself.
    Packet,
    /// The source is no address of the session's.
    SourceAddress,
    /// The session is another peer's.
    WrongCarrier,
    /// Overtaken, or come before, by its sequence number (RFC 2661 section 5.4).
    StaleData,
    /// For the gateway, and longer than what it looks at.
    TooLong,
    /// For the gateway, and more of them than it looks at.
    TooMany,
    /// No session has the destination.
    NoSession,
    /// The peer has no SA to send by.
    NoSa,
}

impl Refusal {
    /// All of them, in the order of their counters.
    pub const ALL: [Refusal; 17] = [
        Refusal::NotUdp,
        Refusal::UdpLength,
        Refusal::Port,
        Refusal::TooShort,
        Refusal::Version,
        Refusal::Length,
        Refusal::Offset,
        Refusal::FrameTooShort,
        Refusal::ProtocolField,
        Refusal::Packet,
        Refusal::SourceAddress,
        Refusal::WrongCarrier,
        Refusal::StaleData,
        Refusal::TooLong,
        Refusal::TooMany,
        Refusal::NoSession,
        Refusal::NoSa,
    ];

    /// The counter's name, as Python knows it.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::NotUdp => "not_udp",
            Refusal::UdpLength => "udp_length",
            Refusal::Port => "port",
            Refusal::TooShort => "too_short",
            Refusal::Version => "version",
            Refusal::Length => "length",
            Refusal::Offset => "offset",
            Refusal::FrameTooShort => "frame_too_short",
            Refusal::ProtocolField => "protocol_field",
            Refusal::Packet => "packet",
            Refusal::SourceAddress => "source_address",
            Refusal::WrongCarrier => "wrong_carrier",
            Refusal::StaleData => "stale_data",
            Refusal::TooLong => "too_long",
            Refusal::TooMany => "too_many",
            Refusal::NoSession => "no_session",
            Refusal::NoSa => "no_sa",
        }
    }

    /// What the tunnel's own counters have for it.
    pub fn reason(self) -> DropReason {
        match self {
            Refusal::NotUdp => DropReason::UnknownProtocol,
            Refusal::UdpLength | Refusal::TooShort | Refusal::FrameTooShort => DropReason::PacketTruncated,
            Refusal::Port | Refusal::SourceAddress | Refusal::WrongCarrier => DropReason::TsUnacceptable,
            Refusal::Version | Refusal::Length | Refusal::Offset => DropReason::Malformed,
            Refusal::ProtocolField | Refusal::Packet => DropReason::Malformed,
            Refusal::StaleData => DropReason::ReplayDetected,
            Refusal::TooLong | Refusal::TooMany | Refusal::NoSession | Refusal::NoSa => DropReason::MiscError,
        }
    }
}

/// A UDP datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    pub source_port: u16,
    pub destination_port: u16,
    /// The place of what it carries.
    pub payload: Range<usize>,
}

/// Read the UDP datagram at the begin of `octets`. Its checksum is not looked at: ESP has proved the integrity, and a
/// NAT may have changed the addresses that it sums (RFC 3948 section 3.1.2).
pub fn read_udp(octets: &[u8]) -> Result<Datagram, Refusal> {
    let field = |at| u16_at(octets, at).ok_or(Refusal::UdpLength);
    let (source_port, destination_port, length) = (field(0)?, field(2)?, usize::from(field(4)?));
    if !(UDP_HEADER..=octets.len()).contains(&length) {
        return Err(Refusal::UdpLength);
    }
    Ok(Datagram { source_port, destination_port, payload: UDP_HEADER..length })
}

/// A message, as far as it is looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Control,
    Data(Data),
}

/// A data message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    pub tunnel_id: u16,
    pub session_id: u16,
    pub ns: Option<u16>,
    /// The place of the PPP frame.
    pub frame: Range<usize>,
}

/// Read the header of `message`, of whichever of its parts there are. Of a control message only that it is one.
pub fn read(message: &[u8]) -> Result<Message, Refusal> {
    let mut at = 0;
    let mut field = || {
        let field = u16_at(message, at).ok_or(Refusal::TooShort);
        at += 2;
        field
    };
    let flags = field()?;
    if flags & CONTROL != 0 {
        return Ok(Message::Control);
    }
    if flags & VERSION_MASK != VERSION {
        return Err(Refusal::Version);
    }
    let has = |flag| flags & flag != 0;
    let end = if has(LENGTH) { usize::from(field()?) } else { message.len() };
    let (tunnel_id, session_id) = (field()?, field()?);
    // Nr is reserved in data messages.
    let ns = if has(SEQUENCE) { Some((field()?, field()?).0) } else { None };
    let offset = if has(OFFSET) { usize::from(field()?) } else { 0 };
    if !(at..=message.len()).contains(&end) {
        return Err(Refusal::Length);
    }
    if at + offset > end {
        return Err(Refusal::Offset);
    }
    Ok(Message::Data(Data { tunnel_id, session_id, ns, frame: at + offset..end }))
}

/// What a PPP frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A packet of this IP version, that begins there in the frame.
    Ip(u8, usize),
    /// Another protocol.
    Other,
}

/// Read the begin of a PPP frame. Address and Control may be there or not, and the protocol may have one octet,
/// whatever was negotiated.
pub fn read_frame(frame: &[u8]) -> Result<Held, Refusal> {
    let at = if frame.starts_with(&ADDRESS_AND_CONTROL) { 2 } else { 0 };
    let first = *frame.get(at).ok_or(Refusal::FrameTooShort)?;
    let (protocol, start) = if first & 1 == 1 {
        (u16::from(first), at + 1)
    } else {
        (u16_at(frame, at).ok_or(Refusal::FrameTooShort)?, at + 2)
    };
    match protocol {
        PPP_IPV4 => Ok(Held::Ip(4, start)),
        PPP_IPV6 => Ok(Held::Ip(6, start)),
        // The last octet of a number is odd (RFC 1661 section 2).
        even if even & 1 == 0 => Err(Refusal::ProtocolField),
        _ => Ok(Held::Other),
    }
}

/// How the headers in front of a session's packets look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    pub tunnel_id: u16,
    pub session_id: u16,
    pub port: u16,
    pub sequencing: bool,
    pub length: bool,
    pub compress_address: bool,
    pub compress_protocol: bool,
}

impl Header {
    /// Octets of UDP, L2TP and PPP.
    #[inline]
    pub fn size(&self) -> usize {
        let l2tp = 6 + 2 * usize::from(self.length) + 4 * usize::from(self.sequencing);
        let ppp = 4 - 2 * usize::from(self.compress_address) - usize::from(self.compress_protocol);
        UDP_HEADER + l2tp + ppp
    }

    /// Write the headers at the begin of `datagram`, which the IP packet behind them fills. `ns`: its sequence number,
    /// if it is to have one. The checksum of UDP is left at zero.
    pub fn write(&self, datagram: &mut [u8], ns: u16) {
        let length = datagram.len() - UDP_HEADER;
        let protocol = if datagram[self.size()] >> 4 == 4 { PPP_IPV4 } else { PPP_IPV6 };
        write_udp(datagram, self.port);
        let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
        let flags = VERSION | flag(self.length, LENGTH) | flag(self.sequencing, SEQUENCE);
        let mut at = UDP_HEADER;
        let mut put = |octets: &[u8]| {
            datagram[at..at + octets.len()].copy_from_slice(octets);
            at += octets.len();
        };
        put(&flags.to_be_bytes());
        if self.length {
            put(&(length as u16).to_be_bytes());
        }
        put(&self.tunnel_id.to_be_bytes());
        put(&self.session_id.to_be_bytes());
        if self.sequencing {
            put(&ns.to_be_bytes());
            put(&[0, 0]);
        }
        if !self.compress_address {
            put(&ADDRESS_AND_CONTROL);
        }
        let [high, low] = protocol.to_be_bytes();
        if !self.compress_protocol {
            put(&[high]);
        }
        put(&[low]);
    }
}

/// Write UDP's header at the begin of `datagram`, which it counts: from the server's port to `port`, and no checksum.
pub fn write_udp(datagram: &mut [u8], port: u16) {
    let length = datagram.len() as u16;
    datagram[..2].copy_from_slice(&PORT.to_be_bytes());
    datagram[2..4].copy_from_slice(&port.to_be_bytes());
    datagram[4..6].copy_from_slice(&length.to_be_bytes());
    datagram[6..8].fill(0);
}

/// A data message of ours that has a sequence number: the two IDs in it, and where the number stands.
pub fn numbered(message: &[u8]) -> Option<(u16, u16, usize)> {
    let flags = u16_at(message, 0)?;
    if flags & (CONTROL | SEQUENCE | VERSION_MASK) != SEQUENCE | VERSION {
        return None;
    }
    let at = 2 + 2 * usize::from(flags & LENGTH != 0);
    u16_at(message, at + 4)?;
    Some((u16_at(message, at)?, u16_at(message, at + 2)?, at + 4))
}

/// The tunnel that a control message is for; 0: one that is not there yet. None: it is none.
pub fn control_tunnel(message: &[u8]) -> Option<u16> {
    let flags = u16_at(message, 0)?;
    u16_at(message, if flags & LENGTH == 0 { 2 } else { 4 }).filter(|_| flags & CONTROL != 0)
}

/// The data message that holds `frame`, with the shortest header, for the gateway.
pub fn short_message(tunnel_id: u16, session_id: u16, frame: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(6 + frame.len());
    for field in [VERSION, tunnel_id, session_id] {
        message.extend_from_slice(&field.to_be_bytes());
    }
    message.extend_from_slice(frame);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tunnel_of_a_control_message() {
        assert_eq!(control_tunnel(&[0xC8, 2, 0, 12, 0x12, 0x67, 0, 0]), Some(0x1267));
        assert_eq!(control_tunnel(&[0x88, 2, 0x12, 0x67]), Some(0x1267));
        assert_eq!(control_tunnel(&[0, 2, 0x12, 0x67]), None, "of data nothing is said");
        for end in 0..6 {
            assert_eq!(control_tunnel(&[0xC8, 2, 0, 12, 0, 0][..end]), None);
        }
    }

    /// The smallest IPv4 packet.
    const INNER: [u8; 20] = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];

    fn headers() -> impl Iterator<Item = Header> {
        (0..16).map(|bits| Header {
            tunnel_id: 0x0102,
            session_id: 0x0304,
            port: 40_000,
            sequencing: bits & 1 != 0,
            length: bits & 2 != 0,
            compress_address: bits & 4 != 0,
            compress_protocol: bits & 8 != 0,
        })
    }

    fn written(header: &Header, ip: &[u8]) -> Vec<u8> {
        let mut datagram = vec![0xEE; header.size()];
        datagram.extend_from_slice(ip);
        header.write(&mut datagram, 0x0708);
        datagram
    }

    /// A message with these parts, and the place of the frame in it.
    fn message(flags: u16, offset: u16, frame: &[u8]) -> (Vec<u8>, usize) {
        let mut fields = vec![flags | VERSION];
        fields.extend((flags & LENGTH != 0).then_some(0));
        fields.extend([7, 8]);
        fields.extend((flags & SEQUENCE != 0).then_some([9, 0]).into_iter().flatten());
        fields.extend((flags & OFFSET != 0).then_some(offset));
        let mut message: Vec<u8> = fields.iter().flat_map(|field| field.to_be_bytes()).collect();
        message.extend((0..offset).map(|_| 0xAA));
        let start = message.len();
        message.extend_from_slice(frame);
        if flags & LENGTH != 0 {
            let length = (message.len() as u16).to_be_bytes();
            message[2..4].copy_from_slice(&length);
        }
        (message, start)
    }

    const PRIORITY: u16 = 0x0100;

    #[test]
    fn a_header_of_every_combination_is_read_and_cut_anywhere_refused() {
        for bits in 0..16 {
            let flag = |bit, flag| if bits & bit != 0 { flag } else { 0 };
            let flags = flag(1, LENGTH) | flag(2, SEQUENCE) | flag(4, OFFSET) | flag(8, PRIORITY);
            let offset = flag(4, 5);
            let (whole, start) = message(flags, offset, &[1, 2, 3]);
            let ns = (flags & SEQUENCE != 0).then_some(9);
            let data = Data { tunnel_id: 7, session_id: 8, ns, frame: start..start + 3 };
            assert_eq!(read(&whole), Ok(Message::Data(data)), "{flags:04x}");
            for size in 0..start {
                let refusal = read(&whole[..size]).unwrap_err();
                let expected = [Refusal::TooShort, Refusal::Length, Refusal::Offset];
                assert!(expected.contains(&refusal), "{flags:04x}, {size}: {refusal:?}");
            }
            if flags & LENGTH != 0 {
                let longer = [&whole[..], &[0; 9]].concat();
                assert_eq!(read(&longer), read(&whole), "what is behind the length is no part of it");
                assert_eq!(read(&whole[..whole.len() - 1]), Err(Refusal::Length));
            }
        }
    }

    #[test]
    fn lengths_and_offsets_that_lie_are_refused() {
        let (mut short, _) = message(LENGTH, 0, &[1]);
        short[3] = 7;
        assert_eq!(read(&short), Err(Refusal::Length));
        let (mut far, _) = message(OFFSET, 0, &[1]);
        far[6..8].copy_from_slice(&[0xFF, 0xFF]);
        assert_eq!(read(&far), Err(Refusal::Offset));
        far[6..8].copy_from_slice(&[0, 2]);
        assert_eq!(read(&far), Err(Refusal::Offset));
    }

    #[test]
    fn other_versions_are_refused_and_control_is_left_to_the_gateway() {
        for version in [0, 1, 3, 15] {
            assert_eq!(read(&[0, version, 0, 1, 0, 1, 0xFF]), Err(Refusal::Version));
        }
        assert_eq!(read(&[0xC8, 2]), Ok(Message::Control));
        assert_eq!(read(&[0xC8]), Err(Refusal::TooShort));
    }

    #[test]
    fn what_is_written_is_read() {
        let mut v6 = [0; 40];
        v6[0] = 0x60;
        for header in headers() {
            for (version, ip) in [(4, &INNER[..]), (6, &v6)] {
                let datagram = written(&header, ip);
                let Datagram { source_port, destination_port, payload } = read_udp(&datagram).unwrap();
                assert_eq!((source_port, destination_port, payload.end), (PORT, 40_000, datagram.len()));
                let message = &datagram[payload];
                let Ok(Message::Data(data)) = read(message) else { panic!("{header:?}") };
                assert_eq!((data.tunnel_id, data.session_id), (0x0102, 0x0304));
                assert_eq!(data.ns, header.sequencing.then_some(0x0708));
                let frame = &message[data.frame];
                let Ok(Held::Ip(held, start)) = read_frame(frame) else { panic!("{header:?}") };
                assert_eq!((held, &frame[start..]), (version, ip));
            }
        }
    }

    #[test]
    fn the_octets_are_those_of_the_rfcs() {
        let header =
            Header { tunnel_id: 0x0102, session_id: 0x0304, port: 1701, length: true, ..Header::default() };
        let datagram = written(&header, &INNER);
        assert_eq!(datagram[..8], [6, 165, 6, 165, 0, 40, 0, 0]);
        assert_eq!(datagram[8..20], [0x40, 2, 0, 32, 1, 2, 3, 4, 0xFF, 3, 0, 0x21]);
    }

    #[test]
    fn a_datagram_that_is_cut_or_lies_is_refused() {
        let datagram = written(&Header::default(), &INNER);
        for size in 0..datagram.len() {
            assert_eq!(read_udp(&datagram[..size]), Err(Refusal::UdpLength));
        }
        let mut short = datagram.clone();
        short[4..6].copy_from_slice(&[0, 7]);
        assert_eq!(read_udp(&short), Err(Refusal::UdpLength));
        short[4..6].copy_from_slice(&[0, 8]);
        assert_eq!(read_udp(&short).unwrap().payload, 8..8);
    }

    #[test]
    fn a_frame_is_read_in_all_its_forms() {
        for (frame, held) in [
            (&[0xFF, 3, 0, 0x21, 1][..], Ok(Held::Ip(4, 4))),
            (&[0xFF, 3, 0x21, 1], Ok(Held::Ip(4, 3))),
            (&[0, 0x57, 1], Ok(Held::Ip(6, 2))),
            (&[0x57], Ok(Held::Ip(6, 1))),
            (&[0xFF, 3, 0xC0, 0x21], Ok(Held::Other)),
            (&[0xFD, 1], Ok(Held::Other)),
            (&[], Err(Refusal::FrameTooShort)),
            (&[0xFF, 3], Err(Refusal::FrameTooShort)),
            (&[0], Err(Refusal::FrameTooShort)),
            (&[0, 0x20], Err(Refusal::ProtocolField)),
        ] {
            assert_eq!(read_frame(frame), held, "{frame:02x?}");
        }
    }

    #[test]
    fn a_number_is_found_where_there_is_one() {
        for flags in [0, LENGTH, SEQUENCE, SEQUENCE | LENGTH, SEQUENCE | LENGTH | OFFSET] {
            let (message, _) = message(flags, 0, &[1]);
            let found = numbered(&message);
            assert_eq!(found.is_some(), flags & SEQUENCE != 0);
            if let Some((tunnel_id, session_id, at)) = found {
                assert_eq!((tunnel_id, session_id, u16_at(&message, at)), (7, 8, Some(9)));
            }
        }
        assert_eq!(numbered(&[0x08, 2, 0, 1]), None);
        assert_eq!(numbered(&[0x88, 2, 0, 1, 0, 1, 0, 1, 0, 0]), None, "control has numbers of its own");
    }
}
