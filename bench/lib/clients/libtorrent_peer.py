"""libtorrent as one peer of the benchmark: libtorrent_peer.py OPTIONS, a JSON object with

  host      where to listen
  torrent   the .torrent's path
  folder    where the content is, or comes to be
  seed      true: serve it until terminated; false: download it, and end once all is written
  peers     [[host, port], ...] to connect to

Only TCP, only unencrypted, only the peers that are named; all else is as libtorrent has it by default.
"""

import json
import os
import sys
import time

import libtorrent as lt

LOOK_SECONDS = 0.005
ENCRYPTION_OFF = 2

options = json.loads(sys.argv[1])
session = lt.session(
    {
        "listen_interfaces": f"{options['host']}:0",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_incoming_utp": False,
        "enable_outgoing_utp": False,
        "in_enc_policy": ENCRYPTION_OFF,
        "out_enc_policy": ENCRYPTION_OFF,
        "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.storage_notification,
        # A seed that starts without checking would hash each piece when it is first asked for: the other clients' seeds
        # have checked before they listen, and the benchmark compares all data anyway.
        "disable_hash_checks": options["seed"],
    }
)


def wait_for(kind):
    while not any(isinstance(alert, kind) for alert in session.pop_alerts()):
        time.sleep(LOOK_SECONDS)


params = lt.add_torrent_params()
params.ti = lt.torrent_info(options["torrent"])
params.save_path = options["folder"]
params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
if options["seed"]:
    params.flags |= lt.torrent_flags.seed_mode
handle = session.add_torrent(params)

for host, port in options["peers"]:
    handle.connect_peer((host, port))

if options["seed"]:
    while session.listen_port() == 0:
        time.sleep(LOOK_SECONDS)
    print("listening", options["host"], session.listen_port(), flush=True)
    while True:
        time.sleep(3600)

# No flags: what is not asked for costs nothing. By default each look would cost as much as many blocks.
while not handle.status(0).is_seeding:
    time.sleep(LOOK_SECONDS)
print("complete", flush=True)
handle.flush_cache()
wait_for(lt.cache_flushed_alert)
os._exit(0)
