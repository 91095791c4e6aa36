//! The outward direction: from TUN devices to the wire.
//!
//! It owns every outbound SA, so sequence numbers need no lock and packets of an SA stay in order. A packet that a
//! device gives up is sealed, kept until there is an SA, or dropped and counted; no path here sends it otherwise.

mod tunnel;

use std::collections::HashMap;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::sync::Arc;

use esp::offload::VNET_HEADER_SIZE;
use esp::{gre, l2tp, DropReason, OutboundSa, TrafficSelectors};

use crate::batch::Batch;
use crate::counters::{ChildUse, Lifetimes};
use crate::events::Mailbox;
use crate::l2tp::Session;
use crate::route::Route;
use crate::shared::{Shared, TunnelDevice};
use crate::sizes::{DfBit, Sizes};
use crate::sys::{Epoll, Ready};

pub enum Command {
    AddTunnel {
        tunnel: u64,
        device: Arc<TunnelDevice>,
    },
    /// The sender is dropped when the device is no longer used here.
    RemoveTunnel {
        tunnel: u64,
        done: SyncSender<()>,
    },
    Install {
        tunnel: u64,
        child: Box<Child>,
    },
    UseOutbound {
        tunnel: u64,
        spi_in: u32,
    },
    Move {
        tunnel: u64,
        spi_in: u32,
        route: Route,
        in_udp: bool,
        path_mtu: Option<u16>,
    },
    /// What the way between two addresses takes. None: as much as the device.
    PathMtu {
        ends: (IpAddr, IpAddr),
        mtu: Option<u16>,
    },
    Remove {
        tunnel: u64,
        spi_in: u32,
    },
    DiscardWaiting {
        tunnel: u64,
    },
    InstallSession {
        tunnel: u64,
        session: Arc<Session>,
    },
    RemoveSession {
        tunnel: u64,
        key: u32,
    },
    /// A question to the peer of a GRE tunnel, which it returns as it is.
    SendKeepalive {
        tunnel: u64,
    },
    /// A message of L2TP, for the UDP port of a peer.
    SendMessage {
        tunnel: u64,
        message: Vec<u8>,
        peer: Arc<str>,
        port: u16,
    },
    /// A message of NHRP, for a peer of a tunnel with many.
    SendNhrp {
        tunnel: u64,
        message: Vec<u8>,
        peer: IpAddr,
    },
    DiscardFor {
        tunnel: u64,
        peer: IpAddr,
    },
    /// The same for one that no IPsec protects.
    SendOpenMessage {
        tunnel: u64,
        message: Vec<u8>,
        route: Route,
    },
    Stop,
}

pub use tunnel::{Tunnel, ACQUIRE_INTERVAL_MS};

/// What ESP protects (RFC 4301 section 3.2): a whole packet, or what follows a packet's own IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Tunnel,
    Transport,
}

/// The outbound half of a Child SA.
pub struct Child {
    pub spi_in: u32,
    pub peer: Arc<str>,
    pub sa: OutboundSa,
    pub selectors: Arc<TrafficSelectors>,
    pub route: Route,
    pub in_udp: bool,
    pub mode: Mode,
    /// May packets leave by it? Not before the gateway says so.
    pub is_enabled: bool,
    /// Its hard lifetime is over: no packet leaves by it any more.
    pub is_over: bool,
    pub usage: Arc<ChildUse>,
    pub lifetimes: Lifetimes,
    pub packets: u64,
    pub octets: u64,
    /// Of the outer header, in tunnel mode.
    pub df_bit: DfBit,
    /// What ESP protects needs no fragments outside if it has no more octets.
    pub fitting: usize,
    /// Octets of the largest outer packet that its way takes, where somebody on it has said so.
    pub path_mtu: Option<u16>,
    /// Octets of the largest packet of the tunnel for which that is enough.
    pub mtu: u16,
}

/// So often it is looked for what has waited too long.
const STALE_INTERVAL_MS: u64 = 1_000;
const MAILBOX_TOKEN: u64 = u64::MAX;

pub struct Egress {
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox<Command>>,
    epoll: Epoll,
    tunnels: HashMap<u64, Tunnel>,
    batch: Batch,
    /// Where a packet of a device is read to.
    buffer: Vec<u8>,
    ready: Vec<Ready>,
    /// When it was last looked for packets that have waited too long.
    stale_dropped: u64,
    is_stopped: bool,
}

