"""Names and their addresses: queries (RFC 1034), and dynamic updates (RFC 2136)."""

from collections.abc import Iterable
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.update

from kakehashi.model.address import IPAddress

TTL = 5
_MOST_NAMES, _MOST_RECORDS = 1000, 50
_UDP_SIZE = 1232
_META = frozenset({dns.rdatatype.OPT, dns.rdatatype.TSIG, dns.rdatatype.AXFR, dns.rdatatype.IXFR})


class Zone:
    """One zone with its records, in memory. `addresses`: what its names are at first."""

    def __init__(self, origin: dns.name.Name, addresses: Iterable[tuple[str, IPAddress]] = ()) -> None:
        self.origin = origin
        self._serial = 1
        self._sets: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rdataset.Rdataset] = {}
        server = dns.name.Name((b"ns", *origin.labels))
        self._put(origin, dns.rdatatype.NS, str(server))
        for name, address in addresses:
            self._put(dns.name.from_text(name), kind_of(address), str(address))

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """The answer to a question about a name of the zone."""
        question = query.question[0]
        answer = dns.message.make_response(query, our_payload=_UDP_SIZE)
        answer.flags |= dns.flags.AA
        found = self._sets.get((question.name, question.rdtype))
        if question.rdtype == dns.rdatatype.SOA and question.name == self.origin:
            answer.answer.append(self._soa())
        elif question.rdtype == dns.rdatatype.ANY and self._has(question.name):
            answer.answer += [_rrset(n, s) for (n, _), s in self._sets.items() if n == question.name]
        elif found is not None:
            answer.answer.append(_rrset(question.name, found))
        else:
            alias = self._sets.get((question.name, dns.rdatatype.CNAME))
            if alias is not None:
                answer.answer.append(_rrset(question.name, alias))
            elif not self._has(question.name):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            if alias is None:
                answer.authority.append(self._soa())  # RFC 2308 section 3: how long that may be kept
        return answer

    def update(self, message: dns.update.UpdateMessage) -> dns.rcode.Rcode:
        """Do what a dynamic update asks for, all of it or nothing (RFC 2136 section 3)."""
        wrong = self._prerequisites(message) or self._prescan(message)
        if wrong:
            return wrong
        before = {k: dns.rdataset.from_rdata_list(s.ttl, list(s)) for k, s in self._sets.items()}
        for asked in message.update:
            self._change(asked)
        names = {name for name, _ in self._sets}
        if len(names) > _MOST_NAMES or any(len(s) > _MOST_RECORDS for s in self._sets.values()):
            self._sets = before
            return dns.rcode.REFUSED
        if before != self._sets:
            self._serial += 1
        return dns.rcode.NOERROR

    def _prerequisites(self, message: dns.update.UpdateMessage) -> dns.rcode.Rcode | None:
        """Section 3.2: what must be so before anything is changed."""
        exact: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], set[dns.rdata.Rdata]] = {}
        for asked in message.prerequisite:
            if not asked.name.is_subdomain(self.origin):
                return dns.rcode.NOTZONE
            key = (asked.name, asked.rdtype)
            whole = asked.rdtype == dns.rdatatype.ANY
            is_there = self._has(asked.name) if whole else key in self._sets
            if asked.deleting == dns.rdataclass.ANY:
                if not is_there:
                    return dns.rcode.NXDOMAIN if whole else dns.rcode.NXRRSET
            elif asked.deleting == dns.rdataclass.NONE:
                if is_there:
                    return dns.rcode.YXDOMAIN if whole else dns.rcode.YXRRSET
            else:
                exact.setdefault(key, set()).update(asked)
        for key, wanted in exact.items():
            if set(self._sets.get(key, ())) != wanted:
                return dns.rcode.NXRRSET
        return None

    def _prescan(self, message: dns.update.UpdateMessage) -> dns.rcode.Rcode | None:
        """Section 3.4.1: can all of it be done?"""
        for asked in message.update:
            if not asked.name.is_subdomain(self.origin):
                return dns.rcode.NOTZONE
            if asked.deleting is None and asked.rdclass != dns.rdataclass.IN:
                return dns.rcode.FORMERR
            if asked.rdtype in _META or (asked.deleting is None and asked.rdtype == dns.rdatatype.ANY):
                return dns.rcode.FORMERR
        return None

    def _change(self, asked: dns.rrset.RRset) -> None:
        """Section 3.4.2."""
        key = (asked.name, asked.rdtype)
        if asked.deleting == dns.rdataclass.ANY:
            whole = asked.rdtype == dns.rdatatype.ANY
            for name, kind in list(self._sets):
                kept = name == self.origin and kind == dns.rdatatype.NS
                if name == asked.name and (whole or kind == asked.rdtype) and not kept:
                    del self._sets[name, kind]
        elif asked.deleting == dns.rdataclass.NONE:
            found = self._sets.get(key)
            left = [record for record in found or () if record not in asked]
            if found is not None and left:
                self._sets[key] = dns.rdataset.from_rdata_list(found.ttl, left)
            elif found is not None and key != (self.origin, dns.rdatatype.NS):
                del self._sets[key]
        elif asked.rdtype != dns.rdatatype.SOA:
            here = self._sets.setdefault(key, dns.rdataset.Rdataset(dns.rdataclass.IN, asked.rdtype))
            for record in asked:
                here.add(record, asked.ttl)

    def _has(self, name: dns.name.Name) -> bool:
        """Is there anything at the name, or below it (RFC 4592 section 2.2.2)?"""
        return any(own.is_subdomain(name) for own, _ in self._sets)

    def _put(self, name: dns.name.Name, kind: dns.rdatatype.RdataType, text: str) -> None:
        record = dns.rdata.from_text(dns.rdataclass.IN, kind, text)
        here = self._sets.setdefault((name, kind), dns.rdataset.Rdataset(dns.rdataclass.IN, kind))
        here.add(record, TTL)

    def _soa(self) -> dns.rrset.RRset:
        text = f"ns.{self.origin} lab.{self.origin} {self._serial} 60 30 3600 {TTL}"
        return dns.rrset.from_text(self.origin, TTL, "IN", "SOA", text)


def kind_of(address: IPAddress) -> dns.rdatatype.RdataType:
    """A or AAAA."""
    return dns.rdatatype.A if ip_address(address).version == 4 else dns.rdatatype.AAAA


def _rrset(name: dns.name.Name, found: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, found.ttl, list(found))
