//! Data messages of L2TPv3 (RFC 3931 section 4.1) with an Ethernet frame each (RFC 4719), over IP and over UDP.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+---------------------+-------+-------------------------------+
//! |T|      reserved       |  Ver  |           reserved            |  over UDP alone
//! +-+---------------------+-------+-------------------------------+
//! |                  Session ID (zero over IP: control)           |
//! +---------------------------------------------------------------+
//! |                 Cookie (0, 4 or 8 octets)                     |
//! +-+-+-----------+-----------------------------------------------+
//! |x|S|  reserved |        Sequence Number                        |  if the receiver has asked for it
//! +-+-+-----------+-----------------------------------------------+
//! |    Ethernet frame without its check sequence ...
//! ```

use std::hint::black_box;

use crate::pseudowire::{Refusal, ETHERNET_HEADER};

/// L2TPv3's own protocol number.
pub const PROTOCOL: u8 = 115;
/// Its port over UDP, which it shares with version 2.
pub const PORT: u16 = 1701;
/// Octets of the longest header, behind IP or UDP.
pub const HEADER_MAX: usize = FLAGS + SESSION_ID + COOKIE_MAX + SUBLAYER;

const FLAGS: usize = 4;
const SESSION_ID: usize = 4;
const COOKIE_MAX: usize = 8;
const SUBLAYER: usize = 4;
const CONTROL: u8 = 0x80;
const VERSION_MASK: u8 = 0x0F;
const VERSION: u8 = 3;
const SEQUENCED: u32 = 0x4000_0000;
const SEQUENCE_MASK: u32 = 0x00FF_FFFF;

/// What carries the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Ip,
    Udp,
}

/// A cookie of 0, 4 or 8 octets.
#[derive(Clone, Copy)]
pub struct Cookie {
    octets: [u8; COOKIE_MAX],
    size: usize,
}

impl Cookie {
    /// None if it has another size.
    pub fn new(octets: &[u8]) -> Option<Cookie> {
        let mut cookie = Cookie { octets: [0; COOKIE_MAX], size: octets.len() };
        if !matches!(octets.len(), 0 | 4 | 8) {
            return None;
        }
        cookie.octets[..octets.len()].copy_from_slice(octets);
        Some(cookie)
    }

    /// Octets of it.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Does `message` begin with it? How many octets are right cannot be told from the time it takes.
    fn begins(&self, message: &[u8]) -> bool {
        let own = &self.octets[..self.size];
        let different = own.iter().zip(message).fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
        message.len() >= self.size && different == 0
    }
}

/// How messages of one session look. `local_*`: what comes; `remote_*`: what is sent.
#[derive(Clone, Copy)]
pub struct Session {
    pub transport: Transport,
    pub remote_id: u32,
    pub local_cookie: Cookie,
    pub remote_cookie: Cookie,
    pub local_sublayer: bool,
    pub remote_sublayer: bool,
    /// Have the messages that are sent a sequence number?
    pub sequencing: bool,
}

/// A header that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Octets of the header; the frame follows.
    pub size: usize,
    pub sequence: Option<u32>,
}

/// The Session ID of a message; None for a control message, which is not the packet path's.
pub fn session_id(message: &[u8], transport: Transport) -> Result<Option<u32>, Refusal> {
    let start = match transport {
        Transport::Ip => 0,
        Transport::Udp => {
            let first = *message.first().ok_or(Refusal::TooShort)?;
            if first & CONTROL != 0 {
                return Ok(None);
            }
            if *message.get(1).ok_or(Refusal::TooShort)? & VERSION_MASK != VERSION {
                return Err(Refusal::Version);
            }
            FLAGS
        }
    };
    let id = u32_at(message, start).ok_or(Refusal::TooShort)?;
    Ok((id != 0 || transport == Transport::Udp).then_some(id))
}

impl Session {
    /// Octets of the header of what is sent.
    pub fn size(&self) -> usize {
        self.start() + SESSION_ID + self.remote_cookie.size + SUBLAYER * usize::from(self.remote_sublayer)
    }

    /// Write the header in front of a frame: `message` begins with it. `sequence` is used where there are numbers.
    pub fn write(&self, message: &mut [u8], sequence: u32) {
        let start = self.start();
        if start > 0 {
            message[..FLAGS].copy_from_slice(&[0, VERSION, 0, 0]);
        }
        message[start..start + SESSION_ID].copy_from_slice(&self.remote_id.to_be_bytes());
        let cookie = &self.remote_cookie.octets[..self.remote_cookie.size];
        let behind = start + SESSION_ID + cookie.len();
        message[start + SESSION_ID..behind].copy_from_slice(cookie);
        if self.remote_sublayer {
            let word = if self.sequencing { SEQUENCED | sequence & SEQUENCE_MASK } else { 0 };
            message[behind..behind + SUBLAYER].copy_from_slice(&word.to_be_bytes());
        }
    }

