//! TUN devices, and interfaces by name.

use std::ffi::{c_int, CStr, CString};
use std::io::{self, IoSlice};
use std::mem::zeroed;
use std::os::fd::{AsRawFd, OwnedFd};

use super::{check, check_size, owned};

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
    open(name, libc::IFF_TUN | libc::IFF_NO_PI | libc::IFF_VNET_HDR)
}

/// Make the TAP device `name`. It lives as long as the descriptor; what is read or written is an Ethernet frame, whole
/// and without its check sequence.
pub fn open_tap(name: &str) -> io::Result<OwnedFd> {
    open(name, libc::IFF_TAP | libc::IFF_NO_PI)
}

fn open(name: &str, flags: c_int) -> io::Result<OwnedFd> {
    let mut request = interface_request(name)?;
    // SAFETY: the path is a C string.
    let fd = owned(unsafe {
        libc::open(c"/dev/net/tun".as_ptr(), libc::O_RDWR | libc::O_NONBLOCK | libc::O_CLOEXEC)
    })?;
    request.ifr_ifru.ifru_flags = flags as i16;
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

/// Set the MTU of the device `name`, and its queue's length where the host lets us: in a user namespace it does not,
/// and the kernel's own length is as right, only slower under bursts.
pub fn configure_device(name: &str, mtu: u32, queue_length: u32) -> io::Result<()> {
    // SAFETY: no pointers are passed.
    let socket = owned(unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) })?;
    let mut request = interface_request(name)?;
    request.ifr_ifru.ifru_mtu = mtu as c_int;
    // SAFETY: SIOCSIFMTU reads one ifreq.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFMTU as _, &mut request) })?;
    request.ifr_ifru.ifru_metric = queue_length as c_int;
    // SAFETY: SIOCSIFTXQLEN reads one ifreq; the queue's length stands where the metric does.
    unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFTXQLEN as _, &mut request) };
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
