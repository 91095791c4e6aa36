//! Algorithms by their IANA numbers, and what they need: key, IV, ICV and block sizes.

use std::fmt;

use crate::protection::{self, Protection};

/// Transform IDs of the registry "Internet Key Exchange Version 2 (IKEv2) Parameters".
mod iana {
    pub const ENCR_DES: u16 = 2;
    pub const ENCR_3DES: u16 = 3;
    pub const ENCR_NULL: u16 = 11;
    pub const ENCR_AES_CBC: u16 = 12;
    pub const ENCR_AES_CTR: u16 = 13;
    pub const ENCR_AES_CCM_8: u16 = 14;
    pub const ENCR_AES_CCM_12: u16 = 15;
    pub const ENCR_AES_CCM_16: u16 = 16;
    pub const ENCR_AES_GCM_8: u16 = 18;
    pub const ENCR_AES_GCM_12: u16 = 19;
    pub const ENCR_AES_GCM_16: u16 = 20;
    pub const ENCR_CHACHA20_POLY1305: u16 = 28;
    pub const AUTH_NONE: u16 = 0;
    pub const AUTH_HMAC_MD5_96: u16 = 1;
    pub const AUTH_HMAC_SHA1_96: u16 = 2;
    pub const AUTH_AES_XCBC_96: u16 = 5;
    pub const AUTH_AES_CMAC_96: u16 = 8;
    pub const AUTH_HMAC_SHA2_256_128: u16 = 12;
    pub const AUTH_HMAC_SHA2_384_192: u16 = 13;
    pub const AUTH_HMAC_SHA2_512_256: u16 = 14;
}
use iana::*;

/// What protects an SA. `key_bits` is 0 where the cipher has only one key length; `integrity` is 0 for AEAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithms {
    pub encryption: u16,
    pub key_bits: u16,
    pub integrity: u16,
}

/// The keys of one direction. `encryption` ends with the salt where the cipher has one. Has no Debug.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub encryption: &'a [u8],
    pub integrity: &'a [u8],
}

/// Why algorithms and keys make no SA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    Encryption(u16),
    KeyBits {
        encryption: u16,
        key_bits: u16,
    },
    Integrity(u16),
    /// An AEAD cipher together with an integrity algorithm (RFC 7296 section 3.3).
    IntegrityTwice,
    /// Neither an AEAD cipher nor an integrity algorithm (RFC 4303 section 3.2.2, RFC 8221 section 4).
    NoIntegrity,
    EncryptionKeySize {
        expected: usize,
        given: usize,
    },
    IntegrityKeySize {
        expected: usize,
        given: usize,
    },
    /// A weak key of DES (RFC 2405 section 3.1); or two of the three keys of 3DES are the same, or one is weak
    /// (RFC 2451 section 2.3).
    WeakKey,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Encryption(id) => write!(f, "encryption algorithm {id} is not supported"),
            Unusable::KeyBits { encryption, key_bits } => {
                write!(f, "encryption algorithm {encryption} has no key of {key_bits} bits")
            }
            Unusable::Integrity(id) => write!(f, "integrity algorithm {id} is not supported"),
            Unusable::IntegrityTwice => write!(f, "an AEAD cipher takes no integrity algorithm"),
            Unusable::NoIntegrity => write!(f, "encryption without integrity protection is not supported"),
            Unusable::EncryptionKeySize { expected, given } => {
                write!(f, "the encryption key has {given} octets, not {expected}")
            }
            Unusable::IntegrityKeySize { expected, given } => {
                write!(f, "the integrity key has {given} octets, not {expected}")
            }
            Unusable::WeakKey => write!(f, "the encryption key is one of the weak keys of DES or 3DES"),
        }
    }
}

impl std::error::Error for Unusable {}

/// Check that everything fits and expand the keys.
/// `within_ah`: AH has authenticated the packet already, so that encryption alone will do.
pub(crate) fn protection(
    algorithms: Algorithms,
    keys: Keys<'_>,
    within_ah: bool,
) -> Result<Box<dyn Protection>, Unusable> {
    let Algorithms { encryption, key_bits, .. } = algorithms;
    let (key_size, salt_size) = encryption_key_size(encryption, key_bits)?;
    check_integrity(algorithms, keys, within_ah)?;
    if keys.encryption.len() != key_size + salt_size {
        return Err(Unusable::EncryptionKeySize {
            expected: key_size + salt_size,
            given: keys.encryption.len(),
        });
    }
    let (key, salt) = keys.encryption.split_at(key_size);
    Ok(match encryption {
        ENCR_AES_GCM_16 => protection::gcm(key, salt, 16),
        ENCR_AES_GCM_12 => protection::gcm(key, salt, 12),
        ENCR_AES_GCM_8 => protection::gcm(key, salt, 8),
        ENCR_CHACHA20_POLY1305 => protection::aead::chacha20_poly1305(key, salt),
        ENCR_AES_CCM_8 => protection::ccm::new(key, salt, 8),
        ENCR_AES_CCM_12 => protection::ccm::new(key, salt, 12),
        ENCR_AES_CCM_16 => protection::ccm::new(key, salt, 16),
        _ => Box::new(protection::Composed {
            encryption: match encryption {
                ENCR_AES_CBC => protection::encryption::aes_cbc(key),
                ENCR_AES_CTR => protection::encryption::aes_ctr(key, salt),
                ENCR_DES => protection::encryption::des_cbc(key).ok_or(Unusable::WeakKey)?,
                ENCR_3DES => protection::encryption::triple_des_cbc(key).ok_or(Unusable::WeakKey)?,
                _ => protection::encryption::null(),
            },
            integrity: integrity(algorithms.integrity, keys.integrity),
        }),
    })
}

