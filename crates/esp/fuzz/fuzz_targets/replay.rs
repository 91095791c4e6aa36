//! Any order of sequence numbers: the window agrees with a list of everything seen.
#![no_main]

use std::collections::HashSet;

use esp::ReplayWindow;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, Vec<(i16, bool)>)| {
    let size = input.0.clamp(32, ReplayWindow::MAX_SIZE);
    let mut window = ReplayWindow::new(size);
    let (mut top, mut seen) = (0u64, HashSet::new());
    for (distance, is_authentic) in input.1 {
        let sequence = top.saturating_add_signed(distance.into());
        let is_new = sequence != 0 && sequence + u64::from(size) > top && !seen.contains(&sequence);
        assert_eq!(window.is_new(sequence), is_new);
        if is_new && is_authentic {
            window.commit(sequence);
            seen.insert(sequence);
            top = top.max(sequence);
        }
        assert_eq!(window.extend(top as u32), Some(top));
    }
});
