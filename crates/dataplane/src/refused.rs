//! Packets that no SA opens, told to the gateway now and then: how many, and from where. What the gateway concludes
//! from them (a peer that was restarted, or one that lost its keys) depends on their number, so none is left out.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::events::{Event, EventQueue};
use crate::route::Route;

/// What is wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// No SA has this SPI of ESP's, or of AH's.
    Unknown { spi: u32, remote: SocketAddr, in_ah: bool },
    /// The SA has it, but cannot make anything of the packet.
    Undecryptable { spi_in: u32 },
}

/// The first is told at once, the others together once in so many milliseconds.
const INTERVAL_MS: u64 = 1000;
/// SPIs that are watched at the same time. More only ever come from somebody who invents them; they are counted, not
/// told.
const WATCHED_MAX: usize = 128;

struct Watched {
    route: Route,
    told: u64,
    /// Since then.
    packets: u64,
}

/// Owned by the ingress thread. Times are in milliseconds of the plane's clock.
#[derive(Default)]
pub struct Refusals {
    watched: HashMap<Refused, Watched>,
    due: Option<u64>,
}

impl Refusals {
    /// A packet was refused that came by `route`.
    pub fn add(&mut self, refused: Refused, route: Route, now: u64, events: &EventQueue) {
        if let Some(watched) = self.watched.get_mut(&refused) {
            watched.packets += 1;
            watched.route = route;
        } else if self.watched.len() < WATCHED_MAX {
            self.watched.insert(refused, Watched { route, told: now, packets: 0 });
            self.due.get_or_insert(now + INTERVAL_MS);
            events.push(refused.event(route, 1));
        }
    }

    /// Milliseconds until [`Self::tell`] has something to do. None: nothing.
    pub fn due_in(&self, now: impl FnOnce() -> u64) -> Option<u64> {
        self.due.map(|due| due.saturating_sub(now()))
    }

    /// Tell what has come since it was last told.
    pub fn tell(&mut self, now: u64, events: &EventQueue) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.watched.retain(|refused, watched| {
            if now - watched.told < INTERVAL_MS {
                return true;
            }
            let packets = std::mem::take(&mut watched.packets);
            watched.told = now;
            if packets > 0 {
                events.push(refused.event(watched.route, packets));
            }
            packets > 0
        });
        self.due = self.watched.values().map(|watched| watched.told + INTERVAL_MS).min();
    }
}

impl Refused {
    fn event(self, route: Route, packets: u64) -> Event {
        match self {
            Refused::Unknown { spi, in_ah, .. } => Event::UnknownSpi { spi, route, packets, in_ah },
            Refused::Undecryptable { spi_in } => Event::Undecryptable { spi_in, route, packets },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn route() -> Route {
        let address = SocketAddr::from(([192, 0, 2, 1], 4500));
        Route { local: address, remote: address, interface: 0 }
    }

    fn unknown(spi: u32) -> Refused {
        Refused::Unknown { spi, remote: route().remote, in_ah: false }
    }

    fn told(events: &EventQueue) -> Vec<(u32, u64)> {
        let one = |event| match event {
            Event::UnknownSpi { spi, packets, .. } => (spi, packets),
            Event::Undecryptable { spi_in, packets, .. } => (spi_in, packets),
            _ => panic!("another event"),
        };
        events.take(1000).into_iter().map(one).collect()
    }

    #[test]
    fn the_first_is_told_at_once_and_the_others_together() {
        let events = EventQueue::new(Arc::default()).unwrap();
        let mut refusals = Refusals::default();
        for now in 1..=20 {
            refusals.add(unknown(7), route(), now, &events);
        }
        refusals.add(Refused::Undecryptable { spi_in: 9 }, route(), 20, &events);
        assert_eq!(told(&events), [(7, 1), (9, 1)]);
        assert_eq!(refusals.due_in(|| 1), Some(1000));
        refusals.tell(1000, &events);
        assert_eq!(told(&events), []);
        refusals.tell(1001, &events);
        assert_eq!(told(&events), [(7, 19)]);
        refusals.tell(2020, &events);
        assert_eq!(told(&events), []);
        assert_eq!(refusals.due_in(|| 2020), None, "nothing comes any more: nothing is remembered");
        refusals.add(unknown(7), route(), 2021, &events);
        assert_eq!(told(&events), [(7, 1)]);
    }

    #[test]
    fn somebody_who_invents_spis_fills_neither_memory_nor_the_queue() {
        let events = EventQueue::new(Arc::default()).unwrap();
        let mut refusals = Refusals::default();
        for spi in 0..10_000 {
            refusals.add(unknown(spi), route(), 1, &events);
        }
        assert_eq!(refusals.watched.len(), WATCHED_MAX);
        assert_eq!(told(&events).len(), WATCHED_MAX);
        refusals.tell(1001, &events);
        refusals.add(unknown(77_777), route(), 1001, &events);
        assert_eq!(told(&events), [(77_777, 1)], "there is room for others again");
    }
}
