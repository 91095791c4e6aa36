//! What a device gives in one piece, and what is joined to be given to it, of whatever octets: the seeds of the fuzz
//! targets, and what comes of changing them at random, the same each time.

#[path = "common/offload.rs"]
mod offload;

use std::fs;
use std::path::Path;

use esp::offload::VNET_HEADER_SIZE;
use offload::{check_cut, check_join};

const ROUNDS: usize = 50_000;
/// Larger inputs take long, and show nothing else.
const SIZE_MAX: usize = 8_000;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// Change `octets` in one place. Most of it is in front: there are the headers.
    fn change(&mut self, octets: &mut Vec<u8>) {
        let reach = if self.below(3) > 0 { octets.len().min(100) } else { octets.len() };
        let at = self.below(reach);
        let odd = [0, 1, 0x45, 0x60, 0x7F, 0x80, 0xFF, self.next() as u8];
        match self.below(6) {
            0 if at < octets.len() => octets[at] ^= 1 << self.below(8),
            1 | 2 if at < octets.len() => octets[at] = odd[self.below(odd.len())],
            3 => octets.truncate(at),
            4 if octets.len() < SIZE_MAX => {
                let end = (at + self.below(60)).min(octets.len());
                let again = octets[at..end].to_vec();
                octets.splice(at..at, again);
            }
            _ => {
                let end = (at + self.below(20)).min(octets.len());
                octets.drain(at..end);
            }
        }
    }
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let mut seeds: Vec<_> =
        files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect();
    seeds.sort();
    seeds
}

/// Give `look` the seeds of `target`, changed, and in every other round with what `mend` makes right.
fn changed(target: &str, mend: impl Fn(&mut [u8]), mut look: impl FnMut(&[u8])) {
    let mut chance = Chance(0);
    let seeds = seeds(target);
    for round in 0..ROUNDS {
        let mut octets = seeds[chance.below(seeds.len())].1.clone();
        for _ in 0..=chance.below(4) {
            chance.change(&mut octets);
        }
        if round % 2 == 0 {
            mend(&mut octets);
        }
        look(&octets);
    }
}

/// Without its true length whatever the kernel cuts is refused at once.
fn state_length(read: &mut [u8]) {
    let Some(packet) = read.get_mut(VNET_HEADER_SIZE..).filter(|packet| packet.len() >= 40) else { return };
    let size = packet.len();
    let (at, size) = if packet[0] >> 4 == 4 { (2, size) } else { (4, size - 40) };
    packet[at..at + 2].copy_from_slice(&(size as u16).to_be_bytes());
}

#[test]
fn what_a_device_gives_is_cut_right_or_refused_by_name() {
    for (name, octets) in seeds("segment") {
        let result = check_cut(&octets).map_err(|reason| reason.name());
        assert_eq!(result.err(), name.starts_with("odd-").then_some("malformed"), "{name}");
    }
    let (mut cut, mut refused) = (0, 0);
    changed("segment", state_length, |octets| match check_cut(octets) {
        Ok(count) => cut += usize::from(count > 1),
        Err(reason) => refused += usize::from(reason.name() == "malformed"),
    });
    assert!(cut > ROUNDS / 10 && refused > ROUNDS / 10, "{cut} cut, {refused} refused");
}

#[test]
fn whatever_comes_is_written_once_as_it_came_and_in_order() {
    for (name, octets) in seeds("coalesce") {
        let (packets, writes) = check_join(&octets);
        assert!(packets > writes || name.starts_with("odd-"), "{name}: {writes} writes");
    }
    let mut joined = 0;
    changed(
        "coalesce",
        |_| {},
        |octets| {
            let (packets, writes) = check_join(octets);
            joined += usize::from(packets > writes);
        },
    );
    assert!(joined > ROUNDS / 10, "{joined} joined");
}
