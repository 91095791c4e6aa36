//! System calls. All unsafe code of the data plane is here, behind safe functions.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void, CStr, CString};
use std::io::{self, IoSlice};
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::ops::Range;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::null_mut;
use std::thread::JoinHandle;
use std::{ptr, thread};

use crate::offload::sum_words;
use crate::route::Route;

/// Turn a system call's result into a Result.
fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

fn check_size(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

fn owned(result: c_int) -> io::Result<OwnedFd> {
    // SAFETY: a system call has just returned this descriptor, so nobody else owns it.
    check(result).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })
}

fn set_option<T>(fd: &OwnedFd, level: c_int, name: c_int, value: &T) -> io::Result<()> {
    let size = size_of::<T>() as libc::socklen_t;
    // SAFETY: `value` is readable for the size that is stated.
    check(unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, ptr::from_ref(value).cast(), size) })?;
    Ok(())
}

// ---------------------------------------------------------------------------------------------------- TUN devices

/// Flags of TUNSETOFFLOAD: what the kernel may leave undone in the packets it hands over.
pub mod tun_offload {
    pub const CSUM: u32 = 0x01;
    pub const TSO4: u32 = 0x02;
    pub const TSO6: u32 = 0x04;
    pub const USO4: u32 = 0x20;
    pub const USO6: u32 = 0x40;
}

fn interface_request(name: &str) -> io::Result<libc::ifreq> {
    // SAFETY: an ifreq of zeros is a valid one.
    let mut request: libc::ifreq = unsafe { zeroed() };
    if name.is_empty() || name.len() >= libc::IFNAMSIZ || name.contains('\0') {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    for (target, octet) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *target = octet as libc::c_char;
    }
    Ok(request)
}

/// Make the TUN device `name`. It lives as long as the descriptor; packets have a virtio_net_hdr in front.
pub fn open_tun(name: &str) -> io::Result<OwnedFd> {
    let mut request = interface_request(name)?;
    // SAFETY: the path is a C string.
    let fd = owned(unsafe {
        libc::open(c"/dev/net/tun".as_ptr(), libc::O_RDWR | libc::O_NONBLOCK | libc::O_CLOEXEC)
    })?;
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI | libc::IFF_VNET_HDR) as i16;
    // SAFETY: TUNSETIFF reads and writes one ifreq.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), libc::TUNSETIFF as _, &mut request) })?;
    Ok(fd)
}

/// Tell the kernel which offloads we take.
pub fn set_tun_offload(fd: &OwnedFd, flags: u32) -> io::Result<()> {
    // SAFETY: TUNSETOFFLOAD takes its argument by value.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), libc::TUNSETOFFLOAD as _, libc::c_ulong::from(flags)) })?;
    Ok(())
}

/// Set the MTU and the queue's length of the device `name`.
pub fn configure_device(name: &str, mtu: u32, queue_length: u32) -> io::Result<()> {
    // SAFETY: no pointers are passed.
    let socket = owned(unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) })?;
    let mut request = interface_request(name)?;
    request.ifr_ifru.ifru_mtu = mtu as c_int;
    // SAFETY: SIOCSIFMTU reads one ifreq.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFMTU as _, &mut request) })?;
    request.ifr_ifru.ifru_metric = queue_length as c_int;
    // SAFETY: SIOCSIFTXQLEN reads one ifreq; the queue's length stands where the metric does.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFTXQLEN as _, &mut request) })?;
    Ok(())
}

/// Read one packet.
pub fn read(fd: &OwnedFd, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: `buffer` is writable for its length.
    check_size(unsafe { libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) })
}

/// Write one packet from several pieces.
pub fn write(fd: &OwnedFd, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
    // SAFETY: IoSlice has the layout of iovec, and its slices are readable.
    check_size(unsafe { libc::writev(fd.as_raw_fd(), pieces.as_ptr().cast(), pieces.len() as c_int) })
}

/// The index of an interface, 0 where there is none of this name.
pub fn interface_index(name: &str) -> u32 {
    match CString::new(name) {
        // SAFETY: `name` is a C string.
        Ok(name) if !name.is_empty() => unsafe { libc::if_nametoindex(name.as_ptr()) },
        _ => 0,
    }
}

