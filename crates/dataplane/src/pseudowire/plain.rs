//! Pseudowires that no tunnel protects: their devices and sockets, on a thread of their own.
//!
//! What comes reaches a device only from the address of its peer, to ours; of L2TPv3 besides by Session ID and cookie.
//! Control messages of peers go to the gateway.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::mpsc::SyncSender;
use std::sync::Arc;

use esp::etherip;
use esp::l2tpv3::{self, session_id, Transport};
use esp::pseudowire::{Encapsulation, Refusal, ETHERNET_HEADER};
use esp::DropReason;

use super::{Numbers, Refused};
use crate::bucket::Bucket;
use crate::counters::{ChildUse, TunnelCounters};
use crate::events::{Event, Mailbox};
use crate::outer::{self, Cutting, IPV4_HEADER, IPV6_HEADER, UDP_HEADER};
use crate::path::fragment_size;
use crate::route::Route;
use crate::shared::Shared;
use crate::sys::{self, Epoll, Header, Piece, Ready, Received, Receiver, Sender};

/// What carries frames of pseudowires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    EtherIp,
    L2tpv3Ip,
    /// With our port, and the peer's.
    L2tpv3Udp(u16),
}

/// A socket that all pseudowires of a carrier and an IP version share.
pub struct Socket {
    carrier: Carrier,
    is_v6: bool,
    fd: OwnedFd,
}

/// A pseudowire's device and the way to its peer.
pub struct Port {
    pub name: Arc<str>,
    pub fd: OwnedFd,
    pub carrier: Carrier,
    pub route: Route,
    pub socket: Arc<Socket>,
    pub counters: TunnelCounters,
    pub usage: ChildUse,
}

pub enum Command {
    Add {
        number: u64,
        port: Arc<Port>,
    },
    /// Frames pass so from now on; None: no more.
    Install {
        number: u64,
        encapsulation: Option<Encapsulation>,
    },
    /// The sender is dropped when the device is no longer used here.
    Remove {
        number: u64,
        done: SyncSender<()>,
    },
    /// What the way between two addresses takes. None: as much as the device.
    PathMtu {
        ends: (IpAddr, IpAddr),
        mtu: Option<u16>,
    },
    /// A control message for the peer.
    Send {
        number: u64,
        message: Vec<u8>,
    },
    Stop,
}

/// The two addresses of a pseudowire, ours first, and what carries it.
type Ends = (Carrier, IpAddr, IpAddr);

struct Standing {
    port: Arc<Port>,
    encapsulation: Option<Encapsulation>,
    numbers: Numbers,
    /// How many control messages of the peer the gateway is told.
    messages: Bucket,
    /// Octets of the largest packet that is made for its way, if anything is known of that.
    fragment_size: Option<usize>,
}

pub struct Plain {
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox<Command>>,
    refused: Arc<Refused>,
    epoll: Epoll,
    standing: HashMap<u64, Standing>,
    sockets: Vec<Arc<Socket>>,
    by_id: HashMap<u32, u64>,
    by_ends: HashMap<Ends, u64>,
    sender: Sender,
    buffer: Vec<u8>,
    pieces: Vec<Piece>,
    is_stopped: bool,
}

const MAILBOX_TOKEN: u64 = u64::MAX;
/// Tokens of sockets have it, those of devices have not.
const SOCKET: u64 = 1 << 63;
const RECEIVE_BATCH: usize = 64;
/// So many frames of one device are read, or about so many octets, before it is another's turn.
const READS_MAX: usize = 64;
const TURN_SIZE: usize = 256 << 10;
const FRAME_MAX: usize = u16::MAX as usize;
/// The gateway looks at no longer messages.
const MESSAGE_MAX: usize = 4096;
const MESSAGES_BURST: u64 = 200;
const MESSAGES_A_SECOND: u64 = 100;

impl Carrier {
    /// The protocol of IP.
    fn protocol(self) -> u8 {
        match self {
            Carrier::EtherIp => etherip::PROTOCOL,
            Carrier::L2tpv3Ip => l2tpv3::PROTOCOL,
            Carrier::L2tpv3Udp(_) => outer::UDP,
        }
    }

    fn transport(self) -> Option<Transport> {
        match self {
            Carrier::EtherIp => None,
            Carrier::L2tpv3Ip => Some(Transport::Ip),
            Carrier::L2tpv3Udp(_) => Some(Transport::Udp),
        }
    }

