//! The data plane: TUN devices, UDP and ESP sockets, two data threads, and the Python module
//! `kakehashi._dataplane` in front of them.
//!
//! ```text
//!  TUN devices --> egress thread  --> UDP 4500, raw ESP      owns the outbound SAs
//!  TUN devices <-- ingress thread <-- UDP 500, 4500, raw ESP owns the inbound SAs
//!                   ^  |
//!          commands |  v events
//!                  Python
//! ```
//! Each thread runs a packet to completion; there are no queues between them and no locks on a packet's way.
#![deny(unsafe_code)]

mod batch;
mod counters;
mod ecn;
mod egress;
mod events;
mod ingress;
mod offload;
mod plane;
mod python;
mod route;
mod shared;
mod sys;
mod waiting;

use pyo3::prelude::*;

#[pymodule]
fn _dataplane(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<python::DataPlane>()?;
    module.add_class::<python::EspSa>()
}
