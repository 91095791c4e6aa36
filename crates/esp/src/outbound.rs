//! Outbound SAs: inner packets become ESP packets (RFC 4303 section 3.3).

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::Aes128;

use crate::ah::AhOutbound;
use crate::algorithms::{self, Algorithms, Keys, Unusable};
use crate::protection::{Protection, Sealing, Sizes, ICV_SIZE_MAX, IV_SIZE_MAX};
use crate::{ah, DropReason, HEADER_SIZE, PROTOCOL};

/// An inner packet begins at most this far behind the begin of its frame.
pub const INNER_OFFSET_MAX: usize = ah::SIZE_MAX + HEADER_SIZE + IV_SIZE_MAX;
/// An ESP packet is at most this much longer than the packet inside.
pub const OVERHEAD_MAX: usize = INNER_OFFSET_MAX + 15 + TRAILER_SIZE + ICV_SIZE_MAX;

/// Pad Length and Next Header.
const TRAILER_SIZE: usize = 2;
/// Pad Length and Next Header end on this boundary (RFC 4303 section 2.4).
const ALIGNMENT: usize = 4;

/// A packet to seal: the inner packet stands [`OutboundSa::inner_offset`] behind `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub start: usize,
    pub inner_size: usize,
    pub next_header: u8,
}

/// The sending half of a Child SA. It owns the sequence number, so it belongs to one thread.
pub struct OutboundSa {
    spi: u32,
    esn: bool,
    sequence: u64,
    protection: Box<dyn Protection>,
    sizes: Sizes,
    iv_cipher: Option<Aes128>,
    sealings: Vec<Sealing>,
    ah: Option<AhOutbound>,
    /// There is no ESP: AH protects the packets themselves, or nothing does.
    is_bare: bool,
}

impl OutboundSa {
    /// `iv_key` must be random and secret: for CBC, IVs are packet numbers encrypted under it, so that nobody can
    /// predict them (RFC 3602 section 2). Other ciphers have the packet number itself as IV.
    pub fn new(
        spi: u32,
        algorithms: Algorithms,
        keys: Keys<'_>,
        esn: bool,
        iv_key: &[u8; 16],
    ) -> Result<Self, Unusable> {
        Self::of_esp(spi, algorithms, keys, esn, iv_key, None)
    }

    /// [`Self::new`], but inside AH: ESP may do without integrity.
    pub fn within_ah(
        spi: u32,
        algorithms: Algorithms,
        keys: Keys<'_>,
        esn: bool,
        iv_key: &[u8; 16],
        ah: AhOutbound,
    ) -> Result<Self, Unusable> {
        Self::of_esp(spi, algorithms, keys, esn, iv_key, Some(ah))
    }

    fn of_esp(
        spi: u32,
        algorithms: Algorithms,
        keys: Keys<'_>,
        esn: bool,
        iv_key: &[u8; 16],
        ah: Option<AhOutbound>,
    ) -> Result<Self, Unusable> {
        let protection = algorithms::protection(algorithms, keys, ah.is_some())?;
        let sizes = protection.sizes();
        let is_cbc = sizes.block > 1;
        let iv_cipher = is_cbc.then(|| Aes128::new(&Array::from(*iv_key)));
        let (sealings, is_bare) = (Vec::new(), false);
        Ok(OutboundSa { spi, esn, sequence: 0, protection, sizes, iv_cipher, sealings, ah, is_bare })
    }

    /// An SA without ESP.
    pub fn of_ah(spi: u32, ah: AhOutbound, esn: bool) -> Self {
        let protection = algorithms::nothing();
        let (sizes, sealings) = (protection.sizes(), Vec::new());
        let (iv_cipher, ah) = (None, Some(ah));
        OutboundSa { spi, esn, sequence: 0, protection, sizes, iv_cipher, sealings, ah, is_bare: true }
    }

    /// Nothing is protected: packets go as they are. It only counts them.
    pub fn unprotected() -> Self {
        let protection = algorithms::nothing();
        let (sizes, sealings, esn) = (protection.sizes(), Vec::new(), true);
        let (spi, sequence, iv_cipher, ah) = (0, 0, None, None);
        OutboundSa { spi, esn, sequence, protection, sizes, iv_cipher, sealings, ah, is_bare: true }
    }

    /// Are the packets to leave in the clear?
    pub fn is_unprotected(&self) -> bool {
        self.is_bare && self.ah.is_none()
    }

    /// Is there AH around every packet? Then [`Self::authenticate`] comes after sealing.
    pub fn has_ah(&self) -> bool {
        self.ah.is_some()
    }

    fn ah_size(&self) -> usize {
        self.ah.as_ref().map_or(0, AhOutbound::size)
    }

    pub fn spi(&self) -> u32 {
        self.spi
    }

