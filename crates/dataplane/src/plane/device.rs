//! TUN and TAP devices as the data plane needs them.

use std::io;
use std::os::fd::OwnedFd;

use crate::route::Failure;
use crate::sys;

/// Small packets of some milliseconds: so long may the thread wait for a processor.
const QUEUE_LENGTH: u32 = 3000;

/// A TAP device, which gives Ethernet frames as they are to be sent.
pub fn open_tap(name: &str, mtu: u32) -> io::Result<OwnedFd> {
    let open = || {
        let fd = sys::open_tap(name)?;
        sys::configure_device(name, mtu, QUEUE_LENGTH)?;
        Ok(fd)
    };
    open().map_err(|error| cannot_make("TAP", name, error))
}

fn cannot_make(kind: &str, device: &str, error: io::Error) -> io::Error {
    let text = match error.raw_os_error() {
        Some(libc::EBUSY) => "a device of this name exists already".into(),
        Some(libc::EPERM | libc::EACCES) => "it needs root or CAP_NET_ADMIN".into(),
        Some(libc::ENOENT | libc::ENODEV | libc::ENXIO) => "the host has no /dev/net/tun".into(),
        _ => error.to_string(),
    };
    Failure::new(error, format!("cannot make the {kind} device {device}: {text}"))
}

/// A TUN device, and whether its kernel segments UDP.
pub fn open_tun(name: &str, mtu: u32) -> io::Result<(OwnedFd, bool)> {
    let open = || {
        let fd = sys::open_tun(name)?;
        sys::configure_device(name, mtu, QUEUE_LENGTH)?;
        let segments_udp = set_offload(&fd);
        Ok((fd, segments_udp))
    };
    open().map_err(|error| cannot_make("TUN", name, error))
}

/// Take as much offload as the kernel has. True: UDP's too, which is there since Linux 6.2.
fn set_offload(fd: &OwnedFd) -> bool {
    use sys::tun_offload::{CSUM, TSO4, TSO6, USO4, USO6};
    let tcp = CSUM | TSO4 | TSO6;
    let has_udp = sys::set_tun_offload(fd, tcp | USO4 | USO6).is_ok();
    if !has_udp {
        let _ = sys::set_tun_offload(fd, tcp);
    }
    has_udp
}
