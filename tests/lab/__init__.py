"""A small internet on 127.0.0.1: real hostnames, real TLS, and servers that behave as a script says.

    with Lab({"mp.weixin.qq.com": {"/s/abc": {"do": "page", "file": "article.html"}}}, pages=folder) as lab:
        os.environ.update(lab.environment())

The script is data (JSON). Under each host stand its paths, with a behaviour or a list of them: each look takes the next,
``times`` repeats one, the last stays. A path may end in its query, or hold ``*``; the exact one wins, then the path
without query, then the longest pattern. ``"*"`` is asked before all others and may ``pass``: so a whole host goes
through phases. ``"tls"`` says what its certificate is like. ``behaviours.py`` lists what servers can do.
"""

from tests.lab.server import Asked, Lab

__all__ = ["Asked", "Lab"]