    /// The number of the last packet sealed; 0 before the first.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Continue as if `sequence` packets had been sent.
    pub fn set_sequence(&mut self, sequence: u64) {
        self.sequence = sequence;
    }

    /// The last sequence number that may be sent (RFC 4303 section 3.3.3: no cycling).
    pub fn last_sequence(&self) -> u64 {
        if self.esn {
            u64::MAX
        } else {
            u64::from(u32::MAX)
        }
    }

    /// Where the inner packet begins in a frame: behind header and IV.
    pub fn inner_offset(&self) -> usize {
        self.ah_size() + if self.is_bare { 0 } else { HEADER_SIZE + self.sizes.iv }
    }

    /// The size of the ESP packet around an inner packet.
    pub fn sealed_size(&self, inner_size: usize) -> usize {
        self.inner_offset() + self.text_size(inner_size) + self.sizes.icv
    }

    /// The most octets that a packet may have whose sealed size is at most `room`.
    pub fn largest_within(&self, room: usize) -> usize {
        let room = room.saturating_sub(self.inner_offset() + self.sizes.icv);
        if self.is_bare {
            return room;
        }
        let block = self.sizes.block.max(ALIGNMENT);
        (room / block * block).saturating_sub(TRAILER_SIZE)
    }

    fn text_size(&self, inner_size: usize) -> usize {
        if self.is_bare {
            return inner_size;
        }
        (inner_size + TRAILER_SIZE).next_multiple_of(self.sizes.block.max(ALIGNMENT))
    }

    /// Seal the frame at the begin of `buffer`. Gives its size.
    pub fn seal(
        &mut self,
        buffer: &mut [u8],
        inner_size: usize,
        next_header: u8,
    ) -> Result<usize, DropReason> {
        match self.seal_batch(buffer, &[Frame { start: 0, inner_size, next_header }]) {
            0 => Err(DropReason::MiscError),
            _ => Ok(self.sealed_size(inner_size)),
        }
    }

    /// Seal `frames` of `buffer` in their order. Gives how many were sealed: fewer when the sequence numbers are
    /// used up. The others still hold plaintext.
    pub fn seal_batch(&mut self, buffer: &mut [u8], frames: &[Frame]) -> usize {
        let room = usize::try_from(self.last_sequence() - self.sequence).unwrap_or(usize::MAX);
        let frames = &frames[..frames.len().min(room)];
        self.sealings.clear();
        for frame in frames {
            let range = frame.start..frame.start + self.sealed_size(frame.inner_size);
            self.sequence += 1;
            let range = range.start + self.ah_size()..range.end;
            if let Some(ah) = &self.ah {
                let next_header = if self.is_bare { frame.next_header } else { PROTOCOL };
                ah.write(&mut buffer[frame.start..range.end], next_header, self.sequence);
            }
            if !self.is_bare {
                self.write_frame(&mut buffer[range.clone()], frame);
            }
            let high = self.esn.then_some((self.sequence >> 32) as u32);
            self.sealings.push(Sealing { range, high });
        }
        if !self.is_bare {
            self.protection.seal_batch(buffer, &self.sealings);
        }
        frames.len()
    }

    /// Put AH's ICV into frame number `index` of those sealed last, behind the headers `front`.
    pub fn authenticate(&mut self, buffer: &mut [u8], index: usize, front: &[u8]) -> Result<(), DropReason> {
        let Sealing { range, high } = &self.sealings[index];
        let Some(ah) = &mut self.ah else { return Ok(()) };
        ah.seal(front, &mut buffer[range.start - ah.size()..range.end], *high)
    }

    /// Header, IV and trailer around the inner packet.
    fn write_frame(&mut self, packet: &mut [u8], frame: &Frame) {
        packet[..4].copy_from_slice(&self.spi.to_be_bytes());
        packet[4..8].copy_from_slice(&(self.sequence as u32).to_be_bytes());
        let inner_offset = HEADER_SIZE + self.sizes.iv;
        self.write_iv(&mut packet[HEADER_SIZE..inner_offset]);
        let padding_end = inner_offset + self.text_size(frame.inner_size) - TRAILER_SIZE;
        let padding = &mut packet[inner_offset + frame.inner_size..padding_end];
        padding.iter_mut().zip(1..=u8::MAX).for_each(|(octet, number)| *octet = number);
        packet[padding_end] = (padding_end - inner_offset - frame.inner_size) as u8;
        packet[padding_end + 1] = frame.next_header;
    }

    fn write_iv(&self, iv: &mut [u8]) {
        match &self.iv_cipher {
            None => iv.copy_from_slice(&self.sequence.to_be_bytes()[8 - iv.len()..]),
            Some(cipher) => {
                let mut block = Array::from(u128::from(self.sequence).to_be_bytes());
                cipher.encrypt_block(&mut block);
                iv.copy_from_slice(&block[..iv.len()]);
            }
        }
    }
}
