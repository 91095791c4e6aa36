//! The control side of pseudowires that no tunnel protects.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, Weak};

use esp::pseudowire::{Encapsulation, Refusal};

use super::plain::{Command, Plain, Socket};
use super::{Carrier, Port, Refused};
use crate::counters::{ChildUse, TunnelCounters};
use crate::events::{lock, Mailbox};
use crate::plane::{await_release, open_tap, Plane};
use crate::route::{Failure, Route};

/// The pseudowires of a plane. Their thread is there as soon as one is.
#[derive(Default)]
pub struct Wires {
    state: Mutex<State>,
    pub refused: Arc<Refused>,
}

#[derive(Default)]
struct State {
    ports: HashMap<String, (u64, Arc<Port>)>,
    sockets: HashMap<(Carrier, bool), Weak<Socket>>,
    next: u64,
    thread: Option<Arc<Mailbox<Command>>>,
}

impl Wires {
    /// End the thread; the devices go with it.
    pub fn stop(&self) {
        let mut state = lock(&self.state);
        if let Some(thread) = &state.thread {
            thread.post(Command::Stop);
        }
        state.ports.clear();
    }

    /// [`Plane::set_path_mtu`]. A pseudowire that comes later asks for it.
    pub fn set_path_mtu(&self, ends: (IpAddr, IpAddr), mtu: Option<u16>) {
        if let Some(thread) = &lock(&self.state).thread {
            thread.post(Command::PathMtu { ends, mtu });
        }
    }

    pub fn ports(&self) -> Vec<Arc<Port>> {
        lock(&self.state).ports.values().map(|(_, port)| port.clone()).collect()
    }
}

impl Plane {
    /// Make the TAP device of a pseudowire along `route`. What EtherIP carries passes at once.
    pub fn add_pseudowire(
        &self,
        name: &str,
        device: &str,
        mtu: u32,
        carrier: Carrier,
        mut route: Route,
    ) -> io::Result<()> {
        let thread = self.pseudowire_thread()?;
        let mut state = lock(&self.wires.state);
        if state.ports.contains_key(name) {
            let text = format!("pseudowire {name} exists already");
            return Err(Failure::new(io::Error::from_raw_os_error(libc::EEXIST), text));
        }
        let is_v6 = route.remote.is_ipv6();
        let socket = match state.sockets.get(&(carrier, is_v6)).and_then(Weak::upgrade) {
            Some(socket) => socket,
            None => Arc::new(Socket::open(carrier, is_v6).map_err(|error| explain(error, carrier))?),
        };
        let fd = open_tap(device, mtu)?;
        // A raw IPv6 socket takes no port.
        let port = if let Carrier::L2tpv3Udp(port) = carrier { port } else { 0 };
        route.local.set_port(port);
        route.remote.set_port(port);
        state.sockets.insert((carrier, is_v6), Arc::downgrade(&socket));
        state.next += 1;
        let number = state.next;
        let (counters, usage) = (TunnelCounters::default(), ChildUse::default());
        let port = Arc::new(Port { name: name.into(), fd, carrier, route, socket, counters, usage });
        state.ports.insert(name.to_owned(), (number, port.clone()));
        thread.post(Command::Add { number, port });
        if carrier == Carrier::EtherIp {
            thread.post(Command::Install { number, encapsulation: Some(Encapsulation::EtherIp) });
        }
        Ok(())
    }

    /// Frames pass so from now on; None: no more. False: there is no such pseudowire, or not for such a session.
    pub fn install_pseudowire(&self, name: &str, encapsulation: Option<Encapsulation>) -> bool {
        let state = lock(&self.wires.state);
        let (Some((number, port)), Some(thread)) = (state.ports.get(name), &state.thread) else {
            return false;
        };
        if encapsulation.is_some_and(|encapsulation| !port.carrier.fits(&encapsulation)) {
            return false;
        }
        thread.post(Command::Install { number: *number, encapsulation });
        true
    }

    /// Send a control message to the peer of the pseudowire. A failure is counted.
    pub fn send_pseudowire(&self, name: &str, message: &[u8]) {
        let state = lock(&self.wires.state);
        match (state.ports.get(name), &state.thread) {
            (Some((number, _)), Some(thread)) => {
                thread.post(Command::Send { number: *number, message: message.to_vec() });
            }
            _ => self.wires.refused.add(Refusal::NoSession, 1),
        }
    }

    /// Returns when the device is gone.
    pub fn remove_pseudowire(&self, name: &str) {
        let mut state = lock(&self.wires.state);
        let (Some((number, port)), Some(thread)) = (state.ports.remove(name), state.thread.clone()) else {
            return;
        };
        drop(state);
        await_release(|done: SyncSender<()>| thread.post(Command::Remove { number, done }));
        drop(port);
    }

    fn pseudowire_thread(&self) -> io::Result<Arc<Mailbox<Command>>> {
        let mut state = lock(&self.wires.state);
        if let Some(thread) = &state.thread {
            return Ok(thread.clone());
        }
        let mailbox = Arc::new(Mailbox::new()?);
        let plain = Plain::new(self.shared_arc(), mailbox.clone(), self.wires.refused.clone())?;
        self.spawn("pseudowires", || plain.run())?;
        state.thread = Some(mailbox.clone());
        Ok(mailbox)
    }
}

fn explain(error: io::Error, carrier: Carrier) -> io::Error {
    let what = match carrier {
        Carrier::EtherIp => "a raw socket for EtherIP".to_owned(),
        Carrier::L2tpv3Ip => "a raw socket for L2TPv3".to_owned(),
        Carrier::L2tpv3Udp(port) => format!("UDP port {port} for L2TPv3"),
    };
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "another program on this host has it".into(),
        _ => error.to_string(),
    };
    Failure::new(error, format!("cannot open {what}: {why}"))
}
