"""Lines that ask a server: what only looks does not conflict, whatever else may change things."""

from __future__ import annotations

import re
from typing import Final

from pfadvisor.effects.effect import Effect
from pfadvisor.effects.refinement import ABSENT, GET_LIKE, Literal, only_reading, special

ASKING: Final = re.compile(  # one whole request, without a body
    rf"({'|'.join(sorted(GET_LIKE))}) [^\r\n]+ HTTP/1\.[01]\r\n([^\r\n]+\r\n)*\r\n"
)


@special
def network_method(effect: Effect, literal: Literal) -> Effect:
    """GET-like or POST-like, by `method`, else by whether `data` or `json` is sent."""
    method = literal("method") if "method" in effect.args else ABSENT
    if method is ABSENT or method is None:
        bodies = [literal(name) for name in ("data", "json") if name in effect.args]
        reading = all(body is ABSENT or body is None for body in bodies)
    else:
        reading = isinstance(method, str) and method.upper() in GET_LIKE
    if not reading:
        return effect
    return only_reading(effect, "network")


@special
def request_method(effect: Effect, literal: Literal) -> Effect:
    """Like `network_method`, of what an object may say instead of an address."""
    target = next(name for name in ("url", "fullurl") if name in effect.args)
    return network_method(effect, literal) if literal(f"verb:{target}") == "GET" else effect


@special
def network_text(effect: Effect, literal: Literal) -> Effect:
    """What is sent as it is: a request that the code spells from end to end may only ask."""
    text = literal("text:data")
    asks = isinstance(text, str) and ASKING.fullmatch(text) is not None
    return only_reading(effect, "network") if asks else effect
