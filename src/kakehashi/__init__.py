"""kakehashi: an IPsec VPN gateway that speaks the languages of its neighbours' routers."""