    /// Is it one for frames in `encapsulation`?
    pub fn fits(self, encapsulation: &Encapsulation) -> bool {
        match encapsulation {
            Encapsulation::EtherIp => self == Carrier::EtherIp,
            Encapsulation::L2tpv3(wire) => self.transport() == Some(wire.session.transport),
        }
    }
}

impl Socket {
    pub fn open(carrier: Carrier, is_v6: bool) -> io::Result<Self> {
        let fd = match carrier {
            Carrier::EtherIp => sys::raw_socket(is_v6, etherip::PROTOCOL)?,
            Carrier::L2tpv3Ip => sys::raw_socket(is_v6, l2tpv3::PROTOCOL)?,
            Carrier::L2tpv3Udp(port) => sys::udp_socket(is_v6, port)?,
        };
        Ok(Socket { carrier, is_v6, fd })
    }

    /// Does what it receives begin with an IP header?
    fn gives_header(&self) -> bool {
        !self.is_v6 && !matches!(self.carrier, Carrier::L2tpv3Udp(_))
    }
}

impl Port {
    fn ends(&self) -> Ends {
        (self.carrier, self.route.local.ip(), self.route.remote.ip())
    }

    /// Octets in front of what carries a frame.
    fn headers(&self) -> usize {
        let ip = if self.route.remote.is_ipv4() { IPV4_HEADER } else { IPV6_HEADER };
        ip + if matches!(self.carrier, Carrier::L2tpv3Udp(_)) { UDP_HEADER } else { 0 }
    }

    /// Send `message` in fragments of at most `mtu` octets. The kernel would cut it as the device takes it.
    fn send_in_fragments(
        &self,
        message: &[u8],
        mtu: usize,
        sender: &mut Sender,
        shared: &Shared,
    ) -> Result<(), DropReason> {
        let identification = shared.identification();
        let in_udp = matches!(self.carrier, Carrier::L2tpv3Udp(_));
        let datagram = in_udp.then(|| outer::datagram(&self.route, message));
        let payload = datagram.as_deref().unwrap_or(message);
        let (protocol, header) = (self.carrier.protocol(), Header::default());
        let mut packet =
            outer::front(&self.route, header, &[], payload.len(), protocol, identification as u16)?;
        packet.extend_from_slice(payload);
        let cutting = Cutting { mtu, identification, by_any_rule: false, may_wait: true };
        shared.fragments.send(sender, &self.route, &packet, &cutting)
    }
}

