//! The control side: it makes devices and SAs and hands them to the data threads.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{sync_channel, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use esp::ah::{AhInbound, AhOutbound};
use esp::fragments::Reassembly;
use esp::gre::Gre;
use esp::{Algorithms, InboundSa, Keys, OutboundSa, TrafficSelectors, Unusable};
use zeroize::Zeroizing;

use crate::batch::segments_of;
use crate::bucket::Bucket;
use crate::counters::{ChildUse, Lifetimes, TunnelCounters};
use crate::egress::{self, Egress, Mode};
use crate::events::{lock, Event, Mailbox};
use crate::ingress::{self, Ingress};
use crate::l2tp::{Described, Server, Session, Usage};
use crate::route::{Failure, Purpose, Route, Sockets};
use crate::shared::{GreEnd, Shared, TunnelDevice};
use crate::sizes::{DfBit, SharedSizes, Sizes};
use crate::sys::{self, Header, Piece, Sender};

/// A Child SA as the gateway describes it. Has no Debug.
pub struct ChildSa<'a> {
    pub tunnel: &'a str,
    pub peer: &'a str,
    pub spi_in: u32,
    pub spi_out: u32,
    pub algorithms: Algorithms,
    pub keys_in: Keys<'a>,
    pub keys_out: Keys<'a>,
    pub esn: bool,
    pub selectors: TrafficSelectors,
    pub route: Route,
    pub mode: Mode,
    pub in_udp: bool,
    pub replay_window: u32,
    pub lifetimes: Lifetimes,
    pub use_outbound: bool,
    /// How many packets count as sent already.
    pub sequence: u64,
    pub ah: Option<Ah<'a>>,
}

/// AH around ESP, or alone. The inbound SPI is that of the Child SA: protocols do not share SPIs.
pub struct Ah<'a> {
    pub spi_out: u32,
    pub integrity: u16,
    pub key_in: &'a [u8],
    pub key_out: &'a [u8],
    /// There is no ESP; the algorithms and keys beside it mean nothing.
    pub is_alone: bool,
}

impl ChildSa<'_> {
    fn inbound(&self) -> Result<InboundSa, Unusable> {
        let ChildSa { spi_in, algorithms, keys_in, esn, replay_window, .. } = *self;
        let Some(ah) = &self.ah else {
            return InboundSa::new(spi_in, algorithms, keys_in, esn, replay_window);
        };
        let layer = AhInbound::new(ah.integrity, ah.key_in, esn, replay_window)?;
        if ah.is_alone {
            return Ok(InboundSa::of_ah(spi_in, layer));
        }
        InboundSa::within_ah(spi_in, algorithms, keys_in, esn, replay_window, layer)
    }

    fn outbound(&self, iv_key: &[u8; 16]) -> Result<OutboundSa, Unusable> {
        let ChildSa { spi_out, algorithms, keys_out, esn, .. } = *self;
        let Some(ah) = &self.ah else {
            return OutboundSa::new(spi_out, algorithms, keys_out, esn, iv_key);
        };
        let layer = AhOutbound::new(ah.spi_out, ah.integrity, ah.key_out, self.route.remote.is_ipv6())?;
        if ah.is_alone {
            return Ok(OutboundSa::of_ah(ah.spi_out, layer, esn));
        }
        OutboundSa::within_ah(spi_out, algorithms, keys_out, esn, iv_key, layer)
    }
}

/// What a tunnel puts its packets into, before ESP.
pub enum Wrapped {
    Not,
    Gre(Gre),
    L2tp,
}

/// What a call may be refused for.
pub enum Refusal {
    Unusable(Unusable),
    NoSuchTunnel(String),
    /// L2TP is protected in transport mode (RFC 3193 section 2.1).
    TunnelMode(String),
    System(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::System(error)
    }
}

impl From<Unusable> for Refusal {
    fn from(error: Unusable) -> Self {
        Refusal::Unusable(error)
    }
}

/// Inbound SPI, milliseconds since the last packet in, and out; None is never.
pub type Activity = (u32, Option<u64>, Option<u64>);
/// Inbound SPI, packets and octets in, packets and octets out.
pub type Carried = (u32, u64, u64, u64, u64);

#[derive(Default)]
struct State {
    tunnels: HashMap<String, (u64, Arc<TunnelDevice>)>,
    /// By inbound SPI: the tunnel, and its use.
    children: HashMap<u32, (u64, Arc<ChildUse>)>,
    /// Of L2TP servers, by tunnel and our IDs.
    sessions: HashMap<(u64, u32), Arc<Usage>>,
    next_tunnel: u64,
    threads: Vec<JoinHandle<()>>,
}

