//! What all threads of a data plane have in common.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use esp::gre::Gre;
use esp::offload::Packet;
use esp::DropReason;

use crate::counters::{Drops, TunnelCounters};
use crate::events::{lock, EventQueue};
use crate::l2tp::Server;
use crate::multipoint::Multipoint;
use crate::outer::Fragments;
use crate::own::OwnAddresses;
use crate::pseudowire::Protected;
use crate::route::{Route, Sockets};
use crate::sizes::SharedSizes;
use crate::sys;
use crate::too_big::TooBig;

pub struct Shared {
    pub sockets: Sockets,
    pub events: EventQueue,
    pub drops: Arc<Drops>,
    /// How many packets wait for an SA, in all tunnels.
    pub waiting: AtomicUsize,
    pub own_addresses: OwnAddresses,
    pub too_big: TooBig,
    pub fragments: Fragments,
    /// Names of datagrams that are fragmented here.
    identification: AtomicU32,
    /// What the way between two addresses takes, ours first, where the gateway has heard of it.
    path_mtus: Mutex<HashMap<(IpAddr, IpAddr), u16>>,
    clock: Instant,
}

impl Shared {
    pub fn new(sockets: Sockets) -> io::Result<Self> {
        let drops = Arc::new(Drops::default());
        let events = EventQueue::new(drops.clone())?;
        let mut identification = [0; 4];
        sys::random(&mut identification)?;
        Ok(Shared {
            sockets,
            events,
            drops,
            waiting: AtomicUsize::new(0),
            own_addresses: OwnAddresses::default(),
            too_big: TooBig::new()?,
            fragments: Fragments::new()?,
            identification: AtomicU32::new(u32::from_ne_bytes(identification)),
            path_mtus: Mutex::default(),
            clock: Instant::now(),
        })
    }

    /// The next name for a datagram in fragments. Nobody else knows where they begin (RFC 7739).
    pub fn identification(&self) -> u32 {
        self.identification.fetch_add(1, Ordering::Relaxed)
    }

    /// Octets of the largest packet that the way takes, where that is known. Whoever asks is told of what changes later by
    /// a command; for every packet it would be too slow.
    pub fn path_mtu(&self, route: &Route) -> Option<u16> {
        lock(&self.path_mtus).get(&route.ends()).copied()
    }

    /// To be said before the threads are told.
    pub fn set_path_mtu(&self, ends: (IpAddr, IpAddr), mtu: Option<u16>) {
        match mtu {
            Some(mtu) => lock(&self.path_mtus).insert(ends, mtu),
            None => lock(&self.path_mtus).remove(&ends),
        };
    }

    /// Milliseconds since a moment before the start; never 0.
    pub fn now(&self) -> u64 {
        self.clock.elapsed().as_millis() as u64 + 1
    }
}

/// A tunnel's device and counters, and how large its packets may be.
pub struct TunnelDevice {
    pub name: Arc<str>,
    pub fd: OwnedFd,
    /// The kernel cuts UDP, too, for whom it hands our packets to, and lets us do it with its own (Linux 6.2).
    pub segments_udp: bool,
    pub counters: TunnelCounters,
    pub sizes: SharedSizes,
    pub gre: Option<GreEnd>,
    pub l2tp: Option<Server>,
    /// Of a tunnel with many peers.
    pub multipoint: Option<Multipoint>,
    /// It is a TAP device, whose frames go into it.
    pub wire: Option<Protected>,
}

impl TunnelDevice {
    /// Write `pieces`, which `packets` were joined to, and count them. Not written: several are to come again singly, one
    /// is lost.
    pub fn write(&self, packets: &[Packet], pieces: &[IoSlice<'_>]) -> bool {
        let counters = &self.counters.inbound;
        let is_written = sys::write(&self.fd, pieces).is_ok();
        if is_written {
            counters.packets.add(packets.len() as u64);
            counters.octets.add(packets.iter().map(|packet| packet.range.len() as u64).sum());
        } else if packets.len() == 1 {
            counters.drop(DropReason::MiscError, 1);
        }
        is_written
    }
}

/// Our end of a tunnel whose packets are wrapped in GRE.
pub struct GreEnd {
    pub header: Gre,
    /// They go in the clear, and no SA is to carry them; else only SAs may.
    pub is_plain: bool,
    /// The sequence number of the next packet (RFC 2890 section 2.2).
    pub next: AtomicU32,
}

impl GreEnd {
    pub fn new(header: Gre, is_plain: bool) -> Self {
        GreEnd { header, is_plain, next: AtomicU32::new(0) }
    }
}
