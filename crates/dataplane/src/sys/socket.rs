//! UDP sockets and raw sockets for ESP.

use std::ffi::c_int;
use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use super::{check, owned, set_option};

const SOCKET_BUFFER: c_int = 8 << 20;
/// A full send buffer holds the sender back this long before the packet counts as lost.
const SEND_TIMEOUT_MS: i64 = 200;

/// A UDP socket on every address of the family. It tells each datagram's destination.
pub fn udp_socket(is_v6: bool, port: u16) -> io::Result<OwnedFd> {
    let fd = unbound_udp(is_v6)?;
    bind(&fd, any(is_v6, port))?;
    Ok(fd)
}

fn unbound_udp(is_v6: bool) -> io::Result<OwnedFd> {
    let fd = socket(is_v6, libc::SOCK_DGRAM, libc::IPPROTO_UDP)?;
    if is_v6 {
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, &1)?;
    }
    // Not there before Linux 5.0; then every datagram comes alone.
    let _ = set_option(&fd, libc::SOL_UDP, libc::UDP_GRO, &1);
    Ok(fd)
}

/// Every address of the family.
fn any(is_v6: bool, port: u16) -> SocketAddr {
    let any = if is_v6 { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
    SocketAddr::new(any, port)
}

fn bind(fd: &OwnedFd, address: SocketAddr) -> io::Result<()> {
    let (address, size) = socket_address(address);
    // SAFETY: `address` is a socket address of `size` octets.
    check(unsafe { libc::bind(fd.as_raw_fd(), ptr::from_ref(&address).cast(), size) })?;
    Ok(())
}

/// How many sockets share the port of NAT traversal: so many receive ESP, by the peer's address, and one IKE.
const ESP_LANES: usize = 4;

/// Those that share a port.
#[derive(Default)]
pub struct Lanes {
    /// They receive, beside the first.
    pub receivers: Vec<OwnedFd>,
    /// It receives nothing. None: the others send, too.
    pub sender: Option<OwnedFd>,
}

/// More sockets of `first`'s port, each with a queue of its own: whoever floods one leaves room in the others. The
/// kernel gives datagrams that begin with the non-ESP marker (RFC 3948 section 2.2) to the last that receives, and
/// others by the peer's address, so that those of one peer keep their order. There are none where the kernel cannot.
pub fn lanes(first: &OwnedFd, is_v6: bool, port: u16) -> Lanes {
    // It was bound alone, so nobody else has the port.
    let shares = |fd: &OwnedFd| set_option(fd, libc::SOL_SOCKET, libc::SO_REUSEPORT, &1);
    if shares(first).is_err() {
        return Lanes::default();
    }
    let lane = |_| -> io::Result<OwnedFd> {
        let fd = unbound_udp(is_v6)?;
        shares(&fd)?;
        bind(&fd, any(is_v6, port))?;
        Ok(fd)
    };
    let mut receivers = (0..=ESP_LANES).map_while(|number| lane(number).ok()).collect::<Vec<_>>();
    // The program knows the first and so many behind it. Without it the kernel chooses among all.
    let is_complete = receivers.len() > ESP_LANES && steer(first, is_v6).is_ok();
    let sender = if is_complete { receivers.pop() } else { None };
    Lanes { receivers, sender }
}

/// Attach the program that says which of the sockets of a port gets a datagram: their number, in the order of binding.
fn steer(fd: &OwnedFd, is_v6: bool) -> io::Result<()> {
    let code = |code: u32, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf: 0, k };
    // The last word of the source address.
    let source = libc::SKF_NET_OFF as u32 + if is_v6 { 20 } else { 12 };
    let mut program = [
        code(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        libc::sock_filter { jf: 1, ..code(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0) },
        code(libc::BPF_RET | libc::BPF_K, ESP_LANES as u32),
        code(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, source),
        // Neighbouring addresses get different lanes.
        code(libc::BPF_ALU | libc::BPF_MUL | libc::BPF_K, 0x9E37_79B1),
        code(libc::BPF_ALU | libc::BPF_RSH | libc::BPF_K, 32 - ESP_LANES.ilog2()),
        code(libc::BPF_RET | libc::BPF_A, 0),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    set_option(fd, libc::SOL_SOCKET, libc::SO_ATTACH_REUSEPORT_CBPF, &program)
}

/// Does the kernel join datagrams for this socket?
pub fn joins_datagrams(fd: &OwnedFd) -> bool {
    number(fd, libc::SOL_UDP, libc::UDP_GRO).is_some_and(|value| value != 0)
}

/// The TTL of what leaves by this IPv4 socket, if nothing else is said.
pub fn default_ttl(fd: &OwnedFd) -> Option<u8> {
    number(fd, libc::IPPROTO_IP, libc::IP_TTL).and_then(|value| value.try_into().ok())
}

/// An option's value. None: the kernel has no such option.
fn number(fd: &OwnedFd, level: c_int, name: c_int) -> Option<c_int> {
    let mut value: c_int = 0;
    let mut size = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: `value` is writable for the size that is stated.
    let result =
        unsafe { libc::getsockopt(fd.as_raw_fd(), level, name, ptr::from_mut(&mut value).cast(), &mut size) };
    (result == 0).then_some(value)
}

/// A raw socket for ESP. What it receives begins with the IPv4 header, or with the SPI for IPv6.
pub fn esp_socket(is_v6: bool) -> io::Result<OwnedFd> {
    socket(is_v6, libc::SOCK_RAW, libc::IPPROTO_ESP)
}

/// A raw socket for another protocol. What it receives begins with the IPv4 header, or for IPv6 behind all headers.
pub fn raw_socket(is_v6: bool, protocol: u8) -> io::Result<OwnedFd> {
    socket(is_v6, libc::SOCK_RAW, protocol.into())
}

/// A raw socket for AH. What it receives begins with the IPv4 header, or with AH for IPv6, whose extension headers come
/// as control messages. What it sends begins with the IPv4 header: AH covers the identification, too.
pub fn ah_socket(is_v6: bool) -> io::Result<OwnedFd> {
    let fd = socket(is_v6, libc::SOCK_RAW, libc::IPPROTO_AH)?;
    if is_v6 {
        for option in [libc::IPV6_RECVHOPOPTS, libc::IPV6_RECVRTHDR, libc::IPV6_RECVDSTOPTS] {
            set_option(&fd, libc::IPPROTO_IPV6, option, &1)?;
        }
    } else {
        set_option(&fd, libc::IPPROTO_IP, libc::IP_HDRINCL, &1)?;
    }
    Ok(fd)
}

/// A raw socket for GRE. What it receives begins with the IPv4 header, or with GRE for IPv6.
pub fn gre_socket(is_v6: bool) -> io::Result<OwnedFd> {
    socket(is_v6, libc::SOCK_RAW, libc::IPPROTO_GRE)
}

/// A raw socket that sends packets as they are, with their headers, and receives none.
pub fn header_socket(is_v6: bool) -> io::Result<OwnedFd> {
    socket(is_v6, libc::SOCK_RAW, libc::IPPROTO_RAW)
}

/// One over IPv4 for packets from `local`: whoever sends by it need not say from where. The host may lose the address.
pub fn header_socket_of(local: Ipv4Addr) -> io::Result<OwnedFd> {
    let fd = header_socket(false)?;
    set_option(&fd, libc::IPPROTO_IP, libc::IP_FREEBIND, &1)?;
    bind(&fd, SocketAddr::new(local.into(), 0))?;
    Ok(fd)
}

/// DF on all packets of an IPv4 socket, or on none. What the kernel has heard of the path counts for neither: anybody
/// may have told it.
pub fn set_dont_fragment(fd: &OwnedFd, wanted: bool) {
    let value = if wanted { libc::IP_PMTUDISC_PROBE } else { libc::IP_PMTUDISC_OMIT };
    // It cannot fail on a socket of ours; if it did, packets would only be fragmented at other places.
    let _ = set_option(fd, libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, &value);
}

fn socket(is_v6: bool, kind: c_int, protocol: c_int) -> io::Result<OwnedFd> {
    let family = if is_v6 { libc::AF_INET6 } else { libc::AF_INET };
    // SAFETY: no pointers are passed.
    let fd = owned(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })?;
    if is_v6 {
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, &1)?;
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_RECVTCLASS, &1)?;
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_RECVHOPLIMIT, &1)?;
        // Packets that are too large for the device are fragmented after encryption.
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_MTU_DISCOVER, &libc::IPV6_PMTUDISC_OMIT)?;
    } else {
        set_option(&fd, libc::IPPROTO_IP, libc::IP_PKTINFO, &1)?;
        // What comes to a raw socket has its header, which says so.
        if kind != libc::SOCK_RAW {
            set_option(&fd, libc::IPPROTO_IP, libc::IP_RECVTOS, &1)?;
            set_option(&fd, libc::IPPROTO_IP, libc::IP_RECVTTL, &1)?;
        }
        set_option(&fd, libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, &libc::IP_PMTUDISC_OMIT)?;
    }
    for (force, plain) in [(libc::SO_RCVBUFFORCE, libc::SO_RCVBUF), (libc::SO_SNDBUFFORCE, libc::SO_SNDBUF)] {
        set_option(&fd, libc::SOL_SOCKET, force, &SOCKET_BUFFER)
            .or_else(|_| set_option(&fd, libc::SOL_SOCKET, plain, &SOCKET_BUFFER))?;
    }
    let timeout = libc::timeval { tv_sec: 0, tv_usec: SEND_TIMEOUT_MS * 1000 };
    set_option(&fd, libc::SOL_SOCKET, libc::SO_SNDTIMEO, &timeout)?;
    Ok(fd)
}

