//! System calls and what else needs unsafe code, behind safe functions. All of it is in this module.
#![allow(unsafe_code)]

mod icmp;
mod receive;
mod send;
mod socket;
mod tun;
mod wait;

use std::ffi::c_int;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

pub use icmp::{icmp_socket, send_to};
pub use receive::{Extensions, Received, Receiver};
pub use send::{Header, Piece, Sender, OPTIONS_MAX};
pub use socket::{
    ah_socket, default_ttl, esp_socket, gre_socket, header_socket, header_socket_of, joins_datagrams, lanes,
    raw_socket, set_dont_fragment, udp_socket,
};
pub use tun::{
    configure_device, interface_index, interface_name, open_tap, open_tun, read, set_tun_offload,
    tun_offload, write,
};
pub use wait::{processor_time, set_timer_slack, spawn, wait_for, Epoll, EventFd, Ready};

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
