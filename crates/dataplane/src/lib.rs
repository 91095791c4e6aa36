//! The data plane: TUN devices, UDP and ESP sockets, data threads, and the Python module
//! `kakehashi._dataplane` in front of them.
//!
//! ```text
//!  TUN devices --> egress  --> UDP 4500, raw ESP and AH      owns the outbound SAs
//!  TUN devices <-- ingress <-- UDP 500, 4500, raw ESP and AH owns the inbound SAs
//!                 ^  |
//!        commands |  v events
//!                Python
//! ```
//! One thread does both, or each has one (`crew`). It runs a packet to completion; there are no queues and no locks on
//! a packet's way.
//!
//! The outer header of tunnel mode (RFC 4301 section 5.1.2): DSCP and ECN are those of the inner packet (RFC 6040,
//! normal mode), DF as the tunnel's settings say, TTL is the host's own. The inner packet's TTL is the kernel's to
//! count, which has forwarded it to the device. A packet too large for its tunnel is fragmented before or after
//! encryption, or dropped and its sender told, as `sizes` says; after encryption it is the kernel that fragments, as
//! the device takes it, or `outer`, as the path does, and the kernel puts the fragments of ESP packets together.
//!
//! In transport mode a packet keeps its header as far as sockets let it: TOS octet or traffic class, TTL or hop limit,
//! IPv4 options, hop-by-hop options and, outside UDP and as far as the path takes it, DF.
//! Identification and flow label are the kernel's; a packet with a routing header is refused. Fragments are put
//! together first in transport mode, for ESP protects whole datagrams, and where an SA is chosen by ports.
//! What a device gives is up to 64 KB of one flow (TSO, USO); it is cut, sealed and sent with one call (UDP_SEGMENT
//! on UDP, sendmmsg on raw sockets), as is what several SAs seal for one peer at once. What the wire gives comes in batches (recvmmsg, UDP_GRO), and TCP segments that
//! continue each other are written to the device as one. Where the kernel or a path has none of it, packets go
//! singly. A joined packet counts as all the packets in it.
//!
//! Packets of an L2TP server go by session instead: `l2tp` says how. `pseudowire` has Ethernet frames. Where a tunnel has
//! many peers, `multipoint` says to which of them a packet goes.
#![deny(unsafe_code)]

mod batch;
mod bucket;
mod chatter;
mod counters;
mod crew;
mod ecn;
mod egress;
mod events;
mod ike;
mod ingress;
mod l2tp;
mod mend;
mod multipoint;
mod outer;
mod own;
mod path;
mod plane;
mod pseudowire;
mod python;
mod refused;
mod route;
mod shared;
mod sizes;
mod sys;
mod too_big;
mod waiting;

use pyo3::prelude::*;

#[pymodule]
fn _dataplane(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<python::DataPlane>()?;
    module.add_class::<python::AhSa>()?;
    module.add_class::<python::EspSa>()
}