/// A running data plane.
pub struct Plane {
    shared: Arc<Shared>,
    to_egress: Arc<Mailbox<egress::Command>>,
    to_ingress: Arc<Mailbox<ingress::Command>>,
    state: Mutex<State>,
    sender: Mutex<Sender>,
    failure: Arc<Mutex<Option<String>>>,
}

/// A device that a data thread has not let go by then is held by a thread that hangs.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);
/// Small packets of some milliseconds: so long may the thread wait for a processor.
const QUEUE_LENGTH: u32 = 3000;
/// Messages of L2TP for the gateway, of one SA. To dial in takes some twenty, to hang on one in many seconds.
const MESSAGES_BURST: u64 = 200;
const MESSAGES_A_SECOND: u64 = 100;

impl Plane {
    /// Open the sockets and start the threads.
    pub fn start(v4: bool, v6: bool, ike_port: u16, nat_t_port: u16) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(Sockets::open(v4, v6, ike_port, nat_t_port)?)?);
        let (to_egress, to_ingress) = (Arc::new(Mailbox::new()?), Arc::new(Mailbox::new()?));
        let egress = Egress::new(shared.clone(), to_egress.clone())?;
        let ingress = Ingress::new(shared.clone(), to_ingress.clone())?;
        let plane = Plane {
            shared,
            to_egress,
            to_ingress,
            state: Mutex::default(),
            sender: Mutex::new(Sender::new()),
            failure: Arc::default(),
        };
        plane.spawn("esp-egress", || egress.run())?;
        plane.spawn("esp-ingress", || ingress.run())?;
        Ok(plane)
    }

    /// A thread that panics ends the other too: nothing passes any more, and the next call tells why.
    fn spawn(&self, name: &'static str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let (shared, failure) = (self.shared.clone(), self.failure.clone());
        let (to_egress, to_ingress) = (self.to_egress.clone(), self.to_ingress.clone());
        let thread = sys::spawn(name, move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                *lock(&failure) = Some(format!("the data plane's thread {name} failed: {text}"));
                to_egress.post(egress::Command::Stop);
                to_ingress.post(ingress::Command::Stop);
                shared.events.ring();
            }
        })?;
        lock(&self.state).threads.push(thread);
        Ok(())
    }

    /// Why a data thread died, if one did.
    pub fn failure(&self) -> Option<String> {
        lock(&self.failure).clone()
    }

    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    pub fn events(&self, limit: usize) -> Vec<Event> {
        self.shared.events.take(limit)
    }

    /// Send one datagram from `route.local`. A failure is counted.
    pub fn send_datagram(&self, datagram: &[u8], is_ike: bool, route: &Route) {
        let sent = self.shared.sockets.udp(route).is_some_and(|socket| {
            let marked = is_ike && socket.purpose == Purpose::NatTraversal;
            let datagram = if marked { &[&[0; 4], datagram].concat() } else { datagram };
            let header = Header::default();
            let piece = Piece { range: 0..datagram.len(), segment_size: 0, count: 1, header };
            let send = || lock(&self.sender).send(&socket.fd, route, datagram, &[piece], false).is_ok();
            // RFC 7296 section 2: a message that is too large goes in fragments.
            socket.with_dont_fragment(false, send)
        });
        if !sent {
            self.shared.drops.send_failure.add(1);
        }
    }

    pub fn add_tunnel(&self, name: &str, device: &str, mtu: u32, wrapped: Wrapped) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.tunnels.contains_key(name) {
            return Err(Failure::new(
                io::Error::from_raw_os_error(libc::EEXIST),
                format!("tunnel {name} exists already"),
            ));
        }
        let (fd, segments_udp) = open_device(device, mtu).map_err(|error| {
            let text = match error.raw_os_error() {
                Some(libc::EBUSY) => "a device of this name exists already".into(),
                Some(libc::EPERM | libc::EACCES) => "it needs root or CAP_NET_ADMIN".into(),
                Some(libc::ENOENT | libc::ENODEV | libc::ENXIO) => "the host has no /dev/net/tun".into(),
                _ => error.to_string(),
            };
            Failure::new(error, format!("cannot make the TUN device {device}: {text}"))
        })?;
        let (gre, l2tp) = match wrapped {
            Wrapped::Not => (None, None),
            Wrapped::Gre(header) => (Some(GreEnd { header, next: AtomicU32::new(0) }), None),
            Wrapped::L2tp => (None, Some(Server::default())),
        };
        let (counters, sizes) = (TunnelCounters::default(), SharedSizes::default());
        let device = TunnelDevice { name: name.into(), fd, segments_udp, counters, sizes, gre, l2tp };
        let device = Arc::new(device);
        state.next_tunnel += 1;
        let tunnel = state.next_tunnel;
        state.tunnels.insert(name.to_owned(), (tunnel, device.clone()));
        self.to_egress.post(egress::Command::AddTunnel { tunnel, device });
        Ok(())
    }

    /// From now on packets of the tunnel are judged by `sizes`.
    pub fn set_sizes(&self, name: &str, sizes: Sizes) {
        if let Some((_, device)) = lock(&self.state).tunnels.get(name) {
            device.sizes.set(sizes);
        }
    }

    /// Returns when the device is gone.
    pub fn remove_tunnel(&self, name: &str) {
        let mut state = lock(&self.state);
        let Some((tunnel, device)) = state.tunnels.remove(name) else { return };
        state.children.retain(|_, child| child.0 != tunnel);
        state.sessions.retain(|&(of, _), _| of != tunnel);
        drop(state);
        await_release(|done| self.to_egress.post(egress::Command::RemoveTunnel { tunnel, done }));
        await_release(|done| self.to_ingress.post(ingress::Command::RemoveTunnel { tunnel, done }));
        drop(device);
    }

    pub fn install(&self, sa: ChildSa<'_>) -> Result<(), Refusal> {
        let mut state = lock(&self.state);
        let (tunnel, device) = state
            .tunnels
            .get(sa.tunnel)
            .cloned()
            .ok_or_else(|| Refusal::NoSuchTunnel(sa.tunnel.to_owned()))?;
        if device.l2tp.is_some() && sa.mode == Mode::Tunnel {
            return Err(Refusal::TunnelMode(sa.tunnel.to_owned()));
        }
        let inbound = sa.inbound()?;
        let mut iv_key = Zeroizing::new([0; 16]);
        sys::random(&mut *iv_key)?;
        let mut outbound = sa.outbound(&iv_key)?;
        outbound.set_sequence(sa.sequence.min(outbound.last_sequence()));
        if let Some((before, _)) = state.children.remove(&sa.spi_in) {
            self.to_egress.post(egress::Command::Remove { tunnel: before, spi_in: sa.spi_in });
        }
        let usage = Arc::new(ChildUse::default());
        let selectors = Arc::new(sa.selectors);
        let peer = if device.l2tp.is_some() { dialer(sa.peer, sa.tunnel) } else { sa.peer };
        let peer: Arc<str> = peer.into();
        self.to_ingress.leave(ingress::Command::Install {
            child: Box::new(ingress::Child {
                spi_in: sa.spi_in,
                tunnel,
                peer: peer.clone(),
                device,
                sa: inbound,
                selectors: selectors.clone(),
                route: sa.route,
                mode: sa.mode,
                in_udp: sa.in_udp,
                usage: usage.clone(),
                lifetimes: sa.lifetimes,
                packets: 0,
                octets: 0,
                moved_told: None,
                gre_sequence: None,
                fragments: Reassembly::default(),
                messages: Bucket::new(MESSAGES_BURST, MESSAGES_A_SECOND),
            }),
        });
        self.to_egress(egress::Command::Install {
            tunnel,
            child: Box::new(egress::Child {
                spi_in: sa.spi_in,
                peer,
                sa: outbound,
                selectors,
                route: sa.route,
                in_udp: sa.in_udp,
                mode: sa.mode,
                is_enabled: sa.use_outbound,
                is_over: false,
                usage: usage.clone(),
                lifetimes: sa.lifetimes,
                packets: 0,
                octets: 0,
                segments: true,
                df_bit: DfBit::default(),
                fitting: usize::MAX,
            }),
        });
        state.children.insert(sa.spi_in, (tunnel, usage));
        Ok(())
    }

    pub fn use_outbound(&self, name: &str, spi_in: u32) {
        if let Some(&(tunnel, _)) = lock(&self.state).tunnels.get(name) {
            self.to_egress(egress::Command::UseOutbound { tunnel, spi_in });
        }
    }

    /// Wake the thread only if packets wait, which the command may let go.
    fn to_egress(&self, command: egress::Command) {
        self.to_egress.leave(command);
        if self.shared.waiting.load(Ordering::SeqCst) > 0 {
            self.to_egress.wake();
        }
    }

    pub fn move_child(&self, spi_in: u32, route: Route, in_udp: bool) {
        if let Some(&(tunnel, _)) = lock(&self.state).children.get(&spi_in) {
            self.to_ingress.post(ingress::Command::Move { spi_in, route, in_udp });
            self.to_egress.post(egress::Command::Move { tunnel, spi_in, route, in_udp });
        }
    }

    pub fn remove(&self, spi_in: u32) {
        if let Some((tunnel, _)) = lock(&self.state).children.remove(&spi_in) {
            self.to_ingress.post(ingress::Command::Remove { spi_in });
            self.to_egress.post(egress::Command::Remove { tunnel, spi_in });
        }
    }

    pub fn discard_waiting(&self, name: &str) {
        if let Some(&(tunnel, _)) = lock(&self.state).tunnels.get(name) {
            self.to_egress.post(egress::Command::DiscardWaiting { tunnel });
        }
    }

    /// IP packets of the session pass from now on. One of the same IDs is replaced.
    pub fn install_session(&self, server: &str, described: Described) -> Result<(), Refusal> {
        let mut state = lock(&self.state);
        let tunnel = state.tunnels.get(server).filter(|(_, device)| device.l2tp.is_some());
        let &(tunnel, _) = tunnel.ok_or_else(|| Refusal::NoSuchTunnel(server.to_owned()))?;
        let Described { key, peer, networks, header, mtu } = described;
        let usage = state.sessions.entry((tunnel, key)).or_default().clone();
        let peer = dialer(&peer, server).into();
        let session = Arc::new(Session { key, peer, networks, header, mtu, usage });
        self.to_ingress.leave(ingress::Command::InstallSession { tunnel, session: session.clone() });
        self.to_egress.leave(egress::Command::InstallSession { tunnel, session });
        Ok(())
    }

    pub fn remove_session(&self, server: &str, key: u32) {
        let mut state = lock(&self.state);
        let Some(&(tunnel, _)) = state.tunnels.get(server) else { return };
        if state.sessions.remove(&(tunnel, key)).is_some() {
            self.to_ingress.leave(ingress::Command::RemoveSession { tunnel, key });
            self.to_egress.leave(egress::Command::RemoveSession { tunnel, key });
        }
    }

    /// Send a message of an L2TP server to UDP port `port` of `peer`. A failure is counted.
    pub fn send_l2tp(&self, server: &str, message: &[u8], peer: &str, port: u16) {
        if let Some(&(tunnel, _)) = lock(&self.state).tunnels.get(server) {
            let (message, peer) = (message.to_vec(), dialer(peer, server).into());
            self.to_egress.post(egress::Command::SendMessage { tunnel, message, peer, port });
        }
    }

    /// The use of each session: its server, and both IDs of ours in one.
    pub fn sessions(&self) -> Vec<(Arc<str>, u32, Arc<Usage>)> {
        let state = lock(&self.state);
        let of_server = |(tunnel, device): &(u64, Arc<TunnelDevice>)| {
            let (tunnel, name) = (*tunnel, device.name.clone());
            let is_its = move |session: &(&(u64, u32), &Arc<Usage>)| session.0 .0 == tunnel;
            let its = state.sessions.iter().filter(is_its);
            its.map(move |(&(_, key), usage)| (name.clone(), key, usage.clone())).collect::<Vec<_>>()
        };
        state.tunnels.values().filter(|(_, device)| device.l2tp.is_some()).flat_map(of_server).collect()
    }

    pub fn tunnels(&self) -> Vec<(String, Arc<TunnelDevice>)> {
        let state = lock(&self.state);
        state.tunnels.iter().map(|(name, (_, device))| (name.clone(), device.clone())).collect()
    }

    /// The use of each Child SA.
    pub fn activity(&self) -> Vec<Activity> {
        let now = self.shared.now();
        let state = lock(&self.state);
        state
            .children
            .iter()
            .map(|(&spi_in, (_, usage))| {
                let (inbound, outbound) = usage.idle(now);
                (spi_in, inbound, outbound)
            })
            .collect()
    }

    /// What each Child SA has carried inbound, and outbound.
    pub fn carried(&self) -> Vec<Carried> {
        let state = lock(&self.state);
        state
            .children
            .iter()
            .map(|(&spi_in, (_, usage))| {
                let (inbound, outbound) = (usage.carried_in.get(), usage.carried_out.get());
                (spi_in, inbound.0, inbound.1, outbound.0, outbound.1)
            })
            .collect()
    }

    /// What packets are worked on with: what this host, its kernel and its processor have. Pairs for people to read.
    pub fn means(&self) -> [(&'static str, &'static str); 4] {
        let udp = self.shared.sockets.all().iter().find(|socket| socket.purpose == Purpose::NatTraversal);
        let joins = udp.is_some_and(|socket| sys::joins_datagrams(&socket.fd));
        let segments_udp = lock(&self.state).tunnels.values().all(|(_, device)| device.segments_udp);
        [
            ("AES-GCM", esp::gcm_means()),
            ("checksums", sys::vectors()),
            ("datagrams received", if joins { "many in one (UDP_GRO)" } else { "one by one" }),
            ("segmentation by devices", if segments_udp { "TCP and UDP" } else { "TCP" }),
        ]
    }

    /// Stop the threads; the SAs, and so the keys, go with them. Devices go when the last copy of theirs does.
    pub fn close(&self) {
        self.to_egress.post(egress::Command::Stop);
        self.to_ingress.post(ingress::Command::Stop);
        let (threads, tunnels) = {
            let mut state = lock(&self.state);
            state.children.clear();
            (std::mem::take(&mut state.threads), std::mem::take(&mut state.tunnels))
        };
        for thread in threads {
            // A panic was caught inside the thread.
            let _ = thread.join();
        }
        drop(tunnels);
    }
}

