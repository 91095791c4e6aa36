//! Authentication Header (RFC 4302): it protects a packet and what of its IP header does not change on the way.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | Next Header   |  Payload Len  |          RESERVED             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                 Security Parameters Index (SPI)               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                    Sequence Number                            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  ICV (12 to 32 octets), padded to 4 octets, over IPv6 to 8    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//! The ICV covers the headers in front, AH with an ICV of zeros, what follows, and with ESN the high half of the
//! sequence number. Of what may change on the way zeros are covered (RFC 4302 section 3.3.3.1).

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::algorithms::{self, Unusable};
use crate::inner_ip::{extension_size, DESTINATION_OPTIONS, EXTENSION_HEADERS_MAX, HOP_BY_HOP, ROUTING};
use crate::protection::Integrity;
use crate::{DropReason, ReplayWindow};

/// AH's own protocol number.
pub const PROTOCOL: u8 = 51;
/// Octets in front of the ICV.
pub const FIXED_SIZE: usize = 12;
/// The largest AH of any algorithm here.
pub const SIZE_MAX: usize = FIXED_SIZE + 32 + 4;

const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
/// Padding beyond what the version wants is taken: some senders over IPv4 align to 8 octets.
const PADDING_MAX: usize = 7;

/// The SPI that an AH packet, from its Next Header on, was sent to.
pub fn spi_of(packet: &[u8]) -> Option<u32> {
    let octets = packet.get(4..8)?.try_into().ok()?;
    (packet.len() >= FIXED_SIZE).then(|| u32::from_be_bytes(octets))
}

/// What an authentic AH says of what it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Octets of AH itself.
    pub size: usize,
    pub next_header: u8,
}

/// The receiving half. It owns the replay window.
pub struct AhInbound {
    integrity: Box<dyn Integrity>,
    esn: bool,
    window: ReplayWindow,
    covered: Vec<u8>,
}

impl AhInbound {
    /// `replay_window` is in packets; 0 turns replay detection off.
    pub fn new(integrity: u16, key: &[u8], esn: bool, replay_window: u32) -> Result<Self, Unusable> {
        let integrity = algorithms::ah_integrity(integrity, key)?;
        Ok(AhInbound { integrity, esn, window: ReplayWindow::new(replay_window), covered: Vec::new() })
    }

    /// The highest sequence number of an authentic packet so far; 0 before the first.
    pub fn highest_sequence(&self) -> u64 {
        self.window.top()
    }

    /// Verify `packet`, which begins with AH, behind `front`: the IP header with options or extension headers, as
    /// they came (RFC 4302 section 3.4).
    pub fn verify(&mut self, front: &[u8], packet: &[u8]) -> Result<Verified, DropReason> {
        let fixed = packet.get(..FIXED_SIZE).ok_or(DropReason::PacketTruncated)?;
        let size = usize::from(fixed[1]) * 4 + 8;
        let icv_size = self.integrity.icv_size();
        let padding = size.checked_sub(FIXED_SIZE + icv_size).ok_or(DropReason::Malformed)?;
        if padding > PADDING_MAX {
            return Err(DropReason::Malformed);
        }
        let icv = packet.get(FIXED_SIZE..size).ok_or(DropReason::PacketTruncated)?;
        let low = u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]);
        let sequence = if self.esn { self.window.extend(low) } else { Some(u64::from(low)) };
        let sequence = sequence.filter(|&sequence| self.window.is_new(sequence));
        let sequence = sequence.ok_or(DropReason::ReplayDetected)?;
        let high = self.esn.then_some((sequence >> 32) as u32);
        cover(&mut self.covered, front, packet, icv_size)?;
        let expected = self.integrity.compute(&self.covered, high);
        verify_slices_are_equal(&expected[..icv_size], &icv[..icv_size])
            .map_err(|_| DropReason::IntegrityFailure)?;
        self.window.commit(sequence);
        Ok(Verified { size, next_header: fixed[0] })
    }
}

/// The sending half. Its sequence numbers are those of the SA that it is part of.
pub struct AhOutbound {
    spi: u32,
    integrity: Box<dyn Integrity>,
    size: usize,
    covered: Vec<u8>,
}

