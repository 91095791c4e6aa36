//! The data threads.
//!
//! The first works in both directions: what wakes it for one often brings something for the other, and each thread less
//! on a packet's way is a wake-up less. The second takes the inward direction over where one processor is not enough, or
//! where sending has to wait for the link, and gives it back when one is enough again. SAs go with their direction, so
//! neither thread needs a lock for them.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::Arc;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use crate::egress::{self, Egress};
use crate::events::Mailbox;
use crate::ingress::Ingress;
use crate::sys::{processor_time, set_timer_slack, wait_for};

/// A thread that found nothing goes on looking for so long, if others have nothing to do with its processor. To sleep
/// and to be woken takes longer.
const LOOK: Duration = Duration::from_micros(20);
/// It does so only where it last slept no longer than this: it would almost have found what woke it.
const DOZE: Duration = Duration::from_micros(30);
/// Timers of data threads ring when they are to.
const PUNCTUAL: Duration = Duration::from_nanos(1);
/// So often it is asked how busy a thread is.
const INTERVAL: Duration = Duration::from_millis(100);
/// Per cent of a processor. From here on one thread is not enough for both directions...
const TOO_MUCH: u32 = 90;
/// ...and up to here, both threads together, for so many intervals, it is.
const LITTLE: u32 = 60;
const CALM_INTERVALS: u32 = 10;

/// The first thread's side of the two.
pub struct First {
    worker: Worker,
    second: Option<Other<Box<Ingress>>>,
}

/// The second thread's.
pub struct Second {
    first: Other<Box<Ingress>>,
    to_first: Arc<Mailbox<egress::Command>>,
}

/// The other thread: a direction goes there and comes from there.
struct Other<T> {
    give: Sender<T>,
    taken: Receiver<T>,
    /// How busy the first thread is, in per cent of a processor.
    first_share: Arc<AtomicU32>,
}

/// `to_first` wakes the first thread. The second is there where there is a processor for it.
pub fn crew(
    egress: Egress,
    ingress: Ingress,
    to_first: Arc<Mailbox<egress::Command>>,
    processors: usize,
) -> std::io::Result<(First, Option<Second>)> {
    let has_others = processors > 1;
    let worker = Worker::new(Some(egress), Some(Box::new(ingress)), has_others);
    if !has_others {
        return Ok((First { worker, second: None }, None));
    }
    let (to_second, from_first) = channel();
    let (give_back, from_second) = channel();
    let first_share = Arc::new(AtomicU32::new(0));
    let second = Other { give: to_second, taken: from_second, first_share: first_share.clone() };
    let first = Other { give: give_back, taken: from_first, first_share };
    Ok((First { worker, second: Some(second) }, Some(Second { first, to_first })))
}

impl First {
    /// Work until `Stop`.
    pub fn run(mut self) {
        set_timer_slack(PUNCTUAL);
        while !self.worker.is_stopped() {
            let is_idle = !self.worker.work();
            self.share();
            if is_idle {
                // The second asks how busy this one is.
                let is_shared = self.second.is_some() && self.worker.ingress.is_none();
                self.worker.rest(is_shared.then_some(INTERVAL));
            }
        }
    }

    /// Give the inward direction away, or take it back.
    fn share(&mut self) {
        let Some(second) = &self.second else { return };
        let worker = &mut self.worker;
        let has_waited = worker.egress.as_mut().is_some_and(Egress::take_waited);
        let share = if has_waited { Some(100) } else { worker.load.share() };
        if let Some(share) = share {
            second.first_share.store(share, Relaxed);
        }
        if worker.ingress.is_some() {
            if share.is_some_and(|share| share >= TOO_MUCH) {
                let _ = worker.ingress.take().map(|ingress| second.give.send(ingress));
            }
        } else if let Ok(ingress) = second.taken.try_recv() {
            worker.ingress = Some(ingress);
        }
    }
}

impl Second {
    /// Work where there is something to, until `Stop`.
    pub fn run(self) {
        set_timer_slack(PUNCTUAL);
        while let Ok(ingress) = self.first.taken.recv() {
            let mut worker = Worker::new(None, Some(ingress), true);
            let mut calm = 0;
            while !worker.is_stopped() && calm < CALM_INTERVALS {
                if !worker.work() {
                    worker.rest(Some(INTERVAL));
                }
                if let Some(share) = worker.load.share() {
                    let is_calm = share + self.first.first_share.load(Relaxed) <= LITTLE;
                    calm = if is_calm { calm + 1 } else { 0 };
                }
            }
            let Some(ingress) = worker.ingress.take().filter(|ingress| !ingress.is_stopped()) else { return };
            if self.first.give.send(ingress).is_err() {
                return;
            }
            self.to_first.ring();
        }
    }
}

/// Works on what it has of the two directions.
struct Worker {
    egress: Option<Egress>,
    ingress: Option<Box<Ingress>>,
    load: Load,
    /// Does the processor have others for what this thread leaves?
    has_others: bool,
    /// It last slept for a short time.
    is_dozing: bool,
}

impl Worker {
    fn new(egress: Option<Egress>, ingress: Option<Box<Ingress>>, has_others: bool) -> Self {
        Worker { egress, ingress, load: Load::new(), has_others, is_dozing: false }
    }

