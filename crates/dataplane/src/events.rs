//! From the data threads to the interpreter (events), and back (commands).

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use esp::Flow;

use crate::counters::Drops;
use crate::route::Route;
use crate::sys::EventFd;

/// What the gateway is told. The Python class of the same name says when.
pub enum Event {
    Datagram { data: Vec<u8>, route: Route },
    Acquire { tunnel: Arc<str>, flow: Flow, refused: bool },
    Expire { spi_in: u32, hard: bool },
    PeerMoved { spi_in: u32, remote: SocketAddr },
    FirstInbound { spi_in: u32 },
    UnknownSpi { spi: u32, route: Route, packets: u64, in_ah: bool },
    Undecryptable { spi_in: u32, route: Route, packets: u64 },
    KeepaliveReturned { tunnel: Arc<str> },
    L2tpMessage { tunnel: Arc<str>, payload: Vec<u8>, route: Route, peer: Arc<str> },
    PeerWanted { tunnel: Arc<str>, peer: IpAddr },
    NextHopWanted { tunnel: Arc<str>, destination: IpAddr },
    NhrpMessage { tunnel: Arc<str>, message: Vec<u8>, peer: IpAddr },
    Returning { tunnel: Arc<str>, header: Vec<u8>, peer: IpAddr },
    PseudowireMessage { wire: Arc<str>, payload: Vec<u8> },
}

/// More IKE messages than this wait for nobody: their senders retransmit.
const DATAGRAMS_MAX: usize = 1024;
/// Those who dial in leave room for IKE, without which they would not be there.
const MESSAGES_MAX: usize = 512;
/// More events than this can only mean that nobody takes them.
const EVENTS_MAX: usize = 16384;

/// A bounded queue with a descriptor that is readable while it is not empty.
pub struct EventQueue {
    events: Mutex<VecDeque<Event>>,
    bell: EventFd,
    drops: Arc<Drops>,
}

impl EventQueue {
    pub fn new(drops: Arc<Drops>) -> io::Result<Self> {
        Ok(EventQueue { events: Mutex::default(), bell: EventFd::new()?, drops })
    }

    pub fn push(&self, event: Event) {
        let limit = match event {
            Event::Datagram { .. } => DATAGRAMS_MAX,
            Event::L2tpMessage { .. } | Event::NhrpMessage { .. } | Event::PseudowireMessage { .. } => {
                MESSAGES_MAX
            }
            Event::NextHopWanted { .. } | Event::Returning { .. } => MESSAGES_MAX,
            _ => EVENTS_MAX,
        };
        let mut events = lock(&self.events);
        if events.len() >= limit {
            self.drops.event_queue_full.add(1);
            return;
        }
        events.push_back(event);
        if events.len() == 1 {
            self.bell.ring();
        }
    }

    /// At most `limit` events, oldest first.
    pub fn take(&self, limit: usize) -> Vec<Event> {
        let mut events = lock(&self.events);
        let count = limit.min(events.len());
        let taken = events.drain(..count).collect();
        if events.is_empty() {
            self.bell.silence();
        }
        taken
    }

    /// Wake whoever waits for events, even if there are none.
    pub fn ring(&self) {
        self.bell.ring();
    }

    pub fn silence(&self) {
        self.bell.silence();
    }

    pub fn fd(&self) -> &OwnedFd {
        self.bell.as_fd()
    }
}

/// Commands to one data thread.
pub struct Mailbox<T> {
    mail: Mutex<Mail<T>>,
    is_pending: AtomicBool,
    bell: EventFd,
}

struct Mail<T> {
    commands: Vec<T>,
    /// The bell is readable. It changes only while the lock is held: a bell rung for commands that are taken already
    /// would keep the thread from ever sleeping, one silenced for those to come from ever waking up.
    is_rung: bool,
}

impl<T> Mailbox<T> {
    pub fn new() -> io::Result<Self> {
        Ok(Mailbox {
            mail: Mutex::new(Mail { commands: Vec::new(), is_rung: false }),
            is_pending: AtomicBool::new(false),
            bell: EventFd::new()?,
        })
    }

    /// The thread is woken for it.
    pub fn post(&self, command: T) {
        self.leave(command);
        self.wake();
    }

    /// Wake the thread, unless it has taken everything already.
    pub fn wake(&self) {
        let mut mail = lock(&self.mail);
        if !mail.is_rung && !mail.commands.is_empty() {
            mail.is_rung = true;
            self.bell.ring();
        }
    }

    /// Wake the thread, commands or not.
    pub fn ring(&self) {
        let mut mail = lock(&self.mail);
        mail.is_rung = true;
        self.is_pending.store(true, Ordering::SeqCst);
        self.bell.ring();
    }

    /// The thread finds it when something else wakes it: a thread looks here before it looks at a packet. Waking a
    /// thread costs more than most commands.
    pub fn leave(&self, command: T) {
        let mut mail = lock(&self.mail);
        mail.commands.push(command);
        self.is_pending.store(true, Ordering::SeqCst);
    }

    pub fn has_mail(&self) -> bool {
        self.is_pending.load(Ordering::SeqCst)
    }

    /// All commands, oldest first. Costs one load where there are none.
    pub fn take(&self) -> Vec<T> {
        if !self.has_mail() {
            return Vec::new();
        }
        let mut mail = lock(&self.mail);
        self.is_pending.store(false, Ordering::SeqCst);
        if std::mem::take(&mut mail.is_rung) {
            self.bell.silence();
        }
        std::mem::take(&mut mail.commands)
    }

    pub fn fd(&self) -> &OwnedFd {
        self.bell.as_fd()
    }
}

/// A panic of another thread while it held the lock leaves nothing half done that matters here.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys;

    #[test]
    fn a_command_that_meets_a_busy_thread_leaves_no_bell_ringing_and_none_dumb() {
        let mailbox = Mailbox::new().unwrap();
        let is_readable = || sys::read(mailbox.fd(), &mut [0; 8]).is_ok();
        for round in 0..500 {
            std::thread::scope(|scope| {
                scope.spawn(|| mailbox.post(round));
                while mailbox.take().is_empty() {
                    std::hint::spin_loop();
                }
            });
            assert!(!is_readable(), "round {round}: the thread would never sleep again");
            mailbox.post(round);
            assert!(is_readable(), "round {round}: the thread would never wake up again");
            assert_eq!(mailbox.take(), [round]);
        }
    }
}