/// Who dials in to a server: a peer without a name has the server's.
fn dialer<'a>(peer: &'a str, server: &'a str) -> &'a str {
    if peer.is_empty() {
        server
    } else {
        peer
    }
}

/// The device, and whether its kernel segments UDP.
fn open_device(name: &str, mtu: u32) -> io::Result<(OwnedFd, bool)> {
    let fd = sys::open_tun(name)?;
    sys::configure_device(name, mtu, QUEUE_LENGTH)?;
    let segments_udp = set_offload(&fd);
    let _ = sys::limit_segments(name, segments_of(mtu));
    Ok((fd, segments_udp))
}

/// Take as much offload as the kernel has. True: UDP's too, which is there since Linux 6.2.
fn set_offload(fd: &OwnedFd) -> bool {
    use sys::tun_offload::{CSUM, TSO4, TSO6, USO4, USO6};
    let tcp = CSUM | TSO4 | TSO6;
    let has_udp = sys::set_tun_offload(fd, tcp | USO4 | USO6).is_ok();
    if !has_udp {
        let _ = sys::set_tun_offload(fd, tcp);
    }
    has_udp
}

/// Post a command, and wait until the thread has dropped its end.
fn await_release(post: impl FnOnce(SyncSender<()>)) {
    let (done, released) = sync_channel(0);
    post(done);
    let _ = released.recv_timeout(RELEASE_TIMEOUT);
}

