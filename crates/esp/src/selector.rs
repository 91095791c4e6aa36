//! Traffic selectors: which inner packets an SA may carry (RFC 7296 section 3.13, RFC 4301 section 4.4.1).

use crate::inner_ip::{self, Flow};
use crate::DropReason;

/// One traffic selector. `protocol` 0 is any; ports 0 to 65535 are any, 65535 to 0 is OPAQUE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selector {
    /// 4 or 6.
    pub version: u8,
    /// Addresses as numbers, both included.
    pub start: u128,
    pub end: u128,
    pub protocol: u8,
    pub start_port: u16,
    pub end_port: u16,
}

impl Selector {
    /// Every packet of one IP version.
    pub fn any(version: u8) -> Self {
        let end = if version == 4 { u128::from(u32::MAX) } else { u128::MAX };
        Selector { version, start: 0, end, protocol: 0, start_port: 0, end_port: u16::MAX }
    }

    fn sees_ports(&self) -> bool {
        !matches!((self.start_port, self.end_port), (0, u16::MAX) | (u16::MAX, 0))
    }

    fn accepts(&self, version: u8, address: u128, protocol: u8, port: Option<u16>) -> bool {
        self.version == version
            && (self.start..=self.end).contains(&address)
            && (self.protocol == 0 || self.protocol == protocol)
            && self.accepts_port(port)
    }

    fn accepts_port(&self, port: Option<u16>) -> bool {
        if (self.start_port, self.end_port) == (0, u16::MAX) {
            return true;
        }
        match port {
            Some(port) => (self.start_port..=self.end_port).contains(&port),
            // A packet without visible ports fits only ANY and OPAQUE (RFC 4301 sections 4.4.1.1 and 7).
            None => (self.start_port, self.end_port) == (u16::MAX, 0),
        }
    }
}

/// The traffic selectors of a Child SA, seen from our end.
#[derive(Clone, Debug, Default)]
pub struct TrafficSelectors {
    local: Box<[Selector]>,
    remote: Box<[Selector]>,
    everything_v4: bool,
    everything_v6: bool,
    sees_ports: bool,
}

impl TrafficSelectors {
    pub fn new(local: &[Selector], remote: &[Selector]) -> Self {
        let everything = |version| {
            let any = Selector::any(version);
            local.contains(&any) && remote.contains(&any)
        };
        TrafficSelectors {
            everything_v4: everything(4),
            everything_v6: everything(6),
            sees_ports: local.iter().chain(remote).any(Selector::sees_ports),
            local: local.into(),
            remote: remote.into(),
        }
    }

    /// Do they ask for ports, or a type of ICMP? Then only whole datagrams can be judged (RFC 4301 section 7).
    #[inline]
    pub fn sees_ports(&self) -> bool {
        self.sees_ports
    }

    /// May `packet` leave by this SA?
    #[inline]
    pub fn check_outbound(&self, packet: &[u8]) -> Result<(), DropReason> {
        self.check(packet, |flow| self.accepts(flow.reversed()))
    }

    /// May `packet` have come by this SA?
    #[inline]
    pub fn check_inbound(&self, packet: &[u8]) -> Result<(), DropReason> {
        self.check(packet, |flow| self.accepts(flow))
    }

    /// May what goes between these two ports use this SA, wherever its ends are? That is for packets whose addresses
    /// are the SA's own anyway.
    #[inline]
    pub fn accepts_ports(&self, protocol: u8, local: u16, remote: u16) -> bool {
        let accepts = |selectors: &[Selector], port| {
            let fits = |s: &Selector| s.protocol == 0 || s.protocol == protocol;
            selectors.iter().any(|selector| fits(selector) && selector.accepts_port(Some(port)))
        };
        accepts(&self.local, local) && accepts(&self.remote, remote)
    }

    #[inline]
    fn check(&self, packet: &[u8], accepts: impl Fn(Flow) -> bool) -> Result<(), DropReason> {
        let everything = match packet.first().map(|first| first >> 4) {
            Some(4) => self.everything_v4,
            Some(6) => self.everything_v6,
            _ => return Err(DropReason::Malformed),
        };
        if everything {
            return Ok(());
        }
        let flow = inner_ip::flow(packet).ok_or(DropReason::Malformed)?;
        if accepts(flow) {
            Ok(())
        } else {
            Err(DropReason::TsUnacceptable)
        }
    }

    /// `flow` as an inbound packet: its source is the remote end.
    fn accepts(&self, flow: Flow) -> bool {
        let Flow { version, source, destination, protocol, source_port, destination_port } = flow;
        self.remote.iter().any(|s| s.accepts(version, source, protocol, source_port))
            && self.local.iter().any(|s| s.accepts(version, destination, protocol, destination_port))
    }
}

impl Flow {
    fn reversed(self) -> Flow {
        Flow {
            source: self.destination,
            destination: self.source,
            source_port: self.destination_port,
            destination_port: self.source_port,
            ..self
        }
    }
}
