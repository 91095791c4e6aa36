//! Inbound SAs: ESP packets become inner packets (RFC 4303 section 3.4).

use std::ops::Range;

use crate::ah::AhInbound;
use crate::algorithms::{self, Algorithms, Keys, Unusable};
use crate::foreseen::Foreseen;
use crate::protection::{Protection, Sizes, MANY};
use crate::{inner_ip, next_header, DropReason, ReplayWindow, HEADER_SIZE, PROTOCOL};

/// Pad Length and Next Header.
const TRAILER_SIZE: usize = 2;

/// What an authentic ESP packet held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// An IP packet, at this place of the ESP packet; TFC padding is off.
    Inner(Range<usize>),
    /// A dummy packet, to be dropped in silence (RFC 4303 section 2.6).
    Dummy,
}

/// What an authentic ESP packet of transport mode held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Its place in the ESP packet.
    pub range: Range<usize>,
    pub next_header: u8,
}

/// The receiving half of a Child SA. It owns the replay window, so it belongs to one thread.
pub struct InboundSa {
    spi: u32,
    esn: bool,
    window: ReplayWindow,
    protection: Box<dyn Protection>,
    sizes: Sizes,
    ah: Option<AhInbound>,
    /// AH protects the packets themselves, which are of this protocol: there is no ESP.
    bare: Option<u8>,
    foreseen: Foreseen,
}

impl InboundSa {
    /// `replay_window` is in packets; 0 turns replay detection off.
    pub fn new(
        spi: u32,
        algorithms: Algorithms,
        keys: Keys<'_>,
        esn: bool,
        replay_window: u32,
    ) -> Result<Self, Unusable> {
        Self::of_esp(spi, algorithms, keys, esn, replay_window, None)
    }

    /// [`Self::new`], but the packets must come inside AH, and ESP may do without integrity.
    pub fn within_ah(
        spi: u32,
        algorithms: Algorithms,
        keys: Keys<'_>,
        esn: bool,
        replay_window: u32,
        ah: AhInbound,
    ) -> Result<Self, Unusable> {
        Self::of_esp(spi, algorithms, keys, esn, replay_window, Some(ah))
    }

    fn of_esp(
        spi: u32,
        algorithms: Algorithms,
        keys: Keys<'_>,
        esn: bool,
        replay_window: u32,
        ah: Option<AhInbound>,
    ) -> Result<Self, Unusable> {
        let protection = algorithms::protection(algorithms, keys, ah.is_some())?;
        let sizes = protection.sizes();
        let (window, bare, foreseen) = (ReplayWindow::new(replay_window), None, Foreseen::default());
        Ok(InboundSa { spi, esn, window, protection, sizes, ah, bare, foreseen })
    }

    /// An SA without ESP.
    pub fn of_ah(spi: u32, ah: AhInbound) -> Self {
        let (protection, window) = (algorithms::nothing(), ReplayWindow::new(0));
        let (sizes, foreseen) = (protection.sizes(), Foreseen::default());
        let (esn, ah, bare) = (false, Some(ah), Some(next_header::NONE));
        InboundSa { spi, esn, window, protection, sizes, ah, bare, foreseen }
    }

    /// Is there AH around every packet?
    pub fn has_ah(&self) -> bool {
        self.ah.is_some()
    }

    /// Verify `packet`, from its AH on, behind the headers `front`. Gives the octets of AH: what is behind them is
    /// to be opened next, before any other packet.
    pub fn verify(&mut self, front: &[u8], packet: &[u8]) -> Result<usize, DropReason> {
        let ah = self.ah.as_mut().ok_or(DropReason::InvalidSa)?;
        let verified = ah.verify(front, packet)?;
        match &mut self.bare {
            Some(next_header) => *next_header = verified.next_header,
            None if verified.next_header != PROTOCOL => return Err(DropReason::UnknownProtocol),
            None if packet.get(verified.size..verified.size + 4) != Some(&self.spi.to_be_bytes()) => {
                return Err(DropReason::InvalidSa);
            }
            None => {}
        }
        Ok(verified.size)
    }

    pub fn spi(&self) -> u32 {
        self.spi
    }

    /// The highest sequence number of an authentic packet so far; 0 before the first.
    pub fn highest_sequence(&self) -> u64 {
        self.ah.as_ref().map_or(self.window.top(), AhInbound::highest_sequence)
    }

    /// Verify and decrypt `packet`, from its SPI to its ICV, in place. It is one of tunnel mode.
    pub fn open(&mut self, packet: &mut [u8]) -> Result<Opened, DropReason> {
        if let Some(next_header) = self.bare {
            return inner_of(packet, next_header);
        }
        let text = self.decrypt(packet)?;
        unwrap(&packet[text.clone()]).map(|opened| match opened {
            Opened::Inner(range) => Opened::Inner(text.start + range.start..text.start + range.end),
            Opened::Dummy => Opened::Dummy,
        })
    }

    /// Octets of the text of a packet of `size` octets; None: there is none in so few.
    pub fn text_size(&self, size: usize) -> Option<usize> {
        if self.bare.is_some() {
            return Some(size);
        }
        size.checked_sub(HEADER_SIZE + self.sizes.iv + self.sizes.icv).filter(|&text| text >= TRAILER_SIZE)
    }

    /// [`Self::open`], but the text goes to `target`, which has [`Self::text_size`] octets, and the place given is
    /// one in it. What `packet` then holds is of no use.
    pub fn open_to(&mut self, packet: &mut [u8], target: &mut [u8]) -> Result<Opened, DropReason> {
        if let Some(next_header) = self.bare {
            target.copy_from_slice(packet);
            return inner_of(target, next_header);
        }
        self.decrypt_to(packet, target)?;
        unwrap(target)
    }

