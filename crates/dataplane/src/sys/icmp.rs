//! Raw sockets that send ICMP and ICMPv6 messages, and receive none.

use std::ffi::c_int;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use super::socket::socket_address;
use super::{check_size, owned, set_option};

/// linux/icmp.h; a set bit keeps a type out.
const ICMP_FILTER: c_int = 1;
/// linux/icmpv6.h; a set bit keeps a type out.
const ICMPV6_FILTER: c_int = 1;

pub fn icmp_socket(is_v6: bool) -> io::Result<OwnedFd> {
    let (family, protocol) =
        if is_v6 { (libc::AF_INET6, libc::IPPROTO_ICMPV6) } else { (libc::AF_INET, libc::IPPROTO_ICMP) };
    // SAFETY: no pointers are passed.
    let fd = owned(unsafe {
        libc::socket(family, libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK, protocol)
    })?;
    if is_v6 {
        set_option(&fd, libc::IPPROTO_ICMPV6, ICMPV6_FILTER, &[u32::MAX; 8])?;
    } else {
        set_option(&fd, libc::SOL_RAW, ICMP_FILTER, &u32::MAX)?;
    }
    Ok(fd)
}

/// Send one message, without waiting.
pub fn send_to(fd: &OwnedFd, message: &[u8], to: IpAddr) -> io::Result<usize> {
    let (address, size) = socket_address(SocketAddr::new(to, 0));
    // SAFETY: `message` is readable for its length, and `address` is a socket address of `size` octets.
    check_size(unsafe {
        libc::sendto(
            fd.as_raw_fd(),
            message.as_ptr().cast(),
            message.len(),
            libc::MSG_DONTWAIT,
            ptr::from_ref(&address).cast(),
            size,
        )
    })
}