/// The name of an interface, "" where there is none of this index.
pub fn interface_name(index: u32) -> String {
    let mut name = [0 as libc::c_char; libc::IFNAMSIZ];
    // SAFETY: if_indextoname writes at most IFNAMSIZ octets, a C string.
    unsafe {
        if libc::if_indextoname(index, name.as_mut_ptr()).is_null() {
            return String::new();
        }
        CStr::from_ptr(name.as_ptr()).to_string_lossy().into_owned()
    }
}

// -------------------------------------------------------------------------------------------------------- sockets

const SOCKET_BUFFER: c_int = 8 << 20;
/// A full send buffer holds the sender back this long before the packet counts as lost.
const SEND_TIMEOUT_MS: i64 = 200;

/// A UDP socket on every address of the family. It tells each datagram's destination.
pub fn udp_socket(is_v6: bool, port: u16) -> io::Result<OwnedFd> {
    let fd = socket(is_v6, libc::SOCK_DGRAM, libc::IPPROTO_UDP)?;
    if is_v6 {
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, &1)?;
    }
    let any = if is_v6 { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
    let (address, size) = socket_address(SocketAddr::new(any, port));
    // SAFETY: `address` is a socket address of `size` octets.
    check(unsafe { libc::bind(fd.as_raw_fd(), ptr::from_ref(&address).cast(), size) })?;
    // Not there before Linux 5.0; then every datagram comes alone.
    let _ = set_option(&fd, libc::SOL_UDP, libc::UDP_GRO, &1);
    Ok(fd)
}

/// A raw socket for ESP. What it receives begins with the IPv4 header, or with the SPI for IPv6.
pub fn esp_socket(is_v6: bool) -> io::Result<OwnedFd> {
    socket(is_v6, libc::SOCK_RAW, libc::IPPROTO_ESP)
}

fn socket(is_v6: bool, kind: c_int, protocol: c_int) -> io::Result<OwnedFd> {
    let family = if is_v6 { libc::AF_INET6 } else { libc::AF_INET };
    // SAFETY: no pointers are passed.
    let fd = owned(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })?;
    if is_v6 {
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, &1)?;
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_RECVTCLASS, &1)?;
        // Packets that are too large are fragmented after encryption.
        set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_MTU_DISCOVER, &libc::IPV6_PMTUDISC_DONT)?;
    } else {
        set_option(&fd, libc::IPPROTO_IP, libc::IP_PKTINFO, &1)?;
        set_option(&fd, libc::IPPROTO_IP, libc::IP_RECVTOS, &1)?;
        set_option(&fd, libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, &libc::IP_PMTUDISC_DONT)?;
    }
    for (force, plain) in [(libc::SO_RCVBUFFORCE, libc::SO_RCVBUF), (libc::SO_SNDBUFFORCE, libc::SO_SNDBUF)] {
        set_option(&fd, libc::SOL_SOCKET, force, &SOCKET_BUFFER)
            .or_else(|_| set_option(&fd, libc::SOL_SOCKET, plain, &SOCKET_BUFFER))?;
    }
    let timeout = libc::timeval { tv_sec: 0, tv_usec: SEND_TIMEOUT_MS * 1000 };
    set_option(&fd, libc::SOL_SOCKET, libc::SO_SNDTIMEO, &timeout)?;
    Ok(fd)
}