/// What AH alone has inside.
pub(crate) fn nothing() -> Box<dyn Protection> {
    Box::new(protection::Composed {
        encryption: protection::encryption::null(),
        integrity: protection::integrity::none(),
    })
}

/// Key and salt, in octets.
fn encryption_key_size(encryption: u16, key_bits: u16) -> Result<(usize, usize), Unusable> {
    let (fixed, salt) = match encryption {
        ENCR_AES_CBC => (None, 0),
        // RFC 3686 section 5.1, RFC 4106 section 8.1.
        ENCR_AES_CTR | ENCR_AES_GCM_8 | ENCR_AES_GCM_12 | ENCR_AES_GCM_16 => (None, 4),
        // RFC 4309 section 7.1.
        ENCR_AES_CCM_8 | ENCR_AES_CCM_12 | ENCR_AES_CCM_16 => (None, 3),
        // RFC 7634 section 2.
        ENCR_CHACHA20_POLY1305 => (Some(256), 4),
        ENCR_DES => (Some(64), 0),
        ENCR_3DES => (Some(192), 0),
        ENCR_NULL => (Some(0), 0),
        _ => return Err(Unusable::Encryption(encryption)),
    };
    match (fixed, key_bits) {
        (None, 128 | 192 | 256) => Ok((usize::from(key_bits) / 8, salt)),
        (Some(bits), 0) => Ok((bits / 8, salt)),
        (Some(bits), given) if bits == usize::from(given) => Ok((bits / 8, salt)),
        _ => Err(Unusable::KeyBits { encryption, key_bits }),
    }
}

/// The algorithm of AH, with its key (RFC 4302 section 3.3.3.2).
pub(crate) fn ah_integrity(id: u16, key: &[u8]) -> Result<Box<dyn protection::Integrity>, Unusable> {
    let expected = integrity_key_size(id)?;
    match (id, key.len()) {
        (AUTH_NONE, _) => Err(Unusable::NoIntegrity),
        (_, given) if given != expected => Err(Unusable::IntegrityKeySize { expected, given }),
        _ => Ok(integrity(id, key)),
    }
}

fn is_aead(encryption: u16) -> bool {
    matches!(encryption, ENCR_AES_CCM_8..=ENCR_AES_CCM_16 | ENCR_AES_GCM_8..=ENCR_AES_GCM_16)
        || encryption == ENCR_CHACHA20_POLY1305
}

fn check_integrity(algorithms: Algorithms, keys: Keys<'_>, may_lack: bool) -> Result<(), Unusable> {
    let expected = integrity_key_size(algorithms.integrity)?;
    match (is_aead(algorithms.encryption), algorithms.integrity) {
        (true, AUTH_NONE) => {}
        (true, _) => return Err(Unusable::IntegrityTwice),
        (false, AUTH_NONE) if !may_lack && !cfg!(feature = "unprotected") => {
            return Err(Unusable::NoIntegrity)
        }
        (false, _) => {}
    }
    let given = keys.integrity.len();
    if given == expected {
        Ok(())
    } else {
        Err(Unusable::IntegrityKeySize { expected, given })
    }
}

fn integrity_key_size(id: u16) -> Result<usize, Unusable> {
    Ok(match id {
        AUTH_NONE => 0,
        AUTH_HMAC_MD5_96 | AUTH_AES_XCBC_96 | AUTH_AES_CMAC_96 => 16,
        AUTH_HMAC_SHA1_96 => 20,
        AUTH_HMAC_SHA2_256_128 => 32,
        AUTH_HMAC_SHA2_384_192 => 48,
        AUTH_HMAC_SHA2_512_256 => 64,
        unknown => return Err(Unusable::Integrity(unknown)),
    })
}

/// `id` and the key's size are known to fit.
fn integrity(id: u16, key: &[u8]) -> Box<dyn protection::Integrity> {
    match id {
        AUTH_NONE => protection::integrity::none(),
        AUTH_HMAC_MD5_96 => protection::integrity::hmac_md5_96(key),
        AUTH_HMAC_SHA1_96 => protection::integrity::hmac_sha1_96(key),
        AUTH_AES_XCBC_96 => protection::integrity::aes_xcbc_96(key),
        AUTH_AES_CMAC_96 => protection::integrity::aes_cmac_96(key),
        AUTH_HMAC_SHA2_256_128 => protection::integrity::hmac_sha2_256_128(key),
        AUTH_HMAC_SHA2_384_192 => protection::integrity::hmac_sha2_384_192(key),
        _ => protection::integrity::hmac_sha2_512_256(key),
    }
}
