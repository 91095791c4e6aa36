//! `kakehashi._dataplane.EspSa`: one ESP SA without sockets, for tests and for decrypting captures.

use std::sync::Mutex;

use esp::transport::Cut;
use esp::{inner_ip, Algorithms, DropReason, InboundSa, Keys, Opened, OutboundSa, OVERHEAD_MAX, PROTOCOL};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zeroize::Zeroizing;

use super::os_error;
use crate::events::lock;
use crate::plane::Refusal;
use crate::sys;

/// Both halves of an SA with one SPI and one set of keys.
#[pyclass(frozen, module = "kakehashi._dataplane")]
pub struct EspSa {
    inbound: Mutex<InboundSa>,
    outbound: Mutex<OutboundSa>,
}

#[pymethods]
impl EspSa {
    #[new]
    #[pyo3(signature = (spi, encryption, key_bits, integrity, encryption_key, integrity_key, *, esn=false,
                        replay_window=64, sequence=0))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        spi: u32,
        encryption: u16,
        key_bits: u16,
        integrity: u16,
        encryption_key: &[u8],
        integrity_key: &[u8],
        esn: bool,
        replay_window: u32,
        sequence: u64,
    ) -> PyResult<Self> {
        let algorithms = Algorithms { encryption, key_bits, integrity };
        let keys = Keys { encryption: encryption_key, integrity: integrity_key };
        let mut iv_key = Zeroizing::new([0; 16]);
        sys::random(&mut *iv_key).map_err(os_error)?;
        let inbound = InboundSa::new(spi, algorithms, keys, esn, replay_window).map_err(Refusal::Unusable)?;
        let mut outbound = OutboundSa::new(spi, algorithms, keys, esn, &iv_key).map_err(Refusal::Unusable)?;
        outbound.set_sequence(sequence);
        Ok(EspSa { inbound: Mutex::new(inbound), outbound: Mutex::new(outbound) })
    }

    /// An IP packet as an ESP packet, from its SPI to its ICV.
    fn encapsulate<'py>(&self, py: Python<'py>, packet: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let next_header = inner_ip::next_header_of(packet).ok_or_else(|| dropped(DropReason::MiscError))?;
        let mut sa = lock(&self.outbound);
        let mut buffer = vec![0; packet.len() + OVERHEAD_MAX];
        let offset = sa.inner_offset();
        buffer[offset..offset + packet.len()].copy_from_slice(packet);
        let size = sa.seal(&mut buffer, packet.len(), next_header).map_err(dropped)?;
        Ok(PyBytes::new(py, &buffer[..size]))
    }

    /// The IP packet in an ESP packet; b"" for a dummy. ValueError has the name of the reason.
    fn decapsulate<'py>(&self, py: Python<'py>, packet: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let mut packet = packet.to_vec();
        match lock(&self.inbound).open(&mut packet).map_err(dropped)? {
            Opened::Inner(range) => Ok(PyBytes::new(py, &packet[range])),
            Opened::Dummy => Ok(PyBytes::new(py, &[])),
        }
    }

    /// An IP packet with ESP behind its headers, in transport mode.
    fn encapsulate_transport<'py>(&self, py: Python<'py>, packet: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let cut = Cut::of(packet).map_err(dropped)?;
        let (header, payload) = packet.split_at(cut.header);
        let mut sa = lock(&self.outbound);
        let mut buffer = vec![0; payload.len() + OVERHEAD_MAX];
        let offset = sa.inner_offset();
        buffer[offset..offset + payload.len()].copy_from_slice(payload);
        let size = sa.seal(&mut buffer, payload.len(), cut.next_header).map_err(dropped)?;
        let mut header = header.to_vec();
        cut.close(&mut header, PROTOCOL, size);
        Ok(PyBytes::new(py, &[&header, &buffer[..size]].concat()))
    }

    /// The IP packet that had ESP put into it; b"" for a dummy. ValueError has the name of the reason.
    fn decapsulate_transport<'py>(&self, py: Python<'py>, packet: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let cut = Cut::of(packet).map_err(dropped)?;
        if cut.next_header != PROTOCOL {
            return Err(dropped(DropReason::UnknownProtocol));
        }
        let (header, sealed) = packet.split_at(cut.header);
        let mut sealed = sealed.to_vec();
        let opened = lock(&self.inbound).open_transport(&mut sealed).map_err(dropped)?;
        let Some(payload) = opened else { return Ok(PyBytes::new(py, &[])) };
        let mut whole = header.to_vec();
        cut.close(&mut whole, payload.next_header, payload.range.len());
        whole.extend_from_slice(&sealed[payload.range]);
        Ok(PyBytes::new(py, &whole))
    }
}

fn dropped(reason: DropReason) -> PyErr {
    PyValueError::new_err(reason.name())
}
