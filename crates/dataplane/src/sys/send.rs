//! Sending many messages with one call.

use std::ffi::c_int;
use std::io;
use std::mem::{size_of, zeroed};
use std::net::IpAddr;
use std::ops::Range;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use super::check;
use super::socket::{socket_address, Control};
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