fn socket_address(address: SocketAddr) -> (libc::sockaddr_storage, libc::socklen_t) {
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

fn address_of(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
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

/// Room for the control messages of one datagram, aligned as cmsghdr must be.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; 128]);

// ------------------------------------------------------------------------------------------------------- receiving

/// Buffers for `recvmmsg`.
pub struct Receiver {
    slots: Vec<Slot>,
    headers: Vec<libc::mmsghdr>,
    vectors: Vec<libc::iovec>,
}

struct Slot {
    data: Box<[u8]>,
    address: libc::sockaddr_storage,
    control: Control,
}

// SAFETY: the pointers in `headers` and `vectors` point only into `slots` and are written anew before each use.
unsafe impl Send for Receiver {}

/// One message as received: a datagram, or several of one size from one sender (UDP_GRO).
pub struct Received<'a> {
    pub data: &'a mut [u8],
    /// The size of the datagrams in `data`, of which the last may be shorter; 0: there is only one.
    pub segment_size: usize,
    pub remote: SocketAddr,
    /// The destination, None where the kernel did not tell.
    pub local: Option<IpAddr>,
    /// The index of the interface it came by.
    pub interface: u32,
    /// The outer TOS octet or traffic class.
    pub tos: u8,
}

impl Receiver {
    /// Room for `count` messages of at most 65,535 octets.
    pub fn new(count: usize) -> Self {
        let slot = || Slot {
            data: vec![0; usize::from(u16::MAX)].into_boxed_slice(),
            // SAFETY: zeros are a valid address.
            address: unsafe { zeroed() },
            control: Control([0; 128]),
        };
        // SAFETY: zeros are valid headers and vectors.
        let (header, vector) = unsafe { (zeroed(), zeroed()) };
        Receiver {
            slots: (0..count).map(|_| slot()).collect(),
            headers: vec![header; count],
            vectors: vec![vector; count],
        }
    }

    /// Take what waits, without waiting. Gives the number of messages.
    pub fn receive(&mut self, fd: &OwnedFd) -> io::Result<usize> {
        for ((slot, header), vector) in self.slots.iter_mut().zip(&mut self.headers).zip(&mut self.vectors) {
            *vector = libc::iovec { iov_base: slot.data.as_mut_ptr().cast(), iov_len: slot.data.len() };
            let header = &mut header.msg_hdr;
            header.msg_name = ptr::from_mut(&mut slot.address).cast();
            header.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_control = slot.control.0.as_mut_ptr().cast();
            header.msg_controllen = slot.control.0.len() as _;
            header.msg_flags = 0;
        }
        // SAFETY: every header points to buffers of the stated sizes that outlive the call.
        let result = unsafe {
            libc::recvmmsg(
                fd.as_raw_fd(),
                self.headers.as_mut_ptr(),
                self.headers.len() as _,
                libc::MSG_DONTWAIT as _,
                null_mut(),
            )
        };
        Ok(check(result)? as usize)
    }

    /// The octets of message `index`, as [`Self::message`] left them.
    pub fn data(&self, index: usize) -> &[u8] {
        &self.slots[index].data
    }

    /// The message at `index` of those just received. None: it was cut short, or has no sender.
    pub fn message(&mut self, index: usize) -> Option<Received<'_>> {
        let header = &self.headers[index];
        let size = header.msg_len as usize;
        if header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0 {
            return None;
        }
        let control = read_control(&header.msg_hdr);
        let slot = &mut self.slots[index];
        let remote = address_of(&slot.address)?;
        let Told { local, interface, segment_size, tos } = control;
        Some(Received { data: slot.data.get_mut(..size)?, segment_size, remote, local, interface, tos })
    }
}

#[derive(Default)]
struct Told {
    local: Option<IpAddr>,
    interface: u32,
    segment_size: usize,
    tos: u8,
}

fn read_control(header: &libc::msghdr) -> Told {
    let mut told = Told::default();
    // SAFETY: the kernel has filled the control buffer; the CMSG macros stay within msg_controllen, and each
    // message has the type that its level and type name.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(header);
        while let Some(part) = message.as_ref() {
            let data = libc::CMSG_DATA(message);
            match (part.cmsg_level, part.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info = data.cast::<libc::in_pktinfo>().read_unaligned();
                    told.local = Some(Ipv4Addr::from(info.ipi_addr.s_addr.to_ne_bytes()).into());
                    told.interface = info.ipi_ifindex as u32;
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info = data.cast::<libc::in6_pktinfo>().read_unaligned();
                    told.local = Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into());
                    told.interface = info.ipi6_ifindex as u32;
                }
                (libc::SOL_UDP, libc::UDP_GRO) => {
                    told.segment_size = data.cast::<c_int>().read_unaligned().max(0) as usize;
                }
                (libc::IPPROTO_IP, libc::IP_TOS) => told.tos = data.read(),
                (libc::IPPROTO_IPV6, libc::IPV6_TCLASS) => {
                    told.tos = data.cast::<c_int>().read_unaligned() as u8;
                }
                _ => {}
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    told
}