    fn is_stopped(&self) -> bool {
        self.egress.as_ref().is_none_or(Egress::is_stopped)
            && self.ingress.as_ref().is_none_or(|ingress| ingress.is_stopped())
    }

    /// Do what is to do. False: nothing was.
    fn work(&mut self) -> bool {
        let inward = self.ingress.as_mut().is_some_and(|ingress| ingress.work());
        let outward = self.egress.as_mut().is_some_and(Egress::work);
        inward || outward
    }

    /// Return when there may be something to do, or after `longest`.
    fn rest(&mut self, longest: Option<Duration>) {
        let lull = self.ingress.as_ref().and_then(|ingress| ingress.lull());
        if self.has_others && self.is_dozing && lull.is_none() && self.finds_something() {
            return;
        }
        let due = |milliseconds: Option<u64>| milliseconds.map(Duration::from_millis);
        let limits = [
            longest,
            lull,
            due(self.ingress.as_ref().and_then(|ingress| ingress.due_in())),
            due(self.egress.as_mut().and_then(Egress::due_in)),
        ];
        let bells =
            [self.egress.as_ref().map(Egress::bells), self.ingress.as_ref().map(|ingress| ingress.bells())];
        let before = Instant::now();
        wait_for(bells, limits.into_iter().flatten().min()).expect("ppoll on epolls");
        self.is_dozing = before.elapsed() < DOZE;
    }

    /// Look on for a while.
    fn finds_something(&mut self) -> bool {
        let begin = Instant::now();
        let mut has_found = false;
        while !has_found && begin.elapsed() < LOOK {
            yield_now();
            has_found = self.work();
        }
        self.load.spare += begin.elapsed();
        has_found
    }
}

/// How busy a thread is.
struct Load {
    since: Instant,
    spent: Duration,
    /// What was spent on looking for something to do.
    spare: Duration,
}

impl Load {
    fn new() -> Self {
        Load { since: Instant::now(), spent: processor_time(), spare: Duration::ZERO }
    }

    /// The processor time since the last time that this gave something, in per cent. None: it is too early to say.
    fn share(&mut self) -> Option<u32> {
        let elapsed = self.since.elapsed();
        if elapsed < INTERVAL {
            return None;
        }
        let spent = processor_time();
        let worked = spent.saturating_sub(self.spent).saturating_sub(self.spare);
        *self = Load { since: Instant::now(), spent, spare: Duration::ZERO };
        Some((worked.as_micros() * 100 / elapsed.as_micros()) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingress;
    use crate::route::Sockets;
    use crate::shared::Shared;

    type ToSecond = Arc<Mailbox<ingress::Command>>;

    /// Raw sockets need root; without it there is nothing to test.
    fn threads(processors: usize) -> Option<(First, Option<Second>, ToSecond)> {
        let sockets = match Sockets::open(true, false, 0, 0) {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return None,
            sockets => sockets.unwrap(),
        };
        let shared = Arc::new(Shared::new(sockets).unwrap());
        let to_first = Arc::new(Mailbox::new().unwrap());
        let to_second = Arc::new(Mailbox::new().unwrap());
        let egress = Egress::new(shared.clone(), to_first.clone()).unwrap();
        let ingress = Ingress::new(shared, to_second.clone()).unwrap();
        let (first, second) = crew(egress, ingress, to_first, processors).unwrap();
        Some((first, second, to_second))
    }

    #[test]
    fn the_second_thread_has_the_inward_direction_while_sending_waits_and_gives_it_back() {
        let Some((mut first, second, to_second)) = threads(2) else { return };
        first.share();
        assert!(first.worker.ingress.is_some(), "one is enough");
        first.worker.egress.as_mut().unwrap().set_waited();
        first.share();
        assert!(first.worker.ingress.is_none());
        let second = second.unwrap();
        let ingress = second.first.taken.try_recv().unwrap();
        second.first.give.send(ingress).unwrap();
        first.share();
        assert!(first.worker.ingress.is_some());
        // Whoever has the direction hears what it is told.
        to_second.post(ingress::Command::Stop);
        assert!(first.worker.work());
        assert!(first.worker.ingress.as_ref().unwrap().is_stopped());
    }

    #[test]
    fn the_second_thread_rests_where_the_first_does_both_and_wakes_it_for_what_it_gives_back() {
        let Some((mut first, second, _)) = threads(2) else { return };
        let second = second.unwrap();
        let to_first = second.to_first.clone();
        let thread = std::thread::spawn(|| second.run());
        first.worker.egress.as_mut().unwrap().set_waited();
        first.share();
        // It sees that there is little to do, and that the first has little, and gives the direction back.
        while first.worker.ingress.is_none() {
            first.worker.rest(Some(INTERVAL));
            first.worker.work();
            first.share();
        }
        // It was woken, or will be at once.
        first.worker.rest(Some(INTERVAL));
        first.worker.work();
        assert!(!to_first.has_mail(), "the bell is silent again");
        drop(first);
        thread.join().unwrap();
    }

    #[test]
    fn one_processor_has_one_thread() {
        let Some((mut first, second, _)) = threads(1) else { return };
        assert!(second.is_none());
        first.worker.egress.as_mut().unwrap().set_waited();
        first.share();
        assert!(first.worker.ingress.is_some());
    }
}
