//! The classes of `kakehashi._dataplane`. Arguments and results are primitive; `native.py` gives them names.

mod ah_sa;
mod data_plane;
mod esp_sa;
mod event;
mod pseudowire;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::plane::{self, Refusal};
use crate::route::{Failure, Route};
use crate::sys;
pub use ah_sa::AhSa;
pub use data_plane::DataPlane;
pub use esp_sa::EspSa;

/// Local address and port, remote address and port, interface or "". Addresses are their octets.
type Path = (Vec<u8>, u16, Vec<u8>, u16, String);

fn route_of(path: &Path) -> PyResult<Route> {
    let (local, local_port, remote, remote_port, interface) = path;
    let interface = sys::interface_index(interface);
    let address = |ip: &[u8], port| {
        plane::socket_address(ip, port, interface).ok_or_else(|| {
            PyValueError::new_err(format!("an IP address has 4 or 16 octets, not {}", ip.len()))
        })
    };
    let (local, remote) = (address(local, *local_port)?, address(remote, *remote_port)?);
    if local.is_ipv4() != remote.is_ipv4() {
        return Err(PyValueError::new_err("the two ends of a path have different IP versions"));
    }
    Ok(Route { local, remote, interface })
}

fn os_error(error: std::io::Error) -> PyErr {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Failure>()) {
        Some(failure) => PyOSError::new_err((failure.errno, failure.to_string())),
        None => error.into(),
    }
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unusable(unusable) => PyValueError::new_err(unusable.to_string()),
            Refusal::NoSuchTunnel(name) => PyValueError::new_err(format!("there is no tunnel {name}")),
            Refusal::TunnelMode(name) => {
                PyValueError::new_err(format!("{name} is an L2TP server: its SAs are of transport mode"))
            }
            Refusal::Protection(name) => PyValueError::new_err(format!(
                "{name}: what IPsec protects is never sent in the clear, and other tunnels have no SAs"
            )),
            Refusal::InTheClear(name) => PyValueError::new_err(format!(
                "{name} has no SAs and sessions with a path alone if it is an L2TP server without IPsec, else the reverse"
            )),
            Refusal::System(error) => os_error(error),
        }
    }
}
