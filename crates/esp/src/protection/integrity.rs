//! Integrity algorithms: HMAC (RFC 2403, 2404, 4868), AES-XCBC-MAC-96 (RFC 3566), AES-CMAC-96 (RFC 4494).

use aes::cipher::{Array, BlockCipherEncrypt};
use aes::Aes128;
use cmac::Cmac;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroize;

#[cfg(target_arch = "x86_64")]
use super::{hmac_many, sha1_many, sha256_many};

/// The longest ICV of any algorithm here.
pub(crate) const ICV_SIZE_MAX: usize = 32;

/// An ICV stands in front; what follows is arbitrary.
pub(crate) type Icv = [u8; ICV_SIZE_MAX];

/// What an ICV covers: ESP header, IV and ciphertext, followed by the high half of the ESN where there is one.
#[derive(Clone, Copy)]
pub(crate) struct Covered<'a> {
    pub octets: &'a [u8],
    pub high: Option<u32>,
}

/// Authenticates what [`Covered`] says.
pub(crate) trait Integrity: Send {
    fn icv_size(&self) -> usize;

    fn compute(&self, covered: &[u8], high: Option<u32>) -> Icv;

    /// Does [`Self::compute_many`] take less time than [`Self::compute`] for one packet after the other?
    fn is_for_many(&self) -> bool {
        false
    }

    /// [`Self::compute`] for each of `packets`, into as many `icvs`.
    fn compute_many(&self, packets: &[Covered<'_>], icvs: &mut [Icv]) {
        for (packet, icv) in packets.iter().zip(icvs) {
            *icv = self.compute(packet.octets, packet.high);
        }
    }
}

struct Keyed<M> {
    mac: M,
    icv_size: usize,
}

pub(crate) fn hmac_md5_96(key: &[u8]) -> Box<dyn Integrity> {
    keyed::<Hmac<Md5>>(key, 12)
}

pub(crate) fn hmac_sha1_96(key: &[u8]) -> Box<dyn Integrity> {
    let single = keyed::<Hmac<Sha1>>(key, 12);
    #[cfg(target_arch = "x86_64")]
    let single = hmac_many::new::<sha1_many::Sha1>(key, single);
    single
}

pub(crate) fn hmac_sha2_256_128(key: &[u8]) -> Box<dyn Integrity> {
    let single = keyed::<Hmac<Sha256>>(key, 16);
    #[cfg(target_arch = "x86_64")]
    let single = hmac_many::new::<sha256_many::Sha256>(key, single);
    single
}

pub(crate) fn hmac_sha2_384_192(key: &[u8]) -> Box<dyn Integrity> {
    keyed::<Hmac<Sha384>>(key, 24)
}

pub(crate) fn hmac_sha2_512_256(key: &[u8]) -> Box<dyn Integrity> {
    keyed::<Hmac<Sha512>>(key, 32)
}

/// `key` has 16 octets.
pub(crate) fn aes_cmac_96(key: &[u8]) -> Box<dyn Integrity> {
    keyed::<Cmac<Aes128>>(key, 12)
}

/// For measurements only.
pub(crate) fn none() -> Box<dyn Integrity> {
    Box::new(Nothing)
}

struct Nothing;

impl Integrity for Nothing {
    fn icv_size(&self) -> usize {
        0
    }

    fn compute(&self, _covered: &[u8], _high: Option<u32>) -> Icv {
        [0; ICV_SIZE_MAX]
    }
}

fn keyed<M: Mac + KeyInit + Clone + Send + 'static>(key: &[u8], icv_size: usize) -> Box<dyn Integrity> {
    // The key's padded state is computed once; each packet starts from a copy.
    Box::new(Keyed {
        mac: <M as KeyInit>::new_from_slice(key).expect("the key's size was checked"),
        icv_size,
    })
}

impl<M: Mac + Clone + Send> Integrity for Keyed<M> {
    fn icv_size(&self) -> usize {
        self.icv_size
    }

    fn compute(&self, covered: &[u8], high: Option<u32>) -> Icv {
        let mut mac = self.mac.clone();
        mac.update(covered);
        if let Some(high) = high {
            mac.update(&high.to_be_bytes());
        }
        let mut icv = [0; ICV_SIZE_MAX];
        icv[..self.icv_size].copy_from_slice(&mac.finalize().into_bytes()[..self.icv_size]);
        icv
    }
}

/// RFC 3566 section 4: CBC-MAC under K1; the last block is mixed with K2 if it is whole, else padded and mixed
/// with K3.
struct Xcbc {
    k1: Aes128,
    k2: [u8; 16],
    k3: [u8; 16],
}

/// `key` has 16 octets.
pub(crate) fn aes_xcbc_96(key: &[u8]) -> Box<dyn Integrity> {
    let aes = <Aes128 as KeyInit>::new_from_slice(key).expect("the key's size was checked");
    let derived = |octet: u8| {
        let mut block = Array::from([octet; 16]);
        aes.encrypt_block(&mut block);
        <[u8; 16]>::from(block)
    };
    let mut k1 = derived(1);
    let mac = Xcbc { k1: Aes128::new(&Array::from(k1)), k2: derived(2), k3: derived(3) };
    k1.zeroize();
    Box::new(mac)
}

impl Xcbc {
    fn mix(&self, state: &mut [u8; 16], block: &[u8]) {
        state.iter_mut().zip(block).for_each(|(state, octet)| *state ^= octet);
    }

    fn encrypt(&self, state: &mut [u8; 16]) {
        let mut block = Array::from(*state);
        self.k1.encrypt_block(&mut block);
        *state = block.into();
    }
}

impl Integrity for Xcbc {
    fn icv_size(&self) -> usize {
        12
    }

    fn compute(&self, covered: &[u8], high: Option<u32>) -> Icv {
        // The last block may join the packet's end and the ESN, so both end up in `last`; one block stays there
        // at least.
        let whole = covered.len().saturating_sub(1) / 16 * 16;
        let mut last = [0; 20];
        let mut size = covered.len() - whole;
        last[..size].copy_from_slice(&covered[whole..]);
        if let Some(high) = high {
            last[size..size + 4].copy_from_slice(&high.to_be_bytes());
            size += 4;
        }
        let mut state = [0; 16];
        for block in covered[..whole].chunks_exact(16) {
            self.mix(&mut state, block);
            self.encrypt(&mut state);
        }
        let mut rest = &last[..size];
        if rest.len() > 16 {
            self.mix(&mut state, &rest[..16]);
            self.encrypt(&mut state);
            rest = &rest[16..];
        }
        self.mix(&mut state, rest);
        if rest.len() == 16 {
            self.mix(&mut state, &self.k2);
        } else {
            state[rest.len()] ^= 0x80;
            self.mix(&mut state, &self.k3);
        }
        self.encrypt(&mut state);
        let mut icv = [0; ICV_SIZE_MAX];
        icv[..16].copy_from_slice(&state);
        icv
    }
}

impl Drop for Xcbc {
    fn drop(&mut self) {
        self.k2.zeroize();
        self.k3.zeroize();
    }
}
