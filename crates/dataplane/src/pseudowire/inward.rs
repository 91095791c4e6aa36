//! From an SA of a tunnel to its TAP device.

use std::io::IoSlice;

use esp::pseudowire::Refusal;
use esp::transport::Cut;
use esp::{inner_ip, DropReason, Opened};

use super::Protected;
use crate::egress::Mode;
use crate::ingress::{Arrival, Child, Inner};
use crate::shared::Shared;
use crate::sys;

impl Child {
    /// [`Self::open`] where ESP protects Ethernet frames; [`Self::judge`] has been asked. What frames hold is not
    /// looked at, and each goes to the device by itself.
    pub(crate) fn open_frame(
        &mut self,
        packet: &mut [u8],
        arrival: &Arrival<'_>,
        highest: u64,
        shared: &Shared,
    ) -> Result<Option<Inner>, DropReason> {
        let device = self.device.clone();
        let Some(wire) = &device.wire else { return Err(DropReason::MiscError) };
        let (protocol, range) = match self.mode {
            Mode::Tunnel => {
                let opened = self.sa.open(packet)?;
                self.account(arrival, highest, shared);
                let Opened::Inner(range) = opened else { return Ok(None) };
                self.count(range.len(), shared);
                let ip = &packet[range.clone()];
                let length = inner_ip::stated_length(ip).ok_or(DropReason::PacketTruncated)?;
                let cut = Cut::of(ip)?;
                if cut.header > length {
                    return Err(DropReason::PacketTruncated);
                }
                (cut.next_header, range.start + cut.header..range.start + length)
            }
            Mode::Transport => {
                let opened = self.sa.open_transport(packet)?;
                self.account(arrival, highest, shared);
                let Some(payload) = opened else { return Ok(None) };
                self.count(payload.range.len(), shared);
                (payload.next_header, payload.range)
            }
        };
        let payload = &packet[range];
        let read = wire.encapsulation.read(protocol, payload);
        let frame = read.and_then(|frame| wire.numbers.check(frame.sequence).map(|()| frame));
        let frame = frame.map_err(|refusal| refuse(wire, refusal))?;
        let frame = &payload[frame.start..frame.end];
        // A device that is down takes nothing.
        sys::write(&device.fd, &[IoSlice::new(frame)]).map_err(|_| refuse(wire, Refusal::SendFailure))?;
        let counters = &device.counters.inbound;
        counters.packets.add(1);
        counters.octets.add(frame.len() as u64);
        Ok(None)
    }
}

fn refuse(wire: &Protected, refusal: Refusal) -> DropReason {
    wire.refused.add(refusal, 1);
    refusal.reason()
}
