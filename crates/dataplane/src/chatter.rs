//! What the host says by itself on every device.

use esp::Flow;

/// What the host's own IPv6 says on every new interface: router solicitations and multicast listener reports. They
/// are no traffic that a tunnel should be brought up for.
pub fn is_host_chatter(flow: &Flow) -> bool {
    const ICMPV6: u8 = 58;
    const MULTICAST_LISTENER_REPORT: u16 = 131;
    const MULTICAST_LISTENER_DONE: u16 = 132;
    const ROUTER_SOLICITATION: u16 = 133;
    const MULTICAST_LISTENER_REPORT_V2: u16 = 143;
    let kind = flow.source_port.map(|type_and_code| type_and_code >> 8);
    flow.protocol == ICMPV6
        && matches!(
            kind,
            Some(
                MULTICAST_LISTENER_REPORT
                    | MULTICAST_LISTENER_DONE
                    | ROUTER_SOLICITATION
                    | MULTICAST_LISTENER_REPORT_V2
            )
        )
}
