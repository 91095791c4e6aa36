"""The routers' languages, one package each; `base` holds what they share, `registry` names them."""