// --------------------------------------------------------------------------------------------------------- sending

/// At most this many messages go in one call.
pub const SEND_BATCH: usize = 64;

/// One message to send: a datagram, or several of `segment_size` octets, of which the last may be shorter.
#[derive(Clone)]
pub struct Piece {
    pub range: Range<usize>,
    /// 0: one datagram.
    pub segment_size: u16,
    /// How many datagrams it holds.
    pub count: usize,
    /// The outer TOS octet or traffic class.
    pub tos: u8,
}

/// Headers for `sendmmsg`.
pub struct Sender {
    headers: Vec<libc::mmsghdr>,
    vectors: Vec<libc::iovec>,
    controls: Vec<Control>,
}

// SAFETY: the pointers are written anew before each use.
unsafe impl Send for Sender {}

impl Sender {
    pub fn new() -> Self {
        // SAFETY: zeros are valid headers and vectors.
        let (header, vector) = unsafe { (zeroed(), zeroed()) };
        Sender {
            headers: vec![header; SEND_BATCH],
            vectors: vec![vector; SEND_BATCH],
            controls: vec![Control([0; 128]); SEND_BATCH],
        }
    }

    /// Send `pieces` of `buffer` from `route.local` to `route.remote`. Gives how many were sent, at least one; the
    /// error is that of the first.
    pub fn send(
        &mut self,
        fd: &OwnedFd,
        route: &Route,
        buffer: &[u8],
        pieces: &[Piece],
        may_wait: bool,
    ) -> io::Result<usize> {
        let (mut address, address_size) = socket_address(route.remote);
        let count = pieces.len().min(SEND_BATCH);
        for (index, piece) in pieces[..count].iter().enumerate() {
            let data = &buffer[piece.range.clone()];
            self.vectors[index] =
                libc::iovec { iov_base: data.as_ptr().cast_mut().cast(), iov_len: data.len() };
            let control = &mut self.controls[index];
            let header = &mut self.headers[index].msg_hdr;
            header.msg_name = ptr::from_mut(&mut address).cast();
            header.msg_namelen = address_size;
            header.msg_iov = &mut self.vectors[index];
            header.msg_iovlen = 1;
            header.msg_control = control.0.as_mut_ptr().cast();
            header.msg_controllen = control.0.len() as _;
            header.msg_flags = 0;
            write_control(header, route, piece);
        }
        let flags = if may_wait { 0 } else { libc::MSG_DONTWAIT };
        // SAFETY: every header points to buffers of the stated sizes that outlive the call; the data is only read.
        let result =
            unsafe { libc::sendmmsg(fd.as_raw_fd(), self.headers.as_mut_ptr(), count as _, flags as _) };
        Ok(check(result)? as usize)
    }
}

fn write_control(header: &mut libc::msghdr, route: &Route, piece: &Piece) {
    let mut writer = ControlWriter { header, used: 0 };
    match route.local.ip() {
        IpAddr::V4(local) => {
            let info = libc::in_pktinfo {
                ipi_ifindex: route.interface as c_int,
                ipi_spec_dst: libc::in_addr { s_addr: u32::from_ne_bytes(local.octets()) },
                ipi_addr: libc::in_addr { s_addr: 0 },
            };
            writer.put(libc::IPPROTO_IP, libc::IP_PKTINFO, info);
            if piece.tos != 0 {
                writer.put(libc::IPPROTO_IP, libc::IP_TOS, c_int::from(piece.tos));
            }
        }
        IpAddr::V6(local) => {
            let info = libc::in6_pktinfo {
                ipi6_addr: libc::in6_addr { s6_addr: local.octets() },
                ipi6_ifindex: route.interface as _,
            };
            writer.put(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, info);
            if piece.tos != 0 {
                writer.put(libc::IPPROTO_IPV6, libc::IPV6_TCLASS, c_int::from(piece.tos));
            }
        }
    }
    if piece.segment_size != 0 {
        writer.put(libc::SOL_UDP, libc::UDP_SEGMENT, piece.segment_size);
    }
    let used = writer.used;
    header.msg_controllen = used as _;
}

struct ControlWriter<'a> {
    header: &'a mut libc::msghdr,
    used: usize,
}

