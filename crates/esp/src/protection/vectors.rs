//! Published examples.

use super::integrity::aes_xcbc_96;
use super::{encryption, gcm, portable_gcm, DropReason, Protection, Sealing};
use crate::algorithms::{protection, Algorithms, Keys};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn aead(encryption: u16, key_bits: u16, key: &str) -> Box<dyn Protection> {
    let algorithms = Algorithms { encryption, key_bits, integrity: 0 };
    protection(algorithms, Keys { encryption: &hex(key), integrity: &[] }, false).unwrap()
}

/// RFC 7634 appendix A: an ICMP echo request in tunnel mode.
#[test]
fn chacha20_poly1305_opens_the_packet_of_rfc_7634() {
    let key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f a0a1a2a3";
    let protection = aead(28, 0, key);
    let mut packet = hex("01020304 00000005 1011121314151617
         24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c6
         14ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3
         cbec163fac469b502773f6fb94e664da9165b82829f641e0
         76aaa8266b7fb0f7b11b369907e1ad43");
    assert_eq!(protection.open(&mut packet, None), Ok(()));
    let text = &packet[16..packet.len() - 16];
    assert_eq!(text[..20], hex("45000054a6f200004001e778c6336405c0000205"));
    assert_eq!(text[84..], [1, 2, 2, 4]);
}

/// draft-mcgrew-gcm-test-01, the first test case: an IP packet with an ESN whose high half is 0x87654321.
#[test]
fn aes_gcm_opens_the_packet_of_the_gcm_test_draft() {
    let protection = aead(20, 128, "4c80cdefbb5d10da906ac73c3613a634 2e443b68");
    let sealed = hex("00004321 00000000 4956ed7e3b244cfe
         fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34
         cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce
         61bc17d768fd9732 459018148f6cbe722fd04796562dfdb4");
    let mut packet = sealed.clone();
    assert_eq!(protection.open(&mut packet, Some(0x8765_4321)), Ok(()));
    assert_eq!(packet[16..36], hex("45000048699a000080114db7c0a80102c0a80101"));
    assert_eq!(packet[packet.len() - 20..packet.len() - 16], [1, 2, 2, 1]);
    assert_eq!(protection.open(&mut sealed.clone(), Some(0x8765_4320)), Err(DropReason::IntegrityFailure));
}

/// RFC 3602 section 4, cases 1 and 2.
#[test]
fn aes_cbc_agrees_with_rfc_3602() {
    let cases = [
        (
            "06a9214036b8a15b512e03d534120006",
            "3dafba429d9eb430b422da802c9fac41",
            "53696e676c6520626c6f636b206d7367",
            "e353779c1079aeb82708942dbe77181a",
        ),
        (
            "c286696d887c9aa0611bbb3e2025a45a",
            "562e17996d093d28ddb3ba695a2e6f58",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1",
        ),
    ];
    for (key, iv, text, expected) in cases {
        let cipher = encryption::aes_cbc(&hex(key));
        let mut octets = hex(text);
        cipher.encrypt(&hex(iv), &mut octets);
        assert_eq!(octets, hex(expected));
        cipher.decrypt(&hex(iv), &mut octets);
        assert_eq!(octets, hex(text));
    }
}

/// RFC 3686 section 6, test vector 1.
#[test]
fn aes_ctr_agrees_with_rfc_3686() {
    let cipher = encryption::aes_ctr(&hex("ae6852f8121067cc4bf7a5765577f39e"), &hex("00000030"));
    let mut octets = b"Single block msg".to_vec();
    cipher.encrypt(&[0; 8], &mut octets);
    assert_eq!(octets, hex("e4095d4fb7a7b3792d6175a3261311b8"));
}

/// RFC 3566 section 4.6.
#[test]
fn aes_xcbc_mac_agrees_with_rfc_3566() {
    let counting: Vec<u8> = (0..34).collect();
    let zeros = [0; 1000];
    let cases: [(&[u8], &str); 7] = [
        (&[], "75f0251d528ac01c4573dfd5"),
        (&counting[..3], "5b376580ae2f19afe7219cee"),
        (&counting[..16], "d2a246fa349b68a79998a439"),
        (&counting[..20], "47f51b4564966215b8985c63"),
        (&counting[..32], "f54f0ec8d2b9f3d36807734b"),
        (&counting[..34], "becbb3bccdb518a30677d548"),
        (&zeros, "f0dafee895db30253761103b"),
    ];
    let integrity = aes_xcbc_96(&counting[..16]);
    for (message, expected) in cases {
        assert_eq!(integrity.compute(message, None)[..12], hex(expected), "{} octets", message.len());
    }
}

/// The high half of the ESN counts as the packet's last four octets.
#[test]
fn aes_xcbc_mac_takes_the_esn_as_part_of_the_message() {
    let message: Vec<u8> = (0..100).collect();
    let integrity = aes_xcbc_96(&message[..16]);
    for size in 4..100 {
        let high = u32::from_be_bytes(message[size - 4..size].try_into().unwrap());
        let apart = integrity.compute(&message[..size - 4], Some(high));
        assert_eq!(apart[..12], integrity.compute(&message[..size], None)[..12], "{size} octets");
    }
}

/// FIPS 81 appendix C: "Now is the time for all ".
#[test]
fn des_cbc_agrees_with_fips_81() {
    let cipher = encryption::des_cbc(&hex("0123456789abcdef")).unwrap();
    let mut octets = hex("4e6f77206973207468652074696d6520666f7220616c6c20");
    cipher.encrypt(&hex("1234567890abcdef"), &mut octets);
    assert_eq!(octets, hex("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"));
    cipher.decrypt(&hex("1234567890abcdef"), &mut octets);
    assert_eq!(octets, b"Now is the time for all ");
}

/// Every size around the vectors' and groups' borders, both directions, with and without ESN.
#[test]
fn both_ways_of_aes_gcm_agree() {
    let octets: Vec<u8> = (0..3000u32).map(|at| ((at * at) >> 3) as u8).collect();
    for (key_size, icv_size) in [(16, 16), (24, 16), (32, 16), (16, 8), (32, 12)] {
        let (key, salt) = (&octets[7..7 + key_size], &octets[100..104]);
        let (fast, plain) = (gcm(key, salt, icv_size), portable_gcm(key, salt, icv_size));
        for size in (0..700).chain([1399, 1400, 1404, 1436, 2048, 2900]) {
            let high = (size % 3 == 0).then_some(size as u32 * 77);
            let packet: Vec<u8> = octets[..16 + size].iter().copied().chain(vec![0; icv_size]).collect();
            let (mut one, mut other) = (packet.clone(), packet.clone());
            fast.seal(&mut one, high);
            plain.seal(&mut other, high);
            assert_eq!(one, other, "{key_size} octets of key, {size} of text");
            let mut forged = one.clone();
            forged[16 + size / 2] ^= 1;
            assert_eq!(fast.open(&mut forged, high), Err(DropReason::IntegrityFailure));
            assert!(forged[16..16 + size].iter().all(|&octet| octet == 0), "nothing of a forgery is shown");
            assert_eq!(fast.open(&mut one, high), Ok(()));
            assert_eq!(one[..16 + size], packet[..16 + size]);
        }
    }
}

/// AWS-LC's 3DES beside ours, one packet at a time and many, of different sizes.
#[test]
#[allow(deprecated)]
fn triple_des_is_that_of_aws_lc() {
    use aws_lc_rs::cipher::{
        EncryptingKey, EncryptionContext, UnboundCipherKey, DES_EDE3_FOR_LEGACY_USE_ONLY,
    };
    use aws_lc_rs::iv::FixedLength;

    let octets: Vec<u8> = (0..4000u32).map(|at| ((at * at) >> 3) as u8).collect();
    let key = hex("0123456789abcdef 23456789abcdef01 456789abcdef0123");
    let cipher = encryption::triple_des_cbc(&key).unwrap();
    let expected = |packet: &[u8]| {
        let other = UnboundCipherKey::new(&DES_EDE3_FOR_LEGACY_USE_ONLY, &key).unwrap();
        let iv = FixedLength::from(<[u8; 8]>::try_from(&packet[8..16]).unwrap());
        let mut text = packet[16..].to_vec();
        let other = EncryptingKey::cbc(other).unwrap();
        other.less_safe_encrypt(&mut text, EncryptionContext::Iv64(iv)).unwrap();
        text
    };
    let sizes = [8, 16, 24, 64, 1400, 80, 8, 512, 400];
    let mut buffer = Vec::new();
    let packets: Vec<Sealing> = sizes
        .iter()
        .map(|size| {
            let start = buffer.len();
            buffer.extend(&octets[start..start + 16 + size]);
            Sealing { range: start..buffer.len(), high: None }
        })
        .collect();
    let plain = buffer.clone();
    cipher.encrypt_batch(&mut buffer, &packets, 0);
    for Sealing { range, .. } in packets {
        let (before, sealed) = (&plain[range.clone()], &buffer[range]);
        assert_eq!(sealed[16..], expected(before));
        let mut one = before[16..].to_vec();
        cipher.encrypt(&before[8..16], &mut one);
        assert_eq!(one, sealed[16..]);
        cipher.decrypt(&before[8..16], &mut one);
        assert_eq!(one, before[16..]);
    }
}
