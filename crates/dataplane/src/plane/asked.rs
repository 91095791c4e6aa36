//! What the gateway asks the data plane for, and why it may be refused.

use std::io;

use esp::ah::{AhInbound, AhOutbound};
use esp::gre::Gre;
use esp::pseudowire::Encapsulation;
use esp::{Algorithms, InboundSa, Keys, OutboundSa, TrafficSelectors, Unusable};

use crate::counters::Lifetimes;
use crate::egress::Mode;
use crate::route::Route;

/// A Child SA as the gateway describes it. Has no Debug.
pub struct ChildSa<'a> {
    pub tunnel: &'a str,
    pub peer: &'a str,
    pub spi_in: u32,
    pub spi_out: u32,
    pub algorithms: Algorithms,
    pub keys_in: Keys<'a>,
    pub keys_out: Keys<'a>,
    pub esn: bool,
    pub selectors: TrafficSelectors,
    pub route: Route,
    pub mode: Mode,
    pub in_udp: bool,
    pub replay_window: u32,
    pub lifetimes: Lifetimes,
    pub use_outbound: bool,
    /// How many packets count as sent already.
    pub sequence: u64,
    pub ah: Option<Ah<'a>>,
}

/// AH around ESP, or alone. The inbound SPI is that of the Child SA: protocols do not share SPIs.
pub struct Ah<'a> {
    pub spi_out: u32,
    pub integrity: u16,
    pub key_in: &'a [u8],
    pub key_out: &'a [u8],
    /// There is no ESP; the algorithms and keys beside it mean nothing.
    pub is_alone: bool,
}

impl ChildSa<'_> {
    pub(super) fn inbound(&self) -> Result<InboundSa, Unusable> {
        let ChildSa { spi_in, algorithms, keys_in, esn, replay_window, .. } = *self;
        let Some(ah) = &self.ah else {
            return InboundSa::new(spi_in, algorithms, keys_in, esn, replay_window);
        };
        let layer = AhInbound::new(ah.integrity, ah.key_in, esn, replay_window)?;
        if ah.is_alone {
            return Ok(InboundSa::of_ah(spi_in, layer));
        }
        InboundSa::within_ah(spi_in, algorithms, keys_in, esn, replay_window, layer)
    }

    pub(super) fn outbound(&self, iv_key: &[u8; 16]) -> Result<OutboundSa, Unusable> {
        let ChildSa { spi_out, algorithms, keys_out, esn, .. } = *self;
        let Some(ah) = &self.ah else {
            return OutboundSa::new(spi_out, algorithms, keys_out, esn, iv_key);
        };
        let layer = AhOutbound::new(ah.spi_out, ah.integrity, ah.key_out, self.route.remote.is_ipv6())?;
        if ah.is_alone {
            return Ok(OutboundSa::of_ah(ah.spi_out, layer, esn));
        }
        OutboundSa::within_ah(spi_out, algorithms, keys_out, esn, iv_key, layer)
    }
}

/// What a tunnel puts its packets into, before ESP if there is any.
pub enum Wrapped {
    Not,
    Gre(Gre),
    /// In the clear.
    PlainGre(Gre),
    L2tp,
    /// For one of many peers, in GRE or not.
    Multipoint(Option<Gre>),
    /// For one of many peers, in the clear.
    PlainMultipoint(Gre),
    /// In the clear.
    OpenL2tp,
    /// Ethernet frames, of a TAP device.
    Frames(Encapsulation),
}

/// What a call may be refused for.
pub enum Refusal {
    Unusable(Unusable),
    NoSuchTunnel(String),
    /// L2TP is protected in transport mode (RFC 3193 section 2.1).
    TunnelMode(String),
    /// A tunnel's packets are to be protected, and somebody asks that they are not; or the other way round.
    Protection(String),
    /// An L2TP server without IPsec has no SAs and only sessions with a route; one with IPsec has none of these.
    InTheClear(String),
    System(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::System(error)
    }
}

impl From<Unusable> for Refusal {
    fn from(error: Unusable) -> Self {
        Refusal::Unusable(error)
    }
}
