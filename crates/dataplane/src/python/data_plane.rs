//! `kakehashi._dataplane.DataPlane`.

use std::net::IpAddr;
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex};

use esp::gre::Gre;
use esp::l2tp::{Header, Refusal};
use esp::{Algorithms, DropReason, Keys, Selector, TrafficSelectors};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use super::event::event_tuple;
use super::pseudowire::{self, carrier_of, encapsulation_of, UseTuple, WireTuple};
use super::{os_error, route_of, Path};
use crate::counters::{DirectionCounters, Lifetimes, Limits};
use crate::egress::Mode;
use crate::events::lock;
use crate::l2tp::{self, Described, Network, Usage};
use crate::multipoint::{Hop, NextHops};
use crate::plane::{self, Ah, ChildSa, Plane, Wrapped};
use crate::sizes::{DfBit, Sizes};

/// First and last address, protocol, first and last port.
type SelectorTuple = (Vec<u8>, Vec<u8>, u8, u16, u16);
/// Inbound SPI, milliseconds since the last packet in, and out; None is never.
type ActivityTuple = (u32, Option<u64>, Option<u64>);
/// Inbound SPI, packets and octets in, packets and octets out.
type CarriedTuple = (u32, u64, u64, u64, u64);
/// Encryption key with salt, integrity key.
type KeysTuple<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// Outbound SPI, integrity algorithm, its key inbound and outbound, and whether there is no ESP.
type AhTuple<'py> = (u32, u16, Bound<'py, PyBytes>, Bound<'py, PyBytes>, bool);
/// A prefix's address and length, the peer if it is known, and whether the gateway is to be asked.
type HopTuple = (Vec<u8>, u8, Option<Vec<u8>>, bool);
/// Key, and whether there are checksums and sequence numbers.
type GreTuple = (Option<u32>, bool, bool);
/// Server, our IDs of tunnel and session, packets and octets in and out, milliseconds since the last packets.
type SessionTuple = (String, (u16, u16), (u64, u64), (u64, u64), (Option<u64>, Option<u64>));

/// A running data plane. Its threads do not survive a fork: the child may only drop it.
#[pyclass(frozen, module = "kakehashi._dataplane")]
pub struct DataPlane {
    plane: Mutex<Option<Arc<Plane>>>,
    process: u32,
}

#[pymethods]
impl DataPlane {
    #[new]
    fn new(
        py: Python<'_>,
        listen_ipv4: bool,
        listen_ipv6: bool,
        ike_port: u16,
        nat_t_port: u16,
    ) -> PyResult<Self> {
        let plane = py.detach(|| Plane::start(listen_ipv4, listen_ipv6, ike_port, nat_t_port));
        let plane = Mutex::new(Some(Arc::new(plane.map_err(os_error)?)));
        Ok(DataPlane { plane, process: std::process::id() })
    }

    fn fileno(&self) -> PyResult<i32> {
        Ok(self.plane()?.shared().events.fd().as_raw_fd())
    }

