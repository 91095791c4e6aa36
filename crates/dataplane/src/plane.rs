//! The control side: it makes devices and SAs and hands them to the data threads.

mod asked;
mod device;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{sync_channel, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use esp::fragments::Reassembly;
use esp::gre::Order;
use zeroize::Zeroizing;

use crate::bucket::Bucket;
use crate::counters::{ChildUse, TunnelCounters};
use crate::crew::crew;
use crate::egress::{self, Egress, Mode};
use crate::events::{lock, Event, Mailbox};
use crate::ike::Speaker;
use crate::ingress::{self, Ingress, Peers};
use crate::l2tp::{self, Described, Listener, Server, Session, Usage};
use crate::multipoint::{Multipoint, NextHops, Told};
use crate::pseudowire::{Protected, Wires};
use crate::route::{Failure, Purpose, Route, Sockets};
use crate::shared::{GreEnd, Shared, TunnelDevice};
use crate::sizes::{DfBit, SharedSizes, Sizes};
use crate::sys;

pub use asked::{Ah, ChildSa, Refusal, Wrapped};
pub use device::open_tap;
use device::open_tun;

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
    speaker: Mutex<Speaker>,
    failure: Arc<Mutex<Option<String>>>,
    pub(crate) wires: Arc<Wires>,
}

