//! Encryption and integrity of one ESP packet, in place; decryption also into another place.

pub(crate) mod aead;
pub(crate) mod ccm;
pub(crate) mod des;
pub(crate) mod encryption;
#[cfg(target_arch = "x86_64")]
mod hmac_many;
pub(crate) mod integrity;
#[cfg(target_arch = "x86_64")]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod sha1_many;
#[cfg(target_arch = "x86_64")]
mod sha256_many;
pub(crate) mod short_gcm;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vaes_gcm;
#[cfg(test)]
mod vectors;

use std::ops::Range;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::{DropReason, HEADER_SIZE};
pub(crate) use encryption::Encryption;
pub(crate) use integrity::{Covered, Icv, Integrity, ICV_SIZE_MAX};

/// The longest IV of any cipher here.
pub(crate) const IV_SIZE_MAX: usize = 16;
/// So many packets are authenticated at once, where that is faster.
pub const MANY: usize = 16;

/// What a cipher and an integrity algorithm add to a packet, in octets.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub iv: usize,
    pub icv: usize,
    pub block: usize,
}

/// A packet to seal: where it lies in a buffer, and the high half of its ESN.
pub(crate) struct Sealing {
    pub range: Range<usize>,
    pub high: Option<u32>,
}

/// The algorithms and keys of one SA.
///
/// A packet is SPI | Sequence Number | IV | text | ICV. `high` is the high half of the ESN where there is one.
pub(crate) trait Protection: Send {
    fn iv_size(&self) -> usize;
    fn icv_size(&self) -> usize;
    /// The text's length is a multiple of this.
    fn block_size(&self) -> usize;

    fn sizes(&self) -> Sizes {
        Sizes { iv: self.iv_size(), icv: self.icv_size(), block: self.block_size() }
    }

    /// Header, IV and text stand in `packet`: encrypt the text and write the ICV.
    fn seal(&self, packet: &mut [u8], high: Option<u32>);

    /// [`Self::seal`] for many, which lets ciphers that depend on the block before work on several packets at once.
    fn seal_batch(&self, buffer: &mut [u8], packets: &[Sealing]) {
        for Sealing { range, high } in packets {
            self.seal(&mut buffer[range.clone()], *high);
        }
    }

    /// Is it faster to [`Self::foresee`] than to compute the ICV when a packet is opened?
    fn foresees(&self) -> bool {
        false
    }

    /// The ICVs that `packets`, without theirs, should have; only if [`Self::foresees`].
    fn foresee(&self, _packets: &[Covered<'_>], _icvs: &mut [Icv]) {}

    /// [`Self::open`] of a packet that should have the ICV `expected`.
    fn open_foreseen(&self, packet: &mut [u8], high: Option<u32>, _expected: &Icv) -> Result<(), DropReason> {
        self.open(packet, high)
    }

    /// Verify the ICV, then decrypt the text. `packet` is at least header, IV and ICV long.
    fn open(&self, packet: &mut [u8], high: Option<u32>) -> Result<(), DropReason>;

    /// [`Self::open`], but the text goes to `target`, which has its size. What `packet` then holds is of no use.
    fn open_to(&self, packet: &mut [u8], high: Option<u32>, target: &mut [u8]) -> Result<(), DropReason> {
        self.open(packet, high)?;
        let start = HEADER_SIZE + self.iv_size();
        target.copy_from_slice(&packet[start..start + target.len()]);
        Ok(())
    }

    /// [`Self::open_to`] of a packet that should have the ICV `expected`.
    fn open_foreseen_to(
        &self,
        packet: &mut [u8],
        high: Option<u32>,
        _expected: &Icv,
        target: &mut [u8],
    ) -> Result<(), DropReason> {
        self.open_to(packet, high, target)
    }
}

/// AES-GCM by the fastest means that the processor has. `key` has 16, 24 or 32 octets, `salt` 4.
pub(crate) fn gcm(key: &[u8], salt: &[u8], icv_size: usize) -> Box<dyn Protection> {
    #[cfg(target_arch = "x86_64")]
    if let Some(protection) = vaes_gcm::new(key, salt, icv_size) {
        return protection;
    }
    portable_gcm(key, salt, icv_size)
}

/// What [`gcm`] works with here, for people to read.
pub fn gcm_means() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if vaes_gcm::is_supported() {
        return "VAES and AVX-512";
    }
    "AWS-LC"
}

/// What HMAC with SHA-1 and SHA-256 of many packets is computed with here, for people to read.
pub fn hmac_means() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if lanes::is_supported() {
        return "AVX-512, sixteen packets side by side";
    }
    "packet by packet"
}

fn portable_gcm(key: &[u8], salt: &[u8], icv_size: usize) -> Box<dyn Protection> {
    if icv_size == 16 {
        aead::gcm(key, salt)
    } else {
        short_gcm::new(key, salt, icv_size)
    }
}

/// An encryption algorithm and an integrity algorithm: encrypt, then authenticate (RFC 4303 section 3.3.2.1).
pub(crate) struct Composed {
    pub encryption: Box<dyn Encryption>,
    pub integrity: Box<dyn Integrity>,
}