pub(super) fn socket_address(address: SocketAddr) -> (libc::sockaddr_storage, libc::socklen_t) {
    // SAFETY: a sockaddr_storage of zeros is valid, and has room and alignment for each family's address.
    unsafe {
        let mut storage: libc::sockaddr_storage = zeroed();
        let size = match address {
            SocketAddr::V4(address) => {
                ptr::from_mut(&mut storage).cast::<libc::sockaddr_in>().write(libc::sockaddr_in {
                    sin_family: libc::AF_INET as _,
                    sin_port: address.port().to_be(),
                    sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
                    sin_zero: [0; 8],
                });
                size_of::<libc::sockaddr_in>()
            }
            SocketAddr::V6(address) => {
                ptr::from_mut(&mut storage).cast::<libc::sockaddr_in6>().write(libc::sockaddr_in6 {
                    sin6_family: libc::AF_INET6 as _,
                    sin6_port: address.port().to_be(),
                    sin6_flowinfo: 0,
                    sin6_addr: libc::in6_addr { s6_addr: address.ip().octets() },
                    sin6_scope_id: address.scope_id(),
                });
                size_of::<libc::sockaddr_in6>()
            }
        };
        (storage, size as libc::socklen_t)
    }
}

pub(super) fn address_of(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match c_int::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says what it is.
            let address = unsafe { &*ptr::from_ref(storage).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(address.sin_addr.s_addr.to_ne_bytes());
            Some(SocketAddrV4::new(ip, u16::from_be(address.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: the family says what it is.
            let address = unsafe { &*ptr::from_ref(storage).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(address.sin6_addr.s6_addr);
            Some(SocketAddrV6::new(ip, u16::from_be(address.sin6_port), 0, address.sin6_scope_id).into())
        }
        _ => None,
    }
}

/// The most is 144: addresses, traffic class, hop limit and 40 octets of options.
pub(super) const CONTROL_SIZE: usize = 160;

/// Room for the control messages of one datagram, aligned as cmsghdr must be.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Control(pub [u8; CONTROL_SIZE]);