impl AhOutbound {
    /// `is_v6`: packets go over IPv6, where AH is aligned to 8 octets.
    pub fn new(spi: u32, integrity: u16, key: &[u8], is_v6: bool) -> Result<Self, Unusable> {
        let integrity = algorithms::ah_integrity(integrity, key)?;
        let size = size_of_header(integrity.icv_size(), is_v6);
        Ok(AhOutbound { spi, integrity, size, covered: Vec::new() })
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// Write AH at the begin of `packet`, with an ICV of zeros.
    pub fn write(&self, packet: &mut [u8], next_header: u8, sequence: u64) {
        packet[0] = next_header;
        packet[1] = (self.size / 4 - 2) as u8;
        packet[2..4].fill(0);
        packet[4..8].copy_from_slice(&self.spi.to_be_bytes());
        packet[8..12].copy_from_slice(&(sequence as u32).to_be_bytes());
        packet[FIXED_SIZE..self.size].fill(0);
    }

    /// Put the ICV into `packet`, which begins with AH, behind the headers `front`.
    pub fn seal(&mut self, front: &[u8], packet: &mut [u8], high: Option<u32>) -> Result<(), DropReason> {
        let icv_size = self.integrity.icv_size();
        cover(&mut self.covered, front, packet, icv_size)?;
        let icv = self.integrity.compute(&self.covered, high);
        packet[FIXED_SIZE..FIXED_SIZE + icv_size].copy_from_slice(&icv[..icv_size]);
        Ok(())
    }
}

/// Octets of AH with an ICV of so many (RFC 4302 section 2.2, 3.3.3.2.1).
pub fn size_of_header(icv_size: usize, is_v6: bool) -> usize {
    (FIXED_SIZE + icv_size).next_multiple_of(if is_v6 { 8 } else { 4 })
}

/// What the ICV covers.
fn cover(covered: &mut Vec<u8>, front: &[u8], packet: &[u8], icv_size: usize) -> Result<(), DropReason> {
    covered.clear();
    covered.extend_from_slice(front);
    blank(covered)?;
    covered.extend_from_slice(&packet[..FIXED_SIZE]);
    covered.resize(covered.len() + icv_size, 0);
    covered.extend_from_slice(&packet[FIXED_SIZE + icv_size..]);
    Ok(())
}

/// Zero what may change on the way, in the headers in front of AH.
fn blank(front: &mut [u8]) -> Result<(), DropReason> {
    let blanked = match front.first().map(|first| first >> 4) {
        Some(4) => blank_v4(front),
        Some(6) => blank_v6(front),
        _ => None,
    };
    blanked.ok_or(DropReason::Malformed)
}

/// RFC 4302 section 3.3.3.1.1: TOS, flags, fragment offset, TTL and checksum; and the options of appendix A1.
fn blank_v4(front: &mut [u8]) -> Option<()> {
    let (header, mut options) = front.split_at_mut_checked(IPV4_HEADER)?;
    if usize::from(header[0] & 15) * 4 != IPV4_HEADER + options.len() || header[9] != PROTOCOL {
        return None;
    }
    header[1] = 0;
    header[6..9].fill(0);
    header[10..12].fill(0);
    while let Some(&kind) = options.first() {
        let size = match kind {
            END_OF_OPTIONS => return Some(()),
            NO_OPERATION => 1,
            _ => usize::from(*options.get(1)?),
        };
        let (option, rest) =
            options.split_at_mut_checked(size).filter(|_| kind == NO_OPERATION || size >= 2)?;
        if !IMMUTABLE_OPTIONS.contains(&kind) {
            option.fill(0);
        }
        options = rest;
    }
    Some(())
}

const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
/// Those that stay as they are: no operation, security, extended and commercial security, router alert, sender directed
/// multi-destination delivery.
const IMMUTABLE_OPTIONS: [u8; 6] = [NO_OPERATION, 130, 133, 134, 148, 149];

/// RFC 4302 section 3.3.3.1.2: traffic class, flow label, hop limit, and the options that say of themselves that they
/// change. A routing header counts as it arrives, at the end of its way.
fn blank_v6(front: &mut [u8]) -> Option<()> {
    let (header, mut rest) = front.split_at_mut_checked(IPV6_HEADER)?;
    header[0] = 0x60;
    header[1..4].fill(0);
    header[7] = 0;
    let mut next_header = header[6];
    for _ in 0..=EXTENSION_HEADERS_MAX {
        match next_header {
            PROTOCOL => return rest.is_empty().then_some(()),
            HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS => {}
            _ => return None,
        }
        let size = extension_size(next_header, rest)??;
        let (extension, behind) = rest.split_at_mut_checked(size)?;
        if next_header == ROUTING {
            // Segments Left.
            (extension[3] == 0).then_some(())?;
        } else {
            blank_options(&mut extension[2..])?;
        }
        (next_header, rest) = (extension[0], behind);
    }
    None
}

/// The data of options whose third highest bit is set may change (RFC 8200 section 4.2).
fn blank_options(mut options: &mut [u8]) -> Option<()> {
    const PAD1: u8 = 0;
    const CHANGES: u8 = 0x20;
    while let Some(&kind) = options.first() {
        let size = if kind == PAD1 { 1 } else { 2 + usize::from(*options.get(1)?) };
        let (option, rest) = options.split_at_mut_checked(size)?;
        if kind & CHANGES != 0 {
            option[2..].fill(0);
        }
        options = rest;
    }
    Some(())
}