/// A socket address from the octets of an IP address.
pub fn socket_address(ip: &[u8], port: u16, interface: u32) -> Option<SocketAddr> {
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV6};
    if let Ok(octets) = <[u8; 4]>::try_from(ip) {
        return Some(SocketAddr::new(Ipv4Addr::from(octets).into(), port));
    }
    let ip = Ipv6Addr::from(<[u8; 16]>::try_from(ip).ok()?);
    let scope = if ip.is_unicast_link_local() { interface } else { 0 };
    Some(SocketAddrV6::new(ip, port, 0, scope).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Raw sockets need root; without it there is nothing to test.
    fn plane() -> Option<Plane> {
        match Plane::start(true, false, 0, 0) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
            plane => Some(plane.unwrap()),
        }
    }

    #[test]
    fn a_panic_of_one_thread_ends_the_other_and_is_told() {
        let Some(plane) = plane() else { return };
        plane.spawn("doomed", || panic!("on purpose")).unwrap();
        // Joins all threads: it returns only because the panic has stopped them.
        let threads = std::mem::take(&mut lock(&plane.state).threads);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let failure = plane.failure().unwrap();
        assert_eq!(failure, "the data plane's thread doomed failed: on purpose");
    }

    #[test]
    fn close_ends_the_threads() {
        let Some(plane) = plane() else { return };
        plane.close();
        assert!(lock(&plane.state).threads.is_empty());
        assert_eq!(plane.failure(), None);
    }
}
