//! What all threads of a data plane have in common.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, AtomicUsize};
use std::sync::Arc;
use std::time::Instant;

use esp::gre::Gre;

use crate::counters::{Drops, TunnelCounters};
use crate::events::EventQueue;
use crate::route::Sockets;

pub struct Shared {
    pub sockets: Sockets,
    pub events: EventQueue,
    pub drops: Arc<Drops>,
    /// How many packets wait for an SA, in all tunnels.
    pub waiting: AtomicUsize,
    clock: Instant,
}

impl Shared {
    pub fn new(sockets: Sockets) -> io::Result<Self> {
        let drops = Arc::new(Drops::default());
        let events = EventQueue::new(drops.clone())?;
        Ok(Shared { sockets, events, drops, waiting: AtomicUsize::new(0), clock: Instant::now() })
    }

    /// Milliseconds since a moment before the start; never 0.
    pub fn now(&self) -> u64 {
        self.clock.elapsed().as_millis() as u64 + 1
    }
}

/// A tunnel's device and counters.
pub struct TunnelDevice {
    pub name: Arc<str>,
    pub fd: OwnedFd,
    pub counters: TunnelCounters,
    pub gre: Option<GreEnd>,
}

/// Our end of a tunnel whose packets are wrapped in GRE before ESP.
pub struct GreEnd {
    pub header: Gre,
    /// The sequence number of the next packet (RFC 2890 section 2.2).
    pub next: AtomicU32,
}
