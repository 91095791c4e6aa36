//! Large packets in place of many small ones, between us and a TUN device.
//!
//! The kernel hands over up to 64 KB of TCP or UDP with one read, described by a virtio_net_hdr, and takes as much
//! with one write. [`SuperPacket`] cuts what was read into IP packets; [`Coalescer`] joins received ones again.

mod checksum;
mod coalesce;
mod gathered;
mod segment;
mod vectors;
mod vnet;

pub use checksum::{finish, pseudo_header, sum};
pub use coalesce::{Added, Coalescer, Packet};
pub use gathered::Gathered;
pub use segment::SuperPacket;
pub use vectors::checksum_means;
pub use vnet::VNET_HEADER_SIZE;

#[cfg(test)]
mod tests;