    /// [`Self::open`] in transport mode. None: a dummy.
    pub fn open_transport(&mut self, packet: &mut [u8]) -> Result<Option<Payload>, DropReason> {
        if let Some(next_header) = self.bare {
            let payload = Payload { range: 0..packet.len(), next_header };
            return Ok((next_header != next_header::NONE).then_some(payload));
        }
        let text = self.decrypt(packet)?;
        let (size, next_header) = unpad(&packet[text.clone()])?;
        let payload = Payload { range: text.start..text.start + size, next_header };
        Ok((next_header != next_header::NONE).then_some(payload))
    }

    /// [`Self::open_transport`], but the text goes to `target` as in [`Self::open_to`].
    pub fn open_transport_to(
        &mut self,
        packet: &mut [u8],
        target: &mut [u8],
    ) -> Result<Option<Payload>, DropReason> {
        self.decrypt_to(packet, target)?;
        let (size, next_header) = unpad(target)?;
        Ok((next_header != next_header::NONE).then_some(Payload { range: 0..size, next_header }))
    }

    /// Does it help to [`Self::foresee`]?
    pub fn foresees(&self) -> bool {
        self.protection.foresees()
    }

    /// Do for many packets at once what can be done before they are opened. They may be any; each is judged when it is
    /// opened. Until then, or until [`Self::forget`], their octets stay where they are and as they are.
    pub fn foresee(&mut self, packets: &[&[u8]]) {
        self.forget();
        if !self.foresees() {
            return;
        }
        for packets in packets.chunks(MANY) {
            let mut count = 0;
            let mut likely: [(&[u8], Option<u32>); MANY] = [(&[], None); MANY];
            for &packet in packets {
                // What has been received before is not worth a hash.
                if let Ok((_, high)) = self.judge(packet) {
                    likely[count] = (packet, high);
                    count += 1;
                }
            }
            self.foreseen.add(&likely[..count], &*self.protection);
        }
    }

    /// What was foreseen is of no use any more: before the octets of such packets change otherwise than by opening.
    pub fn forget(&mut self) {
        self.foreseen.forget();
    }

    /// Where the decrypted text lies, which is not empty.
    fn decrypt(&mut self, packet: &mut [u8]) -> Result<Range<usize>, DropReason> {
        let (sequence, high) = self.judge(packet)?;
        match self.foreseen.take(packet, high) {
            Some(icv) => self.protection.open_foreseen(packet, high, &icv)?,
            None => self.protection.open(packet, high)?,
        }
        self.window.commit(sequence);
        Ok(HEADER_SIZE + self.sizes.iv..packet.len() - self.sizes.icv)
    }

    /// The decrypted text, which is not empty, goes to `target`.
    fn decrypt_to(&mut self, packet: &mut [u8], target: &mut [u8]) -> Result<(), DropReason> {
        let (sequence, high) = self.judge(packet)?;
        match self.foreseen.take(packet, high) {
            Some(icv) => self.protection.open_foreseen_to(packet, high, &icv, target)?,
            None => self.protection.open_to(packet, high, target)?,
        }
        self.window.commit(sequence);
        Ok(())
    }

    /// May the packet be new, if it is authentic? Gives its sequence number, and the high half of that with ESN.
    fn judge(&self, packet: &[u8]) -> Result<(u64, Option<u32>), DropReason> {
        self.text_size(packet.len()).ok_or(DropReason::PacketTruncated)?;
        let low = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let sequence = if self.esn { self.window.extend(low) } else { Some(u64::from(low)) };
        let sequence = sequence.ok_or(DropReason::ReplayDetected)?;
        if !self.window.is_new(sequence) {
            return Err(DropReason::ReplayDetected);
        }
        Ok((sequence, self.esn.then_some((sequence >> 32) as u32)))
    }
}

/// Take padding and trailer off the decrypted `text`, which is not empty. Gives the payload's size and Next Header.
fn unpad(text: &[u8]) -> Result<(usize, u8), DropReason> {
    let (payload, trailer) = text.split_at(text.len() - TRAILER_SIZE);
    let (pad_length, next_header) = (usize::from(trailer[0]), trailer[1]);
    let Some(size) = payload.len().checked_sub(pad_length) else {
        return Err(DropReason::InvalidPadding);
    };
    if payload[size..].iter().zip(1..=u8::MAX).any(|(&octet, number)| octet != number) {
        return Err(DropReason::InvalidPadding);
    }
    Ok((size, next_header))
}

/// Take padding, trailer and TFC padding off the decrypted `text`, which is not empty.
fn unwrap(text: &[u8]) -> Result<Opened, DropReason> {
    let (size, next_header) = unpad(text)?;
    inner_of(&text[..size], next_header)
}

/// The packet of tunnel mode in `inner`, which is one of the protocol `next_header`.
fn inner_of(inner: &[u8], next_header: u8) -> Result<Opened, DropReason> {
    let version = match next_header {
        next_header::IPV4 => 4,
        next_header::IPV6 => 6,
        next_header::NONE => return Ok(Opened::Dummy),
        _ => return Err(DropReason::UnknownProtocol),
    };
    match inner.first() {
        None => Err(DropReason::PacketTruncated),
        Some(first) if first >> 4 != version => Err(DropReason::UnknownProtocol),
        // What the IP header does not count is TFC padding (RFC 4303 section 2.7).
        Some(_) => match inner_ip::stated_length(inner) {
            None => Err(DropReason::PacketTruncated),
            Some(length) => Ok(Opened::Inner(0..length)),
        },
    }
}
