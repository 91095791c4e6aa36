"""Sends the first IKE_SA_INIT of a configuration's first tunnel, and never comes back.

python -m tests.interop.passer_by FILE LOCAL REMOTE      inside the namespace that has the address LOCAL
"""

import os
import socket
import sys
from ipaddress import ip_address
from pathlib import Path

from kakehashi.dialects import registry
from kakehashi.ike.effects import Send
from kakehashi.ike.endpoint import Endpoint
from kakehashi.model import address

text = Path(sys.argv[1]).read_text()
local, remote = (address.SocketAddress(ip_address(a), address.IKE_PORT) for a in sys.argv[2:4])
endpoint = Endpoint(registry.recognise(text).lower(text, sys.argv[1]).gateway, os.urandom)
endpoint.initiate("Tunnel0.0", address.Path(local, remote), 0.0)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.bind((str(local.ip), local.port))
    for effect in endpoint.effects():
        if isinstance(effect, Send):
            udp.sendto(effect.datagram, (str(remote.ip), remote.port))
