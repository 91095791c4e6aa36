//! Why a packet goes no further.

/// Names are those of the counters that `show ikev2 child-sa` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// No SA has this SPI.
    InvalidSa,
    /// Its sequence number is left of the window, or was seen before (RFC 4303 section 3.4.3).
    ReplayDetected,
    /// The ICV is wrong.
    IntegrityFailure,
    /// The cipher cannot work on it: its length is no multiple of the block size.
    CipherFailure,
    /// Shorter than its own headers say.
    PacketTruncated,
    /// Pad Length exceeds the packet, or the padding is not 1, 2, 3 ... (RFC 4303 section 2.4).
    InvalidPadding,
    /// Next Header is neither IPv4 nor IPv6.
    UnknownProtocol,
    /// There was no room to keep it: fragments of too many datagrams at once.
    OutOfMemory,
    /// The inner packet is outside the negotiated traffic selectors (RFC 4301 section 5.2).
    TsUnacceptable,
    /// An IP packet, or what the host says of one, that contradicts itself.
    Malformed,
    /// A fragment that overlaps others, ends twice, is cut where none may be, or whose others did not come in time.
    BadFragment,
    /// Larger than the tunnel takes, and not to be fragmented: its sender is told.
    TooLarge,
    /// The path marked it as congested, and its sender would not understand (RFC 6040 section 4.2).
    Congestion,
    /// Anything else: sequence numbers used up, the host refused to send.
    MiscError,
}

impl DropReason {
    /// All of them, in the order of their counters.
    pub const ALL: [DropReason; 14] = [
        DropReason::InvalidSa,
        DropReason::ReplayDetected,
        DropReason::IntegrityFailure,
        DropReason::CipherFailure,
        DropReason::PacketTruncated,
        DropReason::InvalidPadding,
        DropReason::UnknownProtocol,
        DropReason::OutOfMemory,
        DropReason::TsUnacceptable,
        DropReason::Malformed,
        DropReason::BadFragment,
        DropReason::TooLarge,
        DropReason::Congestion,
        DropReason::MiscError,
    ];

    /// Is it one of those that a device counts together, as its "misc error"?
    pub fn is_misc(self) -> bool {
        matches!(
            self,
            DropReason::Malformed
                | DropReason::BadFragment
                | DropReason::TooLarge
                | DropReason::Congestion
                | DropReason::MiscError
        )
    }

    /// The counter's name, as Python knows it.
    pub fn name(self) -> &'static str {
        match self {
            DropReason::InvalidSa => "invalid_sa",
            DropReason::ReplayDetected => "replay_detected",
            DropReason::IntegrityFailure => "integrity_failure",
            DropReason::CipherFailure => "cipher_failure",
            DropReason::PacketTruncated => "packet_truncated",
            DropReason::InvalidPadding => "invalid_padding",
            DropReason::UnknownProtocol => "unknown_protocol",
            DropReason::OutOfMemory => "out_of_memory",
            DropReason::TsUnacceptable => "ts_unacceptable",
            DropReason::Malformed => "malformed",
            DropReason::BadFragment => "bad_fragment",
            DropReason::TooLarge => "too_large",
            DropReason::Congestion => "congestion",
            DropReason::MiscError => "misc_error",
        }
    }
}
