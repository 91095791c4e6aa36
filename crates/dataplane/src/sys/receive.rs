//! Receiving many messages with one call.

use std::ffi::c_int;
use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr::{self, null_mut};

use super::check;
use super::socket::{address_of, Control, CONTROL_SIZE};

/// Buffers for `recvmmsg`; by default, for no message.
#[derive(Default)]
pub struct Receiver {
    slots: Vec<Slot>,
    headers: Vec<libc::mmsghdr>,
    vectors: Vec<libc::iovec>,
    /// How many of the first headers the kernel has written to since they were made.
    used: usize,
}

struct Slot {
    data: Box<[u8]>,
    address: libc::sockaddr_storage,
    control: Control,
}

// SAFETY: the pointers in `headers` and `vectors` point only into what `slots` and `vectors` hold, which moves with them
// and is never made larger.
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
    /// The outer TTL or hop limit.
    pub ttl: u8,
    /// IPv6 extension headers in front, where the socket asks for them, and the kind of the first.
    pub extensions: Extensions,
}

/// Extension headers as they came, one behind the other.
#[derive(Default)]
pub struct Extensions {
    pub first: u8,
    pub octets: Vec<u8>,
}

impl Receiver {
    /// Room for `count` messages of at most 65,535 octets.
    pub fn new(count: usize) -> Self {
        let slot = || Slot {
            data: vec![0; usize::from(u16::MAX)].into_boxed_slice(),
            // SAFETY: zeros are a valid address.
            address: unsafe { zeroed() },
            control: Control([0; CONTROL_SIZE]),
        };
        // SAFETY: zeros are valid headers and vectors.
        let (header, vector) = unsafe { (zeroed(), zeroed()) };
        Receiver {
            slots: (0..count).map(|_| slot()).collect(),
            headers: vec![header; count],
            vectors: vec![vector; count],
            used: count,
        }
    }

    /// Take what waits, without waiting. Gives the number of messages.
    pub fn receive(&mut self, fd: &OwnedFd) -> io::Result<usize> {
        let used = std::mem::take(&mut self.used);
        let all = self.slots.iter_mut().zip(&mut self.headers).zip(&mut self.vectors);
        for ((slot, header), vector) in all.take(used) {
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
        // The one at which it stopped may have been begun.
        let count = check(result).map_or(0, |count| count as usize);
        self.used = (count + 1).min(self.headers.len());
        check(result)?;
        Ok(count)
    }

    /// The octets of message `index`, as [`Self::message`] left them.
    pub fn data(&self, index: usize) -> &[u8] {
        &self.slots[index].data
    }

    /// The octets of message `index` of those just received, if they are one datagram.
    pub fn single(&self, index: usize) -> Option<&[u8]> {
        let header = &self.headers[index];
        if header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0 || read_control(&header.msg_hdr).segment_size != 0
        {
            return None;
        }
        self.slots[index].data.get(..header.msg_len as usize)
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
        let Told { local, interface, segment_size, tos, ttl, extensions } = control;
        let data = slot.data.get_mut(..size)?;
        Some(Received { data, segment_size, remote, local, interface, tos, ttl, extensions })
    }
}

#[derive(Default)]
struct Told {
    local: Option<IpAddr>,
    interface: u32,
    segment_size: usize,
    tos: u8,
    ttl: u8,
    extensions: Extensions,
}

impl Extensions {
    fn add(&mut self, kind: u8, octets: &[u8]) {
        if self.octets.is_empty() {
            self.first = kind;
        }
        self.octets.extend_from_slice(octets);
    }
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
                (libc::IPPROTO_IP, libc::IP_TTL) | (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => {
                    told.ttl = data.cast::<c_int>().read_unaligned() as u8;
                }
                (libc::IPPROTO_IPV6, libc::IPV6_HOPOPTS | libc::IPV6_RTHDR | libc::IPV6_DSTOPTS) => {
                    let kind = match part.cmsg_type {
                        libc::IPV6_HOPOPTS => libc::IPPROTO_HOPOPTS,
                        libc::IPV6_RTHDR => libc::IPPROTO_ROUTING,
                        _ => libc::IPPROTO_DSTOPTS,
                    };
                    let size: usize = part.cmsg_len as _;
                    let size = size.saturating_sub(libc::CMSG_LEN(0) as usize);
                    told.extensions.add(kind as u8, std::slice::from_raw_parts(data, size));
                }
                _ => {}
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    told
}