impl Plain {
    pub fn new(
        shared: Arc<Shared>,
        mailbox: Arc<Mailbox<Command>>,
        refused: Arc<Refused>,
    ) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(mailbox.fd(), MAILBOX_TOKEN)?;
        Ok(Plain {
            shared,
            mailbox,
            refused,
            epoll,
            standing: HashMap::new(),
            sockets: Vec::new(),
            by_id: HashMap::new(),
            by_ends: HashMap::new(),
            sender: Sender::new(),
            buffer: vec![0; TURN_SIZE + 2 * FRAME_MAX],
            pieces: Vec::with_capacity(READS_MAX),
            is_stopped: false,
        })
    }

    /// Work until `Stop`.
    pub fn run(mut self) {
        let mut ready: Vec<Ready> = Vec::new();
        let mut receiver = Receiver::new(RECEIVE_BATCH);
        while !self.is_stopped {
            self.epoll.wait(&mut ready, None).expect("epoll_wait on descriptors of our own");
            for command in self.mailbox.take() {
                self.carry_out(command);
            }
            for &Ready { token, is_dead } in &ready {
                if token & SOCKET == 0 {
                    self.serve(token, is_dead);
                } else if let Some(socket) = self.socket_of(token) {
                    self.receive(&socket, &mut receiver);
                }
            }
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Add { number, port } => self.add(number, port),
            Command::Install { number, encapsulation } => self.install(number, encapsulation),
            Command::Remove { number, done } => {
                self.remove(number);
                drop(done);
            }
            Command::PathMtu { ends, mtu } => {
                let goes = |standing: &&mut Standing| standing.port.route.ends() == ends;
                for standing in self.standing.values_mut().filter(goes) {
                    standing.fragment_size = fragment_size(mtu);
                }
            }
            Command::Send { number, message } => self.send_control(number, &message),
            Command::Stop => self.is_stopped = true,
        }
    }

    fn add(&mut self, number: u64, port: Arc<Port>) {
        self.epoll.add(&port.fd, number).expect("a new device can be watched");
        if !self.sockets.iter().any(|socket| Arc::ptr_eq(socket, &port.socket)) {
            self.epoll.add(&port.socket.fd, token_of(&port.socket)).expect("a new socket can be watched");
            self.sockets.push(port.socket.clone());
        }
        self.by_ends.insert(port.ends(), number);
        let messages = Bucket::new(MESSAGES_BURST, MESSAGES_A_SECOND);
        let (encapsulation, numbers) = (None, Numbers::default());
        let fragment_size = fragment_size(self.shared.path_mtu(&port.route));
        let standing = Standing { port, encapsulation, numbers, messages, fragment_size };
        self.standing.insert(number, standing);
    }

    fn install(&mut self, number: u64, encapsulation: Option<Encapsulation>) {
        self.by_id.retain(|_, of| *of != number);
        let Some(standing) = self.standing.get_mut(&number) else { return };
        (standing.encapsulation, standing.numbers) = (encapsulation, Numbers::default());
        if let Some(Encapsulation::L2tpv3(wire)) = encapsulation {
            self.by_id.insert(wire.local_id, number);
        }
    }

    fn remove(&mut self, number: u64) {
        self.install(number, None);
        let Some(Standing { port, .. }) = self.standing.remove(&number) else { return };
        self.epoll.remove(&port.fd);
        let ends = port.ends();
        self.by_ends.remove(&ends);
        // Another one between the same addresses hears the peer now.
        let other = self.standing.iter().find(|(_, standing)| standing.port.ends() == ends);
        if let Some((&other, _)) = other {
            self.by_ends.insert(ends, other);
        }
        let socket = port.socket.clone();
        if !self.standing.values().any(|standing| Arc::ptr_eq(&standing.port.socket, &socket)) {
            self.epoll.remove(&socket.fd);
            self.sockets.retain(|other| !Arc::ptr_eq(other, &socket));
        }
    }

    /// Read what waits in a device and send it.
    fn serve(&mut self, number: u64, is_dead: bool) {
        let Some(standing) = self.standing.get_mut(&number) else { return };
        let port = &standing.port;
        if is_dead {
            self.epoll.remove(&port.fd);
            return;
        }
        let room = standing.encapsulation.as_ref().map_or(0, Encapsulation::size);
        let mut used = 0;
        self.pieces.clear();
        for _ in 0..READS_MAX {
            let start = used + room;
            let Ok(size) = sys::read(&port.fd, &mut self.buffer[start..start + FRAME_MAX]) else { break };
            let range = used..start + size;
            match &standing.encapsulation {
                None => refuse_outbound(&self.refused, port, Refusal::NoSession, 1),
                Some(_) if size < ETHERNET_HEADER => {
                    refuse_outbound(&self.refused, port, Refusal::TooShort, 1);
                }
                Some(encapsulation) => {
                    encapsulation.write(&mut self.buffer[range.clone()], standing.numbers.next());
                    used = range.end;
                    self.pieces.push(standing.piece(range));
                }
            }
            if used >= TURN_SIZE {
                break;
            }
        }
        let mut first = 0;
        while first < self.pieces.len() {
            let sent = standing.send(&self.buffer, &mut self.pieces[first..], &mut self.sender, &self.shared);
            if sent == 0 {
                refuse_outbound(&self.refused, port, Refusal::SendFailure, 1);
                first += 1;
                continue;
            }
            let pieces = &self.pieces[first..first + sent];
            let octets = pieces.iter().map(|piece| (piece.range.len() - room) as u64).sum();
            port.counters.outbound.packets.add(sent as u64);
            port.counters.outbound.octets.add(octets);
            port.usage.carried_out.add(sent as u64, octets);
            port.usage.touch_outbound(self.shared.now());
            first += sent;
        }
    }

    fn send_control(&mut self, number: u64, message: &[u8]) {
        let Some(standing) = self.standing.get(&number) else { return };
        let mut whole = [standing.piece(0..message.len())];
        if standing.send(message, &mut whole, &mut self.sender, &self.shared) == 0 {
            self.refused.add(Refusal::SendFailure, 1);
        }
    }

    fn socket_of(&self, token: u64) -> Option<Arc<Socket>> {
        self.sockets.iter().find(|socket| token_of(socket) == token).cloned()
    }

    fn receive(&mut self, socket: &Socket, receiver: &mut Receiver) {
        // An error is one that a peer's ICMP message caused; it concerns no packet here.
        let Ok(count) = receiver.receive(&socket.fd) else { return };
        for slot in 0..count {
            match receiver.message(slot) {
                Some(message) => self.take_message(message, socket),
                None => self.refused.add(Refusal::TooShort, 1),
            }
        }
    }

    fn take_message(&mut self, message: Received<'_>, socket: &Socket) {
        let Received { data, segment_size, remote, local: Some(local), .. } = message else { return };
        let header =
            if socket.gives_header() { usize::from(data.first().map_or(0, |o| o & 15)) * 4 } else { 0 };
        let Some(data) = data.get(header..) else { return self.refused.add(Refusal::TooShort, 1) };
        let ends = (socket.carrier, local, remote.ip());
        let segment_size = if segment_size == 0 { data.len().max(1) } else { segment_size };
        for packet in data.chunks(segment_size) {
            if let Err(refusal) = self.take_packet(packet, ends) {
                self.refused.add(refusal, 1);
            }
        }
    }

    /// Take what IP or UDP has carried between `ends`.
    fn take_packet(&mut self, packet: &[u8], ends: Ends) -> Result<(), Refusal> {
        let of_ends = || self.by_ends.get(&ends).copied().ok_or(Refusal::UnknownPeer);
        let number = match ends.0.transport() {
            None => of_ends()?,
            Some(transport) => match session_id(packet, transport)? {
                None => return self.tell_control(of_ends()?, packet),
                Some(id) => *self.by_id.get(&id).ok_or(Refusal::UnknownSession)?,
            },
        };
        let Some(standing) = self.standing.get(&number) else { return Err(Refusal::UnknownSession) };
        let Standing { port, encapsulation, numbers, .. } = standing;
        let result = encapsulation.as_ref().ok_or(Refusal::NoSession).and_then(|encapsulation| {
            if port.ends() != ends {
                return Err(Refusal::UnknownPeer);
            }
            let frame = encapsulation.read_message(packet)?;
            numbers.check(frame.sequence)?;
            let frame = &packet[frame.start..frame.end];
            // A device that is down takes nothing.
            sys::write(&port.fd, &[IoSlice::new(frame)]).map_err(|_| Refusal::SendFailure)?;
            Ok(frame.len() as u64)
        });
        let octets = result.inspect_err(|refusal| port.counters.inbound.drop(refusal.reason(), 1))?;
        port.counters.inbound.packets.add(1);
        port.counters.inbound.octets.add(octets);
        port.usage.carried_in.add(1, octets);
        port.usage.touch_inbound(self.shared.now());
        Ok(())
    }

    /// Whoever has a peer's address makes the gateway work no more than this.
    fn tell_control(&mut self, number: u64, message: &[u8]) -> Result<(), Refusal> {
        let Some(standing) = self.standing.get_mut(&number) else { return Err(Refusal::UnknownPeer) };
        if message.len() > MESSAGE_MAX {
            return Err(Refusal::Control);
        }
        if !standing.messages.take(self.shared.now()) {
            return Err(Refusal::TooMany);
        }
        let (wire, payload) = (standing.port.name.clone(), message.to_vec());
        self.shared.events.push(Event::PseudowireMessage { wire, payload });
        Ok(())
    }
}