impl ControlWriter<'_> {
    fn put<T>(&mut self, level: c_int, kind: c_int, value: T) {
        // SAFETY: three messages of at most 40 octets fit into a Control of 128; it is aligned for cmsghdr, and
        // CMSG_SPACE keeps the alignment.
        unsafe {
            let message = self.header.msg_control.cast::<u8>().add(self.used).cast::<libc::cmsghdr>();
            message.write(libc::cmsghdr {
                cmsg_len: libc::CMSG_LEN(size_of::<T>() as u32) as _,
                cmsg_level: level,
                cmsg_type: kind,
            });
            libc::CMSG_DATA(message).cast::<T>().write_unaligned(value);
            self.used += libc::CMSG_SPACE(size_of::<T>() as u32) as usize;
        }
    }
}

// ------------------------------------------------------------------------------------------------ waiting and threads

/// A counter that a descriptor shows; used as a bell.
pub struct EventFd(OwnedFd);

impl EventFd {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers are passed.
        owned(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) }).map(EventFd)
    }

    /// Make it readable.
    pub fn ring(&self) {
        let one = 1u64.to_ne_bytes();
        // SAFETY: eight readable octets. It fails only when the counter is full, and then it is readable already.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast::<c_void>(), one.len()) };
    }

    /// Make it unreadable.
    pub fn silence(&self) {
        let mut count = [0; 8];
        // SAFETY: eight writable octets. It fails only where it was unreadable already.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast::<c_void>(), count.len()) };
    }

    pub fn as_fd(&self) -> &OwnedFd {
        &self.0
    }
}

/// Waits for several descriptors at once.
pub struct Epoll(OwnedFd);

/// A descriptor that is ready.
#[derive(Clone, Copy)]
pub struct Ready {
    pub token: u64,
    /// The descriptor is of no more use: its device is gone.
    pub is_dead: bool,
}

impl Epoll {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers are passed.
        owned(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) }).map(Epoll)
    }

    pub fn add(&self, fd: &OwnedFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: token };
        // SAFETY: epoll_ctl reads one epoll_event.
        check(unsafe {
            libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_ADD, fd.as_raw_fd(), &mut event)
        })?;
        Ok(())
    }

    pub fn remove(&self, fd: &OwnedFd) {
        // SAFETY: no pointers are passed. It fails only where the descriptor was not added.
        unsafe { libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_DEL, fd.as_raw_fd(), null_mut()) };
    }

    /// Wait until something is ready and put it into `ready`.
    pub fn wait(&self, ready: &mut Vec<Ready>) -> io::Result<()> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 64];
        ready.clear();
        // SAFETY: `events` has room for as many events as is stated.
        let result =
            unsafe { libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), events.len() as c_int, -1) };
        let count = match check(result) {
            Ok(count) => count as usize,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
        };
        for event in &events[..count] {
            let dead = (libc::EPOLLERR | libc::EPOLLHUP) as u32;
            let (token, events) = (event.u64, event.events);
            ready.push(Ready { token, is_dead: events & dead != 0 });
        }
        Ok(())
    }
}

/// Start a thread that receives no signals: they belong to Python's main thread.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    // SAFETY: a new thread inherits the mask; it is restored at once. The pointers are to sigsets of our own.
    unsafe {
        let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = (zeroed(), zeroed());
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let result = thread::Builder::new().name(name.into()).spawn(body);
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, null_mut());
        result
    }
}

// --------------------------------------------------------------------------------------------------- the processor

/// `offload::sum_words` with the widest vectors that the processor has.
#[inline]
pub fn sum_vectors(data: &[u8], sum: u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        unsafe fn with_avx2(data: &[u8], sum: u64) -> u64 {
            sum_words(data, sum)
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { with_avx2(data, sum) };
        }
    }
    sum_words(data, sum)
}

/// Fill `buffer` from the kernel's generator.
pub fn random(buffer: &mut [u8]) -> io::Result<()> {
    let mut rest = buffer;
    while !rest.is_empty() {
        // SAFETY: `rest` is writable for its length.
        match check_size(unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) }) {
            Ok(size) => rest = &mut rest[size..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
