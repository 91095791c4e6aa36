"""kakehashi: an IPsec VPN gateway that speaks the languages of its neighbours' routers."""

from kakehashi.compiled import use

use()
del use
