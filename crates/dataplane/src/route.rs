//! The two ends of an outer packet's way, and the sockets that serve it.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::{outer, sys};

/// Where packets go: our address and port, the peer's, and the interface's index; 0 leaves it to the routing table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub local: SocketAddr,
    pub remote: SocketAddr,
    pub interface: u32,
}

impl Route {
    /// As a socket is told it that is bound to our IPv4 address: without it, but where the interface is told as well.
    pub fn without_source(&self) -> Route {
        let mut route = *self;
        if route.interface == 0 && route.local.is_ipv4() {
            route.local.set_ip(Ipv4Addr::UNSPECIFIED.into());
        }
        route
    }

    /// The two addresses, ours first.
    pub fn ends(&self) -> (IpAddr, IpAddr) {
        (self.local.ip(), self.remote.ip())
    }
}

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// UDP port 500: IKE only.
    Ike,
    /// UDP port 4500: IKE behind the non-ESP marker, ESP, keepalives (RFC 3948 section 2).
    NatTraversal,
    /// Protocol 50.
    Esp,
    /// Protocol 51.
    Ah,
    /// Protocol 47, for tunnels without IPsec.
    Gre,
    /// UDP port 1701 without IPsec.
    L2tp,
}

/// One open socket.
pub struct Socket {
    pub purpose: Purpose,
    pub is_v6: bool,
    pub port: u16,
    pub fd: OwnedFd,
    /// What was last asked of it. Whoever sends holds it.
    dont_fragment: RwLock<bool>,
}

impl Socket {
    fn new(purpose: Purpose, is_v6: bool, port: u16, fd: OwnedFd) -> Self {
        Socket { purpose, is_v6, port, fd, dont_fragment: RwLock::new(false) }
    }

    /// One for L2TP that no IPsec protects.
    pub fn l2tp(is_v6: bool, port: u16) -> io::Result<Self> {
        let fd = sys::udp_socket(is_v6, port)
            .map_err(|error| explain(error, is_v6, &format!("UDP port {port}")))?;
        Ok(Socket::new(Purpose::L2tp, is_v6, port, fd))
    }

    /// Does it carry a protocol of its own, without ports?
    pub fn is_raw(&self) -> bool {
        matches!(self.purpose, Purpose::Esp | Purpose::Ah | Purpose::Gre)
    }

    /// Call `send` while the socket's IPv4 packets have DF, or have it not. No other thread's packets get it meanwhile:
    /// there is no control message for it, only an option of the whole socket. With DF, what is larger than the device
    /// takes is refused.
    pub fn with_dont_fragment<T>(&self, wanted: bool, send: impl FnOnce() -> T) -> T {
        if self.is_v6 {
            return send();
        }
        let standing = self.dont_fragment.read().unwrap_or_else(PoisonError::into_inner);
        if *standing == wanted {
            return send();
        }
        drop(standing);
        let mut standing = self.dont_fragment.write().unwrap_or_else(PoisonError::into_inner);
        if *standing != wanted {
            sys::set_dont_fragment(&self.fd, wanted);
            *standing = wanted;
        }
        send()
    }
}

/// All sockets of a data plane.
pub struct Sockets {
    always: Vec<Socket>,
    /// They receive nothing, so that nobody is woken where their packets have left.
    senders: Vec<Socket>,
    /// By our address: they send ESP over IPv4 behind headers of ours. None: the kernel has to make those.
    with_header: RwLock<HashMap<Ipv4Addr, Option<Arc<Socket>>>>,
    /// Of packets over IPv4, where nothing else is said: the host's own.
    pub ttl: u8,
    /// Opened for the first tunnel of GRE without IPsec: who has none leaves GRE to the kernel.
    gre: OnceLock<Vec<Socket>>,
}

