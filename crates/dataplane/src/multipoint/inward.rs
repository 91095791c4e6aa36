//! What comes out of the SAs of a device with many peers and is the gateway's to know.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use esp::DropReason;

use super::destination;
use crate::bucket::Bucket;
use crate::events::Event;
use crate::ingress::{Child, Inner};
use crate::shared::{Shared, TunnelDevice};

/// Longer messages are looked at by nobody.
const MESSAGE_MAX: usize = 4096;
/// Octets of a packet that tell where it comes from and goes to.
const HEADER: usize = 128;
/// Of one SA, messages of NHRP at once and a second; and packets that come back.
const MESSAGES: (u64, u64) = (200, 100);
const RETURNING: (u64, u64) = (8, 4);
/// Without IPsec whoever falls into the same place shares these, so that one that floods takes away from few; and all
/// together have so many.
const PLACES: usize = 256;
const EVERYBODY: (u64, u64) = (1000, 1000);

/// How much of one SA the gateway is told.
pub struct Told {
    messages: Bucket,
    returning: Bucket,
}

impl Default for Told {
    fn default() -> Self {
        let bucket = |(burst, a_second)| Bucket::new(burst, a_second);
        Told { messages: bucket(MESSAGES), returning: bucket(RETURNING) }
    }
}

impl Told {
    fn nhrp(
        &mut self,
        device: &TunnelDevice,
        message: &[u8],
        peer: IpAddr,
        now: u64,
        shared: &Shared,
    ) -> Result<(), DropReason> {
        if device.multipoint.is_none() {
            return Err(DropReason::UnknownProtocol);
        }
        if message.len() > MESSAGE_MAX {
            return Err(DropReason::TooLarge);
        }
        if !self.messages.take(now) {
            return Err(DropReason::OutOfMemory);
        }
        let tunnel = device.name.clone();
        shared.events.push(Event::NhrpMessage { tunnel, message: message.to_vec(), peer });
        Ok(())
    }

    fn returning(&mut self, device: &TunnelDevice, ip: &[u8], peer: IpAddr, now: u64, shared: &Shared) {
        let Some((end, destination)) = device.multipoint.as_ref().zip(destination(ip)) else { return };
        if end.returns(destination, peer) && self.returning.take(now) {
            let (tunnel, header) = (device.name.clone(), ip[..ip.len().min(HEADER)].to_vec());
            shared.events.push(Event::Returning { tunnel, header, peer });
        }
    }
}

/// How much the gateway is told of a device without IPsec, where nothing proves who has sent a packet.
pub struct Crowd {
    places: Vec<Told>,
    everybody: Bucket,
    hasher: RandomState,
}

impl Default for Crowd {
    fn default() -> Self {
        Crowd {
            places: (0..PLACES).map(|_| Told::default()).collect(),
            everybody: Bucket::new(EVERYBODY.0, EVERYBODY.1),
            hasher: RandomState::new(),
        }
    }
}

impl Crowd {
    /// As [`Child::take_nhrp`].
    pub fn take_nhrp(
        &mut self,
        device: &TunnelDevice,
        message: &[u8],
        peer: IpAddr,
        now: u64,
        shared: &Shared,
    ) -> Result<(), DropReason> {
        if !self.everybody.take(now) {
            return Err(DropReason::OutOfMemory);
        }
        self.place(peer).nhrp(device, message, peer, now, shared)
    }

    /// As [`Child::tell_returning`].
    pub fn tell_returning(
        &mut self,
        device: &TunnelDevice,
        ip: &[u8],
        peer: IpAddr,
        now: u64,
        shared: &Shared,
    ) {
        self.place(peer).returning(device, ip, peer, now, shared);
    }

    fn place(&mut self, peer: IpAddr) -> &mut Told {
        &mut self.places[self.hasher.hash_one(peer) as usize % PLACES]
    }
}

impl Child {
    /// GRE held NHRP: it is for the gateway.
    pub(crate) fn take_nhrp(
        &mut self,
        message: &[u8],
        now: u64,
        shared: &Shared,
    ) -> Result<Option<Inner>, DropReason> {
        let peer = self.nbma();
        self.told.nhrp(&self.device, message, peer, now, shared).map(|()| None)
    }

    /// Tell of `ip` if it is about to go back into the device, to another peer: its sender may know a shorter way.
    pub(crate) fn tell_returning(&mut self, ip: &[u8], now: u64, shared: &Shared) {
        let peer = self.nbma();
        self.told.returning(&self.device, ip, peer, now, shared);
    }

    fn nbma(&self) -> IpAddr {
        self.route.remote.ip()
    }
}
