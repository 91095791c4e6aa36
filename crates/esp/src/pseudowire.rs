//! Pseudowires: Ethernet frames between two addresses, by L2TPv3 (RFC 3931) or EtherIP (RFC 3378). What both have in
//! common.
//!
//! ```text
//! | IP | UDP, of L2TPv3 over it alone | L2TPv3 or EtherIP | Ethernet frame |
//! ```

use crate::l2tp::{read_udp, UDP, UDP_HEADER};
use crate::l2tpv3::{self, session_id, Session, Transport};
use crate::{etherip, DropReason};

/// Octets of an Ethernet header.
pub const ETHERNET_HEADER: usize = 14;
/// The most octets in front of a frame and behind the IP header.
pub const HEADERS_MAX: usize = UDP_HEADER + l2tpv3::HEADER_MAX;

/// Why what came for a pseudowire, or was to go by it, goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Shorter than its headers and an Ethernet header, or than a length in them says.
    TooShort,
    /// Neither version 3 of L2TP nor that of EtherIP.
    Version,
    /// Another protocol than that of the pseudowire, or another UDP port.
    Protocol,
    /// From no address of a peer, or not from the peer of the session.
    UnknownPeer,
    /// No session has this ID.
    UnknownSession,
    /// The cookie is not that of the session.
    Cookie,
    /// Overtaken, or come before, by its sequence number (RFC 3931 section 4.6).
    StaleData,
    /// A control message where nothing is negotiated, or longer than any needs to be.
    Control,
    /// More control messages in a second than the gateway is told.
    TooMany,
    /// Longer than the packet around it may be.
    TooLong,
    /// There is no session to send by.
    NoSession,
    /// The host did not take it.
    SendFailure,
}

impl Refusal {
    /// All of them, in the order of their counters.
    pub const ALL: [Refusal; 12] = [
        Refusal::TooShort,
        Refusal::Version,
        Refusal::Protocol,
        Refusal::UnknownPeer,
        Refusal::UnknownSession,
        Refusal::Cookie,
        Refusal::StaleData,
        Refusal::Control,
        Refusal::TooMany,
        Refusal::TooLong,
        Refusal::NoSession,
        Refusal::SendFailure,
    ];

    /// The counter's name, as Python knows it.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::TooShort => "too_short",
            Refusal::Version => "version",
            Refusal::Protocol => "protocol",
            Refusal::UnknownPeer => "unknown_peer",
            Refusal::UnknownSession => "unknown_session",
            Refusal::Cookie => "cookie",
            Refusal::StaleData => "stale_data",
            Refusal::Control => "control",
            Refusal::TooMany => "too_many",
            Refusal::TooLong => "too_long",
            Refusal::NoSession => "no_session",
            Refusal::SendFailure => "send_failure",
        }
    }

    /// What the tunnel's own counters have for it.
    pub fn reason(self) -> DropReason {
        match self {
            Refusal::TooShort => DropReason::PacketTruncated,
            Refusal::Version | Refusal::Control => DropReason::Malformed,
            Refusal::Protocol => DropReason::UnknownProtocol,
            Refusal::UnknownPeer | Refusal::UnknownSession | Refusal::Cookie => DropReason::TsUnacceptable,
            Refusal::StaleData => DropReason::ReplayDetected,
            Refusal::TooLong => DropReason::TooLarge,
            Refusal::TooMany | Refusal::NoSession | Refusal::SendFailure => DropReason::MiscError,
        }
    }
}

/// One session of L2TPv3: how its messages look, and which are its own.
#[derive(Clone, Copy)]
pub struct L2tpv3 {
    /// In the headers of what comes.
    pub local_id: u32,
    pub session: Session,
    /// Of UDP, at both ends.
    pub port: u16,
    /// What comes late by its number is dropped.
    pub ordered: bool,
}

/// What frames are put into.
#[derive(Clone, Copy)]
pub enum Encapsulation {
    EtherIp,
    L2tpv3(L2tpv3),
}

/// A frame that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its place, up to the end of what carries it.
    pub start: usize,
    pub end: usize,
    /// Its number, where it is to be looked at.
    pub sequence: Option<u32>,
}

impl Encapsulation {
    /// The protocol of IP.
    pub fn protocol(&self) -> u8 {
        match self {
            Encapsulation::EtherIp => etherip::PROTOCOL,
            Encapsulation::L2tpv3(_) if self.udp() > 0 => UDP,
            Encapsulation::L2tpv3(_) => l2tpv3::PROTOCOL,
        }
    }

    /// Octets of UDP's header.
    pub fn udp(&self) -> usize {
        match self {
            Encapsulation::L2tpv3(wire) if wire.session.transport == Transport::Udp => UDP_HEADER,
            _ => 0,
        }
    }

    /// Octets in front of a frame, without UDP.
    pub fn size(&self) -> usize {
        match self {
            Encapsulation::EtherIp => etherip::HEADER_SIZE,
            Encapsulation::L2tpv3(wire) => wire.session.size(),
        }
    }

