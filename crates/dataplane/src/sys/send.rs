//! Sending many messages with one call.

use std::ffi::c_int;
use std::io;
use std::mem::{size_of, zeroed};
use std::net::IpAddr;
use std::ops::Range;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use super::check;
use super::socket::{socket_address, Control, CONTROL_SIZE};
use crate::route::Route;

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
    pub header: Header,
}

/// What the packet's header shall have.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Header {
    /// TOS octet or traffic class.
    pub tos: u8,
    /// TTL or hop limit; 0: the host's own.
    pub ttl: u8,
    /// Octets of IPv4 options or of the hop-by-hop header, which stand in front of the piece.
    pub options: usize,
    /// For [`crate::route::Socket::with_dont_fragment`].
    pub dont_fragment: bool,
    /// It is larger than the path takes: it goes by [`crate::outer::Fragments`].
    pub in_fragments: bool,
    /// The piece begins with the packet's IPv4 header, for a socket that sends it as it is.
    pub is_there: bool,
    /// Of a packet that brings its header: the protocol by which the host's rules route it. 0: they see 255.
    pub counts_as: u8,
}

/// Of Linux 6.4; before, the kernel refuses it.
const IP_PROTOCOL: c_int = 52;

/// More options than this find no room beside the other control messages.
pub const OPTIONS_MAX: usize = 40;

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
            controls: vec![Control([0; CONTROL_SIZE]); SEND_BATCH],
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
            let options = &buffer[piece.range.start - piece.header.options..piece.range.start];
            write_control(header, route, piece, options);
        }
        let flags = if may_wait { 0 } else { libc::MSG_DONTWAIT };
        // SAFETY: every header points to buffers of the stated sizes that outlive the call; the data is only read.
        let result =
            unsafe { libc::sendmmsg(fd.as_raw_fd(), self.headers.as_mut_ptr(), count as _, flags as _) };
        Ok(check(result)? as usize)
    }
}

fn write_control(header: &mut libc::msghdr, route: &Route, piece: &Piece, options: &[u8]) {
    let mut writer = ControlWriter { header, used: 0 };
    let Header { tos, ttl, counts_as, .. } = piece.header;
    match route.local.ip() {
        IpAddr::V4(local) => {
            let info = libc::in_pktinfo {
                ipi_ifindex: route.interface as c_int,
                ipi_spec_dst: libc::in_addr { s_addr: u32::from_ne_bytes(local.octets()) },
                ipi_addr: libc::in_addr { s_addr: 0 },
            };
            // Control messages of more than 36 octets cost the kernel an allocation.
            if !local.is_unspecified() || route.interface != 0 {
                writer.put(libc::IPPROTO_IP, libc::IP_PKTINFO, info);
            }
            if tos != 0 {
                writer.put(libc::IPPROTO_IP, libc::IP_TOS, c_int::from(tos));
            }
            if ttl != 0 {
                writer.put(libc::IPPROTO_IP, libc::IP_TTL, c_int::from(ttl));
            }
            if !options.is_empty() {
                writer.put_octets(libc::IPPROTO_IP, libc::IP_RETOPTS, options);
            }
            if counts_as != 0 {
                writer.put(libc::IPPROTO_IP, IP_PROTOCOL, c_int::from(counts_as));
            }
        }
        IpAddr::V6(local) => {
            let info = libc::in6_pktinfo {
                ipi6_addr: libc::in6_addr { s6_addr: local.octets() },
                ipi6_ifindex: route.interface as _,
            };
            writer.put(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, info);
            if tos != 0 {
                writer.put(libc::IPPROTO_IPV6, libc::IPV6_TCLASS, c_int::from(tos));
            }
            if ttl != 0 {
                writer.put(libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT, c_int::from(ttl));
            }
            if !options.is_empty() {
                writer.put_octets(libc::IPPROTO_IPV6, libc::IPV6_HOPOPTS, options);
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
        let data = self.begin(level, kind, size_of::<T>());
        // SAFETY: `begin` has found room for it.
        unsafe { data.cast::<T>().write_unaligned(value) };
    }

    fn put_octets(&mut self, level: c_int, kind: c_int, octets: &[u8]) {
        let data = self.begin(level, kind, octets.len());
        // SAFETY: `begin` has found room for them, and a control buffer is nobody else's.
        unsafe { ptr::copy_nonoverlapping(octets.as_ptr(), data, octets.len()) };
    }

    /// The header of a message. Gives the place of its `size` octets of data.
    fn begin(&mut self, level: c_int, kind: c_int, size: usize) -> *mut u8 {
        // SAFETY: the message ends within the Control, which is aligned for cmsghdr; CMSG_SPACE keeps the alignment.
        unsafe {
            let space = libc::CMSG_SPACE(size as u32) as usize;
            assert!(self.used + space <= CONTROL_SIZE, "a packet's control messages have room");
            let message = self.header.msg_control.cast::<u8>().add(self.used).cast::<libc::cmsghdr>();
            message.write(libc::cmsghdr {
                cmsg_len: libc::CMSG_LEN(size as u32) as _,
                cmsg_level: level,
                cmsg_type: kind,
            });
            self.used += space;
            libc::CMSG_DATA(message)
        }
    }
}