impl Egress {
    pub fn new(shared: Arc<Shared>, mailbox: Arc<Mailbox<Command>>) -> std::io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(mailbox.fd(), MAILBOX_TOKEN)?;
        let batch = Batch::new(shared.clone());
        Ok(Egress {
            shared,
            mailbox,
            epoll,
            tunnels: HashMap::new(),
            batch,
            buffer: vec![0; VNET_HEADER_SIZE + usize::from(u16::MAX)],
            ready: Vec::new(),
            stale_dropped: 0,
            is_stopped: false,
        })
    }

    /// Readable when there is something to do.
    pub fn bells(&self) -> &OwnedFd {
        self.epoll.as_fd()
    }

    /// Do what is to do now. False: nothing was.
    pub fn work(&mut self) -> bool {
        self.epoll.wait(&mut self.ready, Some(0)).expect("epoll_wait on descriptors of our own");
        for command in self.mailbox.take() {
            self.carry_out(command);
        }
        for Ready { token, is_dead } in &self.ready {
            let Some(tunnel) = self.tunnels.get_mut(token) else { continue };
            let is_dead = *is_dead || tunnel.serve(&mut self.batch, &self.shared, &mut self.buffer);
            if is_dead {
                self.epoll.remove(&tunnel.device.fd);
            }
        }
        self.batch.depart();
        !self.ready.is_empty()
    }

    /// In how many milliseconds there is something to do, whatever comes. None: never.
    pub fn due_in(&mut self) -> Option<u64> {
        // A command that came unannounced while a packet was put aside may be the one that the packet waits for.
        if self.shared.waiting.load(Ordering::SeqCst) > 0 && self.mailbox.has_mail() {
            return Some(0);
        }
        self.drop_stale()
    }

    /// Has sending had to wait since this was last asked?
    pub fn take_waited(&mut self) -> bool {
        std::mem::take(&mut self.batch.has_waited)
    }

    #[cfg(test)]
    pub fn set_waited(&mut self) {
        self.batch.has_waited = true;
    }

    pub fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Drop what has waited in vain for an SA that takes it. Gives the milliseconds until it is to be called again;
    /// None: nothing waits.
    fn drop_stale(&mut self) -> Option<u64> {
        if self.shared.waiting.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let now = self.shared.now();
        if now - self.stale_dropped >= STALE_INTERVAL_MS {
            self.stale_dropped = now;
            self.tunnels.values_mut().for_each(|tunnel| tunnel.drop_stale(&self.shared));
        }
        Some(STALE_INTERVAL_MS)
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::AddTunnel { tunnel, device } => {
                self.epoll.add(&device.fd, tunnel).expect("a new device can be watched");
                self.tunnels.insert(tunnel, Tunnel::new(device));
            }
            Command::RemoveTunnel { tunnel, done } => {
                // Its packets leave first: whoever waits wants the device gone.
                self.batch.depart();
                if let Some(mut tunnel) = self.tunnels.remove(&tunnel) {
                    tunnel.take_waiting(&self.shared);
                    tunnel.take_refused(&self.shared);
                    self.epoll.remove(&tunnel.device.fd);
                }
                drop(done);
            }
            Command::Install { tunnel, mut child } => self.with(tunnel, |tunnel, batch, shared| {
                child.adopt(&tunnel.sizes, &tunnel.device);
                tunnel.children.retain(|old| old.spi_in != child.spi_in);
                tunnel.children.insert(0, *child);
                tunnel.forget_senders();
                tunnel.flush_waiting(batch, shared);
            }),
            Command::UseOutbound { tunnel, spi_in } => self.with(tunnel, |tunnel, batch, shared| {
                tunnel.use_outbound(spi_in);
                tunnel.flush_waiting(batch, shared);
            }),
            Command::Move { tunnel, spi_in, route, in_udp, path_mtu } => self.with(tunnel, |tunnel, _, _| {
                for child in tunnel.children.iter_mut().filter(|child| child.spi_in == spi_in) {
                    (child.route, child.in_udp, child.path_mtu) = (route, in_udp, path_mtu);
                    child.adopt(&tunnel.sizes, &tunnel.device);
                }
                tunnel.forget_senders();
            }),
            Command::PathMtu { ends, mtu } => {
                let goes = |child: &&mut Child| child.route.ends() == ends;
                for tunnel in self.tunnels.values_mut() {
                    for child in tunnel.children.iter_mut().filter(goes) {
                        child.path_mtu = mtu;
                        child.adopt(&tunnel.sizes, &tunnel.device);
                    }
                }
            }
            Command::Remove { tunnel, spi_in } => self.with(tunnel, |tunnel, _, _| {
                tunnel.children.retain(|child| child.spi_in != spi_in);
                tunnel.forget_senders();
                tunnel.acquire_told = None;
            }),
            Command::DiscardWaiting { tunnel } => self.with(tunnel, |tunnel, _, shared| {
                let count = tunnel.take_waiting(shared).len() as u64;
                tunnel.device.counters.outbound.drop(DropReason::MiscError, count);
                tunnel.drop_refused(shared);
                tunnel.acquire_told = None;
            }),
            Command::InstallSession { tunnel, session } => self.with(tunnel, |tunnel, _, _| {
                tunnel.sessions.install(session);
            }),
            Command::RemoveSession { tunnel, key } => self.with(tunnel, |tunnel, _, _| {
                tunnel.sessions.remove(key);
            }),
            Command::SendKeepalive { tunnel } => self.with(tunnel, |tunnel, batch, shared| {
                tunnel.send_keepalive(batch, shared);
            }),
            Command::SendMessage { tunnel, message, peer, port } => {
                self.with(tunnel, |tunnel, batch, shared| {
                    tunnel.send_message(message, &peer, port, batch, shared);
                });
            }
            Command::SendNhrp { tunnel, message, peer } => self.with(tunnel, |tunnel, batch, shared| {
                tunnel.send_nhrp(&message, peer, batch, shared);
            }),
            Command::DiscardFor { tunnel, peer } => self.with(tunnel, |tunnel, _, shared| {
                tunnel.discard_for(peer, shared);
            }),
            Command::SendOpenMessage { tunnel, message, route } => self.with(tunnel, |tunnel, _, _| {
                tunnel.send_open_message(message, &route);
            }),
            Command::Stop => self.is_stopped = true,
        }
    }

    fn with(&mut self, tunnel: u64, action: impl FnOnce(&mut Tunnel, &mut Batch, &Shared)) {
        if let Some(tunnel) = self.tunnels.get_mut(&tunnel) {
            action(tunnel, &mut self.batch, &self.shared);
        }
    }
}

