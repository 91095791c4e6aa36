//! Encapsulating Security Payload (RFC 4303) in tunnel and transport mode: packets, SAs, replay windows and traffic
//! selectors; what goes into ESP or beside it; and packets as devices give and take them, many in one (`offload`).
//!
//! Pure computation: no sockets, no clock, no entropy of its own. A packet that is refused has a
//! [`DropReason`], and nothing that comes from the network can make this crate panic.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------------------------------------------------------+ ----
//! |               Security Parameters Index (SPI)                 | ^ integrity
//! +---------------------------------------------------------------+ | covers
//! |                      Sequence Number                          | |
//! +---------------------------------------------------------------+ |
//! |                    IV (0, 8 or 16 octets)                     | |
//! +---------------------------------------------------------------+ | ---
//! |       inner IP packet; transport mode: what follows the       | |  ^ encrypted
//! |       headers of the packet that ESP goes into                | |  |
//! +               +-----------------------------------------------+ |  |
//! |               |     TFC padding (received, never sent)        | |  |
//! +---------------+               +-------------------------------+ |  |
//! |                               |     Padding 1, 2, 3 ...       | |  |
//! +               +---------------+---------------+---------------+ |  |
//! |               |               |  Pad Length   | Next Header   | v  v
//! +---------------+---------------+---------------+---------------+ ----
//! |        (high half of the ESN: covered, not sent)              |
//! +---------------------------------------------------------------+
//! |               Integrity Check Value (ICV)                     |
//! +---------------------------------------------------------------+
//! ```
// Only for instructions that not every processor has, in the files that say so.
#![deny(unsafe_code)]

pub mod ah;
mod algorithms;
mod drop_reason;
pub mod etherip;
mod foreseen;
pub mod fragmenting;
pub mod fragments;
pub mod gre;
mod inbound;
pub mod inner_ip;
pub mod l2tp;
pub mod l2tpv3;
pub mod offload;
mod outbound;
mod protection;
pub mod pseudowire;
mod replay;
mod selector;
pub mod too_big;
pub mod transport;

pub use algorithms::{Algorithms, Keys, Unusable};
pub use drop_reason::DropReason;
pub use inbound::{InboundSa, Opened, Payload};
pub use inner_ip::Flow;
pub use outbound::{Frame, OutboundSa, INNER_OFFSET_MAX, OVERHEAD_MAX};
pub use protection::{gcm_means, hmac_means, MANY};
pub use replay::ReplayWindow;
pub use selector::{Selector, TrafficSelectors};

/// Octets of SPI and Sequence Number.
pub const HEADER_SIZE: usize = 8;

/// ESP's own protocol number.
pub const PROTOCOL: u8 = 50;

/// Protocol numbers that an ESP Next Header can have in tunnel mode.
pub mod next_header {
    /// An IPv4 packet.
    pub const IPV4: u8 = 4;
    /// An IPv6 packet.
    pub const IPV6: u8 = 41;
    /// A dummy packet, to be dropped in silence (RFC 4303 section 2.6).
    pub const NONE: u8 = 59;
}
