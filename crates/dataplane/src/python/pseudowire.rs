//! What Python says of pseudowires.

use std::sync::Arc;

use esp::l2tpv3::{Cookie, Session, Transport};
use esp::pseudowire::{Encapsulation, L2tpv3, Refusal};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::plane::Plane;
use crate::pseudowire::{Carrier, Port, Refused};

/// Our ID and the peer's, our cookie and the peer's, UDP's port or 0 for IP alone; a sublayer in what comes, and in
/// what is sent; numbers in what is sent, and whether those of what comes count.
pub type WireTuple<'py> = (u32, u32, Bound<'py, PyBytes>, Bound<'py, PyBytes>, u16, bool, bool, bool, bool);
/// Name, packets and octets in and out, milliseconds since the last packets.
pub type UseTuple = (String, (u64, u64), (u64, u64), (Option<u64>, Option<u64>));

/// None is EtherIP.
pub fn encapsulation_of(wire: Option<&WireTuple<'_>>) -> PyResult<Encapsulation> {
    let Some((
        local_id,
        remote_id,
        local,
        remote,
        port,
        local_sublayer,
        remote_sublayer,
        sequencing,
        ordered,
    )) = wire
    else {
        return Ok(Encapsulation::EtherIp);
    };
    let cookie = |octets: &Bound<'_, PyBytes>| {
        let octets = octets.as_bytes();
        let refused =
            || PyValueError::new_err(format!("a cookie has 0, 4 or 8 octets, not {}", octets.len()));
        Cookie::new(octets).ok_or_else(refused)
    };
    if *local_id == 0 || *remote_id == 0 {
        return Err(PyValueError::new_err("a session ID is not zero"));
    }
    Ok(Encapsulation::L2tpv3(L2tpv3 {
        local_id: *local_id,
        session: Session {
            transport: if *port == 0 { Transport::Ip } else { Transport::Udp },
            remote_id: *remote_id,
            local_cookie: cookie(local)?,
            remote_cookie: cookie(remote)?,
            local_sublayer: *local_sublayer,
            remote_sublayer: *remote_sublayer,
            sequencing: *sequencing,
        },
        port: *port,
        ordered: *ordered,
    }))
}

/// None is EtherIP; else the port of UDP, 0 for IP alone.
pub fn carrier_of(l2tpv3_port: Option<u16>) -> Carrier {
    match l2tpv3_port {
        None => Carrier::EtherIp,
        Some(0) => Carrier::L2tpv3Ip,
        Some(port) => Carrier::L2tpv3Udp(port),
    }
}

pub fn uses(plane: &Plane) -> Vec<UseTuple> {
    let now = plane.shared().now();
    let told = |port: Arc<Port>| {
        let usage = &port.usage;
        let (inbound, outbound) = (usage.carried_in.get(), usage.carried_out.get());
        (port.name.to_string(), inbound, outbound, usage.idle(now))
    };
    plane.wires.ports().into_iter().map(told).collect()
}

/// What came to nothing at pseudowires, by name.
pub fn drops(plane: &Plane) -> Vec<(&'static str, u64)> {
    let tunnels = plane.tunnels();
    let protected = tunnels.iter().filter_map(|(_, device)| device.wire.as_ref()).map(|wire| &wire.refused);
    let all: Vec<&Refused> = protected.chain([&*plane.wires.refused]).collect();
    let count = |refusal| all.iter().map(|refused| refused.get(refusal)).sum();
    Refusal::ALL.into_iter().map(|refusal| (refusal.name(), count(refusal))).collect()
}