    /// Write the header of what is not UDP at the begin of `message`, in front of its frame.
    pub fn write(&self, message: &mut [u8], sequence: u32) {
        match self {
            Encapsulation::EtherIp => etherip::write(message),
            Encapsulation::L2tpv3(wire) => wire.session.write(message, sequence),
        }
    }

    /// Write UDP's header in front of the message that it counts; its checksum is left at zero.
    pub fn write_udp(&self, datagram: &mut [u8]) {
        let Encapsulation::L2tpv3(wire) = self else { return };
        let length = datagram.len() as u16;
        for (field, value) in [wire.port, wire.port, length, 0].into_iter().enumerate() {
            datagram[2 * field..2 * field + 2].copy_from_slice(&value.to_be_bytes());
        }
    }

    /// The frame in what IP has carried as `protocol`; UDP's checksum is not looked at.
    pub fn read(&self, protocol: u8, payload: &[u8]) -> Result<Frame, Refusal> {
        if protocol != self.protocol() {
            return Err(Refusal::Protocol);
        }
        let mut message = 0..payload.len();
        if let (Encapsulation::L2tpv3(wire), true) = (self, protocol == UDP) {
            let datagram = read_udp(payload).map_err(|_| Refusal::TooShort)?;
            if datagram.destination_port != wire.port {
                return Err(Refusal::Protocol);
            }
            message = datagram.payload;
        }
        let frame = self.read_message(&payload[message.clone()])?;
        Ok(Frame { start: message.start + frame.start, end: message.start + frame.end, ..frame })
    }

    /// The frame in a message, without UDP.
    pub fn read_message(&self, message: &[u8]) -> Result<Frame, Refusal> {
        match self {
            Encapsulation::EtherIp => {
                etherip::read(message)?;
                Ok(Frame { start: etherip::HEADER_SIZE, end: message.len(), sequence: None })
            }
            Encapsulation::L2tpv3(wire) => {
                let id = session_id(message, wire.session.transport)?.ok_or(Refusal::Control)?;
                if id != wire.local_id {
                    return Err(Refusal::UnknownSession);
                }
                let read = wire.session.read(message)?;
                let sequence = read.sequence.filter(|_| wire.ordered);
                Ok(Frame { start: read.size, end: message.len(), sequence })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::l2tpv3::Cookie;

    const FRAME: [u8; 15] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 1, 8, 6, 9];

    fn l2tpv3(transport: Transport) -> Encapsulation {
        let cookie = Cookie::new(b"four").unwrap();
        Encapsulation::L2tpv3(L2tpv3 {
            local_id: 7,
            session: Session {
                transport,
                remote_id: 7,
                local_cookie: cookie,
                remote_cookie: cookie,
                local_sublayer: true,
                remote_sublayer: true,
                sequencing: true,
            },
            port: 1701,
            ordered: true,
        })
    }

    fn all() -> [Encapsulation; 3] {
        [Encapsulation::EtherIp, l2tpv3(Transport::Ip), l2tpv3(Transport::Udp)]
    }

    fn written(wire: &Encapsulation) -> Vec<u8> {
        let mut payload = vec![0xEE; wire.udp() + wire.size()];
        payload.extend_from_slice(&FRAME);
        wire.write(&mut payload[wire.udp()..], 9);
        wire.write_udp_if(&mut payload);
        payload
    }

    impl Encapsulation {
        fn write_udp_if(&self, payload: &mut [u8]) {
            if self.udp() > 0 {
                self.write_udp(payload);
            }
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for wire in all() {
            let payload = written(&wire);
            let frame = wire.read(wire.protocol(), &payload).unwrap();
            assert_eq!(payload[frame.start..frame.end], FRAME);
            assert_eq!(frame.sequence, (wire.protocol() != etherip::PROTOCOL).then_some(9));
        }
    }

    #[test]
    fn what_is_cut_anywhere_is_refused() {
        for wire in all() {
            let payload = written(&wire);
            for size in 0..payload.len() - 1 {
                assert!(wire.read(wire.protocol(), &payload[..size]).is_err());
            }
        }
    }

    #[test]
    fn another_protocol_port_session_or_control_is_not_its_own() {
        for wire in all() {
            assert_eq!(wire.read(47, &written(&wire)), Err(Refusal::Protocol));
        }
        let over_udp = l2tpv3(Transport::Udp);
        let refused = |at: usize, octet| {
            let mut payload = written(&over_udp);
            payload[at] = octet;
            over_udp.read(UDP, &payload)
        };
        assert_eq!(refused(3, 0), Err(Refusal::Protocol));
        assert_eq!(refused(8, 0xC8), Err(Refusal::Control));
        assert_eq!(refused(9, 2), Err(Refusal::Version));
        assert_eq!(refused(15, 8), Err(Refusal::UnknownSession));
        assert_eq!(refused(16, 0), Err(Refusal::Cookie));
    }
}