impl Protection for Composed {
    fn iv_size(&self) -> usize {
        self.encryption.iv_size()
    }

    fn icv_size(&self) -> usize {
        self.integrity.icv_size()
    }

    fn block_size(&self) -> usize {
        self.encryption.block_size()
    }

    fn seal(&self, packet: &mut [u8], high: Option<u32>) {
        let end = packet.len() - self.icv_size();
        let (head, text) = packet[..end].split_at_mut(HEADER_SIZE + self.iv_size());
        self.encryption.encrypt(&head[HEADER_SIZE..], text);
        let (covered, icv) = packet.split_at_mut(end);
        icv.copy_from_slice(&self.integrity.compute(covered, high)[..icv.len()]);
    }

    fn seal_batch(&self, buffer: &mut [u8], packets: &[Sealing]) {
        let icv_size = self.icv_size();
        self.encryption.encrypt_batch(buffer, packets, icv_size);
        for packets in packets.chunks(MANY) {
            let mut icvs = [[0; ICV_SIZE_MAX]; MANY];
            let mut covered = [Covered { octets: &[], high: None }; MANY];
            for (covered, Sealing { range, high }) in covered.iter_mut().zip(packets) {
                *covered = Covered { octets: &buffer[range.start..range.end - icv_size], high: *high };
            }
            self.integrity.compute_many(&covered[..packets.len()], &mut icvs[..packets.len()]);
            for (icv, Sealing { range, .. }) in icvs.iter().zip(packets) {
                buffer[range.end - icv_size..range.end].copy_from_slice(&icv[..icv_size]);
            }
        }
    }

    fn foresees(&self) -> bool {
        self.integrity.is_for_many()
    }

    fn foresee(&self, packets: &[Covered<'_>], icvs: &mut [Icv]) {
        self.integrity.compute_many(packets, icvs);
    }

    fn open(&self, packet: &mut [u8], high: Option<u32>) -> Result<(), DropReason> {
        let expected = self.expected(packet, high);
        self.open_foreseen(packet, high, &expected)
    }

    fn open_foreseen(&self, packet: &mut [u8], _high: Option<u32>, expected: &Icv) -> Result<(), DropReason> {
        let (iv, text) = self.verify(packet, expected)?;
        self.encryption.decrypt(iv, text);
        Ok(())
    }

    fn open_to(&self, packet: &mut [u8], high: Option<u32>, target: &mut [u8]) -> Result<(), DropReason> {
        let expected = self.expected(packet, high);
        self.open_foreseen_to(packet, high, &expected, target)
    }

    fn open_foreseen_to(
        &self,
        packet: &mut [u8],
        _high: Option<u32>,
        expected: &Icv,
        target: &mut [u8],
    ) -> Result<(), DropReason> {
        let (iv, text) = self.verify(packet, expected)?;
        self.encryption.decrypt_to(iv, text, target);
        Ok(())
    }
}

impl Composed {
    fn expected(&self, packet: &[u8], high: Option<u32>) -> Icv {
        self.integrity.compute(&packet[..packet.len() - self.icv_size()], high)
    }

    /// The IV and the text of `packet`, if it has the ICV `expected`.
    fn verify<'a>(
        &self,
        packet: &'a mut [u8],
        expected: &Icv,
    ) -> Result<(&'a [u8], &'a mut [u8]), DropReason> {
        let (covered, icv) = packet.split_at_mut(packet.len() - self.icv_size());
        verify_slices_are_equal(&expected[..icv.len()], icv).map_err(|_| DropReason::IntegrityFailure)?;
        let (head, text) = covered.split_at_mut(HEADER_SIZE + self.iv_size());
        if text.len() % self.block_size() != 0 {
            return Err(DropReason::CipherFailure);
        }
        Ok((&head[HEADER_SIZE..], text))
    }
}

/// The additional authenticated data of AEAD ciphers: SPI and sequence number, the latter with its high half in
/// front where there is one (RFC 4106 section 5).
pub(crate) struct AdditionalData {
    octets: [u8; 12],
    size: usize,
}

impl AdditionalData {
    pub fn new(header: &[u8], high: Option<u32>) -> Self {
        let mut octets = [0; 12];
        octets[..4].copy_from_slice(&header[..4]);
        let size = match high {
            None => {
                octets[4..8].copy_from_slice(&header[4..8]);
                8
            }
            Some(high) => {
                octets[4..8].copy_from_slice(&high.to_be_bytes());
                octets[8..].copy_from_slice(&header[4..8]);
                12
            }
        };
        AdditionalData { octets, size }
    }

    /// As one block of GHASH, padded with zeros, its first octet the highest.
    pub fn block(&self) -> u128 {
        // Behind `size` there are zeros.
        let mut block = [0; 16];
        block[..12].copy_from_slice(&self.octets);
        u128::from_be_bytes(block)
    }
}

impl AsRef<[u8]> for AdditionalData {
    fn as_ref(&self) -> &[u8] {
        &self.octets[..self.size]
    }
}
