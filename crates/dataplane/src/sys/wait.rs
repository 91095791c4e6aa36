//! Waiting for descriptors, and threads that wait.

use std::ffi::{c_int, c_void};
use std::io;
use std::mem::zeroed;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr::{self, null, null_mut};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{check, owned};

/// A counter that a descriptor shows; used as a bell.
pub struct EventFd(OwnedFd);

impl EventFd {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers are passed.
        owned(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) }).map(EventFd)
    }

    /// Make it readable.
    pub fn ring(&self) {
        let one = 1u64.to_ne_bytes();
        // SAFETY: eight readable octets. It fails only when the counter is full, and then it is readable already.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast::<c_void>(), one.len()) };
    }

    /// Make it unreadable.
    pub fn silence(&self) {
        let mut count = [0; 8];
        // SAFETY: eight writable octets. It fails only where it was unreadable already.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast::<c_void>(), count.len()) };
    }

    pub fn as_fd(&self) -> &OwnedFd {
        &self.0
    }
}

/// Waits for several descriptors at once.
pub struct Epoll(OwnedFd);

/// A descriptor that is ready.
#[derive(Clone, Copy)]
pub struct Ready {
    pub token: u64,
    /// The descriptor is of no more use: its device is gone.
    pub is_dead: bool,
}

impl Epoll {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers are passed.
        owned(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) }).map(Epoll)
    }

    /// Whether it was watched before or not.
    pub fn add(&self, fd: &OwnedFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: token };
        // SAFETY: epoll_ctl reads one epoll_event.
        let added = check(unsafe {
            libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_ADD, fd.as_raw_fd(), &mut event)
        });
        match added {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// Readable when one of its descriptors is.
    pub fn as_fd(&self) -> &OwnedFd {
        &self.0
    }

    pub fn remove(&self, fd: &OwnedFd) {
        // SAFETY: no pointers are passed. It fails only where the descriptor was not added.
        unsafe { libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_DEL, fd.as_raw_fd(), null_mut()) };
    }

    /// Wait until something is ready and put it into `ready`; not longer than `limit` milliseconds, if there is one.
    pub fn wait(&self, ready: &mut Vec<Ready>, limit: Option<u64>) -> io::Result<()> {
        let limit = limit.map_or(-1, |limit| c_int::try_from(limit).unwrap_or(c_int::MAX));
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 64];
        ready.clear();
        // SAFETY: `events` has room for as many events as is stated.
        let result = unsafe {
            libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), events.len() as c_int, limit)
        };
        let count = match check(result) {
            Ok(count) => count as usize,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
        };
        for event in &events[..count] {
            let dead = (libc::EPOLLERR | libc::EPOLLHUP) as u32;
            let (token, events) = (event.u64, event.events);
            ready.push(Ready { token, is_dead: events & dead != 0 });
        }
        Ok(())
    }
}

/// Wait until one of `fds` is readable; not longer than `limit`, if there is one. The kernel adds the thread's timer
/// slack ([`set_timer_slack`]).
pub fn wait_for<const N: usize>(fds: [Option<&OwnedFd>; N], limit: Option<Duration>) -> io::Result<()> {
    // The kernel passes over negative ones.
    let number = |fd: Option<&OwnedFd>| fd.map_or(-1, AsRawFd::as_raw_fd);
    let mut fds = fds.map(|fd| libc::pollfd { fd: number(fd), events: libc::POLLIN, revents: 0 });
    let limit = limit.map(|limit| libc::timespec {
        tv_sec: libc::time_t::try_from(limit.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: limit.subsec_nanos() as _,
    });
    let limit = limit.as_ref().map_or(null(), ptr::from_ref);
    // SAFETY: `fds` is as long as is stated, and `limit` null or a timespec.
    match check(unsafe { libc::ppoll(fds.as_mut_ptr(), fds.len() as _, limit, null()) }) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
        _ => Ok(()),
    }
}

/// How late the kernel may wake this thread: it wakes several at once where it may. 50 microseconds by default.
pub fn set_timer_slack(slack: Duration) {
    // SAFETY: no pointers are passed. It does not fail.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, slack.as_nanos() as libc::c_ulong) };
}

/// What this thread has had of processors.
pub fn processor_time() -> Duration {
    // SAFETY: the kernel fills a timespec of ours. It fails for clocks that no kernel lacks only.
    let time = unsafe {
        let mut time: libc::timespec = zeroed();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time);
        time
    };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Start a thread that receives no signals: they belong to Python's main thread.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    // SAFETY: a new thread inherits the mask; it is restored at once. The pointers are to sigsets of our own.
    unsafe {
        let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = (zeroed(), zeroed());
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let result = thread::Builder::new().name(name.into()).spawn(body);
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, null_mut());
        result
    }
}
