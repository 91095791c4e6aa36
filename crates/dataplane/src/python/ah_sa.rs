//! `kakehashi._dataplane.AhSa`: one AH SA without sockets, for tests.

use std::sync::Mutex;

use esp::ah::{AhInbound, AhOutbound, PROTOCOL};
use esp::transport::Cut;
use esp::DropReason;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::events::lock;
use crate::plane::Refusal;

/// Both halves of an SA with one SPI and one key.
#[pyclass(frozen, module = "kakehashi._dataplane")]
pub struct AhSa {
    inbound: Mutex<AhInbound>,
    outbound: Mutex<(AhOutbound, u64)>,
    esn: bool,
}

#[pymethods]
impl AhSa {
    #[new]
    #[pyo3(signature = (spi, integrity, key, *, is_v6=false, esn=false, replay_window=64, sequence=0))]
    fn new(
        spi: u32,
        integrity: u16,
        key: &[u8],
        is_v6: bool,
        esn: bool,
        replay_window: u32,
        sequence: u64,
    ) -> PyResult<Self> {
        let inbound = AhInbound::new(integrity, key, esn, replay_window).map_err(Refusal::Unusable)?;
        let outbound = AhOutbound::new(spi, integrity, key, is_v6).map_err(Refusal::Unusable)?;
        Ok(AhSa { inbound: Mutex::new(inbound), outbound: Mutex::new((outbound, sequence)), esn })
    }

    /// An IP packet with AH behind its headers.
    fn protect<'py>(&self, py: Python<'py>, packet: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let cut = Cut::of(packet).map_err(dropped)?;
        let (header, payload) = packet.split_at(cut.header);
        let mut guard = lock(&self.outbound);
        let (sa, sequence) = &mut *guard;
        *sequence += 1;
        let mut protected = vec![0; sa.size() + payload.len()];
        sa.write(&mut protected, cut.next_header, *sequence);
        protected[sa.size()..].copy_from_slice(payload);
        let mut front = header.to_vec();
        cut.close(&mut front, PROTOCOL, protected.len());
        let high = self.esn.then_some((*sequence >> 32) as u32);
        sa.seal(&front, &mut protected, high).map_err(dropped)?;
        Ok(PyBytes::new(py, &[front, protected].concat()))
    }

    /// The IP packet that had AH put into it. `front`: octets of the headers in front of AH. ValueError has the name of
    /// the reason.
    fn verify<'py>(&self, py: Python<'py>, packet: &[u8], front: usize) -> PyResult<Bound<'py, PyBytes>> {
        let cut = Cut::of(packet).map_err(dropped)?;
        let (header, protected) =
            packet.split_at_checked(front).ok_or_else(|| dropped(DropReason::PacketTruncated))?;
        let verified = lock(&self.inbound).verify(header, protected).map_err(dropped)?;
        let payload = &protected[verified.size..];
        let mut whole = header.to_vec();
        if header.len() == cut.header {
            cut.close(&mut whole, verified.next_header, payload.len());
        }
        whole.extend_from_slice(payload);
        Ok(PyBytes::new(py, &whole))
    }
}

fn dropped(reason: DropReason) -> PyErr {
    PyValueError::new_err(reason.name())
}
