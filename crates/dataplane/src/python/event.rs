//! Events as tuples: the name, then what belongs to it.

use std::net::{IpAddr, SocketAddr};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::events::Event;
use crate::route::Route;
use crate::sys;

pub fn event_tuple(py: Python<'_>, event: Event) -> PyResult<Bound<'_, PyTuple>> {
    match event {
        Event::Datagram { data, route } => {
            ("datagram", PyBytes::new(py, &data), path_tuple(py, &route)?).into_pyobject(py)
        }
        Event::Acquire { tunnel, flow, refused } => {
            let ip = |address: u128| match flow.version {
                4 => PyBytes::new(py, &(address as u32).to_be_bytes()),
                _ => PyBytes::new(py, &address.to_be_bytes()),
            };
            let ports = (flow.source_port.unwrap_or(0), flow.destination_port.unwrap_or(0));
            let ends = (ip(flow.source), ip(flow.destination));
            ("acquire", &*tunnel, ends.0, ends.1, flow.protocol, ports.0, ports.1, refused).into_pyobject(py)
        }
        Event::Expire { spi_in, hard } => ("expire", spi_in, hard).into_pyobject(py),
        Event::PeerMoved { spi_in, remote } => {
            ("peer_moved", spi_in, ip_octets(py, remote), remote.port()).into_pyobject(py)
        }
        Event::L2tpMessage { tunnel, payload, route, peer } => {
            let payload = PyBytes::new(py, &payload);
            ("l2tp_message", &*tunnel, payload, path_tuple(py, &route)?, &*peer).into_pyobject(py)
        }
        Event::PeerWanted { tunnel, peer } => {
            ("peer_wanted", &*tunnel, octets_of(py, peer)).into_pyobject(py)
        }
        Event::NextHopWanted { tunnel, destination } => {
            ("next_hop_wanted", &*tunnel, octets_of(py, destination)).into_pyobject(py)
        }
        Event::NhrpMessage { tunnel, message, peer } => {
            ("nhrp_message", &*tunnel, PyBytes::new(py, &message), octets_of(py, peer)).into_pyobject(py)
        }
        Event::Returning { tunnel, header, peer } => {
            ("returning", &*tunnel, PyBytes::new(py, &header), octets_of(py, peer)).into_pyobject(py)
        }
        Event::PseudowireMessage { wire, payload } => {
            ("pseudowire_message", &*wire, PyBytes::new(py, &payload)).into_pyobject(py)
        }
        Event::KeepaliveReturned { tunnel } => ("keepalive_returned", &*tunnel).into_pyobject(py),
        Event::FirstInbound { spi_in } => ("first_inbound", spi_in).into_pyobject(py),
        Event::UnknownSpi { spi, route, packets, in_ah } => {
            ("unknown_spi", spi, path_tuple(py, &route)?, packets, in_ah).into_pyobject(py)
        }
        Event::Undecryptable { spi_in, route, packets } => {
            ("undecryptable", spi_in, path_tuple(py, &route)?, packets).into_pyobject(py)
        }
    }
}

fn path_tuple<'py>(py: Python<'py>, route: &Route) -> PyResult<Bound<'py, PyTuple>> {
    let Route { local, remote, interface } = *route;
    // Answers follow the routing table, not the device that a question came by; but a link-local address means
    // nothing without its device.
    let name = if is_link_local(remote) { sys::interface_name(interface) } else { String::new() };
    (ip_octets(py, local), local.port(), ip_octets(py, remote), remote.port(), name).into_pyobject(py)
}

fn is_link_local(address: SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

fn ip_octets(py: Python<'_>, address: SocketAddr) -> Bound<'_, PyBytes> {
    octets_of(py, address.ip())
}

fn octets_of(py: Python<'_>, address: IpAddr) -> Bound<'_, PyBytes> {
    match address {
        IpAddr::V4(ip) => PyBytes::new(py, &ip.octets()),
        IpAddr::V6(ip) => PyBytes::new(py, &ip.octets()),
    }
}