/// A device that a data thread has not let go by then is held by a thread that hangs.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);
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
            speaker: Mutex::new(Speaker::new()),
            failure: Arc::default(),
            wires: Arc::default(),
        };
        let (first, second) = crew(egress, ingress, plane.to_egress.clone(), processors())?;
        plane.spawn("esp-first", || first.run())?;
        if let Some(second) = second {
            plane.spawn("esp-second", || second.run())?;
        }
        Ok(plane)
    }

    /// A thread that panics ends the other too: nothing passes any more, and the next call tells why.
    pub(crate) fn spawn(&self, name: &'static str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let (shared, failure) = (self.shared.clone(), self.failure.clone());
        let (to_egress, to_ingress) = (self.to_egress.clone(), self.to_ingress.clone());
        let wires = self.wires.clone();
        let thread = sys::spawn(name, move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                *lock(&failure) = Some(format!("the data plane's thread {name} failed: {text}"));
                to_egress.post(egress::Command::Stop);
                to_ingress.post(ingress::Command::Stop);
                wires.stop();
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

    pub(crate) fn shared_arc(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    pub fn events(&self, limit: usize) -> Vec<Event> {
        self.shared.events.take(limit)
    }

    /// Send one datagram from `route.local`. A failure is counted.
    pub fn send_datagram(&self, datagram: &[u8], is_ike: bool, route: &Route) {
        let sent = self.shared.sockets.udp(route).is_some_and(|socket| {
            let marked = is_ike && socket.purpose == Purpose::NatTraversal;
            let datagram = if marked { &[&[0; 4], datagram].concat() } else { datagram };
            lock(&self.speaker).send(socket, route, datagram, &self.shared)
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
        let (fd, segments_udp) = match wrapped {
            Wrapped::Frames(_) => (open_tap(device, mtu)?, false),
            _ => open_tun(device, mtu)?,
        };
        let multipoint = matches!(wrapped, Wrapped::Multipoint(_) | Wrapped::PlainMultipoint(_));
        let multipoint = multipoint.then(Multipoint::default);
        let (mut gre, mut server, mut wire) = (None, None, None);
        match wrapped {
            Wrapped::Not => {}
            Wrapped::Gre(header) => gre = Some(GreEnd::new(header, false)),
            Wrapped::PlainGre(header) | Wrapped::PlainMultipoint(header) => {
                self.shared.sockets.open_gre()?;
                gre = Some(GreEnd::new(header, true));
            }
            Wrapped::L2tp => server = Some(Server::default()),
            Wrapped::Multipoint(header) => gre = header.map(|header| GreEnd::new(header, false)),
            Wrapped::OpenL2tp => {
                server = Some(Server::in_the_clear(l2tp::open(self.shared.sockets.all())?));
            }
            Wrapped::Frames(encapsulation) => wire = Some(Protected::new(encapsulation)),
        }
        let (counters, sizes) = (TunnelCounters::default(), SharedSizes::default());
        let (of_name, l2tp) = (name.into(), server);
        let device =
            TunnelDevice { name: of_name, fd, segments_udp, counters, sizes, gre, l2tp, multipoint, wire };
        let device = Arc::new(device);
        state.next_tunnel += 1;
        let tunnel = state.next_tunnel;
        state.tunnels.insert(name.to_owned(), (tunnel, device.clone()));
        if device.l2tp.as_ref().is_some_and(Server::is_open) {
            let listener = Box::new(Listener::new(tunnel, device.clone()));
            self.to_ingress.post(ingress::Command::Listen { listener });
        }
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
        if device.gre.as_ref().is_some_and(|end| end.is_plain) {
            return Err(Refusal::Protection(sa.tunnel.to_owned()));
        }
        if device.l2tp.as_ref().is_some_and(Server::is_open) {
            return Err(Refusal::InTheClear(sa.tunnel.to_owned()));
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
                gre_order: Order::default(),
                fragments: Reassembly::default(),
                messages: Bucket::new(MESSAGES_BURST, MESSAGES_A_SECOND),
                told: Told::default(),
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
                df_bit: DfBit::default(),
                fitting: usize::MAX,
                path_mtu: self.shared.path_mtu(&sa.route),
                mtu: u16::MAX,
            }),
        });
        state.children.insert(sa.spi_in, (tunnel, usage));
        Ok(())
    }

    /// Packets of a GRE tunnel without IPsec pass between the ends of `route` from now on, and between no others. Of one
    /// with many peers its remote end is unspecified: they are everywhere, or at the addresses `peers` and nowhere else.
    pub fn connect(&self, name: &str, route: Route, peers: Option<Peers>) -> Result<(), Refusal> {
        let (tunnel, device) = lock(&self.state)
            .tunnels
            .get(name)
            .cloned()
            .ok_or_else(|| Refusal::NoSuchTunnel(name.to_owned()))?;
        if !device.gre.as_ref().is_some_and(|end| end.is_plain) {
            return Err(Refusal::Protection(name.to_owned()));
        }
        self.to_ingress.post(ingress::Command::Connect { tunnel, device, route, peers });
        let child = Box::new(egress::Child::unprotected(name, route, self.shared.path_mtu(&route)));
        self.to_egress(egress::Command::Install { tunnel, child });
        Ok(())
    }

    pub fn disconnect(&self, name: &str) {
        if let Some(&(tunnel, _)) = lock(&self.state).tunnels.get(name) {
            self.to_ingress.post(ingress::Command::Disconnect { tunnel });
            self.to_egress.post(egress::Command::Remove { tunnel, spi_in: egress::NO_SPI });
        }
    }

    /// Ask the peer of a GRE tunnel for a sign of life; its answer is an event.
    pub fn send_keepalive(&self, name: &str) {
        if let Some(&(tunnel, _)) = lock(&self.state).tunnels.get(name) {
            self.to_egress.post(egress::Command::SendKeepalive { tunnel });
        }
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
        let state = lock(&self.state);
        if let Some(&(tunnel, _)) = state.children.get(&spi_in) {
            let path_mtu = self.shared.path_mtu(&route);
            self.to_ingress.post(ingress::Command::Move { spi_in, route, in_udp });
            self.to_egress.post(egress::Command::Move { tunnel, spi_in, route, in_udp, path_mtu });
        }
    }

    /// The way between two addresses takes packets of so many octets, and no larger ones. None: what the device takes.
    pub fn set_path_mtu(&self, ends: (IpAddr, IpAddr), mtu: Option<u16>) {
        // Nobody asks what it is, and says it after this.
        let _state = lock(&self.state);
        self.shared.set_path_mtu(ends, mtu);
        self.to_egress.post(egress::Command::PathMtu { ends, mtu });
        self.wires.set_path_mtu(ends, mtu);
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

    /// From now on packets of a tunnel with many peers go there.
    pub fn set_next_hops(&self, name: &str, hops: NextHops) {
        if let Some(end) =
            lock(&self.state).tunnels.get(name).and_then(|(_, device)| device.multipoint.as_ref())
        {
            end.set(hops);
        }
    }

    /// Send a message of NHRP by the SA with `peer`.
    pub fn send_nhrp(&self, name: &str, peer: IpAddr, message: &[u8]) {
        if let Some(&(tunnel, _)) = lock(&self.state).tunnels.get(name) {
            self.to_egress.post(egress::Command::SendNhrp { tunnel, message: message.to_vec(), peer });
        }
    }

    /// No SA could be had with `peer`.
    pub fn discard_for(&self, name: &str, peer: IpAddr) {
        if let Some(&(tunnel, _)) = lock(&self.state).tunnels.get(name) {
            self.to_egress.post(egress::Command::DiscardFor { tunnel, peer });
        }
    }

    /// IP packets of the session pass from now on. One of the same IDs is replaced.
    pub fn install_session(&self, server: &str, described: Described) -> Result<(), Refusal> {
        let mut state = lock(&self.state);
        let tunnel = state.tunnels.get(server).filter(|(_, device)| device.l2tp.is_some());
        let (tunnel, device) = tunnel.ok_or_else(|| Refusal::NoSuchTunnel(server.to_owned()))?;
        let Described { key, peer, networks, header, mtu, route } = described;
        if device.l2tp.as_ref().is_some_and(Server::is_open) != route.is_some() {
            return Err(Refusal::InTheClear(server.to_owned()));
        }
        let tunnel = *tunnel;
        let usage = state.sessions.entry((tunnel, key)).or_default().clone();
        let peer = dialer(&peer, server).into();
        let session = Arc::new(Session { key, peer, networks, header, mtu, usage, route });
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

    /// Send a message of an L2TP server to the UDP port at the end of `route`: by the SA of `peer` that sends, or along
    /// `route` where no IPsec protects it. A failure is counted.
    pub fn send_l2tp(&self, server: &str, message: &[u8], peer: &str, route: Route) {
        if let Some((tunnel, device)) = lock(&self.state).tunnels.get(server) {
            let (tunnel, message) = (*tunnel, message.to_vec());
            self.to_egress.post(if device.l2tp.as_ref().is_some_and(Server::is_open) {
                egress::Command::SendOpenMessage { tunnel, message, route }
            } else {
                let (peer, port) = (dialer(peer, server).into(), route.remote.port());
                egress::Command::SendMessage { tunnel, message, peer, port }
            });
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
    pub fn means(&self) -> [(&'static str, &'static str); 6] {
        let udp = self.shared.sockets.all().iter().find(|socket| socket.purpose == Purpose::NatTraversal);
        let joins = udp.is_some_and(|socket| sys::joins_datagrams(&socket.fd));
        let segments_udp = lock(&self.state).tunnels.values().all(|(_, device)| device.segments_udp);
        let threads = if processors() > 1 { "one, under load two" } else { "one" };
        [
            ("data threads", threads),
            ("AES-GCM", esp::gcm_means()),
            ("HMAC-SHA-1, HMAC-SHA-256", esp::hmac_means()),
            ("checksums", esp::offload::checksum_means()),
            ("datagrams received", if joins { "many in one (UDP_GRO)" } else { "one by one" }),
            ("segmentation by devices", if segments_udp { "TCP and UDP" } else { "TCP" }),
        ]
    }

    /// Stop the threads; the SAs, and so the keys, go with them. Devices go when the last copy of theirs does.
    pub fn close(&self) {
        self.to_egress.post(egress::Command::Stop);
        self.to_ingress.post(ingress::Command::Stop);
        self.wires.stop();
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

/// How many processors the threads may use.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// Post a command, and wait until the thread has dropped its end.
pub(crate) fn await_release(post: impl FnOnce(SyncSender<()>)) {
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