    /// Look at a message with this session's ID.
    pub fn read(&self, message: &[u8]) -> Result<Read, Refusal> {
        let cookie = self.start() + SESSION_ID;
        let rest = message.get(cookie..).ok_or(Refusal::TooShort)?;
        if !self.local_cookie.begins(rest) {
            return Err(Refusal::Cookie);
        }
        let mut size = cookie + self.local_cookie.size;
        let mut sequence = None;
        if self.local_sublayer {
            let word = u32_at(message, size).ok_or(Refusal::TooShort)?;
            sequence = (word & SEQUENCED != 0).then_some(word & SEQUENCE_MASK);
            size += SUBLAYER;
        }
        if message.len() < size + ETHERNET_HEADER {
            return Err(Refusal::TooShort);
        }
        Ok(Read { size, sequence })
    }

    fn start(&self) -> usize {
        match self.transport {
            Transport::Ip => 0,
            Transport::Udp => FLAGS,
        }
    }
}

/// The number expected next, after `sequence` where `expected` was; refused if it was overtaken.
pub fn ordered(sequence: u32, expected: u32) -> Result<u32, Refusal> {
    if sequence.wrapping_sub(expected) & SEQUENCE_MASK > SEQUENCE_MASK / 2 {
        return Err(Refusal::StaleData);
    }
    Ok(sequence.wrapping_add(1) & SEQUENCE_MASK)
}

fn u32_at(message: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(message.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [u8; 15] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 1, 8, 6, 9];
    const COOKIES: [&[u8]; 3] = [b"", b"four", b"eight888"];

    /// Both ends alike.
    fn all() -> impl Iterator<Item = Session> {
        [Transport::Ip, Transport::Udp].into_iter().flat_map(|transport| {
            COOKIES.into_iter().flat_map(move |octets| {
                (0..3).map(move |bits| {
                    let cookie = Cookie::new(octets).unwrap();
                    Session {
                        transport,
                        remote_id: 0x0102_0304,
                        local_cookie: cookie,
                        remote_cookie: cookie,
                        local_sublayer: bits > 0,
                        remote_sublayer: bits > 0,
                        sequencing: bits > 1,
                    }
                })
            })
        })
    }

    fn written(session: &Session) -> Vec<u8> {
        let mut message = vec![0xFF; session.size()];
        message.extend_from_slice(&FRAME);
        session.write(&mut message, 0x0112_3456);
        message
    }

    #[test]
    fn what_is_written_is_read() {
        for session in all() {
            let message = written(&session);
            assert_eq!(session_id(&message, session.transport), Ok(Some(0x0102_0304)));
            let read = session.read(&message).unwrap();
            assert_eq!(read.size, session.size());
            assert_eq!(read.sequence, session.sequencing.then_some(0x0012_3456));
            assert_eq!(message[read.size..], FRAME);
        }
    }

    #[test]
    fn the_octets_are_those_of_the_rfc() {
        let session = all().last().unwrap();
        let expected = [&[0, 3, 0, 0, 1, 2, 3, 4][..], b"eight888", &[0x40, 0x12, 0x34, 0x56], &FRAME];
        assert_eq!(written(&session), expected.concat());
        assert_eq!(session.size(), HEADER_MAX);
    }

    #[test]
    fn a_message_that_is_cut_anywhere_is_refused() {
        for session in all() {
            let message = written(&session);
            for size in 0..session.size() + ETHERNET_HEADER {
                assert!(session.read(&message[..size]).is_err());
            }
            for size in 0..session.start() + 4 {
                assert_eq!(session_id(&message[..size], session.transport), Err(Refusal::TooShort));
            }
        }
    }

    #[test]
    fn every_octet_of_the_cookie_counts() {
        for session in all() {
            let start = session.start() + 4;
            for at in start..start + session.local_cookie.size() {
                let mut message = written(&session);
                message[at] ^= 1;
                assert_eq!(session.read(&message), Err(Refusal::Cookie));
            }
        }
        assert!(Cookie::new(b"12345").is_none());
    }

    #[test]
    fn control_messages_are_told_apart() {
        assert_eq!(session_id(&[0, 0, 0, 0, 0xC8, 3], Transport::Ip), Ok(None));
        assert_eq!(session_id(&[0xC8, 3], Transport::Udp), Ok(None));
        assert_eq!(session_id(&[0, 2, 0, 0, 0, 0, 0, 1], Transport::Udp), Err(Refusal::Version));
    }

    #[test]
    fn what_was_overtaken_is_refused_across_the_wrap() {
        assert_eq!(ordered(5, 5), Ok(6));
        assert_eq!(ordered(9, 5), Ok(10));
        assert_eq!(ordered(4, 5), Err(Refusal::StaleData));
        assert_eq!(ordered(0x00FF_FFFF, 0x00FF_FFFF), Ok(0));
        assert_eq!(ordered(0, 0x00FF_FFFF), Ok(1));
        assert_eq!(ordered(0x00FF_FFFF, 0), Err(Refusal::StaleData));
    }
}
