//! Large packets in place of many small ones, between us and a TUN device.
//!
//! The kernel hands over up to 64 KB of TCP or UDP with one read, described by a virtio_net_hdr, and takes as much
//! with one write. [`SuperPacket`] cuts what was read into IP packets; [`Coalescer`] joins received ones again.

mod checksum;
mod coalesce;
mod segment;
mod vnet;

pub use checksum::{copy_and_sum_words, finish, pseudo_header, sum, sum_words};
pub use coalesce::{Added, Coalescer, Packet};
pub use segment::SuperPacket;
pub use vnet::VNET_HEADER_SIZE;

#[cfg(test)]
mod tests;