    /// Events as tuples, their name first.
    fn events<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Bound<'py, PyList>> {
        let plane = self.plane()?;
        let list = PyList::empty(py);
        for event in plane.events(limit) {
            list.append(event_tuple(py, event)?)?;
        }
        Ok(list)
    }

    fn send_ike(&self, py: Python<'_>, datagram: &[u8], path: Path) -> PyResult<()> {
        let (plane, route) = (self.plane()?, route_of(&path)?);
        py.detach(|| plane.send_datagram(datagram, true, &route));
        Ok(())
    }

    fn send_nat_keepalive(&self, py: Python<'_>, path: Path) -> PyResult<()> {
        let (plane, route) = (self.plane()?, route_of(&path)?);
        py.detach(|| plane.send_datagram(&[0xFF], false, &route));
        Ok(())
    }

    /// `plain`: GRE goes in the clear, see `connect`.
    #[pyo3(signature = (name, device, mtu, gre=None, plain=false))]
    fn add_tunnel(
        &self,
        py: Python<'_>,
        name: &str,
        device: &str,
        mtu: u32,
        gre: Option<GreTuple>,
        plain: bool,
    ) -> PyResult<()> {
        let plane = self.plane()?;
        let wrapped = match gre.map(gre_of) {
            Some(header) if plain => Wrapped::PlainGre(header),
            Some(header) => Wrapped::Gre(header),
            None => Wrapped::Not,
        };
        py.detach(|| plane.add_tunnel(name, device, mtu, wrapped)).map_err(os_error)
    }

    /// `in_the_clear`: there is no IPsec, and UDP port 1701 is opened.
    #[pyo3(signature = (name, device, mtu, in_the_clear=false))]
    fn add_l2tp_server(
        &self,
        py: Python<'_>,
        name: &str,
        device: &str,
        mtu: u32,
        in_the_clear: bool,
    ) -> PyResult<()> {
        let plane = self.plane()?;
        let wrapped = if in_the_clear { Wrapped::OpenL2tp } else { Wrapped::L2tp };
        py.detach(|| plane.add_tunnel(name, device, mtu, wrapped)).map_err(os_error)
    }

    /// `plain`: GRE goes in the clear, see `connect`.
    #[pyo3(signature = (name, device, mtu, gre=None, plain=false))]
    fn add_multipoint(
        &self,
        py: Python<'_>,
        name: &str,
        device: &str,
        mtu: u32,
        gre: Option<GreTuple>,
        plain: bool,
    ) -> PyResult<()> {
        let plane = self.plane()?;
        let wrapped = match gre.map(gre_of) {
            Some(header) if plain => Wrapped::PlainMultipoint(header),
            gre => Wrapped::Multipoint(gre),
        };
        py.detach(|| plane.add_tunnel(name, device, mtu, wrapped)).map_err(os_error)
    }

    /// `hops`: prefixes with the peers' addresses. `multicast`: who gets copies.
    fn set_next_hops(
        &self,
        name: &str,
        hops: Vec<HopTuple>,
        multicast: Vec<Vec<u8>>,
        tells_returning: bool,
    ) -> PyResult<()> {
        let hop = |(address, bits, peer, asks): HopTuple| {
            let peer = peer.as_deref().map(address_of).transpose()?;
            Ok((address_of(&address)?, bits, Hop { peer, asks }))
        };
        let hops = hops.into_iter().map(hop).collect::<PyResult<Vec<_>>>()?;
        let multicast = multicast.iter().map(|peer| address_of(peer)).collect::<PyResult<_>>()?;
        self.plane()?.set_next_hops(name, NextHops::new(hops, multicast, tells_returning));
        Ok(())
    }

    fn send_nhrp(&self, name: &str, peer: &[u8], message: &[u8]) -> PyResult<()> {
        self.plane()?.send_nhrp(name, address_of(peer)?, message);
        Ok(())
    }

    fn discard_for(&self, name: &str, peer: &[u8]) -> PyResult<()> {
        self.plane()?.discard_for(name, address_of(peer)?);
        Ok(())
    }

    /// A tunnel of Ethernet frames: EtherIP, or one session of L2TPv3.
    fn add_ethernet_tunnel(
        &self,
        py: Python<'_>,
        name: &str,
        device: &str,
        mtu: u32,
        session: Option<WireTuple<'_>>,
    ) -> PyResult<()> {
        let plane = self.plane()?;
        let wrapped = Wrapped::Frames(encapsulation_of(session.as_ref())?);
        py.detach(|| plane.add_tunnel(name, device, mtu, wrapped)).map_err(os_error)
    }

    /// `l2tpv3_port`: None is EtherIP; 0 is IP alone.
    fn add_pseudowire(
        &self,
        py: Python<'_>,
        name: &str,
        device: &str,
        mtu: u32,
        l2tpv3_port: Option<u16>,
        path: Path,
    ) -> PyResult<()> {
        let (plane, route, carrier) = (self.plane()?, route_of(&path)?, carrier_of(l2tpv3_port));
        py.detach(|| plane.add_pseudowire(name, device, mtu, carrier, route)).map_err(os_error)
    }

    /// Frames pass by this session from now on; None: no more.
    fn install_pseudowire(&self, name: &str, session: Option<WireTuple<'_>>) -> PyResult<()> {
        let encapsulation = session.as_ref().map(|session| encapsulation_of(Some(session))).transpose()?;
        if !self.plane()?.install_pseudowire(name, encapsulation) {
            let text = format!("there is no pseudowire {name} for such a session");
            return Err(PyValueError::new_err(text));
        }
        Ok(())
    }

    fn remove_pseudowire(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        let plane = self.plane()?;
        py.detach(|| plane.remove_pseudowire(name));
        Ok(())
    }

    fn send_pseudowire(&self, name: &str, message: &[u8]) -> PyResult<()> {
        self.plane()?.send_pseudowire(name, message);
        Ok(())
    }

    fn pseudowires(&self) -> PyResult<Vec<UseTuple>> {
        Ok(pseudowire::uses(&*self.plane()?))
    }

    fn pseudowire_drops(&self) -> PyResult<Vec<(&'static str, u64)>> {
        Ok(pseudowire::drops(&*self.plane()?))
    }

    /// `ids`: of tunnel and session, ours, then the peer's. `networks`: addresses and prefix lengths.
    /// `path`: where it goes without IPsec.
    #[pyo3(signature = (*, server, ids, peer, peer_port, networks, mtu, sequencing, length, compress_address,
                        compress_protocol, path=None))]
    #[allow(clippy::too_many_arguments)]
    fn install_session(
        &self,
        server: &str,
        ids: (u16, u16, u16, u16),
        peer: &str,
        peer_port: u16,
        networks: Vec<(Vec<u8>, u8)>,
        mtu: u16,
        sequencing: bool,
        length: bool,
        compress_address: bool,
        compress_protocol: bool,
        path: Option<Path>,
    ) -> PyResult<()> {
        let network = |(address, bits): &(Vec<u8>, u8)| {
            Network::new(address, *bits)
                .ok_or_else(|| PyValueError::new_err(format!("no session has a network of {bits} bits")))
        };
        let described = Described {
            key: l2tp::key(ids.0, ids.1),
            peer: peer.into(),
            networks: networks.iter().map(network).collect::<PyResult<_>>()?,
            header: Header {
                tunnel_id: ids.2,
                session_id: ids.3,
                port: peer_port,
                sequencing,
                length,
                compress_address,
                compress_protocol,
            },
            mtu,
            route: path.as_ref().map(route_of).transpose()?,
        };
        self.plane()?.install_session(server, described).map_err(PyErr::from)
    }

    fn remove_session(&self, server: &str, tunnel_id: u16, session_id: u16) -> PyResult<()> {
        self.plane()?.remove_session(server, l2tp::key(tunnel_id, session_id));
        Ok(())
    }

    fn send_l2tp(&self, server: &str, payload: &[u8], peer: &str, path: Path) -> PyResult<()> {
        self.plane()?.send_l2tp(server, payload, peer, route_of(&path)?);
        Ok(())
    }

    fn l2tp_sessions(&self) -> PyResult<Vec<SessionTuple>> {
        let plane = self.plane()?;
        let now = plane.shared().now();
        let told = |(server, key, usage): (Arc<str>, u32, Arc<Usage>)| {
            let (ids, carried) = (((key >> 16) as u16, key as u16), &usage.carried);
            let (inbound, outbound) = (carried.carried_in.get(), carried.carried_out.get());
            (server.to_string(), ids, inbound, outbound, carried.idle(now))
        };
        Ok(plane.sessions().into_iter().map(told).collect())
    }

    /// What came to nothing in L2TP servers, by name.
    fn l2tp_drops(&self) -> PyResult<Vec<(&'static str, u64)>> {
        let tunnels = self.plane()?.tunnels();
        let servers: Vec<_> = tunnels.iter().filter_map(|(_, device)| device.l2tp.as_ref()).collect();
        let count = |refusal| servers.iter().map(|server| server.refused(refusal)).sum();
        Ok(Refusal::ALL.into_iter().map(|refusal| (refusal.name(), count(refusal))).collect())
    }

    /// `df_bit`: "copy", "clear" or "set".
    fn set_sizes(
        &self,
        name: &str,
        mtu: u16,
        pre_fragment: bool,
        mtu_ignore: bool,
        df_bit: &str,
    ) -> PyResult<()> {
        let df_bit = match df_bit {
            "copy" => DfBit::Copy,
            "clear" => DfBit::Clear,
            "set" => DfBit::Set,
            other => return Err(PyValueError::new_err(format!("the DF bit is not {other}"))),
        };
        self.plane()?.set_sizes(name, Sizes { mtu, pre_fragment, mtu_ignore, df_bit });
        Ok(())
    }

    /// Of the way between two addresses, given as their octets. None: what the device takes.
    fn set_path_mtu(&self, local: &[u8], remote: &[u8], mtu: Option<u16>) -> PyResult<()> {
        let address = |octets: &[u8]| {
            plane::socket_address(octets, 0, 0).map(|address| address.ip()).ok_or_else(|| {
                PyValueError::new_err(format!("an IP address has 4 or 16 octets, not {}", octets.len()))
            })
        };
        self.plane()?.set_path_mtu((address(local)?, address(remote)?), mtu);
        Ok(())
    }

    /// The host's own addresses, as their octets.
    fn set_own_addresses(&self, addresses: Vec<Vec<u8>>) -> PyResult<()> {
        let address = |octets: Vec<u8>| plane::socket_address(&octets, 0, 0).map(|address| address.ip());
        let addresses = addresses.into_iter().filter_map(address).collect();
        self.plane()?.shared().own_addresses.set(addresses);
        Ok(())
    }

    fn remove_tunnel(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        let plane = self.plane()?;
        py.detach(|| plane.remove_tunnel(name));
        Ok(())
    }

    #[pyo3(signature = (*, tunnel, spi_in, spi_out, encryption, key_bits, integrity, keys_in, keys_out, esn,
                        local_selectors, remote_selectors, path, udp_encapsulation, replay_window,
                        soft_packets, soft_bytes, use_outbound, hard_packets=None, hard_bytes=None,
                        transport_mode=false, sequence=0, peer="", ah=None))]
    #[allow(clippy::too_many_arguments)]
    fn install(
        &self,
        py: Python<'_>,
        tunnel: &str,
        spi_in: u32,
        spi_out: u32,
        encryption: u16,
        key_bits: u16,
        integrity: u16,
        keys_in: KeysTuple<'_>,
        keys_out: KeysTuple<'_>,
        esn: bool,
        local_selectors: Vec<SelectorTuple>,
        remote_selectors: Vec<SelectorTuple>,
        path: Path,
        udp_encapsulation: bool,
        replay_window: u32,
        soft_packets: Option<u64>,
        soft_bytes: Option<u64>,
        use_outbound: bool,
        hard_packets: Option<u64>,
        hard_bytes: Option<u64>,
        transport_mode: bool,
        sequence: u64,
        peer: &str,
        ah: Option<AhTuple<'_>>,
    ) -> PyResult<()> {
        let plane = self.plane()?;
        let (local, remote) = (selectors_of(&local_selectors)?, selectors_of(&remote_selectors)?);
        let sa = ChildSa {
            tunnel,
            peer,
            spi_in,
            spi_out,
            algorithms: Algorithms { encryption, key_bits, integrity },
            keys_in: Keys { encryption: keys_in.0.as_bytes(), integrity: keys_in.1.as_bytes() },
            keys_out: Keys { encryption: keys_out.0.as_bytes(), integrity: keys_out.1.as_bytes() },
            esn,
            selectors: TrafficSelectors::new(&local, &remote),
            route: route_of(&path)?,
            mode: if transport_mode { Mode::Transport } else { Mode::Tunnel },
            in_udp: udp_encapsulation,
            replay_window,
            lifetimes: Lifetimes {
                soft: Limits { packets: soft_packets, octets: soft_bytes },
                hard: Limits { packets: hard_packets, octets: hard_bytes },
            },
            use_outbound,
            sequence,
            ah: ah.as_ref().map(|(spi_out, integrity, key_in, key_out, is_alone)| Ah {
                spi_out: *spi_out,
                integrity: *integrity,
                key_in: key_in.as_bytes(),
                key_out: key_out.as_bytes(),
                is_alone: *is_alone,
            }),
        };
        py.detach(|| plane.install(sa)).map_err(PyErr::from)
    }

    fn means(&self) -> PyResult<Vec<(&'static str, &'static str)>> {
        Ok(self.plane()?.means().to_vec())
    }

    /// `peers`: of many, those that packets may come from; None: anybody.
    #[pyo3(signature = (tunnel, path, peers=None))]
    fn connect(&self, tunnel: &str, path: Path, peers: Option<Vec<Vec<u8>>>) -> PyResult<()> {
        let known = |peers: Vec<Vec<u8>>| peers.iter().map(|peer| address_of(peer)).collect::<PyResult<_>>();
        let peers = peers.map(known).transpose()?;
        self.plane()?.connect(tunnel, route_of(&path)?, peers).map_err(PyErr::from)
    }

    fn disconnect(&self, tunnel: &str) -> PyResult<()> {
        self.plane()?.disconnect(tunnel);
        Ok(())
    }

    fn send_keepalive(&self, tunnel: &str) -> PyResult<()> {
        self.plane()?.send_keepalive(tunnel);
        Ok(())
    }

    fn use_outbound(&self, tunnel: &str, spi_in: u32) -> PyResult<()> {
        self.plane()?.use_outbound(tunnel, spi_in);
        Ok(())
    }

    fn r#move(&self, spi_in: u32, path: Path, udp_encapsulation: bool) -> PyResult<()> {
        self.plane()?.move_child(spi_in, route_of(&path)?, udp_encapsulation);
        Ok(())
    }

    fn remove(&self, spi_in: u32) -> PyResult<()> {
        self.plane()?.remove(spi_in);
        Ok(())
    }

    fn discard_waiting(&self, tunnel: &str) -> PyResult<()> {
        self.plane()?.discard_waiting(tunnel);
        Ok(())
    }

    /// By tunnel: the counters outbound and inbound; and the drops that belong to no tunnel. All by name.
    fn counters<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let plane = self.plane()?;
        let tunnels = PyDict::new(py);
        for (name, device) in plane.tunnels() {
            let counters = &device.counters;
            let outbound = counter_dict(py, &counters.outbound)?;
            tunnels.set_item(name, (outbound, counter_dict(py, &counters.inbound)?))?;
        }
        for port in plane.wires.ports() {
            let outbound = counter_dict(py, &port.counters.outbound)?;
            tunnels.set_item(&*port.name, (outbound, counter_dict(py, &port.counters.inbound)?))?;
        }
        let drops = PyDict::new(py);
        for (name, count) in plane.shared().drops.all() {
            drops.set_item(name, count)?;
        }
        Ok((tunnels, drops))
    }

    fn activity(&self) -> PyResult<Vec<ActivityTuple>> {
        Ok(self.plane()?.activity())
    }

    fn carried(&self) -> PyResult<Vec<CarriedTuple>> {
        Ok(self.plane()?.carried())
    }

    fn close(&self, py: Python<'_>) {
        let plane = lock(&self.plane).take();
        if let Some(plane) = plane {
            py.detach(|| self.end(plane));
        }
    }
}