/// In the place of an inbound SPI where there is no SA: none is 0 (RFC 4303 section 2.1).
pub const NO_SPI: u32 = 0;

impl Child {
    /// No SA: what a tunnel's packets leave by in the clear.
    pub fn unprotected(peer: &str, route: Route, path_mtu: Option<u16>) -> Self {
        Child {
            spi_in: NO_SPI,
            peer: peer.into(),
            sa: OutboundSa::unprotected(),
            selectors: Arc::new(TrafficSelectors::new(&[], &[])),
            route,
            in_udp: false,
            mode: Mode::Transport,
            is_enabled: true,
            is_over: false,
            usage: Arc::default(),
            lifetimes: Lifetimes::default(),
            packets: 0,
            octets: 0,
            df_bit: DfBit::default(),
            fitting: usize::MAX,
            path_mtu,
            mtu: u16::MAX,
        }
    }

    pub fn is_usable(&self) -> bool {
        self.is_enabled && !self.is_over
    }

    pub(crate) fn adopt(&mut self, sizes: &Sizes, device: &TunnelDevice) {
        let delivery = if self.mode == Mode::Tunnel { gre::delivery_size(self.route.local.ip()) } else { 0 };
        let gre = device.gre.as_ref().map_or(0, |end| end.header.size() + delivery);
        let wire = device.wire.as_ref().map_or(0, |wire| wire.overhead() + delivery);
        let overhead = gre + wire + if device.l2tp.is_some() { l2tp::HEADERS_MAX } else { 0 };
        self.df_bit = sizes.df_bit;
        self.usage.set_refuses_segments(false);
        self.fitting = usize::from(sizes.mtu) + overhead;
        self.follow_path(overhead);
    }

    /// May `packet` leave by it? In transport mode it goes from one end of the SA to the other, under its own header.
    fn check(&self, packet: &[u8]) -> Result<(), DropReason> {
        self.selectors.check_outbound(packet)?;
        let Route { local, remote, .. } = self.route;
        if self.mode == Mode::Transport && !goes_between(packet, local.ip(), remote.ip()) {
            return Err(DropReason::TsUnacceptable);
        }
        Ok(())
    }
}

/// Are these the addresses of `packet`, which has an IP header?
fn goes_between(packet: &[u8], source: IpAddr, destination: IpAddr) -> bool {
    match (packet[0] >> 4, source, destination) {
        (4, IpAddr::V4(source), IpAddr::V4(destination)) => {
            packet[12..16] == source.octets() && packet[16..20] == destination.octets()
        }
        (6, IpAddr::V6(source), IpAddr::V6(destination)) => {
            packet[8..24] == source.octets() && packet[24..40] == destination.octets()
        }
        _ => false,
    }
}