impl Sockets {
    /// Open what is asked for. A family that the host does not have is left out, unless it is the only one.
    pub fn open(v4: bool, v6: bool, ike_port: u16, nat_t_port: u16) -> io::Result<Self> {
        let families: Vec<bool> = [(v4, false), (v6, true)].iter().filter(|f| f.0).map(|f| f.1).collect();
        let (mut sockets, mut senders) = (Vec::new(), Vec::new());
        for &is_v6 in &families {
            match Self::open_family(is_v6, ike_port, nat_t_port) {
                Ok((opened, only_sending)) => {
                    sockets.extend(opened);
                    senders.extend(only_sending);
                }
                Err(error) if lacks_family(&error) && families.len() > 1 => {}
                Err(error) => return Err(error),
            }
        }
        if sockets.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither IPv4 nor IPv6 to listen on"));
        }
        let ttl = sockets.iter().filter(|socket| !socket.is_v6).find_map(|one| sys::default_ttl(&one.fd));
        let ttl = ttl.unwrap_or(outer::DEFAULT_TTL);
        let with_header = RwLock::default();
        Ok(Sockets { always: sockets, senders, with_header, ttl, gre: OnceLock::new() })
    }

    /// Open those for GRE, of the families that are served, unless they are open. True: they have just been opened.
    pub fn open_gre(&self) -> io::Result<bool> {
        if self.gre.get().is_some() {
            return Ok(false);
        }
        let families = self.always.iter().filter(|socket| socket.purpose == Purpose::Esp);
        let open = |is_v6| {
            let fd = sys::gre_socket(is_v6).map_err(|error| explain(error, is_v6, "a raw socket for GRE"))?;
            Ok::<_, io::Error>(Socket::new(Purpose::Gre, is_v6, 0, fd))
        };
        let opened = families.map(|socket| open(socket.is_v6)).collect::<io::Result<Vec<_>>>()?;
        Ok(self.gre.set(opened).is_ok())
    }

    /// Those for GRE, each with its number among all.
    pub fn gre(&self) -> impl Iterator<Item = (usize, &Socket)> {
        self.gre.get().into_iter().flatten().enumerate().map(|(index, one)| (self.always.len() + index, one))
    }

    /// The socket of this number: those that are always there come first.
    pub fn get(&self, number: usize) -> Option<&Socket> {
        self.always.get(number).or_else(|| self.gre.get()?.get(number - self.always.len()))
    }

    /// Those that receive, and those that only send.
    fn open_family(is_v6: bool, ike_port: u16, nat_t_port: u16) -> io::Result<(Vec<Socket>, Vec<Socket>)> {
        let udp = |purpose, port| {
            let fd = sys::udp_socket(is_v6, port)
                .map_err(|error| explain(error, is_v6, &format!("UDP port {port}")))?;
            Ok::<_, io::Error>(Socket::new(purpose, is_v6, port, fd))
        };
        let ike = udp(Purpose::Ike, ike_port)?;
        let nat_t = udp(Purpose::NatTraversal, nat_t_port)?;
        let esp = sys::esp_socket(is_v6).map_err(|error| explain(error, is_v6, RAW))?;
        let ah = sys::ah_socket(is_v6).map_err(|error| explain(error, is_v6, RAW))?;
        let raw = |purpose, fd| Socket::new(purpose, is_v6, 0, fd);
        let mut sockets = vec![ike, raw(Purpose::Esp, esp), raw(Purpose::Ah, ah)];
        let mut senders = Vec::new();
        let lanes = sys::lanes(&nat_t.fd, is_v6, nat_t_port);
        let lane = |fd| Socket::new(Purpose::NatTraversal, is_v6, nat_t_port, fd);
        sockets.push(nat_t);
        sockets.extend(lanes.receivers.into_iter().map(lane));
        senders.extend(lanes.sender.map(lane));
        Ok((sockets, senders))
    }

    /// Those that are always there and receive.
    pub fn all(&self) -> &[Socket] {
        &self.always
    }

    /// The UDP socket that has `route`'s local port.
    pub fn udp(&self, route: &Route) -> Option<&Socket> {
        let port = route.local.port();
        let mut sockets = self.senders.iter().chain(&self.always);
        sockets.find(|s| !s.is_raw() && s.port == port && s.is_v6 == route.remote.is_ipv6())
    }

    /// The socket for AH along `route`.
    pub fn ah(&self, route: &Route) -> Option<&Socket> {
        self.always.iter().find(|s| s.purpose == Purpose::Ah && s.is_v6 == route.remote.is_ipv6())
    }

    /// The socket for GRE without IPsec along `route`.
    pub fn plain_gre(&self, route: &Route) -> Option<&Socket> {
        self.gre.get()?.iter().find(|s| s.is_v6 == route.remote.is_ipv6())
    }

    /// The socket for ESP along `route`.
    pub fn esp(&self, route: &Route, in_udp: bool) -> Option<&Socket> {
        let is_v6 = route.remote.is_ipv6();
        if !in_udp {
            return self.always.iter().find(|s| s.purpose == Purpose::Esp && s.is_v6 == is_v6);
        }
        let mut sockets = self.senders.iter().chain(&self.always);
        sockets.find(|s| s.purpose == Purpose::NatTraversal && s.is_v6 == is_v6)
    }

    /// The socket for ESP along `route` behind a header of ours. None: the kernel has to make it.
    pub fn esp_with_header(&self, route: &Route) -> Option<Arc<Socket>> {
        let IpAddr::V4(local) = route.local.ip() else { return None };
        let standing = self.with_header.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(socket) = standing.get(&local) {
            return socket.clone();
        }
        drop(standing);
        let mut standing = self.with_header.write().unwrap_or_else(PoisonError::into_inner);
        if standing.len() >= WITH_HEADER_MAX {
            standing.clear();
        }
        let open = || Some(Arc::new(Socket::new(Purpose::Esp, false, 0, sys::header_socket_of(local).ok()?)));
        standing.entry(local).or_insert_with(open).clone()
    }
}

/// Addresses of ours change: no more than so many sockets are kept for them.
const WITH_HEADER_MAX: usize = 64;
const RAW: &str = "a raw socket for ESP and AH";

fn lacks_family(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EAFNOSUPPORT) || error.kind() == io::ErrorKind::AddrNotAvailable
}

/// Say which socket, and what may be the matter. The error's number survives.
fn explain(error: io::Error, is_v6: bool, what: &str) -> io::Error {
    if lacks_family(&error) {
        return error;
    }
    let family = if is_v6 { "IPv6" } else { "IPv4" };
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "another program on this host has it, perhaps another IKE daemon".into(),
        io::ErrorKind::PermissionDenied => "it needs root or CAP_NET_RAW and CAP_NET_BIND_SERVICE".into(),
        _ => error.to_string(),
    };
    Failure::new(error, format!("cannot open {what} ({family}): {why}"))
}

/// An operating system's error with a sentence about what was wanted.
#[derive(Debug)]
pub struct Failure {
    pub errno: i32,
    text: String,
}

impl Failure {
    /// `text` in place of the error's own; its number and kind stay.
    #[allow(clippy::new_ret_no_self)]
    pub fn new(error: io::Error, text: String) -> io::Error {
        let errno = error.raw_os_error().unwrap_or(libc::EIO);
        io::Error::new(error.kind(), Failure { errno, text })
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}