impl DataPlane {
    fn plane(&self) -> PyResult<Arc<Plane>> {
        if self.process != std::process::id() {
            return Err(PyRuntimeError::new_err("the data plane did not survive the fork"));
        }
        let plane = lock(&self.plane).clone();
        let plane = plane.ok_or_else(|| PyValueError::new_err("the data plane is closed"))?;
        match plane.failure() {
            Some(failure) => {
                // It has been told; an event loop must not be called for it again and again.
                plane.shared().events.silence();
                Err(PyRuntimeError::new_err(failure))
            }
            None => Ok(plane),
        }
    }

    fn end(&self, plane: Arc<Plane>) {
        if self.process == std::process::id() {
            plane.close();
        } else {
            // The threads are the parent's; joining them here would never end.
            std::mem::forget(plane);
        }
    }
}

impl Drop for DataPlane {
    fn drop(&mut self) {
        if let Some(plane) = lock(&self.plane).take() {
            Python::attach(|py| py.detach(|| self.end(plane)));
        }
    }
}

fn gre_of((key, checksum, sequence): GreTuple) -> Gre {
    Gre { key, checksum, sequence }
}

fn selectors_of(tuples: &[SelectorTuple]) -> PyResult<Vec<Selector>> {
    let number = |ip: &[u8]| match ip.len() {
        4 => Ok((4, ip.iter().fold(0, |number, &octet| number << 8 | u128::from(octet)))),
        16 => Ok((6, ip.iter().fold(0, |number, &octet| number << 8 | u128::from(octet)))),
        size => Err(PyValueError::new_err(format!("an IP address has 4 or 16 octets, not {size}"))),
    };
    let selector = |(start, end, protocol, start_port, end_port): &SelectorTuple| {
        let ((version, start), (end_version, end)) = (number(start)?, number(end)?);
        if version != end_version {
            return Err(PyValueError::new_err("a traffic selector mixes IPv4 and IPv6"));
        }
        let (protocol, start_port, end_port) = (*protocol, *start_port, *end_port);
        Ok(Selector { version, start, end, protocol, start_port, end_port })
    };
    tuples.iter().map(selector).collect()
}

fn counter_dict<'py>(py: Python<'py>, counters: &DirectionCounters) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("packets", counters.packets.get())?;
    dict.set_item("octets", counters.octets.get())?;
    let mut misc_error = 0;
    for reason in DropReason::ALL {
        dict.set_item(reason.name(), counters.dropped(reason))?;
        misc_error += if reason.is_misc() { counters.dropped(reason) } else { 0 };
    }
    // The particular ones are counted here as well, as devices count them.
    dict.set_item(DropReason::MiscError.name(), misc_error)?;
    Ok(dict)
}

fn address_of(octets: &[u8]) -> PyResult<IpAddr> {
    let address = plane::socket_address(octets, 0, 0).map(|address| address.ip());
    address.ok_or_else(|| PyValueError::new_err("an IP address has 4 or 16 octets"))
}