fn refuse_outbound(refused: &Refused, port: &Port, refusal: Refusal, count: u64) {
    refused.add(refusal, count);
    port.counters.outbound.drop(refusal.reason(), count);
}

impl Standing {
    fn piece(&self, range: Range<usize>) -> Piece {
        let size = self.port.headers() + range.len();
        let in_fragments = self.fragment_size.is_some_and(|mtu| size > mtu);
        Piece { range, segment_size: 0, count: 1, header: Header { in_fragments, ..Header::default() } }
    }

    /// Send the first of `pieces` of `buffer`, of which there are some, and more with it if that can be. Gives how many
    /// were sent; 0: the first could not be.
    fn send(&self, buffer: &[u8], pieces: &mut [Piece], sender: &mut Sender, shared: &Shared) -> usize {
        if let (true, Some(mtu)) = (pieces[0].header.in_fragments, self.fragment_size) {
            let message = &buffer[pieces[0].range.clone()];
            match self.port.send_in_fragments(message, mtu, sender, shared) {
                Ok(()) => return 1,
                // The kernel knows what the device takes.
                Err(DropReason::TooLarge) => pieces[0].header.in_fragments = false,
                Err(_) => return 0,
            }
        }
        let end = pieces.iter().position(|piece| piece.header.in_fragments).unwrap_or(pieces.len());
        let Port { socket, route, .. } = &*self.port;
        sender.send(&socket.fd, route, buffer, &pieces[..end], true).unwrap_or(0)
    }
}

/// Where a socket lies does not change while it is open.
fn token_of(socket: &Arc<Socket>) -> u64 {
    SOCKET | Arc::as_ptr(socket) as u64
}
