//! Counters that data threads write and the interpreter reads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use esp::fragments::Lost;
use esp::DropReason;

/// A number with one writer, so that adding needs no locked instruction.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// To be called from the owning thread only.
    #[inline]
    pub fn add(&self, amount: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// One direction of one tunnel. Octets are those of the packets that the device gives or gets.
#[derive(Default)]
pub struct DirectionCounters {
    pub packets: Counter,
    pub octets: Counter,
    drops: [Counter; DropReason::ALL.len()],
}

impl DirectionCounters {
    #[inline]
    pub fn drop(&self, reason: DropReason, count: u64) {
        self.drops[reason as usize].add(count);
    }

    /// Fragments that waited in vain.
    pub fn drop_lost(&self, lost: Lost) {
        self.drop(DropReason::OutOfMemory, lost.no_room);
        self.drop(DropReason::BadFragment, lost.too_late);
    }

    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.drops[reason as usize].get()
    }
}

/// One tunnel. Egress owns `outbound`, ingress `inbound`.
#[derive(Default)]
pub struct TunnelCounters {
    pub outbound: DirectionCounters,
    pub inbound: DirectionCounters,
}

/// What belongs to no tunnel. Several threads add to it, rarely.
#[derive(Default)]
pub struct Drops {
    pub invalid_sa: SharedCounter,
    pub packet_truncated: SharedCounter,
    pub event_queue_full: SharedCounter,
    pub send_failure: SharedCounter,
    /// GRE in the clear from somebody who is no tunnel's peer.
    pub unknown_gre: SharedCounter,
}

impl Drops {
    pub fn all(&self) -> [(&'static str, u64); 5] {
        [
            ("invalid_sa", self.invalid_sa.get()),
            ("packet_truncated", self.packet_truncated.get()),
            ("event_queue_full", self.event_queue_full.get()),
            ("send_failure", self.send_failure.get()),
            ("unknown_gre", self.unknown_gre.get()),
        ]
    }
}

/// A number with several writers.
#[derive(Default)]
pub struct SharedCounter(AtomicU64);

impl SharedCounter {
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What one direction of a Child SA has carried; as [`DirectionCounters`] counts it.
#[derive(Default)]
pub struct Carried {
    packets: Counter,
    octets: Counter,
}

impl Carried {
    /// To be called from the thread that owns the direction.
    #[inline]
    pub fn add(&self, packets: u64, octets: u64) {
        self.packets.add(packets);
        self.octets.add(octets);
    }

    /// Packets and octets.
    pub fn get(&self) -> (u64, u64) {
        (self.packets.get(), self.octets.get())
    }
}

/// What both halves of a Child SA share with the control side. Times are in milliseconds of the plane's clock.
#[derive(Default)]
pub struct ChildUse {
    pub carried_in: Carried,
    pub carried_out: Carried,
    inbound: AtomicU64,
    outbound: AtomicU64,
    expire_told: AtomicBool,
    end_told: AtomicBool,
    refuses_segments: AtomicBool,
}

impl ChildUse {
    pub fn touch_inbound(&self, now: u64) {
        self.inbound.store(now, Relaxed);
    }

    pub fn touch_outbound(&self, now: u64) {
        self.outbound.store(now, Relaxed);
    }

    /// Is UDP_SEGMENT of no use on its way?
    pub fn refuses_segments(&self) -> bool {
        self.refuses_segments.load(Relaxed)
    }

    pub fn set_refuses_segments(&self, refuses: bool) {
        self.refuses_segments.store(refuses, Relaxed);
    }

    /// Milliseconds since the last packet in and out. None: never.
    pub fn idle(&self, now: u64) -> (Option<u64>, Option<u64>) {
        let idle = |last: &AtomicU64| match last.load(Relaxed) {
            0 => None,
            last => Some(now.saturating_sub(last)),
        };
        (idle(&self.inbound), idle(&self.outbound))
    }

    /// Shall the gateway be told that the SA's soft lifetime is over? True for the first caller only.
    pub fn tell_expire(&self) -> bool {
        !self.expire_told.swap(true, Relaxed)
    }

    /// The same of the hard lifetime.
    pub fn tell_end(&self) -> bool {
        !self.end_told.swap(true, Relaxed)
    }
}

/// The lifetimes of a Child SA (RFC 4301 section 4.4.2.1), which count each direction by itself: at the soft one the
/// gateway is told to replace it, at the hard one it carries nothing any more.
#[derive(Clone, Copy, Default)]
pub struct Lifetimes {
    pub soft: Limits,
    pub hard: Limits,
}

/// How many packets, and octets of packets that the device gives or gets.
#[derive(Clone, Copy, Default)]
pub struct Limits {
    pub packets: Option<u64>,
    pub octets: Option<u64>,
}

impl Limits {
    #[inline]
    pub fn reached(&self, packets: u64, octets: u64) -> bool {
        self.packets.is_some_and(|limit| packets >= limit) || self.octets.is_some_and(|limit| octets >= limit)
    }
}
