//! From the TAP device of a tunnel to its SA.

use esp::pseudowire::{Refusal, ETHERNET_HEADER};
use esp::Flow;

use super::Protected;
use crate::batch::Batch;
use crate::egress::{Child, Tunnel};
use crate::shared::Shared;

/// An acquire says of packets what SAs are chosen by; all frames have the same SA.
const NO_FLOW: Flow =
    Flow { version: 4, source: 0, destination: 0, protocol: 0, source_port: None, destination_port: None };

impl Tunnel {
    /// Put `frame` from the device into the batch, or let it wait for an SA.
    pub(crate) fn give_frame(&mut self, frame: &[u8], batch: &mut Batch, shared: &Shared) {
        let device = self.device.clone();
        let Some(wire) = &device.wire else { return };
        if frame.len() < ETHERNET_HEADER {
            return self.refuse_frame(wire, Refusal::TooShort);
        }
        let Some(index) = self.children.iter().position(Child::is_usable) else {
            return self.await_sa(frame, NO_FLOW, shared);
        };
        if batch.child.is_some_and(|child| child != index) || batch.is_full() {
            self.flush(batch, shared);
        }
        batch.child = Some(index);
        if let Err(refusal) = batch.add_frame(&self.children[index], wire, frame) {
            self.refuse_frame(wire, refusal);
        }
    }

    fn refuse_frame(&self, wire: &Protected, refusal: Refusal) {
        wire.refused.add(refusal, 1);
        self.device.counters.outbound.drop(refusal.reason(), 1);
    }
}
