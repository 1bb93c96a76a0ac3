"""Waits until a tracker knows enough seeds of a torrent: await_seeds.py ANNOUNCE_URL INFO_HASH COUNT (BEP 48).

A tracker tells nobody what it learns, so this asks it again and again, and ends when the answer is the one awaited.
For 0 that is any answer at all: a tracker need not list a torrent that nobody has announced.
"""

import re
import sys
import time
import urllib.parse
import urllib.request

PAUSE_SECONDS = 0.05

announce, info_hash, count = sys.argv[1], bytes.fromhex(sys.argv[2]), int(sys.argv[3])
url = announce.replace("/announce", "/scrape") + "?info_hash=" + urllib.parse.quote(info_hash, safe="")
while True:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            complete = re.search(rb"8:completei(\d+)e", response.read())
            if int(complete.group(1) if complete else 0) >= count:
                break
    except OSError:
        pass  # Not up yet.
    time.sleep(PAUSE_SECONDS)
